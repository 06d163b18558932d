"""Photographs in, pictures out: the one module that knows Pillow.

Whatever the file is (palette, CMYK, 16 bit, transparent, turned by its EXIF tag, animated), what
comes out is one upright RGB image.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final

from semcodec.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 2**27  #: of an input image; more is a decompression bomb to us
DESCRIBED_SIDE: Final = 1024  #: pixels of the longer side that a describer sees
FITS: Final = ("cover", "contain")
QUALITY: Final = {"JPEG": {"quality": 92}, "WEBP": {"quality": 92}}  #: of saved pictures

_PAPER = (255, 255, 255)  # what shows through a transparent image


def load(source: bytes | Image) -> Image:
    """Return the upright RGB image of a file's bytes, or of an image.

    Raises:
        InputError: it is no image, is damaged, or is larger than ``MOST_PIXELS``.
    """
    pil = _pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit is the narrower one
            image = pil.open(io.BytesIO(source)) if isinstance(source, bytes) else source
            if not isinstance(image, pil.Image):
                raise InputError("Give the image as the bytes of a file or as a PIL image.")
            return _upright_rgb(image)
    except InputError:
        raise
    except Exception as error:  # Pillow's readers raise nearly anything on damaged files
        raise InputError(_fault(source, error)) from error


def crop(image: Image, size: tuple[int, int], fit: str = "cover") -> Image:
    """Return ``image`` in the aspect of ``size``, its longer side ``DESCRIBED_SIDE`` pixels.

    How small the picture will be is no reason to look less closely.

    ``"cover"`` cuts what is over on both sides alike; ``"contain"`` keeps all on white.
    """
    from PIL import ImageOps

    if fit not in FITS:
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
        image.save(out, kind, **QUALITY.get(kind, {}) | options)
    except (KeyError, OSError, ValueError) as error:
        raise InputError(f"Pictures cannot be saved as {kind}: use PNG, JPEG or WEBP.") from error
    return out.getvalue()


def _pillow() -> Any:  # a module has no type that could be named
    try:
        import PIL.Image
    except ImportError as error:
        raise InputError("Images need Pillow: pip install 'semcodec[image]'.") from error
    return PIL.Image


def _upright_rgb(image: Image) -> Image:
    from PIL import ImageOps

    width, height = image.size
    if not 0 < width * height <= MOST_PIXELS:
        raise InputError(
            f"The image has {width} x {height} pixels: at most {MOST_PIXELS} are read."
        )
    if getattr(image, "format", None) == "JPEG":
        image.draft("RGB", (2 * DESCRIBED_SIDE, 2 * DESCRIBED_SIDE))  # decode no more than is seen
    image.load()
    return _rgb(ImageOps.exif_transpose(image))


def _rgb(image: Image) -> Image:
    from PIL import Image as pil  # noqa: N813  # as everybody names the module's functions

    if image.mode.startswith("I"):  # 16 bits a sample; converting would clip, not scale
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "F":
        image = image.convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = pil.new("RGBA", image.size, _PAPER)
        image = pil.alpha_composite(paper, image)
    return image.convert("RGB")


def _seen(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    longest = max(width, height)
    return max(1, width * DESCRIBED_SIDE // longest), max(1, height * DESCRIBED_SIDE // longest)


def _fault(source: bytes | Image, error: Exception) -> str:
    if isinstance(source, bytes) and not source:
        return "The image file is empty."
    if type(error).__name__ == "UnidentifiedImageError":
        return "This is no image that can be read: give a JPEG, PNG, WebP, GIF or TIFF file."
    if type(error).__name__ == "DecompressionBombError":
        return f"The image is too large: at most {MOST_PIXELS} pixels are read."
    return f"The image is damaged: {error}."
