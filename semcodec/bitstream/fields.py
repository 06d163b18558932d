"""The field map: every bit of the data, once, with a name and a meaning (spec §9.2).

Fields of a core come from the declaration; what stands around it is added here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from semcodec.bitstream import checks, framing, sizes, values
from semcodec.bitstream.cursor import Cursor
from semcodec.bitstream.models import SETS
from semcodec.bitstream.record import CODINGS
from semcodec.errors import FormatError, UnsupportedError
from semcodec.forks import fork_waits

if TYPE_CHECKING:
    from semcodec.bitstream.declaration import Place
    from semcodec.bitstream.record import Limits


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


def of(data: bytes, frame: str, limits: Limits, texts: Sequence[str | None]) -> list[Field]:
    """Return the fields of ``data`` in the framing ``frame``; of a text form, those of its core.

    Args:
        data: as for ``validate``.
        frame: as it was told.
        limits: of whoever read ``texts``.
        texts: what the payload of each core says, None where that cannot be read: words coded
            whole are slow to read, and whoever asks for a map has read them.
    """
    if frame == "sequence":
        return list(_of_items(data, limits, texts))
    if frame in ("bare", "file"):
        return _of_core(data, frame == "file", texts[0])
    cursor = Cursor(data, [])
    try:
        core = framing.opened(cursor, frame, limits.max_chunks)
    except (FormatError, UnsupportedError):
        return [_bytes("unread", data, 0, len(data))] if data else []
    if frame == "png":
        return list(_of_picture(data, core.at, core.end, texts[0]))
    return _of_core(core.data, False, texts[0])


def _of_picture(data: bytes, start: int, end: int, text: str | None) -> Iterator[Field]:
    yield _picture("png.before", data, 0, start - 8)
    yield _bytes("png.length", data, start - 8, start - 4, end - start)
    yield _bytes("png.type", data, start - 4, start, "seMC")
    yield from _of_core(data[start:end], False, text, "", start)
    yield _bytes("png.crc", data, end, end + 4)
    yield _picture("png.after", data, end + 4, len(data))


def _picture(name: str, data: bytes, start: int, end: int) -> Field:
    return _bytes(name, data, start, end, f"{end - start} bytes of picture")


def _of_items(data: bytes, limits: Limits, texts: Sequence[str | None]) -> Iterator[Field]:
    cursor, at = Cursor(data, []), 0
    with contextlib.suppress(FormatError, UnsupportedError):  # the findings say what is wrong
        for number, (start, item) in enumerate(framing.items(cursor, limits.max_records)):
            if start > at:
                yield _bytes("unread", data, at, start)
            yield _bytes(f"{number}.length", data, start, item.at, item.end - item.at)
            yield from _of_core(
                data[item.at : item.end], False, texts[number], f"{number}.", item.at
            )
            at = item.end
    if at < len(data):
        yield _bytes("unread", data, at, len(data))


def _of_core(
    data: bytes, is_file: bool, text: str | None, prefix: str = "", start: int = 0
) -> list[Field]:
    head = 2 if is_file else 0
    if data[head : head + 1] >= b"\x80":  # another version, whose layout nobody here knows
        return [_bytes(f"{prefix}unread", data, 0, len(data), None, start)]
    with fork_waits():
        from semcodec.bitstream import declaration  # construct takes a quarter of a second

    places = declaration.places(data, is_file)
    known = {place.name: place.value for place in places}
    return [
        Field(
            prefix + place.name,
            8 * start + place.offset,
            place.bits,
            _raw(data, place),
            _value(place, known, text),
        )
        for place in places
    ]


def _bytes(
    name: str, data: bytes, start: int, end: int, value: int | str | None = None, base: int = 0
) -> Field:
    """Return the field of whole bytes; its value is its hex unless another is given."""
    raw = data[start:end].hex()
    shown = raw if value is None else value
    return Field(name, 8 * (base + start), 8 * (end - start), raw, shown)


def _raw(data: bytes, place: Place) -> str:
    first, last = place.offset // 8, -(-(place.offset + place.bits) // 8)
    if place.offset % 8 == place.bits % 8 == 0:
        return data[first:last].hex()
    value = int.from_bytes(data[first:last], "big") >> last * 8 - place.offset - place.bits
    return format(value & 2**place.bits - 1, f"0{place.bits}b")


def _value(place: Place, known: dict[str, Any], text: str | None) -> int | str:
    """Return what the bits of ``place`` mean."""
    value: Any = place.value
    match place.name:
        case "head.coding":
            return CODINGS[value]
        case "head.check":
            return checks.NAMES[value]
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
    meaning = values.read(kind, value) if kind in values.BY_TYPE else None
    return value.hex() if meaning is None else meaning
