"""leb28: integers of 1 to 4 bytes, seven bits each, lowest first (spec §2.3).

The top bit of a byte says that another one follows. ``81 00`` would also be 1, so a last byte of
zero is forbidden: one integer has one spelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

MOST: Final = 2**28 - 1  #: four bytes of seven bits
_BYTES: Final = 4


def write(value: int) -> bytes:
    """Return ``value``, 0..MOST, in its shortest form."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def length(value: int) -> int:
    """Return how many bytes ``write`` gives for ``value``."""
    return max(1, -(-value.bit_length() // 7))


def read(cursor: Parser, name: str = "") -> int:
    """Return the next integer, which is the field ``name``.

    Raises:
        FormatError: SC-LEB-1, SC-LEB-2, or the cursor's own rule where the bytes end.
    """
    start, byte = cursor.at, cursor.byte()
    value, shift = byte & 127, 0
    while byte >= 128:
        shift += 7
        if shift == 7 * _BYTES:
            cursor.stop("SC-LEB-1", start * 8, _hex(cursor, start), "at most 4 bytes")
        byte = cursor.byte()
        value |= (byte & 127) << shift
    if shift and not byte:
        cursor.broken("SC-LEB-2", start * 8, _hex(cursor, start), write(value).hex(" "))
    cursor.mark(name, start, value)
    return value


def decode_canonical(data: bytes) -> int | None:
    """Return the integer that ``data`` is the one spelling of, or None."""
    if not 1 <= len(data) <= _BYTES:
        return None
    value = sum((byte & 127) << 7 * i for i, byte in enumerate(data))
    return value if write(value) == data else None


def _hex(cursor: Parser, start: int) -> str:
    return cursor.data[start : cursor.at].hex(" ")
