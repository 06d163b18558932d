"""The limits of memory and time for opening an image, by format.

Opening an image takes at most ``MAX_MEMORY`` bytes, whatever its file states. Where an image can be
reduced while it is decoded (JPEG, JPEG 2000, most of PNG), it may be large. Others are decoded at
full size, so their area is limited before that: ``check_memory`` divides the memory by what a pixel
takes. The numbers in ``BYTES_PER_PIXEL`` were measured; ``bench/image_bombs.py`` shows that they
hold. Everything that copies an image happens after it is reduced to ``MAX_KEPT_PIXELS``.
"""

from __future__ import annotations

from math import isqrt
from typing import Final

from semcodec.errors import InputError
from semcodec.signatures import (
    AVIF,
    HEIC,
    JPEG_XL,
    WEBP,
    FileType,
)

MAX_MEMORY: Final = 400 * 10**6  #: bytes of resident memory above those of an idle process
SPARE_MEMORY: Final = 50 * 10**6  #: of it: a reader's own code and buffers, and the reduced image
MAX_FILE_BYTES: Final = 200 * 10**6  #: limit of an image file, which stays in memory; half of all
MAX_PIXELS: Final = 2**30  #: limit of the pixels of an image that is reduced while it is decoded
MAX_IMAGE_PIXELS: Final = 2**27  #: limit of the pixels of a PIL image that the caller opened
MAX_SIDE: Final = 2**18  #: limit of a side; a row is in memory at once, and so is a pointer to each
MAX_PNG_PIXELS: Final = 2**28  #: limit of a PNG image, which is decoded at full size; for the time

MAX_SHORT_SIDE: Final = 2048  #: pixels; larger images are reduced while they are read
MAX_KEPT_PIXELS: Final = 2**24  #: limit of an image after reduction; matters for very long images
MAX_KEPT_SIDE: Final = 2**17  #: limit of a side after reduction
MAX_DEEP_PIXELS: Final = 2**23  #: the same for samples of 16 and 32 bits, of which there are copies

#: Limits of time: formats that Pillow decodes in Python, at about a microsecond for a pixel.
MAX_SLOW_PIXELS: Final = 2**23
MAX_SCANS: Final = 100  #: of a progressive JPEG image, each of which visits all of its pixels
MAX_TAG_BYTES: Final = 2**25  #: limit of the metadata of a page of TIFF, which Pillow copies
#: Limits of the numbers in the metadata of TIFF, such as the offsets of strips: Pillow makes Python
#: objects of them. An image of 2^16 strips of one row and 4 bands has 2^19 with their lengths.
MAX_TAG_VALUES: Final = 2**19  #: of a page
MAX_FILE_TAG_VALUES: Final = 2**21  #: of all pages that are looked at
MAX_TILE_BYTES: Final = 2**26  #: limit of a tile of TIFF that is larger than its image
MAX_ICON_PIXELS: Final = 2**20  #: of a picture in an icon, whose sides are stated in one byte

