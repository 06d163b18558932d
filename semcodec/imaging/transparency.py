"""Put transparent images onto a background on which they are visible."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from semcodec.errors import InputError
from semcodec.imaging.quiet_pillow import import_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

AUTO: Final = "auto"
Color = tuple[int, int, int]  #: red, green and blue, each 0..255

WHITE, DARK, GRAY = (255, 255, 255), (40, 40, 40), (128, 128, 128)
MIN_DIFFERENCE: Final = 48  #: of a band, for a pixel to be visible on the background
MIN_VISIBLE: Final = 0.75  #: share of the outline that must be visible on white
BAND_PIXELS: Final = 2**20  #: that are put onto a background at once
MEASURED_SIDE: Final = 512  #: pixels of the side of the image in which visibility is measured


def parse_background(background: object) -> Color | None:
    """Return a color for a name or a hexadecimal number; None for ``"auto"``.

    Raises:
        InputError: it is not a color.
        BackendError: Pillow is not installed.

    Example:
        >>> parse_background("#ff8000"), parse_background("navy"), parse_background("auto")
        ((255, 128, 0), (0, 0, 128), None)
    """
    if isinstance(background, str) and background == AUTO:
        return None
    import_pillow()
    from PIL import ImageColor

    color: tuple[object, ...] = tuple(background) if isinstance(background, tuple | list) else ()
    if isinstance(background, str):
        with suppress(ValueError):
            color = ImageColor.getrgb(background)
    levels = [level for level in color if type(level) is int and 0 <= level <= 255]
    if len(color) != 3 or len(levels) != 3:
        raise InputError(
            f"Invalid background {str(background)[:40]!r}: use auto, a name such as white, "
            "or #rrggbb."
        )
    red, green, blue = levels
    return red, green, blue


def flatten(image: Image, background: Color | None) -> Image:
    """Return an RGB image on ``background``; None chooses one on which the image is visible."""
    from PIL import Image as pil  # noqa: N813

    if image.mode != "RGBA":
        return image.convert("RGB")
    color = choose_background(image) if background is None else background
    flat, rows = pil.new("RGB", image.size), max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):  # a large image would need memory for three copies
        band = image.crop((0, top, image.width, min(image.height, top + rows)))
        band = pil.alpha_composite(pil.new("RGBA", band.size, color), band)
        flat.paste(band.convert("RGB"), (0, top))
    return flat


def choose_background(image: Image) -> Color:
    """Return white, or dark or middle gray if ``image`` (RGBA) would vanish on white.

    Only the outline matters, the visible pixels beside transparent ones: white inside of an object
    is visible on white. White is taken if most of the outline differs from it.
    """
    from PIL import Image as pil  # noqa: N813

    scale = min(1.0, MEASURED_SIDE / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    sample = image.resize(size, pil.Resampling.NEAREST)  # mixes no pixels
    outline = _find_outline(sample)
    shares = {color: _visible_share(sample, outline, color) for color in (WHITE, DARK, GRAY)}
    if shares[WHITE] >= MIN_VISIBLE:
        return WHITE
    return max(shares, key=lambda color: shares[color])


def _find_outline(image: Image) -> Image:
    """Return a mask (mode L) of the visible pixels beside transparent ones; of all, if none is."""
    from PIL import ImageChops, ImageFilter, ImageOps

    visible = image.getchannel("A").point(lambda level: 255 if level >= 128 else 0)
    padded = ImageOps.expand(visible, 1, 255)  # the edge of the image is not an outline
    inside = padded.filter(ImageFilter.MinFilter(3)).crop((1, 1, image.width + 1, image.height + 1))
    outline = ImageChops.subtract(visible, inside)
    if outline.getbbox():
        return outline
    return visible if visible.getbbox() else image.getchannel("A").point(lambda a: 255 if a else 0)


def _visible_share(image: Image, mask: Image, background: Color) -> float:
    """Return the share of the pixels of ``mask`` that differ from ``background``; 1 of none."""
    from PIL import Image as pil  # noqa: N813
    from PIL import ImageChops

    plain = pil.new("RGB", image.size, background)
    red, green, blue = ImageChops.difference(image.convert("RGB"), plain).split()
    difference = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    counts = difference.histogram(mask)
    return sum(counts[MIN_DIFFERENCE:]) / sum(counts) if any(counts) else 1.0
