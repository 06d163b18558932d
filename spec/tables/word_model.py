"""The structure of the model: numbers of words, the binary decisions that code a word, weights.

It is a log-bilinear model (Mnih and Hinton 2008). A word is coded by binary decisions, each with a
vector of weights: whether it is escaped, whether it is rare, then the bits of its number. The
numbers of the frequent words are clustered (clustering.py), so the first bits select a kind of
meaning.

These functions repeat those of semcodec.coding in a form that numba can compile. The functions of
the library are the reference; evaluate.py and the payloads of the vectors would show a difference.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from reproducible import jit

FREQUENT_BITS: Final = 14  #: bits in a frequent word's number
#: Also the index of the vector that all rare and escaped words share.
FREQUENT_WORDS: Final = 1 << FREQUENT_BITS
WORDS: Final = 65536
ESCAPE: Final = WORDS  #: the number of every word outside the vocabulary
CAPITAL: Final = 2 * WORDS  #: added to the number of a word in capital form
NO_WORD: Final = FREQUENT_WORDS + 1  #: index of the vector for "before the first word"
#: Components of a vector, a multiple of 16. The other modules are compiled for one value, which
#: make_lexicon.py can set before it imports them.
DIM = 48
#: Three flags (not a plain word of the vocabulary; rare; in the second group of rare words), the
#: nodes of the tree, and the flag for the capital form. The node with heap index i, from 1, is
#: decision i + 2. A bag does not have the last one.
SET_DECISIONS: Final = 2 + FREQUENT_WORDS
DECISIONS: Final = SET_DECISIONS + 1
CAPITAL_DECISION: Final = SET_DECISIONS
TEXT_STATES: Final = 7
SIZE_BUCKETS: Final = 10
SCALE: Final = 8  #: weights in the table are in eighths
MAX_WEIGHT: Final = 15  #: of a quantized weight, in eighths
MAX_BIAS: Final = 127

#: Probabilities in 65536ths for logits 0, 1/4, ... 8, with linear interpolation between them. They
#: are rounded, so that the last bit of a library's exp has no influence.
LOGISTIC_TABLE: Final = np.array(
    [round(65536 / (1 + math.exp(-i / 4))) for i in range(33)], np.int64
)


class Model(NamedTuple):
    """The weights, in the order of the file: arrays of vectors, and arrays of biases."""

    prev: np.ndarray
    prev2: np.ndarray
    history: np.ndarray
    states: np.ndarray
    buckets: np.ndarray
    decisions: np.ndarray
    biases: np.ndarray
    set_decisions: np.ndarray
    set_biases: np.ndarray


#: The number of vectors, or biases, of each part.
COUNTS: Final = dict(
    zip(
        Model._fields,
        (
            NO_WORD + 1, NO_WORD + 1, NO_WORD, TEXT_STATES, SIZE_BUCKETS, DECISIONS, DECISIONS,
            2 * SET_DECISIONS, 2 * SET_DECISIONS,
        ),
        strict=True,
    )
)  # fmt: skip


@jit
def decision_at(number: int, depth: int) -> tuple[int, int]:
    """Return a word's decision at ``depth``, and its bit; the decision is -1 after the last.

    A word in capital form has one more than the word itself, after the first one.
    """
    if depth == 0:
        return 0, int(number >= ESCAPE)
    if number >= ESCAPE:
        if depth == 1:
            return CAPITAL_DECISION, int(number >= CAPITAL)
        if number == ESCAPE:
            return -1, 0
        number, depth = number - CAPITAL, depth - 1
    if depth == 1:
        return 1, int(number >= FREQUENT_WORDS)
    if number < FREQUENT_WORDS:
        left = FREQUENT_BITS + 2 - depth
        if not left:
            return -1, 0
        return 2 + ((FREQUENT_WORDS | number) >> left), number >> (left - 1) & 1
    if depth == 2:
        return 2, int(number >= 2 * FREQUENT_WORDS)
    return -1, 0


@jit
def set_decision_at(number: int, depth: int) -> tuple[int, int]:
    """Return the same for a word of a set, where capital forms are escaped."""
    if number >= ESCAPE:
        return (0, 1) if depth == 0 else (-1, 0)
    return decision_at(number, depth)


@jit
def vector_index(number: int) -> int:
    """Return the index of a word's vectors; a word in capital form has those of the word."""
    return min(number - CAPITAL if number >= CAPITAL else number, FREQUENT_WORDS)


@jit
def uniform_bits(number: int) -> int:
    """Return the number of bits in a word's number that are coded at even odds."""
    number = number - CAPITAL if number >= CAPITAL else number
    if number < FREQUENT_WORDS or number == ESCAPE:
        return 0
    return FREQUENT_BITS if number < 2 * FREQUENT_WORDS else FREQUENT_BITS + 1


@jit
def text_state(count: int, function_words: int, after_function_word: bool) -> int:
    """Return the state after ``count`` words: 1 to 3 in a list, 4 to 6 in sentences."""
    if count == 0:
        return 0
    if 4 * function_words < count:
        return 1 if count < 2 else 2 if count < 6 else 3
    if after_function_word:
        return 6
    return 4 if count < 8 else 5


@jit
def size_bucket(words: int) -> int:
    """Return the bucket of a set of ``words`` words, by the estimated length of its payload."""
    length = (19 * words + 15) // 16
    octave = 0
    while length >> (octave + 1):
        octave += 1
    half = (length >> (octave - 1)) & 1 if octave else 0
    return min(SIZE_BUCKETS - 1, max(0, 2 * octave + half - 2))


@jit
def inverse_root(count: int) -> int:
    """Return 256 divided by the square root of ``count + 1``, rounded down."""
    square, root = 65536 // (count + 1), 0
    while (root + 1) * (root + 1) <= square:
        root += 1
    return root
