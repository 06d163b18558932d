"""The frozen tables of whole words: which words there are, and what makes each likely (spec §K.1).

A word has a number. The common ones, whose numbers are 13 bits, lie in the order of a tree in which
kin stand together; the others follow by how usual they are. A row of the tables is 48 small
numbers; it belongs to a decision, or to a word that stands before one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from bitarray import bitarray

from semcodec.errors import UnsupportedError

FILE_NAME: Final = "lexicon-1.bin"
VECTOR_SIZE: Final = 48  #: numbers in a row
FREQUENT_BITS: Final = 13  #: of a common word's number
FREQUENT_WORDS: Final = 1 << FREQUENT_BITS  #: words that have rows of their own
MAX_RARE_BITS: Final = 15  #: of the rarest words' numbers, below the first
RARE_WORD: Final = FREQUENT_WORDS  #: the row of any other word
NO_WORD: Final = FREQUENT_WORDS + 1  #: the row of what stands before the first word
DECISIONS: Final = (
    FREQUENT_WORDS + 3
)  #: listed or spelled, common or not, two on how rare, and the tree
TEXT_STATES: Final = 8
SIZE_BUCKETS: Final = 12
LETTER_CODES: Final = 64
PREV_LETTERS: Final = LETTER_CODES + 1  #: what stands before a letter: one of them, or nothing
LETTER_CLASSES: Final = 28  #: of what stands before that

Vector = Sequence[int]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Rows one after the other."""

    numbers: array[int]

    def __getitem__(self, at: int) -> Vector:
        """Return row ``at``."""
        return self.numbers[at * VECTOR_SIZE : (at + 1) * VECTOR_SIZE]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The tables as they lie in the file.

    Attributes:
        last, before_last, earlier: rows of words that stand before, by their place.
        states: rows for where in a text a word stands, and what kind of text it is.
        densities: rows for how many bytes a set has.
        decisions, biases: for words in order.
        set_decisions, set_biases: for sets: first whether there is a word on the left side of each
            decision, then, if so, whether there is one on the right.
        helpers: one bit for each common word: it is a helper, such as ``the``.
        letters: evidence for what comes next in a word, by context.
        words: by number.
        numbers: of the words.
    """

    last: Vectors
    before_last: Vectors
    earlier: Vectors
    states: Vectors
    densities: Vectors
    decisions: Vectors
    biases: array[int]
    set_decisions: Vectors
    set_biases: array[int]
    helpers: bitarray
    letters: array[int]
    words: list[str]
    numbers: dict[str, int]

    def is_function_word(self, number: int) -> bool:
        """Tell whether the word of this number is a helper word."""
        return number < FREQUENT_WORDS and bool(self.helpers[number])


@cache
def load_lexicon() -> Lexicon:
    """Return the tables, read once: some 20 milliseconds.

    Raises:
        UnsupportedError: they are not installed.
    """
    try:
        data = resources.files(__package__).joinpath("data", FILE_NAME).read_bytes()
    except OSError as error:
        raise UnsupportedError(
            f"The tables {FILE_NAME} are missing: install semcodec again."
        ) from error
    return parse(data)


def parse(data: bytes) -> Lexicon:
    """Return the tables in ``data``: arrays of known sizes, then the words, one a line."""
    parts = list(_parts(data))
    last, before, earlier, states, densities, decisions = map(Vectors, parts[:6])
    biases, set_decisions, set_biases, helpers, letters, text = parts[6:]
    flags = bitarray(endian="little")
    flags.frombytes(helpers.tobytes())
    words = text.tobytes().decode("ascii").split("\n")
    return Lexicon(
        last, before, earlier, states, densities, decisions, biases,
        Vectors(set_decisions), set_biases, flags, letters,
        words, dict(zip(words, range(len(words)), strict=True)),
    )  # fmt: skip


def _parts(data: bytes) -> Iterator[array[int]]:
    before = (
        FREQUENT_WORDS + 2,
        FREQUENT_WORDS + 2,
        FREQUENT_WORDS + 1,
        TEXT_STATES,
        SIZE_BUCKETS,
        DECISIONS,
    )
    sizes = [VECTOR_SIZE * rows for rows in before]
    sizes += [DECISIONS, VECTOR_SIZE * 2 * DECISIONS, 2 * DECISIONS, FREQUENT_WORDS // 8]
    sizes.append(LETTER_CLASSES * PREV_LETTERS * LETTER_CODES)
    at = 0
    for size in sizes:
        yield array("b", data[at : at + size])
        at += size
    yield array("b", data[at:])
