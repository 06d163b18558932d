"""Compare pictures with photographs: colors, structure and boxes.

All functions compare whole pictures, whatever their sizes are, so that a small picture and a large
one can stand for the same photograph. Colors are CIELAB, and a distance is CIE76, the length of the
difference, in which about 2.3 is just visible (Mahy et al., 1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec._boxes import Box, iou

Floats = NDArray[np.float32]

COLOR_SIDES: Final = (16, 32)  #: of the grids on which colors are compared
SSIM_SIDE, SSIM_WINDOW = 64, 8
#: Constants of SSIM for levels 0..255: (0.01 * 255)^2 and (0.03 * 255)^2.
SSIM_C1, SSIM_C2 = 6.5025, 58.5225
MISSING_DISTANCE: Final = 0.7  #: from a box to one that was not painted, in shares of the side
#: Matrix of the sRGB standard (IEC 61966-2-1), linear RGB to XYZ, and its white, D65.
_TO_XYZ: Final = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
)
_WHITE: Final = np.array([0.9505, 1.0, 1.089], np.float32)


# --- colors


def lab(image: Image.Image, side: int) -> Floats:
    """Return the mean colors of ``image`` on a grid of ``side`` x ``side``, in CIELAB.

    Args:
        image: an RGB image.
        side: the result has the shape (side, side, 3): lightness 0..100, and a and b.
    """
    levels = np.asarray(box_average(image, (side, side)), np.float32)
    return _to_lab(levels / np.float32(255))


def color_distance(first: Floats, second: Floats) -> float:
    """Return the mean CIE76 distance of two grids of colors."""
    return float(np.sqrt(((first - second) ** 2).sum(-1)).mean())


def _to_lab(rgb: Floats) -> Floats:
    """Convert sRGB values, 0..1 with the channels last, to CIELAB."""
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


# --- structure


def small_luma(image: Image.Image) -> Floats:
    """Return the luma of an RGB image, 0..255, on a grid of ``SSIM_SIDE`` x ``SSIM_SIDE``."""
    return np.asarray(box_average(image.convert("L"), (SSIM_SIDE, SSIM_SIDE)), np.float32)


def ssim(first: Floats, second: Floats) -> float:
    """Return the mean structural similarity of two lumas, -1 to 1, in windows of 8 x 8."""
    mean1, mean2 = _window_means(first), _window_means(second)
    variances = _window_means(first**2) - mean1**2 + _window_means(second**2) - mean2**2
    covariance = _window_means(first * second) - mean1 * mean2
    similarity = (2 * mean1 * mean2 + SSIM_C1) * (2 * covariance + SSIM_C2)
    similarity /= (mean1**2 + mean2**2 + SSIM_C1) * (variances + SSIM_C2)
    return float(similarity.mean())


def _window_means(values: Floats) -> NDArray[np.float64]:
    sums = np.pad(values.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    n = SSIM_WINDOW
    total = sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]
    return np.asarray(total / n**2)


def box_average(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return ``image`` at ``size``; a smaller one is enlarged smoothly first."""
    if min(image.size) < max(size):
        scale = -(-max(size) // min(image.size))
        larger = (image.width * scale, image.height * scale)
        image = image.resize(larger, Image.Resampling.BICUBIC)
    return image.resize(size, Image.Resampling.BOX)


# --- boxes


def match_boxes(true: Sequence[Box], painted: Sequence[Box]) -> list[tuple[float, float]]:
    """Return for each of ``true`` the overlap and the distance of the box that was painted for it.

    Each painted box is used once, the best pair first. A box without a painted one has the overlap
    0 and the distance ``MISSING_DISTANCE``.
    """
    pairs = sorted(
        (-iou(first, second), _distance(first, second), at, index)
        for at, first in enumerate(true)
        for index, second in enumerate(painted)
    )
    results: dict[int, tuple[float, float]] = {}
    used: set[int] = set()
    for overlap, distance, at, index in pairs:
        if at not in results and index not in used:
            results[at] = -overlap, distance
            used.add(index)
    return [results.get(at, (0.0, MISSING_DISTANCE)) for at in range(len(true))]


def _distance(first: Box, second: Box) -> float:
    x, y = (((first[at] + first[at + 2]) - (second[at] + second[at + 2])) / 2 for at in (0, 1))
    return hypot(x, y)
