"""The probability model: the probability of each bit of the next word (spec §K.3, §K.4).

It is a log-bilinear model. Every earlier word contributes a vector; their sum is the feature vector
of the position. Every binary decision has a vector and a bias; the logit of the decision is the dot
product of both vectors plus the bias, and the logistic function converts it to a probability. All
numbers are small integers and the logistic function is a table, so that the result is the same to
the last bit on every machine: a decoder that is off by one in one probability reads other words.
"""

from __future__ import annotations

from copy import copy
from math import isqrt
from operator import add, mul
from typing import Final

from semcodec.coding.range_coder import ONE
from semcodec.coding.tables import NO_WORD, RARE_WORD, VECTOR_SIZE, Tables, Vector

#: 65536 / (1 + e^(-i/4)), rounded, for i from 0 to 32. A literal, because a math library's last
#: digit may differ between machines.
LOGISTIC_TABLE: Final = (
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
    63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
    65438, 65459, 65476, 65489, 65500, 65508, 65514,
)  # fmt: skip
LOGISTIC_STEP: Final = 16  #: logit units between two entries; 64 units are one nat
MAX_LOGIT: Final = LOGISTIC_STEP * (len(LOGISTIC_TABLE) - 1) - 1
BIAS_SCALE: Final = 8  #: logit units in one unit of a bias, which is an eighth of a nat


def logistic(logit: int) -> int:
    """Return the probability of a 1, 23 to 65513 (65536ths); ``logit`` is in 64ths of a nat."""
    if -MAX_LOGIT <= logit <= MAX_LOGIT:
        return _PROBABILITIES[logit + MAX_LOGIT]
    return _PROBABILITIES[0 if logit < 0 else -1]


def _interpolate(logit: int) -> int:
    index, fraction = divmod(logit, LOGISTIC_STEP)
    low, high = LOGISTIC_TABLE[index : index + 2]
    return low + ((high - low) * fraction >> 4)


_UPPER: Final = tuple(map(_interpolate, range(MAX_LOGIT + 1)))
#: By logit from -MAX_LOGIT to MAX_LOGIT; the lower half mirrors the upper one, exactly.
_PROBABILITIES: Final = (*(ONE - p1 for p1 in reversed(_UPPER[1:])), *_UPPER)


def bit_probability(bias: int, vector: Vector, features: Vector) -> int:
    """Return the probability, in 65536ths, that the decision with this bias and vector is 1."""
    return logistic(BIAS_SCALE * bias + sum(map(mul, vector, features)))


class WordSum:
    """The sum of the history vectors of some words, in any order."""

    tables: Tables
    count: int

    def __init__(self, tables: Tables) -> None:
        """Start with no words."""
        self.tables, self.count = tables, 0
        self._sum: list[int] = [0] * VECTOR_SIZE

    def append(self, number: int) -> None:
        """Add the word with this number."""
        vector = self.tables.history_vectors[min(number, RARE_WORD)]
        self._sum = list(map(add, self._sum, vector))
        self.count += 1

    def scaled(self) -> list[int]:
        """Return the sum divided by the square root of the count plus one, rounded down.

        This keeps the magnitude of the features about constant, because the sum of n independent
        vectors grows with the square root of n.
        """
        weight = isqrt(65536 // (self.count + 1))  # 256 / sqrt(count + 1)
        return [weight * component >> 8 for component in self._sum]


#: Rows of ``state_vectors``, by the kind of text so far and its number of words. A text with few
#: function words counts as a list of things; other texts are sentences.
START, LIST_1, LIST_2_TO_5, LIST_6_UP, TEXT_1, TEXT_2_TO_7, TEXT_8_UP, AFTER_FUNCTION_WORD = range(
    8
)


class SequenceContext:
    """The context of the next word in ``lexicon``: the words so far, in order."""

    tables: Tables
    history: WordSum

    def __init__(self, tables: Tables) -> None:
        """Start with no words."""
        self.tables, self.history = tables, WordSum(tables)
        self._prev = self._prev2 = NO_WORD
        self._function_words, self._after_function_word = 0, False

    @property
    def count(self) -> int:
        """The number of words so far."""
        return self.history.count

    def append(self, number: int) -> None:
        """Append the word with this number."""
        self.history.append(number)
        self._prev2, self._prev = self._prev, min(number, RARE_WORD)
        self._after_function_word = self.tables.is_function_word(number)
        self._function_words += self._after_function_word

    def extended(self, number: int) -> SequenceContext:
        """Return a copy to which the word with this number is appended."""
        longer = copy(self)
        longer.history = copy(self.history)
        longer.append(number)
        return longer

    def feature_vector(self) -> list[int]:
        """Return the feature vector for the next word."""
        tables = self.tables
        pair = map(add, tables.prev_vectors[self._prev], tables.prev2_vectors[self._prev2])
        rest = map(add, tables.state_vectors[self._state()], self.history.scaled())
        return list(map(add, pair, rest))

    def _state(self) -> int:
        if self.count == 0:
            return START
        if 4 * self._function_words < self.count:
            return LIST_1 if self.count < 2 else LIST_2_TO_5 if self.count < 6 else LIST_6_UP
        if self._after_function_word:
            return AFTER_FUNCTION_WORD
        return TEXT_1 if self.count < 2 else TEXT_2_TO_7 if self.count < 8 else TEXT_8_UP


class BitProbabilities:
    """The probabilities of the decisions about one word, each computed when it is first needed.

    A word needs about 15 of 8195 decisions. Probabilities are cached because a caller may compare
    many candidates for the same position, whose paths through the tree share their beginning.
    """

    __slots__ = ("_cache", "_features", "tables")

    tables: Tables

    def __init__(self, context: SequenceContext) -> None:
        """Prepare for the word after those of ``context``."""
        self.tables, self._features = context.tables, context.feature_vector()
        self._cache: dict[int, int] = {}

    def of(self, decision: int) -> int:
        """Return the probability, in 65536ths, that ``decision`` is 1."""
        p1 = self._cache.get(decision)
        if p1 is None:
            tables = self.tables
            bias, vector = tables.decision_biases[decision], tables.decision_vectors[decision]
            p1 = self._cache[decision] = bit_probability(bias, vector, self._features)
        return p1
