"""Areas, overlaps and distances of boxes: left, top, right and bottom in any unit."""

from __future__ import annotations

from math import hypot

Box = tuple[float, float, float, float]


def area(box: Box) -> float:
    """Return the area of ``box``."""
    return (box[2] - box[0]) * (box[3] - box[1])


def intersection(first: Box, second: Box) -> float:
    """Return the area that two boxes have in common."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(0.0, width) * max(0.0, height)


def iou(first: Box, second: Box) -> float:
    """Return the intersection over union (Jaccard index), 0 to 1."""
    common = intersection(first, second)
    union = area(first) + area(second) - common
    return common / union if union > 0 else 0.0


def share_inside(box: Box, other: Box) -> float:
    """Return the share of ``box`` that is inside ``other``, 0 to 1."""
    return intersection(box, other) / area(box) if area(box) > 0 else 0.0


def distance(first: Box, second: Box) -> float:
    """Return the distance between two boxes; 0 if they touch or overlap."""
    across = max(first[0], second[0]) - min(first[2], second[2])
    down = max(first[1], second[1]) - min(first[3], second[3])
    return hypot(max(0.0, across), max(0.0, down))


def bears(bearer: Box, box: Box) -> bool:
    """Return whether what is in ``box`` may stand on what is in ``bearer``.

    The middle of its lower edge is in the other box, which is the larger one.
    """
    x, bottom = (box[0] + box[2]) / 2, box[3]
    is_larger = area(bearer) > area(box)
    return is_larger and bearer[0] <= x <= bearer[2] and bearer[1] < bottom <= bearer[3]
