"""Compare pictures with photographs: colors, structure, edges and boxes.

All functions compare whole pictures, whatever their sizes are, so that a small picture and a large
one can stand for the same photograph. Colors are CIELAB, and a distance is CIE76, the length of the
difference, in which about 2.3 is just visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import hypot
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec._boxes import Box, iou
from semcodec_embedded.colors import to_lab

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

COLOR_SIDES: Final = (16, 32)  #: of the grids on which colors are compared
SSIM_SIDE, SSIM_WINDOW = 64, 8
#: Constants of SSIM for levels 0..255: (0.01 * 255)^2 and (0.03 * 255)^2.
SSIM_C1, SSIM_C2 = 6.5025, 58.5225
EDGE_SIDE: Final = 256  #: pixels of both sides of the picture in which edges are found
EDGE_SIGMA: Final = 2.0  #: of the blur before
EDGE_SHARE: Final = 0.06  #: of the pixels of a picture that are edges
TOLERANCE: Final = 2  #: pixels that an edge may be off
MISSING_DISTANCE: Final = 0.7  #: from a box to one that was not painted, in shares of the side


class View(NamedTuple):
    """What is compared of a picture.

    Attributes:
        colors: CIELAB on the grids ``COLOR_SIDES``.
        luma: levels 0..255 on a grid of ``SSIM_SIDE``.
        edges: the edges on a grid of ``EDGE_SIDE``; None if they are not compared.
    """

    colors: tuple[Floats, ...]
    luma: Floats
    edges: Mask | None


class Distance(NamedTuple):
    """How far a picture is from a photograph: see the functions below."""

    de16: float
    de32: float
    ssim: float
    edges: float

    @classmethod
    def mean(cls, distances: Sequence[Distance]) -> Distance:
        """Return the means."""
        return cls(*map(float, np.mean(distances, axis=0)))


def view(image: Image.Image, edges: bool = True) -> View:
    """Return what is compared of ``image``.

    Args:
        edges: whether edges are compared.
    """
    rgb = image.convert("RGB")
    found = find_edges(rgb) if edges else None
    luma = np.asarray(_box_average(rgb.convert("L"), (SSIM_SIDE, SSIM_SIDE)), np.float32)
    return View(tuple(lab(rgb, side) for side in COLOR_SIDES), luma, found)


def compare(picture: View, photograph: View) -> Distance:
    """Return the distance of two views; ``edges`` is NaN if they are not compared."""
    de16, de32 = (
        color_distance(first, second)
        for first, second in zip(picture.colors, photograph.colors, strict=True)
    )
    edges = float("nan")
    if picture.edges is not None and photograph.edges is not None:
        edges = edge_f1(picture.edges, photograph.edges)
    return Distance(de16, de32, ssim(picture.luma, photograph.luma), edges)


# --- colors and structure


def lab(image: Image.Image, side: int) -> Floats:
    """Return the mean colors of ``image`` on a grid of ``side`` x ``side``, in CIELAB."""
    levels = np.asarray(_box_average(image, (side, side)), np.float32)
    return to_lab(levels / np.float32(255))


def color_distance(first: Floats, second: Floats) -> float:
    """Return the mean CIE76 distance of two grids of colors."""
    return float(np.sqrt(((first - second) ** 2).sum(-1)).mean())


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


def _box_average(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return ``image`` at ``size``; a smaller one is enlarged smoothly first."""
    if min(image.size) < max(size):
        scale = -(-max(size) // min(image.size))
        larger = (image.width * scale, image.height * scale)
        image = image.resize(larger, Image.Resampling.BICUBIC)
    return image.resize(size, Image.Resampling.BOX)


# --- edges


def find_edges(image: Image.Image, share: float = EDGE_SHARE, sigma: float = EDGE_SIGMA) -> Mask:
    """Return the thin edges of ``image`` on a grid of ``EDGE_SIDE``.

    These are the strongest ridges of the gradient of the blurred luma, a ``share`` of the pixels; a
    picture of a single color has none.
    """
    luma = np.asarray(_box_average(image.convert("L"), (EDGE_SIDE, EDGE_SIDE)), np.float32)
    strength = _ridges(_blur(luma, sigma))
    levels = np.sort(strength[strength > 0])[::-1][: int(share * strength.size)]
    return strength >= levels[-1] if len(levels) else strength > 0


def edge_f1(found: Mask, true: Mask) -> float:
    """Return the F1 of the edges ``found`` to ``true``, at most ``TOLERANCE`` pixels off."""
    precise = (found & _dilate(true, TOLERANCE)).sum() / max(1, found.sum())
    recalled = (true & _dilate(found, TOLERANCE)).sum() / max(1, true.sum())
    return float(2 * precise * recalled / max(1e-9, precise + recalled))


def _blur(luma: Floats, sigma: float) -> Floats:
    radius = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(luma, radius, mode="edge")
    height, width = luma.shape
    rows = sum(k * padded[at : at + height] for at, k in enumerate(kernel))
    return np.asarray(sum(k * rows[:, at : at + width] for at, k in enumerate(kernel)), np.float32)


def _ridges(luma: Floats) -> Floats:
    """Return the length of the gradient where it is a maximum across the edge, else 0."""
    padded = np.pad(luma, 1, mode="edge")
    dx, dy = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    length = np.hypot(dx, dy)
    # Of the four directions, the one that is nearest to that of the gradient.
    octant = np.round(np.arctan2(dy, dx) / (np.pi / 4)).astype(int) % 4
    around = np.pad(length, 1)
    result = np.zeros_like(length)
    height, width = length.shape
    for direction, (y, x) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead = around[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        behind = around[1 - y : 1 - y + height, 1 - x : 1 - x + width]
        is_ridge = (octant == direction) & (length >= ahead) & (length > behind)
        result[is_ridge] = length[is_ridge]
    return np.where(result < 1, 0, result)  # levels; rounding makes weaker ones


@lru_cache
def _disk(radius: int) -> tuple[tuple[int, int], ...]:
    reach = range(-radius, radius + 1)
    return tuple((y, x) for y in reach for x in reach if hypot(y, x) < radius + 0.5)


def _dilate(mask: Mask, radius: int) -> Mask:
    height, width = mask.shape
    padded, result = np.pad(mask, radius), np.zeros_like(mask)
    for y, x in _disk(radius):
        result |= padded[radius + y : radius + y + height, radius + x : radius + x + width]
    return result


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
