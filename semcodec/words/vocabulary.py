"""The frozen tables: the known words, how common each one is, and which words follow which.

All costs are integers in eighths of a bit. The file consists of plain arrays, so loading it is
copying. The words are sorted by skeleton, so that bisection finds all candidates for a skeleton.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise
from typing import Final

from semcodec.words.skeletons import skeleton_of_word

FILE: Final = "words-1.bin"
UNKNOWN_COST: Final = 255  #: of a word that is not in the tables; the maximum of ``costs``
UNKNOWN_SALIENCE: Final = 72  #: of such a word; it may be a name, which can be important


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables as they are stored in the file.

    A word is identified by its number, the index in ``words``. spec/tables/make_words.py writes
    the file.

    Attributes:
        words: sorted by skeleton, then by cost.
        numbers: the number of each word.
        costs: minus log2 of the probability of each word, 0..255 eighths of a bit.
        saliences: the importance of each word for a painter, 0..255.
        backoffs: the backoff penalty after each word, in eighths of a bit: all words become less
            probable there, because the stored pairs take part of the probability. The last one is
            for the start of a description.
        pairs: number of the first word times 2^16 plus that of the second, ascending.
        pair_bonuses: for each pair, the bonus of the second word soon after the first, in eighths
            of a bit; the backoff of the first word is subtracted from it.
    """

    words: list[str]
    numbers: dict[str, int]
    costs: bytes
    saliences: bytes
    backoffs: bytes
    pairs: array[int]
    pair_bonuses: bytes

    @property
    def start(self) -> int:
        """The number that pairs have as their first word for the start of a description."""
        return len(self.words)

    def candidates(self, skeleton: str) -> range:
        """Return the numbers of all words with this skeleton, the most common first."""
        first = last = bisect_left(self.words, skeleton, key=skeleton_of_word)
        while last < len(self.words) and skeleton_of_word(self.words[last]) == skeleton:
            last += 1
        return range(first, last)

    def number(self, word: str) -> int | None:
        """Return the number of ``word``, or None if it is unknown."""
        return self.numbers.get(word)

    def salience(self, word: str) -> int:
        """Return the importance of ``word`` for a painter, 0..255."""
        number = self.number(word)
        return UNKNOWN_SALIENCE if number is None else self.saliences[number]

    def association(self, first: int, second: int) -> int:
        """Return the bits by which ``second`` is more probable soon after ``first``, times eight.

        A negative number means that it is less probable.

        Args:
            first: number of a word, or ``start``.
            second: number of a word.
        """
        pair = first << 16 | second
        index = bisect_left(self.pairs, pair)
        is_stored = index < len(self.pairs) and self.pairs[index] == pair
        return (self.pair_bonuses[index] if is_stored else 0) - self.backoffs[first]


@cache
def vocabulary() -> Vocabulary:
    """Return the tables, which are loaded once per process, in a few milliseconds."""
    data = resources.files(__package__).joinpath("tables", FILE).read_bytes()
    return parse(data)


def parse(data: bytes) -> Vocabulary:
    """Return the tables in the bytes of a file.

    The file has three 32-bit numbers (count of words, count of pairs, bytes of text), the words
    with spaces between them, and then the columns in the order of ``Vocabulary``.
    """
    count, pair_count, text_bytes = array32(data[:12])
    lengths = (12, text_bytes, count, count, count + 1, 4 * pair_count, pair_count)
    ends = list(accumulate(lengths))
    _, text, costs, saliences, backoffs, pairs, pair_bonuses = (
        data[start:end] for start, end in pairwise([0, *ends])
    )
    words = text.decode("ascii").split()
    numbers = {word: number for number, word in enumerate(words)}
    return Vocabulary(words, numbers, costs, saliences, backoffs, array32(pairs), pair_bonuses)


def array32(data: bytes) -> array[int]:
    """Return the unsigned 32-bit numbers in ``data``, which is little endian on every machine."""
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
