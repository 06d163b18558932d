"""Turn images upright, and reduce large ones before any other copy is made."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Final

from semcodec.imaging.metadata import read_orientation
from semcodec.imaging.opening import MAX_SHORT_SIDE

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_KEPT_PIXELS: Final = 2**25  #: of an image after reduction; matters for very long images
#: Pillow's name of the transposition that undoes an orientation of EXIF.
TRANSPOSITIONS: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
FIRST_TURNED_ORIENTATION: Final = 5  #: of those that swap width and height
#: Modes whose pixels have no mean: indices, bits, 16-bit values (Pillow cannot average them), and
#: values some of which may mark missing data.
_UNORDERED_MODES: Final = ("1", "P", "PA", "I", "F")


def upright_size(image: Image) -> tuple[int, int]:
    """Return width and height of an image after it is turned upright by its EXIF orientation.

    Pillow turns TIFF images itself, and gives their upright size from the start.
    """
    is_tiff_file = image.format == "TIFF" and bool(getattr(image, "tile", None))
    return turn_size(image.size, 1 if is_tiff_file else read_orientation(image))


def turn_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height after an image is turned by its EXIF orientation, 1..8."""
    width, height = size
    return (height, width) if orientation >= FIRST_TURNED_ORIENTATION else (width, height)


def turn_upright(image: Image, orientation: int) -> Image:
    """Return ``image`` turned by its EXIF orientation, 1..8."""
    from PIL.Image import Transpose

    if orientation == 1:
        return image
    return image.transpose(Transpose[TRANSPOSITIONS[orientation]])


def reduce_large(image: Image) -> Image:
    """Return ``image`` with a shorter side below 2 * MAX_SHORT_SIDE, by a whole factor."""
    width, height = image.size
    too_many = -(-width * height // MAX_KEPT_PIXELS)
    factor = max(min(width, height) // MAX_SHORT_SIDE, isqrt(too_many - 1) + 1)
    if factor < 2:
        return image
    if image.mode in _UNORDERED_MODES or image.mode.startswith("I;16"):
        smaller = image.resize((max(1, width // factor), max(1, height // factor)), 0)
    else:
        smaller = image.reduce(factor)
    smaller.info = image.info
    return smaller
