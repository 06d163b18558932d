"""Open image files: read the header with the right reader of Pillow, and decode the pixels.

Image files may be hostile. Only a few formats are tried, one reader runs, which is chosen by the
signature of the file, and the size is checked before pixels are decoded. Pillow's own limit is not
used, because it counts the declared pixels: a JPEG image is decoded at a fraction of its size.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.errors import BackendError, InputError
from semcodec.forks import block_fork
from semcodec.imaging import (
    av1_sizes,
    chunks,
    costs,
    faults,
    jpeg_files,
    jpeg_xl,
    refusals,
    strips,
)
from semcodec.imaging.excerpt import Excerpt, Parts
from semcodec.imaging.frames import select_frame, select_page
from semcodec.imaging.geometry import reduce_large
from semcodec.imaging.limits import (
    MAX_MEMORY,
    MAX_PIXELS,
    MAX_PNG_PIXELS,
    check_size,
    reduction_factor,
)
from semcodec.imaging.metadata import Metadata, read_metadata, read_orientation
from semcodec.imaging.quiet_pillow import ignored_warnings, import_pillow, silent_libtiff
from semcodec.imaging.truncation import decode_jpeg, decode_pixels, note_missing, note_zero_tail
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
    FileType,
    identify,
)

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

#: Pillow's readers, by the type of the file. Its other readers start programs, load other files, or
#: are not for photographs.
READERS: Final = {
    JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", AVIF: "AVIF", GIF: "GIF", TIFF: "TIFF", BMP: "BMP",
    JPEG_2000: "JPEG2000", NETPBM: "PPM", ICON: "ICO",
}  # fmt: skip
FORMATS: Final = tuple(READERS.values())
#: Formats whose readers do not notice that the end of the file was never written.
COMPRESSED: Final = (WEBP, AVIF, HEIC, JPEG_XL, JPEG_2000)

HEAD_BYTES: Final = 16  #: of a file, by which Pillow recognizes its format
MIN_MEMORY: Final = 2**24  #: bytes that any reader may take
MAX_PIXEL_BYTES: Final = 16  #: for a pixel, about as many as a reader takes
WARNING_READERS: Final = ("TIFF", "ICO")  #: readers that warn while they decode pixels


def open_image(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Open an image file: read its header, but do not decode its pixels yet.

    There is no limit on the size of the image: the caller checks it. Large metadata are left out.

    Args:
        data: the bytes of the file.
        formats: Pillow's names of the formats to try; no other readers run.

    Raises:
        InputError: it is a JPEG image with too many scans.
        Exception: Pillow may raise almost any type.
    """
    file_type = identify(data)
    parts: Parts = (data,)
    if file_type == PNG:
        parts = chunks.keep_visible(data)
    elif file_type == JPEG:
        parts = jpeg_files.keep_needed(data)
        costs.check_scans(data)
    with ignored_warnings():
        return _try_readers(parts, formats)


def _open_parts(parts: Parts, reader: str) -> ImageFile:
    with ignored_warnings():
        return _try_readers(parts, (reader,))


def _try_readers(parts: Parts, formats: tuple[str, ...]) -> ImageFile:
    """Do what ``PIL.Image.open`` does, without its limit on the declared pixels."""
    from PIL import Image, UnidentifiedImageError

    reason = "no reader accepts the file"
    head = Excerpt(parts).read(HEAD_BYTES)
    Image.preinit()
    if not set(formats) <= Image.OPEN.keys():
        Image.init()
    for name in formats:
        factory, accept = Image.OPEN[name]
        accepted = accept(head) if accept else True
        if not accepted or isinstance(accepted, str):  # a str is a reason to refuse
            continue
        try:
            return factory(_as_file(parts), "")
        except (SyntaxError, IndexError, TypeError, struct.error) as error:  # as in Image.open
            reason = str(error)
    raise UnidentifiedImageError(reason)


class Opened(NamedTuple):
    """An image of a file: pixels, and what its file states about them.

    Attributes:
        image: reduced to the limits of ``reduction_factor``, but not turned upright.
        metadata: with the size before the image was reduced.
        orientation: of EXIF, 1..8.
    """

    image: Image
    metadata: Metadata
    orientation: int


def _as_file(parts: Parts) -> Any:
    # Pillow's readers of some formats need all bytes at once, which a BytesIO has without a copy.
    return io.BytesIO(parts[0]) if len(parts) == 1 else Excerpt(parts)


