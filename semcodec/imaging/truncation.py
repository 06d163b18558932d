"""Decode the pixels of image files, also of those that lack their end.

Viewers show what is there of a download that stopped. Pillow can do so, too, but only by a switch
for the whole process (``LOAD_TRUNCATED_IMAGES``), so that the caller's images would be affected.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from semcodec.errors import InputError
from semcodec.imaging.excerpt import Parts
from semcodec.imaging.jpeg_files import END_OF_IMAGE

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

#: Share of the rows of an image that may be missing. More is refused: the rest is not the picture.
MAX_MISSING: Final = 0.5
MIN_ZERO_TAIL: Final = 64  #: zero bytes at the end of a file that were never written by an encoder
MAX_COMPARISONS: Final = 2**16  #: of rows, to find those that are missing
#: The level that a JPEG decoder gives to missing pixels, with a tolerance for color conversion.
GRAY_LEVELS: Final = range(126, 131)

BLOCK_SIZE: Final = 2**16  #: bytes that are compared with zero at once

Opener = Callable[[Parts], "ImageFile"]  #: reads the header of an image file


def decode_pixels(parts: Parts, open_file: Opener, notices: list[str]) -> Image:
    """Return the image in a file with its pixels decoded.

    Raises:
        InputError: more than ``MAX_MISSING`` of the rows are missing.
        Exception: Pillow may raise almost any type for a damaged file.
    """
    image = open_file(parts)
    try:
        image.load()
        return image
    except MemoryError:
        raise
    except Exception:
        del image  # a failed decoder may hold an image of full size
    return _decode_rows(parts, open_file, notices)


def decode_jpeg(parts: Parts, open_file: Opener, notices: list[str]) -> Image:
    """Decode a JPEG file; if its end is missing, append the marker of the end.

    Raises:
        InputError, Exception: as for ``decode_pixels``.
    """
    zeros = count_zero_tail(parts[-1])  # a download may stop inside of a file of full size
    content = [*parts[:-1], memoryview(parts[-1])[: len(parts[-1]) - zeros]]
    image = open_file(content)
    with suppress(OSError):  # raised for a missing end
        image.load()
        return image
    image = open_file([*content, END_OF_IMAGE])
    image.load()
    note_missing(_share_of_gray_rows(image), notices)
    return image


def _share_of_gray_rows(image: Image) -> float:
    """Return the share of the rows, from the lowest one up, in which all pixels are missing."""
    bands = [band.point(lambda level: 0 if level in GRAY_LEVELS else 255) for band in image.split()]
    lowest = max((box[3] for band in bands if (box := band.getbbox())), default=0)
    return 1 - lowest / image.height


def _decode_rows(parts: Parts, open_file: Opener, notices: list[str]) -> Image:
    """Return an image with the rows that were decoded before the decoder failed, others black.

    To find the missing rows, the file is decoded into a white image and into a black one: rows that
    are equal then were decoded. The decoders write into an image that exists already. Only the
    checksums of the white one are kept, because both together might take too much memory.

    Raises:
        InputError: too many rows are missing.
        Exception: the decoder fails before the first row.
    """
    white = _checksums(_decode_into(255, parts, open_file)[0])
    black, error = _decode_into(0, parts, open_file)
    counts = zip(white, _checksums(black), strict=True)
    missing = sum(rows for (rows, first), (_, second) in counts if first != second) / black.height
    if missing == 1:
        raise error
    note_missing(missing, notices)
    return black


def _decode_into(level: int, parts: Parts, open_file: Opener) -> tuple[ImageFile, Exception]:
    """Return the image in a damaged file, over a background of ``level``, and the error."""
    from PIL import Image

    image = open_file(parts)
    bands = Image.getmodebands(image.mode)
    color = level if bands == 1 else (level,) * bands
    image.im = Image.new(image.mode, image.size, color).im
    try:
        image.load()
    except Exception as error:
        image.tile = []  # otherwise, the next use of the image would decode it again
        return image, error
    return image, OSError("the file is damaged")


def _checksums(image: Image) -> list[tuple[int, int]]:
    """Return numbers of rows, from the top, and the checksum of their pixels."""
    width, height = image.size
    step = -(-height // MAX_COMPARISONS)  # a very high image is compared by several rows at once
    boxes = [(0, row, width, min(height, row + step)) for row in range(0, height, step)]
    return [(box[3] - box[1], zlib.crc32(image.crop(box).tobytes())) for box in boxes]


def note_missing(missing: float, notices: list[str]) -> None:
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
    if count := count_zero_tail(data):
        notices.append(
            f"The image file ends in {count} zero bytes, so it may be incomplete: compare it with "
            "another copy."
        )


def count_zero_tail(data: bytes | memoryview) -> int:
    """Return the number of zero bytes at the end of ``data``; 0 if there are a few only."""
    view, end = memoryview(data), len(data)
    while end and not (block := bytes(view[max(0, end - BLOCK_SIZE) : end])).strip(b"\0"):
        end -= len(block)
    count = len(data) - end
    if end:
        count += len(block) - len(block.rstrip(b"\0"))
    return count if count >= MIN_ZERO_TAIL else 0
