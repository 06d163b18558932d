"""The frozen tables: the words there are, how common each is, and which words follow which.

Everything is an integer in eighths of a bit. The file is plain arrays, so that loading is copying;
the words are sorted by their skeletons, so that a bisection finds all candidates for one.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from semcodec.words.skeletons import skeleton_of_word

FILE: Final = "words-1.bin"
UNKNOWN: Final = 255  #: the cost of a word that is not in the tables: rarer than any that is
UNKNOWN_WEIGHT: Final = 72  #: it may be a name, which tells much to those who know it


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables as they lie in the file.

    Attributes:
        words: sorted by skeleton, then by cost.
        costs: minus log2 of how likely each word is, 0..255.
        weights: how much each word tells whoever paints, 0..255.
        reach: how much less likely anything is after this word because much was seen there; the
            last one is for the start of a description.
        pairs: first word's number times 2^16 plus the second's, ascending.
        gains: how much likelier the second becomes soon after the first, over ``reach``.
    """

    words: list[str]
    costs: bytes
    weights: bytes
    reach: bytes
    pairs: array[int]
    gains: bytes

    @property
    def start(self) -> int:
        """The number that stands before the first word of a description."""
        return len(self.words)

    def candidates(self, skeleton: str) -> range:
        """Return the numbers of the words with this skeleton, the most common first."""
        first = last = bisect_left(self.words, skeleton, key=skeleton_of_word)
        while last < len(self.words) and skeleton_of_word(self.words[last]) == skeleton:
            last += 1
        return range(first, last)

    def number(self, word: str) -> int | None:
        """Return the number of ``word``, or None if the tables lack it."""
        found = (at for at in self.candidates(skeleton_of_word(word)) if self.words[at] == word)
        return next(found, None)

    def weight(self, word: str) -> int:
        """Return how much ``word`` tells."""
        at = self.number(word)
        return UNKNOWN_WEIGHT if at is None else self.weights[at]

    def gain(self, first: int, second: int) -> int:
        """Return how much likelier ``second`` is for ``first`` standing shortly before it."""
        pair = first << 16 | second
        at = bisect_left(self.pairs, pair)
        seen = at < len(self.pairs) and self.pairs[at] == pair
        return (self.gains[at] if seen else 0) - self.reach[first]


@cache
def vocabulary() -> Vocabulary:
    """Return the tables, read once: some milliseconds."""
    data = resources.files(__package__).joinpath("tables", FILE).read_bytes()
    return parse(data)


def parse(data: bytes) -> Vocabulary:
    """Return the tables in ``data``: two counts, the words, then the columns."""
    count, pair_count, text_bytes = array32(data[:12])
    at = 12
    words = data[at : (at := at + text_bytes)].decode("ascii").split()
    costs = data[at : (at := at + count)]
    weights = data[at : (at := at + count)]
    reach = data[at : (at := at + count + 1)]
    pairs = array32(data[at : (at := at + 4 * pair_count)])
    return Vocabulary(words, costs, weights, reach, pairs, data[at : at + pair_count])


def array32(data: bytes) -> array[int]:
    """Return the 32-bit numbers in ``data``, lowest byte first on every machine."""
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
