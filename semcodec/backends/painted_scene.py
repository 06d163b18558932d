"""What a painter knows of a picture that it has composed itself: the objects that are in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaintedObject:
    """The drawings for one noun of the prompt, or a part of the surroundings.

    Attributes:
        noun: the word or words of the prompt for which it was drawn.
        count: number of drawings that can be seen; 1 for a part of the surroundings, such as a
            street. 0 if the painter has no drawing for the noun.
        visible: the share of the most visible drawing that is inside the frame and not covered by
            others, 0.0 to 1.0.
        colors: words for the colors that were applied, such as ``("red",)``; () for its own colors.
        size: the word for the size that was applied, or ``""``.
        x: the horizontal center of the drawings, 0.0 (left) to 1.0 (right).
        y: the vertical center, 0.0 (top) to 1.0 (bottom).
        can_be_added: whether the painter could draw it, if ``count`` is 0; if not, no change of the
            picture is tried for this noun.
        boxes: left, top, right and bottom of each drawing inside the frame, hidden or not, in
            shares of the width and the height; () for what has none, such as a street.
    """

    noun: str
    count: int = 1
    visible: float = 1.0
    colors: tuple[str, ...] = ()
    size: str = ""
    x: float = 0.5
    y: float = 0.5
    can_be_added: bool = True
    boxes: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PaintedScene:
    """The account of a painter of what it drew.

    Attributes:
        objects: the objects, in the order of the words.
    """

    objects: tuple[PaintedObject, ...]
