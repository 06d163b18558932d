"""The extension block: entries of type, length and value, for what comes later (spec §5.4).

An odd type is critical: who does not know it must not guess. An even one may be skipped, and is
kept, so that a record can be packed again without loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from semcodec.bitstream import extension_values, leb128
from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

Extension = tuple[int, bytes]

FIRST_PRIVATE_TYPE: Final = 2**27  #: the first type for private use
MAX_SHOWN_BYTES: Final = 16  #: bytes of a wrong value that a finding shows


def extension(name: str, value: object) -> Extension:
    """Return the extension with a registered name, such as ``extension("seed", 7)``.

    Names and values: ``describer``, ``writer``, ``painter``, ``prompts``, ``tool`` and ``comment``
    take a text, ``k`` a number of words, ``order`` ``"importance"``, ``seed`` an integer.

    Raises:
        InputError: no such name, or no such value for it.
    """
    if not isinstance(name, str) or name not in extension_values.BY_NAME:
        raise InputError(f"No such extension: give one of {', '.join(extension_values.BY_NAME)}.")
    row = extension_values.BY_NAME[name]
    return row.type, extension_values.write(row, value)


def checked(given: object, *, is_new: bool) -> Extension:
    """Return what a caller gives as an extension, or raise InputError.

    A new record has registered types and those for private use; one that is written again keeps
    whatever it had.
    """
    match given:
        case tuple((str(name), value)) | list((str(name), value)):
            return extension(name, value)
        case tuple((kind, bytes(value))) | list((kind, bytes(value))) if (
            type(kind) is int and 0 <= kind <= leb128.MOST
        ):
            return _numbered(kind, memoryview(value).tobytes(), is_new)
    raise InputError("Give each extension as a pair: its type and bytes, or its name and value.")


def _numbered(kind: int, value: bytes, is_new: bool) -> Extension:
    if kind == 0 or kind & 1:
        raise InputError("Only even extension types from 2 can be written. (SC-EXT-5, SC-EXT-6)")
    if is_new and kind not in extension_values.BY_TYPE and kind < FIRST_PRIVATE_TYPE:
        raise InputError(
            f"The extension type {kind} is not assigned: give a registered type, or an even one "
            f"from {FIRST_PRIVATE_TYPE}, for private use. (SC-WRI-3)"
        )
    if kind in extension_values.BY_TYPE and extension_values.read(kind, value) is None:
        row = extension_values.BY_TYPE[kind]
        raise InputError(
            f"The extension {row.name} is {extension_values.describe_valid(kind)}. ({row.rule})"
        )
    return kind, value


def write(extensions: Iterable[Extension]) -> bytes:
    """Return the extension block of ``extensions``; none if there are none."""
    block = b"".join(
        leb128.write(kind) + leb128.write(len(value)) + value for kind, value in extensions
    )
    return leb128.write(len(block)) + block if block else b""


def read(cursor: Parser, most: int) -> tuple[Extension, ...]:
    """Return the extensions of a block, at most ``most`` of them.

    Raises:
        FormatError: SC-EXT-1 to 5, 7 to 11, SC-LEB-1, SC-LEB-2, or the length is cut.
        UnsupportedError: SC-EXT-6, SC-LIM-3.
    """
    start = cursor.at * 8
    length = leb128.read(cursor, "extensions.length")
    if length > (left := cursor.end - cursor.at):
        cursor.stop("SC-EXT-1", start, f"a block of {length} bytes", f"at most {left} bytes")
    if length == 0:
        cursor.broken("SC-EXT-2", start, "a block of 0 bytes", "no block")
    outer = cursor.end, cursor.cut
    cursor.end, cursor.cut = cursor.at + length, "SC-EXT-3"
    entries = _read_entries(cursor, most)
    cursor.end, cursor.cut = outer
    return entries


def _read_entries(cursor: Parser, most: int) -> tuple[Extension, ...]:
    entries: list[Extension] = []
    last = -1
    while cursor.at < cursor.end:
        start = cursor.at * 8
        if len(entries) == most:
            cursor.stop("SC-LIM-3", start, f"more than {most} extensions", f"at most {most}")
        name = f"extensions.{len(entries)}"
        kind = leb128.read(cursor, f"{name}.type")
        value = cursor.take(leb128.read(cursor, f"{name}.length"))
        cursor.mark(f"{name}.value", cursor.at - len(value), value)
        if kind <= last:
            cursor.broken("SC-EXT-4", start, f"type {kind} after {last}", "ascending types")
        _rule_entry(cursor, kind, value, start)
        entries.append((kind, value))
        last = kind
    return tuple(entries)


def _rule_entry(cursor: Parser, kind: int, value: bytes, start: int) -> None:
    if kind == 0:
        cursor.broken("SC-EXT-5", start, "type 0", "a type from 1")
    elif kind & 1:
        cursor.broken("SC-EXT-6", start, f"type {kind}", "types this reader knows")
    elif kind in extension_values.BY_TYPE and extension_values.read(kind, value) is None:
        found = value[:MAX_SHOWN_BYTES].hex(" ") or "no bytes"
        cursor.broken(
            extension_values.BY_TYPE[kind].rule, start, found, extension_values.describe_valid(kind)
        )
