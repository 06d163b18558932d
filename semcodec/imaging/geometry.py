"""Turn images upright, and reduce large ones before any other copy is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semcodec.imaging.limits import MAX_DEEP_PIXELS, MAX_KEPT_PIXELS, reduction_factor
from semcodec.imaging.metadata import read_orientation
from semcodec.imaging.samples import is_deep
from semcodec.imaging.strips import reduce_pixels

if TYPE_CHECKING:
    from PIL.Image import Image

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
    kept = MAX_DEEP_PIXELS if is_deep(image) else MAX_KEPT_PIXELS
    return reduce_pixels(image, reduction_factor(*image.size, kept))
