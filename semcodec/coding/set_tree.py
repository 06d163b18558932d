"""The tree of the words of a set, and its traversal (spec §K.7).

The words are leaves of a binary tree, and a payload of ``bag`` describes the part of the tree that
leads to them: at each split, two flags state whether the low and the high side have words. The
probabilities of the flags depend on the words found so far and on the length of the payload.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from semcodec.coding import escapes
from semcodec.coding.model import WordSum
from semcodec.coding.packed_vectors import bit_probability, split
from semcodec.coding.range_coder import HALF, Coder
from semcodec.coding.tables import (
    FREQUENT_BITS,
    FREQUENT_WORDS,
    MAX_RARE_BITS,
    NODE_OFFSET,
    SET_DECISIONS,
    load_tables,
)

MAX_WORDS: Final = 256  #: in one record

#: Probabilities, in 65536ths, that a split of rare words has words on its low side, and, if so, on
#: its high side too. Nearly always a single word is left: its side is a bit at even odds, and the
#: other side is empty.
_P_LOW: Final = 33_026
_P_HIGH: Final = 1_032


class LimitExceededError(Exception):  # never leaves semcodec.coding
    """A payload has more words, or more escaped letters, than a record may have."""

    def __init__(self, rule: str) -> None:
        """Take the id of the broken rule."""
        self.rule = rule


class TreeCoder:
    """The traversal of the tree, which either encodes or decodes a set (see ``range_coder``).

    Every method takes the words to encode in its subtree; a decoder ignores them.

    Attributes:
        numbers: the numbers of the words of the vocabulary coded so far.
        escaped: the escaped words coded so far.
    """

    numbers: list[int]
    escaped: list[str]

    def __init__(self, coder: Coder, bucket: int) -> None:
        """Start with no words."""
        self.numbers, self.escaped = [], []
        self._coder, self._tables = coder, load_tables()
        self._bucket_vector = self._tables.bucket_vectors[bucket]
        self._history = WordSum(self._tables)
        self._features = split(self._bucket_vector)  # for the next decision

    @property
    def words(self) -> list[str]:
        """The words coded so far."""
        return [*map(self._tables.words.__getitem__, self.numbers), *self.escaped]

    def code_set(self, numbers: Sequence[int], escaped: Sequence[str]) -> None:
        """Code the words with ``numbers`` and the ``escaped`` words."""
        any_known, any_escaped = self._split(0, numbers, escaped)
        if any_known:
            self._vocabulary(numbers)
        if any_escaped:
            self._escaped(escaped)

    def _split(
        self, decision: int, low: Sequence[object], high: Sequence[object]
    ) -> tuple[int, int]:
        """Code and return two flags: whether each side of a split has words.

        One side has words, so an empty low side implies the second flag.
        """
        rows, code_bit = self._tables.set_rows, self._coder.code_bit
        if not code_bit(bit_probability(rows[decision], self._features), len(low) > 0):
            return 0, 1
        return 1, code_bit(
            bit_probability(rows[SET_DECISIONS + decision], self._features), len(high) > 0
        )

    def _vocabulary(self, numbers: Sequence[int]) -> None:
        frequent, rare = _halves(numbers, FREQUENT_WORDS)
        any_frequent, any_rare = self._split(1, frequent, rare)
        if any_frequent:
            self._frequent(1, FREQUENT_BITS, frequent)
        if any_rare:
            self._rare(FREQUENT_BITS, rare)

    def _frequent(self, node: int, bits: int, numbers: Sequence[int]) -> None:
        """Code the words under ``node``, in whose numbers ``bits`` bits are still open."""
        if not bits:
            self._append_number(node - FREQUENT_WORDS)
            return
        low, high = _halves(numbers, (2 * node + 1 << bits - 1) - FREQUENT_WORDS)
        any_low, any_high = self._split(node + NODE_OFFSET, low, high)
        if any_low:
            self._frequent(2 * node, bits - 1, low)
        if any_high:
            self._frequent(2 * node + 1, bits - 1, high)

    def _rare(self, bits: int, numbers: Sequence[int]) -> None:
        """Code the words with numbers from ``2**bits`` on, first those below ``2**(bits + 1)``."""
        if bits == MAX_RARE_BITS:
            self._uniform(1, bits, numbers)
            return
        low, high = _halves(numbers, 2 << bits)
        any_low, any_high = self._split(bits - FREQUENT_BITS + 2, low, high)
        if any_low:
            self._uniform(1, bits, low)
        if any_high:
            self._rare(bits + 1, high)

    def _uniform(self, node: int, bits: int, numbers: Sequence[int]) -> None:
        """Code rare words as ``_frequent`` does, but with the same probabilities at every split."""
        if not bits:
            self._append_number(node)
            return
        low, high = _halves(numbers, 2 * node + 1 << bits - 1)
        any_low = self._coder.code_bit(_P_LOW, len(low) > 0)
        any_high = self._coder.code_bit(_P_HIGH, len(high) > 0) if any_low else 1
        if any_low:
            self._uniform(2 * node, bits - 1, low)
        if any_high:
            self._uniform(2 * node + 1, bits - 1, high)

    def _escaped(self, escaped: Sequence[str]) -> None:
        """Code escaped words; the flag after each states whether another one follows."""
        index, letters, another = 0, 0, 1
        while another:
            word = escaped[index] if index < len(escaped) else ""
            coded = escapes.code_letters(self._coder, self._tables, word)
            letters += len(coded)
            if letters > escapes.MAX_ESCAPED_LETTERS:
                raise LimitExceededError("SC-LEX-3")
            self._check_count()
            self.escaped.append(coded)
            index += 1
            another = self._coder.code_bit(HALF, index < len(escaped))

    def _append_number(self, number: int) -> None:
        self._check_count()
        self.numbers.append(number)
        self._history.append(number)
        self._features = split(self._bucket_vector + self._history.scaled())

    def _check_count(self) -> None:
        if len(self.numbers) + len(self.escaped) == MAX_WORDS:
            raise LimitExceededError("SC-BAG-2")


def _halves(numbers: Sequence[int], middle: int) -> tuple[Sequence[int], Sequence[int]]:
    """Return the ascending ``numbers`` below ``middle``, and the others."""
    index = bisect_left(numbers, middle)
    return numbers[:index], numbers[index:]
