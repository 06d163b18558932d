"""What a model on this machine is doing right now, for status lines.

One text for the process: models of this machine run one call at a time. A backend that works for
seconds sets it, such as "step 2 of 4", and the command line shows it beside the stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_current = [""]


def current() -> str:
    """Return the text; empty if nothing is known."""
    return _current[0]


def show(text: str) -> None:
    """Replace the text."""
    _current[0] = text


@contextmanager
def showing(text: str) -> Iterator[None]:
    """Show ``text`` while the block runs, or what the block itself shows."""
    show(text)
    try:
        yield
    finally:
        show("")
