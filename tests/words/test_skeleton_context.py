"""The ranking of the words that a skeleton may stand for, by the skeletons around it."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words import skeleton_context as module
from semcodec.words.numbers.bonus import BONUS_WORDS
from semcodec.words.skeleton_context import rank_candidates
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import LIST_ENDS, vocabulary

TABLES = vocabulary()
skeletons = st.lists(st.sampled_from("ct dg rd bt tv strt brd kkbkkpvv".split()), max_size=9)


def best_words(received: str) -> list[str]:
    return [candidates[0].word for candidates in rank_candidates(received.split())]


def components(vectors: bytes, index: int) -> list[float]:
    """Return a vector as numbers, decoded in another way than the library does."""
    row = vectors[24 * index : 24 * index + 24]
    return [(digit - 8) / 8 for byte in row for digit in (byte >> 4, byte & 15)]


def logit(received: list[str], position: int, word: str) -> float:
    """Return the logit of a word by the definition, in floats and without tables of shortcuts."""
    rare = len(TABLES.contexts)
    first = [TABLES.candidates(skeleton) for skeleton in received]
    contexts = [
        TABLES.contexts.index(words.start) if words and words.start in TABLES.contexts else rare
        for words in first
    ]
    padded = [rare + 1] * 3 + contexts + [rare + 2] * 3
    features = [0.0] * 48
    for context in contexts:
        for k, value in enumerate(components(TABLES.list_vectors, context)):
            features[k] += value / sqrt(len(contexts))
    for distance in (1, 2, 3):
        left = components(TABLES.left_vectors, padded[position + 3 - distance])
        right = components(TABLES.right_vectors, padded[position + 3 + distance])
        for k in range(48):
            features[k] += (left[k] + right[k]) / 2 ** (distance - 1)
    number = TABLES.numbers[word]
    if number in TABLES.vector_words:
        index = TABLES.vector_words.index(number)
    else:
        index = len(TABLES.vector_words) + TABLES.endings[word[-2:]]
    vector = components(TABLES.word_vectors, index)
    return sum(a * b for a, b in zip(vector, features, strict=True)) - TABLES.priors[number] / 8


@pytest.mark.parametrize("received", ["ct", "rd ct", "tv dg grn fld", "kkbkkpvv ct nd mn"])
def test_costs_are_those_of_the_definition(received: str) -> None:
    words = received.split()
    for position, candidates in enumerate(rank_candidates(words)):
        for cost, word in candidates:
            if word in TABLES.numbers:
                assert cost / module.NAT == pytest.approx(-logit(words, position, word), abs=0.05)


def test_both_sides_and_the_whole_list_change_the_ranking() -> None:
    assert best_words("tv dg")[0] == "two"
    assert best_words("rmt tv")[1] == "tv"


@given(skeletons)
def test_candidates_are_sorted_words_of_the_skeleton(received: list[str]) -> None:
    ranked = rank_candidates(received)
    assert len(ranked) == len(received)
    for skeleton, candidates in zip(received, ranked, strict=True):
        assert candidates == sorted(candidates)
        assert {skeleton_of_word(candidate.word) for candidate in candidates} == {skeleton}
        plain = [candidate for candidate in candidates if candidate.word not in BONUS_WORDS]
        assert len(plain) <= module.MAX_RETURNED
        best = min(candidate.cost for candidate in candidates)
        assert all(candidate.cost <= best + module.MAX_DIFFERENCE for candidate in plain)


def test_words_with_a_bonus_are_always_candidates() -> None:
    for word in sorted(BONUS_WORDS & TABLES.numbers.keys()):
        if skeleton := skeleton_of_word(word):
            assert word in {candidate.word for candidate in rank_candidates([skeleton])[0]}


def test_rare_skeletons_and_list_ends_have_vectors_of_their_own() -> None:
    rows = [components(TABLES.left_vectors, len(TABLES.contexts) + k) for k in range(LIST_ENDS)]
    assert any(rows[0])  # rare skeletons
    assert any(rows[1])  # the start; nothing has the end on its left
