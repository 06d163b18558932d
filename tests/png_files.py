"""PNG files, chunk by chunk: builds and splits them for vectors, tests and fuzz targets.

It shares no code with ``semcodec.bitstream.framing.png`` and does not have its checks, because
tests need files with wrong CRCs, missing chunks and truncated chunks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK_OVERHEAD: Final = 12  #: bytes of length, type and CRC


class Chunk(NamedTuple):
    """One chunk of a file: the offset of its first byte, its type and its data."""

    offset: int
    kind: bytes
    data: bytes

    @property
    def end(self) -> int:
        """The offset of the first byte after the chunk's CRC."""
        return self.offset + CHUNK_OVERHEAD + len(self.data)


def build_chunk(kind: bytes, data: bytes = b"", crc: int | None = None) -> bytes:
    """Return a chunk with its length and CRC; ``crc`` replaces the correct one."""
    if crc is None:
        crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def build_header(width: int = 1, height: int = 1, color_type: int = 0) -> bytes:
    """Return an IHDR chunk for 8 bits per sample; color type 0 is gray, 2 is RGB."""
    return build_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))


#: The chunks of a file of one gray pixel. The compressed data is a literal, because versions of
#: zlib may compress it differently, and the vectors must not change.
HEADER: Final = build_header()
PIXELS: Final = build_chunk(b"IDAT", bytes.fromhex("789c6368000000820081"))
END: Final = build_chunk(b"IEND")


def build_png(*before: bytes, after: Sequence[bytes] = ()) -> bytes:
    """Return a file of one pixel, with the chunks ``before`` and ``after`` its IDAT chunk."""
    return b"".join([SIGNATURE, HEADER, *before, PIXELS, *after, END])


def iter_chunks(png: bytes) -> Iterator[Chunk]:
    """Yield the whole chunks of a file, up to IEND or to the first truncated chunk."""
    offset, kind = len(SIGNATURE), b""
    while kind != b"IEND" and offset + CHUNK_OVERHEAD <= len(png):
        length, kind = struct.unpack_from(">I4s", png, offset)
        if offset + CHUNK_OVERHEAD + length > len(png):
            return
        yield Chunk(offset, kind, png[offset + 8 : offset + 8 + length])
        offset += CHUNK_OVERHEAD + length


def split_chunks(png: bytes) -> list[bytes]:
    """Return the chunks of a file as bytes, each with its length and CRC."""
    return [png[chunk.offset : chunk.end] for chunk in iter_chunks(png)]


def repair_crcs(png: bytes) -> bytes:
    """Return the file with the correct CRC in every whole chunk."""
    repaired = bytearray(png)
    for chunk in iter_chunks(png):
        repaired[chunk.offset : chunk.end] = build_chunk(chunk.kind, chunk.data)
    return bytes(repaired)
