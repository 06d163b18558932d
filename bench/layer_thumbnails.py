"""What else describes the colors of a picture in a few bytes: hashes and thumbnails.

A hash has a fixed size. An image file is searched over sizes and qualities for the one with the
least color distance at 16 x 16 within a budget. Two prices are compared: that of the whole file,
and that without its header, for which everything counts that a gray picture of the same size and
quality takes. The second one is more than fair: no program can read such a file.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
import pillow_jxl  # noqa: F401  # adds JPEG XL to Pillow
from layer_metrics import color_distance, lab
from numpy.typing import NDArray
from PIL import Image

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
NDArrayFloat = NDArray[np.float64]

HASH_SIDE: Final = 32  #: pixels of the longer side of pictures that become a hash
BLURHASH_SHAPES: Final = ((4, 3), (6, 5), (9, 9))


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
    small = _shrink(photograph, HASH_SIDE)
    pixels = np.asarray(small.convert("RGBA")).reshape(-1).tolist()
    data: list[int] = import_module("thumbhash").rgba_to_thumb_hash(*small.size, pixels)
    return Thumbnail(decode_thumbhash(data, small.size), len(data))


def decode_thumbhash(data: list[int], size: tuple[int, int]) -> Image.Image:
    """Return the picture of a ThumbHash without transparency.

    The decoder in its Python package adds up the waves of all pixels before, which is why it is not
    used here. This one is written after the reference in JavaScript.
    """
    header, shape = int.from_bytes(bytes(data[:3]), "little"), data[3] | data[4] << 8
    short, is_landscape = max(3, shape & 7), shape >> 15
    waves = (7, short) if is_landscape else (short, 7)
    nibbles = iter([value for byte in data[5:] for value in (byte & 15, byte >> 4)])
    # Chroma is stored weaker than it is shown: the reference multiplies by 1.25.
    scales = [
        (header >> 18 & 31) / 31,
        (shape >> 3 & 63) / 63 * 1.25,
        (shape >> 9 & 63) / 63 * 1.25,
    ]
    means = [(header & 63) / 63, (header >> 6 & 63) / 31.5 - 1, (header >> 12 & 63) / 31.5 - 1]
    luma, yellow, red = (
        mean + scale * _add_waves(nibbles, columns, rows, size)
        for mean, scale, (columns, rows) in zip(means, scales, (waves, (3, 3), (3, 3)), strict=True)
    )
    blue = luma - yellow * 2 / 3
    red_level = (3 * luma - blue + red) / 2
    return _to_image(np.stack([red_level, red_level - red, blue], -1))


def _add_waves(
    nibbles: Iterator[int], columns: int, rows: int, size: tuple[int, int]
) -> NDArrayFloat:
    """Return the sum of the waves in the lower left triangle of ``columns`` x ``rows``."""
    across, down = (
        np.cos(np.pi / side * np.outer(np.arange(count), np.arange(side) + 0.5))
        for count, side in zip((columns, rows), size, strict=True)
    )
    total = np.zeros(size[::-1])
    for y in range(rows):
        for x in range(0 if y else 1, columns):
            if x * rows < columns * (rows - y):
                total += (next(nibbles) / 7.5 - 1) * 2 * np.outer(down[y], across[x])
    return total


def blurhash(photograph: Image.Image, shape: tuple[int, int]) -> Thumbnail:
    """Return what BlurHash keeps with a number of components; bytes are those of packed digits."""
    package = import_module("blurhash")
    small = _shrink(photograph, HASH_SIDE)
    text = package.encode(np.asarray(small).tolist(), *shape)
    levels = np.asarray(package.decode(text, *small.size))
    return Thumbnail(_to_image(levels / 255), len(text) * math.log2(83) / 8)


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
        small = _shrink(photograph, side)
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


def _shrink(photograph: Image.Image, side: int) -> Image.Image:
    scale = side / max(photograph.size)
    size = max(1, round(photograph.width * scale)), max(1, round(photograph.height * scale))
    small = photograph.resize(size, Image.Resampling.BOX)
    small.info.clear()  # a color profile would be written into the files
    return small


def _to_image(levels: NDArrayFloat) -> Image.Image:
    return Image.fromarray((np.clip(levels, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
