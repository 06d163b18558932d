"""Notes about the calls of models, collected by the run that makes them.

A backend may be shared by threads, so it keeps no list of what it did: whoever read that list first
would read the notes of other runs. A run (``encode``, ``decode``) opens a list of its own in its
context instead, and every note made in this context goes there. A backend that does its work in
threads of its own runs them in a copy of the context (``contextvars.copy_context``), else their
notes are lost. Tested by tests/backends/test_shared_backend.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

Notes = list[tuple[str, Any]]  #: kind and value of each note, in order

_collected: Final[ContextVar[Notes | None]] = ContextVar("semcodec_notes", default=None)


def add_note(kind: str, value: Any) -> None:
    """Add a note to the trace of the current run; without a run it is dropped.

    Args:
        kind: the list in the stage's notes that it is appended to: ``"calls"``, ``"repairs"``, or
            a name of the backend's own.
        value: anything that JSON can represent, else it is dropped.
    """
    notes = _collected.get()
    if notes is not None:
        notes.append((kind, value))


@contextmanager
def collect_notes() -> Iterator[Notes]:
    """Return the list that receives the notes made in this context, until the block ends."""
    notes: Notes = []
    token = _collected.set(notes)
    try:
        yield notes
    finally:
        _collected.reset(token)


def grouped(notes: Notes) -> dict[str, list[Any]]:
    """Return the values of ``notes`` by kind."""
    groups: dict[str, list[Any]] = {}
    for kind, value in notes:
        if _is_json(value):
            groups.setdefault(kind, []).append(value)
    return groups


def _is_json(value: Any) -> bool:
    """Return whether JSON can represent ``value``, which may come from foreign code."""
    try:
        json.dumps(value, allow_nan=False)
    except Exception:
        return False
    return True
