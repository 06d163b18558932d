"""The colors of a picture as bit planes of a cosine transform (COLORS-1, the value of type 22).

Planes go from coarse to fine, so every prefix of a value is a coarser layer. A decoder uses only
decisions that the bytes determine, whatever might follow them; therefore every byte string is a
value, and the same prefix means the same in all programs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.coding.color_chances import CHANCES
from semcodec.coding.range_coder import (
    WINDOW_BYTES,
    RangeDecoder,
    RangeEncoder,
    unit_in_last_place,
)

SIDE: Final = 48  #: cosines along each side of the picture
CHANNELS: Final = 3  #: lightness, green to red, blue to yellow
COEFFICIENTS: Final = CHANNELS * SIDE * SIDE
PLANES: Final = 11
MAX_MAGNITUDE: Final = (1 << PLANES) - 1  #: in steps of the last plane
MAX_BYTES: Final = 512  #: of a value (SC-EXT-14); bounds the work, too
DIAGONALS: Final = 2 * SIDE - 1

# --- Contexts: the first index of each kind in the table of chances
GROWTH_CONTEXTS: Final = 12  #: by the number of active diagonals
REFINEMENT_CONTEXTS: Final = 6  #: by magnitude so far (1, 2, 3 and more), in lightness and colors
BANDS: Final = (0, 1, 2, 3, 4, 5, 6)  #: diagonals with their own chances; the others are band 7
REFINEMENT: Final = GROWTH_CONTEXTS
SIGN: Final = REFINEMENT + REFINEMENT_CONTEXTS
SIGNIFICANCE: Final = SIGN + 1
CONTEXTS: Final = SIGNIFICANCE + 2 * 8 * 3 * 2

#: A decision: its context, and the bit to encode, which a decoder ignores; returns the bit.
Code = Callable[[int, int], int]


@dataclass(frozen=True, slots=True)
class QuantizedColors:
    """The coefficients that a value determines.

    Both have ``COEFFICIENTS`` numbers: for each channel, from the top row, 48 for each row.

    Attributes:
        values: whole numbers with their signs, rounded towards 0, in steps of their planes.
        planes: the last plane, 0 to 10, in which a bit of the coefficient was decoded; the step of
            plane p is ``2 ** (10 - p)`` times that of the last plane. 0 where the value is 0.
    """

    values: tuple[int, ...]
    planes: tuple[int, ...]


def encode(
    coefficients: Sequence[int], max_bytes: int = MAX_BYTES, chances: Sequence[int] = CHANCES
) -> bytes:
    """Return the first ``max_bytes`` bytes of the value of ``coefficients``.

    A value with fewer bytes states all bits of all coefficients.

    Args:
        coefficients: ``COEFFICIENTS`` numbers, in steps of the last plane, in the order of
            ``QuantizedColors``; magnitudes above ``MAX_MAGNITUDE`` are clipped.
        max_bytes: 1 to ``MAX_BYTES``.
        chances: the probability of a 1, in 65536ths, of each context.
    """
    encoder = RangeEncoder()

    def code(context: int, bit: int) -> int:
        if len(encoder.out) > MAX_BYTES:
            raise _EndError
        return encoder.code_bit(chances[context], bit)

    walk = _Walk(code)
    walk.set_source(coefficients)
    walk.run()
    return _finish(encoder)[:max_bytes]


def decode(data: bytes, chances: Sequence[int] = CHANCES) -> QuantizedColors:
    """Return the coefficients that ``data`` determines, whatever bytes might follow it.

    Args:
        data: any bytes; those after the first ``MAX_BYTES`` are ignored.
        chances: as in ``encode``.
    """
    decoder = RangeDecoder(data[:MAX_BYTES])

    def code(context: int, _bit: int) -> int:
        bit = decoder.code_bit(chances[context])
        if not decoder.is_determined:
            raise _EndError
        return bit

    walk = _Walk(code)
    walk.run()
    values = walk.magnitudes
    for index in walk.significant:
        if walk.signs[index]:
            values[index] = -values[index]
    return QuantizedColors(tuple(values), tuple(walk.planes))


def count_decisions(coefficients: Sequence[int], planes: int) -> list[list[int]]:
    """Return how often each context has a 0 and a 1 in the first ``planes`` planes, to train."""
    counts = [[0, 0] for _ in range(CONTEXTS)]

    def code(context: int, bit: int) -> int:
        counts[context][bit] += 1
        return bit

    walk = _Walk(code)
    walk.set_source(coefficients)
    walk.run(planes)
    return counts


class _EndError(Exception):
    """The bytes determine no further decision, or the encoder has enough bytes."""


def _finish(encoder: RangeEncoder) -> bytes:
    """Return the shortest bytes that determine all decisions so far."""
    for count in range(WINDOW_BYTES + 1):
        ulp = unit_in_last_place(count)
        value = -(-encoder.low // ulp) * ulp
        if value + ulp <= encoder.low + encoder.width:
            break
    return encoder.finish(value, count)


class _Walk:
    """One traversal that encodes and decodes; see ``range_coder``."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.source = [0] * COEFFICIENTS
        self.signs = [0] * COEFFICIENTS
        self.magnitudes = [0] * COEFFICIENTS
        self.planes = [0] * COEFFICIENTS
        self.significant: list[int] = []  # indexes of coefficients other than 0
        self.active = 0
        self.reaches = [0] * PLANES  # by plane, the diagonals up to the last magnitude in it

    def set_source(self, coefficients: Sequence[int]) -> None:
        """Take the coefficients to encode."""
        for index, value in enumerate(coefficients):
            self.source[index] = magnitude = min(abs(value), MAX_MAGNITUDE)
            self.signs[index] = int(value < 0)
            reach = index // SIDE % SIDE + index % SIDE + 1
            for plane in range(PLANES - magnitude.bit_length(), PLANES):
                self.reaches[plane] = max(self.reaches[plane], reach)

    def run(self, planes: int = PLANES) -> None:
        try:
            for plane in range(planes):
                self._code_plane(plane)
        except _EndError:
            pass

    def _code_plane(self, plane: int) -> None:
        shift = PLANES - 1 - plane
        self._grow(plane)
        for diagonal in range(self.active):
            for row in range(max(0, diagonal - SIDE + 1), min(diagonal, SIDE - 1) + 1):
                for channel in range(CHANNELS):
                    self._code_coefficient(plane, shift, channel, row, diagonal - row)

    def _grow(self, plane: int) -> None:
        while self.active < DIAGONALS:
            context = min(self.active, GROWTH_CONTEXTS - 1)
            if not self.code(context, int(self.reaches[plane] > self.active)):
                break
            self.active += 1

    def _code_coefficient(self, plane: int, shift: int, channel: int, row: int, col: int) -> None:
        index = (channel * SIDE + row) * SIDE + col
        magnitude, bit = self.magnitudes[index], self.source[index] >> shift & 1
        if magnitude:
            context = REFINEMENT + 2 * min(magnitude, 3) - 2 + (channel > 0)
            self.magnitudes[index] = 2 * magnitude + self.code(context, bit)
        elif self.code(self._significance_context(channel, row, col), bit):
            self.signs[index] = self.code(SIGN, self.signs[index])
            self.magnitudes[index] = 1
            self.significant.append(index)
        else:
            return
        self.planes[index] = plane

    def _significance_context(self, channel: int, row: int, col: int) -> int:
        index = (channel * SIDE + row) * SIDE + col
        known = self.magnitudes
        near = 0
        if row and known[index - SIDE]:
            near += 1
        if col:
            near += known[index - 1] > 0
            if row:
                near += known[index - SIDE - 1] > 0
            if row < SIDE - 1:
                near += known[index + SIDE - 1] > 0
        other = channel > 0 and known[row * SIDE + col] > 0
        if channel == 2:
            other = other or known[index - SIDE * SIDE] > 0
        band = min(row + col, 7)
        return SIGNIFICANCE + (((channel > 0) * 8 + band) * 3 + min(near, 2)) * 2 + other
