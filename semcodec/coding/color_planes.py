"""The colors of a picture as bit planes of a cosine transform (COLORS-1, the value of type 22).

Planes go from coarse to fine, so every prefix of a value is a coarser layer. A decoder uses only
decisions that the bytes determine, whatever might follow them; therefore every byte string is a
value, and the same prefix means the same in all programs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from semcodec.coding.color_chances import CHANCES
from semcodec.coding.range_coder import (
    HALF,
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

MIN_DIAGONAL_OF_REST: Final = 3  #: lower diagonals are always coded in the first pass
MIN_SCORE_OF_FIRST: Final = 2  #: and so are coefficients with at least this score

# --- Contexts: the first index of each kind in the table of chances
GROWTH: Final = 0
GROWTH_WIDTHS: Final = 5  #: of active diagonals: 0-1, 2-3, 4-5, 6-7, more
GROWTH_PLANES: Final = 6  #: planes 0 to 4, and the others
REFINEMENT: Final = GROWTH + GROWTH_WIDTHS * GROWTH_PLANES
REFINED_MAGNITUDES: Final = 3  #: 1, 2, more; each in lightness and in colors
SIGNIFICANCE: Final = REFINEMENT + 2 * REFINED_MAGNITUDES
SCORES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24)  #: the least score of each level from 1
BANDS: Final = (1, 3, 7)  #: the first diagonal of each band from 1
LEVELS: Final = 1 + len(SCORES)
CONTEXTS: Final = SIGNIFICANCE + 2 * (1 + len(BANDS)) * LEVELS
#: The sign has no context: nothing predicts it.
SIGN: Final = CONTEXTS

# --- Cells: the coefficients of a channel, from the top row, with a margin of MARGIN zeros
MARGIN: Final = 2
STRIDE: Final = SIDE + 2 * MARGIN
CHANNEL: Final = STRIDE * STRIDE  #: cells of a channel
CELLS: Final = CHANNELS * CHANNEL
#: What a bit of a coefficient adds to the scores of its neighbors: by cells to the right, weight.
NEIGHBORS: Final = tuple(
    (rows * STRIDE + columns, 2 if abs(rows) + abs(columns) == 1 else 1)
    for rows, columns in (
        (-1, 0), (0, -1), (0, 1), (1, 0),
        (-1, -1), (-1, 1), (1, -1), (1, 1), (-2, 0), (0, -2), (0, 2), (2, 0),
    )
)  # fmt: skip


def _cell(channel: int, row: int, column: int) -> int:
    return channel * CHANNEL + (row + MARGIN) * STRIDE + column + MARGIN


#: The cells in the order of ``QuantizedColors``.
_CELLS: Final = tuple(
    _cell(channel, row, column)
    for channel in range(CHANNELS)
    for row in range(SIDE)
    for column in range(SIDE)
)
_IN_ORDER: Final = itemgetter(*_CELLS)
#: The cells of each diagonal: from the top row, and at each place in all channels.
_DIAGONALS: Final = tuple(
    tuple(
        _cell(channel, row, diagonal - row)
        for row in range(max(0, diagonal - SIDE + 1), min(diagonal, SIDE - 1) + 1)
        for channel in range(CHANNELS)
    )
    for diagonal in range(DIAGONALS)
)

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
    encoder, chances = RangeEncoder(), (*chances, HALF)

    def code(context: int, bit: int) -> int:
        if len(encoder.out) > MAX_BYTES:
            raise EndError
        return encoder.code_bit(chances[context], bit)

    Walk(code, coefficients).run()
    return _finish(encoder)[:max_bytes]


def decode(data: bytes, chances: Sequence[int] = CHANCES) -> QuantizedColors:
    """Return the coefficients that ``data`` determines, whatever bytes might follow it.

    Args:
        data: any bytes; those after the first ``MAX_BYTES`` are ignored.
        chances: as in ``encode``.
    """
    decoder, chances = RangeDecoder(data[:MAX_BYTES]), (*chances, HALF)

    def code(context: int, _bit: int) -> int:
        bit = decoder.code_bit(chances[context])
        if not decoder.is_determined:
            raise EndError
        return bit

    walk = Walk(code)
    walk.run()
    values = walk.magnitudes
    for cell in walk.significant:
        if walk.signs[cell]:
            values[cell] = -values[cell]
    return QuantizedColors(_IN_ORDER(values), _IN_ORDER(walk.planes))


def count_decisions(coefficients: Sequence[int], planes: int) -> list[list[int]]:
    """Return how often each context has a 0 and a 1 in the first ``planes`` planes, to train."""
    counts = [[0, 0] for _ in range(CONTEXTS + 1)]

    def code(context: int, bit: int) -> int:
        counts[context][bit] += 1
        return bit

    Walk(code, coefficients).run(planes)
    return counts[:CONTEXTS]


class EndError(Exception):
    """The bytes determine no further decision, or the encoder has enough bytes."""


def _finish(encoder: RangeEncoder) -> bytes:
    """Return the shortest bytes that determine all decisions so far.

    One more byte is enough if the interval contains all numbers that begin with it. If not, two
    are: the interval is at least 2**32 wide, which is 256 times what two bytes leave open.
    """
    low, end = encoder.low, encoder.low + encoder.width
    ulp, count = unit_in_last_place(1), 1
    if -(-low // ulp) * ulp + ulp > end:
        ulp, count = unit_in_last_place(2), 2
    return encoder.finish(-(-low // ulp) * ulp, count)


class Walk:
    """One traversal that encodes and decodes; see ``range_coder``."""

    def __init__(self, code: Code, coefficients: Sequence[int] = ()) -> None:
        """Start with nothing coded; ``coefficients`` are those to encode."""
        self.code = code
        self.source: list[int] = [0] * CELLS  # magnitudes to encode
        self.signs: list[int] = [0] * CELLS
        #: by plane, the diagonals up to the last 1 in it or before
        self.reaches: list[int] = [0] * PLANES
        self.magnitudes: list[int] = [0] * CELLS
        self.planes: list[int] = [0] * CELLS
        self.scores: list[int] = [0] * CELLS
        self.significant: list[int] = []  # cells, of which the magnitude is not 0
        self.active: int = 0
        for cell, value in zip(_CELLS, coefficients, strict=False):
            if value:
                self._set_source(cell, value)

    def _set_source(self, cell: int, value: int) -> None:
        self.source[cell] = magnitude = min(abs(value), MAX_MAGNITUDE)
        self.signs[cell] = int(value < 0)
        row, column = divmod(cell % CHANNEL, STRIDE)
        for plane in range(PLANES - magnitude.bit_length(), PLANES):
            self.reaches[plane] = max(self.reaches[plane], row + column - 2 * MARGIN + 1)

    def run(self, planes: int = PLANES) -> None:
        """Code the first ``planes`` planes, or up to the end of the bytes."""
        try:
            for plane in range(planes):
                self.grow(plane)
                self.code_plane(plane)
        except EndError:
            pass

    def grow(self, plane: int) -> None:
        """Activate diagonals, up to the last one with a coefficient that is not 0."""
        while self.active < DIAGONALS:
            width = min(self.active // 2, GROWTH_WIDTHS - 1)
            context = GROWTH + width * GROWTH_PLANES + min(plane, GROWTH_PLANES - 1)
            if not self.code(context, int(self.reaches[plane] > self.active)):
                break
            self.active += 1

    def code_plane(self, plane: int) -> None:
        """Code a bit of each active coefficient, those first that tell the most for their bits.

        These are the ones that are expected to be not 0: near to the mean, or beside others.
        """
        known: list[int] = []
        rest: list[tuple[int, int]] = []
        for diagonal, cells in enumerate(_DIAGONALS[: self.active]):
            for cell in cells:
                if self.magnitudes[cell]:
                    known.append(cell)
                elif diagonal < MIN_DIAGONAL_OF_REST or self.scores[cell] >= MIN_SCORE_OF_FIRST:
                    self.code_zero(cell, diagonal, plane)
                else:
                    rest.append((cell, diagonal))
        for cell in known:
            self.refine(cell, plane)
        for cell, diagonal in rest:
            self.code_zero(cell, diagonal, plane)

    def code_zero(self, cell: int, diagonal: int, plane: int) -> None:
        """Code a bit, and perhaps the sign, of a coefficient that is 0 so far."""
        band = bisect_right(BANDS, diagonal)
        if cell >= CHANNEL:
            band += 1 + len(BANDS)
        context = SIGNIFICANCE + band * LEVELS + bisect_right(SCORES, self.scores[cell])
        if self.code(context, self.source[cell] >> PLANES - 1 - plane & 1):
            self.signs[cell] = self.code(SIGN, self.signs[cell])
            self.significant.append(cell)
            self._add_bit(cell, plane, 1)

    def refine(self, cell: int, plane: int) -> None:
        """Code the next bit of a coefficient that is not 0."""
        magnitude = self.magnitudes[cell]
        context = REFINEMENT + 2 * min(magnitude, REFINED_MAGNITUDES) - 2 + (cell >= CHANNEL)
        self._add_bit(cell, plane, self.code(context, self.source[cell] >> PLANES - 1 - plane & 1))

    def _add_bit(self, cell: int, plane: int, bit: int) -> None:
        self.magnitudes[cell] = 2 * self.magnitudes[cell] + bit
        self.planes[cell] = plane
        scores = self.scores
        for distance, weight in NEIGHBORS:
            scores[cell + distance] += weight
        for other in range(cell + CHANNEL, CELLS, CHANNEL):
            scores[other] += 1
