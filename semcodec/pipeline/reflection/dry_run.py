"""The requests that reflection sends at most, for a dry run.

A backend that sends nothing has an attribute ``is_dry_run``. Its results tell nothing about a
picture, so the loop would end at once. Here every try is made that the plan allows: a picture, its
check and, by description, a description and a comparison. Backends that are not part of the dry run
are called only where another call needs their result.
"""

from __future__ import annotations

from typing import Final

from semcodec.backends.isolation import attempt
from semcodec.pipeline.reflection.backend_actions import BackendActions, Picture
from semcodec.pipeline.reflection.loop import Plan

TYPICAL_CHANGE: Final = "Move the dog to the left."


def is_dry_run(backend: object) -> bool:
    """Return whether a backend sends nothing, as its attribute ``is_dry_run`` states."""
    return attempt(lambda: backend.is_dry_run is True, False)  # type: ignore[attr-defined]


def make_all_calls(actions: BackendActions, plan: Plan, *, by_description: bool) -> Picture:
    """Make every call that a loop within ``plan`` can make, and return the first picture."""
    first = actions.paint(plan.seed)
    if not actions.predicates and not by_description:
        return first  # nothing can be checked, so nothing is tried
    calls = _WorstCase(actions, first)
    calls.check(first)
    for n in range(1, plan.candidates):
        calls.check(calls.paint(plan.seed + n))
    for n in range(plan.candidates, plan.tries + 1):
        change = calls.name_change() if by_description else TYPICAL_CHANGE
        calls.check(calls.edit(change, plan.seed + n))
    return first


class _WorstCase:
    """The calls of one try; ``first`` stands for pictures of backends outside the dry run."""

    def __init__(self, actions: BackendActions, first: Picture) -> None:
        self._actions, self._first, self._description = actions, first, ""

    def paint(self, seed: int) -> Picture:
        is_counted = is_dry_run(self._actions.painter)
        return self._actions.paint(seed) if is_counted else self._first

    def edit(self, change: str, seed: int) -> Picture:
        """Return a picture by the editor or, if only the painter is counted, by the painter.

        A try may be another seed or, if the editor turns out to be unable to edit, a new picture
        with the change in its prompt. A painter is therefore counted too; one that edits its own
        pictures is not, because an edit costs at least as much.
        """
        painter: object = self._actions.painter
        editor: object = self._actions.editor
        picture = self._first
        if is_dry_run(painter) and editor is not painter:
            picture = self._actions.repaint([change], seed)
        return self._actions.edit(self._first, change, seed) if is_dry_run(editor) else picture

    def check(self, picture: Picture) -> None:
        if is_dry_run(self._actions.checker):
            self._actions.check(picture)
        if self._actions.judge is not None and is_dry_run(self._actions.describer):
            self._actions.describe(picture)

    def name_change(self) -> str:
        if is_dry_run(self._actions.describer) or not self._description:
            self._description = self._actions.describe(self._first)
        is_counted = is_dry_run(self._actions.writer)
        return self._actions.name_change(self._description) if is_counted else TYPICAL_CHANGE
