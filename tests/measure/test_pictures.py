"""Comparing pictures: PSNR, MS-SSIM, and the account of a painter."""

from __future__ import annotations

import io
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from semcodec import backends
from semcodec.measure.ms_ssim import ms_ssim
from semcodec.measure.painted_boxes import WatchedPainter
from semcodec.measure.picture_metrics import FeatureMetric

PHOTOGRAPHS = resources.files("semcodec_embedded") / "photos"


def compressed(size: tuple[int, int], quality: int) -> tuple[Image.Image, Image.Image]:
    with (PHOTOGRAPHS / "coffee.jpg").open("rb") as file:
        photograph = Image.open(file).convert("RGB").resize(size, Image.Resampling.BOX)
    data = io.BytesIO()
    photograph.save(data, "JPEG", quality=quality)
    return photograph, Image.open(data).convert("RGB")


@pytest.mark.parametrize("size", [(256, 176), (203, 161)])
def test_ms_ssim_falls_with_quality_and_is_one_for_equal_pictures(size: tuple[int, int]) -> None:
    values = [ms_ssim(*compressed(size, quality)) or 0 for quality in (1, 20, 90)]
    assert 0.3 < values[0] < values[1] < values[2] < 1
    photograph, _ = compressed(size, 90)
    assert ms_ssim(photograph, photograph) == pytest.approx(1)


def test_ms_ssim_is_that_of_pytorch_msssim() -> None:
    """Its version 1.0.0 computes 0.890830 for these pictures, whose sides are odd."""
    gradient = Image.linear_gradient("L").resize((201, 163), Image.Resampling.BICUBIC)
    first = Image.merge("RGB", (gradient, gradient.rotate(180), Image.new("L", (201, 163), 99)))
    second = first.point([value // 32 * 32 for value in range(256)] * 3)
    assert ms_ssim(first, second) == pytest.approx(0.890830, abs=2e-5)


def test_small_pictures_have_no_ms_ssim() -> None:
    small = Image.new("RGB", (400, 160))
    assert ms_ssim(small, small) is None


def test_cosine_of_features_or_the_distance() -> None:
    for is_distance, expected in ((False, 0.6), (True, 0.4)):
        metric = FeatureMetric("clip", None, lambda image: [[3.0, 4.0]], is_distance=is_distance)
        features = metric.prepare(Image.new("RGB", (8, 8)))
        assert metric.compare(features, np.array([1, 0], np.float32)) == pytest.approx(expected)


def test_account_of_a_picture_is_found_by_its_pixels() -> None:
    watched = WatchedPainter(backends.find("painter", "embedded"))
    picture = watched.paint("red boat stop sign", (96, 64), 1)
    boxes = watched.boxes(picture.copy(), ["red", "boat", "stop", "sign", "boat"])
    assert boxes is not None
    assert [len(each) for each in boxes] == [0, 1, 1, 1, 0]
    assert boxes[2] == boxes[3]
    assert watched.boxes(picture.rotate(180), ["boat"]) is None
    watched.paint("green car", (96, 64), 1)
    assert watched.boxes(picture, ["boat"]) == [boxes[1]]
    assert watched.name == "embedded"


def test_painter_without_accounts_is_used_as_it_is() -> None:
    class Plain:
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
            return Image.new("RGB", size)

    watched = WatchedPainter(Plain())
    assert watched.boxes(watched.paint("boat", (8, 8), 1), ["boat"]) is None
    assert not hasattr(watched, "edit")
