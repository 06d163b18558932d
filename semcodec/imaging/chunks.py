"""The chunks of a PNG file, the boxes of a JPEG 2000 file, and color fields that Pillow skips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS: Final = 2**16  #: chunks or boxes that are read of one file
MAX_HEADER: Final = 2**20  #: bytes at the start of an AVIF or HEIC file that are searched
#: The chunks that change what is seen. Others may be large, or damaged without harm to the pixels.
VISIBLE_CHUNKS: Final = (
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"eXIf", b"acTL", b"fcTL", b"fdAT",
)  # fmt: skip
CICP_SIZE: Final = 4  #: bytes of the chunk: primaries, transfer, matrix, range


def iter_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of each chunk of a PNG file; the last one may be incomplete."""
    start = len(PNG_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if start + 8 > len(data):
            return
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        yield data[start + 4 : start + 8], start, end
        start = end


def drop_unused(data: bytes) -> bytes:
    """Return a PNG file without the chunks that do not change what is seen.

    Pillow refuses a file for a damaged or large chunk of text, which viewers never read.
    """
    kept = [data[start:end] for name, start, end in iter_chunks(data) if name in VISIBLE_CHUNKS]
    return PNG_SIGNATURE + b"".join(kept)


def read_png_cicp(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer function, as numbers of ITU-T H.273, of a PNG file."""
    for name, start, end in iter_chunks(data):
        if name == b"cICP" and end - start == CICP_SIZE + 12:
            return data[start + 8], data[start + 9]
        if name == b"IDAT":
            break
    return None


def read_nclx(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer function, as for PNG, of an AVIF or HEIC file."""
    at = data.find(b"colrnclx", 0, MAX_HEADER)
    if at == -1:
        return None
    return int.from_bytes(data[at + 8 : at + 10], "big"), int.from_bytes(
        data[at + 10 : at + 12], "big"
    )


def read_jp2_profile(data: bytes) -> bytes:
    """Return the color profile of a JPEG 2000 file, or no bytes."""
    for header_start, header_end in _find_boxes(data, b"jp2h", 0, len(data)):
        for start, end in _find_boxes(data, b"colr", header_start, header_end):
            if data[start : start + 1] == b"\2":  # a restricted profile
                return data[start + 3 : end]
    return b""


def _find_boxes(data: bytes, name: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the content of the boxes ``name`` in a part of ``data``."""
    for _ in range(MAX_CHUNKS):
        size = int.from_bytes(data[start : start + 4], "big")
        if size < 8 or start + size > end:  # 0 and 1 are for the last and for very large boxes
            return
        if data[start + 4 : start + 8] == name:
            yield start + 8, start + size
        start += size
