"""Small image files of all modes and formats, and unreadable ones."""

from __future__ import annotations

import io
import zlib
from typing import Any

from PIL import Image

from tests.png_files import SIGNATURE, build_chunk, build_header

RED = (200, 30, 30)


def encode_image(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the bytes of an image file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scene(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Return an image that is blue above and green below, with a red square on the left."""
    image = Image.new("RGB", size, (90, 150, 230))
    width, height = size
    image.paste((40, 140, 50), (0, height // 2, width, height))
    image.paste(RED, (width // 8, height // 3, width // 3, height * 3 // 4))
    return image


def huge_png(width: int, height: int) -> bytes:
    """Return a small PNG file whose header states ``width`` x ``height`` pixels."""
    chunks = build_chunk(b"IDAT", zlib.compress(b"\0" * 99))
    return SIGNATURE + build_header(width, height, color_type=2) + chunks


def rotated_jpeg() -> bytes:
    """Return a JPEG file of the scene rotated by 90 degrees, with the EXIF tag that undoes it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode_image(scene().rotate(90, expand=True), "JPEG", exif=exif, quality=95)


def animation() -> bytes:
    """Return a GIF file of two frames, the first of them the scene."""
    other = Image.new("RGB", (96, 64), (0, 0, 255))
    return encode_image(scene(), "GIF", save_all=True, append_images=[other])


PHOTO = encode_image(scene(), "JPEG")

#: Readable files.
GOOD = {
    "jpeg": PHOTO,
    "png": encode_image(scene(), "PNG"),
    "webp": encode_image(scene(), "WEBP"),
    "one pixel": encode_image(Image.new("RGB", (1, 1), RED), "PNG"),
    "one row": encode_image(Image.new("RGB", (2000, 1), RED), "PNG"),
    "one column": encode_image(Image.new("RGB", (1, 2000), RED), "PNG"),
    "cmyk": encode_image(scene().convert("CMYK"), "JPEG"),
    "sixteen bits": encode_image(Image.new("I;16", (64, 48), 40000), "PNG"),
    "transparent": encode_image(scene().convert("RGBA"), "PNG"),
    "palette": encode_image(scene().convert("P"), "PNG"),
    "one bit": encode_image(scene().convert("1"), "PNG"),
    "animation": animation(),
    "turned": rotated_jpeg(),
    "nothing but black": encode_image(Image.new("RGB", (50, 50)), "PNG"),
}
#: Unreadable files, each with a word of the message.
BAD = {
    "empty": (b"", "empty"),
    "text": (b"hello, I am a text file\n" * 9, "This is a text"),
    "truncated": (PHOTO[: len(PHOTO) // 2], "damaged"),
    "decompression bomb": (huge_png(30000, 30000), "too large"),
}
