"""The color layer of an image: its mean color, its layout, and images that have no colors."""

from __future__ import annotations

import pytest
from PIL import Image

from semcodec.imaging import color_layer
from semcodec.imaging.color_layer import color_coefficients, encode_colors, render_colors

HALVES = Image.new("RGB", (64, 48), (200, 60, 40))
HALVES.paste((30, 60, 160), (32, 0, 64, 48))


def test_a_color_comes_back() -> None:
    red = Image.new("RGB", (1, 1), (200, 30, 30))
    painted = render_colors(encode_colors(red, 24), (8, 5))
    assert painted.size == (8, 5)
    assert all(
        max(low, high) - 3 <= value <= min(low, high) + 3
        for (low, high), value in zip(painted.getextrema(), (200, 30, 30), strict=True)
    )


def color_at(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    color = image.getpixel(place)
    assert isinstance(color, tuple)
    return color


def test_colors_are_where_they_were() -> None:
    painted = render_colors(encode_colors(HALVES, 24), (64, 48))
    left, right = color_at(painted, (8, 24)), color_at(painted, (56, 24))
    assert left[0] > left[2] + 100
    assert right[2] > right[0] + 80


def test_a_panorama_keeps_its_colors_in_their_places() -> None:
    panorama = Image.new("RGB", (4096, 256), (90, 130, 200))
    panorama.paste((60, 110, 40), (0, 128, 2048, 256))
    painted = render_colors(encode_colors(panorama, 24), (320, 20))
    green, sky = color_at(painted, (40, 17)), color_at(painted, (280, 17))
    assert green[1] > green[2] + 30
    assert sky[2] > sky[1] + 40


def test_one_byte_and_no_bytes_are_painted() -> None:
    for data in (b"", b"\0", b"\xff"):
        assert render_colors(data, (3, 2)).size == (3, 2)


@pytest.mark.parametrize("size", [(1, 1), (4096, 256), (3, 700)])
def test_gray_has_no_color(size: tuple[int, int]) -> None:
    gray = Image.new("L", size, 90)
    coefficients = color_coefficients(gray)
    assert not any(coefficients[1:])
    assert len(encode_colors(gray, 512)) < 12
    assert render_colors(encode_colors(gray, 512), (16, 9)).convert("L").getextrema() == (90, 90)


def test_coefficient_is_in_the_lower_half_of_its_step() -> None:
    assert color_layer._amplitude(-3, 2) == pytest.approx(-3.45 * 16)
    assert color_layer._amplitude(0, 0) == 0
