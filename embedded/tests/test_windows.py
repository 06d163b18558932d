"""The windows of a panorama cover it, overlap by half, and are few."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec_embedded import detector, panorama
from semcodec_embedded.detector import Box, Detection
from semcodec_embedded.windows import MAX_WINDOWS, WINDOW_ASPECT, windows

SIDES = st.integers(1, 5000)


@given(SIDES, SIDES)
def test_windows_cover_a_panorama_and_overlap_by_half(width: int, height: int) -> None:
    boxes = [*windows(width, height)]
    if max(width, height) <= 2 * min(width, height):
        assert boxes == []
        return
    spans = [(box.left, box.right) if width > height else (box.top, box.bottom) for box in boxes]
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(1)
    for (start, end), (next_start, _) in pairwise(spans):
        assert next_start - start <= (end - start) / 2 + 1e-9
    assert 2 <= len(boxes) <= MAX_WINDOWS
    if max(width, height) < 18 * min(width, height):
        length = (spans[0][1] - spans[0][0]) * max(width, height)
        assert length == pytest.approx(WINDOW_ASPECT * min(width, height))


@given(SIDES, SIDES)
def test_portrait_has_the_turned_windows(width: int, height: int) -> None:
    turned = [Box(box.top, box.left, box.bottom, box.right) for box in windows(width, height)]
    assert [*windows(height, width)] == turned


def test_objects_of_windows_are_placed_in_the_panorama(monkeypatch: pytest.MonkeyPatch) -> None:
    """The windows of 600 x 100 start at 0, 75, 150 … 450; each is 150 pixels long."""

    def detect(image: Image.Image) -> list[Detection]:
        if image.width == 600:
            return []
        red = image.split()[0]
        box = red.point(lambda value: 255 * (value > 99)).getbbox()
        if box is None:
            return []
        x0, y0, x1, y1 = box
        return [Detection("cup", 0.9, Box(x0 / image.width, y0 / 100, x1 / image.width, y1 / 100))]

    monkeypatch.setattr(detector, "detect", detect)
    picture = Image.new("RGB", (600, 100))
    picture.paste((200, 0, 0), (210, 20, 250, 80))  # cut off by the end of a window at 225
    [cup] = panorama.detect(picture)
    assert (cup.box.left, cup.box.top) == pytest.approx((0.35, 0.2))
    assert (cup.box.right, cup.box.bottom) == pytest.approx((250 / 600, 0.8))


def test_object_at_the_end_of_the_panorama_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = {600: [], 150: [Detection("cup", 0.9, Box(0, 0, 0.3, 1))]}
    monkeypatch.setattr(detector, "detect", lambda image: boxes[image.width])
    [cup] = panorama.detect(Image.new("RGB", (600, 100)))
    assert (cup.box.left, cup.box.right) == pytest.approx((0, 0.3 / 4))
