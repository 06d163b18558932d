"""Open, orient and save images with Pillow: the layer below backends and pipeline.

``load`` returns one upright RGB image for any input: palette, CMYK, 16 bits, transparent, rotated
by its EXIF tag, animated. Image files may be malicious, so only a few formats are tried, the size
is checked before pixels are decoded, and ``load`` turns errors of Pillow into ``InputError``.
"""

from __future__ import annotations

import io
import threading
import warnings
from typing import TYPE_CHECKING, Any, Final

from semcodec.bitstream._arguments import as_bytes
from semcodec.errors import BackendError, InputError
from semcodec.forks import block_fork

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_PIXELS: Final = (
    2**27
)  #: limit of an input image; anything larger is treated as a decompression bomb
MAX_SHORT_SIDE: Final = 2048  #: pixels; larger images are reduced while they are read
ORIENTATION_TAG: Final = 0x0112  #: the EXIF tag for the orientation of the camera
TURNED_ORIENTATIONS: Final = (5, 6, 7, 8)  #: values of ORIENTATION_TAG that swap width and height
#: Input formats. Pillow's other readers start programs, load other files, or are not for photos.
FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "ICO",
)  # fmt: skip
SAVE_OPTIONS: Final = {"JPEG": {"quality": 92}, "WEBP": {"quality": 92}}

_BACKGROUND: Final = (255, 255, 255)  # behind transparent pixels
_WARNING_FILTERS: Final = threading.Lock()  # the filters of warnings are global


def load(source: bytes | bytearray | memoryview | Image) -> Image:
    """Return ``source`` as an upright RGB image with a shorter side below 2 * MAX_SHORT_SIDE.

    Args:
        source: the bytes of an image file, or a PIL image, which is not changed.

    Raises:
        InputError: the file is not in one of ``FORMATS``, is damaged, or has more than
            ``MAX_PIXELS`` pixels.
        BackendError: Pillow is not installed.
    """
    pil = _import_pillow()
    data = as_bytes(source) if isinstance(source, bytes | bytearray | memoryview) else None
    try:
        image = source if data is None else _open_file(data)
        if not isinstance(image, pil.Image):
            raise InputError("Unsupported image type: pass the bytes of a file or a PIL image.")
        return _to_upright_rgb(image)
    except InputError:
        raise
    except Exception as error:  # Pillow's readers may raise almost anything for damaged files
        raise InputError(_reason(data, error)) from error


