"""Choose the picture of a file with several: a frame of an animation, a page of a TIFF file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_FRAMES: Final = 256  #: frames that are looked at
MAX_FRAME_PIXELS: Final = 2**27  #: pixels of all frames together that are looked at
MIN_CONTRAST: Final = 96  #: between the darkest and the brightest level of a frame that is taken
PREVIEW_SIDE: Final = 256  #: pixels of the side of the image in which the contrast is measured
ANIMATED: Final = ("GIF", "WEBP", "PNG", "AVIF")  #: formats whose pictures are frames
SUBFILE_TAG: Final = 254  #: of TIFF: a reduced image (bit 0) or a mask (bit 2) of another page
IS_REDUCED_OR_MASK: Final = 0b101


def select_page(image: ImageFile) -> None:
    """Move a TIFF file, whose pixels are undecoded, to its first page that is a picture itself.

    A page may also be a smaller copy or a mask of another one.
    """
    for index in range(MAX_FRAMES):
        try:
            image.seek(index)
            kind = image.tag_v2.get(SUBFILE_TAG, 0)  # type: ignore[attr-defined]  # of a TIFF file
        except Exception:  # EOFError after the last page, anything for a damaged one
            break
        if not (isinstance(kind, int) and kind & IS_REDUCED_OR_MASK):
            return
    image.seek(0)


def select_frame(image: Image) -> None:
    """Move an animation, whose first frame is decoded, to its first frame that is not blank.

    An animation often fades in. If all frames are blank, the one with the most contrast is taken. A
    frame that cannot be decoded ends the search.
    """
    if image.format in ANIMATED and getattr(image, "is_animated", False):
        _select_visible_frame(image)


def _select_visible_frame(image: Image) -> None:
    # The first picture of an animated PNG may be a replacement for viewers that show no animation.
    first = 1 if image.info.get("default_image") else 0
    limit = min(MAX_FRAMES, max(1, MAX_FRAME_PIXELS // (image.width * image.height)))
    best, best_contrast = 0, -1
    for index in range(first, first + limit):
        if not _seek(image, index):
            break
        contrast = _contrast(image)
        if contrast > best_contrast:
            best, best_contrast = index, contrast
        if contrast >= MIN_CONTRAST:
            return
    _seek(image, best)


def _seek(image: Image, index: int) -> bool:
    with suppress(Exception):  # EOFError after the last frame, anything for a damaged one
        if image.tell() != index:
            image.seek(index)
        image.load()
        return True
    return False


def _contrast(image: Image) -> int:
    """Return the greatest difference of a band between two visible pixels, 0..255."""
    from PIL import Image as pil  # noqa: N813

    size = min(image.width, PREVIEW_SIDE), min(image.height, PREVIEW_SIDE)
    rgba = image.resize(size, pil.Resampling.NEAREST).convert("RGBA")
    # Over black and over white, pixels that are transparent look different from all others.
    over = [
        pil.alpha_composite(pil.new("RGBA", rgba.size, color), rgba) for color in ("black", "white")
    ]
    bands = [band.getextrema() for picture in over for band in picture.convert("RGB").split()]
    return max(int(high) - int(low) for low, high in bands)  # type: ignore[arg-type]
