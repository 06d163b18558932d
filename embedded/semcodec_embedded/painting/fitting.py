"""Fit a drawing into a box: how large it is drawn, and which of its edges agree with the box.

A drawing keeps its aspect ratio, so it fills only a box of its own shape. Otherwise its overlap
with the box (intersection over union) is the highest when both have about the same area: a sailboat
in the flat box of its hull is higher than the box and narrower. What stands has its lower edge
at that of the box. A box at an edge of the picture is of something that the edge cuts off: there a
drawing may extend beyond the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from math import log2

import numpy as np

from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.figures import HALF, can_be_cut, is_figure, is_half_figure
from semcodec_embedded.painting.geometry import Box, area, bears, intersection, iou
from semcodec_embedded.painting.rules import rule_tables
from semcodec_embedded.painting.rules.close_ups import ANIMAL_FACES
from semcodec_embedded.painting.rules.looks import PREFIXES
from semcodec_embedded.painting.scene import Subject
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT

WHOLE, PERSON, GEAR, HEAD = "", "person", "gear", "head"  #: parts of a drawing
WHOLE_BOX: Box = (0.0, 0.0, 1.0, 1.0)
#: The distance from an edge of the picture, as a share of its side, up to which a box touches it: a
#: layout has 32 steps.
EDGE = 0.035
SCALES = 13  #: sizes that are tried, from inside the box to around it
#: The shares of a drawing that must be inside the picture: if the upper edge cuts it off, because
#: what is without its head is hard to recognize; for a half figure, which shows the face; and
#: otherwise.
MIN_BELOW_TOP, MIN_OF_HALF, MIN_INSIDE = 0.94, 0.8, 0.45
#: For a boat of which a detector found the hull or a sail, in overlap by doubling of the size.
BOAT_GAIN = 0.12
HIDDEN_COST = 0.22  #: of a drawing outside the picture, in overlap
COVER_COST = 0.9  #: of covering all of another box
OTHER_DRAWING_COST = 0.1  #: of another drawing of the noun than the first one
MIN_SIDE = 8.0  #: of a drawing, in units; a smaller one cannot be seen at all
MAX_SIDES = 2.0  #: height or width of a drawing, in those of the picture: it limits the work
MAX_DRAWINGS = 4  #: of a noun that are tried; later ones fit the noun less well


@dataclass(frozen=True, slots=True)
class Target:
    """Where one drawing belongs.

    Attributes:
        parts: pairs of a part of the drawing, such as ``GEAR``, and its box in shares of the scene.
            ``WHOLE`` is alone.
    """

    parts: tuple[tuple[str, Box], ...]

    @property
    def box(self) -> Box:
        """The box of all parts."""
        lefts, tops, rights, bottoms = zip(*(box for _, box in self.parts), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


@dataclass(frozen=True, slots=True)
class Fit:
    """A drawing at its place, in units.

    Attributes:
        name: the name of the drawing.
        box: left, top, right and bottom.
        flipped: whether it must be mirrored (or must not); None if it does not matter.
        score: the overlap with the box less what is not good about it.
    """

    name: str
    box: Box
    flipped: bool | None
    score: float


@cache
def parts_of(name: str) -> Mapping[str, Box]:
    """Return the parts of a drawing that words may name apart, in shares of it."""
    table = rule_tables()["drawing_parts"]
    key = next((name.removeprefix(each) for each in PREFIXES if name.startswith(each)), name)
    if is_figure(name):
        key = "figure-half" if is_half_figure(name) else "figure"
    return {part: tuple(box) for part, box in table.get(key, {}).items()}


def has_gear_part(subject: Subject) -> bool:
    """Return whether the drawing of ``subject`` is of a person with gear or a mount."""
    return bool(subject.sprites) and GEAR in parts_of(subject.sprites[0])


def fit_drawing(
    names: Sequence[str], target: Target, width: float, stands: bool, others: Sequence[Box] = ()
) -> Fit:
    """Return the best of the drawings ``names`` at its best place.

    Args:
        names: the drawings of a noun, the preferred one first.
        target: where it belongs.
        width: the width of the scene, in units.
        stands: whether its lower edge is at that of the box.
        others: the boxes of other things, which it should not cover.
    """
    boxes = [(part, in_units(box, width)) for part, box in target.parts]
    if boxes[0][0] != WHOLE:
        fits = [fit for name in names[:1] for fit in _fits_of_parts(name, boxes, width)]
    else:
        touched = _touched_edges(target.box)
        box, around = boxes[0][1], [in_units(other, width) for other in others]
        fits = [
            replace(
                fit, score=fit.score - bool(at) * OTHER_DRAWING_COST - _cover_cost(fit, box, around)
            )
            for at, name in enumerate(names[:MAX_DRAWINGS])
            for fit in _fits(name, box, touched, (width, stands))
        ]
    return max(fits, key=lambda fit: fit.score)


def _cover_cost(fit: Fit, box: Box, others: Sequence[Box]) -> float:
    """Return the cost of what a drawing covers of other boxes, and its own box would not."""
    covered = (
        max(0.0, intersection(fit.box, other) - intersection(box, other)) / area(other)
        for other in others
        if not bears(box, other) and not bears(other, box)  # they belong together
    )
    return COVER_COST * min(1.0, sum(covered))


def cut_variants(name: str) -> list[str]:
    """Return the drawings of the upper half or the face, of what is cut off below."""
    half = name if is_half_figure(name) or not can_be_cut(name) else name + HALF
    return [other for other in (half, ANIMAL_FACES.get(name, name)) if other != name]


def touches_lower_edge(box: Box) -> bool:
    """Return whether the lower edge of the picture cuts off what is in ``box``."""
    return box[3] >= 1 - EDGE


def in_units(box: Box, width: float) -> Box:
    """Return a box in shares of the scene in units; ``width`` is that of the scene."""
    left, top, right, bottom = box
    return left * width, top * HEIGHT, right * width, bottom * HEIGHT


def _touched_edges(box: Box) -> tuple[bool, bool, bool, bool]:
    """Return whether ``box`` is at the left, upper, right and lower edge of the picture."""
    left, top, right, bottom = box
    return left <= EDGE, top <= EDGE, right >= 1 - EDGE, bottom >= 1 - EDGE


def _fits(
    name: str,
    box: Box,
    touched: tuple[bool, bool, bool, bool],
    place: tuple[float, bool],
) -> Iterator[Fit]:
    """Yield a drawing in sizes between the largest inside the box and the smallest around it."""
    (width, stands), shape = place, aspect(name)
    across, down = box[2] - box[0], box[3] - box[1]
    inside, around = sorted((down, across / shape))
    inside = max(inside, MIN_SIDE, MIN_SIDE / shape)
    around = min(max(around, inside), MAX_SIDES * HEIGHT, MAX_SIDES * width / shape)
    is_boat = sprite_library().infos[name].support == "water"
    frame = (0.0, 0.0, width, HEIGHT)
    for height in np.geomspace(inside, max(around, inside), SCALES).tolist():
        wide = height * shape
        lefts = ((box[0] + box[2] - wide) / 2, box[0], box[2] - wide)  # beside another thing
        tops = _tops(box, height, touched, stands)
        for left, top in product(lefts, tops):
            drawn = (left, top, left + wide, top + height)
            if not touched[1] and drawn[1] < 0 < box[1]:  # its head would be cut off
                continue
            score = _score(name, drawn, box, frame, touched)
            if is_boat:
                score += BOAT_GAIN * log2(height / inside)
            yield Fit(name, drawn, None, score)
    # Always at least one: inside the box.
    wide = inside * shape
    left = (box[0] + box[2] - wide) / 2
    yield Fit(name, (left, box[3] - inside, left + wide, box[3]), None, -1.0)


def _tops(
    box: Box, height: float, touched: tuple[bool, bool, bool, bool], stands: bool
) -> Iterator[float]:
    """Yield where the upper edge of a drawing may be; beyond the picture only if the box is too."""
    yield box[3] - height if stands else (box[1] + box[3] - height) / 2
    if height > box[3] - box[1]:
        if touched[3]:
            yield box[1]
        if touched[1]:
            yield box[3] - height


def _score(
    name: str, drawn: Box, box: Box, frame: Box, touched: tuple[bool, bool, bool, bool]
) -> float:
    """Return the overlap less the cost of what is outside the picture; -1 if that is too much."""
    share = intersection(drawn, frame) / area(drawn)
    least = MIN_OF_HALF if is_half_figure(name) else MIN_INSIDE
    if drawn[1] < -1:
        least = MIN_BELOW_TOP
    if share < least:
        return -1.0
    # What is beyond an edge counts only if the box is cut off there, too: otherwise a drawing that
    # the edge cuts to the shape of the box would be better than a whole one.
    ends = (max, max, min, min)
    left, top, right, bottom = (
        end(drawn[at], frame[at]) if touched[at] else drawn[at] for at, end in enumerate(ends)
    )
    return iou((left, top, right, bottom), box) - HIDDEN_COST * (1 - share)


def _fits_of_parts(name: str, boxes: Sequence[tuple[str, Box]], width: float) -> Iterator[Fit]:
    """Yield a drawing and its mirror image so that its parts are where their boxes are."""
    parts, shape = parts_of(name), aspect(name)
    for flipped in (False, True):
        places = [_mirrored(parts.get(part, WHOLE_BOX), flipped) for part, _ in boxes]
        wanted = [box for _, box in boxes]
        largest = min(MAX_SIDES * HEIGHT, MAX_SIDES * width / shape)
        drawn = _least_squares(places, wanted, shape, largest)
        score = sum(
            iou(place_of_part(drawn, place), box) for place, box in zip(places, wanted, strict=True)
        )
        yield Fit(name, drawn, flipped if len(places) > 1 else None, score)


def _mirrored(box: Box, flipped: bool) -> Box:
    left, top, right, bottom = box
    return (1 - right, top, 1 - left, bottom) if flipped else box


def place_of_part(drawn: Box, part: Box) -> Box:
    """Return where a ``part`` of a drawing is, if the drawing is at ``drawn``."""
    width, height = drawn[2] - drawn[0], drawn[3] - drawn[1]
    return (
        drawn[0] + part[0] * width, drawn[1] + part[1] * height,
        drawn[0] + part[2] * width, drawn[1] + part[3] * height,
    )  # fmt: skip


def _least_squares(
    places: Sequence[Box], boxes: Sequence[Box], shape: float, largest: float
) -> Box:
    """Return where a drawing is if the edges of its parts are nearest to those of the boxes.

    The unknowns are its height, at most ``largest``, and the place of its upper left corner; all
    edges count alike.
    """
    u = np.array([[place[0], place[2]] for place in places]).ravel() * shape
    v = np.array([[place[1], place[3]] for place in places]).ravel()
    x = np.array([[box[0], box[2]] for box in boxes]).ravel()
    y = np.array([[box[1], box[3]] for box in boxes]).ravel()
    spread = float((u - u.mean()) @ (u - u.mean()) + (v - v.mean()) @ (v - v.mean()))
    height = float((u - u.mean()) @ (x - x.mean()) + (v - v.mean()) @ (y - y.mean())) / spread
    height = min(largest, max(height, MIN_SIDE, MIN_SIDE / shape))
    left, top = float(x.mean() - height * u.mean()), float(y.mean() - height * v.mean())
    return left, top, left + height * shape, top + height
