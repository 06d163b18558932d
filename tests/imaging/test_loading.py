"""Every image file becomes one upright RGB image, or an InputError with a clear message."""

from __future__ import annotations

import contextlib
import io
import random
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging import limits, opening
from tests.images import BAD, GOOD, PHOTO, RED, encode_image, huge_png, scene


def load(source: Any) -> Image.Image:
    return imaging.load(source).image


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"]
)
def test_every_mode_becomes_rgb(mode: str) -> None:
    source = Image.new("RGB", (9, 7), RED)
    image = Image.new("I;16", (9, 7), 40000) if mode == "I;16" else source.convert(mode)
    assert load(image).mode == "RGB"
    assert load(image).size == (9, 7)


def test_16_bit_is_scaled_not_clipped() -> None:
    image = Image.new("I;16", (4, 4), 0x8000)
    assert load(encode_image(image, "PNG")).getpixel((0, 0)) == (128, 128, 128)


def test_cmyk_jpeg_keeps_its_color() -> None:
    cmyk = encode_image(Image.new("RGB", (16, 16), RED).convert("CMYK"), "JPEG")
    red, green, blue = load(cmyk).getpixel((8, 8))
    assert red > 150
    assert green < 80 > blue


def test_transparent_pixels_become_white() -> None:
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert load(encode_image(clear, "PNG")).getpixel((0, 0)) == (255, 255, 255)


def test_transparent_palette_color_becomes_white() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, *RED])
    data = encode_image(image, "PNG", transparency=0)
    assert load(data).getpixel((0, 0)) == (255, 255, 255)


def test_first_frame_of_an_animation_is_used() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, (0, 0, 255))]
    data = encode_image(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert load(data).getpixel((4, 4))[0] > 150


def test_exif_orientation_is_applied() -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste(RED, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it right
    upright = load(encode_image(image, "JPEG", exif=exif, quality=95))
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5))[1] < 90
    assert upright.getpixel((10, 35))[1] > 200


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_message_for_an_unreadable_file(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(data)


@pytest.mark.parametrize("value", [None, 3, "no-such.jpg", object()])
def test_other_types_are_input_errors(value: object) -> None:
    with pytest.raises(InputError):
        load(value)


@given(st.data())
def test_damaged_jpeg_loads_or_is_an_input_error(data: st.DataObject) -> None:
    damaged = bytearray(PHOTO)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(PHOTO) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        assert load(bytes(damaged)).mode == "RGB"


def test_too_many_pixels_are_refused_before_decoding() -> None:
    with pytest.raises(InputError, match="20000 x 20000"):
        load(huge_png(20000, 20000))


def test_large_images_are_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SHORT_SIDE", 50)
    for name in ("png", "sixteen bits", "palette", "transparent", "turned"):
        enlarged = Image.open(io.BytesIO(GOOD[name])).resize((300, 200))
        image = load(encode_image(enlarged, "PNG"))
        assert image.size == (75, 50), name
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = encode_image(Image.new("RGB", (300, 200), RED), "PNG", exif=exif)
    assert load(wide).size == (50, 75)


@pytest.mark.parametrize(("side", "expected"), [(99, 99), (100, 50), (149, 75), (150, 50)])
def test_images_are_reduced_by_whole_factors(
    side: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SHORT_SIDE", 50)
    data = encode_image(Image.new("RGB", (side, side), RED), "PNG")
    assert load(data).size == (expected, expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (301, 203)), (3, (301, 203)), (6, (203, 301))]
)
def test_size_is_that_of_the_upright_photograph_before_it_is_reduced(
    kind: str, orientation: int, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SHORT_SIDE", 50)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode_image(Image.new("RGB", (301, 203), RED), kind, exif=exif)
    loaded = imaging.load(data)
    assert loaded.size == size
    assert loaded.image.width < size[0] / 2
    with Image.open(io.BytesIO(data)) as opened:
        assert imaging.load(opened).size == size


def test_transparency_of_a_large_image_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SHORT_SIDE", 50)
    image = Image.new("P", (200, 200), 0)
    image.putpalette([0, 0, 0, *RED])
    data = encode_image(image, "PNG", transparency=0)
    assert load(data).getpixel((0, 0)) == (255, 255, 255)


def test_other_formats_are_not_opened() -> None:
    postscript = encode_image(Image.new("RGB", (8, 8), RED), "EPS")
    with pytest.raises(InputError, match="This is an EPS drawing"):
        load(postscript)


@pytest.mark.parametrize("mode", ["F", "I"])
def test_32_bit_values_are_scaled_to_their_range(mode: str) -> None:
    image = Image.linear_gradient("L").convert(mode).point(lambda value: value * 1000 + 7)
    levels = load(image).convert("L")
    assert levels.getextrema() == (0, 255)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_buffer_types_are_accepted(kind: type) -> None:
    assert load(kind(PHOTO)).mode == "RGB"


def test_threads_leave_the_warning_filters_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    original = opening._try_readers

    def slow_open(*arguments: Any) -> Image.Image:
        time.sleep(0.001 * random.random())  # so that the threads overlap in every order
        return original(*arguments)

    monkeypatch.setattr(opening, "_try_readers", slow_open)
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load, [PHOTO] * 200))
    assert list(warnings.filters) == before


def test_jpeg_quality_is_high() -> None:
    fine = len(imaging.to_file(scene((400, 400)), "JPEG"))
    assert fine > len(encode_image(scene((400, 400)), "JPEG", quality=80))


def test_unknown_output_format_is_an_input_error() -> None:
    with pytest.raises(InputError, match="PNG"):
        imaging.to_file(Image.new("RGB", (3, 3)), "NOPE")
