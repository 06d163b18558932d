"""The changes that are suggested for each kind of statement."""

from __future__ import annotations

import pytest

from semcodec.backends.painted_scene import PaintedObject
from semcodec.pipeline.reflection.suggestions import suggest_changes
from semcodec.words.changes import parse_change
from semcodec.words.predicates import Predicate

HIDDEN = PaintedObject("dogs", 2, 0.1)
UNCOVER = "Bring the dogs to the front."
SEPARATE = "Move the dogs to a free place."
SHRINK = "Draw the dogs smaller."
REDRAW = "Draw the dogs in another way."


@pytest.mark.parametrize(
    ("predicate", "painted", "changes"),
    [
        (Predicate("noun", "dogs"), None, ["Add dogs."]),
        (Predicate("noun", "dogs"), PaintedObject("dogs", 0), ["Add dogs."]),
        (Predicate("noun", "dogs"), HIDDEN, [UNCOVER, SEPARATE, SHRINK, REDRAW]),
        (Predicate("count", "dogs", "two"), None, ["Show exactly two dogs."]),
        (
            Predicate("count", "dogs", "two"),
            HIDDEN,
            ["Show exactly two dogs.", SEPARATE, SHRINK],
        ),
        (Predicate("color", "dogs", "red"), HIDDEN, ["Recolor the dogs red.", REDRAW]),
        (Predicate("size", "dogs", "huge"), HIDDEN, ["Make the dogs huge.", SEPARATE]),
        (Predicate("place", "dogs", "left"), HIDDEN, ["Move the dogs to the left.", SEPARATE]),
        (Predicate("place", "dogs", "left"), PaintedObject("dogs", 0), ["Add dogs."]),
        (Predicate("noun", "dogs"), PaintedObject("dogs", 0, can_be_added=False), []),
        (Predicate("color", "dogs", "red"), PaintedObject("dogs", 0, can_be_added=False), []),
    ],
)
def test_changes_fit_the_fault(
    predicate: Predicate, painted: PaintedObject | None, changes: list[str]
) -> None:
    assert suggest_changes(predicate, painted) == changes
    assert all(parse_change(change) for change in changes)
    for n in range(len(changes) + 1):
        assert suggest_changes(predicate, painted, set(changes[:n])) == changes[n:]


@pytest.mark.parametrize(
    ("predicate", "named", "known"),
    [
        (Predicate("noun", "dogs"), [UNCOVER, SHRINK, REDRAW], [UNCOVER, REDRAW]),
        (Predicate("size", "dogs", "huge"), ["Make the dogs huge."], []),
        (
            Predicate("place", "dogs", "left"),
            ["Move the dogs to the left (25 % of the width, 50 % of the height)."],
            [],
        ),
    ],
)
def test_no_change_is_for_another_place_than_the_box(
    predicate: Predicate, named: list[str], known: list[str]
) -> None:
    boxes = [(0.0, 0.25, 0.25, 0.75)]
    assert suggest_changes(predicate, HIDDEN, boxes=boxes) == named
    assert suggest_changes(predicate, HIDDEN, boxes=boxes, knows_boxes=True) == known


def test_two_sentences_are_not_a_change() -> None:
    """A model may name two; carrying out the first alone would pass for both."""
    assert parse_change("Remove the dogs. Add cats.") is None
