"""A binary range coder: decisions with a stated chance become bits, and bits decisions (spec §K.2).

The interval is ``width`` wide and starts ``low`` above the bytes that are out. Between any two
decisions  2**32 <= width <= 2**40,  so a chance in 65536ths never rounds to nothing, and every
product fits in 56 bits.
"""

from __future__ import annotations

from typing import Final

WINDOW_BYTES: Final = 5  #: bytes that the interval spans
MAX_WIDTH: Final = 1 << 8 * WINDOW_BYTES
MIN_WIDTH: Final = MAX_WIDTH >> 8
HALF: Final = 1 << 15  #: the chance of a decision that could go either way


class RangeEncoder:
    """Narrows the interval to what is decided.

    Attributes:
        out: the bytes that no later decision can change, but for a carry.
        low: where the interval starts, 0..2**41.
        width: of the interval.
    """

    __slots__ = ("low", "out", "width")

    def __init__(self) -> None:
        """Start with the whole interval."""
        self.out, self.low, self.width = bytearray(), 0, MAX_WIDTH

    def code_bit(self, chance: int, bit: int) -> int:
        """Code ``bit``, which is 1 with ``chance`` in 65536, and return it."""
        part = (self.width >> 16) * chance
        if bit:
            self.width = part
        else:
            self.low += part
            self.width -= part
        while self.width < MIN_WIDTH:
            self.shift()
            self.width <<= 8
        return bit

    def shift(self) -> None:
        """Put the highest byte of ``low`` out."""
        if self.low >= MAX_WIDTH:
            self._carry()
        self.out.append(self.low >> 32)
        self.low = (self.low << 8) & (MAX_WIDTH - 1)

    def _carry(self) -> None:
        self.low -= MAX_WIDTH
        at = len(self.out) - 1
        while self.out[at] == 255:
            self.out[at] = 0
            at -= 1
        self.out[at] += 1

    @property
    def bits(self) -> int:
        """What has been coded so far, in whole bits, rounded up."""
        return 8 * (len(self.out) + WINDOW_BYTES) - (self.width.bit_length() - 1)

    def finish(self, value: int, count: int) -> bytes:
        """Return all bytes, the last ``count`` of them from ``value`` in the place of ``low``."""
        self.low = value
        for _ in range(count):
            self.shift()
        if self.low >= MAX_WIDTH:
            self._carry()
        return bytes(self.out)


class RangeDecoder:
    """Reads decisions back from a byte string, after whose end come zeros.

    Attributes:
        code: the bytes under the window.
        offset: ``code`` less where the interval starts.
        width: of the interval.
        left: bytes from the window's first to the end of the string; negative behind the end.
    """

    __slots__ = ("_at", "_data", "code", "left", "offset", "width")

    def __init__(self, data: bytes) -> None:
        """Start with the whole interval."""
        self._data, self._at, self.left = data, WINDOW_BYTES, len(data)
        self.code = self.offset = int.from_bytes(
            data[:WINDOW_BYTES].ljust(WINDOW_BYTES, b"\0"), "big"
        )
        self.width = MAX_WIDTH

    @classmethod
    def at_offset(cls, offset: int, width: int, left: int) -> RangeDecoder:
        """Return a decoder of zeros that stands ``offset`` into an interval."""
        probe = cls(b"")
        probe.offset, probe.width, probe.left = offset, width, left
        return probe

    def code_bit(self, chance: int, _bit: int = 0) -> int:
        """Return the next bit, which is 1 with ``chance`` in 65536."""
        part = (self.width >> 16) * chance
        if self.offset < part:
            bit, self.width = 1, part
        else:
            bit = 0
            self.offset -= part
            self.width -= part
        while self.width < MIN_WIDTH:
            self._shift()
        return bit

    def _shift(self) -> None:
        byte = self._data[self._at] if self._at < len(self._data) else 0
        self._at += 1
        self.left -= 1
        self.width <<= 8
        self.offset = self.offset << 8 | byte
        self.code = (self.code << 8 | byte) & (MAX_WIDTH - 1)

    @property
    def unit(self) -> int:
        """What the last byte of the string counts in the window, at least 1."""
        return 1 << 8 * max(0, WINDOW_BYTES - self.left)

    @property
    def is_determined(self) -> bool:
        """Whether any bytes after the string would lead to the same decisions so far."""
        return self.offset + self.unit <= self.width


class CostEstimator:
    """Codes nothing, and counts what decisions would cost.

    Attributes:
        spent: in sixteenths of a bit, each decision rounded up.
    """

    __slots__ = ("spent",)

    def __init__(self) -> None:
        """Start from 0."""
        self.spent = 0

    def code_bit(self, chance: int, bit: int) -> int:
        """Count what ``bit`` costs, and return it."""
        likely = chance if bit else 65536 - chance
        self.spent += 257 - (likely**16).bit_length()  # 16 * (16 - log2(likely)), in integers
        return bit


Coder = RangeEncoder | RangeDecoder | CostEstimator
