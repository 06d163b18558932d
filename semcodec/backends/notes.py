"""Collect notes about the requests to models, separately for each run.

Threads may share a backend, so a backend must not keep such a list itself: the first run to read it
would get the notes of the others. Instead each run (``encode``, ``decode``) opens a list in its own
context, and every note made in that context is added to it. A backend that starts threads must run
them in a copy of the context (``contextvars.copy_context``); otherwise their notes are lost. A run
inside another run collects its own notes, and the outer run does not get them. Values that a
backend keeps until the end of a run, such as a size that fits the memory, are separate in the same
way. Tested by tests/backends/test_shared_backend.py.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from semcodec.errors import InputError

Notes = list[tuple[str, Any]]  #: kind and value of each note, in order

NOTICES: Final = "notices"  #: the kind of notes that are sentences for the user

_collected: Final[ContextVar[Notes | None]] = ContextVar("semcodec_notes", default=None)
_values: Final[ContextVar[dict[Hashable, Any] | None]] = ContextVar("semcodec_values", default=None)


def add_note(kind: str, value: Any) -> None:
    """Add a note to the trace of the current run; do nothing outside of a run.

    Args:
        kind: the name of the list in the trace of the stage: ``"calls"``, ``"repairs"``, or any
            other name that the backend chooses. ``"notices"`` is the list ``Trace.notices``: its
            values are sentences that the user should see, and the command line prints them.
        value: any JSON value; a value that JSON cannot represent is dropped.

    Raises:
        InputError: ``kind`` is not a string.
    """
    if not isinstance(kind, str):
        raise InputError(f"The kind of a note must be a string, not {type(kind).__name__}.")
    notes = _collected.get()
    if notes is not None:
        notes.append((kind, value))


@contextmanager
def collect_notes() -> Iterator[Notes]:
    """Yield the list that collects the notes made in this context until the block ends."""
    notes: Notes = []
    token, values_token = _collected.set(notes), _values.set({})
    try:
        yield notes
    finally:
        _values.reset(values_token)
        _collected.reset(token)


def run_values() -> dict[Hashable, Any]:
    """Return the values that backends keep until the end of the current run, by their own keys.

    A backend changes the dictionary itself. Outside of a run it is empty, and no change is kept.
    """
    values = _values.get()
    return {} if values is None else values


def group_by_kind(notes: Notes) -> dict[str, list[Any]]:
    """Return copies of the values of ``notes``, as JSON values, by kind."""
    groups: dict[str, list[Any]] = {}
    for kind, value in notes:
        with suppress(Exception):  # a third-party backend may add values that are not JSON
            groups.setdefault(kind, []).append(json.loads(json.dumps(value, allow_nan=False)))
    return {kind: values for kind, values in groups.items() if values}
