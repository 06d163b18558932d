"""Open, orient, crop and save images: the layer below backends and pipeline that knows Pillow.

Whatever the input is (palette, CMYK, 16 bits, transparent, rotated by its EXIF tag, animated),
``load`` returns one upright RGB image. Image files may be hostile: only a few formats are tried,
the size is checked before pixels are decoded, and no error of Pillow leaves this module as such.
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

MAX_PIXELS: Final = 2**27  #: of an input image; anything larger is a decompression bomb
MAX_SHORT_SIDE: Final = 2048  #: pixels; larger images are averaged down while they are read
ORIENTATION_TAG: Final = 0x0112  #: EXIF tag: how the camera was held
DESCRIBED_SIDE: Final = 1024  #: pixels of the longer side of the image that a describer gets
#: Input formats. Pillow's other readers start programs, load other files, or read no photographs.
FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "ICO",
)  # fmt: skip
FITS: Final = ("cover", "contain")
SAVE_OPTIONS: Final = {"JPEG": {"quality": 92}, "WEBP": {"quality": 92}}

_BACKGROUND: Final = (255, 255, 255)  # shows through transparent pixels, and pads "contain"
_WARNING_FILTERS: Final = threading.Lock()  # warnings keeps one list of filters per process


def load(source: bytes | bytearray | memoryview | Image) -> Image:
    """Return ``source`` as an upright RGB image, its shorter side below ``2 * MAX_SHORT_SIDE``.

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
    except Exception as error:  # Pillow's readers raise nearly any type for damaged files
        raise InputError(_reason(data, error)) from error


def open_image(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Return an image file with its header read and its pixels not yet decoded.

    Args:
        data: the bytes of the file.
        formats: Pillow's names of the formats to try; only their readers run.

    Raises:
        Exception: whatever Pillow raises, which is nearly any type.
    """
    # Pillow warns of large images; MAX_PIXELS is our own limit, so the warning is suppressed. The
    # filters of ``warnings`` belong to the whole process: without the lock, two threads would each
    # save and restore the other's filters, and "ignore" could stay for good. A fork inside would
    # leave the child with a lock that is never released. Tested by test_forks and by
    # tests/test_imaging.py::test_threads_leave_the_warning_filters_unchanged.
    with block_fork():
        from PIL import Image

        with _WARNING_FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=formats)


def crop(image: Image, size: tuple[int, int], fit: str = "cover") -> Image:
    """Return ``image`` in the aspect ratio of ``size``, its longer side ``DESCRIBED_SIDE`` pixels.

    The describer gets the same resolution whatever the target size is.

    Args:
        image: an RGB image.
        size: width and height, of which only the ratio matters.
        fit: ``"cover"`` cuts equal parts off two opposite sides; ``"contain"`` keeps the whole
            image and pads it with white.

    Raises:
        InputError: ``fit`` is not one of ``FITS``.
    """
    from PIL import ImageOps

    if not isinstance(fit, str) or fit not in FITS:
        raise InputError(f"Unknown fit: use one of {', '.join(FITS)}.")
    target = _described_size(size)
    if fit == "contain":
        return ImageOps.pad(image, target, color=_BACKGROUND)
    return ImageOps.fit(image, target)


def is_image(value: object) -> bool:
    """Tell whether ``value`` is a PIL image."""
    return isinstance(value, _import_pillow().Image)


def to_rgb_size(image: Image, size: tuple[int, int]) -> Image:
    """Return ``image`` in RGB, scaled to ``size`` (width, height in pixels) if it has another."""
    rgb = image.convert("RGB")
    return rgb if rgb.size == size else rgb.resize(size)


def to_png(image: Image) -> bytes:
    """Return ``image`` as the bytes of a PNG file."""
    return to_file(image, "PNG")


def to_file(image: Image, format_name: str, **options: int) -> bytes:
    """Return ``image`` as the bytes of a file.

    Args:
        image: a PIL image.
        format_name: Pillow's name of the format, such as ``"JPEG"``.
        options: of Pillow's writer, such as ``quality``; they override ``SAVE_OPTIONS``.

    Raises:
        InputError: Pillow cannot write this format, or not this image in it.
    """
    file = io.BytesIO()
    try:
        with block_fork():  # Pillow imports the writer of this format
            image.save(file, format_name, **SAVE_OPTIONS.get(format_name, {}) | options)
    except (KeyError, OSError, ValueError) as error:
        message = f"Cannot save an image as {format_name}: use PNG, JPEG or WEBP."
        raise InputError(message) from error
    return file.getvalue()


def _import_pillow() -> Any:  # a module has no type that could be named
    try:
        with block_fork():  # a child would wait forever for an import that another thread began
            import PIL.Image
            import PIL.ImageOps
            import PIL.TiffImagePlugin  # parses EXIF data
    except ImportError as error:
        message = "Images need Pillow: pip install 'semcodec[image]'."
        raise BackendError(message, backend="pillow", stage="load") from error
    return PIL.Image


def _open_file(data: bytes) -> Image:
    image = open_image(data, FORMATS)
    if image.format == "JPEG":  # its decoder scales down by 2, 4 or 8 at almost no cost
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
    """Return ``image`` averaged down to about ``MAX_SHORT_SIDE``, before any copy is made of it."""
    image.load()
    factor = min(image.size) // MAX_SHORT_SIDE
    if factor < 2:
        return image
    # Palette indices and bits have no mean, and Pillow averages no 16-bit values: take one of each.
    if image.mode in ("1", "P", "PA") or image.mode.startswith("I;16"):
        smaller = image.resize((image.width // factor, image.height // factor), 0)
    else:
        smaller = image.reduce(factor)
    # Neither method keeps the metadata: without it, orientation and transparency would be lost.
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
    """Return gray values of 16 or 32 bits or floats scaled to 0..255; ``convert`` would clip.

    16-bit values have a fixed range; 32-bit integers and floats have none, so theirs is stretched.
    """
    span: Any = (0, 65536) if image.mode.startswith("I;16") else image.getextrema()
    low, high = span
    scale = 256 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _described_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    longest = max(width, height)
    return max(1, width * DESCRIBED_SIDE // longest), max(1, height * DESCRIBED_SIDE // longest)


def _reason(data: bytes | None, error: Exception) -> str:
    """Return the message for an error of Pillow."""
    from PIL import Image, UnidentifiedImageError

    if data == b"":
        return "The image file is empty: pass a JPEG, PNG, WebP, GIF or TIFF file."
    if isinstance(error, UnidentifiedImageError):
        return "Unsupported image format: use a JPEG, PNG, WebP, GIF or TIFF file."
    if isinstance(error, Image.DecompressionBombError):
        return f"The image is too large: use one of at most {MAX_PIXELS} pixels."
    return f"The image is damaged ({error}): use another file."
