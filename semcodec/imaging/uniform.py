"""Detect pictures that show nothing: black, of a single color, fully transparent, or only colors.

A safety filter of an image model returns such a picture in place of the one that was painted, and a
model that does not understand its task returns the picture from which it should start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semcodec.imaging.regions import average_colors

if TYPE_CHECKING:
    from PIL.Image import Image

GRID: Final = 32  #: regions along each side, whose average colors are compared
MAX_SPREAD: Final = 10  #: between the averages of the regions, of 255; a vignette is more
MAX_NOISE: Final = 40  #: between the darkest and the brightest pixels without the extremes, of 255
MAX_CHANGE: Final = 12  #: of 255, by compression and by scaling
EXTREMES: Final = 0.005  #: share of the pixels at each end that may be outliers
MAX_BLACK: Final = 16  #: of 255
MIN_WHITE: Final = 239  #: of 255


def describe_uniform(image: Image) -> str:
    """Return a description of an image of nothing, such as ``"black"``; empty for any other.

    Noise and compression artifacts do not count, but any object larger than a dot does.

    Example:
        >>> from PIL import Image
        >>> describe_uniform(Image.new("RGB", (64, 64), (5, 0, 3)))
        'black'
        >>> describe_uniform(Image.new("RGB", (64, 64), (200, 30, 30)))
        'of a single color (#c81e1e)'
        >>> describe_uniform(Image.linear_gradient("L"))
        ''
    """
    if is_transparent(image):
        return "fully transparent"
    rgb = image.convert("RGB")
    averages = average_colors(rgb, GRID, GRID)
    channels = list(zip(*averages, strict=True))
    if any(max(channel) - min(channel) > MAX_SPREAD for channel in channels) or _is_textured(rgb):
        return ""
    color = [round(sum(channel) / len(channel)) for channel in channels]
    if max(color) <= MAX_BLACK:
        return "black"
    if min(color) >= MIN_WHITE:
        return "white"
    return f"of a single color (#{bytes(color).hex()})"


def is_unchanged(image: Image, start: Image) -> bool:
    """Return whether an image is the one from which it was painted, up to noise.

    Both are compared at the size of ``start``, as RGB images.

    Example:
        >>> from PIL import Image
        >>> colors = Image.linear_gradient("L").convert("RGB")
        >>> is_unchanged(colors.resize((640, 640)), colors)
        True
        >>> is_unchanged(colors.transpose(Image.Transpose.ROTATE_90), colors)
        False
    """
    from PIL.ImageChops import difference

    change = difference(image.convert("RGB").resize(start.size), start.convert("RGB"))
    histogram = change.histogram()
    outliers = EXTREMES * start.width * start.height
    return all(
        _quantile(histogram[first : first + 256][::-1], outliers, 255, -1) <= MAX_CHANGE
        for first in (0, 256, 512)
    )


def is_transparent(image: Image) -> bool:
    """Return whether no pixel of an image is visible."""
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return False
    _, opaque = image.getchannel(image.mode[-1]).getextrema()
    return opaque == 0


def _is_textured(rgb: Image) -> bool:
    """Return whether the pixels of an image vary more than noise, however evenly."""
    histogram = rgb.histogram()
    return any(_range(histogram[first : first + 256]) > MAX_NOISE for first in (0, 256, 512))


def _range(histogram: list[int]) -> int:
    """Return the difference of the lowest and the highest value, without outliers."""
    outliers = EXTREMES * sum(histogram)
    return _quantile(histogram[::-1], outliers, 255, -1) - _quantile(histogram, outliers, 0, 1)


def _quantile(histogram: list[int], outliers: float, first: int, step: int) -> int:
    """Return the value, in steps from ``first``, at which ``outliers`` pixels are passed."""
    passed = 0
    for index, count in enumerate(histogram):
        passed += count
        if passed > outliers:
            return first + step * index
    return first
