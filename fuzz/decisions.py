"""Bytes read as decisions: which option comes next, how long a text is.

A fuzzing engine changes bytes; a target that builds values reads them through this. Where the bytes
end, every decision is 0, so that every input is a whole run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Decisions:
    """A stream of decisions."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte of ``data``."""
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes, or those that are left."""
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def number(self, count: int = 1) -> int:
        """Return the next ``count`` bytes as an integer."""
        return int.from_bytes(self.take(count), "big")

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit`` - 1, at most 255."""
        return self.number() % limit

    def one_of(self, items: Sequence[Item]) -> Item:
        """Return one of ``items``."""
        return items[self.below(len(items))]

    def some_of(self, items: Sequence[Item]) -> list[Item]:
        """Return some of ``items``, each at most once, in their order."""
        chosen = self.number(-(-len(items) // 8))
        return [item for place, item in enumerate(items) if chosen >> place & 1]
