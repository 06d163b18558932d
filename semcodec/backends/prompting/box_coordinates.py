"""Four numbers as a box in shares of the picture, whatever convention a model follows.

A model is asked for one convention (left, top, right and bottom edge, from 0 to 1000), and many
follow the one of their training. Three things differ:

* The unit: thousandths of the picture (Qwen3-VL, Gemini), pixels of the picture that was sent
  (Qwen2.5-VL), or shares from 0 to 1.
* The order: left edge first; top edge first (Gemini, in a field ``box_2d``); left, top, width and
  height (COCO).
* Whether the numbers have names. Then their order is certain.

One box rarely decides: 200, 300, 400, 500 fits nearly everything. So one reading is chosen for
all boxes of an answer: the one in which most are possible, that is, within the picture, with the
left edge before the right one and the top edge above the bottom one. Among equals the requested one
comes first; another must make over a quarter of the boxes possible that would not be.

One case needs more. If a picture is 1024 x 683 pixels, pixels may look like thousandths. They are
pixels if a box ends exactly at the lower or right edge of the picture, counted in pixels, and none
ends beyond it: things are often cut off by the edge, and 683 of 1000 is nothing special.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeAlias

from semcodec._boxes import iou
from semcodec.backends.guides import Box

Four: TypeAlias = tuple[float, float, float, float]
#: ``corners``: left, top, right, bottom. ``rows first``: top, left, bottom, right. ``extent``:
#: left, top, width, height.
Order: TypeAlias = Literal["corners", "rows first", "extent"]
#: What the answer shows of the order: the names of the numbers, or of the field that has them.
Form: TypeAlias = Literal["corners", "extent", "list", "box_2d"]

BOX_UNITS: Final = 1000  #: of the requested convention, along both sides
#: Orders in which the numbers of a form may be, the most likely one first.
ORDERS: Final[dict[Form, tuple[Order, ...]]] = {
    "corners": ("corners",),
    "extent": ("extent",),
    "list": ("corners", "extent", "rows first"),
    "box_2d": ("rows first", "corners"),
}
MISFIT_SHARE: Final = 0.25  #: of impossible boxes, below which the likely reading is kept
EDGE_PIXELS: Final = 1.5  #: distance from the edge of the picture at which a box ends there
#: Sides of pictures in pixels that are too near to 1000 to tell pixels and thousandths apart. It
#: does not matter there: the difference is below a cell of the layout.
MAX_SIMILAR: Final = 0.03
TOLERANCE: Final = 0.02  #: shares by which a box may reach beyond the picture; it is cut off there


@dataclass(frozen=True, slots=True)
class FourNumbers:
    """The numbers of one box as they are in an answer, and what shows their order."""

    values: Four
    form: Form = "list"


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read all boxes of an answer: the unit as numbers per picture, and orders."""

    width: float
    height: float
    in_list: Order
    in_box_2d: Order

    def edges(self, numbers: FourNumbers) -> Box:
        """Return left, top, right and bottom edge in shares; they may be impossible."""
        a, b, c, d = numbers.values
        match self._order(numbers.form):
            case "rows first":
                a, b, c, d = b, a, d, c
            case "extent":
                c, d = a + c, b + d
        return a / self.width, b / self.height, c / self.width, d / self.height

    def _order(self, form: Form) -> Order:
        if form == "list":
            return self.in_list
        return self.in_box_2d if form == "box_2d" else form


def to_boxes(answer: Sequence[FourNumbers], size: tuple[int, int]) -> list[Box | None]:
    """Return the box for each element of ``answer``; None for one that is impossible.

    Args:
        answer: all boxes of one answer.
        size: width and height in pixels of the picture that the model saw.

    >>> to_boxes([FourNumbers((100, 200, 300, 400))], (1024, 768))
    [(0.1, 0.2, 0.3, 0.4)]
    >>> to_boxes([FourNumbers((200, 100, 400, 300), "box_2d")], (1024, 768))
    [(0.1, 0.2, 0.3, 0.4)]
    """
    if not answer:
        return []
    reading = _choose_reading(answer, size)
    return [_within_picture(reading.edges(numbers)) for numbers in answer]


def _choose_reading(answer: Sequence[FourNumbers], size: tuple[int, int]) -> _Reading:
    """Return the reading in which most boxes are possible; those before it win ties."""
    orders = tuple(product(ORDERS["list"], ORDERS["box_2d"]))
    readings = [_Reading(*unit, *order) for unit in _units(answer, size) for order in orders]
    handicap = MISFIT_SHARE * len(answer)

    def score(index: int) -> float:
        possible = sum(_is_possible(readings[index].edges(numbers)) for numbers in answer)
        return possible - handicap * (index > 0)

    return readings[max(range(len(readings)), key=score)]  # the first of equal ones


def _units(answer: Sequence[FourNumbers], size: tuple[int, int]) -> list[tuple[float, float]]:
    """Return how many units a picture may have along both sides, the most likely first.

    Numbers that are all at most 1 are shares: as thousandths, they would all be one point.
    """
    if all(abs(value) <= 1 + TOLERANCE for numbers in answer for value in numbers.values):
        return [(1.0, 1.0)]
    thousandths, pixels = (float(BOX_UNITS), float(BOX_UNITS)), (float(size[0]), float(size[1]))
    return [pixels, thousandths] if _end_at_pixel_edge(answer, pixels) else [thousandths, pixels]


def _end_at_pixel_edge(answer: Sequence[FourNumbers], pixels: tuple[float, float]) -> bool:
    """Return whether a box ends at an edge of the picture in pixels, and none beyond it."""
    boxes = [_Reading(1.0, 1.0, *_likely_orders()).edges(numbers) for numbers in answer]
    ends = [max(box[2] for box in boxes), max(box[3] for box in boxes)]
    if any(end > side + EDGE_PIXELS for end, side in zip(ends, pixels, strict=True)):
        return False
    return any(
        abs(end - side) <= EDGE_PIXELS and abs(side - BOX_UNITS) > MAX_SIMILAR * BOX_UNITS
        for end, side in zip(ends, pixels, strict=True)
    )


def _likely_orders() -> tuple[Order, Order]:
    return ORDERS["list"][0], ORDERS["box_2d"][0]


def _is_possible(box: Box) -> bool:
    left, top, right, bottom = box
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def _within_picture(box: Box) -> Box | None:
    """Return ``box`` without what is slightly beyond the picture; None if it is impossible."""
    if not all(-TOLERANCE <= edge <= 1 + TOLERANCE for edge in box):
        return None
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in box)
    return (left, top, right, bottom) if left < right and top < bottom else None


def merge_equal(boxes: Iterable[Box], min_iou: float, most: int) -> list[Box]:
    """Return ``boxes`` without those that repeat one before; at most ``most``.

    Args:
        boxes: in shares.
        min_iou: the intersection over the union from which two boxes are one, 0..1.
        most: how many boxes are returned.
    """
    kept: list[Box] = []
    for box in boxes:
        if len(kept) < most and all(iou(box, other) < min_iou for other in kept):
            kept.append(box)
    return kept
