"""How much work a call does, counted and not timed: the Python functions entered meanwhile.

A clock says something else on every machine; the count is the same everywhere. It sees a reader
that goes round too often. It does not see one call of a built-in function that takes long.
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
