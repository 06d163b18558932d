"""Colors: any bytes are decoded in bounded work, every prefix is coarser, and all can be painted.

An input is the value of colors. Painting it, and encoding what was decoded, take so long that only
some inputs are tried.
"""

from __future__ import annotations

from itertools import compress
from typing import Final
from zlib import crc32

from hypothesis import strategies as st

from fuzz.call_counter import CallCounter
from semcodec.coding import color_planes
from semcodec.coding.color_planes import (
    COEFFICIENTS,
    DIAGONALS,
    MAX_BYTES,
    MAX_MAGNITUDE,
    PLANES,
    QuantizedColors,
)
from semcodec.imaging.color_layer import render_colors

PAINTED: Final = 512  #: one of so many inputs is painted
ENCODED: Final = 64  #: one of so many is encoded again, and its work counted
LONG: Final = 128  #: one of so many has the longest value
MAX_DRAWN: Final = 20  #: bytes that most inputs have at most
#: A plane has two decisions for a coefficient at most, its bit and its sign, and all planes
#: together one for each diagonal, and one for the end of each plane's growth.
MAX_DECISIONS: Final = 2 * PLANES * COEFFICIENTS + DIAGONALS + PLANES
CALLS: Final = 12  #: of Python functions for a decision, with some room


def test_one_input(data: bytes) -> None:
    """Decode the value and a prefix of it, and paint or encode some."""
    decoded, chosen = color_planes.decode(data), crc32(data)
    _check_range(decoded)
    _check_prefix(color_planes.decode(data[: chosen % (len(data) + 1)]), decoded)
    if chosen % ENCODED == 1:
        _check_work(data)
        _check_encoding(decoded)
    if chosen % PAINTED == 1:
        size = (1 + chosen % 200, 1 + chosen // 200 % 300)
        assert render_colors(data, size).size == size


def _check_range(colors: QuantizedColors) -> None:
    assert len(colors.values) == len(colors.planes) == COEFFICIENTS
    for index in _nonzero(colors):
        assert abs(colors.values[index]) < 2 << colors.planes[index] < 2 << PLANES
    assert sum(colors.planes) == sum(colors.planes[index] for index in _nonzero(colors))


def _nonzero(colors: QuantizedColors) -> list[int]:
    return list(compress(range(COEFFICIENTS), colors.values))


def _check_prefix(coarse: QuantizedColors, fine: QuantizedColors) -> None:
    for index in _nonzero(coarse):
        value, finer = coarse.values[index], fine.values[index]
        planes = fine.planes[index] - coarse.planes[index]
        assert planes >= 0
        assert abs(finer) >> planes == abs(value)
        assert (finer < 0) is (value < 0)


def _check_work(data: bytes) -> None:
    with CallCounter() as counter:
        color_planes.decode(data)
    assert counter.calls < CALLS * MAX_DECISIONS


def _check_encoding(colors: QuantizedColors) -> None:
    """Encode the coefficients as exact numbers, and decode them again."""
    exact = tuple(
        value << PLANES - 1 - plane if value >= 0 else -(-value << PLANES - 1 - plane)
        for value, plane in zip(colors.values, colors.planes, strict=True)
    )
    assert max(map(abs, exact)) <= MAX_MAGNITUDE
    data = color_planes.encode(exact)
    again = color_planes.decode(data)
    if len(data) < MAX_BYTES:
        assert again.values == exact
    _check_prefix(again, QuantizedColors(exact, (PLANES - 1,) * COEFFICIENTS))
    assert color_planes.encode(exact, 1 + len(data) // 2) == data[: 1 + len(data) // 2]


# --- Inputs


def inputs() -> st.SearchStrategy[bytes]:
    """Return the strategy for inputs: short ones, and some of the longest."""
    return st.binary(min_size=1, max_size=MAX_DRAWN).map(_extend)


def _extend(data: bytes) -> bytes:
    """Return ``data``, one time in ``LONG`` repeated or continued by equal bytes."""
    chosen = crc32(data)
    if chosen % LONG:
        return data
    return (data * MAX_BYTES if chosen & 256 else data + data[-1:] * MAX_BYTES)[:MAX_BYTES]


def from_record(data: bytes, framing: str) -> list[bytes]:
    """Return the end of the data as the input."""
    return [data[-MAX_DRAWN:]]
