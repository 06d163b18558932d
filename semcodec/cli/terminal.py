"""What goes to the terminal: text of others without control characters, progress only to people."""

from __future__ import annotations

import sys


def safe(text: str) -> str:
    """Return ``text`` with what could move the cursor or hide other text shown as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def tell(sentence: str) -> None:
    """Print ``sentence`` to stderr, where it does not mix with results."""
    print(safe(sentence), file=sys.stderr, flush=True)
