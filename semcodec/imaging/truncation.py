"""Decode the pixels of image files, also of those that lack their end.

Viewers show what is there of a download that stopped. Pillow can do so, too, but only by a switch
for the whole process (``LOAD_TRUNCATED_IMAGES``), so that the caller's images would be affected.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from semcodec.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

#: Share of the rows of an image that may be missing. More is refused: the rest is not the picture.
MAX_MISSING: Final = 0.5
MIN_ZERO_TAIL: Final = 64  #: zero bytes at the end of a file that were never written by an encoder
MAX_COMPARISONS: Final = 2**16  #: of rows, to find those that are missing
END_OF_JPEG: Final = b"\xff\xd9"
#: The level that a JPEG decoder gives to missing pixels, with a tolerance for color conversion.
GRAY_LEVELS: Final = range(126, 131)

Opener = Callable[[bytes], "ImageFile"]  #: reads the header of an image file


def decode_pixels(data: bytes, open_file: Opener, notices: list[str]) -> Image:
    """Return the image in a file with its pixels decoded.

    Raises:
        InputError: more than ``MAX_MISSING`` of the rows are missing.
        Exception: Pillow may raise almost any type for a damaged file.
    """
    if data.startswith(b"\xff\xd8"):
        return _decode_jpeg(data, open_file, notices)
    image = open_file(data)
    with suppress(Exception):
        image.load()
        return image
    del image  # a failed decoder may hold an image of full size
    return _decode_rows(data, open_file, notices)


def _decode_jpeg(data: bytes, open_file: Opener, notices: list[str]) -> Image:
    """Decode a JPEG file; if its end is missing, append the marker of the end."""
    content = data.rstrip(b"\0")  # a download may stop inside of a file of full size
    if len(data) - len(content) < MIN_ZERO_TAIL:
        content = data
    image = open_file(content)
    with suppress(OSError):  # raised for a missing end
        image.load()
        return image
    image = open_file(content + END_OF_JPEG)
    image.load()
    _note_missing(_share_of_gray_rows(image), notices)
    return image


def _share_of_gray_rows(image: Image) -> float:
    """Return the share of the rows, from the lowest one up, in which all pixels are missing."""
    bands = [band.point(lambda level: 0 if level in GRAY_LEVELS else 255) for band in image.split()]
    lowest = max((box[3] for band in bands if (box := band.getbbox())), default=0)
    return 1 - lowest / image.height


def _decode_rows(data: bytes, open_file: Opener, notices: list[str]) -> Image:
    """Return an image with the rows that were decoded before the decoder failed, others black.

    To find the missing rows, the file is decoded into a black image and into a white one: rows that
    are equal then were decoded. The decoders write into an image that exists already.

    Raises:
        InputError: too many rows are missing.
        Exception: the decoder fails before the first row.
    """
    black, error = _decode_into(0, data, open_file)
    white, _ = _decode_into(255, data, open_file)
    missing = _count_different_rows(black, white) / black.height
    if missing == 1:
        raise error
    _note_missing(missing, notices)
    return black


def _decode_into(level: int, data: bytes, open_file: Opener) -> tuple[ImageFile, Exception]:
    """Return the image in a damaged file, over a background of ``level``, and the error."""
    from PIL import Image

    image = open_file(data)
    bands = Image.getmodebands(image.mode)
    color = level if bands == 1 else (level,) * bands
    image.im = Image.new(image.mode, image.size, color).im
    try:
        image.load()
    except Exception as error:
        image.tile = []  # otherwise, the next use of the image would decode it again
        return image, error
    return image, OSError("the file is damaged")


def _count_different_rows(first: Image, second: Image) -> int:
    """Return the number of rows in which two images of the same size and mode differ."""
    width, height = first.size
    step = -(-height // MAX_COMPARISONS)  # a very high image is compared by several rows at once
    boxes = ((0, row, width, min(height, row + step)) for row in range(0, height, step))
    return sum(
        box[3] - box[1] for box in boxes if first.crop(box).tobytes() != second.crop(box).tobytes()
    )


def _note_missing(missing: float, notices: list[str]) -> None:
    """Add a sentence about the share of missing rows.

    Raises:
        InputError: the share is above ``MAX_MISSING``.
    """
    percent = round(100 * missing)
    if missing > MAX_MISSING:
        raise InputError(
            f"The image file is incomplete: {percent} % of its rows are missing, and the limit is "
            f"{round(100 * MAX_MISSING)} %; use a complete copy."
        )
    lost = f"{percent} % of its rows are missing" if percent else "its last details may be missing"
    notices.append(f"The image file is incomplete, and {lost}: use a complete copy.")


def note_zero_tail(data: bytes, notices: list[str]) -> None:
    """Add a sentence if a compressed file ends in zero bytes that no encoder writes."""
    count = len(data) - len(data.rstrip(b"\0"))
    if count >= MIN_ZERO_TAIL:
        notices.append(
            f"The image file ends in {count} zero bytes, so it may be incomplete: compare it with "
            "another copy."
        )
