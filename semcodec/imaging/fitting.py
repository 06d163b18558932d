"""Fit pictures to sizes: choose the size of a photograph, measure what is cut away, crop and pad.

Sizes are widths and heights in pixels, and everything about them is integer arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Final

from semcodec.bitstream.header import SIZE_CODES
from semcodec.choices import Fit, check_choice, values_of

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]  #: width and height in pixels

FITS: Final[tuple[Fit, ...]] = values_of(Fit)
MAX_CUT: Final = Fraction(4, 100)  #: share of a picture that may be cut away without a notice

# --- The automatic size
AUTO_AREA: Final = 1024 * 1024  #: pixels; the area for which most painters are trained
#: Sizes with a code are chosen only if their area is this near to AUTO_AREA, in pixels.
MIN_CODE_AREA: Final = AUTO_AREA * 7 // 8
MAX_CODE_AREA: Final = AUTO_AREA * 9 // 8
#: Greatest aspect ratio of an automatic size (4096 x 256); a longer photograph is cut.
MAX_AUTO_ASPECT: Final = 16
SIDE_STEP: Final = 16  #: pixels; many painters accept only multiples of 8 or 16
#: The sizes that cost no byte (1024 x 1024) or one byte, near AUTO_AREA.
CODED_SIZES: Final = tuple(
    size for size in SIZE_CODES if MIN_CODE_AREA <= size[0] * size[1] <= MAX_CODE_AREA
)

# --- The describer's image
#: Around a photograph that is fitted with "contain": the share of its side (1 / EDGE_SHARE) that is
#: an edge, and the number of colors along one.
EDGE_SHARE, EDGE_COLORS = 16, 16
DESCRIBED_SIDE: Final = 1024  #: pixels of the longer side, for aspect ratios up to 2
MAX_DESCRIBED_SIDE: Final = 4096  #: pixels of the longer side of a panorama


def cut_share(photograph: Size, size: Size) -> Fraction:
    """Return the share of a photograph (0 to 1) that is cut away to get the aspect of ``size``."""
    across, down = photograph[0] * size[1], photograph[1] * size[0]
    return 1 - Fraction(min(across, down), max(across, down))


def choose_size(photograph: Size, coded_sizes: Sequence[Size] = CODED_SIZES) -> Size:
    """Return the size of about a megapixel for a photograph, which keeps its aspect ratio.

    It is the size with a code for which the least is cut away, if that is at most ``MAX_CUT``; else
    it is ``explicit_size(photograph)``.

    Args:
        photograph: width and height of the upright photograph, each at least 1.

    Example:
        >>> choose_size((4032, 3024)), choose_size((512, 768)), choose_size((640, 640))
        ((1152, 864), (832, 1248), (1024, 1024))
        >>> choose_size((2482, 512))
        (2256, 464)
    """
    coded = closest_coded_size(photograph, coded_sizes)
    if cut_share(photograph, coded) <= MAX_CUT:
        return coded
    return explicit_size(photograph)


def closest_coded_size(photograph: Size, coded_sizes: Sequence[Size] = CODED_SIZES) -> Size:
    """Return the size with a code, of about a megapixel, for which the least is cut away.

    Example:
        >>> closest_coded_size((2482, 512))
        (1568, 672)
    """
    return min(coded_sizes, key=lambda size: cut_share(photograph, size))


def explicit_size(photograph: Size) -> Size:
    """Return a size of about a megapixel whose sides are multiples of ``SIDE_STEP``.

    The shorter side is rounded first and the longer one follows from it. The longer one has at
    least 1024 pixels, so rounding it to a multiple of 16 cuts less than 1 % away. Only an aspect
    ratio above ``MAX_AUTO_ASPECT`` is not kept.
    """
    short, long = min(photograph), min(max(photograph), MAX_AUTO_ASPECT * min(photograph))
    short_side = _round_to_step(isqrt(AUTO_AREA * short // long))
    long_side = _round_to_step(short_side * long // short)
    is_landscape = photograph[0] > photograph[1]
    return (long_side, short_side) if is_landscape else (short_side, long_side)


def _round_to_step(side: int) -> int:
    return (side + SIDE_STEP // 2) // SIDE_STEP * SIDE_STEP


def described_size(size: Size, side: int = DESCRIBED_SIDE) -> Size:
    """Return the size of an image for a describer, in the aspect ratio of ``size``.

    Its longer side is ``side`` pixels. A panorama, whose aspect ratio is above 2, would be tiny
    then; so its shorter side is ``side / 2``, as long as the area is at most ``side**2`` and the
    longer side at most ``MAX_DESCRIBED_SIDE``.

    Example:
        >>> described_size((3, 2)), described_size((2482, 512)), described_size((10_000, 1))
        ((1024, 682), (2254, 464), (4096, 1))
    """
    short, long = min(size), max(size)
    detailed = min(side // 2 * long // short, isqrt(side * side * long // short))
    longest = max(side, min(detailed, MAX_DESCRIBED_SIDE))
    shortest = max(1, longest * short // long)
    return (longest, shortest) if size[0] >= size[1] else (shortest, longest)


def fit_photograph(photograph: Image, size: Size, fit: Fit = "cover") -> Image:
    """Return the describer's image of a photograph, in the aspect ratio of ``size``.

    Its resolution does not depend on ``size``: the describer always gets a detailed image.

    Args:
        photograph: an RGB image.
        size: width and height; only their ratio is used.
        fit: ``"cover"`` cuts equal parts off two opposite sides; ``"contain"`` keeps the whole
            photograph and pads it with the blurred colors of its edges; ``"stretch"`` scales both
            sides independently.

    Raises:
        InputError: ``fit`` is not one of ``FITS``.
    """
    from PIL import ImageOps

    check_fit(fit)
    target = described_size(size)
    if fit == "stretch":
        return photograph.resize(target)
    if fit == "contain":
        return _pad(photograph, target)
    return ImageOps.fit(photograph, target)


def _pad(photograph: Image, size: Size) -> Image:
    """Return the photograph, scaled to fit into ``size``, between the blurred colors of its edges.

    A padding of one color would be described, for example as "white background".
    """
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    scaled = photograph.resize(_size_within(photograph.size, size))
    (width, height), (across, down) = scaled.size, size
    left, top = (across - width) // 2, (down - height) // 2
    right, bottom = left + width, top + height
    band, column = max(1, height // EDGE_SHARE), max(1, width // EDGE_SHARE)
    padded = pil.new("RGB", size)
    padded.paste(scaled, (left, top))
    for edge, area in (
        ((0, 0, width, band), (0, 0, across, top)),
        ((0, height - band, width, height), (0, bottom, across, down)),
        ((0, 0, column, height), (0, 0, left, down)),
        ((width - column, 0, width, height), (right, 0, across, down)),
    ):
        _continue_edge(scaled.crop(edge), padded, area)
    return padded


def _size_within(photograph: Size, size: Size) -> Size:
    """Return the largest size in the aspect of ``photograph`` that fits into ``size``."""
    (width, height), (across, down) = photograph, size
    if width * down > height * across:
        return across, max(1, round(across * height / width))
    return max(1, round(down * width / height)), down


def _continue_edge(edge: Image, padded: Image, area: tuple[int, int, int, int]) -> None:
    """Fill ``area`` of ``padded`` with the colors of ``edge``, blurred along it."""
    from PIL.Image import Resampling

    left, top, right, bottom = area
    if left < right and top < bottom:
        cells = (EDGE_COLORS, 1) if edge.width > edge.height else (1, EDGE_COLORS)
        colors = edge.resize(cells, Resampling.BOX)
        padded.paste(colors.resize((right - left, bottom - top), Resampling.BICUBIC), area)


def check_fit(fit: object) -> None:
    """Raise ``InputError`` if ``fit`` is not one of ``FITS``."""
    check_choice("fit", fit, FITS)


def describe_cut(subject: str, picture: Size, size: Size) -> str:
    """Return a clause about what is cut away from ``picture``; "" for at most ``MAX_CUT``.

    Args:
        subject: what the clause is about, such as ``"The photograph"``.

    Example:
        >>> describe_cut("The photograph", (768, 512), (1024, 1024))
        'The photograph is 768 x 512 pixels: 33 % of it was cut away for 1024 x 1024'
    """
    cut = cut_share(picture, size)
    if cut <= MAX_CUT:
        return ""
    (width, height), percent = picture, min(99, round(100 * cut))
    return (
        f"{subject} is {width} x {height} pixels: "
        f"{percent} % of it was cut away for {size[0]} x {size[1]}"
    )
