"""The largest count that keeps a limit, found by bisection."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable


def largest(limit: int, fits: Callable[[int], bool]) -> int:
    """Return the largest count from 0 to ``limit`` for which ``fits`` holds; 0 always does.

    ``fits`` should hold for every count below one for which it holds. Where it does not quite (an
    entropy coder can need less for one more word), the result is still a count that fits and whose
    successor does not, and the same one on every machine.
    """
    return bisect_left(range(1, limit + 1), True, key=lambda count: not fits(count))
