"""Compare pictures with photographs: colors, structure, edges and boxes.

Colors, structure and boxes are compared by ``semcodec.measure.pictures``, as in a measurement of
many photographs. Edges serve sketches: painted scenes have other edges than photographs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import hypot
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec._boxes import iou
from semcodec.measure.pictures import (
    COLOR_SIDES,
    Floats,
    box_average,
    color_distance,
    lab,
    match_boxes,
    small_luma,
    ssim,
)

__all__ = [
    "EDGE_SIDE", "Distance", "Mask", "View", "color_distance", "compare", "edge_f1", "find_edges",
    "iou", "lab", "match_boxes", "ssim", "view",
]  # fmt: skip

Mask = NDArray[np.bool_]

EDGE_SIDE: Final = 256  #: pixels of both sides of the picture in which edges are found
EDGE_SIGMA: Final = 2.0  #: of the blur before
EDGE_SHARE: Final = 0.06  #: of the pixels of a picture that are edges
TOLERANCE: Final = 2  #: pixels that an edge may be off


class View(NamedTuple):
    """What is compared of a picture.

    Attributes:
        colors: CIELAB on the grids ``COLOR_SIDES``.
        luma: levels 0..255 on a grid of 64 x 64.
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
    return View(tuple(lab(rgb, side) for side in COLOR_SIDES), small_luma(rgb), found)


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


# --- edges


def find_edges(image: Image.Image, share: float = EDGE_SHARE, sigma: float = EDGE_SIGMA) -> Mask:
    """Return the thin edges of ``image`` on a grid of ``EDGE_SIDE``.

    These are the strongest ridges of the gradient of the blurred luma, a ``share`` of the pixels; a
    picture of a single color has none.
    """
    luma = np.asarray(box_average(image.convert("L"), (EDGE_SIDE, EDGE_SIDE)), np.float32)
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
