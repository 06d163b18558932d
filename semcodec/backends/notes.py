"""Notes about the calls of models, collected by the run that makes them.

A backend may be shared by threads, so it keeps no list of what it did: the first run to read such a
list would get the notes of the others. A run (``encode``, ``decode``) opens a list of its own in
its context instead, and every note made in this context goes there. A backend that does its work in
threads of its own runs them in a copy of the context (``contextvars.copy_context``), else their
notes are lost. A run inside of a run collects its own notes, which the outer one does not get.
Tested by tests/backends/test_shared_backend.py.
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
    """Add a note to the trace of the current run; without a run it is dropped.

    Args:
        kind: the list in the stage's notes that it is appended to: ``"calls"``, ``"repairs"``, or
            a name of the backend's own.
        value: anything that JSON can represent, else it is dropped.

    Raises:
        InputError: ``kind`` is not a string.
    """
    if not isinstance(kind, str):
        raise InputError(f"The kind of a note is {type(kind).__name__}: give a string.")
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
    """Return copies of the values of ``notes`` by kind, as JSON has them."""
    groups: dict[str, list[Any]] = {}
    for kind, value in notes:
        with suppress(Exception):  # foreign code may note anything, also what JSON cannot represent
            groups.setdefault(kind, []).append(json.loads(json.dumps(value, allow_nan=False)))
    return {kind: values for kind, values in groups.items() if values}