def open_photograph(data: bytes, notices: list[str]) -> Opened:
    """Return the image in a file with its pixels decoded, and what the file states about them.

    A large image is reduced: while it is decoded, if its format allows that.

    Args:
        data: the bytes of the file.
        notices: sentences are added to it, such as that the end of the file is missing.

    Raises:
        InputError: the file is not an image in a supported format, or is too large.
        Exception: Pillow may raise almost any type for a damaged file.
    """
    file_type = identify(data)
    if file_type is None or not (file_type in READERS or file_type in (HEIC, JPEG_XL)):
        raise InputError(refusals.refuse(data, file_type))
    reader = READERS.get(file_type, "")
    with _quiet(reader):
        try:
            opened = _DECODERS.get(file_type, _open_other)(data, file_type, notices)
        except (InputError, BackendError):
            raise
        except Exception as error:
            # A library in C often reports a failed allocation as damage.
            if faults.is_memory_short(_estimate_memory(data, reader)):
                raise MemoryError from error
            raise
    if file_type in COMPRESSED:
        note_zero_tail(data, notices)
    return opened


@contextmanager
def _quiet(reader: str) -> Iterator[None]:
    """Return a context in which a reader that warns or prints while it decodes does not."""
    if reader not in WARNING_READERS:
        yield
        return
    with ignored_warnings(), silent_libtiff():
        yield


def _estimate_memory(data: bytes, reader: str) -> int:
    """Return about how much memory it takes to decode a file; a little if its size is unknown."""
    width, height = 0, 0
    with suppress(Exception):
        width, height = open_image(data, (reader,)).size
    return min(MAX_MEMORY, MIN_MEMORY + len(data) + MAX_PIXEL_BYTES * width * height)


