"""The frozen tables: the known words, how common each one is, and what surrounds them.

The file consists of plain arrays, so loading it is copying. The words are sorted by skeleton, so
that bisection finds all candidates for a skeleton. They are words of the coding ``lexicon``, and
the file has their numbers in its tables (spec, K.1).
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

from semcodec.coding.tables import load_tables
from semcodec.words.skeletons import skeleton_of_word

FILE: Final = "words-1.bin"
UNKNOWN_COST: Final = 255  #: of a word that is not in the tables; the maximum of ``costs``
UNKNOWN_SALIENCE: Final = 72  #: of such a word; it may be a name, which can be important
NEVER: Final = 255  #: the prior of a word that is not restored from its skeleton
VECTOR_BYTES: Final = 24  #: of a vector with 48 components of four bits
LIST_ENDS: Final = 3  #: vectors of rare skeletons, of the start and of the end of a list


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables as they are stored in the file.

    A word is identified by its number, the index in ``words``. spec/tables/make_words.py writes
    the file.

    Attributes:
        words: sorted by skeleton, then by prior.
        numbers: the number of each word.
        costs: minus log2 of the probability of each word, 0..255 eighths of a bit.
        saliences: the importance of each word for a painter, 0..255.
        priors: minus the logit of each word among those with its skeleton, in eighths of a nat;
            ``NEVER`` for names of people.
        compounds: adjectives and the nouns that they are part of the name of, ascending: the number
            of the first word times 2^16 plus that of the second.
        contexts: the first word of each skeleton that has vectors, ascending.
        left_vectors, right_vectors, list_vectors: for each of ``contexts`` on the left, on the
            right and anywhere in the list; then for rare skeletons, for the start and for the end
            of the list. ``skeleton_context`` uses them.
        vector_words: the words that have vectors, ascending.
        word_vectors: for each of ``vector_words``, then for each of ``endings``.
        endings: the index of the last two letters of other words.
    """

    words: list[str]
    numbers: dict[str, int]
    costs: bytes
    saliences: bytes
    priors: bytes
    compounds: array[int]
    contexts: array[int]
    left_vectors: bytes
    right_vectors: bytes
    list_vectors: bytes
    vector_words: array[int]
    word_vectors: bytes
    endings: dict[str, int]

    def candidates(self, skeleton: str) -> range:
        """Return the numbers of all words with this skeleton, the most common first."""
        first = last = bisect_left(self.words, skeleton, key=skeleton_of_word)
        while last < len(self.words) and skeleton_of_word(self.words[last]) == skeleton:
            if self.priors[last] == NEVER:
                break
            last += 1
        return range(first, last)

    def number(self, word: str) -> int | None:
        """Return the number of ``word``, or None if it is unknown."""
        return self.numbers.get(word)

    def salience(self, word: str) -> int:
        """Return the importance of ``word`` for a painter, 0..255."""
        number = self.number(word)
        return UNKNOWN_SALIENCE if number is None else self.saliences[number]

    def is_compound(self, first: str, second: str) -> bool:
        """Return whether ``first`` is often part of the name of ``second``: polar bear."""
        first_number, second_number = self.number(first), self.number(second)
        if first_number is None or second_number is None:
            return False
        pair = first_number << 16 | second_number
        index = bisect_left(self.compounds, pair)
        return index < len(self.compounds) and self.compounds[index] == pair


@cache
def vocabulary() -> Vocabulary:
    """Return the tables, which are loaded once per process, in a few milliseconds."""
    data = resources.files(__package__).joinpath("tables", FILE).read_bytes()
    return parse(data, load_tables().words)


def parse(data: bytes, lexicon: list[str]) -> Vocabulary:
    """Return the tables in the bytes of a file; ``lexicon`` are the words that it has numbers of.

    The file has five 32-bit numbers (counts of words, compounds, contexts, words with vectors, and
    endings), and then the columns in the order of ``Vocabulary``; first the numbers of the words
    instead of the words, last the letters of the endings.
    """
    counts = array_of("I", data[:20])
    words, compounds, contexts, vector_words, endings = counts
    vectors = VECTOR_BYTES * (contexts + LIST_ENDS)
    lengths = [20, 2 * words, words, words, words, 4 * compounds, 2 * contexts]
    lengths += [vectors, vectors, vectors, 2 * vector_words]
    lengths += [VECTOR_BYTES * (vector_words + endings), 2 * endings]
    ends = list(accumulate(lengths))
    parts = [data[start:end] for start, end in pairwise([0, *ends])]
    listed = list(map(lexicon.__getitem__, array_of("H", parts[1])))
    letters = parts[12].decode("ascii")
    return Vocabulary(
        words=listed,
        numbers=dict(zip(listed, range(words), strict=True)),
        costs=parts[2],
        saliences=parts[3],
        priors=parts[4],
        compounds=array_of("I", parts[5]),
        contexts=array_of("H", parts[6]),
        left_vectors=parts[7],
        right_vectors=parts[8],
        list_vectors=parts[9],
        vector_words=array_of("H", parts[10]),
        word_vectors=parts[11],
        endings={letters[2 * index : 2 * index + 2]: index for index in range(endings)},
    )


def array_of(typecode: str, data: bytes) -> array[int]:
    """Return the unsigned numbers in ``data``, which is little endian on every machine."""
    numbers = array(typecode, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
