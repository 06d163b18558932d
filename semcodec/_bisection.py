"""Bisection for the largest count that fits a limit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable


def largest(limit: int, fits: Callable[[int], bool]) -> int:
    """Return the largest count from 0 to ``limit`` for which ``fits`` holds; 0 always does.

    If ``fits`` holds for a count, it should hold for all smaller counts. An entropy coder can break
    this, since one more word may take fewer bits. The result is then still a count that fits and
    whose successor does not, and it is the same on every machine.
    """
    return bisect_left(range(1, limit + 1), True, key=lambda count: not fits(count))
