"""Load a photograph: from any source to one upright RGB image, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec.errors import InputError
from semcodec.imaging import faults, samples
from semcodec.imaging.color import to_srgb
from semcodec.imaging.geometry import reduce_large, turn_size, turn_upright
from semcodec.imaging.limits import MAX_FILE_BYTES, MAX_IMAGE_PIXELS, check_size
from semcodec.imaging.metadata import read_metadata, read_orientation
from semcodec.imaging.opening import Opened, open_photograph
from semcodec.imaging.quiet_pillow import import_pillow
from semcodec.imaging.transparency import AUTO, Color, flatten, parse_background
from semcodec.signatures import HEAD_SIZE
from semcodec.sources import Source, is_source, read_source

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_TRANSPARENT: Final = 0  #: alpha of a pixel that is not visible at all


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """The result of ``load``.

    Attributes:
        image: upright, in RGB.
        size: width and height of the upright photograph, which is larger than ``image`` if that was
            reduced.
        notices: sentences for the user, such as that a color profile was ignored.
    """

    image: Image
    size: tuple[int, int]
    notices: tuple[str, ...]


def load(source: Source | Image, background: str | Color = AUTO) -> LoadedImage:
    """Return ``source`` as an upright RGB image with a shorter side below 2 * MAX_SHORT_SIDE.

    Args:
        source: the path or the bytes of an image file, a file object opened for binary reading, or
            a PIL image, which is not changed.
        background: the color behind transparent pixels, as a name or as ``"#rrggbb"``. ``"auto"``
            is white, or gray if the visible pixels would vanish on white.

    Raises:
        InputError: the file cannot be read, is not an image in a supported format, is damaged, or
            is too large to be opened with ``MAX_MEMORY``; or ``background`` is not a color.
        BackendError: Pillow is not installed.
    """
    pil = import_pillow()
    color = parse_background(background)
    if isinstance(source, pil.Image):
        return _load(source, color)
    if not is_source(source):
        raise InputError(
            f"Cannot read {type(source).__name__} as an image: pass a path, the bytes of a file, "
            "or a PIL image."
        )
    return _load(source, color)


def _load(source: Source | Image, background: Color | None) -> LoadedImage:
    notices: list[str] = []
    data = b""
    try:
        if isinstance(source, import_pillow().Image):
            opened = _open_pil_image(source)
        else:
            data = read_source(source, MAX_FILE_BYTES)
            opened = open_photograph(data, notices)
        data = data[:HEAD_SIZE]  # the rest is not used any more, and its memory is needed
        size = turn_size(opened.metadata.size, opened.orientation)
        rgb = _to_upright_rgb(opened, background, notices)
    except InputError:
        raise
    except Exception as error:  # Pillow's readers may raise almost anything for damaged files
        raise InputError(faults.describe_error(data, error)) from error
    return LoadedImage(rgb, size, tuple(notices))


def _open_pil_image(image: Image) -> Opened:
    """Return a reduced copy of an image of the caller, which is decoded if it is not yet."""
    check_size(*image.size, limit=MAX_IMAGE_PIXELS)
    metadata = read_metadata(image, None)
    image.load()
    return Opened(reduce_large(image), metadata, read_orientation(image))


def _to_upright_rgb(opened: Opened, background: Color | None, notices: list[str]) -> Image:
    metadata = opened.metadata
    image = turn_upright(opened.image, opened.orientation)
    if samples.is_deep(image):
        image = samples.to_8bit(image, metadata)
    else:
        image = samples.mark_transparent(image, metadata)
    image = to_srgb(image, metadata, notices)
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[1] == MAX_TRANSPARENT:
        notices.append("The image is entirely transparent, so it shows nothing: use another image.")
    return flatten(image, background)
