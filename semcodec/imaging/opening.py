"""Open image files: read the header with the right reader of Pillow, and decode the pixels.

Image files may be hostile. Only a few formats are tried, one reader runs, which is chosen by the
signature of the file, and the size is checked before pixels are decoded. Pillow's own limit is not
used, because it counts the declared pixels: a JPEG image is decoded at a fraction of its size.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from semcodec.errors import BackendError, InputError
from semcodec.forks import block_fork
from semcodec.imaging import chunks, jpeg_xl, refusals
from semcodec.imaging.frames import select_frame, select_page
from semcodec.imaging.metadata import Metadata, read_metadata
from semcodec.imaging.truncation import decode_pixels, note_zero_tail
from semcodec.signatures import (
    AVIF,
    BMP,
    GIF,
    HEIC,
    ICON,
    JPEG,
    JPEG_2000,
    JPEG_XL,
    NETPBM,
    PNG,
    TIFF,
    WEBP,
    identify,
)

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_FILE_BYTES: Final = 2**29  #: limit of the size of an image file
MAX_PIXELS: Final = 2**27  #: limit of the pixels that are decoded; more is a decompression bomb
#: Limit of the pixels of a JPEG image that is reduced by 2, 4 or 8 while it is decoded.
MAX_REDUCED_PIXELS: Final = 2**30
MAX_SHORT_SIDE: Final = 2048  #: pixels; larger images are reduced while they are read
PROGRESSIVE: Final = ("progressive", "progression")  #: what Pillow notes of such a JPEG image
START_OF_SCAN: Final = 0xDA  #: marker in a JPEG file

#: Pillow's readers, by the type of the file. Its other readers start programs, load other files, or
#: are not for photographs.
READERS: Final = {
    JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", AVIF: "AVIF", GIF: "GIF", TIFF: "TIFF", BMP: "BMP",
    JPEG_2000: "JPEG2000", NETPBM: "PPM", ICON: "ICO",
}  # fmt: skip
FORMATS: Final = tuple(READERS.values())
#: Formats whose readers do not notice that the end of the file was never written.
COMPRESSED: Final = (WEBP, AVIF, HEIC, JPEG_XL, JPEG_2000)

WARNING_READERS: Final = ("TIFF", "ICO")  #: readers that warn while they decode pixels

_WARNING_FILTERS: Final = threading.RLock()  # the filters of warnings are global


def import_pillow() -> Any:  # the type of a module cannot be named
    """Return the module ``PIL.Image``, with the other modules of Pillow that are used imported.

    Raises:
        BackendError: Pillow is not installed.
    """
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            import PIL.Image
            import PIL.ImageChops
            import PIL.ImageColor
            import PIL.ImageFilter
            import PIL.ImageMath
            import PIL.ImageOps
            import PIL.PngImagePlugin
            import PIL.TiffImagePlugin  # parses EXIF data
    except ImportError as error:
        message = "Images need Pillow: pip install 'semcodec[image]'."
        raise BackendError(message, backend="pillow", stage="load") from error
    return PIL.Image


def open_image(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Open an image file: read its header, but do not decode its pixels yet.

    There is no limit on the size of the image: the caller checks it.

    Args:
        data: the bytes of the file.
        formats: Pillow's names of the formats to try; no other readers run.

    Raises:
        Exception: Pillow may raise almost any type.
    """
    with ignored_warnings():
        return _try_readers(data, formats)


@contextmanager
def ignored_warnings() -> Iterator[None]:
    """Return a context in which readers do not warn of damaged metadata, which is of no use here.

    The filters of ``warnings`` are global: without the lock, two threads could save and restore
    each other's filters, and "ignore" could stay forever. A child forked inside the block would
    have a lock that is never released. Tested by test_forks and by
    tests/imaging/test_loading.py::test_threads_leave_the_warning_filters_unchanged.
    """
    with block_fork():
        import_pillow()
        with _WARNING_FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


