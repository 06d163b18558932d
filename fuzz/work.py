"""How much work a call does, counted and not timed: the Python functions entered meanwhile.

A clock says something else on every machine. The count is the same everywhere, so a bound on it is
a law, and input that makes a reader do work out of proportion breaks the law at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class Counter:
    """Counts function calls while it is entered."""

    def __init__(self) -> None:
        """Start from 0."""
        self.calls = 0

    def __enter__(self) -> Counter:
        self._before: Callable[..., Any] | None = sys.getprofile()
        sys.setprofile(self._saw)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def _saw(self, frame: FrameType, event: str, _: Any) -> None:
        self.calls += event == "call"
