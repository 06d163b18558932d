"""The numbers of the words, the decisions that tell one, and the model that foretells them.

A word is told by yes-or-no decisions, each with its row of the model: is it listed, is it common,
then bit after bit of its number. The numbers of the common words stand in an order in which
neighbours mean alike, so the first bits say what kind of thing the word is.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from reproducible import compiled

COMMON: Final = 8192  #: numbers below it are common words; as a row, it stands for any other word
BITS: Final = 13  #: of a common word's number
WORDS: Final = 65536
SPELLED: Final = WORDS  #: the number of every word that is not listed
NONE: Final = COMMON + 1  #: the row of no word, before the first
D: Final = 48
ROWS: Final = 3 + COMMON
STATES: Final = 8
BUCKETS: Final = 12
UNIT: Final = 8  #: parts of one, in the table
MOST: Final = 15  #: of a weight, in those parts
MAX_BIAS: Final = 127

#: Chances of 65536 that go with logits 0, 1/4, ... 8; between them, a straight line. Rounded, so
#: that no library's last bit matters.
SQUASH: Final = np.array([round(65536 / (1 + math.exp(-i / 4))) for i in range(33)], np.int64)


class Model(NamedTuple):
    """The weights, in the order of the table."""

    previous: np.ndarray
    before: np.ndarray
    earlier: np.ndarray
    states: np.ndarray
    buckets: np.ndarray
    rows: np.ndarray
    biases: np.ndarray
    set_rows: np.ndarray
    set_biases: np.ndarray


#: The rows of each part.
SIZES: Final = dict(
    zip(
        Model._fields,
        (NONE + 1, NONE + 1, NONE, STATES, BUCKETS, ROWS, ROWS, 2 * ROWS, 2 * ROWS),
        strict=True,
    )
)


@compiled
def turn(number: int, depth: int) -> tuple[int, int]:
    """Return the row and the outcome of one of a word's decisions; row -1 after the last."""
    if depth == 0:
        return 0, int(number == SPELLED)
    if number == SPELLED:
        return -1, 0
    if depth == 1:
        return 1, int(number >= COMMON)
    if number < COMMON:
        left = BITS + 2 - depth
        return (3 + ((COMMON | number) >> left), number >> (left - 1) & 1) if left else (-1, 0)
    if depth == 2:
        return 2, int(number >= 2 * COMMON)
    if depth == 3 and number >= 2 * COMMON:
        return 3, int(number >= 4 * COMMON)
    return -1, 0


@compiled
def even_bits(number: int) -> int:
    """Return how many bits of a number no row foretells."""
    if number < COMMON or number == SPELLED:
        return 0
    return 13 if number < 2 * COMMON else 14 if number < 4 * COMMON else 15


@compiled
def state(before: int, helpers: int, after_helper: bool) -> int:
    """Return the kind of text so far: a list of things (1 to 3) or sentences, and how far in."""
    if before == 0:
        return 0
    if 4 * helpers < before:
        return 1 if before < 2 else 2 if before < 6 else 3
    if after_helper:
        return 7
    return 4 if before < 2 else 5 if before < 8 else 6


@compiled
def bucket(words: int) -> int:
    """Return the size of a set of so many words, from the bytes that they will take."""
    length = (19 * words + 15) // 16
    log = 0
    while length >> (log + 1):
        log += 1
    half = (length >> (log - 1)) & 1 if log else 0
    return min(BUCKETS - 1, 2 * log + half)


@compiled
def damping(before: int) -> int:
    """Return 256 over the square root of the words before and one."""
    whole, root = 65536 // (before + 1), 0
    while (root + 1) * (root + 1) <= whole:
        root += 1
    return root