#: What a pixel takes while an image is decoded whose reader returns all pixels as bytes. Pillow
#: would copy them once more, so it is stopped before that. TIFF, BMP and others: see costs.py.
BYTES_PER_PIXEL: Final[dict[FileType, float]] = {
    WEBP: 12.4,  # two canvases of libwebp, and the result
    AVIF: 20,  # planes of 16 bits, which a grid has twice, and the result, which is copied
    HEIC: 16,  # planes of 16 bits, and the result
    JPEG_XL: 14,  # planes of floating-point numbers, of a part of the image, and the result
}
#: The same for planes of 8 bits, with fewer colors than pixels (4:2:0), and no transparency.
ORDINARY_BYTES_PER_PIXEL: Final[dict[FileType, float]] = {AVIF: 10.5, HEIC: 6.5}
#: Copies of the file that readers make, with the file itself.
FILE_COPIES: Final = 2
#: Of a large file, all may be EXIF, of which there are more copies. Those of a part of this size
#: fit into ``SPARE_MEMORY``.
SMALL_FILE_BYTES, METADATA_COPIES = 2**24, 3
#: A JPEG 2000 image takes 4.8 bytes for a band of a pixel, and for the result, at its reduced size;
#: and less than a byte for a pixel of its full size.
LEVEL_BYTES, CODE_BLOCK_BYTES = 4.8, 0.5
#: OpenJPEG takes as much for each code block, at full size. Usual ones have 32 or 64 pixels a side.
BYTES_PER_CODE_BLOCK: Final = 450
MAX_LEVEL_BYTES: Final = 320 * 10**6  #: above this, a JPEG 2000 image is reduced by another level
MAX_TILES: Final = 2**13  #: of a JPEG 2000 image; OpenJPEG takes 6 KB for each
MAX_BANDS: Final = 16  #: of a JPEG 2000 image; Pillow reads up to 4


def reduction_factor(width: int, height: int, kept_pixels: int = MAX_KEPT_PIXELS) -> int:
    """Return the whole number by which both sides of an image are divided; 1 keeps it.

    The shorter side is then below ``2 * MAX_SHORT_SIDE``.

    Example:
        >>> reduction_factor(4000, 3000), reduction_factor(12000, 9000), reduction_factor(60000, 2)
        (1, 4, 1)
    """
    too_many, too_long = -(-width * height // kept_pixels), -(-max(width, height) // MAX_KEPT_SIDE)
    return max(min(width, height) // MAX_SHORT_SIDE, isqrt(too_many - 1) + 1, too_long)


def mode_bytes(mode: str) -> int:
    """Return the bytes of a pixel in Pillow, which has four bands where a file has two or three."""
    return {"1": 1, "L": 1, "P": 1}.get(mode, 2 if mode.startswith("I;16") else 4)


def check_size(width: int, height: int, what: str = "image", limit: int | None = None) -> None:
    """Check the size of an image before anything of it is decoded.

    Raises:
        InputError: it has no pixels, more than ``limit``, or a side above ``MAX_SIDE``.
    """
    if width * height == 0:
        raise InputError(f"The {what} has no pixels ({width} x {height}): use another one.")
    if max(width, height) > MAX_SIDE:
        raise InputError(
            f"The {what} is too long ({width} x {height} pixels, and the limit of a side is "
            f"{MAX_SIDE}): use a part of it."
        )
    if limit is not None and width * height > limit:
        raise InputError(_describe_large(what, width, height, limit))


def check_memory(
    what: str, size: tuple[int, int], pixel_bytes: float, other_bytes: int = 0
) -> None:
    """Check that an image can be decoded at ``size`` within ``MAX_MEMORY``.

    Args:
        what: the name of the kind of image, such as ``"WebP image"``.
        pixel_bytes: memory for a pixel.
        other_bytes: memory for the file, and for anything else that does not depend on the size.

    Raises:
        InputError: it takes too much.
    """
    width, height = size
    rows = 8 * height  # Pillow has a pointer to each row
    limit = int((MAX_MEMORY - SPARE_MEMORY - other_bytes - rows) / pixel_bytes)
    if limit <= 0:
        raise InputError(
            f"The file of the {what} needs too much memory ({other_bytes // 10**6} MB with copies, "
            f"and the limit is {(MAX_MEMORY - SPARE_MEMORY) // 10**6}): remove its metadata, or "
            "save it as JPEG."
        )
    if width * height > limit:
        raise InputError(_describe_large(what, width, height, limit))


def _describe_large(what: str, width: int, height: int, limit: int) -> str:
    return (
        f"The {what} is too large ({width} x {height} pixels, and the limit for its kind is "
        f"{limit // 10**5 / 10:g} million): resize it, or save it as baseline JPEG, which is "
        "reduced while it is read."
    )
