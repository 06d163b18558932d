"""Boxes of words: parser, serializer, fields and Annex C agree; any boxes can be drawn.

An input is the value of a layout. Drawing takes a thousand times as long as all other checks, so
only one of ``DRAWN`` inputs is drawn, with a size and colors that its bytes choose.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from hypothesis import strategies as st

from semcodec.bitstream import inspect, pack, repack, truncate, unpack, validate
from semcodec.bitstream.extensions import LAYOUT_TYPE, decode_value
from semcodec.bitstream.layers import encode_groups, layout_fields, split_layout, write_layout
from semcodec.imaging.layer_drawing import BoxGroup, draw_layers, drawing_size
from tests.annex_c import FUNCTIONS
from tests.layouts import Box, bits, group

DRAWN: Final = 512
MAX_BYTES: Final = 62  #: four more than the longest layout
TEXT: Final = "small dog green grass"
WORDS: Final = TEXT.split()


def test_one_input(value: bytes) -> None:
    """Judge the value, pack it if it is a layout, and draw some of them."""
    is_layout = decode_value(LAYOUT_TYPE, value) is not None
    assert is_layout is FUNCTIONS["is_layout"](value)
    _check_fields(value)
    if is_layout:
        _check_record(value)
    if crc32(value) % DRAWN == 1:
        _check_drawing(value)


def _check_fields(value: bytes) -> None:
    fields, groups = layout_fields("layout", value), split_layout(value)
    assert (fields is None) is (groups is None)
    if fields is not None and groups is not None:
        assert sum(width for _, width in fields) == 8 * len(value)
        assert bits("".join(group(word, *boxes) for word, boxes in groups)) == write_layout(groups)


def _check_record(value: bytes) -> None:
    data = pack(TEXT, coding="utf8", extensions=[(LAYOUT_TYPE, value)])
    record = unpack(data)
    assert repack(record) == data
    assert validate(data).ok
    assert sum(field.bits for field in inspect(data)) == 8 * len(data)
    layout = record.layers.layout
    assert encode_groups(layout) == value
    for each in layout:
        assert each.word == (WORDS[each.index] if each.index < len(WORDS) else None)
        assert all(0 <= left < right <= 1 for left, _, right, _ in each.shares)
    shorter = unpack(truncate(data, len(data) - 1))
    assert shorter.layers.layout == layout[:-1]
    assert shorter.words == WORDS


def _check_drawing(value: bytes) -> None:
    size = (1 + crc32(value + b"w") % 2**31, 1 + crc32(value + b"h") % 2**31)
    groups = [
        BoxGroup(str(word), [tuple(edge / 32 for edge in box) for box in boxes], bool(word % 2))  # type: ignore[misc]
        for word, boxes in split_layout(value) or ()
        if all(box[0] < box[2] and box[1] < box[3] for box in boxes)
    ]
    image = draw_layers(size, groups, None if value[:1] < b"\x80" else value)
    assert image.size == drawing_size(size)


# --- Inputs


def inputs() -> st.SearchStrategy[bytes]:
    """Return the strategy for inputs: layouts, layouts with an error, and any bytes."""
    return st.binary(min_size=6, max_size=MAX_BYTES).map(_near_layout)


def _near_layout(data: bytes) -> bytes:
    """Return ``data`` itself in one of four cases, else a layout that it describes."""
    groups = _groups(data[1:])
    if not groups or data[0] % 4 == 0:
        return data[1:]
    value = bits("".join(group(word, *boxes) for word, boxes in groups))
    if data[0] % 4 == 1:
        place = crc32(data) % (8 * len(value))
        value = (int.from_bytes(value, "big") ^ 1 << place).to_bytes(len(value), "big")
    return value


def _groups(data: bytes) -> list[tuple[int, list[Box]]]:
    """Return valid groups of which each box takes five bytes: a word, and four edges."""
    groups: dict[int, set[Box]] = {}
    for start in range(0, len(data) - 4, 5):
        word, *edges = data[start : start + 5]
        left, top = edges[0] % 32, edges[1] % 32
        box = left, top, left + 1 + edges[2] % (32 - left), top + 1 + edges[3] % (32 - top)
        boxes = groups.setdefault(word % 64, set())
        if len(boxes) < 8:
            boxes.add(box)
    return sorted((word, sorted(boxes)) for word, boxes in groups.items())


def from_record(data: bytes, framing: str) -> list[bytes]:
    """Return the whole data, and what is after the bytes before a value, as inputs."""
    return [data[:MAX_BYTES], data[4 : 4 + MAX_BYTES]]
