"""An animation is represented by a frame that shows something, a TIFF file by a page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from semcodec import imaging
from semcodec.imaging import frames
from tests.images import RED, encode_image, scene

SIZE = (96, 64)
BLACK, WHITE = Image.new("RGB", SIZE), Image.new("RGB", SIZE, "white")
CLEAR = Image.new("RGBA", SIZE, (0, 0, 0, 0))
FORMATS = ["GIF", "WEBP", "PNG", "AVIF"]


def animate(file_format: str, *pictures: Image.Image, **options: Any) -> bytes:
    first, *others = pictures
    if file_format == "WEBP":
        options |= {"lossless": True}
    return encode_image(first, file_format, save_all=True, append_images=others, **options)


def difference(data: bytes, expected: Image.Image) -> float:
    image = imaging.load(data).image
    assert image.size == expected.size
    pairs = zip(image.tobytes(), expected.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / len(image.tobytes())


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("blank", [BLACK, WHITE, Image.new("RGB", SIZE, RED)])
def test_blank_frames_are_skipped(file_format: str, blank: Image.Image) -> None:
    data = animate(file_format, blank, blank.transpose(0), scene(), BLACK)
    assert difference(data, scene()) < 8


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_transparent_frames_are_skipped(file_format: str) -> None:
    assert difference(animate(file_format, CLEAR, scene().convert("RGBA")), scene()) < 8


@pytest.mark.parametrize("file_format", FORMATS)
def test_first_frame_that_shows_something_is_taken(file_format: str) -> None:
    mirrored = scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(animate(file_format, scene(), mirrored), scene()) < 8


@pytest.mark.parametrize("file_format", FORMATS)
def test_dark_frames_of_a_fade_are_skipped(file_format: str) -> None:
    fade = [Image.blend(BLACK, scene(), share) for share in (0.0, 0.05, 0.1, 0.2, 0.6, 1.0)]
    _, high = imaging.load(animate(file_format, *fade)).image.convert("L").getextrema()
    assert high > 80


@pytest.mark.parametrize("file_format", FORMATS)
def test_of_blank_frames_the_one_with_most_contrast_is_taken(file_format: str) -> None:
    faint = Image.blend(WHITE, scene(), 0.1)
    image = imaging.load(animate(file_format, WHITE, faint, BLACK)).image
    assert len(set(image.tobytes())) > 1


def test_animation_of_blank_frames_only() -> None:
    assert imaging.load(animate("GIF", BLACK, Image.new("RGB", SIZE, (9, 9, 9)))).image.size == SIZE


def test_number_of_frames_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [Image.new("RGB", SIZE, (index, 0, 0)) for index in range(30)]
    data = animate("GIF", *pictures, scene())
    assert difference(data, scene()) < 8
    monkeypatch.setattr(frames, "MAX_FRAMES", 20)
    assert difference(data, scene()) > 8
    monkeypatch.setattr(frames, "MAX_FRAMES", 99)
    monkeypatch.setattr(frames, "MAX_FRAME_PIXELS", 20 * SIZE[0] * SIZE[1])
    assert difference(data, scene()) > 8


def test_replacement_picture_of_an_animated_png_is_not_taken() -> None:
    mirrored = scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    data = animate("PNG", mirrored, scene(), BLACK, default_image=True)
    assert difference(data, scene()) < 1


def test_damaged_later_frame() -> None:
    data = animate("GIF", scene(), BLACK, WHITE)
    assert difference(data[: len(data) * 9 // 10], scene()) < 8
    blank_first = animate("GIF", BLACK, scene(), WHITE)
    assert imaging.load(blank_first[: len(blank_first) // 2]).image.size == SIZE


def test_frame_of_the_caller_is_kept() -> None:
    image = Image.open(io.BytesIO(animate("GIF", scene(), BLACK, WHITE)))
    image.seek(1)
    assert imaging.load(image).image.getextrema() == ((0, 0),) * 3
    assert image.tell() == 1


def test_first_page_of_a_tiff_file() -> None:
    assert difference(animate("TIFF", scene(), WHITE), scene()) < 1
    assert difference(animate("TIFF", WHITE, scene()), WHITE) < 1  # a page may be empty


def test_preview_page_of_a_tiff_file_is_skipped() -> None:
    file = io.BytesIO()
    preview = WHITE.resize((12, 8))
    preview.save(file, "TIFF", save_all=True, append_images=[scene()], tiffinfo={254: 1})
    data = file.getvalue()
    second = data.rindex(b"\xfe\0\4\0\1\0\0\0\1\0\0\0")
    if second != data.index(b"\xfe\0\4\0\1\0\0\0\1\0\0\0"):  # Pillow repeats the tag for each page
        data = data[: second + 8] + b"\0" + data[second + 9 :]
    assert difference(data, scene()) < 1


def test_largest_image_of_an_icon() -> None:
    data = encode_image(scene((256, 256)), "ICO", sizes=[(16, 16), (256, 256), (48, 48)])
    assert imaging.load(data).image.size == (256, 256)


def test_first_image_of_a_multi_picture_jpeg() -> None:
    data = encode_image(scene(), "MPO", save_all=True, append_images=[WHITE], quality=95)
    assert difference(data, scene()) < 8
