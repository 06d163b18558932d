"""Find the objects of a picture: 80 everyday classes, each with a box.

The network only answers offsets and scores for 1917 fixed anchor boxes; turning them into boxes
and keeping the best of those that overlap happens here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec_embedded.labels import labels
from semcodec_embedded.networks import run

Floats = NDArray[np.float32]

SIDE = 300  #: the network's input, in pixels
CELLS = (19, 10, 5, 3, 2, 1)  #: anchors per row and column, from small to large objects
SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)  #: sizes of the anchors of each grid
RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)  #: width to height
CENTRE, STRETCH = 10.0, 5.0  #: what the network's offsets were multiplied by in training
DOUBT = 0.25  #: scores below are noise
SAME = 0.55  #: boxes of one class that overlap so much are one object
RIVALS = 0.7  #: boxes of two classes that overlap so much are one object with two names
NESTED = 0.85  #: an unsure box that shares so much of the smaller one is a part or a heap of it
UNSURE = 0.6  #: the score below which that is the likelier reason


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in shares of the picture, 0..1, top left first."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The share of the picture that it fills."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle, across and down."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def common(self, other: Box) -> float:
        """Return the area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def overlap(self, other: Box) -> float:
        """Return the common area as a share of the area of both together."""
        common = self.common(other)
        return common / max(self.area + other.area - common, 1e-9)


@dataclass(frozen=True, slots=True)
class Found:
    """One object: what, how sure (0..1), where."""

    noun: str
    score: float
    box: Box


def find(image: Image.Image) -> list[Found]:
    """Return the objects of ``image``, the surest first, also those that are doubtful.

    Raises:
        BackendError: the network does not run here.
    """
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    offsets, scores = run("detector.onnx", np.asarray(small, np.float32)[None] / 127.5 - 1)
    boxes = _boxes(offsets.reshape(-1, 4))
    chances = 1 / (1 + np.exp(-scores.reshape(len(boxes), -1)))
    candidates = sorted(_candidates(chances, boxes), key=lambda found: -found.score)
    return _best(candidates)


def _candidates(chances: Floats, boxes: Floats) -> Iterator[Found]:
    """Yield every anchor with every class that is more than noise."""
    nouns = labels().detector
    for anchor, number in np.argwhere(chances[:, 1 : len(nouns) + 1] > DOUBT):
        if nouns[number]:
            score = float(chances[anchor, number + 1])
            yield Found(nouns[number], score, Box(*map(float, boxes[anchor])))


def _best(candidates: list[Found]) -> list[Found]:
    """Return the surest of each heap of overlapping boxes."""
    kept: list[Found] = []
    for found in candidates:
        if not any(_same(found, other) for other in kept):
            kept.append(found)
    return kept


def _same(found: Found, other: Found) -> bool:
    """Tell whether ``found`` is ``other``, the surer of the two, once more."""
    if found.noun != other.noun:
        return found.box.overlap(other.box) > RIVALS
    smaller = min(found.box.area, other.box.area)
    nested = found.score < UNSURE and found.box.common(other.box) > NESTED * smaller
    return nested or found.box.overlap(other.box) > SAME


def _boxes(offsets: Floats) -> Floats:
    """Return left, top, right, bottom of every anchor after the network moved it."""
    anchors = _anchors()
    middle = offsets[:, :2] / CENTRE * anchors[:, 2:] + anchors[:, :2]
    size = np.exp(np.minimum(offsets[:, 2:] / STRETCH, 4)) * anchors[:, 2:]
    corners = np.concatenate([middle - size / 2, middle + size / 2], 1)
    moved: Floats = np.clip(corners, 0, 1)[:, [1, 0, 3, 2]]
    return moved


@cache
def _anchors() -> Floats:
    """Return the middle and size of every anchor: y, x, height, width."""
    rows = [
        ((y + 0.5) / cells, (x + 0.5) / cells, scale / sqrt(ratio), scale * sqrt(ratio))
        for grid, cells in enumerate(CELLS)
        for y in range(cells)
        for x in range(cells)
        for scale, ratio in _shapes(grid)
    ]
    return np.array(rows, np.float32)


def _shapes(grid: int) -> list[tuple[float, float]]:
    """Return scale and ratio of the anchors in one cell of a grid."""
    if grid == 0:
        return [(0.1, 1.0), (SCALES[0], 2.0), (SCALES[0], 0.5)]
    between = sqrt(SCALES[grid] * SCALES[grid + 1])
    return [(SCALES[grid], ratio) for ratio in RATIOS] + [(between, 1.0)]
