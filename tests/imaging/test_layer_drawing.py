"""Drawings of layers: boxes, labels, and records that are meant to harm."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from PIL import ImageColor

from semcodec.imaging import layer_drawing
from semcodec.imaging.color_layer import render_colors
from semcodec.imaging.layer_drawing import PAPER, BoxGroup, draw_layers, drawing_size

ORANGE, BLUE = (ImageColor.getrgb(color) for color in layer_drawing.PALETTE[:2])
MAX_SIDE = 2**31 - 1


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int, int]]:
    """Return the places of labels, after a drawing."""
    places: list[tuple[int, int, int, int]] = []
    draw_label = layer_drawing._draw_label

    def draw(*arguments: Any) -> tuple[int, int, int, int]:
        places.append(draw_label(*arguments))
        return places[-1]

    monkeypatch.setattr(layer_drawing, "_draw_label", draw)
    return places


def _count_overlaps(places: list[tuple[int, int, int, int]]) -> int:
    return sum(
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
        for first, second in combinations(places, 2)
    )


def test_boxes_are_lines_over_the_colors() -> None:
    colors = render_colors(b"abc", (720, 720))
    image = draw_layers((1, 1), [BoxGroup("dog", [(0.25, 0.125, 0.625, 1.0)])], b"abc")
    assert image.crop((0, 0, 720, 60)).tobytes() == colors.crop((0, 0, 720, 60)).tobytes()
    for line in ((181, 400), (448, 400), (300, 91), (300, 718)):
        assert image.getpixel(line) == ORANGE
    for edge in ((180, 400), (184, 400), (449, 400)):
        assert image.getpixel(edge) == (17, 17, 17)
    inside, before = image.getpixel((300, 400)), colors.getpixel((300, 400))
    assert isinstance(inside, tuple)
    assert isinstance(before, tuple)
    expected = [round(0.84 * old + 0.16 * new) for old, new in zip(before, ORANGE, strict=True)]
    assert max(abs(a - b) for a, b in zip(inside, expected, strict=True)) <= 1


def test_layout_alone_is_drawn_on_paper() -> None:
    image = draw_layers((2, 1), [BoxGroup("dog", [(0.5, 0, 1, 1)])], None)
    assert image.size == (1018, 509)
    assert image.getpixel((60, 60)) == ImageColor.getrgb(PAPER)
    assert draw_layers((2, 1), [], b"abc").tobytes() == render_colors(b"abc", (1018, 509)).tobytes()


def test_small_boxes_are_over_large_ones() -> None:
    """Their left edges coincide, and the label of the large one is above."""
    small, large = BoxGroup("s", [(0.1, 0.4, 0.3, 0.6)]), BoxGroup("l", [(0.1, 0.1, 0.9, 0.9)])
    for groups, colors in (([small, large], (ORANGE, BLUE)), ([large, small], (BLUE, ORANGE))):
        image = draw_layers((1, 1), groups, None)
        assert (image.getpixel((73, 400)), image.getpixel((73, 600))) == colors


def test_equal_boxes_are_inside_of_each_other() -> None:
    groups = [BoxGroup(word, [(0.1, 0.1, 0.9, 0.9)]) for word in ("dog", "puppy")]
    image = draw_layers((1, 1), groups, None)
    assert image.getpixel((400, 73)) == ORANGE
    assert image.getpixel((400, 79)) == BLUE


def test_boxes_that_painters_ignore_are_dashed_and_gray() -> None:
    image = draw_layers((1, 1), [BoxGroup("word 9", [(0.25, 0.25, 0.75, 0.75)], False)], None)
    assert image.getpixel((400, 400)) == ImageColor.getrgb(PAPER)
    bottom = [image.getpixel((x, 539)) for x in range(180, 540)]
    gray = bottom.count(ImageColor.getrgb(layer_drawing.GRAY))
    assert 0.4 < gray / len(bottom) < 0.8


@pytest.mark.parametrize("size", [(1, 1), (1, MAX_SIDE), (MAX_SIDE, 1), (3, 2), (MAX_SIDE,) * 2])
def test_drawing_is_bounded(size: tuple[int, int], labels: list[Any]) -> None:
    width, height = drawing_size(size)
    assert 96 <= min(width, height) <= max(width, height) <= 1600
    groups = [
        BoxGroup("\0\u202e" + "長" * 5000, [(0, 0, 1 / 32, 1 / 32)] * 8),
        BoxGroup("", [(31 / 32, 31 / 32, 1, 1)] * 8, False),
    ]
    image = draw_layers(size, groups, b"\xff" * 512)
    assert image.size == (width, height)
    assert all(
        0 <= left < right <= width and 0 <= top < bottom <= height
        for left, top, right, bottom in labels
    )


@pytest.mark.parametrize("size", [(1, 1), (4096, 256), (256, 4096)])
def test_labels_do_not_cover_each_other(size: tuple[int, int], labels: list[Any]) -> None:
    boxes = [(0.1, 0.1, 0.9, 0.9)] * 4 + [(0.3, 0.3, 0.34, 0.34)] * 4
    draw_layers(size, [BoxGroup("person", boxes), BoxGroup("skateboard", [boxes[0]])], None)
    assert len(labels) == 9
    assert _count_overlaps(labels) <= (5 if min(size) < max(size) else 0)


def test_labels_are_legible() -> None:
    group = BoxGroup("dog", [(0.25, 0.25, 0.75, 0.75)])
    label = draw_layers((1, 1), [group], None).crop((180, 180, 216, 203))
    colors = {color: count for count, color in label.getcolors(10_000) or []}
    assert colors[ORANGE] > 300
    assert colors[255, 255, 255] > 15


def test_box_that_painters_ignore_is_below_an_equal_one() -> None:
    box = (0.25, 0.25, 0.75, 0.75)
    image = draw_layers((1, 1), [BoxGroup("dog", [box]), BoxGroup("word 9", [box], False)], None)
    assert image.getpixel((188, 400)) == ORANGE  # inside of the gray one


def test_letters_contrast_with_their_label() -> None:
    light = [color for color in layer_drawing.PALETTE if layer_drawing._is_light(color)]
    assert light == ["#f2b701"]
