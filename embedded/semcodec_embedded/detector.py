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
from semcodec_embedded.onnx_models import run

Floats = NDArray[np.float32]

INPUT_SIDE = 300  #: the network's input, in pixels
GRID_CELLS = (19, 10, 5, 3, 2, 1)  #: anchors per row and column, from small to large objects
ANCHOR_SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)  #: sizes of the anchors of each grid
ASPECT_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)  #: width to height
CENTER_VARIANCE, SIZE_VARIANCE = (
    10.0,
    5.0,
)  #: what the network's offsets were multiplied by in training
MIN_SCORE = 0.25  #: scores below are noise
NMS_IOU = 0.55  #: boxes of one class that overlap so much are one object
CROSS_CLASS_IOU = 0.7  #: boxes of two classes that overlap so much are one object with two names
CONTAINMENT = (
    0.85  #: an unsure box that shares so much of the smaller one is a part or a heap of it
)
UNSURE_SCORE = 0.6  #: the score below which that is the likelier reason


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
    def center(self) -> tuple[float, float]:
        """Its middle, across and down."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def intersection(self, other: Box) -> float:
        """Return the area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Return the common area as a share of the area of both together."""
        intersection = self.intersection(other)
        return intersection / max(self.area + other.area - intersection, 1e-9)


@dataclass(frozen=True, slots=True)
class Detection:
    """One object: what, how sure (0..1), where."""

    noun: str
    score: float
    box: Box


def detect(image: Image.Image) -> list[Detection]:
    """Return the objects of ``image``, the surest first, also those that are doubtful.

    Raises:
        BackendError: the network does not run here.
    """
    small = image.resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BILINEAR)
    offsets, scores = run("detector.onnx", np.asarray(small, np.float32)[None] / 127.5 - 1)
    boxes = _decode_boxes(offsets.reshape(-1, 4))
    chances = 1 / (1 + np.exp(-scores.reshape(len(boxes), -1)))
    candidates = sorted(_candidates(chances, boxes), key=lambda found: -found.score)
    return _non_max_suppression(candidates)


def _candidates(chances: Floats, boxes: Floats) -> Iterator[Detection]:
    """Yield every anchor with every class that is more than noise."""
    nouns = labels().detector
    for anchor, number in np.argwhere(chances[:, 1 : len(nouns) + 1] > MIN_SCORE):
        if nouns[number]:
            score = float(chances[anchor, number + 1])
            yield Detection(nouns[number], score, Box(*map(float, boxes[anchor])))


def _non_max_suppression(candidates: list[Detection]) -> list[Detection]:
    """Return the surest of each heap of overlapping boxes."""
    kept: list[Detection] = []
    for found in candidates:
        if not any(_is_duplicate(found, other) for other in kept):
            kept.append(found)
    return kept


def _is_duplicate(found: Detection, other: Detection) -> bool:
    """Tell whether ``found`` is ``other``, the surer of the two, once more."""
    if found.noun != other.noun:
        return found.box.iou(other.box) > CROSS_CLASS_IOU
    smaller = min(found.box.area, other.box.area)
    nested = (
        found.score < UNSURE_SCORE and found.box.intersection(other.box) > CONTAINMENT * smaller
    )
    return nested or found.box.iou(other.box) > NMS_IOU


def _decode_boxes(offsets: Floats) -> Floats:
    """Return left, top, right, bottom of every anchor after the network moved it."""
    anchors = _anchors()
    middle = offsets[:, :2] / CENTER_VARIANCE * anchors[:, 2:] + anchors[:, :2]
    size = np.exp(np.minimum(offsets[:, 2:] / SIZE_VARIANCE, 4)) * anchors[:, 2:]
    corners = np.concatenate([middle - size / 2, middle + size / 2], 1)
    moved: Floats = np.clip(corners, 0, 1)[:, [1, 0, 3, 2]]
    return moved


@cache
def _anchors() -> Floats:
    """Return the middle and size of every anchor: y, x, height, width."""
    rows = [
        ((y + 0.5) / cells, (x + 0.5) / cells, scale / sqrt(ratio), scale * sqrt(ratio))
        for grid, cells in enumerate(GRID_CELLS)
        for y in range(cells)
        for x in range(cells)
        for scale, ratio in _anchor_shapes(grid)
    ]
    return np.array(rows, np.float32)


def _anchor_shapes(grid: int) -> list[tuple[float, float]]:
    """Return scale and ratio of the anchors in one cell of a grid."""
    if grid == 0:
        return [(0.1, 1.0), (ANCHOR_SCALES[0], 2.0), (ANCHOR_SCALES[0], 0.5)]
    between = sqrt(ANCHOR_SCALES[grid] * ANCHOR_SCALES[grid + 1])
    return [(ANCHOR_SCALES[grid], ratio) for ratio in ASPECT_RATIOS] + [(between, 1.0)]
