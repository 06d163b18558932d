"""Width and height in no byte, one, four or eight (spec §5.2).

No field at all means 1024 x 1024. A common size is a code; any other takes the shorter of two
explicit forms. The forms are told apart by the top bits of the first byte: ``0``, ``10``, ``11``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semcodec._registry import SIZES

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

Size = tuple[int, int]

DEFAULT: Final[Size] = (1024, 1024)
MAX_SIDE: Final = 2**31 - 1  #: largest width or height
SHORT_MOST: Final = 2**15  #: largest one in the 4-byte form

#: The two explicit forms, by bits; both sides less one.
SHORT: Final = (("size.short.form", 2), ("size.short.width", 15), ("size.short.height", 15))
LONG: Final = (("size.long.form", 2), ("size.long.width", 31), ("size.long.height", 31))

#: By code. Code 0 says in a byte what no field says for free, so it is forbidden.
CODES: Final[tuple[Size, ...]] = (DEFAULT, *SIZES.values())
_CODE_OF: Final = {size: code for code, size in enumerate(CODES)}


def write(size: Size) -> bytes:
    """Return the size field of ``size``; none for the default."""
    if size == DEFAULT:
        return b""
    if size in _CODE_OF:
        return bytes([_CODE_OF[size]])
    width, height = size[0] - 1, size[1] - 1
    if max(size) <= SHORT_MOST:
        return (0b10 << 30 | width << 15 | height).to_bytes(4, "big")
    return (0b11 << 62 | width << 31 | height).to_bytes(8, "big")


def read(cursor: Parser) -> Size:
    """Return the size of a size field.

    Raises:
        FormatError: SC-SIZ-2 to 5, or the field is cut.
        UnsupportedError: SC-SIZ-1.
    """
    start = cursor.at * 8
    first = cursor.byte()
    if first < 0b1000_0000:
        return _read_code(cursor, first, start)
    cursor.at -= 1
    bits = 15 if first < 0b1100_0000 else 31
    field = int.from_bytes(cursor.take((bits + 1) // 4), "big")
    size = ((field >> bits & 2**bits - 1) + 1, (field & 2**bits - 1) + 1)
    cursor.mark_bits(start // 8, SHORT if bits == 15 else LONG)
    _rule_explicit(cursor, size, bits, start)
    return size


def text(size: Size) -> str:
    """Return ``size`` as people write it."""
    return f"{size[0]}x{size[1]}"


def _read_code(cursor: Parser, code: int, start: int) -> Size:
    cursor.mark("size.code", start // 8, code)
    if code == 0:
        cursor.broken("SC-SIZ-2", start, "code 0, 1024x1024", "no size field")
    if code >= len(CODES):
        cursor.broken("SC-SIZ-1", start, f"code {code}", f"a code from 1 to {len(CODES) - 1}")
        return DEFAULT  # only a survey gets here, and it throws the size away
    return CODES[code]


def _rule_explicit(cursor: Parser, size: Size, bits: int, start: int) -> None:
    said = f"{text(size)} in {(bits + 1) // 4} bytes"
    if size == DEFAULT:
        cursor.broken("SC-SIZ-2", start, said, "no size field")
    elif size in _CODE_OF:
        cursor.broken("SC-SIZ-3", start, said, f"code {_CODE_OF[size]}")
    if bits == 31 and max(size) <= SHORT_MOST:
        cursor.broken("SC-SIZ-4", start, said, "4 bytes")
    for number, side in enumerate(size):
        if side > MAX_SIDE:
            cursor.broken("SC-SIZ-5", start + 2 + number * bits, str(side), f"at most {MAX_SIDE}")
