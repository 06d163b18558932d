"""The changes that may make a predicate true, in the order in which to try them.

If the painter reports what it drew, the changes fit the fault: an object that is there but hidden
is made visible, and one that is not there is added. Without a report, only the predicate is known.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from semcodec.backends.painted_scene import PaintedObject
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


def suggest_changes(
    predicate: Predicate, painted: PaintedObject | None, tried: AbstractSet[str] = frozenset()
) -> list[str]:
    """Return sentences for an editor, the most promising first, without those ``tried``.

    Args:
        predicate: a statement that does not hold.
        painted: what the painter drew for the noun; None if it does not report that.
        tried: sentences that are left out.

    Example:
        >>> suggest_changes(Predicate("color", "boat", "red"), None)
        ['Recolor the boat red.']
    """
    noun, value = predicate.noun, predicate.value
    changes = [
        Change(action, noun, value if action == ACTIONS[predicate.kind] else "")
        for action in _actions(predicate.kind, painted)
    ]
    return [change.text for change in changes if change.text not in tried]


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
