"""The directories of a TIFF file, read before Pillow reads all of their contents."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

MAX_ENTRIES: Final = 2**12  #: of a directory, that are read
SHORT: Final = 3  #: the type of 16-bit integers
ENTRY_HEAD: Final = {12: 8, 20: 12}  #: bytes before the value, by those of an entry
#: Bytes of a value, by its type.
_TYPE_BYTES: Final = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
_TEXT_TYPES: Final = (1, 2, 7)  #: types that Pillow keeps as bytes, or as a text


class Entry(NamedTuple):
    """One entry of a directory.

    Attributes:
        tag: what it is about, such as 259 for the compression.
        size: bytes of all of its values.
        numbers: how many of its values become a Python number each.
        value: the value, if it is one that fits into the entry; else where the values are.
    """

    tag: int
    size: int
    numbers: int
    value: int


def iter_directories(data: bytes, limit: int) -> Iterator[list[Entry]]:
    """Yield the entries of each directory, up to ``limit`` of them, or up to damage."""
    order = "<" if data.startswith(b"II") else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    head, entry, link = ("Q", "HHQQ", "Q") if is_big else ("H", "HHII", "I")
    step = struct.calcsize(order + entry)
    with suppress(struct.error, OverflowError):
        (at,) = struct.unpack_from(order + link, data, 8 if is_big else 4)
        for _ in range(limit):
            if not at:
                return
            (count,) = struct.unpack_from(order + head, data, at)
            at += struct.calcsize(order + head)
            entries = [
                _read_entry(order + entry, data[start : start + step])
                for start in range(at, min(at + step * min(count, MAX_ENTRIES), len(data)), step)
                if start + step <= len(data)
            ]
            yield entries
            (at,) = struct.unpack_from(order + link, data, at + count * step)


def _read_entry(layout: str, content: bytes) -> Entry:
    tag, kind, values, value = struct.unpack(layout, content)
    if layout.startswith(">") and kind == SHORT and values == 1:  # it stands to the left
        value >>= 8 * (len(content) - ENTRY_HEAD[len(content)] - 2)
    size = values * (_TYPE_BYTES[kind] if kind < len(_TYPE_BYTES) else 0)
    return Entry(tag, size, 0 if kind in _TEXT_TYPES else values, value)