def _try_readers(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Do what ``PIL.Image.open`` does, without its limit on the declared pixels."""
    from PIL import Image, UnidentifiedImageError

    Image.preinit()
    if not set(formats) <= Image.OPEN.keys():
        Image.init()
    for name in formats:
        factory, accept = Image.OPEN[name]
        accepted = accept(data[:16]) if accept else True
        if not accepted or isinstance(accepted, str):  # a str is a reason to refuse
            continue
        try:
            return factory(io.BytesIO(data), "")
        except (SyntaxError, IndexError, TypeError, struct.error):  # as in Image.open
            continue
    raise UnidentifiedImageError("no reader accepts the file")


def open_photograph(data: bytes, notices: list[str]) -> tuple[Image, Metadata]:
    """Return the image in a file with its pixels decoded, and what the file states about them.

    A large JPEG image is reduced while it is decoded.

    Args:
        data: the bytes of the file.
        notices: sentences are added to it, such as that the end of the file is missing.

    Raises:
        InputError: the file is not an image in a supported format, or is too large.
        Exception: Pillow may raise almost any type for a damaged file.
    """
    file_type = identify(data)
    if file_type == HEIC:
        image, metadata = _open_heic(data)
    elif file_type == JPEG_XL:
        image, metadata = _open_jpeg_xl(data)
    elif file_type is None or file_type not in READERS:
        raise InputError(refusals.refuse(data, file_type))
    else:
        content = chunks.keep_visible(data) if file_type == PNG else data
        reader = READERS[file_type]
        with ignored_warnings() if reader in WARNING_READERS else nullcontext():
            metadata = read_metadata(_open_bounded(content, reader), data)
            image = decode_pixels(content, lambda part: _open_reduced(part, reader), notices)
        select_frame(image)
    if file_type in COMPRESSED:
        note_zero_tail(data, notices)
    return image, metadata


def check_pixels(width: int, height: int, limit: int = MAX_PIXELS, what: str = "image") -> None:
    """Check that an image may be decoded.

    Raises:
        InputError: it has no pixels, or more than ``limit``.
    """
    if width * height == 0:
        raise InputError(f"The {what} has no pixels ({width} x {height}): use another one.")
    if width * height > limit:
        raise InputError(
            f"The {what} is too large ({width} x {height} pixels): use one of at most {limit} "
            "pixels."
        )


def _open_bounded(data: bytes, reader: str) -> ImageFile:
    """Open an image file and check its size."""
    image = open_image(data, (reader,))
    if reader == "TIFF":
        select_page(image)
    if reader != "JPEG":
        check_pixels(*image.size)
        return image
    # The decoder scales by 1/2, 1/4 or 1/8, at almost no cost, and needs memory for the result
    # only. But it keeps all coefficients if they come in several scans, as in progressive images.
    is_progressive = any(note in image.info for note in PROGRESSIVE)
    if is_progressive or _count_scanned_components(data) < getattr(image, "layers", 1):
        check_pixels(*image.size, what="progressive JPEG image")
    check_pixels(*image.size, limit=MAX_REDUCED_PIXELS)
    return image


def _open_reduced(data: bytes, reader: str) -> ImageFile:
    """Open an image file, check its size, and set a JPEG image to be reduced."""
    image = _open_bounded(data, reader)
    image.draft("RGB", (MAX_SHORT_SIDE, MAX_SHORT_SIDE))  # does nothing for other formats
    check_pixels(*image.size)
    return image


def _count_scanned_components(data: bytes) -> int:
    """Return the number of components in the first scan of a JPEG file; 0 if it is not found."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 < len(data):
        marker = data[at + 1]
        if marker == START_OF_SCAN:
            return data[at + 4]
        has_no_content = marker == 1 or 0xD0 <= marker <= 0xD9
        is_padding = marker == 0xFF
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        at += 1 if is_padding else 2 if has_no_content else 2 + length
    return 0


def _open_heic(data: bytes) -> tuple[Image, Metadata]:
    """Decode a HEIC photograph with pillow-heif, which is not registered in Pillow."""
    try:
        with block_fork():
            import_pillow()
            from pillow_heif import HeifImageFile
    except ImportError as error:
        raise InputError(refusals.missing_extra(HEIC, "heif")) from error
    reader: Any = HeifImageFile  # it has no types
    image: ImageFile = reader(io.BytesIO(data))
    check_pixels(*image.size)
    metadata = read_metadata(image, data)
    image.load()
    return image, metadata


def _open_jpeg_xl(data: bytes) -> tuple[Image, Metadata]:
    """Decode a JPEG XL image with pillow-jxl-plugin, which registers itself when it is imported."""
    try:
        with block_fork():
            import_pillow()
            from pillow_jxl.JpegXLImagePlugin import JXLImageFile
    except ImportError as error:
        raise InputError(refusals.missing_extra(JPEG_XL, "jxl")) from error
    check_pixels(*jpeg_xl.read_size(data))  # the plug-in decodes all pixels when it opens a file
    with ignored_warnings():
        image: ImageFile = JXLImageFile(io.BytesIO(data))
    metadata = read_metadata(image, data)
    image.load()
    return image, metadata