def open_image(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Open an image file: read its header, but do not decode its pixels yet.

    Args:
        data: the bytes of the file.
        formats: Pillow's names of the formats to try; no other readers run.

    Raises:
        Exception: Pillow may raise almost any type.
    """
    # Pillow warns of large images; the warning is suppressed, because MAX_PIXELS is our own limit.
    # The filters of ``warnings`` are global: without the lock, two threads could save and restore
    # each other's filters, and "ignore" could stay forever. A child forked inside the block would
    # have a lock that is never released. Tested by test_forks and by
    # tests/test_imaging.py::test_threads_leave_the_warning_filters_unchanged.
    with block_fork():
        from PIL import Image

        with _WARNING_FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=formats)


def upright_size(image: Image) -> tuple[int, int]:
    """Return the width and height of ``image`` as ``load`` turns it, before it is reduced.

    An image that cannot be read gets its nominal size: ``load`` raises the error.
    """
    width, height = image.size
    try:
        image.load()  # turns TIFF files, and removes their tag
        width, height = image.size
        is_turned = image.getexif().get(ORIENTATION_TAG) in TURNED_ORIENTATIONS
    except Exception:  # Pillow's readers may raise almost anything for damaged files
        return width, height
    return (height, width) if is_turned else (width, height)


def is_image(value: object) -> bool:
    """Return whether ``value`` is a PIL image."""
    return isinstance(value, _import_pillow().Image)


def to_png(image: Image) -> bytes:
    """Return ``image`` as the bytes of a PNG file."""
    return to_file(image, "PNG")


def to_file(image: Image, format_name: str, **options: Any) -> bytes:
    """Return ``image`` as the bytes of a file.

    Args:
        image: a PIL image.
        format_name: Pillow's name of the format, such as ``"JPEG"``.
        options: options of Pillow's writer, such as ``quality``; they override ``SAVE_OPTIONS``.

    Raises:
        InputError: Pillow cannot write this format, or cannot write this image in it.
    """
    file = io.BytesIO()
    try:
        with block_fork():  # Pillow imports the plugin of this format
            image.save(file, format_name, **SAVE_OPTIONS.get(format_name, {}) | options)
    except (KeyError, OSError, ValueError) as error:
        message = f"Cannot save an image as {format_name}: use PNG, JPEG or WEBP."
        raise InputError(message) from error
    return file.getvalue()


def _import_pillow() -> Any:  # the type of a module cannot be named
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            import PIL.Image
            import PIL.ImageOps
            import PIL.TiffImagePlugin  # parses EXIF data
    except ImportError as error:
        message = "Images need Pillow: pip install 'semcodec[image]'."
        raise BackendError(message, backend="pillow", stage="load") from error
    return PIL.Image


def _open_file(data: bytes) -> Image:
    image = open_image(data, FORMATS)
    if image.format == "JPEG":  # the JPEG decoder can scale down by 2, 4 or 8 at almost no cost
        image.draft("RGB", (MAX_SHORT_SIDE, MAX_SHORT_SIDE))
    return image


def _to_upright_rgb(image: Image) -> Image:
    from PIL import ImageOps

    width, height = image.size
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(
            f"The image has {width} x {height} pixels: use one of at most {MAX_PIXELS} pixels."
        )
    return _to_rgb(ImageOps.exif_transpose(_reduce(image)))


def _reduce(image: Image) -> Image:
    """Return ``image`` reduced to about ``MAX_SHORT_SIDE``, before any full-size copy is made."""
    image.load()
    factor = min(image.size) // MAX_SHORT_SIDE
    if factor < 2:
        return image
    # Palette indices and bits have no mean, and Pillow cannot average 16-bit values: skip pixels.
    if image.mode in ("1", "P", "PA") or image.mode.startswith("I;16"):
        smaller = image.resize((image.width // factor, image.height // factor), 0)
    else:
        smaller = image.reduce(factor)
    # Neither method copies the metadata, which contain the orientation and transparency.
    smaller.info, smaller.getexif()[ORIENTATION_TAG] = (
        image.info,
        image.getexif().get(ORIENTATION_TAG, 1),
    )
    return smaller


def _to_rgb(image: Image) -> Image:
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    if image.mode == "F" or image.mode.startswith("I"):
        image = _to_8bit(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        background = pil.new("RGBA", image.size, _BACKGROUND)
        image = pil.alpha_composite(background, image)
    return image.convert("RGB")


def _to_8bit(image: Image) -> Image:
    """Return an image of 16 or 32 bits or floats scaled to 0..255; ``convert`` would clip values.

    16-bit values have a fixed range. 32-bit integers and floats do not, so the range from their
    minimum to their maximum is used.
    """
    span: Any = (0, 65536) if image.mode.startswith("I;16") else image.getextrema()
    low, high = span
    scale = 256 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _reason(data: bytes | None, error: Exception) -> str:
    """Return our message for an error that Pillow raised."""
    from PIL import Image, UnidentifiedImageError

    if data == b"":
        return "The image file is empty: pass a JPEG, PNG, WebP, GIF or TIFF file."
    if isinstance(error, UnidentifiedImageError):
        return "Unsupported image format: use a JPEG, PNG, WebP, GIF or TIFF file."
    if isinstance(error, Image.DecompressionBombError):
        return f"The image is too large: use one of at most {MAX_PIXELS} pixels."
    return f"The image is damaged ({error}): use another file."
