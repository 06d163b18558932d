"""What stands around a core, and how a reader tells (spec §7).

No option is needed to tell: a bare record of version 1 starts with a bit 0, a file with B5 and a
PNG file with 89, both a bit 1, and no bare record starts like a text form. B5 cannot start UTF-8
text and 1A ends a text file on some systems, so neither byte lets a file pass for text. Only a
sequence has to be asked for: it starts with a length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from semcodec import _registry
from semcodec.bitstream import leb128
from semcodec.bitstream.framing import png, text
from semcodec.bitstream.parser import Parser

MAGIC: Final = b"\xb5\x1a"
DEFAULT_CHECKS: Final = _registry.DEFAULT_CHECKS  #: the framings, with their checks
CHECK_REQUIRED: Final = _registry.CHECK_REQUIRED
TEXT_FRAMINGS: Final = tuple(text.PREFIXES)
OUTPUT_FRAMINGS: Final = ("bare", "file", "sequence", *TEXT_FRAMINGS)  #: a PNG file needs a picture
INPUT_FRAMINGS: Final = ("bare", "file", *TEXT_FRAMINGS, "png")  #: as one record


def write(framing: str, core: bytes) -> bytes:
    """Return ``core`` in its framing."""
    if framing == "file":
        return MAGIC + core
    if framing == "sequence":
        return leb128.write(len(core)) + core
    return text.write(framing, core) if framing in TEXT_FRAMINGS else core


def length(framing: str, core: int) -> int:
    """Return the bytes of a core of ``core`` bytes in its framing; of a PNG file, of its chunk."""
    if framing == "file":
        return len(MAGIC) + core
    if framing == "sequence":
        return leb128.length(core) + core
    if framing == "png":
        return png.AROUND + core
    return text.length(framing, core) if framing in TEXT_FRAMINGS else core


def detect_framing(data: bytes) -> str:
    """Return the framing of ``data`` by its first bytes."""
    if data[:1] == MAGIC[:1]:
        return "file"
    if data[:1] == png.SIGNATURE[:1]:
        return "png"
    return next((name for name in TEXT_FRAMINGS if data.startswith(text.PREFIXES[name])), "bare")


def unwrap(cursor: Parser, framing: str, most_chunks: int) -> Parser:
    """Return a cursor at the first byte of the core.

    Raises:
        FormatError: SC-FRM-1, SC-FRM-2, SC-TXT-1 to 5, SC-PNG-1 to 5.
        UnsupportedError: SC-LIM-4.
    """
    if not cursor.data:
        cursor.stop("SC-FRM-1", 0, "no bytes", "at least one byte")
    if framing in TEXT_FRAMINGS:
        return text.read(cursor, framing)
    if framing == "png":
        png.read(cursor, most_chunks)
    elif framing == "file":
        _step_over_magic(cursor)
    return cursor


def iter_items(cursor: Parser, most: int) -> Iterator[tuple[int, Parser]]:
    """Go over the items of a sequence: the byte where each starts, and a cursor over its core.

    Raises:
        FormatError: SC-SEQ-1, SC-SEQ-2, SC-LEB-1, SC-LEB-2.
        UnsupportedError: SC-LIM-5.
    """
    cursor.cut = "SC-SEQ-2"
    number = 0
    while cursor.at < cursor.end:
        start = cursor.at
        if number == most:
            cursor.stop("SC-LIM-5", start * 8, f"more than {most} records", f"at most {most}")
        length = leb128.read(cursor)
        item = Parser(cursor.data, cursor.findings)
        item.at = cursor.at
        cursor.take(length)
        item.end = cursor.at
        number += 1
        if length:
            yield start, item
        else:
            cursor.broken("SC-SEQ-1", start * 8, "length 0", "at least 1")


def _step_over_magic(cursor: Parser) -> None:
    if not cursor.data.startswith(MAGIC):
        cursor.stop("SC-FRM-2", 0, cursor.data[: len(MAGIC)].hex(" "), MAGIC.hex(" "))
    cursor.at = len(MAGIC)
    cursor.mark("magic", 0, MAGIC)
    if cursor.at == cursor.end:
        cursor.stop("SC-FRM-1", cursor.end * 8, "no bytes", "at least one byte")
