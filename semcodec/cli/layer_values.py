"""The layers of a record as JSON values and as lines of text, with edges in shares of the picture.

A word can have any length, and a record any number of words, but a layout has at most 16 boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import semcodec
from semcodec._wording import plural
from semcodec.bitstream import WordLayout
from semcodec.bitstream.extensions import BY_NAME, LAYERS
from semcodec.cli.output import escape_control
from semcodec.coding import color_planes

LAYER_TYPES: Final = frozenset(BY_NAME[name].type for name in LAYERS)
MAX_WORD: Final = 30  #: characters of a word in a line


def layer_values(record: semcodec.Record, *, is_counted: bool = True) -> dict[str, Any]:
    """Return the layers that a record has, as in the schema of ``inspect``.

    Args:
        record: the record.
        is_counted: whether the coefficients of colors are counted. That takes up to a tenth of a
            second, so it is not done for each record of a sequence.
    """
    layers = record.layers
    values: dict[str, Any] = {}
    if layers.layout:
        values["layout"] = [
            {"word": group.word, "index": group.index, "boxes": [list(box) for box in group.shares]}
            for group in layers.layout
        ]
    if layers.colors is not None:
        values["colors"] = {"bytes": len(layers.colors)}
        if is_counted:
            values["colors"]["coefficients"] = _count_coefficients(layers.colors)
    if layers.sketch is not None:
        values["sketch"] = {"bytes": len(layers.sketch), "grid": layers.sketch[0]}
    return values


def layer_rows(record: semcodec.Record, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return a table of the layers: names, which later lines of a layer leave out, and texts.

    Args:
        record: the record.
        words: its words, or what skeletons were restored to, to show instead of them.
    """
    layers = record.layers
    boxes = [line for group in layers.layout for line in _box_lines(group, words)]
    rows = [("" if number else "layout", line) for number, line in enumerate(boxes)]
    if layers.colors is not None:
        coefficients = plural(_count_coefficients(layers.colors), "coefficient")
        rows.append(
            ("colors", f"{plural(len(layers.colors), 'byte')}, {coefficients} other than 0")
        )
    if layers.sketch is not None:
        cells = f"{layers.sketch[0]} cells along the longer side"
        rows.append(("sketch", f"{plural(len(layers.sketch), 'byte')}, {cells}"))
    return rows


def layer_bytes(data: bytes, record: semcodec.Record) -> int:
    """Return how many bytes shorter ``data``, a record in its framing, is without its layers."""
    others = tuple(pair for pair in record.extensions if pair[0] not in LAYER_TYPES)
    return len(data) - len(semcodec.repack(record._replace(extensions=others)))


def layer_summary(data: bytes, record: semcodec.Record) -> str:
    """Return what the layers of a new record are and take, such as in the line of ``encode``.

    Args:
        data: the record in its framing; of a text form, its characters are counted.
        record: the record.

    Returns:
        A phrase such as ``"19 of them for a layout of 1 box and 12 bytes of colors"``; empty
        without any layer.
    """
    layers = record.layers
    parts = []
    if boxes := sum(len(group.boxes) for group in layers.layout):
        parts.append(f"a layout of {plural(boxes, 'box')}")
    if layers.colors is not None:
        parts.append(f"{plural(len(layers.colors), 'byte')} of colors")
    if not parts:
        return ""
    return f"{layer_bytes(data, record)} of them for {' and '.join(parts)}"


def _count_coefficients(colors: bytes) -> int:
    """Return the number of coefficients other than 0 that the bytes determine."""
    return sum(map(bool, color_planes.decode(colors).values))


def _box_lines(group: WordLayout, words: Sequence[str]) -> Iterator[str]:
    """Yield a line for each box of a word, such as ``dog at 0.25,0.12 to 0.62,1.00``."""
    name = f"word {group.index}, which the record does not have,"
    if group.index < len(words):
        name = escape_control(words[group.index])
        name = name if len(name) <= MAX_WORD else name[: MAX_WORD - 1] + "…"
    for box in group.shares:
        left, top, right, bottom = (f"{edge:.2f}" for edge in box)
        yield f"{name} at {left},{top} to {right},{bottom}"
