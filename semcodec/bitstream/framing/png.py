"""A record in a PNG file, in a chunk of its own (spec §7.5).

``seMC`` is ancillary, private and unsafe to copy: a program that changes the pixels and does not
know the chunk must drop it, since the words may no longer be true. The chunk has a CRC-32, so the
core in it has no check.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from semcodec._wording import plural
from semcodec.bitstream.parser import Parser
from semcodec.errors import InputError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK_TYPE: Final = b"seMC"
FIRST_TYPE: Final = b"IHDR"
LAST_TYPE: Final = b"IEND"
CHUNK_OVERHEAD: Final = 12  #: bytes of a chunk's length, type and CRC


class Chunk(NamedTuple):
    """A chunk: its type, and the start and end of its data, in bytes from the start of the file."""

    type: bytes
    start: int
    end: int


def embed(png: bytes, core: bytes, max_chunks: int) -> bytes:
    """Return ``png`` with ``core`` as its record; every other chunk is kept byte for byte.

    Raises:
        FormatError: SC-PNG-1, SC-PNG-2: ``png`` is not a PNG file.
        UnsupportedError: SC-LIM-4.
        InputError: the first chunk is not IHDR, or the file would have over ``max_chunks`` chunks.
    """
    chunks = list(_iter_chunks(Parser(png), max_chunks))
    if chunks[0].type != FIRST_TYPE:
        raise InputError("The first chunk is not IHDR, so this is not a valid PNG file.")
    # A chunk extends from its length, 8 bytes before the data, to its CRC, 4 bytes after the data.
    kept = [png[c.start - 8 : c.end + 4] for c in chunks if c.type != CHUNK_TYPE]
    if len(kept) == max_chunks:  # a decoder with the same limit would refuse the result
        raise InputError(
            f"With the record the PNG file would have {len(kept) + 1} chunks, and the limit is "
            f"{max_chunks}: save the image with fewer chunks."
        )
    after_last = png[chunks[-1].end + 4 :]
    return b"".join([SIGNATURE, kept[0], _write_chunk(core), *kept[1:], after_last])


def read(parser: Parser, max_chunks: int) -> None:
    """Move ``parser`` from the start of a PNG file to the core in it.

    Raises:
        FormatError: SC-PNG-1 to 5, SC-FRM-1.
        UnsupportedError: SC-LIM-4.
    """
    records = [chunk for chunk in _iter_chunks(parser, max_chunks) if chunk.type == CHUNK_TYPE]
    if not records:
        parser.fail("SC-PNG-3", 8 * len(parser.data), "no chunk seMC", "one chunk seMC")
    for surplus in records[1:]:
        offset = 8 * (surplus.start - 8)
        parser.report("SC-PNG-4", offset, f"{len(records)} chunks seMC", "one chunk seMC")
    first = records[0]  # if there are several, a collecting parser reads the first
    _verify_crc(parser, first)
    parser.position, parser.end = first.start, first.end
    if parser.position == parser.end:
        parser.fail("SC-FRM-1", 8 * parser.position, "no bytes", "at least one byte")


def _iter_chunks(parser: Parser, max_chunks: int) -> Iterator[Chunk]:
    """Yield the chunks of a whole PNG file, up to IEND."""
    data, start = parser.data, len(SIGNATURE)
    if not data.startswith(SIGNATURE):
        parser.fail("SC-PNG-1", 0, data[:start].hex(" "), SIGNATURE.hex(" "))
    count, chunk_type = 0, b""
    while chunk_type != LAST_TYPE:
        left = len(data) - start
        length = int.from_bytes(data[start : start + 4], "big")
        # Checked before the limit, since truncated data is malformed whatever the limit is.
        if left < CHUNK_OVERHEAD or left - CHUNK_OVERHEAD < length:
            found = plural(left, "more byte")
            parser.fail("SC-PNG-2", 8 * start, found, "whole chunks up to IEND")
        if count == max_chunks:
            found = f"more than {max_chunks} chunks"
            parser.fail("SC-LIM-4", 8 * start, found, f"at most {max_chunks}")
        chunk_type = data[start + 4 : start + 8]
        yield Chunk(chunk_type, start + 8, start + 8 + length)
        start += CHUNK_OVERHEAD + length
        count += 1


def _write_chunk(core: bytes) -> bytes:
    covered = CHUNK_TYPE + core
    return len(core).to_bytes(4, "big") + covered + zlib.crc32(covered).to_bytes(4, "big")


def _verify_crc(parser: Parser, chunk: Chunk) -> None:
    right_crc = zlib.crc32(parser.data[chunk.start - 4 : chunk.end]).to_bytes(4, "big")
    found_crc = parser.data[chunk.end : chunk.end + 4]
    if found_crc != right_crc:
        parser.report("SC-PNG-5", 8 * chunk.end, found_crc.hex(" "), right_crc.hex(" "))
    else:
        parser.is_intact = True
