"""The chunks of a PNG file, the boxes of a JPEG 2000 file, and color fields that Pillow skips."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from semcodec.imaging.excerpt import Parts

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS: Final = 2**16  #: chunks or boxes that are read of one file
MAX_HEADER: Final = 2**20  #: bytes at the start of an AVIF or HEIC file that are searched
#: The chunks that a reader needs to show the pixels. Those about color are read here instead.
#: Others may be large, or damaged without harm to the pixels.
VISIBLE_CHUNKS: Final = (
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"eXIf", b"acTL", b"fcTL", b"fdAT",
)  # fmt: skip
MAX_PROFILE_BYTES: Final = 2**22  #: limit of a color profile; those of printers have up to 3 MB
#: Layouts of the chunks about color: primaries, transfer, matrix, range; gamma; chromaticities.
COLOR_CHUNKS: Final = {b"cICP": ">4B", b"gAMA": ">I", b"cHRM": ">8I", b"sRGB": ">B"}
MAX_EXIF_BYTES: Final = 2**20  #: limit of an EXIF block; more than twice the size of a preview
PNG_SCALE: Final = 100_000  #: gamma and chromaticities are stored as multiples of its inverse


@dataclass(frozen=True, slots=True)
class StatedColors:
    """What a file states about its colors; see ``Metadata``."""

    profile: bytes = b""
    cicp: tuple[int, int] | None = None
    gamma: float | None = None
    chromaticities: tuple[float, ...] = ()
    is_srgb: bool = False


def iter_chunks(data: bytes, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of each chunk of a PNG file; the last one may be incomplete.

    Args:
        at: where the PNG file begins in ``data``.
    """
    start = at + len(PNG_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if start + 8 > len(data):
            return
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        yield data[start + 4 : start + 8], start, end
        start = end


def keep_visible(data: bytes) -> Parts:
    """Return the parts of a PNG file with the chunks ``VISIBLE_CHUNKS`` only.

    Pillow refuses a file for a damaged or large chunk that viewers do not read.
    """
    view = memoryview(data)
    kept = [view[start:end] for name, start, end in iter_chunks(data) if name in VISIBLE_CHUNKS]
    return [PNG_SIGNATURE, *kept]


def read_exif(data: bytes) -> dict[str, bytes]:
    """Return the EXIF block of a PNG file as Pillow has it in ``info``; nothing if it is large."""
    for name, start, end in iter_chunks(data):
        if name == b"eXIf" and end - start < MAX_EXIF_BYTES:
            return {"exif": b"Exif\0\0" + data[start + 8 : end - 4]}
    return {}


def read_png_colors(data: bytes) -> StatedColors:
    """Return what the chunks before the pixels of a PNG file state about its colors."""
    fields: dict[bytes, tuple[int, ...]] = {}
    profile = b""
    for name, start, end in iter_chunks(data):
        if name == b"IDAT":
            break
        if name == b"iCCP":
            profile = _decompress_profile(data[start + 8 : end - 4])
        elif name in COLOR_CHUNKS and end - start == 12 + struct.calcsize(COLOR_CHUNKS[name]):
            fields[name] = struct.unpack_from(COLOR_CHUNKS[name], data, start + 8)
    cicp, gamma = fields.get(b"cICP"), fields.get(b"gAMA")
    return StatedColors(
        profile=profile,
        cicp=(cicp[0], cicp[1]) if cicp else None,
        gamma=gamma[0] / PNG_SCALE if gamma else None,
        chromaticities=tuple(value / PNG_SCALE for value in fields.get(b"cHRM", ())),
        is_srgb=b"sRGB" in fields,
    )


def _decompress_profile(content: bytes) -> bytes:
    """Return a profile after its name and a zero for the method; a damaged one as it is."""
    _, _, compressed = content[:MAX_PROFILE_BYTES].partition(b"\0")
    with suppress(zlib.error):
        profile = zlib.decompressobj().decompress(compressed[1:], MAX_PROFILE_BYTES + 1)
        return profile or content
    return content


def read_nclx(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer function, as for PNG, of an AVIF or HEIC file."""
    at = data.find(b"colrnclx", 0, MAX_HEADER)
    if at == -1:
        return None
    primaries, transfer = data[at + 8 : at + 10], data[at + 10 : at + 12]
    return int.from_bytes(primaries, "big"), int.from_bytes(transfer, "big")


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
