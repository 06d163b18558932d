"""Boxes in a picture: their area and their overlap, for edges in any unit."""

from __future__ import annotations

from typing import TypeAlias

#: Left, top, right and bottom edge; in shares of the width or the height, 0.0 is left or top.
Box: TypeAlias = tuple[float, float, float, float]


def area(box: Box) -> float:
    """Return the area of ``box``, in the unit of its edges squared."""
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def iou(first: Box, second: Box) -> float:
    """Return the intersection over union of two boxes, 0.0 to 1.0; 0.0 if none has an area."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(width, 0.0) * max(height, 0.0)
    union = area(first) + area(second) - common
    return common / union if union > 0 else 0.0
