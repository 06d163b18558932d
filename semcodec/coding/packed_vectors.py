"""Vectors of small integers packed into large ones, so that few products replace many (spec §K.3).

A vector (a, b, c) is packed as the number a + b·X + c·X², X = 2**24. Its components are the digits
of the number, and may be negative. Adding such numbers adds the vectors. In the product of

    (a + b·X + c·X²) · (r + q·X + p·X²)

the digit of X² is a·p + b·q + c·r, the dot product of (a, b, c) and (p, q, r): one vector has its
components in reverse order, and one multiplication does the work of a loop. The time of a
multiplication grows with the square of the digits. Therefore vectors are multiplied in four parts,
whose products are added up before the digit is extracted.

The invariant: every digit is between -2**23 and 2**23, exclusively. Then the digits below X² amount
to less than half of X², and rounding to a multiple of X² removes them although some are negative.
With a larger digit, a carry would change the digit above it, and a decoder would read other words.
It holds because components in the tables are -15 to 15: the sum of n words is at most 15·n, their
mean at most 15·sqrt(n), and a dot product of 64 components at most 2**20 for 4,096 words, the most
that any caller has. Tests: test_components_of_the_tables_keep_dot_products_small and
test_packed_vectors_equal_loops (tests/bitstream/test_packed_vectors.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isqrt
from typing import Final, TypeVar

from semcodec.coding.logistic import BIAS_SCALE, MAX_LOGIT, PROBABILITIES

VECTOR_SIZE: Final = 48  #: components of a vector, a multiple of 4
MAX_COMPONENT: Final = 15  #: absolute value of a component in the tables

#: Entries of one table that are packed at the same time, at most 0.5 kB each.
MAX_PACKED: Final = 16_384

T = TypeVar("T")
PackedVector = int
#: Four parts of a vector, the first components first.
Parts = tuple[int, int, int, int]
#: The bias of a decision with MAX_LOGIT and the constant that rounds, at the place of the dot
#: product; then the four parts of its vector, with their components in reverse order.
PackedRow = tuple[int, int, int, int, int]

_DIGIT_BYTES: Final = 3
_DIGIT_BITS: Final = 8 * _DIGIT_BYTES
_DIGIT_MASK: Final = (1 << _DIGIT_BITS) - 1
_HALF_DIGIT: Final = 1 << _DIGIT_BITS - 1
_PART_BITS: Final = _DIGIT_BITS * VECTOR_SIZE // 4
_HALF_PART: Final = 1 << _PART_BITS - 1
_PLACE: Final = _PART_BITS - _DIGIT_BITS  #: bits below the digit that has the dot product
_HALF_PLACE: Final = 1 << _PLACE - 1
_ONES: Final = sum(1 << _DIGIT_BITS * index for index in range(VECTOR_SIZE))
_SIGNS: Final = 0x80 * _ONES
_LOW_BITS: Final = (_DIGIT_MASK >> 8) * _ONES  #: all bits of the digits but the highest 8


def pack_vector(components: bytes) -> PackedVector:
    """Return the vector of ``components``, which are signed bytes."""
    spread = bytearray(_DIGIT_BYTES * len(components))
    spread[::_DIGIT_BYTES] = components
    return (int.from_bytes(spread, "little") ^ _SIGNS) - _SIGNS


def pack_row(bias: int, components: bytes) -> PackedRow:
    """Return the bias and the vector of a decision, for ``bit_probability``."""
    first, second, third, fourth = split(pack_vector(components[::-1]))
    constant = (BIAS_SCALE * bias + MAX_LOGIT << _PLACE) + _HALF_PLACE
    return constant, fourth, third, second, first


class PackedTable(dict[int, T]):
    """The vectors or rows of a table by index; each is packed when it is first used."""

    __slots__ = ("_pack",)

    def __init__(self, pack: Callable[[int], T]) -> None:
        """Start empty; ``pack`` returns the vector or row with an index."""
        super().__init__()
        self._pack = pack

    def __missing__(self, index: int) -> T:
        if len(self) >= MAX_PACKED:
            self.clear()
        packed = self[index] = self._pack(index)
        return packed


def vector_table(components: bytes) -> PackedTable[PackedVector]:
    """Return a table of the vectors whose ``components`` follow each other."""
    return PackedTable(lambda index: pack_vector(_slice(components, index)))


def row_table(components: bytes, biases: Sequence[int]) -> PackedTable[PackedRow]:
    """Return a table of the decisions with these ``components`` and ``biases``."""
    return PackedTable(lambda index: pack_row(biases[index], _slice(components, index)))


def _slice(components: bytes, index: int) -> bytes:
    return components[index * VECTOR_SIZE : (index + 1) * VECTOR_SIZE]


def split(vector: PackedVector) -> Parts:
    """Return the four parts of ``vector``."""
    parts = []
    for _ in range(3):
        rest = vector + _HALF_PART >> _PART_BITS
        parts.append(vector - (rest << _PART_BITS))
        vector = rest
    first, second, third = parts
    return first, second, third, vector


def bit_probability(row: PackedRow, features: Parts) -> int:
    """Return the probability, in 65536ths, that the decision of ``row`` is 1."""
    bias, row1, row2, row3, row4 = row
    part1, part2, part3, part4 = features
    product = bias + row1 * part1 + row2 * part2 + row3 * part3 + row4 * part4
    position = product >> _PLACE & _DIGIT_MASK  # the logit plus MAX_LOGIT, modulo 2**24
    if position <= 2 * MAX_LOGIT:
        return PROBABILITIES[position]
    return PROBABILITIES[-1 if position < _HALF_DIGIT else 0]


def scaled(total: PackedVector, count: int) -> PackedVector:
    """Return ``total`` divided by the square root of ``count`` + 1; each component rounded down.

    Args:
        total: the sum of at most ``count`` vectors of the tables.
    """
    weight = isqrt(65536 // (count + 1))  # 256 / sqrt(count + 1)
    # A multiple of 256 that makes every component positive, and so the digits independent
    offset = 256 * (count // 16 + 1)
    products = (total + offset * _ONES) * weight
    # Dividing by 256 moves 8 bits of each digit into the digit below
    return (products >> 8 & _LOW_BITS) - (offset * weight >> 8) * _ONES
