"""Fit a photograph to a size: choose the size, and measure what is cut away.

All of this is arithmetic on widths and heights in pixels; it needs no pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Final

from semcodec.bitstream.header import SIZE_CODES

AUTO_AREA: Final = 1024 * 1024  #: pixels; the area for which most painters are trained
#: Sizes with a code are chosen only if their area is this near to AUTO_AREA, in pixels.
MIN_CODE_AREA: Final = AUTO_AREA * 7 // 8
MAX_CODE_AREA: Final = AUTO_AREA * 9 // 8
MAX_CUT: Final = Fraction(4, 100)  #: share of a photograph that may be cut away without a notice
#: Greatest aspect ratio of an automatic size (4096 x 256); a longer photograph is cut.
MAX_AUTO_ASPECT: Final = 16
SIDE_STEP: Final = 16  #: pixels; painters accept only sides that are multiples of 8 or 16

Size = tuple[int, int]  #: width and height in pixels

#: The sizes that cost no byte (1024 x 1024) or one byte, near AUTO_AREA.
CODED_SIZES: Final = tuple(
    size for size in SIZE_CODES if MIN_CODE_AREA <= size[0] * size[1] <= MAX_CODE_AREA
)


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
    coded = min(coded_sizes, key=lambda size: cut_share(photograph, size))
    if cut_share(photograph, coded) <= MAX_CUT:
        return coded
    return explicit_size(photograph)


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
