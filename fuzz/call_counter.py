"""Count Python function calls, a measure of work that is the same on every machine.

A clock gives another result on every machine and in every run. The count finds a parser that loops
too often. It does not find a single call of a built-in function that takes long.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class CallCounter:
    """A context manager that counts function calls.

    Attributes:
        calls: Python functions entered while the context was active.
    """

    def __init__(self) -> None:
        """Start at 0."""
        self.calls = 0

    def __enter__(self) -> CallCounter:
        self._previous: Callable[..., Any] | None = sys.getprofile()
        # A garbage collection would count the finalizers of objects from elsewhere.
        self._collects = gc.isenabled()
        gc.disable()
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._previous)
        if self._collects:
            gc.enable()

    def _count(self, frame: FrameType, event: str, _: Any) -> None:
        self.calls += event == "call"
