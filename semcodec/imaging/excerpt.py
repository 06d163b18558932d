"""A binary file of parts of other bytes, so that nothing is copied to leave parts out."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

Parts = Sequence[bytes | memoryview]  #: the content of a file, in order


class Excerpt(io.RawIOBase):
    """A file object, open for reading, of the concatenation of ``parts``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = [memoryview(part) for part in parts if len(part)]
        self._ends = list(accumulate(map(len, self._parts)))
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``, except at the end, and return the number of bytes."""
        target, filled = memoryview(buffer), 0
        index = bisect_right(self._ends, self._position)
        while filled < len(target) and index < len(self._parts):
            part = self._parts[index]
            start = self._position - (self._ends[index] - len(part))
            piece = part[start : start + len(target) - filled]
            target[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._position += len(piece)
            index += 1
        return filled

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position, as every file does, and return it."""
        end = self._ends[-1] if self._ends else 0
        self._position = max(0, offset + {0: 0, 1: self._position, 2: end}[whence])
        return self._position
