"""Encode the colors of an image as a layer, and paint them from it (COLORS-1).

An encoder uses integers only, so the same average colors give the same bytes on every machine. The
pixels painted from a layer are informative, and use floating point.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from operator import mul
from typing import TYPE_CHECKING, Final

from semcodec.coding import color_planes
from semcodec.coding.color_chances import CHANCES
from semcodec.coding.color_planes import SIDE
from semcodec.imaging.regions import average_colors

if TYPE_CHECKING:
    from PIL.Image import Image

CELLS: Final = SIDE * SIDE
LIGHT: Final = 1 << 16  #: full linear light
ROOTS: Final = 1 << 12  #: the cube root of full light
#: Rows of CIE XYZ divided by the white of sRGB; each sums to WHITE.
XYZ: Final = ((1777, 1541, 778), (871, 2929, 296), (73, 448, 3575))
WHITE: Final = 1 << 12
COSINE_BITS: Final = 60
COSINE_1: Final = 1152304215994513106  #: cos(pi / 96), in units of 2**-60
FIRST_STEP: Final = 64  #: of plane 0, in units of CIELAB
LAST_STEPS: Final = 16  #: steps of the last plane in a unit of CIELAB
MIDDLE: Final = 0.45  #: where in its step a coefficient is assumed
MID_LIGHTNESS: Final = 50
FIRST_ROOT: Final = ROOTS * 4 // 29  #: the root of no light


def encode_colors(image: Image, max_bytes: int, chances: Sequence[int] = CHANCES) -> bytes:
    """Return the color layer of an image: the first ``max_bytes`` bytes of its value.

    Args:
        image: an image of any mode and size; transparency is ignored.
        max_bytes: 1 to 512.
        chances: those of the format, or others to measure.
    """
    return color_planes.encode(color_coefficients(image), max_bytes, chances)


def color_coefficients(image: Image) -> list[int]:
    """Return the coefficients of an image, as ``color_planes.encode`` takes them."""
    channels = zip(*lab_colors(image, SIDE), strict=True)
    return [value for channel in channels for value in _transform(channel)]


def lab_colors(image: Image, side: int) -> list[tuple[int, int, int]]:
    """Return the average colors of ``side`` x ``side`` regions: lightness - 50, a, b of CIELAB.

    Each is in units of 1 / 4096 (``ROOTS``), from the top row.
    """
    return [_lab(*color) for color in average_colors(image, side, side)]


def render_colors(data: bytes, size: tuple[int, int], chances: Sequence[int] = CHANCES) -> Image:
    """Return a smooth RGB image of the colors in ``data``.

    Args:
        data: any bytes.
        size: width and height in pixels.
        chances: as in ``encode_colors``.
    """
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    quantized = color_planes.decode(data, chances)
    amplitudes = list(map(_amplitude, quantized.values, quantized.planes))
    channels = [_inverse(amplitudes[first : first + CELLS]) for first in range(0, 3 * CELLS, CELLS)]
    small = pil.new("RGB", (SIDE, SIDE))
    small.putdata([_rgb(*lab) for lab in zip(*channels, strict=True)])
    return small.resize(size, pil.Resampling.BICUBIC)


# --- To integers


def _lab(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """Return lightness - 50, and the two colors of CIELAB, in units of 1 / ROOTS."""
    linear, roots = _linear_light(), _least_lights()
    light = linear[red], linear[green], linear[blue]
    x, y, z = (bisect_right(roots, sum(map(mul, row, light))) for row in XYZ)
    lightness = 116 * (y + FIRST_ROOT) - (16 + MID_LIGHTNESS) * ROOTS
    return lightness, 500 * (x - y), 200 * (y - z)


@cache
def _linear_light() -> tuple[int, ...]:
    """Return the linear light of the 256 values of sRGB, from 0 to LIGHT.

    The power 2.4 is the fifth root of the power 12, which is exact in whole numbers.
    """
    dark = [LIGHT * value * 100 // (255 * 1292) for value in range(11)]
    bright = (
        _root((1000 * value + 55 * 255) ** 12 * LIGHT**5 // (1055 * 255) ** 12, 5)
        for value in range(len(dark), 256)
    )
    return (*dark, *bright)


@cache
def _least_lights() -> tuple[int, ...]:
    """Return the least light whose root is 1 - ROOTS * 4 // 29, and so on up to ROOTS.

    The root is the function f of CIELAB, to the nearest whole number, less that of 0.
    """
    full = LIGHT * WHITE
    lights = []
    for step in range(FIRST_ROOT + 1, ROOTS + 1):
        twice = 2 * step - 1
        if 29 * twice > 6 * 2 * ROOTS:
            lights.append(full * twice**3 // (2 * ROOTS) ** 3)
        else:
            lights.append(full * (29 * twice - 4 * 2 * ROOTS) * 108 // (29 * 841 * 2 * ROOTS))
    return tuple(lights)


def _root(number: int, degree: int) -> int:
    """Return the whole part of a root."""
    low, high = 0, 1 << number.bit_length() // degree + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= number else (low, middle)
    return low


def _transform(cells: tuple[int, ...]) -> list[int]:
    """Return the cosine transform of 48 x 48 values, in steps of the last plane."""
    cosines = _cosines()
    rows = [cells[first : first + SIDE] for first in range(0, CELLS, SIDE)]
    across = [[sum(map(mul, row, cosine)) for cosine in cosines] for row in rows]
    columns = list(zip(*across, strict=True))
    unit = CELLS * ROOTS // LAST_STEPS << 2 * COSINE_BITS
    values = (sum(map(mul, column, cosine)) for cosine in cosines for column in columns)
    return [value // unit if value >= 0 else -(-value // unit) for value in values]


@cache
def _cosines() -> tuple[tuple[int, ...], ...]:
    """Return the 48 cosines of a DCT at 48 points, each of mean square 1, in 2**-COSINE_BITS."""
    turn = [1 << COSINE_BITS, COSINE_1]  # cos(0), cos(pi / 96), ... by the rule of double angles
    while len(turn) < 4 * SIDE:
        turn.append((2 * COSINE_1 * turn[-1] >> COSINE_BITS) - turn[-2])
    root_2 = _root(2 << 2 * COSINE_BITS, 2)
    rows: list[tuple[int, ...]] = [(1 << COSINE_BITS,) * SIDE]
    for order in range(1, SIDE):
        angles = (order * (2 * point + 1) % (4 * SIDE) for point in range(SIDE))
        rows.append(tuple(turn[angle] * root_2 >> COSINE_BITS for angle in angles))
    return tuple(rows)


# --- To pixels


def _amplitude(value: int, plane: int) -> float:
    if not value:
        return 0.0
    return math.copysign(abs(value) + MIDDLE, value) * FIRST_STEP / 2.0**plane


def _inverse(amplitudes: list[float]) -> list[float]:
    cosines = [[cosine / (1 << COSINE_BITS) for cosine in row] for row in _cosines()]
    points = list(zip(*cosines, strict=True))
    rows = [amplitudes[first : first + SIDE] for first in range(0, CELLS, SIDE)]
    across = [[sum(map(mul, row, point)) for point in points] for row in rows]
    columns = list(zip(*across, strict=True))
    return [sum(map(mul, column, point)) for point in points for column in columns]


def _rgb(lightness: float, red: float, yellow: float) -> tuple[int, int, int]:
    y = (lightness + MID_LIGHTNESS + 16) / 116
    x, z = y + red / 500, y - yellow / 200
    x, y, z = (0.9505 * _light(x), _light(y), 1.089 * _light(z))
    return (
        _srgb(3.2406 * x - 1.5372 * y - 0.4986 * z),
        _srgb(-0.9689 * x + 1.8758 * y + 0.0415 * z),
        _srgb(0.0557 * x - 0.2040 * y + 1.0570 * z),
    )


def _light(root: float) -> float:
    return root**3 if root > 6 / 29 else (root - 4 / 29) * 108 / 841


def _srgb(light: float) -> int:
    light = min(1.0, max(0.0, light))
    value = 1.055 * light ** (1 / 2.4) - 0.055 if light > 0.0031308 else 12.92 * light
    return int(255 * value + 0.5)
