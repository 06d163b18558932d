"""The field map: every bit of the data, once, with a name and a meaning (spec §9.2).

The parser has recorded the locations of the fields of each core. This module adds the fields of the
framing and interprets the values. If a broken rule stopped the parser, ``layout`` locates the
fields that still fit the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from semcodec._wording import plural
from semcodec.bitstream import checksums
from semcodec.bitstream.extensions import BY_TYPE, decode_value
from semcodec.bitstream.header import CODINGS, MODEL_SETS, SIZE_CODES, format_size
from semcodec.bitstream.parser import FieldLocation
from semcodec.choices import Framing
from semcodec.forks import block_fork

#: Ends of the names of fields that are stored less one: of a size and of a layout.
STORED_LESS_ONE: Final = (".width", ".height", ".boxes", ".right", ".bottom")


class Field(NamedTuple):
    """A field. The fields of the data follow each other and leave out no bit.

    Attributes:
        name: dotted path, such as ``"header.coding"``; ``"unread"`` for the bits after a rule that
            stopped the parser.
        offset: first bit, from the start of the data; in a text form, from the start of its core.
        bits: length in bits.
        raw: hex for a field of whole bytes, else binary digits.
        value: the meaning of the bits, as an integer or a string.
    """

    name: str
    offset: int
    bits: int
    raw: str
    value: int | str


class ScannedCore(NamedTuple):
    """A core that was found in the data, valid or not.

    Attributes:
        data: the bytes that contain the core: all of the data, or the decoded core of a text form.
        start, end: the core's first byte, and the byte after its last one.
        fields: the locations of the fields, or None if the core could not be read to its end.
        text: the text of the payload, or None if it could not be decoded.
    """

    data: bytes
    start: int
    end: int
    fields: list[FieldLocation] | None
    text: str | None


def field_map(data: bytes, framing: Framing, core: ScannedCore | None) -> list[Field]:
    """Return the fields of ``data`` in ``framing``; for a text form, the fields of its core.

    Args:
        data: as for ``validate``.
        framing: as for ``validate``, but not ``"auto"`` or ``"sequence"``.
        core: the core that was found in ``data``, if any.
    """
    if core is not None:
        pass
    elif framing in ("bare", "file"):
        core = ScannedCore(data, 0, len(data), None, None)
    else:
        return [_byte_field("unread", data, 0, len(data))] if data else []
    return (
        list(_png_fields(core)) if framing == "png" else _core_fields(core, "", framing == "file")
    )


def item_fields(
    data: bytes, start: int, end: int, index: int | None, core: ScannedCore | None
) -> list[Field]:
    """Return the fields of the bytes from ``start`` to ``end`` of a sequence.

    Args:
        data: the sequence.
        start, end: the first byte of the item, and the byte after its last one.
        index: the number of the record.
        core: the core of the item; None if it has none, or could not be found.
    """
    if core is None:
        return [_byte_field("unread", data, start, end)]
    length = _byte_field(f"{index}.length", data, start, core.start, core.end - core.start)
    return [length, *_core_fields(core, f"{index}.")]


def _png_fields(core: ScannedCore) -> Iterator[Field]:
    data, start, end = core.data, core.start, core.end
    # A chunk is length, type, data and CRC, of 4, 4, any and 4 bytes.
    yield _image_field("png.before", data, 0, start - 8)
    yield _byte_field("png.length", data, start - 8, start - 4, end - start)
    yield _byte_field("png.type", data, start - 4, start, "seMC")
    yield from _core_fields(core)
    yield _byte_field("png.crc", data, end, end + 4)
    yield _image_field("png.after", data, end + 4, len(data))


def _image_field(name: str, data: bytes, start: int, end: int) -> Field:
    return _byte_field(name, data, start, end, f"{plural(end - start, 'byte')} of the image")


def _core_fields(core: ScannedCore, prefix: str = "", is_file: bool = False) -> list[Field]:
    data, locations = core.data, core.fields
    if locations is None:
        start = 0 if is_file else core.start  # a file's layout begins with its magic
        locations = _locations_by_layout(data[start : core.end], is_file, start)
    values = {location.name: location.value for location in locations}
    return [
        Field(
            prefix + location.name,
            location.offset,
            location.bits,
            _raw(data, location),
            _interpret(location, values, core.text),
        )
        for location in locations
    ]


def _locations_by_layout(data: bytes, is_file: bool, start: int) -> list[FieldLocation]:
    """Return the locations of the fields that fit an unreadable core, which starts at ``start``."""
    first = 2 if is_file else 0
    if data[first : first + 1] >= b"\x80":  # another version, with an unknown layout
        return [FieldLocation("unread", 8 * start, 8 * len(data), data)]
    with block_fork():
        from semcodec.bitstream import layout  # importing construct takes a quarter of a second

    locations = layout.field_locations(data, is_file)
    return [location._replace(offset=8 * start + location.offset) for location in locations]


def _byte_field(
    name: str, data: bytes, start: int, end: int, value: int | str | None = None
) -> Field:
    """Return a field of whole bytes, whose value is its hex unless another is given."""
    raw = data[start:end].hex()
    return Field(name, 8 * start, 8 * (end - start), raw, raw if value is None else value)


def _raw(data: bytes, location: FieldLocation) -> str:
    last_bit = location.offset + location.bits
    first_byte, last_byte = location.offset // 8, -(-last_bit // 8)
    if location.offset % 8 == location.bits % 8 == 0:
        return data[first_byte:last_byte].hex()
    # Take the bytes that contain the field, drop the bits after it, and mask those before it.
    word = int.from_bytes(data[first_byte:last_byte], "big") >> 8 * last_byte - last_bit
    return format(word & 2**location.bits - 1, f"0{location.bits}b")


def _interpret(location: FieldLocation, values: dict[str, Any], text: str | None) -> int | str:
    """Return the meaning of a field; ``values`` has the stored values of its core, by name."""
    value: Any = location.value
    match location.name:
        case "header.coding":
            return CODINGS[int(value)]
        case "header.check":
            return checksums.NAMES[int(value)]
        case "size.code" if value < len(SIZE_CODES):
            return format_size(SIZE_CODES[value])
        case "models.set" if 0 < value < len(MODEL_SETS):
            return MODEL_SETS[int(value)]
        case "payload" if text is not None:
            return text
    if location.name.endswith(STORED_LESS_ONE):
        return int(value) + 1
    if location.name.endswith(".value"):
        return _extension_meaning(values[location.name.removesuffix("value") + "type"], value)
    return value.hex() if isinstance(value, bytes) else int(value)


def _extension_meaning(type_id: int, value: bytes) -> int | str:
    meaning = decode_value(type_id, value) if type_id in BY_TYPE else None
    return value.hex() if meaning is None or isinstance(meaning, bytes) else meaning
