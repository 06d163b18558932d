"""What goes to the terminal: text of others without control characters, progress only to people."""

from __future__ import annotations

import contextlib
import sys


def safe(text: str) -> str:
    """Return ``text`` with what could move the cursor or hide other text shown as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def is_terminal() -> bool:
    """Tell whether results are seen by a person."""
    return sys.stdout is not None and sys.stdout.isatty()


def tell(sentence: str) -> None:
    """Print ``sentence`` to stderr, where it does not mix with results."""
    with contextlib.suppress(OSError, ValueError):  # the exit code says it too
        print(safe(sentence), file=sys.stderr, flush=True)
