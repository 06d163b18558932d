"""The extension block: entries of type, length and value, for what comes later (spec §6).

An odd type is critical: who does not know it must not guess. An even one may be skipped, and is
kept, so that a record can be packed again without loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from semcodec.bitstream import leb
from semcodec.bitstream.rules import RULES
from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.cursor import Cursor

Extension = tuple[int, bytes]

NAME_TYPES: Final = {"describer": 2, "writer": 4, "painter": 6, "prompts": 8}
REQUESTED_K: Final = 10
NAME_MOST: Final = 255  #: bytes of a name


def name(role: str, text: str) -> Extension:
    """Return the extension that names a model in words, such as ``name("painter", "...")``."""
    if not isinstance(role, str) or role not in NAME_TYPES:
        raise InputError(f"Give the role of the name: one of {', '.join(NAME_TYPES)}.")
    if not isinstance(text, str):
        raise InputError("Give the name as a string.")
    return checked((NAME_TYPES[role], text.encode("utf-8", "surrogatepass")))


def requested_k(k: int) -> Extension:
    """Return the extension that says how many words were asked for."""
    if type(k) is not int or not 1 <= k <= leb.MOST:
        raise InputError(f"K is an integer from 1 to {leb.MOST}.")
    return REQUESTED_K, leb.write(k)


def broken_rule(kind: int, value: bytes) -> str | None:
    """Return the rule that this type or value breaks, or None."""
    if kind == 0:
        return "SC-EXT-5"
    if kind & 1:
        return "SC-EXT-6"
    if kind in NAME_TYPES.values() and not _is_name(value):
        return "SC-EXT-7"
    if kind == REQUESTED_K and not leb.exactly(value):
        return "SC-EXT-8"
    return None


def _is_name(value: bytes) -> bool:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return 1 <= len(value) <= NAME_MOST and not any(map(_is_control, text))


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"


def checked(extension: object) -> Extension:
    """Return what a caller gives as an extension, or raise InputError."""
    match extension:
        case tuple((kind, bytes(value))) | list((kind, bytes(value))) if (
            type(kind) is int and 0 <= kind <= leb.MOST
        ):
            if rule := broken_rule(kind, value):
                raise InputError(f"{RULES[rule].sentence} ({rule})")
            return kind, memoryview(value).tobytes()
    raise InputError("Give each extension as a pair: its type, an integer, and its bytes.")


def write(extensions: Iterable[Extension]) -> bytes:
    """Return the extension block of ``extensions``; none if there are none."""
    block = b"".join(leb.write(kind) + leb.write(len(value)) + value for kind, value in extensions)
    return leb.write(len(block)) + block if block else b""


def read(cursor: Cursor, most: int) -> tuple[Extension, ...]:
    """Return the extensions of a block, at most ``most`` of them.

    Raises:
        FormatError: SC-EXT-1 to 5, 7, 8, SC-LEB-1, SC-LEB-2, or the length is cut.
        UnsupportedError: SC-EXT-6, SC-LIM-3.
    """
    start = cursor.at * 8
    length = leb.read(cursor)
    if length > cursor.end - cursor.at:
        cursor.stop("SC-EXT-1", start)
    if length == 0:
        cursor.broken("SC-EXT-2", start)
    outer = cursor.end, cursor.cut
    cursor.end, cursor.cut = cursor.at + length, "SC-EXT-3"
    entries = _read_entries(cursor, most)
    cursor.end, cursor.cut = outer
    return entries


def _read_entries(cursor: Cursor, most: int) -> tuple[Extension, ...]:
    entries: list[Extension] = []
    last = -1
    while cursor.at < cursor.end:
        start = cursor.at * 8
        if len(entries) == most:
            cursor.stop("SC-LIM-3", start)
        kind = leb.read(cursor)
        value = cursor.take(leb.read(cursor))
        if kind <= last:
            cursor.broken("SC-EXT-4", start)
        if rule := broken_rule(kind, value):
            cursor.broken(rule, start)
        entries.append((kind, value))
        last = kind
    return tuple(entries)
