"""The probability model: the probability of each bit of the next word (spec §K.3, §K.4).

It is a log-bilinear model. Every earlier word contributes a vector; their sum is the feature vector
of the position. Every binary decision has a vector and a bias; the logit of the decision is the dot
product of both vectors plus the bias, and the logistic function converts it to a probability. All
numbers are small integers and the logistic function is a table, so that the result is the same to
the last bit on every machine: a decoder that is off by one in one probability reads other words.
"""

from __future__ import annotations

from copy import copy

from semcodec.coding.packed_vectors import PackedVector, bit_probability, scaled, split
from semcodec.coding.tables import NO_WORD, RARE_WORD, Tables


class WordSum:
    """The sum of the history vectors of some words, in any order."""

    tables: Tables
    count: int

    def __init__(self, tables: Tables) -> None:
        """Start with no words."""
        self.tables, self.count = tables, 0
        self._sum: PackedVector = 0

    def append(self, number: int) -> None:
        """Add the word with this number."""
        self._sum += self.tables.history_vectors[min(number, RARE_WORD)]
        self.count += 1

    def scaled(self) -> PackedVector:
        """Return the sum divided by the square root of the count plus one, rounded down.

        This keeps the magnitude of the features about constant, because the sum of n independent
        vectors grows with the square root of n.
        """
        return scaled(self._sum, self.count)


#: Rows of ``state_vectors``, by the kind of text so far and its number of words. A text with few
#: function words counts as a list of things; other texts are sentences.
START, LIST_1, LIST_2_TO_5, LIST_6_UP, TEXT_TO_7, TEXT_8_UP, AFTER_FUNCTION_WORD = range(7)


class SequenceContext:
    """The context of the next word in ``lexicon``: the words so far, in order."""

    tables: Tables
    history: WordSum

    def __init__(self, tables: Tables) -> None:
        """Start with no words."""
        self.tables, self.history = tables, WordSum(tables)
        self._prev = self._prev2 = NO_WORD
        self._function_words, self._after_function_word = 0, False
        self._probabilities: BitProbabilities | None = None

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
        self._probabilities = None

    def extended(self, number: int) -> SequenceContext:
        """Return a copy to which the word with this number is appended."""
        longer = copy(self)
        longer.history = copy(self.history)
        longer.append(number)
        return longer

    def probabilities(self) -> BitProbabilities:
        """Return the probabilities for the next word; the same object until a word is appended.

        The end of a payload is found by decoding the same position several times.
        """
        if self._probabilities is None:
            self._probabilities = BitProbabilities(self)
        return self._probabilities

    def feature_vector(self) -> PackedVector:
        """Return the feature vector for the next word."""
        tables = self.tables
        pair = tables.prev_vectors[self._prev] + tables.prev2_vectors[self._prev2]
        return pair + tables.state_vectors[self._state()] + self.history.scaled()

    def _state(self) -> int:
        if self.count == 0:
            return START
        if 4 * self._function_words < self.count:
            return LIST_1 if self.count < 2 else LIST_2_TO_5 if self.count < 6 else LIST_6_UP
        if self._after_function_word:
            return AFTER_FUNCTION_WORD
        return TEXT_TO_7 if self.count < 8 else TEXT_8_UP


class BitProbabilities:
    """The probabilities of the decisions about one word, each computed when it is first needed.

    A word needs about 16 of 16,387 decisions. Probabilities are cached because a caller may compare
    many candidates for the same position, whose paths through the tree share their beginning.
    """

    __slots__ = ("_cache", "_features", "_rows", "tables")

    tables: Tables

    def __init__(self, context: SequenceContext) -> None:
        """Prepare for the word after those of ``context``."""
        self.tables, self._features = context.tables, split(context.feature_vector())
        self._rows = context.tables.decision_rows
        self._cache: dict[int, int] = {}

    def of(self, decision: int) -> int:
        """Return the probability, in 65536ths, that ``decision`` is 1."""
        p1 = self._cache.get(decision)
        if p1 is None:
            p1 = self._cache[decision] = bit_probability(self._rows[decision], self._features)
        return p1
