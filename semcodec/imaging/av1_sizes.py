"""The sizes and kinds of the coded pictures in an AVIF file, as AV1 sequence headers state them.

The decoder makes such pictures (AV1 specification, 5.5.1), whatever the boxes ``ispe`` and ``av1C``
state; the reader scales them to the size in ``ispe`` only then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from math import isqrt, prod
from typing import Final, NamedTuple

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


class Pictures(NamedTuple):
    """What sequence headers state.

    Attributes:
        size: width and height.
        is_ordinary: whether all have 8 bits, and fewer colors than pixels.
    """

    size: Size
    is_ordinary: bool


def _read_header(data: memoryview) -> Pictures:
    """Return what the content of a sequence header states."""
    bits = _Bits(data)
    profile, _, is_reduced = bits.read(3), bits.read(1), bits.read(1)
    if is_reduced:  # reduced_still_picture_header
        bits.read(5)
    else:
        _skip_operating_points(bits)
    widths, heights = bits.read(4) + 1, bits.read(4) + 1
    size = bits.read(widths) + 1, bits.read(heights) + 1
    if not is_reduced and bits.read(1):  # frame_id_numbers_present_flag
        bits.read(7)
    bits.read(3)
    if not is_reduced:
        _skip_inter_tools(bits)
    bits.read(3)
    return Pictures(size, not (profile or bits.read(1)))  # high_bitdepth


def _skip_inter_tools(bits: _Bits) -> None:
    bits.read(4)
    has_order = bits.read(1)  # enable_order_hint
    if has_order:
        bits.read(2)
    if (bits.read(1) or bits.read(1)) and not bits.read(1):  # screen content, integer vectors
        bits.read(1)
    if has_order:
        bits.read(3)


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


class _Progress:
    """Counts the parts of a file that are read, and notes whether all pictures are ordinary."""

    def __init__(self) -> None:
        self._left, self.is_ordinary = MAX_PARTS, True

    def spend(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise InputError(
                f"The AVIF image has more than {MAX_PARTS} parts: save it as PNG or JPEG."
            )


def _largest(data: memoryview, at: int, seen: set[int], progress: _Progress) -> Size:
    """Return the largest size in consecutive OBUs (5.3.1), up to one that was seen before."""
    largest = NO_SIZE
    while at < len(data) and at not in seen:
        progress.spend()
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
            found = _read_header(data[content : min(at, content + MAX_HEADER_BYTES)])
            largest = max(largest, found.size, key=prod)
            progress.is_ordinary &= found.is_ordinary
    return largest


def _iter_items(
    data: bytes, start: int, bases: list[int], progress: _Progress
) -> Iterator[Extents]:
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
            progress.spend()
            read(index_bytes if version else 0)
            begin = base + read(offset_bytes)
            extents.append((begin, begin + (read(length_bytes) or len(data))))
        for first in bases if is_in_idat else [0]:
            progress.spend()
            yield tuple((first + begin, first + end) for begin, end in extents)


def _join(data: memoryview, extents: Extents, progress: _Progress) -> memoryview:
    """Return the data of an item; none if it is larger than the file, which its reader refuses."""
    parts = [data[begin:end] for begin, end in extents]
    if len(parts) == 1:
        return parts[0]
    size = sum(map(len, parts))
    progress.spend(size // COPIED_BYTES)
    return memoryview(b"".join(parts) if size <= len(data) else b"")


def read_pictures(data: bytes) -> Pictures:
    """Return the size of the largest coded picture, or a square of half the area of all items.

    Half: the colors and the transparency of an image are items of the same size. All pictures of a
    grid are in memory together.

    Raises:
        InputError: there are too many parts.
    """
    progress, total, seen = _Progress(), 0, set[int]()
    known: dict[Extents, Size] = {(): NO_SIZE}
    bases, view = [], memoryview(data)
    for match in re.finditer(b"idat", data):
        progress.spend()
        bases.append(match.end())
    for match in BOXES.finditer(data):
        progress.spend()
        name, at = match[0], match.start() + 4
        if name == b"iloc":
            with suppress(IndexError):
                for extents in _iter_items(data, at, bases, progress):
                    if extents not in known:
                        item = _join(view, extents, progress)
                        known[extents] = _largest(item, 0, set(), progress)
                    total += prod(known[extents])
        else:  # offsets of the chunks of a track
            bytes_each, count = (8 if name == b"co64" else 4), data[at + 4 : at + 8]
            for index in range(int.from_bytes(count, "big")):
                place = at + 8 + index * bytes_each
                if place >= len(data):
                    break
                progress.spend()
                start = int.from_bytes(data[place : place + bytes_each], "big")
                known[((start, place),)] = _largest(view, start, seen, progress)
    largest, side = max(known.values(), key=prod), isqrt(total // 2)
    size = largest if prod(largest) >= side * side else (side, side)
    return Pictures(size, progress.is_ordinary)
