"""Align the colors of a finished picture with those of a color layer, and keep its details.

A painter that does not take colors has chosen its own. The low part of its picture's spectrum, the
few lowest cosines along each side, is replaced by that of the layer; edges and texture stay as they
are. The change is smooth and is added to the pixels, so it shows no grid and no edge at the border.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import chain
from operator import mul
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image

GRID: Final = 48  #: cells along each side of a picture, as many as a layer has cosines
SAMPLES: Final = 4 * GRID  #: pixels along each side from which the cells are averaged
#: The share of a layer's variance that may be beyond the cosines that count: clipping at black and
#: white makes some that the layer does not state.
MAX_REST: Final = 0.01
#: Variance that rounding to 8 bits can make, of a value of 0..255 in a cell.
MAX_NOISE: Final = 0.01
#: The share of lightness, for each share of color. Most of the lightness that a painter has chosen
#: is that of its objects.
LIGHTNESS_SHARE: Final = 7 / 9
DEFAULT_STRENGTH: Final = 0.9
LUMA: Final = (0.299, 0.587, 0.114)  #: weights of red, green and blue (ITU-R BT.601)
STRIP_ROWS: Final = 256  #: of a picture that are changed at a time, which bounds the memory

Rows = list[list[float]]  # values or coefficients, GRID x GRID


def align_low(image: Image, colors: Image, strength: float = DEFAULT_STRENGTH) -> Image:
    """Return ``image`` with the coarse colors of ``colors``, in RGB.

    Args:
        image: a picture in RGB, of any size.
        colors: a smooth image in RGB of the whole picture, of any size.
        strength: the share of the difference in color that is removed, 0.0 to 1.0; of the
            difference in lightness, 7/9 of it is.
    """
    wanted = [_transform(cells) for cells in _average_cells(colors)]
    cutoff = find_cutoff(wanted)
    present = [_transform(cells, cutoff) for cells in _average_cells(image)]
    changes = [
        _inverse(_subtract(after, before, cutoff))
        for after, before in zip(wanted, present, strict=True)
    ]
    return _add(image, _weigh(changes, strength))


def find_cutoff(channels: Sequence[Rows]) -> int:
    """Return the number of diagonals of coefficients, from the lowest, that describe a layer."""
    energy = [0.0] * (2 * GRID - 1)
    for rows in channels:
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                energy[down + across] += value * value
    noise = MAX_NOISE * GRID * GRID * len(channels)
    rest, allowed = 0.0, max(noise, MAX_REST * sum(energy[1:]))
    for diagonal in range(2 * GRID - 2, 0, -1):
        rest += energy[diagonal]
        if rest > allowed:
            return diagonal + 1
    return 1


def _average_cells(image: Image) -> list[Rows]:
    """Return the average red, green and blue of each cell."""
    from PIL.Image import Resampling

    # In two steps, because the first one rounds, and the average of several rounds less.
    samples = image.resize((SAMPLES, SAMPLES), Resampling.BOX)
    return [
        _to_rows(band.convert("F").resize((GRID, GRID), Resampling.BOX)) for band in samples.split()
    ]


def _to_rows(band: Image) -> Rows:
    values = array("f", band.tobytes()).tolist()
    return [values[start : start + GRID] for start in range(0, GRID * GRID, GRID)]


# --- The cosine transform


@cache
def _cosines() -> tuple[tuple[float, ...], ...]:
    """Return the cosines of a DCT at GRID points, of length 1: one row for each frequency."""
    return tuple(
        tuple(
            math.sqrt((1 if order == 0 else 2) / GRID)
            * math.cos(math.pi * order * (2 * point + 1) / (2 * GRID))
            for point in range(GRID)
        )
        for order in range(GRID)
    )


def _transform(rows: Rows, orders: int = GRID) -> Rows:
    """Return the coefficients of the lowest ``orders`` cosines along each side."""
    cosines = _cosines()[:orders]
    return _multiply(_multiply(rows, cosines), cosines)


def _inverse(rows: Rows) -> Rows:
    """Return the cells of the coefficients of the lowest cosines along each side."""
    points = tuple(zip(*_cosines()[: len(rows)], strict=True))
    return _multiply(_multiply(rows, points), points)


def _multiply(rows: Rows, vectors: Sequence[Sequence[float]]) -> Rows:
    """Return the products of all rows and vectors, transposed: one row for each vector."""
    return [[sum(map(mul, row, vector)) for row in rows] for vector in vectors]


def _subtract(after: Rows, before: Rows, cutoff: int) -> Rows:
    """Return the differences below ``cutoff``, and 0 elsewhere, in the shape of ``before``."""
    return [
        [
            a - b if down + across < cutoff else 0.0
            for across, (a, b) in enumerate(zip(*rows, strict=False))
        ]
        for down, rows in enumerate(zip(after, before, strict=False))
    ]


# --- The change of the pixels


def _weigh(changes: Sequence[Rows], strength: float) -> list[Rows]:
    """Return the changes of red, green and blue, those of lightness less than the others."""
    less = strength * (LIGHTNESS_SHARE - 1)
    return [
        [
            [
                strength * pixel[band] + less * sum(map(mul, LUMA, pixel))
                for pixel in zip(*rows, strict=True)
            ]
            for rows in zip(*changes, strict=True)
        ]
        for band in range(3)
    ]


def _add(image: Image, changes: Sequence[Rows]) -> Image:
    """Return ``image`` plus ``changes``, which are enlarged to its size."""
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    result = pil.new("RGB", image.size)
    fields = [_to_band(rows) for rows in changes]
    for top in range(0, image.height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, image.height)
        strip = image.crop((0, top, image.width, bottom))
        box = (0.0, top * GRID / image.height, float(GRID), bottom * GRID / image.height)
        pairs = zip(strip.split(), fields, strict=True)
        bands = [_add_band(band, field, box) for band, field in pairs]
        result.paste(pil.merge("RGB", bands), (0, top))
    return result


def _to_band(rows: Rows) -> Image:
    from PIL import Image as pil  # noqa: N813

    values = array("f", chain.from_iterable(rows))
    return pil.frombytes("F", (GRID, GRID), values.tobytes())


def _add_band(band: Image, field: Image, box: tuple[float, float, float, float]) -> Image:
    """Return a band plus the part ``box`` of a field, rounded and clipped to 0..255."""
    from PIL import ImageMath
    from PIL.Image import Resampling

    change = field.resize(band.size, Resampling.BICUBIC, box=box)
    total: Any = ImageMath.lambda_eval(
        lambda images: images["band"] + images["change"] + 0.5,
        band=band.convert("F"),
        change=change,
    )
    return total.convert("L")  # type: ignore[no-any-return]  # ImageMath is not typed
