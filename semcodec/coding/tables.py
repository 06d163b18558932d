"""The frozen tables of the model and of its vocabulary (spec §K.1).

The *vocabulary* has 65,536 words. The first 16,384 are *frequent*: their numbers are the leaves of
a binary tree of 14 levels, in which words of similar use are neighbors, and each inner node is a
decision with its own vector. The others are *rare*: two groups, in which they are in ASCII order,
the more frequent group first; the model knows nothing else about them. Words outside the vocabulary
are *escaped* (see ``escapes``), unless ``lexicon`` codes them as the capital form of a word in it.

spec/tables/make_lexicon.py makes ``lexicon-1.bin``, which is part of the format: other tables would
be another coding.
"""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from bitarray import bitarray

from semcodec._registry import RULES
from semcodec.coding.packed_vectors import (
    VECTOR_SIZE,
    PackedRow,
    PackedTable,
    PackedVector,
    row_table,
    vector_table,
)
from semcodec.errors import UnsupportedError

FILE_NAME: Final = "lexicon-1.bin.gz"  #: installed compressed, in a third of the size
#: CRC-32 of the tables. Other tables, such as those of an earlier draft, have the same format, and
#: read all records as other words. Set it when make_lexicon.py has made another file.
FILE_CRC32: Final = 0xAB03CD67
FREQUENT_BITS: Final = 14  #: bits in a frequent word's number
VOCABULARY_SIZE: Final = 1 << 16  #: frequent and rare words
FREQUENT_WORDS: Final = 1 << FREQUENT_BITS
MAX_RARE_BITS: Final = 15  #: bits below the highest bit of a rare word's number, 14 or 15
RARE_WORD: Final = FREQUENT_WORDS  #: index of the vector shared by all rare and escaped words
NO_WORD: Final = FREQUENT_WORDS + 1  #: index of the vector for "before the first word"
#: Decisions of ``bag``: three flags (not in the vocabulary; rare; in the second group of rare
#: words) and 16,383 tree nodes; the node with heap index i, from 1, is decision i + NODE_OFFSET.
SET_DECISIONS: Final = FREQUENT_WORDS + 2
NODE_OFFSET: Final = 2
#: ``lexicon`` has one more: whether a word that is not in the vocabulary is a capital form.
CAPITAL_DECISION: Final = SET_DECISIONS
DECISIONS: Final = SET_DECISIONS + 1
TEXT_STATES: Final = 7
SIZE_BUCKETS: Final = 10
LETTER_CODES: Final = 64
PREV_LETTERS: Final = LETTER_CODES + 1  #: values of the previous letter: any letter, or none
LETTER_CLASSES: Final = 28  #: classes of the letter before that


class TablesMissingError(UnsupportedError):
    """The file of the tables is not installed, or is damaged."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The contents of the file, in its order. Names in capitals are those of §K.1.

    Attributes:
        prev_vectors: LAST: for the previous word, by number, RARE_WORD or NO_WORD.
        prev2_vectors: BEFORE: for the word before that, likewise.
        history_vectors: EARLIER: for every earlier word, by number or RARE_WORD.
        state_vectors: STATE: for the kind of text so far; see ``model.START``.
        bucket_vectors: DENSITY: for the size bucket of a set; see ``bag.size_bucket``.
        decision_rows: ROW and BIAS: for the decisions of ``lexicon``.
        set_rows: SETROW and SETBIAS: for the decisions of ``bag``. The first
            SET_DECISIONS of them predict whether the low side of a split has words; the others,
            whether the high side has words too if the low side has.
        function_words: HELPER: a bit for each frequent word, 1 for function words such as ``the``.
        letter_logits: LETTER: for the letters of escaped words, by context.
        words: WORD: the vocabulary by number.
        numbers: the number of each word in the vocabulary.
    """

    prev_vectors: PackedTable[PackedVector]
    prev2_vectors: PackedTable[PackedVector]
    history_vectors: PackedTable[PackedVector]
    state_vectors: PackedTable[PackedVector]
    bucket_vectors: PackedTable[PackedVector]
    decision_rows: PackedTable[PackedRow]
    set_rows: PackedTable[PackedRow]
    function_words: bitarray
    letter_logits: array[int]
    words: list[str]
    numbers: dict[str, int]

    def is_function_word(self, number: int) -> bool:
        """Return whether the word with this number is a function word; no rare word is."""
        return number < FREQUENT_WORDS and bool(self.function_words[number])


@cache
def load_tables() -> Tables:
    """Return the tables, which are read once per process (about 35 ms, and 13 MB of memory).

    Raises:
        TablesMissingError: the file is not installed, or its tables are not those of FILE_CRC32.
    """
    try:
        data = read_file()
    except (OSError, EOFError, zlib.error) as error:
        raise _missing() from error
    if zlib.crc32(data) != FILE_CRC32:
        raise _missing()
    return parse(data)


def read_file() -> bytes:
    """Return the bytes of ``lexicon-1.bin``, decompressed.

    Raises:
        OSError, EOFError, zlib.error: the file is not installed, or is damaged.
    """
    return gzip.decompress(resources.files(__package__).joinpath("data", FILE_NAME).read_bytes())


def _missing() -> TablesMissingError:
    return TablesMissingError(f"{RULES['SC-HDR-2'].message} (SC-HDR-2)", "SC-HDR-2")


def parse(data: bytes) -> Tables:
    """Return the tables in ``data``, the bytes of the file: arrays of fixed sizes, then words."""
    parts = list(_split(data))
    prev, prev2, history, states, buckets = map(vector_table, parts[:5])
    rows, biases, set_rows, set_biases, flags, letter_logits, text = parts[5:]
    function_words = bitarray(endian="little")
    function_words.frombytes(flags)
    words = text.decode("ascii").split("\n")
    return Tables(
        prev, prev2, history, states, buckets,
        row_table(rows, array("b", biases)), row_table(set_rows, array("b", set_biases)),
        function_words, array("b", letter_logits), words,
        dict(zip(words, range(len(words)), strict=True)),
    )  # fmt: skip


def _split(data: bytes) -> Iterator[bytes]:
    """Yield the parts of the file; the last one is the text of the words."""
    words = FREQUENT_WORDS + 1  # with RARE_WORD
    counts = (words + 1, words + 1, words, TEXT_STATES, SIZE_BUCKETS, DECISIONS)
    sizes = [VECTOR_SIZE * count for count in counts]
    sizes += [DECISIONS, VECTOR_SIZE * 2 * SET_DECISIONS, 2 * SET_DECISIONS, FREQUENT_WORDS // 8]
    sizes.append(LETTER_CLASSES * PREV_LETTERS * LETTER_CODES)
    offset = 0
    for size in sizes:
        yield data[offset : offset + size]
        offset += size
    yield data[offset:]
