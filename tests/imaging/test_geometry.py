"""Images are turned upright before their size is used, and large ones are reduced."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pillow_heif
import pillow_jxl  # noqa: F401  # registers the format
import pytest
from PIL import Image, ImageOps
from pillow_heif import from_pillow

import semcodec
from semcodec import imaging
from semcodec.imaging.geometry import reduce_large
from semcodec.imaging.limits import MAX_KEPT_PIXELS
from tests.images import RED, encode_image

UPRIGHT = Image.new("RGB", (48, 32), "white")
UPRIGHT.paste(RED, (0, 0, 24, 16))
#: How the camera stored the upright image, by orientation: the inverse of how viewers turn it.
INVERSES = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}


def stored(orientation: int) -> Image.Image:
    inverse = INVERSES[orientation]
    return UPRIGHT if inverse is None else UPRIGHT.transpose(Image.Transpose(inverse))


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[imaging.ORIENTATION_TAG] = orientation
    return tags


def assert_upright(source: Any) -> None:
    image = imaging.load(source).image
    assert image.size == (48, 32)
    assert image.getpixel((8, 5))[1] < 90
    assert min(image.getpixel((40, 5)) + image.getpixel((8, 28))) > 200


@pytest.mark.parametrize("orientation", INVERSES)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_orientation_of_every_format(file_format: str, orientation: int) -> None:
    options = {} if file_format in ("PNG", "TIFF") else {"quality": 95}
    data = encode_image(stored(orientation), file_format, exif=exif(orientation), **options)
    assert_upright(data)
    assert_upright(Image.open(io.BytesIO(data)))
    decoded = Image.open(io.BytesIO(data))
    decoded.load()
    assert_upright(decoded)
    for image in (Image.open(io.BytesIO(data)), decoded):
        assert imaging.upright_size(image) == (48, 32)


@pytest.mark.parametrize("orientation", INVERSES)
def test_heic_is_turned_once(orientation: int) -> None:
    photo = from_pillow(stored(orientation))
    photo.info["exif"] = exif(orientation).tobytes()
    file = io.BytesIO()
    photo.save(file, quality=95)
    assert_upright(file.getvalue())
    assert_upright(pillow_heif.HeifImageFile(io.BytesIO(file.getvalue())))


def test_jpeg_xl_is_turned_once() -> None:
    """The decoder turns the pixels, and EXIF may still have the orientation."""
    assert_upright(encode_image(UPRIGHT, "JXL", lossless=True, exif=exif(6).tobytes()))


@pytest.mark.parametrize("orientation", INVERSES)
def test_jpeg_in_jpeg_xl_is_turned_once(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_image(stored(orientation), "JPEG", exif=exif(orientation), quality=95))
    with Image.open(path) as jpeg:
        assert_upright(encode_image(jpeg, "JXL", lossless_jpeg=True))


def test_image_that_the_caller_turned_is_not_turned_again() -> None:
    data = encode_image(stored(6), "JPEG", exif=exif(6), quality=95)
    assert_upright(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))


def test_image_of_the_caller_is_unchanged() -> None:
    image = Image.open(io.BytesIO(encode_image(stored(6), "PNG", exif=exif(6))))
    image.load()
    before = image.size, image.mode, dict(image.info), image.tobytes()
    imaging.load(image)
    assert (image.size, image.mode, dict(image.info), image.tobytes()) == before
    assert image.getexif()[imaging.ORIENTATION_TAG] == 6


@pytest.mark.parametrize(
    "tags",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x63\0\0" + bytes(4),
        b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\1\x01\x12\0\2\0\0\0\2a\0\0\0" + bytes(4),
        b"Exif\0\0" + b"MM\0*\xff\xff\xff\xff",
    ],
)
def test_damaged_exif_turns_nothing(tags: bytes) -> None:
    assert_upright(encode_image(UPRIGHT, "JPEG", exif=tags, quality=95))


def test_orientation_in_xmp() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    data = encode_image(stored(6), "JPEG", xmp=xmp, quality=95)
    assert_upright(data)


def test_record_has_the_upright_aspect() -> None:
    data = encode_image(stored(6), "JPEG", exif=exif(6), quality=95)
    width, height = semcodec.encode(data).record.size
    assert width > height


@pytest.mark.parametrize("size", [(1, 40_000_000), (40_000_000, 1), (3, 20_000_000), (2000, 30000)])
def test_very_long_images_are_reduced(size: tuple[int, int]) -> None:
    image = reduce_large(Image.new("L", size))
    assert image.width * image.height <= MAX_KEPT_PIXELS
    assert min(image.size) >= 1
    long, short = max(size), min(size)
    if short > 100:
        assert abs(max(image.size) / min(image.size) - long / short) < 0.1


@pytest.mark.parametrize("size", [(1, 100_000), (100_000, 1), (1, 1), (2, 65535)])
def test_extreme_shapes(size: tuple[int, int]) -> None:
    data = encode_image(Image.new("RGB", size, RED), "PNG")
    assert imaging.load(data).image.size == size
    assert semcodec.encode(data).data


def test_orientation_of_a_bare_exif_block() -> None:
    block = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x112, 3, 1, 6, 0) + bytes(4)
    assert_upright(encode_image(stored(6), "WEBP", exif=block, quality=95))
