"""The sizes of the coded pictures in an AVIF file, as their AV1 sequence headers state them.

The decoder makes pictures of these sizes (AV1 specification, 5.5.1), whatever the box ``ispe``
states; the reader scales them to that size only then. The decoder does not read the copy of the
header in ``av1C``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from math import isqrt, prod
from typing import Final

from semcodec.errors import InputError

SEQUENCE_HEADER: Final = 1  #: type of an OBU (6.2.2)
MAX_HEADER_BYTES: Final = 512  #: of a sequence header that are read
NO_SIZE: Final = (1, 1)  #: of data without a sequence header
COPIED_BYTES: Final = 2**12  #: of an item in several extents, that count as a part
#: Boxes with offsets, wherever they are, in the versions that the reader accepts.
BOXES: Final = re.compile(rb"iloc(?=[\0-\2])|(?:stco|co64)(?=\0)")
MAX_PARTS: Final = 2**18  #: items, chunks and OBUs of a file that are read

Size = tuple[int, int]  # width and height
Extents = tuple[tuple[int, int], ...]


class _Bits:
    """Reads integers in big-endian order; missing bits are 0."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._position = data, 0

    def read(self, count: int) -> int:
        start, self._position = self._position, self._position + count
        part = self._data[start // 8 : -(-self._position // 8)]
        missing = -(-self._position // 8) - start // 8 - len(part)
        value = int.from_bytes(part, "big") << 8 * missing
        return value >> -self._position % 8 & (1 << count) - 1


def _read_header(data: memoryview) -> tuple[int, int]:
    """Return the width and height in the content of a sequence header."""
    bits = _Bits(data)
    bits.read(4)  # profile, still_picture
    if bits.read(1):  # reduced_still_picture_header
        bits.read(5)
    else:
        _skip_operating_points(bits)
    widths, heights = bits.read(4) + 1, bits.read(4) + 1
    return bits.read(widths) + 1, bits.read(heights) + 1


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.read(1):  # timing_info_present_flag
        bits.read(64)
        if bits.read(1):  # equal_picture_interval, with a number of variable length (uvlc)
            zeros = next((count for count in range(32) if bits.read(1)), 0)
            bits.read(zeros)
        if bits.read(1):  # decoder_model_info_present_flag
            delay_bits = bits.read(5) + 1
            bits.read(42)
    has_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:  # seq_level_idx: above it, seq_tier follows
            bits.read(1)
        if delay_bits and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if has_delay and bits.read(1):
            bits.read(4)


class _Budget:
    """Counts the parts of a file that are read."""

    def __init__(self) -> None:
        self._left = MAX_PARTS

    def spend(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise InputError(
                f"The AVIF image has more than {MAX_PARTS} parts: save it as PNG or JPEG."
            )


def _largest(data: memoryview, at: int, seen: set[int], budget: _Budget) -> Size:
    """Return the largest size in consecutive OBUs (5.3.1), up to one that was seen before."""
    largest = NO_SIZE
    while at < len(data) and at not in seen:
        budget.spend()
        seen.add(at)
        head, size, content = data[at], 0, at + 1 + (data[at] >> 2 & 1)
        for index in range(8 if head & 2 else 0):  # obu_size, in LEB128
            byte = data[content] if content < len(data) else 0
            content += 1
            size |= (byte & 127) << 7 * index
            if byte < 128:
                break
        at = content + size if head & 2 else len(data)
        if head >> 3 & 15 == SEQUENCE_HEADER:
            size_here = _read_header(data[content : min(at, content + MAX_HEADER_BYTES)])
            largest = max(largest, size_here, key=prod)
    return largest


def _iter_items(data: bytes, start: int, bases: list[int], budget: _Budget) -> Iterator[Extents]:
    """Yield start and end of the extents of each item of a box ``iloc`` (ISO/IEC 14496-12)."""
    at = start

    def read(count: int) -> int:
        nonlocal at
        at += count
        if at > len(data):
            raise IndexError
        return int.from_bytes(data[at - count : at], "big")

    version, sizes = read(4) >> 24, read(2)
    offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> n & 15 for n in (12, 8, 4, 0))
    for _ in range(read(4 if version == 2 else 2)):
        read(4 if version == 2 else 2)
        is_in_idat = version > 0 and read(2) & 15 == 1
        read(2)
        base, extents = read(base_bytes), []
        for _ in range(read(2)):
            budget.spend()
            read(index_bytes if version else 0)
            begin = base + read(offset_bytes)
            extents.append((begin, begin + (read(length_bytes) or len(data))))
        for first in bases if is_in_idat else [0]:
            budget.spend()
            yield tuple((first + begin, first + end) for begin, end in extents)


def _join(data: memoryview, extents: Extents, budget: _Budget) -> memoryview:
    """Return the data of an item; none if it is larger than the file, which its reader refuses."""
    parts = [data[begin:end] for begin, end in extents]
    if len(parts) == 1:
        return parts[0]
    size = sum(map(len, parts))
    budget.spend(size // COPIED_BYTES)
    return memoryview(b"".join(parts) if size <= len(data) else b"")


def read_size(data: bytes) -> Size:
    """Return the size of the largest coded picture, or a square of half the area of all items.

    Half: the colors and the transparency of an image are items of the same size. All pictures of a
    grid are in memory together.

    Raises:
        InputError: there are too many parts.
    """
    budget, total, seen = _Budget(), 0, set[int]()
    known: dict[Extents, Size] = {(): NO_SIZE}
    bases, view = [], memoryview(data)
    for match in re.finditer(b"idat", data):
        budget.spend()
        bases.append(match.end())
    for match in BOXES.finditer(data):
        budget.spend()
        name, at = match[0], match.start() + 4
        if name == b"iloc":
            with suppress(IndexError):
                for extents in _iter_items(data, at, bases, budget):
                    if extents not in known:
                        item = _join(view, extents, budget)
                        known[extents] = _largest(item, 0, set(), budget)
                    total += prod(known[extents])
        else:  # offsets of the chunks of a track
            bytes_each, count = (8 if name == b"co64" else 4), data[at + 4 : at + 8]
            for index in range(int.from_bytes(count, "big")):
                place = at + 8 + index * bytes_each
                if place >= len(data):
                    break
                budget.spend()
                start = int.from_bytes(data[place : place + bytes_each], "big")
                known[((start, place),)] = _largest(view, start, seen, budget)
    largest, side = max(known.values(), key=prod), isqrt(total // 2)
    return largest if prod(largest) >= side * side else (side, side)
