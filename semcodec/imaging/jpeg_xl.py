"""The size of a JPEG XL image, read before the image is decoded (ISO/IEC 18181-1, D.2 and D.3)."""

from __future__ import annotations

from typing import Final

SIGNATURE: Final = b"\xff\x0a"
CODESTREAM_BOXES: Final = {b"jxlc": 0, b"jxlp": 4}  #: name: bytes before the codestream
MAX_BOXES: Final = 2**10  #: boxes that are read of one file
#: Width as a multiple of the height: numerator and denominator by code; code 0 has its own field.
RATIOS: Final = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
SIZE_BITS: Final = (9, 13, 18, 30)  #: widths of a large size, by selector


class _Bits:
    """Reads bits from the least significant one on; missing ones are 0."""

    def __init__(self, data: bytes) -> None:
        self._value, self._position = int.from_bytes(data, "little"), 0

    def read(self, count: int) -> int:
        value = self._value >> self._position & (1 << count) - 1
        self._position += count
        return value


def read_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels as the codestream states them, before any rotation.

    Raises:
        ValueError: there is no codestream.
    """
    header = _find_codestream(data)
    if not header.startswith(SIGNATURE):
        raise ValueError("no codestream")
    bits = _Bits(header[2:14])
    is_small = bits.read(1)
    height = _read_side(bits, is_small)
    ratio = bits.read(3)
    if not ratio:
        return _read_side(bits, is_small), height
    numerator, denominator = RATIOS[ratio]
    return height * numerator // denominator, height


def _read_side(bits: _Bits, is_small: int) -> int:
    if is_small:
        return 8 * (bits.read(5) + 1)
    return bits.read(SIZE_BITS[bits.read(2)]) + 1


def _find_codestream(data: bytes) -> bytes:
    """Return the first bytes of the codestream, which may be in a box of a container."""
    if data.startswith(SIGNATURE):
        return data[:16]
    start = 0
    for _ in range(MAX_BOXES):
        size, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        content = start + 8
        if size == 1:
            size, content = int.from_bytes(data[content : content + 8], "big"), content + 8
        if name in CODESTREAM_BOXES:
            begin = content + CODESTREAM_BOXES[name]
            return data[begin : begin + 16]
        if size < 8:
            break
        start += size
    return b""
