"""The changes that may make a predicate true, in the order in which to try them.

If the painter reports what it drew, the changes fit the fault: an object that is there but hidden
is made visible, and one that is not there is added. Without a report, only the predicate is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from semcodec.backends.guides import Box
from semcodec.backends.painted_scene import PaintedObject
from semcodec.words import places
from semcodec.words.changes import ACTIONS, Change, ChangeAction
from semcodec.words.predicates import Predicate, PredicateKind

#: Ways to make an object visible that is in the picture: the one that changes least comes first.
UNCOVERING: Final[tuple[ChangeAction, ...]] = ("uncover", "separate", "shrink", "redraw")
#: Actions to try after the direct one, if the object is in the picture: another drawing may have a
#: part that can be colored, or more room.
ALTERNATIVES: Final[dict[PredicateKind, tuple[ChangeAction, ...]]] = {
    "noun": (),
    "count": ("separate", "shrink"),
    "color": ("redraw",),
    "size": ("separate",),
    "place": ("separate",),
}
#: Actions that move a thing out of its box, by an editor that has the boxes or not. A box states a
#: size, too. One without the boxes may move a thing, since the statement then agrees with the box
#: (see ``Guidance.keep_agreeing``), and the sentence names the box.
LEAVING: Final[dict[bool, frozenset[ChangeAction]]] = {
    True: frozenset({"move", "separate", "shrink", "resize"}),
    False: frozenset({"separate"}),
}


def suggest_changes(
    predicate: Predicate,
    painted: PaintedObject | None,
    tried: AbstractSet[str] = frozenset(),
    boxes: Sequence[Box] = (),
    *,
    knows_boxes: bool = False,
) -> list[str]:
    """Return sentences for an editor, the most promising first, without those ``tried``.

    Args:
        predicate: a statement that does not hold.
        painted: what the painter drew for the noun; None if it does not report that.
        tried: sentences that are left out.
        boxes: where the record has the noun. No change is for another place.
        knows_boxes: whether the editor has the boxes, so that no sentence has to name them.

    Example:
        >>> suggest_changes(Predicate("color", "boat", "red"), None)
        ['Recolor the boat red.']
        >>> suggest_changes(Predicate("noun", "boat"), None, boxes=[(0.0, 0.5, 0.3, 0.9)])
        ['Add boat at the bottom left (30 % of the width, 40 % of the height).']
    """
    noun, value = predicate.noun, predicate.value
    changes = [
        Change(
            action,
            noun,
            value if action == ACTIONS[predicate.kind] else "",
            "" if knows_boxes else _describe_boxes(action, boxes),
        )
        for action in _actions(predicate.kind, painted)
        if not boxes or action not in LEAVING[knows_boxes]
    ]
    return [change.text for change in changes if change.text not in tried]


def _describe_boxes(action: ChangeAction, boxes: Sequence[Box]) -> str:
    if action == "add" and boxes:
        return places.describe_boxes(boxes, counted=False)
    return places.describe_size(boxes[0]) if action == "move" and len(boxes) == 1 else ""


def _actions(kind: PredicateKind, painted: PaintedObject | None) -> tuple[ChangeAction, ...]:
    if painted is not None and painted.count == 0 and not painted.can_be_added:
        return ()  # the editor would refuse, and a few refusals end the loop
    if painted is None or painted.count == 0:
        # Nothing of it is in the picture as far as is known, so it cannot be moved or recolored,
        # but an editor that adds it can add it as it should be.
        return ("add",) if painted is not None else (ACTIONS[kind],)
    if kind == "noun":
        return UNCOVERING
    return ACTIONS[kind], *ALTERNATIVES[kind]
