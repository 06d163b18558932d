"""The cost of each word that a skeleton may stand for, given the skeletons around it.

A log-bilinear classifier. The skeletons on the left, on the right and anywhere in the list
contribute a vector each; their weighted sum is the feature vector of a position. Every word has a
vector and a prior; the dot product of both vectors and the prior are the logit of the word among
the words with the same skeleton. Skeletons are known before any word is, so both sides count.

All numbers are small integers, because encoders run this to find out what a decoder will restore.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import isqrt
from operator import add, mul
from typing import Final, NamedTuple

from semcodec.words.numbers.bonus import BONUS_WORDS
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import VECTOR_BYTES, Vocabulary, vocabulary

NAT: Final = 4_096  #: cost units in one nat; a component of a vector has units of an eighth
BIT: Final = 2_839  #: the same in one bit: 4096 times the natural logarithm of 2
PRIOR_SCALE: Final = NAT // 8  #: a prior is in eighths of a nat
#: Of the skeletons at a distance of one, two and three places, in 64ths.
WINDOW_WEIGHTS: Final = (64, 32, 16)
MAX_CANDIDATES: Final = 24  #: words with one skeleton that are compared, by prior
MAX_RETURNED: Final = 8
MAX_DIFFERENCE: Final = 9 * NAT  #: a word that costs so much more than the best is not returned
UNKNOWN_COST: Final = 32 * NAT  #: of a made-up word
REACH: Final = len(WINDOW_WEIGHTS)

#: A component is a hexadecimal digit minus 8, as a signed byte.
_FROM_HEX: Final = bytes.maketrans(
    b"0123456789abcdef", bytes(digit - 8 & 255 for digit in range(16))
)


class Candidate(NamedTuple):
    """A word that a skeleton may stand for, and its cost: lower is better."""

    cost: int
    word: str


def rank_candidates(skeletons: Sequence[str]) -> list[list[Candidate]]:
    """Return the words that each of ``skeletons`` may stand for, at least one, the best first."""
    tables, features = vocabulary(), find_features(skeletons)
    return [_rank(*pair, tables) for pair in zip(skeletons, features, strict=True)]


def find_features(skeletons: Sequence[str]) -> list[Sequence[int]]:
    """Return the feature vector of each of ``skeletons``, in 64ths of a component."""
    tables = vocabulary()
    contexts = [_context_index(skeleton) for skeleton in skeletons]
    start, end = len(tables.contexts) + 1, len(tables.contexts) + 2
    padded = [start] * REACH + contexts + [end] * REACH
    left = [_vector(tables.left_vectors, index) for index in padded]
    right = [_vector(tables.right_vectors, index) for index in padded]
    whole_list = _scaled_sum(_vector(tables.list_vectors, index) for index in contexts)
    features: list[Sequence[int]] = []
    for position in range(REACH, REACH + len(skeletons)):
        before = left[position - REACH : position]
        after = right[position + 1 : position + 1 + REACH]
        features.append(_weighted_sum(whole_list, before[::-1], after))
    return features


def has_candidates(skeleton: str) -> bool:
    """Return whether a known word is restored from this skeleton."""
    return bool(_candidate_numbers(skeleton))


def fit_in_context(number: int, features: Sequence[int]) -> int:
    """Return how much less the word with this number costs among these features; may be below 0."""
    return sum(map(mul, _word_vector(number), features))


def pronounceable(skeleton: str) -> str:
    """Return a made-up word that has this skeleton and differs from it as little as possible.

    A skeleton is its own skeleton, unless its last s looks like a plural.
    """
    return skeleton if skeleton_of_word(skeleton) == skeleton else f"{skeleton[:-1]}us"


def _rank(skeleton: str, features: Sequence[int], tables: Vocabulary) -> list[Candidate]:
    """Return the candidates for one skeleton; ``features`` are in 64ths of a component."""
    numbers = _candidate_numbers(skeleton)
    if not numbers:
        return [Candidate(UNKNOWN_COST, pronounceable(skeleton))]
    ranked = sorted(
        Candidate(
            PRIOR_SCALE * tables.priors[number] - fit_in_context(number, features),
            tables.words[number],
        )
        for rank, number in enumerate(numbers)
        if rank < MAX_CANDIDATES or tables.words[number] in BONUS_WORDS
    )
    limit = ranked[0].cost + MAX_DIFFERENCE
    return [
        candidate
        for rank, candidate in enumerate(ranked)
        if (rank < MAX_RETURNED and candidate.cost <= limit) or candidate.word in BONUS_WORDS
    ]


def _scaled_sum(vectors: Iterable[array[int]]) -> list[int]:
    """Return the sum of vectors divided by the square root of their number, in 64ths."""
    total, count = [0] * (2 * VECTOR_BYTES), 0
    for vector in vectors:
        total, count = list(map(add, total, vector)), count + 1
    weight = isqrt((1 << 28) // max(count, 1))  # 2^14 / sqrt(count)
    return [weight * component >> 8 for component in total]


def _weighted_sum(
    total: Sequence[int], before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]
) -> list[int]:
    """Return ``total`` plus the vectors on both sides, the nearest first."""
    near, middle, far = WINDOW_WEIGHTS
    return [
        t + near * (a + d) + middle * (b + e) + far * (c + f)
        for t, a, b, c, d, e, f in zip(total, *before, *after, strict=True)
    ]


@lru_cache(maxsize=4_096)
def _candidate_numbers(skeleton: str) -> range:
    return vocabulary().candidates(skeleton)


@lru_cache(maxsize=4_096)
def _context_index(skeleton: str) -> int:
    """Return the index of the vectors of a skeleton, or of those of all rare skeletons."""
    tables = vocabulary()
    numbers = _candidate_numbers(skeleton)
    index = bisect_left(tables.contexts, numbers.start)
    is_stored = index < len(tables.contexts) and tables.contexts[index] == numbers.start
    return index if numbers and is_stored else len(tables.contexts)


@lru_cache(maxsize=4_096)
def _word_vector(number: int) -> array[int]:
    """Return the vector of a word; a rare word has that of its last two letters."""
    tables = vocabulary()
    index = bisect_left(tables.vector_words, number)
    if index == len(tables.vector_words) or tables.vector_words[index] != number:
        index = len(tables.vector_words) + tables.endings.get(tables.words[number][-2:], 0)
    return _vector(tables.word_vectors, index)


def _vector(vectors: bytes, index: int) -> array[int]:
    row = vectors[VECTOR_BYTES * index : VECTOR_BYTES * (index + 1)]
    return array("b", row.hex().encode().translate(_FROM_HEX))
