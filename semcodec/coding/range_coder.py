"""A binary range coder, which encodes bits of known probability as bytes (spec §K.2).

``RangeEncoder``, ``RangeDecoder`` and ``CostEstimator`` have the same method ``code_bit``, so that
one traversal of a word's decisions encodes, decodes and measures.
"""

from __future__ import annotations

from typing import Final

WINDOW_BYTES: Final = 5  #: bytes that the interval spans
MAX_WIDTH: Final = 1 << 8 * WINDOW_BYTES
MIN_WIDTH: Final = MAX_WIDTH >> 8
PROBABILITY_BITS: Final = 16  #: probabilities are integers, in 65536ths, from 1 to 65535
ONE: Final = 1 << PROBABILITY_BITS
HALF: Final = ONE >> 1  #: the probability of a bit that nothing predicts


def unit_in_last_place(count: int) -> int:
    """Return the place value of the last of the window's first ``count`` bytes, at least 1."""
    return 1 << 8 * max(0, WINDOW_BYTES - count)


# One traversal encodes, decodes and measures. Everything that codes words (escapes.code_letters,
# lexicon._code_word, set_tree.TreeCoder) is written once: a walk through binary decisions that
# calls coder.code_bit(p1, bit) and continues with the bit that is *returned*. A RangeEncoder writes
# the bits that the walk passes; a RangeDecoder ignores the passed bits and returns those of the
# payload; a CostEstimator only adds up the costs.
#
# The invariant: which decision comes next, and its probability, may depend on the words coded so
# far and on returned bits, but never on the word that is being coded; that word may only determine
# the value of `bit`. A walk that breaks this encodes without an error, and the payload decodes to
# garbage a few words later. With separate traversals for encoding and decoding, every change of one
# risks such a mismatch; a shared traversal avoids it. Tested by test_words_are_decoded_in_order and
# test_set_is_decoded_in_canonical_order (tests/bitstream/test_coding.py).
#
# Between two decisions the state is an interval of numbers, `width` wide. Each decision cuts it
# into two parts in proportion to the probabilities, the part for a 1 first, and keeps one. The
# invariant is MIN_WIDTH <= width <= MAX_WIDTH, that is, 2**32 to 2**40: after each decision, bytes
# are shifted out until it holds again. Without the lower bound `width >> 16` would lose precision
# and finally be 0: a possible bit would get an empty interval, and could not be decoded. With it
# both parts are at least 2**16 wide for every probability from 1 to 65535. The upper bound keeps
# every product below 2**56, for implementations without big integers.
#
# The encoder keeps the start of the interval in `low`: five bytes that may still change, and a
# carry. Delaying the output cannot avoid the carry, since a run of bytes ff may have any length; so
# the carry is propagated into bytes that are already in `out`. It always finds a byte below ff,
# because the whole message is a number below 1. The decoder has no `low` and no carry: `offset` is
# the number in the payload minus `low`, and 0 <= offset < width between any two decisions. Tests:
# test_interval_stays_within_its_bounds, test_carry_propagates_through_bytes_ff and
# test_bits_are_decoded_regardless_of_following_bytes.
class RangeEncoder:
    """Encodes bits: narrows the interval with every bit, and writes bytes as they become final.

    Attributes:
        out: the bytes shifted out so far; only a carry can change them.
        low: the start of the interval, 0 to 2**41 - 1, relative to ``out``.
        width: the width of the interval.
    """

    __slots__ = ("low", "out", "width")

    out: bytearray
    low: int
    width: int

    def __init__(self) -> None:
        """Start with the whole interval."""
        self.out, self.low, self.width = bytearray(), 0, MAX_WIDTH

    def code_bit(self, p1: int, bit: int) -> int:
        """Encode ``bit``, which is 1 with probability ``p1`` (in 65536ths), and return it."""
        ones = (self.width >> PROBABILITY_BITS) * p1
        if bit:
            self.width = ones
        else:
            self.low += ones
            self.width -= ones
        while self.width < MIN_WIDTH:
            self._shift_byte()
            self.width <<= 8
        return bit

    def _shift_byte(self) -> None:
        """Move the highest byte of ``low`` to ``out``."""
        if self.low >= MAX_WIDTH:
            self._propagate_carry()
        self.out.append(self.low >> 8 * (WINDOW_BYTES - 1))
        self.low = (self.low << 8) & (MAX_WIDTH - 1)

    def _propagate_carry(self) -> None:
        self.low -= MAX_WIDTH
        index = len(self.out) - 1
        while self.out[index] == 0xFF:
            self.out[index] = 0
            index -= 1
        self.out[index] += 1

    @property
    def bits(self) -> int:
        """The information coded so far, in whole bits, rounded up."""
        return 8 * (len(self.out) + WINDOW_BYTES) - (self.width.bit_length() - 1)

    def finish(self, value: int, count: int) -> bytes:
        """Return all bytes: those shifted out, then the first ``count`` bytes of ``value``.

        Args:
            value: a number of five bytes and a carry, usually in the interval; replaces ``low``.
            count: 0 to 5. Each coding chooses ``value`` and ``count`` differently; see ``lexicon``
                and ``bag``.
        """
        self.low = value
        for _ in range(count):
            self._shift_byte()
        if self.low >= MAX_WIDTH:
            self._propagate_carry()
        return bytes(self.out)


