"""Collect notes about the requests to models, in the run that makes them.

Threads may share a backend, so it must not keep a list of what it did: the first run to read such a
list would get the notes of the others. Instead a run (``encode``, ``decode``) opens a list in its
own context, and every note made in this context goes there. A backend that works in threads of its
own runs them in a copy of the context (``contextvars.copy_context``), otherwise their notes are
lost. A run inside another run collects its own notes, which the outer one does not get. Tested by
tests/backends/test_shared_backend.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from semcodec.errors import InputError

Notes = list[tuple[str, Any]]  #: kind and value of each note, in order

_collected: Final[ContextVar[Notes | None]] = ContextVar("semcodec_notes", default=None)


def add_note(kind: str, value: Any) -> None:
    """Add a note to the trace of the current run; outside of a run, do nothing.

    Args:
        kind: the list among the stage's notes that gets the value: ``"calls"``, ``"repairs"``, or a
            name that the backend chooses.
        value: any JSON value; others are dropped.

    Raises:
        InputError: ``kind`` is not a string.
    """
    if not isinstance(kind, str):
        raise InputError(f"The kind of a note is of type {type(kind).__name__}: use a string.")
    notes = _collected.get()
    if notes is not None:
        notes.append((kind, value))


@contextmanager
def collect_notes() -> Iterator[Notes]:
    """Yield the list that collects the notes made in this context until the block ends."""
    notes: Notes = []
    token = _collected.set(notes)
    try:
        yield notes
    finally:
        _collected.reset(token)


def group_by_kind(notes: Notes) -> dict[str, list[Any]]:
    """Return copies of the values of ``notes``, as JSON values, by kind."""
    groups: dict[str, list[Any]] = {}
    for kind, value in notes:
        with suppress(Exception):  # third-party code may note anything, also what is not JSON
            groups.setdefault(kind, []).append(json.loads(json.dumps(value, allow_nan=False)))
    return {kind: values for kind, values in groups.items() if values}
