"""The layout of a core, declared with ``construct``; it can be read side by side with the spec.

It declares the position of each field, but not the allowed values: those rules are in the modules
of the parser. ``validate`` takes the field map from it if a broken rule stopped the parser. The
tests compare it with the field map of the parser, with which it shares no code. It is slow, because
it is interpreted: construct's compiled parsers take shortcuts on hostile bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import construct as c

from semcodec.bitstream.parser import FieldLocation
from semcodec.errors import FormatError

Untyped = Any  # construct has no types

CHECK_BYTES = (0, 1, 2, 4)  #: by the bits of header.check


class _Located(c.Subconstruct):  # type: ignore[misc]  # construct has no types
    """Wraps a declaration: parses in the same way, and records the locations of its fields."""

    def _parse(self, stream: Untyped, context: Untyped, path: str) -> Untyped:
        start = stream.tell()
        value = self.subcon._parsereport(stream, context, path)
        locations, name = context._params.locations, _field_name(context, path)
        if not isinstance(self.subcon, c.Transformed):
            locations.append(FieldLocation(name, start * 8, (stream.tell() - start) * 8, value))
            return value
        offset = start * 8
        for field in self.subcon.subcon.subcons:  # of a BitStruct
            bits = field.sizeof()
            locations.append(FieldLocation(f"{name}.{field.name}", offset, bits, value[field.name]))
            offset += bits
        return value


def _field_name(context: Untyped, path: str) -> str:
    name = path.removeprefix("(parsing) -> ").replace(" -> ", ".")
    return name.replace("entries", str(context.get("_index")))


class _Leb128(c.Construct):  # type: ignore[misc]  # construct has no types
    """One to four bytes, seven bits in each, lowest first (§2.3)."""

    def _parse(self, stream: Untyped, context: Untyped, path: str) -> int:
        value = 0
        for index in range(4):
            byte = c.stream_read(stream, 1, path)[0]
            value += (byte % 128) * 128**index
            if byte < 128:
                return int(value)
        raise c.IntegerError("more than four bytes", path=path)

    def _build(self, obj: int, stream: Untyped, context: Untyped, path: str) -> int:
        digits, rest = [obj % 128], obj
        while rest := rest // 128:
            digits.append(rest % 128)
        encoded = bytes(digit + 128 for digit in digits[:-1]) + bytes(digits[-1:])
        c.stream_write(stream, encoded, len(encoded), path)
        return obj


def _payload_bytes(this: Untyped) -> int:
    if this._building:
        return len(this.payload)
    check_bytes = CHECK_BYTES[this.header.check]
    return int(this._params.length - this._io.tell() - check_bytes)


def _explicit_size(bits: int) -> Untyped:
    """Return the declaration of a width and a height of ``bits`` bits, each stored less one."""
    return c.BitStruct(
        "form" / c.BitsInteger(2),
        "width" / c.BitsInteger(bits),
        "height" / c.BitsInteger(bits),
    )


HEADER = c.BitStruct(
    "version" / c.BitsInteger(1),  # 0 is version 1
    "coding" / c.BitsInteger(2),  # nibble, lexicon, bag, utf8
    "check" / c.BitsInteger(2),  # none, CRC-8, CRC-16, CRC-32
    "has_extensions" / c.BitsInteger(1),
    "has_size" / c.BitsInteger(1),
    "has_models" / c.BitsInteger(1),
)

SIZE = c.Struct(
    "peek" / c.Peek(c.Int8ub),  # None at the end of the data
    c.Check(lambda this: this.peek is not None),
    "code" / c.If(c.this.peek < 0b1000_0000, _Located(c.Int8ub)),
    "short"
    / c.If(
        (c.this.peek >= 0b1000_0000) & (c.this.peek < 0b1100_0000), _Located(_explicit_size(15))
    ),
    "long" / c.If(c.this.peek >= 0b1100_0000, _Located(_explicit_size(31))),
)

MODELS = c.Struct(
    "set" / _Located(_Leb128()),
    "describer" / c.If(c.this.set == 0, _Located(_Leb128())),
    "writer" / c.If(c.this.set == 0, _Located(_Leb128())),
    "painter" / c.If(c.this.set == 0, _Located(_Leb128())),
    "prompts" / c.If(c.this.set == 0, _Located(_Leb128())),
)

BOX = c.Struct(
    "left" / c.BitsInteger(5),
    "top" / c.BitsInteger(5),
    "right" / c.BitsInteger(5),  # less 1
    "bottom" / c.BitsInteger(5),  # less 1
)

GROUP = c.Struct(
    "word" / c.BitsInteger(6),
    "boxes" / c.BitsInteger(3),  # less 1
    "box" / c.Array(c.this.boxes + 1, BOX),
)

#: The bits of a layout, one in each byte; ``bits`` is how many there are.
GROUPS = c.Struct(
    "groups" / c.RepeatUntil(lambda _, __, this: this._params.bits - this._io.tell() < 29, GROUP),
    "padding" / c.GreedyBytes,
    c.Check(lambda this: len(this.padding) < 8),
)


class _Groups(c.Construct):  # type: ignore[misc]  # construct has no types
    """The value of a layout, with the locations of its fields."""

    def _parse(self, stream: Untyped, context: Untyped, path: str) -> Untyped:
        if context.length > 58:
            raise c.CheckError("more than 16 boxes", path=path)
        offset = 8 * stream.tell()
        bits = c.bytes2bits(c.stream_read(stream, context.length, path))
        value = GROUPS.parse(bits, bits=len(bits))
        name = _field_name(context, path)
        for field, length, number in _group_fields(value):
            context._params.locations.append(
                FieldLocation(f"{name}.{field}", offset, length, number)
            )
            offset += length
        return value

    def _build(self, obj: Untyped, stream: Untyped, context: Untyped, path: str) -> Untyped:
        bits = GROUPS.build(obj, bits=8 * context.length)
        c.stream_write(stream, c.bits2bytes(bits), context.length, path)
        return obj


def _group_fields(value: Untyped) -> Iterator[tuple[str, int, int]]:
    for index, group in enumerate(value.groups):
        yield from ((f"{index}.word", 6, group.word), (f"{index}.boxes", 3, group.boxes))
        for number, box in enumerate(group.box):
            yield from (
                (f"{index}.{number}.{field.name}", 5, box[field.name]) for field in BOX.subcons
            )
    yield "padding", len(value.padding), c.bits2integer(value.padding) if value.padding else 0


EXTENSION = c.Struct(
    "type" / _Located(_Leb128()),
    "length" / _Located(_Leb128()),
    "layout" / c.If(c.this.type == 20, c.Optional(_Groups())),  # §5.8; None if it does not fit
    "value" / c.If(lambda this: this.layout is None, _Located(c.Bytes(c.this.length))),
)

#: ``end`` is the end of the block, in bytes from the start of the data.
EXTENSIONS = c.Struct(
    "length" / _Located(_Leb128()),
    "end" / c.Computed(lambda this: this._io.tell() + this.length),
    "entries"
    / c.If(
        c.this.length > 0,
        c.RepeatUntil(lambda _, __, this: this._io.tell() >= this.end, EXTENSION),
    ),
    c.Check(lambda this: this._building or this._io.tell() == this.end),
)

LAYOUT = c.Struct(
    "magic" / c.If(c.this._params.is_file, _Located(c.Const(b"\xb5\x1a"))),  # §7.2
    "header" / _Located(HEADER),  # §5.1
    "size" / c.If(c.this.header.has_size, SIZE),  # §5.2
    "models" / c.If(c.this.header.has_models, MODELS),  # §5.3
    "extensions" / c.If(c.this.header.has_extensions, EXTENSIONS),  # §5.4
    "payload" / _Located(c.Bytes(_payload_bytes)),  # §6
    "check" / _Located(c.Bytes(lambda this: CHECK_BYTES[this.header.check])),  # §5.6
    c.Terminated,
)


def parse(data: bytes, is_file: bool) -> Any:
    """Return the fields of ``data`` as a tree.

    Raises:
        FormatError: SC-HDR-3, the layout does not fit the bytes.
    """
    try:
        return _parse(data, is_file, [])
    except c.ConstructError as error:
        raise FormatError("SC-HDR-3", "The bytes do not fit the layout.", len(data) * 8) from error


def build(values: Mapping[str, Any], is_file: bool) -> bytes:
    """Return the bytes of a tree of fields, as ``parse`` returns it."""
    return bytes(LAYOUT.build(dict(values), is_file=is_file))


def field_locations(data: bytes, is_file: bool) -> list[FieldLocation]:
    """Return the locations of the fields that fit ``data``, and ``unread`` for the rest."""
    locations: list[FieldLocation] = []
    try:
        _parse(data, is_file, locations)
    except c.ConstructError:
        end = max((location.offset + location.bits for location in locations), default=0)
        locations.append(FieldLocation("unread", end, 8 * len(data) - end, data[end // 8 :]))
    return [location for location in locations if location.bits]


def _parse(data: bytes, is_file: bool, locations: list[FieldLocation]) -> Any:
    return LAYOUT.parse(data, is_file=is_file, length=len(data), locations=locations)
