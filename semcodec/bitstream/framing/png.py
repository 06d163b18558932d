"""A record inside a PNG file, in a chunk of its own (spec §7.5).

``seMC`` is ancillary, private and unsafe to copy: a program that changes the pixels and does not
know the chunk has to drop it, since the words may no longer be true. The chunk has a CRC-32, so
the core in it has no check.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from semcodec.bitstream.parser import Parser
from semcodec.errors import InputError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK: Final = b"seMC"
FIRST: Final = b"IHDR"
LAST: Final = b"IEND"
AROUND: Final = 12  #: bytes of a chunk's length, type and CRC


class Chunk(NamedTuple):
    """One chunk: its type, and where its data starts and ends, in bytes."""

    type: bytes
    start: int
    end: int


def read(cursor: Parser, most_chunks: int) -> None:
    """Set ``cursor`` on the core that the PNG file under it carries.

    Raises:
        FormatError: SC-PNG-1 to 5.
        UnsupportedError: SC-LIM-4.
    """
    found = [chunk for chunk in _chunks(cursor, most_chunks) if chunk.type == CHUNK]
    if not found:
        cursor.stop("SC-PNG-3", 8 * len(cursor.data), "no chunk seMC", "one chunk seMC")
    for second in found[1:]:
        offset = 8 * (second.start - 8)
        cursor.broken("SC-PNG-4", offset, f"{len(found)} chunks seMC", "one chunk seMC")
    first = found[0]
    _rule_crc(cursor, first)
    cursor.at, cursor.end = first.start, first.end
    if cursor.at == cursor.end:
        cursor.stop("SC-FRM-1", 8 * cursor.at, "no bytes", "at least one byte")


def embed(png: bytes, core: bytes, most_chunks: int) -> bytes:
    """Return ``png`` with ``core`` as its record; every other chunk is kept byte for byte.

    Raises:
        FormatError: SC-PNG-1, SC-PNG-2: ``png`` is no PNG file.
        UnsupportedError: SC-LIM-4.
        InputError: the first chunk is not IHDR, or the record would be a chunk too many.
    """
    chunks = list(_chunks(Parser(png), most_chunks))
    if chunks[0].type != FIRST:
        raise InputError("The PNG file does not start with IHDR, so it is no picture: give one.")
    kept = [png[c.start - 8 : c.end + 4] for c in chunks if c.type != CHUNK]
    if len(kept) == most_chunks:  # a decoder with the same limit would refuse what is written
        raise InputError(
            f"With the record the PNG file would have {len(kept) + 1} chunks, and the limit is "
            f"{most_chunks}: save the picture with fewer chunks. (SC-LIM-4)"
        )
    return b"".join([SIGNATURE, kept[0], _written(core), *kept[1:], png[chunks[-1].end + 4 :]])


def _chunks(cursor: Parser, most: int) -> Iterator[Chunk]:
    """Go over the chunks of a whole PNG file, up to IEND.

    A chunk that is cut is not a chunk too many: the data is malformed for every limit, so the end
    of the data is looked for before the limit.
    """
    data, at = cursor.data, len(SIGNATURE)
    if not data.startswith(SIGNATURE):
        cursor.stop("SC-PNG-1", 0, data[:at].hex(" "), SIGNATURE.hex(" "))
    number, kind = 0, b""
    while kind != LAST:
        left = len(data) - at
        length = int.from_bytes(data[at : at + 4], "big")
        if left < AROUND or left - AROUND < length:
            found = f"{left} more bytes"
            cursor.stop("SC-PNG-2", 8 * at, found, "whole chunks up to IEND")
        if number == most:
            cursor.stop("SC-LIM-4", 8 * at, f"more than {most} chunks", f"at most {most}")
        kind = data[at + 4 : at + 8]
        yield Chunk(kind, at + 8, at + 8 + length)
        at, number = at + AROUND + length, number + 1


def _rule_crc(cursor: Parser, chunk: Chunk) -> None:
    right = zlib.crc32(cursor.data[chunk.start - 4 : chunk.end]).to_bytes(4, "big")
    given = cursor.data[chunk.end : chunk.end + 4]
    if given != right:
        cursor.broken("SC-PNG-5", 8 * chunk.end, given.hex(" "), right.hex(" "))


def _written(core: bytes) -> bytes:
    covered = CHUNK + core
    return len(core).to_bytes(4, "big") + covered + zlib.crc32(covered).to_bytes(4, "big")
