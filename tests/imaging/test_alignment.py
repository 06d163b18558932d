"""Alignment of a picture with colors: its averages change, its details and borders do not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from semcodec.imaging import alignment
from semcodec.imaging.alignment import align_low
from semcodec.imaging.regions import average_colors
from tests.profiles import examples

SIZE = (96, 64)
GRAY = Image.new("RGB", SIZE, (128, 128, 128))


def gradient(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return colors that differ along both sides, far from black and white."""
    across = Image.linear_gradient("L").rotate(90).point(lambda value: 64 + value // 2)
    down = Image.linear_gradient("L").point(lambda value: 64 + value // 2)
    bands = (across, down, Image.new("L", across.size, 90))
    return Image.merge("RGB", bands).resize(size)


def pixel(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    value = image.getpixel(place)
    assert isinstance(value, tuple)
    return tuple(map(int, value))


def distance(first: Image.Image, second: Image.Image) -> float:
    """Return the largest difference between average colors of two pictures, in 255ths."""
    pairs = zip(average_colors(first, 4, 4), average_colors(second, 4, 4), strict=True)
    return max(abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True))


def test_strength_is_the_share_of_the_difference_that_is_removed() -> None:
    red = Image.new("RGB", SIZE, (178, 128, 128))
    # The layer has 50 more red, of which 0.299 * 50 = 15 is lightness: red changes by
    # strength * (50 - 15 * 2 / 9), green by strength * -15 * 2 / 9.
    changes = {s: align_low(GRAY, red, s).getpixel((50, 30)) for s in (0.0, 0.5, 1.0)}
    assert changes == {0.0: (128, 128, 128), 0.5: (151, 126, 126), 1.0: (175, 125, 125)}


def test_lightness_changes_less_than_color() -> None:
    light = align_low(GRAY, Image.new("RGB", SIZE, (218, 218, 218)))
    assert light.getpixel((0, 0)) == (191, 191, 191)  # 128 + 0.9 * 7 / 9 * 90


def test_averages_become_those_of_the_layer_and_details_stay() -> None:
    noise = Image.merge("RGB", [Image.effect_noise(SIZE, 30)] * 3)
    aligned = align_low(noise, gradient(), 1.0)
    assert distance(noise, gradient()) > 40
    assert distance(aligned, gradient()) < 20
    before, after = (
        ImageStat.Stat(image.crop((40, 30, 56, 34))).stddev for image in (noise, aligned)
    )
    assert after[1] == pytest.approx(before[1], rel=0.2)


@pytest.mark.parametrize("corner", [(0, 0), (95, 63), (0, 63)])
def test_borders_have_no_halo(corner: tuple[int, int]) -> None:
    aligned = align_low(GRAY, gradient(), 1.0)
    inner = (min(max(corner[0], 3), 92), min(max(corner[1], 3), 60))
    found, near, wanted = pixel(aligned, corner), pixel(aligned, inner), pixel(gradient(), corner)
    assert max(abs(a - b) for a, b in zip(found, near, strict=True)) <= 10
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 30


def test_smooth_change_has_no_bands() -> None:
    aligned = align_low(Image.new("RGB", (400, 20), (128, 128, 128)), gradient((400, 20)), 1.0)
    row = aligned.getchannel(0).crop((0, 10, 400, 11)).tobytes()
    assert len(set(row)) > 80
    assert max(abs(a - b) for a, b in pairwise(row)) <= 1


def test_only_the_cosines_of_the_layer_are_replaced() -> None:
    """A layer with the average color alone does not remove the picture's own gradient."""
    aligned = align_low(gradient(), Image.new("RGB", SIZE, (90, 128, 160)), 1.0)
    change = ImageChops.subtract(aligned, gradient(), offset=128)
    assert max(high - low for low, high in change.getextrema()) <= 1  # type: ignore[operator, misc]


def test_cutoff_is_that_of_the_colors() -> None:
    def cosine(order: int) -> alignment.Rows:
        rows = [[0.0] * alignment.GRID for _ in range(alignment.GRID)]
        rows[0][0], rows[order][1] = 5000.0, 100.0
        return rows

    assert alignment.find_cutoff([cosine(6)] * 3) == 8
    assert alignment.find_cutoff([[[0.0] * alignment.GRID] * alignment.GRID] * 3) == 1


def test_strips_are_those_of_the_whole_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((50, 70), 80)] * 3)
    whole = align_low(noise, gradient((30, 40)))
    monkeypatch.setattr(alignment, "STRIP_ROWS", 9)
    assert align_low(noise, gradient((30, 40))).tobytes() == whole.tobytes()


@examples(4)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 255), st.floats(0, 1))
def test_any_size_and_color(width: int, height: int, value: int, strength: float) -> None:
    image = Image.new("RGB", (width, height), (value, 255 - value, 0))
    aligned = align_low(image, gradient((5, 9)), strength)
    assert (aligned.mode, aligned.size) == ("RGB", (width, height))
    assert strength > 0 or aligned.tobytes() == image.tobytes()


def test_only_the_cosines_below_the_cutoff_change() -> None:
    ones, zeros = [[1.0] * 3] * 3, [[0.0] * 2] * 2
    assert alignment._subtract(ones, zeros, 2) == [[1, 1], [1, 0]]
