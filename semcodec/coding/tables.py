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

FILE: Final = "lexicon-1.bin"
WIDTH: Final = 48  #: numbers in a row
COMMON_BITS: Final = 13  #: of a common word's number
COMMON: Final = 1 << COMMON_BITS  #: words that have rows of their own
RAREST_BITS: Final = 15  #: of the rarest words' numbers, below the first
OTHER: Final = COMMON  #: the row of any other word
NO_WORD: Final = COMMON + 1  #: the row of what stands before the first word
DECISIONS: Final = COMMON + 3  #: listed or spelled, common or not, two on how rare, and the tree
STATES: Final = 8
DENSITIES: Final = 12
LETTERS: Final = 64
LASTS: Final = LETTERS + 1  #: what stands before a letter: one of them, or nothing
CLASSES: Final = 28  #: of what stands before that

Row = Sequence[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows one after the other."""

    numbers: array[int]

    def __getitem__(self, at: int) -> Row:
        """Return row ``at``."""
        return self.numbers[at * WIDTH : (at + 1) * WIDTH]


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

    last: Rows
    before_last: Rows
    earlier: Rows
    states: Rows
    densities: Rows
    decisions: Rows
    biases: array[int]
    set_decisions: Rows
    set_biases: array[int]
    helpers: bitarray
    letters: array[int]
    words: list[str]
    numbers: dict[str, int]

    def is_helper(self, number: int) -> bool:
        """Tell whether the word of this number is a helper word."""
        return number < COMMON and bool(self.helpers[number])


@cache
def load_lexicon() -> Lexicon:
    """Return the tables, read once: some 20 milliseconds.

    Raises:
        UnsupportedError: they are not installed.
    """
    try:
        data = resources.files(__package__).joinpath("data", FILE).read_bytes()
    except OSError as error:
        raise UnsupportedError(f"The tables {FILE} are missing: install semcodec again.") from error
    return parse(data)


def parse(data: bytes) -> Lexicon:
    """Return the tables in ``data``: arrays of known sizes, then the words, one a line."""
    parts = list(_parts(data))
    last, before, earlier, states, densities, decisions = map(Rows, parts[:6])
    biases, set_decisions, set_biases, helpers, letters, text = parts[6:]
    flags = bitarray(endian="little")
    flags.frombytes(helpers.tobytes())
    words = text.tobytes().decode("ascii").split("\n")
    return Lexicon(
        last, before, earlier, states, densities, decisions, biases,
        Rows(set_decisions), set_biases, flags, letters,
        words, dict(zip(words, range(len(words)), strict=True)),
    )  # fmt: skip


def _parts(data: bytes) -> Iterator[array[int]]:
    before = (COMMON + 2, COMMON + 2, COMMON + 1, STATES, DENSITIES, DECISIONS)
    sizes = [WIDTH * rows for rows in before]
    sizes += [DECISIONS, WIDTH * 2 * DECISIONS, 2 * DECISIONS, COMMON // 8]
    sizes.append(CLASSES * LASTS * LETTERS)
    at = 0
    for size in sizes:
        yield array("b", data[at : at + size])
        at += size
    yield array("b", data[at:])
