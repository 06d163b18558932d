"""Noun phrases: heads, modifiers, what governs them, and sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.phrases import find_phrases
from semcodec.words.tokenizer import MAX_TEXT
from semcodec.words.tokens import find_tokens
from tests import profiles
from tests.profiles import examples


def phrases(text: str) -> list[str]:
    """Return each phrase as its words, the head last and with marks for what holds for it."""
    tokens = find_tokens(text)
    return [
        " ".join(tokens[index].text for index in (*phrase.modifiers, phrase.head))
        + "*" * phrase.is_governed
        + ":" * phrase.is_label
        for phrase in find_phrases(tokens, text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two large yellow and red parrots", ["two large yellow red parrots"]),
        ("a large, very fluffy dog", ["large fluffy dog"]),
        ("a sun-drenched yard", ["sun drenched yard"]),
        ("a man and a dog", ["man", "dog"]),
        ("a cat on a sofa", ["cat", "sofa*"]),
        ("a smiling woman holding a phone", ["smiling woman", "phone"]),
        ("the dog walks along the beach", ["dog", "beach*"]),
        ("two dogs walk", ["two dogs"]),
        ("three fruit stands by a road", ["three fruit stands", "road*"]),
        ("a snow covered hill", ["snow covered hill"]),
        ("a table covered in dust", ["table", "dust*"]),
        ("red trees. Gray trees", ["red trees", "gray trees"]),
        ("in the park, people play", ["park*", "people"]),
        ("a street full of people, cars and dogs", ["street", "people*", "cars*", "dogs*"]),
        ("Riding a wave, a surfer falls", ["wave*", "surfer"]),
        ("Sky: blue", ["sky:"]),
        ("the Golden Gate Bridge at night", ["Golden Gate Bridge", "night*"]),
        ("St. Paul's in London", ["St Paul's", "London*"]),
        ("this is a boat", ["boat"]),
        ("an orange on a plate", ["orange", "plate*"]),
        ("", []),
        ("of the and", []),
        ("red", []),
    ],
)
def test_phrases_of_a_text(text: str, expected: list[str]) -> None:
    assert phrases(text) == expected


def test_phrase_after_of_names_the_head_before() -> None:
    tokens = find_tokens("a group of people")
    group, people = find_phrases(tokens, "a group of people")
    assert people.after_of == group.head
    assert group.after_of == -1


def test_sentences_are_counted() -> None:
    text = "A dog. A cat! A fish"
    assert [phrase.sentence for phrase in find_phrases(find_tokens(text), text)] == [0, 1, 2]


@examples(100)
@given(st.text("a dogsA.,: -\n12théäof", max_size=60))
def test_phrases_of_any_text_are_disjoint_and_in_order(text: str) -> None:
    tokens = find_tokens(text)
    indices = [sorted((*phrase.modifiers, phrase.head)) for phrase in find_phrases(tokens, text)]
    flat = [index for run in indices for index in run]
    assert flat == sorted(set(flat))
    assert all(0 <= index < len(tokens) for index in flat)


@profiles.measures_time
@pytest.mark.parametrize("unit", ["big ", "dog ", "of ", "a dog of ", "Red. ", "the ", "2 ", ", "])
def test_longest_text_takes_linear_time(unit: str) -> None:
    text = unit * (profiles.count(MAX_TEXT // 3, MAX_TEXT) // len(unit))
    tokens = find_tokens(text)
    started = time.process_time()
    find_phrases(tokens, text)
    assert time.process_time() - started < 5
