"""Detect the objects of a picture: 80 everyday classes, each with a box.

The network is an SSD (single-shot detector): it returns offsets and scores for 1917 fixed anchor
boxes. This module decodes them to boxes and suppresses overlapping boxes (non-maximum suppression).
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

INPUT_SIDE = 300  #: pixels of the network's square input
GRID_CELLS = (
    19,
    10,
    5,
    3,
    2,
    1,
)  #: cells per row and column of each grid, from small to large objects
ANCHOR_SCALES = (
    0.2,
    0.35,
    0.5,
    0.65,
    0.8,
    0.95,
    1.0,
)  #: anchor size of each grid as a share of the picture; the last size has no grid
ASPECT_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)  #: width / height of the anchors
CENTER_VARIANCE, SIZE_VARIANCE = (
    10.0,
    5.0,
)  #: factors of the offsets in training
MIN_SCORE = 0.25  #: scores are 0..1; lower scores are noise
NMS_IOU = 0.55  #: intersection over union above which boxes of one class are one object
CROSS_CLASS_IOU = 0.7  #: the same for boxes of two classes: one object with two names
CONTAINMENT = 0.85  #: share of the smaller box inside the other: a part, or one of a group
UNSURE_SCORE = 0.6  #: score below which a contained box counts as a duplicate


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; coordinates are shares of the picture, 0..1 from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The area of the box, as a share of the picture."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def center(self) -> tuple[float, float]:
        """The center (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def intersection(self, other: Box) -> float:
        """Return the area of the intersection, as a share of the picture."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Return the intersection over union (Jaccard index), 0..1."""
        intersection = self.intersection(other)
        return intersection / max(self.area + other.area - intersection, 1e-9)


@dataclass(frozen=True, slots=True)
class Detection:
    """One detected object.

    Attributes:
        noun: the noun of its class in labels.toml.
        score: the confidence of the network, 0..1.
        box: its position in the picture.
    """

    noun: str
    score: float
    box: Box


def detect(image: Image.Image) -> list[Detection]:
    """Return the objects in ``image`` by descending score, including doubtful ones.

    Raises:
        BackendError: the network cannot be loaded or run.
    """
    small = image.resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BILINEAR)
    offsets, logits = run("detector.onnx", np.asarray(small, np.float32)[None] / 127.5 - 1)
    boxes = _decode_boxes(offsets.reshape(-1, 4))
    scores = 1 / (1 + np.exp(-logits.reshape(len(boxes), -1)))
    return suppress_duplicates(list(_candidates(scores, boxes)))


def _candidates(scores: Floats, boxes: Floats) -> Iterator[Detection]:
    """Yield a detection for each anchor and class with a score above ``MIN_SCORE``."""
    nouns = labels().detector  # class 0 of the network is the background
    for anchor, class_index in np.argwhere(scores[:, 1 : len(nouns) + 1] > MIN_SCORE):
        if nouns[class_index]:
            score = float(scores[anchor, class_index + 1])
            yield Detection(nouns[class_index], score, Box(*map(float, boxes[anchor])))


def suppress_duplicates(candidates: list[Detection]) -> list[Detection]:
    """Return the best of each cluster of overlapping boxes, by descending score."""
    kept: list[Detection] = []
    for detection in sorted(candidates, key=lambda detection: -detection.score):
        if not any(_is_duplicate(detection, other) for other in kept):
            kept.append(detection)
    return kept


def _is_duplicate(detection: Detection, other: Detection) -> bool:
    """Return whether two detections are the same object; ``other`` has the higher score."""
    if detection.noun != other.noun:
        return detection.box.iou(other.box) > CROSS_CLASS_IOU
    smaller = min(detection.box.area, other.box.area)
    is_contained = detection.box.intersection(other.box) > CONTAINMENT * smaller
    is_part = is_contained and detection.score < UNSURE_SCORE
    return is_part or detection.box.iou(other.box) > NMS_IOU


def _decode_boxes(offsets: Floats) -> Floats:
    """Return the anchors moved by the network's offsets, as left, top, right, bottom."""
    anchors = _anchors()
    center = offsets[:, :2] / CENTER_VARIANCE * anchors[:, 2:] + anchors[:, :2]
    size = np.exp(np.minimum(offsets[:, 2:] / SIZE_VARIANCE, 4)) * anchors[:, 2:]
    corners = np.concatenate([center - size / 2, center + size / 2], 1)
    boxes: Floats = np.clip(corners, 0, 1)[:, [1, 0, 3, 2]]  # the network puts y first
    return boxes


@cache
def _anchors() -> Floats:
    """Return the center and size of each anchor: y, x, height, width."""
    rows = [
        ((y + 0.5) / cells, (x + 0.5) / cells, scale / sqrt(ratio), scale * sqrt(ratio))
        for grid, cells in enumerate(GRID_CELLS)
        for y in range(cells)
        for x in range(cells)
        for scale, ratio in _anchor_shapes(grid)
    ]
    return np.array(rows, np.float32)


def _anchor_shapes(grid: int) -> list[tuple[float, float]]:
    """Return the scale and aspect ratio of each anchor in a cell of a grid."""
    if grid == 0:
        return [(0.1, 1.0), (ANCHOR_SCALES[0], 2.0), (ANCHOR_SCALES[0], 0.5)]
    between = sqrt(ANCHOR_SCALES[grid] * ANCHOR_SCALES[grid + 1])
    return [(ANCHOR_SCALES[grid], ratio) for ratio in ASPECT_RATIOS] + [(between, 1.0)]
