"""Words of messages."""

from __future__ import annotations


def plural(number: int | str, noun: str) -> str:
    """Return a number and a noun in the right form, such as ``"1 byte"`` or ``"3 findings"``."""
    return f"{number} {noun}" + ("" if str(number) == "1" else "s")
