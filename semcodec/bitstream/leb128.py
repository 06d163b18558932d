"""LEB128: integers of one to four bytes, seven bits in each, lowest first (spec §2.3).

The top bit of a byte is 1 if another byte follows. ``81 00`` would also be 1, so a last byte of
zero is not allowed: each integer has exactly one encoding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

MAX_BYTES: Final = 4
MAX_VALUE: Final = 2 ** (7 * MAX_BYTES) - 1


def write(value: int) -> bytes:
    """Return the encoding of ``value``, which is from 0 to ``MAX_VALUE``."""
    encoded = bytearray()
    # Seven bits at a time, lowest first; every byte except the last has its top bit set.
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read(parser: Parser, name: str = "") -> int:
    """Return the next integer, and record it as the field ``name``.

    Raises:
        FormatError: SC-LEB-1, SC-LEB-2, or the parser's ``truncation_rule`` if the bytes end.
    """
    start, byte = parser.position, parser.read_byte()
    value, shift = byte & 127, 0
    while byte >= 128:
        shift += 7
        # Checked before the next byte is read, so a long run of bytes from 80 takes four steps.
        if shift == 7 * MAX_BYTES:
            parser.fail("SC-LEB-1", start * 8, _hex(parser, start), f"at most {MAX_BYTES} bytes")
        byte = parser.read_byte()
        value |= (byte & 127) << shift
    # A last byte of zero adds no bits, so there is a shorter encoding.
    if shift and not byte:
        parser.report("SC-LEB-2", start * 8, _hex(parser, start), write(value).hex(" "))
    parser.record_field(name, start, value)
    return value


def length(value: int) -> int:
    """Return the number of bytes in the encoding of ``value``."""
    return max(1, -(-value.bit_length() // 7))


def decode_canonical(data: bytes) -> int | None:
    """Return the integer whose encoding is ``data``, or None if ``data`` is not an encoding."""
    if not 1 <= len(data) <= MAX_BYTES:
        return None
    value = sum((byte & 127) << 7 * index for index, byte in enumerate(data))
    # Encoding the value again rejects everything that is not its canonical encoding.
    return value if write(value) == data else None


def _hex(parser: Parser, start: int) -> str:
    return parser.data[start : parser.position].hex(" ")