class RangeDecoder:
    """Decodes bits; after the end of the payload it reads zeros.

    Attributes:
        window: the five bytes of the payload at the current position, as a number.
        offset: ``window`` minus the start of the interval (``low`` of the encoder).
        width: the width of the interval.
        bytes_left: bytes from the start of the window to the end of the payload; negative if the
            window has moved past the end.
    """

    __slots__ = ("_data", "_next", "bytes_left", "offset", "width", "window")

    window: int
    offset: int
    width: int
    bytes_left: int

    def __init__(self, data: bytes) -> None:
        """Start with the whole interval and the first bytes of ``data``."""
        self._data, self._next, self.bytes_left = data, WINDOW_BYTES, len(data)
        first = data[:WINDOW_BYTES].ljust(WINDOW_BYTES, b"\0")
        self.window = self.offset = int.from_bytes(first, "big")
        self.width = MAX_WIDTH

    @classmethod
    def at_offset(cls, offset: int, width: int, bytes_left: int) -> RangeDecoder:
        """Return a decoder in the middle of a payload whose remaining bytes are zeros."""
        decoder = cls(b"")
        decoder.offset, decoder.width, decoder.bytes_left = offset, width, bytes_left
        return decoder

    def code_bit(self, p1: int, _bit: int = 0) -> int:
        """Return the next bit, which is 1 with probability ``p1`` (in 65536ths)."""
        ones = (self.width >> PROBABILITY_BITS) * p1
        if self.offset < ones:
            bit, self.width = 1, ones
        else:
            bit = 0
            self.offset -= ones
            self.width -= ones
        while self.width < MIN_WIDTH:
            self._shift_byte()
        return bit

    def _shift_byte(self) -> None:
        byte = self._data[self._next] if self._next < len(self._data) else 0
        self._next += 1
        self.bytes_left -= 1
        self.width <<= 8
        self.offset = self.offset << 8 | byte
        self.window = (self.window << 8 | byte) & (MAX_WIDTH - 1)

    @property
    def ulp(self) -> int:
        """The place value of the payload's last byte, in units of ``offset``."""
        return unit_in_last_place(self.bytes_left)

    @property
    def is_determined(self) -> bool:
        """Whether the payload determines all bits so far, whatever bytes might follow it.

        The byte strings that begin with the payload are the numbers from ``offset`` up to, but not
        including, ``offset + ulp``. If all of these are in the interval, all of them decode to the
        same bits; if not, the zeros assumed after the end influenced the decision. ``lexicon`` ends
        at the first word that is not determined.
        """
        return self.offset + self.ulp <= self.width


class CostEstimator:
    """Adds up the cost of bits without encoding them.

    Attributes:
        cost_16ths: the total in sixteenths of a bit; the cost of each bit is rounded up.
    """

    __slots__ = ("cost_16ths",)

    cost_16ths: int

    def __init__(self) -> None:
        """Start from 0."""
        self.cost_16ths = 0

    def code_bit(self, p1: int, bit: int) -> int:
        """Add the cost of ``bit``, and return it."""
        probability = p1 if bit else ONE - p1
        # ceil(16 * (16 - log2(p))) in integers: bit_length() - 1 is floor(16 * log2(p))
        self.cost_16ths += 257 - (probability**16).bit_length()
        return bit


Coder = RangeEncoder | RangeDecoder | CostEstimator
