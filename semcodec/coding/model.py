"""What the words so far make of the next one: sums of rows of the tables (spec §K.4)."""

from __future__ import annotations

from copy import copy
from math import isqrt
from operator import add, mul

from semcodec.coding.logistic import LOGIT_SCALE, logistic
from semcodec.coding.tables import NO_WORD, RARE_WORD, VECTOR_SIZE, Lexicon, Vector

START, FEW, SOME, MANY, TEXT_FEW, TEXT_SOME, TEXT_MANY, AFTER_HELPER = range(8)


def bit_probability(bias: int, row: Vector, context: Vector) -> int:
    """Return the chance of a 1 in 65536ths."""
    return logistic(LOGIT_SCALE * bias + sum(map(mul, row, context)))


class WordSum:
    """The rows of all words so far, weighted down by the root of their number."""

    def __init__(self, tables: Lexicon) -> None:
        """Start with no words."""
        self.tables, self.count = tables, 0
        self._sum: list[int] = [0] * VECTOR_SIZE

    def append(self, number: int) -> None:
        """Count a word in."""
        self._sum = list(map(add, self._sum, self.tables.earlier[min(number, RARE_WORD)]))
        self.count += 1

    def weighted(self) -> list[int]:
        """Return the sum over the root of one more than the words; halves round down."""
        weight = isqrt(65536 // (self.count + 1))
        return [weight * number >> 8 for number in self._sum]


class SequenceContext:
    """The words so far in their order."""

    def __init__(self, tables: Lexicon) -> None:
        """Start with no words."""
        self.tables, self.all = tables, WordSum(tables)
        self._last = self._before = NO_WORD
        self._helpers, self._after_helper = 0, False

    def append(self, number: int) -> None:
        """Put the word of this number after them."""
        self.all.append(number)
        self._before, self._last = self._last, min(number, RARE_WORD)
        self._after_helper = self.tables.is_function_word(number)
        self._helpers += self._after_helper

    def extended(self, number: int) -> SequenceContext:
        """Return the same with the word of this number after them."""
        longer = copy(self)
        longer.all = copy(self.all)
        longer.append(number)
        return longer

    def row(self) -> list[int]:
        """Return what they make of the next word."""
        before = map(add, self.tables.last[self._last], self.tables.before_last[self._before])
        other = map(add, self.tables.states[self._state()], self.all.weighted())
        return list(map(add, before, other))

    def _state(self) -> int:
        count = self.all.count
        if count == 0:
            return START
        if 4 * self._helpers < count:
            return FEW if count < 2 else SOME if count < 6 else MANY
        if self._after_helper:
            return AFTER_HELPER
        return TEXT_FEW if count < 2 else TEXT_SOME if count < 8 else TEXT_MANY


class BitProbabilities(dict[int, int]):
    """The chance of a 1 in each decision about the next word, worked out when it is asked for."""

    def __init__(self, order: SequenceContext) -> None:
        """Stand after the words of ``order``."""
        self.tables, self._context = order.tables, order.row()

    def __missing__(self, row: int) -> int:
        """Return the chance of the decision of ``row``, and keep it: words share decisions."""
        tables = self.tables
        self[row] = likely = bit_probability(
            tables.biases[row], tables.decisions[row], self._context
        )
        return likely
