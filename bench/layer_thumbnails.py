"""What else describes the colors of a picture in a few bytes: hashes and thumbnails.

A hash has a fixed size. An image file is searched over sizes and qualities for the one with the
least color distance at 16 x 16 within a budget. Two prices are compared: that of the whole file,
and that without its header, for which everything counts that a gray picture of the same size and
quality takes. The second one is more than fair: no program can read such a file.
"""

from __future__ import annotations

import io
import math
from typing import Any, Final, NamedTuple

import pillow_jxl  # noqa: F401  # adds JPEG XL to Pillow
from layer_metrics import color_distance, lab
from PIL import Image

from semcodec.measure import hashes

#: Pixels of the longer side, and qualities, of the thumbnails that are tried.
SIDES: Final = (6, 8, 12, 16, 24, 32, 48, 64)
QUALITIES: Final = (0, 5, 10, 20, 35, 50, 70)
#: Pillow's names, and the options with which files are smallest.
FORMATS: Final[dict[str, dict[str, Any]]] = {
    "WEBP": {"method": 6},
    "AVIF": {"speed": 6, "subsampling": "4:2:0"},
    "JPEG": {"subsampling": "4:2:0"},
    "JXL": {"effort": 7},
}
BLURHASH_SHAPES: Final = hashes.BLURHASH_SHAPES


class Thumbnail(NamedTuple):
    """A small picture, and the bytes that describe it."""

    image: Image.Image
    size: float


def mean_color(photograph: Image.Image) -> Thumbnail:
    """Return the mean color in three bytes."""
    return Thumbnail(photograph.resize((1, 1), Image.Resampling.BOX), 3)


# --- hashes


def thumbhash(photograph: Image.Image) -> Thumbnail:
    """Return what ThumbHash keeps."""
    small = hashes.shrink(photograph)
    data = hashes.encode_thumbhash(small)
    return Thumbnail(hashes.decode_thumbhash(data, small.size), len(data))


def blurhash(photograph: Image.Image, shape: tuple[int, int]) -> Thumbnail:
    """Return what BlurHash keeps with a number of components; bytes are those of packed digits."""
    small = hashes.shrink(photograph)
    data = hashes.encode_blurhash(small, shape)
    image = hashes.decode_blurhash(data, small.size)
    return Thumbnail(image, len(data) * math.log2(83) / 8)


# --- image files


class File(NamedTuple):
    """A thumbnail in an image file.

    Attributes:
        image: the decoded picture.
        size: bytes of the file.
        content: bytes over those of a gray picture of this size and quality.
        de16: its distance to the photograph.
    """

    image: Image.Image
    size: int
    content: int
    de16: float


def thumbnail_files(photograph: Image.Image, image_format: str) -> list[File]:
    """Return the files of all sizes and qualities."""
    true, files = lab(photograph, 16), []
    for side in SIDES:
        small = hashes.shrink(photograph, side)
        for quality in QUALITIES:
            data = _save(small, image_format, quality)
            gray = _header_size(image_format, small.size, quality)
            picture = Image.open(io.BytesIO(data)).convert("RGB")
            distance = color_distance(lab(picture, 16), true)
            files.append(File(picture, len(data), max(0, len(data) - gray), distance))
    return files


def best_file(files: list[File], budget: float, is_header_free: bool) -> File | None:
    """Return the nearest of ``files`` within ``budget`` bytes, or None."""
    fitting = [one for one in files if (one.content if is_header_free else one.size) <= budget]
    return min(fitting, key=lambda one: one.de16, default=None)


_HEADER_SIZES: dict[tuple[str, tuple[int, int], int], int] = {}


def _header_size(image_format: str, size: tuple[int, int], quality: int) -> int:
    key = image_format, size, quality
    if key not in _HEADER_SIZES:
        _HEADER_SIZES[key] = len(_save(Image.new("RGB", size, "gray"), *key[::2]))
    return _HEADER_SIZES[key]


def _save(image: Image.Image, image_format: str, quality: int) -> bytes:
    output = io.BytesIO()
    image.save(output, image_format, quality=quality, **FORMATS[image_format])
    return output.getvalue()
