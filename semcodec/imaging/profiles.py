"""Color profiles for images that state their colors by numbers: gamma, primaries, ITU-T H.273.

The profiles are ICC profiles of version 2 with a matrix and a curve (ICC.1:2001-04).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Final

Point = tuple[float, float]  #: x and y of CIE 1931
Matrix = tuple[tuple[float, float, float], ...]
Curve = Callable[[float], float]  #: from the stored level to light, both 0..1

D50: Final = (0.9642, 1.0, 0.8249)  #: white of the connection space of profiles, as XYZ
D65: Final = (0.3127, 0.3290)
BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
CURVE_SIZE: Final = 1024  #: entries of a curve

SRGB: Final = (D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_RGB: Final = (D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
ADOBE_GAMMA: Final = 2.19921875
#: White, red, green and blue by number of ITU-T H.273.
PRIMARIES: Final = {
    1: SRGB,
    5: (D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: (D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
SRGB_TRANSFERS: Final = (1, 2, 6, 13, 14, 15)  #: numbers whose curve is shown as that of sRGB
SDR_WHITE, HDR_PEAK = 203.0, 1000.0  #: candela per square meter (ITU-R BT.2408)
SHOULDER: Final = 0.6  #: light above this share of white is compressed


def srgb_curve(level: float) -> float:
    """Return the light of a level of sRGB."""
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def power_curve(exponent: float) -> Curve:
    """Return the curve ``level ** exponent``."""
    return lambda level: float(level**exponent)


def pq_curve(level: float) -> float:
    """Return the light of a level of PQ (SMPTE ST 2084), reduced to the range of a display."""
    root = level ** (1 / 78.84375)
    light = max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return _compress(10000 * light ** (1 / 0.1593017578125) / SDR_WHITE)


def hlg_curve(level: float) -> float:
    """Return the light of a level of HLG (ITU-R BT.2100), reduced to the range of a display."""
    scene = level**2 / 3
    if level > 0.5:
        scene = (math.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return _compress(HDR_PEAK * scene**1.2 / SDR_WHITE)


CURVES: Final[dict[int, Curve]] = {
    **dict.fromkeys(SRGB_TRANSFERS, srgb_curve),
    4: power_curve(2.2),
    5: power_curve(2.8),
    8: power_curve(1.0),
    16: pq_curve,
    18: hlg_curve,
}


def build_profile(colors: tuple[Point, ...], curve: Curve) -> bytes:
    """Return an ICC profile.

    Args:
        colors: white, red, green and blue.
        curve: the same for red, green and blue.

    Raises:
        ArithmeticError, ValueError: the colors are not those of a display.
    """
    table = [round(65535 * min(1, max(0, curve(i / (CURVE_SIZE - 1))))) for i in range(CURVE_SIZE)]
    trc = b"curv\0\0\0\0" + struct.pack(f">I{CURVE_SIZE}H", CURVE_SIZE, *table)
    tags = {
        b"desc": b"desc\0\0\0\0\0\0\0\x01\0" + bytes(78),
        b"cprt": b"text\0\0\0\0\0",
        b"wtpt": _xyz_tag(D50),
        **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz_tag, _colorants(colors)), strict=True)),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), trc),
    }
    return _assemble(tags)


def _colorants(colors: tuple[Point, ...]) -> list[tuple[float, float, float]]:
    """Return the XYZ of red, green and blue, adapted from their white to D50."""
    white, *primaries = (_to_xyz(point) for point in colors)
    columns = _transpose(tuple(primaries))
    scales = _solve(columns, white)
    adaptation = _adapt(white)
    scaled = [
        tuple(value * scale for value in primary)
        for primary, scale in zip(primaries, scales, strict=True)
    ]
    return [_multiply(adaptation, color) for color in scaled]


def _adapt(white: tuple[float, float, float]) -> Matrix:
    """Return the matrix of Bradford that turns ``white`` into D50."""
    source, target = _multiply(BRADFORD, white), _multiply(BRADFORD, D50)
    gains = [t / s for t, s in zip(target, source, strict=True)]
    scaled = [(a * g, b * g, c * g) for (a, b, c), g in zip(BRADFORD, gains, strict=True)]
    columns = [_solve(BRADFORD, column) for column in _transpose(tuple(scaled))]
    return _transpose(tuple(columns))


def _to_xyz(point: Point) -> tuple[float, float, float]:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _transpose(rows: Matrix) -> Matrix:
    first, second, third = rows
    return tuple(zip(first, second, third, strict=True))


def _multiply(rows: Matrix, vector: tuple[float, ...]) -> tuple[float, float, float]:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
    return x, y, z


def _solve(rows: Matrix, vector: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return v with ``rows`` times v = ``vector`` (Cramer's rule)."""
    columns = _transpose(rows)
    whole = _determinant(columns)
    x, y, z = (_determinant((*columns[:i], vector, *columns[i + 1 :])) / whole for i in range(3))
    return x, y, z


def _determinant(columns: Matrix) -> float:
    (a, b, c), (d, e, f), (g, h, i) = columns
    return a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e)


def _xyz_tag(xyz: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in xyz))


def _assemble(tags: dict[bytes, bytes]) -> bytes:
    """Return a profile: header, directory of the tags, and their contents, each once."""
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    contents = b""
    for content in dict.fromkeys(tags.values()):
        places[content] = start + len(contents)
        contents += content + bytes(-len(content) % 4)
    directory = struct.pack(">I", len(tags)) + b"".join(
        name + struct.pack(">2I", places[content], len(content)) for name, content in tags.items()
    )
    header = struct.pack(
        ">I4x4s4s4s4s12x4s",
        start + len(contents),
        b"\2\x10\0\0",
        b"mntr",
        b"RGB ",
        b"XYZ ",
        b"acsp",
    )
    header += bytes(28) + struct.pack(">3i", *(round(65536 * value) for value in D50))
    return header.ljust(128, b"\0") + directory + contents


def _compress(light: float) -> float:
    """Return ``light``, where 1 is white, with brighter light compressed to at most 1."""
    if light <= SHOULDER:
        return light
    room = 1 - SHOULDER
    return SHOULDER + room * (1 - math.exp((SHOULDER - light) / room))
