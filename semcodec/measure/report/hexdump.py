"""The bytes of a record by their parts: magic, header, size, models, layers, payload, check.

A part is a run of whole bytes. The fields of ``semcodec.inspect`` are finer: a header of one byte
has six, and the edges of a box end between two bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

import semcodec
from semcodec._wording import plural
from semcodec.bitstream import Field
from semcodec.bitstream.extensions import BY_TYPE, LAYERS
from semcodec.errors import SemcodecError

MAX_HEX_BYTES: Final = 256  #: bytes of one part that are shown
EXTENSIONS: Final = "extensions"
#: Parts by the first name of their fields; the others have the name of the field.
PARTS: Final = {"png": "framing", "framing": "framing"}
#: What kind of part it is, for its color; a part that is not here is "other".
KINDS: Final = {
    "magic": "magic",
    "framing": "magic",
    "header": "header",
    "size": "header",
    "models": "header",
    EXTENSIONS: "header",
    **dict.fromkeys(LAYERS, "layer"),
    "payload": "payload",
    "check": "check",
}


class Part(NamedTuple):
    """A part of a record.

    Attributes:
        name: ``"magic"``, ``"header"``, ``"payload"``, ``"colors"``, ...
        kind: one of the values of ``KINDS``, or ``"other"``.
        offset: its first byte.
        length: its length in bytes.
        hex: its first ``MAX_HEX_BYTES`` bytes, with blanks between them.
        omitted: the number of bytes that are not in ``hex``.
        meaning: what the bytes state, or "".
    """

    name: str
    kind: str
    offset: int
    length: int
    hex: str
    omitted: int
    meaning: str


def split_record(data: bytes) -> list[Part]:
    """Return the parts of a record, in the order of its bytes; none if it is not one record."""
    try:
        fields = semcodec.inspect(data)
    except SemcodecError:
        return []
    types = {
        field.name.removesuffix(".type"): field.value
        for field in fields
        if field.name.startswith(f"{EXTENSIONS}.") and field.name.endswith(".type")
    }
    groups = groupby(fields, lambda field: _part_name(field.name, types))
    return [_make_part(name, list(group), data) for name, group in groups]


def _part_name(field_name: str, types: dict[str, int | str]) -> str:
    first, _, rest = field_name.partition(".")
    if first == EXTENSIONS and rest != "length":
        type_id = types.get(f"{EXTENSIONS}.{rest.partition('.')[0]}")
        return BY_TYPE[type_id].name if type_id in BY_TYPE else "extension"
    return PARTS.get(first, first)


def _make_part(name: str, fields: list[Field], data: bytes) -> Part:
    start = fields[0].offset // 8
    end = -(-(fields[-1].offset + fields[-1].bits) // 8)
    shown = data[start : min(end, start + MAX_HEX_BYTES)]
    return Part(
        name=name,
        kind=KINDS.get(name, "other"),
        offset=start,
        length=end - start,
        hex=shown.hex(" "),
        omitted=end - start - len(shown),
        meaning=", ".join(_meanings(name, fields)),
    )


def _meanings(name: str, fields: list[Field]) -> Iterator[str]:
    """Yield what the fields of a part state, in a few words each."""
    values = {field.name.rpartition(".")[2]: field.value for field in fields}
    match name:
        case "magic":
            yield "a semcodec file"
        case "header":
            yield f"words coded as {values.get('coding')}"
            yield f"check {values.get('check')}"
        case "size" if "code" in values:
            yield f"{values['code']} pixels"
        case "size" if {"width", "height"} <= values.keys():
            yield f"{values['width']}x{values['height']} pixels"
        case "extensions":
            yield f"{plural(values.get('length', 0), 'byte')} follow"
        case "layout":
            boxes = sum(int(f.value) for f in fields if f.name.endswith(".boxes"))
            yield f"{plural(boxes, 'box')} of words"
        case "colors" | "sketch":
            yield f"{plural(values.get('length', 0), 'byte')} of {name}"
        case "payload":
            yield "the words"
        case "check":
            yield "a checksum"
