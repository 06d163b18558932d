"""Photographs in, pictures out: the one module of the pipeline that knows Pillow.

Whatever the file is (palette, CMYK, 16 bit, transparent, turned by its EXIF tag, animated), what
comes out is one upright RGB image.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from semcodec._safe_image import open_image
from semcodec.bitstream._validate import as_bytes
from semcodec.errors import BackendError, InputError
from semcodec.forks import fork_waits

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS: Final = 2**27  #: of an input image; more is a decompression bomb to us
ENOUGH: Final = 2048  #: pixels of the shorter side; more are averaged away while reading
ORIENTATION: Final = 0x0112  #: the EXIF tag that says how the camera was held
DESCRIBED_SIDE: Final = 1024  #: pixels of the longer side that a describer sees
#: What is read. Other readers of Pillow start programs, load other files, or read no photographs.
FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "ICO",
)  # fmt: skip
FITS: Final = ("cover", "contain")
QUALITY: Final = {"JPEG": {"quality": 92}, "WEBP": {"quality": 92}}  #: of saved pictures

_PAPER = (255, 255, 255)  # what shows through a transparent image


def load(source: bytes | bytearray | memoryview | Image) -> Image:
    """Return the upright RGB image of a file's bytes, or of an image, no larger than is seen.

    Raises:
        InputError: it is no image of ``FORMATS``, is damaged, or is larger than ``MAX_PIXELS``.
        BackendError: Pillow is not installed.
    """
    pil = _pillow()
    data = as_bytes(source) if isinstance(source, bytes | bytearray | memoryview) else None
    try:
        image = source if data is None else _opened(data)
        if not isinstance(image, pil.Image):
            raise InputError("Give the image as the bytes of a file or as a PIL image.")
        return _upright_rgb(image)
    except InputError:
        raise
    except Exception as error:  # Pillow's readers raise nearly anything on damaged files
        raise InputError(_fault(data, error)) from error


def _opened(data: bytes) -> Any:
    """Return the image of a file, of which a JPEG is decoded no larger than is seen."""
    image = open_image(data, FORMATS)
    if image.format == "JPEG":
        image.draft("RGB", (ENOUGH, ENOUGH))
    return image


def crop(image: Image, size: tuple[int, int], fit: str = "cover") -> Image:
    """Return ``image`` in the aspect of ``size``, its longer side ``DESCRIBED_SIDE`` pixels.

    How small the picture will be is no reason to look less closely.

    ``"cover"`` cuts what is over on both sides alike; ``"contain"`` keeps all on white.
    """
    from PIL import ImageOps

    if not isinstance(fit, str) or fit not in FITS:
        raise InputError(f"No such fit: give one of {', '.join(FITS)}.")
    seen = _seen(size)
    if fit == "contain":
        return ImageOps.pad(image, seen, color=_PAPER)
    return ImageOps.fit(image, seen)


def is_image(thing: object) -> bool:
    """Tell whether ``thing`` is a PIL image."""
    return isinstance(thing, _pillow().Image)


def at_size(image: Image, size: tuple[int, int]) -> Image:
    """Return ``image`` in RGB at ``size`` pixels."""
    upright = image.convert("RGB")
    return upright if upright.size == size else upright.resize(size)


def to_png(image: Image) -> bytes:
    """Return the bytes of a PNG file of ``image``."""
    return to_file(image, "PNG")


def to_file(image: Image, kind: str, **options: int) -> bytes:
    """Return the bytes of a file of ``image``; ``kind`` is Pillow's name of the format."""
    out = io.BytesIO()
    try:
        with fork_waits():  # Pillow imports what writes this kind of file
            image.save(out, kind, **QUALITY.get(kind, {}) | options)
    except (KeyError, OSError, ValueError) as error:
        raise InputError(f"Pictures cannot be saved as {kind}: use PNG, JPEG or WEBP.") from error
    return out.getvalue()


def _pillow() -> Any:  # a module has no type that could be named
    try:
        with fork_waits():  # a child would wait for ever for an import that another thread began
            import PIL.Image
            import PIL.ImageOps
            import PIL.TiffImagePlugin  # which reads EXIF data
    except ImportError as error:
        message = "Images need Pillow: pip install 'semcodec[image]'."
        raise BackendError(message, backend="pillow", stage="load") from error
    return PIL.Image


def _upright_rgb(image: Image) -> Image:
    from PIL import ImageOps

    width, height = image.size
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(f"The image has {width} x {height} pixels: at most {MAX_PIXELS} are read.")
    return _rgb(ImageOps.exif_transpose(_reduced(image)))


def _reduced(image: Image) -> Image:
    """Return ``image`` without the pixels nobody will see, before any copy of them is made."""
    image.load()
    factor = min(image.size) // ENOUGH
    if factor < 2:
        return image
    if image.mode in ("1", "P", "PA") or image.mode.startswith("I;16"):  # these have no mean
        smaller = image.resize((image.width // factor, image.height // factor), 0)
    else:
        smaller = image.reduce(factor)
    smaller.info, smaller.getexif()[ORIENTATION] = image.info, image.getexif().get(ORIENTATION, 1)
    return smaller


def _rgb(image: Image) -> Image:
    from PIL import Image as pil  # noqa: N813  # as everybody names the module's functions

    if image.mode == "F" or image.mode.startswith("I"):
        image = _in_bytes(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = pil.new("RGBA", image.size, _PAPER)
        image = pil.alpha_composite(paper, image)
    return image.convert("RGB")


def _in_bytes(image: Image) -> Image:
    """Return gray values of 16 or 32 bits or floats as bytes; converting would clip, not scale."""
    span: Any = (0, 65536) if image.mode.startswith("I;16") else image.getextrema()
    low, high = span
    scale = 256 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _seen(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    longest = max(width, height)
    return max(1, width * DESCRIBED_SIDE // longest), max(1, height * DESCRIBED_SIDE // longest)


def _fault(data: bytes | None, error: Exception) -> str:
    if data == b"":
        return "The image file is empty."
    if type(error).__name__ == "UnidentifiedImageError":
        return "This is no image that can be read: give a JPEG, PNG, WebP, GIF or TIFF file."
    if type(error).__name__ == "DecompressionBombError":
        return f"The image is too large: at most {MAX_PIXELS} pixels are read."
    return f"The image is damaged: {error}."
