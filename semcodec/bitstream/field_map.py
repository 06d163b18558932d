"""The field map: every bit of the data, once, with a name and a meaning (spec §9.2).

The reader says where the fields of a core stand; what stands around it is added here. Where a fault
stopped the reader, the declaration still knows the fields that fit the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from semcodec.bitstream import checksums, extension_values, sizes
from semcodec.bitstream.models import SETS
from semcodec.bitstream.parser import FieldLocation
from semcodec.bitstream.record import CODINGS
from semcodec.forks import fork_waits


class Field(NamedTuple):
    """One field of a record. The fields of a record follow each other and leave out no bit.

    Attributes:
        name: dotted path, such as ``"head.coding"``; ``"unread"`` for what follows a fault.
        offset: first bit, from the start of the data; of a text form, from the start of its core.
        bits: how many.
        raw: hex for a field of whole bytes, else binary digits.
        value: what they mean, as an integer or a string.
    """

    name: str
    offset: int
    bits: int
    raw: str
    value: int | str


class Core(NamedTuple):
    """A core that was read, whatever is wrong with it.

    Attributes:
        data: the bytes it stands in: all data, or of a text form its core alone.
        item: the byte where the item of a sequence starts.
        start, end: its first byte, and the one after its last.
        places: of its fields; None if it could not be read to its end.
        text: what its payload says; None if that cannot be read.
    """

    data: bytes
    item: int
    start: int
    end: int
    places: list[FieldLocation] | None
    text: str | None


def of(data: bytes, frame: str, cores: Sequence[Core]) -> list[Field]:
    """Return the fields of ``data`` in the framing ``frame``; of a text form, those of its core.

    Args:
        data: as for ``validate``.
        frame: as it was told.
        cores: all that the reader found in ``data``.
    """
    if frame == "sequence":
        return list(_of_items(data, cores))
    if cores:
        core = cores[0]
    elif frame in ("bare", "file"):
        core = Core(data, 0, 0, len(data), None, None)
    else:
        return [_bytes("unread", data, 0, len(data))] if data else []
    return list(_of_picture(core)) if frame == "png" else _of_core(core, "", frame == "file")


def _of_picture(core: Core) -> Iterator[Field]:
    data, start, end = core.data, core.start, core.end
    yield _picture("png.before", data, 0, start - 8)
    yield _bytes("png.length", data, start - 8, start - 4, end - start)
    yield _bytes("png.type", data, start - 4, start, "seMC")
    yield from _of_core(core)
    yield _bytes("png.crc", data, end, end + 4)
    yield _picture("png.after", data, end + 4, len(data))


def _picture(name: str, data: bytes, start: int, end: int) -> Field:
    return _bytes(name, data, start, end, f"{end - start} bytes of picture")


def _of_items(data: bytes, cores: Sequence[Core]) -> Iterator[Field]:
    at = 0
    for number, core in enumerate(cores):
        if core.item > at:
            yield _bytes("unread", data, at, core.item)
        yield _bytes(f"{number}.length", data, core.item, core.start, core.end - core.start)
        yield from _of_core(core, f"{number}.")
        at = core.end
    if at < len(data):
        yield _bytes("unread", data, at, len(data))


def _of_core(core: Core, prefix: str = "", is_file: bool = False) -> list[Field]:
    data, places = core.data, core.places
    if places is None:
        start = 0 if is_file else core.start  # the magic of a file has a place, too
        places = _laid_out(data[start : core.end], is_file, start)
    known = {place.name: place.value for place in places}
    return [
        Field(
            prefix + place.name,
            place.offset,
            place.bits,
            _raw(data, place),
            _value(place, known, core.text),
        )
        for place in places
    ]


def _laid_out(data: bytes, is_file: bool, start: int) -> list[FieldLocation]:
    """Return the places of a core at byte ``start`` that stopped the reader, by the declaration."""
    head = 2 if is_file else 0
    if data[head : head + 1] >= b"\x80":  # another version, whose layout is not known
        return [FieldLocation("unread", 8 * start, 8 * len(data), data)]
    with fork_waits():
        from semcodec.bitstream import layout  # construct takes a quarter of a second

    places = layout.field_locations(data, is_file)
    return [place._replace(offset=8 * start + place.offset) for place in places]


def _bytes(name: str, data: bytes, start: int, end: int, value: int | str | None = None) -> Field:
    """Return the field of whole bytes; its value is its hex unless another is given."""
    raw = data[start:end].hex()
    shown = raw if value is None else value
    return Field(name, 8 * start, 8 * (end - start), raw, shown)


def _raw(data: bytes, place: FieldLocation) -> str:
    first, last = place.offset // 8, -(-(place.offset + place.bits) // 8)
    if place.offset % 8 == place.bits % 8 == 0:
        return data[first:last].hex()
    value = int.from_bytes(data[first:last], "big") >> last * 8 - place.offset - place.bits
    return format(value & 2**place.bits - 1, f"0{place.bits}b")


def _value(place: FieldLocation, known: dict[str, Any], text: str | None) -> int | str:
    """Return what the bits of ``place`` mean."""
    value: Any = place.value
    match place.name:
        case "head.coding":
            return CODINGS[value]
        case "head.check":
            return checksums.NAMES[value]
        case "size.code" if value < len(sizes.CODES):
            return sizes.text(sizes.CODES[value])
        case "models.set" if 0 < value < len(SETS):
            return SETS[value]
        case "payload" if text is not None:
            return text
    if place.name.endswith((".width", ".height")):
        return int(value) + 1
    if place.name.endswith(".value"):
        return _said(known[place.name.removesuffix("value") + "type"], value)
    return value.hex() if isinstance(value, bytes) else int(value)


def _said(kind: int, value: bytes) -> int | str:
    meaning = extension_values.read(kind, value) if kind in extension_values.BY_TYPE else None
    return value.hex() if meaning is None else meaning