def _open_other(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode an image at full size, and reduce it then; uncompressed ones are reduced by rows."""
    reader = READERS[file_type]
    if reader == "TIFF":
        costs.check_tags(data)
    elif reader == "ICO":
        costs.check_icon(data)

    def open_file(parts: Parts) -> ImageFile:
        image = _open_parts(parts, reader)
        if reader == "TIFF":
            select_page(image)
        return image

    opened = [open_file((data,))]
    check_size(*opened[0].size, costs.describe(file_type))
    metadata = read_metadata(opened[0], data)
    factor = reduction_factor(*opened[0].size)
    if factor > 1 and (rows := strips.find_rows(opened[0], len(data))):
        orientation = read_orientation(opened[0])
        layout = strips.Layout.of(opened[0])._replace(size=rows.size)
        image = strips.reduce_rows(layout, data, rows, factor)
        return Opened(image, replace(metadata, size=rows.size), orientation)
    costs.check_whole(opened[0], data, file_type)
    image = decode_pixels((data,), lambda parts: (opened or [open_file(parts)]).pop(), notices)
    return _finish(image, metadata)


def _open_png(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    parts = chunks.keep_visible(data)
    header = _open_parts(parts, "PNG")
    check_size(*header.size, "PNG image", MAX_PNG_PIXELS)
    metadata = read_metadata(header, data)
    factor = reduction_factor(*header.size)
    if factor == 1 or header.info.get("interlace"):
        costs.check_whole(header, data, file_type)
        return _finish(
            decode_pixels(parts, lambda part: _open_parts(part, "PNG"), notices), metadata
        )
    header.info.update(chunks.read_exif(data))
    image, missing = strips.reduce_png(data, header, factor)
    if missing:
        note_missing(missing, notices)
    return Opened(image, metadata, read_orientation(image))


def _open_jpeg(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode a JPEG image, which the decoder reduces by 2, 4 or 8 at almost no cost."""

    def open_reduced(parts: Parts) -> ImageFile:
        image = _open_parts(parts, "JPEG")
        factor = reduction_factor(*image.size)
        image.draft("RGB", (image.width // factor, image.height // factor))
        return image

    parts = jpeg_files.keep_needed(data)
    header = _open_parts(parts, "JPEG")
    check_size(*header.size, "JPEG image", MAX_PIXELS)
    metadata = read_metadata(header, data)
    costs.check_jpeg(header, open_reduced(parts), data)
    return _finish(decode_jpeg(parts, open_reduced, notices), metadata)


def _open_jpeg_2000(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode a JPEG 2000 image; each of its levels is half as large as the one before."""
    header: Any = open_image(data, ("JPEG2000",))
    level = costs.choose_level(data)
    metadata = read_metadata(header, data)

    def open_reduced(parts: Parts) -> ImageFile:
        image: Any = _open_parts(parts, "JPEG2000")
        image.reduce = level
        return image  # type: ignore[no-any-return]

    return _finish(decode_pixels((data,), open_reduced, notices), metadata)


def _open_compact(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode a WebP or AVIF image."""
    reader = READERS[file_type]
    costs.check_file(data, file_type)
    if file_type == WEBP:
        refusals.check_webp_length(data)
        size, is_ordinary = costs.webp_size(data), False
    else:
        size, is_ordinary = av1_sizes.read_pictures(data)
        is_ordinary = is_ordinary and costs.is_ordinary_avif(data)
    costs.check_decoded(size, data, file_type, is_ordinary=is_ordinary)
    header = open_image(data, (reader,))
    is_ordinary = is_ordinary and header.mode == "RGB"  # without transparency
    costs.check_decoded(header.size, data, file_type, is_ordinary=is_ordinary)
    del header
    return _decode_compact(data, lambda: open_image(data, (reader,)))


def _open_heic(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode a HEIC photograph with pillow-heif, which is not registered in Pillow."""
    try:
        with block_fork():
            import_pillow()
            from pillow_heif import HeifImageFile
    except ImportError as error:
        raise InputError(refusals.missing_extra(HEIC, "heif")) from error
    costs.check_file(data, file_type)
    reader: Any = HeifImageFile  # it has no types
    header = reader(io.BytesIO(data))
    has_few_colors = header.mode == "RGB" and header.info.get("chroma") in (400, 420, 422)
    is_ordinary = has_few_colors and header.info.get("bit_depth") == 8
    costs.check_decoded(header.size, data, file_type, is_ordinary=is_ordinary)
    del header
    return _decode_compact(data, lambda: reader(io.BytesIO(data)))


def _open_jpeg_xl(data: bytes, file_type: FileType, notices: list[str]) -> Opened:
    """Decode a JPEG XL image with pillow-jxl-plugin, which registers itself when it is imported."""
    try:
        with block_fork():
            import_pillow()
            from pillow_jxl.JpegXLImagePlugin import JXLImageFile
    except ImportError as error:
        raise InputError(refusals.missing_extra(JPEG_XL, "jxl")) from error
    # The plug-in decodes all pixels when it opens a file.
    costs.check_decoded(jpeg_xl.read_size(data), data, file_type)
    with ignored_warnings():
        return _decode_compact(data, lambda: JXLImageFile(io.BytesIO(data)))


def _decode_compact(data: bytes, open_file: Callable[[], ImageFile]) -> Opened:
    """Decode an image whose reader returns all pixels as bytes.

    Pillow would copy the bytes into an image while the reader still has copies of its own. If the
    image is to be reduced, Pillow is stopped before that, and the reader is deleted, which frees
    its memory.
    """
    image = open_file()
    metadata, orientation = read_metadata(image, data), read_orientation(image)
    factor = reduction_factor(*image.size)
    if factor == 1:
        image.load()
        return _finish(image, metadata)
    layout = strips.Layout.of(image)
    pixels, rows = _take_bytes(image)
    del image
    return Opened(strips.reduce_rows(layout, pixels, rows, factor), metadata, orientation)


class _StopError(Exception):
    """The pixels are there as bytes, so that no image needs to be made of them."""


def _take_bytes(image: Any) -> tuple[bytes, strips.Rows]:
    """Return the pixels that the reader of ``image`` returns, and their layout."""
    found: list[Any] = []

    def stop(*content: Any) -> None:
        found.extend(content)
        raise _StopError

    if image.format == "HEIF":
        image.frombytes = stop  # pillow-heif calls it
    else:
        image.load_prepare = stop  # Pillow calls it
    with suppress(_StopError):
        image.load()
    if found:  # pixels, "raw", (layout, bytes of a row)
        return found[0], strips.Rows(0, image.size, *found[2])
    pixels, layout = image.fp.getvalue(), image.tile[0][3]
    raw_mode = layout if isinstance(layout, str) else layout[0]
    return pixels, strips.Rows(0, image.size, raw_mode, len(pixels) // image.height)


def _finish(image: Image, metadata: Metadata) -> Opened:
    """Return the picture of an image whose pixels are decoded."""
    if reduction_factor(*image.size) == 1:  # otherwise its frames exceed the memory
        select_frame(image)
    orientation = read_orientation(image)
    return Opened(reduce_large(image), metadata, orientation)


_DECODERS: Final = {
    PNG: _open_png, JPEG: _open_jpeg, JPEG_2000: _open_jpeg_2000, WEBP: _open_compact,
    AVIF: _open_compact, HEIC: _open_heic, JPEG_XL: _open_jpeg_xl,
}  # fmt: skip
