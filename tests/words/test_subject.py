"""The subject of a description, in each form of text that describers and people write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.words.subject import find_subject
from semcodec.words.tokenizer import MAX_TEXT
from semcodec.words.tokens import find_tokens
from tests import profiles
from tests.profiles import examples
from tests.words.sentences.runner import load

SENTENCES = load("subject")


def subject(text: str) -> str | None:
    token = find_subject(find_tokens(text), text)
    return None if token is None else token.text


@pytest.mark.parametrize("coding", ["lexicon", "bag", "utf8"])
@pytest.mark.parametrize("k", [2, 3, 4, 12])
def test_subject_is_selected_at_every_k(coding: semcodec.Coding, k: int) -> None:
    for sentence in SENTENCES:
        words = semcodec.select(sentence.text, k, coding=coding)
        selected = {word.lower() for word in words}
        assert sentence.keep[0].lower() in selected, (sentence.text, words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a picture of a dog.", "dog"),
        ("This image showcases a fountain.", "fountain"),
        ("There are two dogs.", "dogs"),
        ("I can see a boat", "boat"),
        ("A street scene.", "street"),
        ("One of the horses is white.", "horses"),
        ("A photograph, taken at night, of a tower.", "tower"),
        ("Please generate a picture: a robot reads.", "robot"),
        ("Style: photorealistic. Setting: a beach. Subject: a crab.", "crab"),
        ("Animal: a fox. Place: a snowy wood.", "fox"),
        ("On a table, a plate of cookies", "plate"),
        ("A painting hangs on the wall.", "painting"),
        ("A painting of a storm", "storm"),
        ("a bath, a mirror and a sink", "bath"),
        ("a picture of a blue object", "object"),
        ("Room 404 of a hotel", "room"),
        ("In the background there are hills.", "hills"),
        ("A red-haired girl", "girl"),
        ("A close-up of an eye", "eye"),
        ("red", None),
        ("Gray background.", None),
        ("in the of", None),
        ("", None),
        ("?!", None),
    ],
)
def test_subject_of_a_text(text: str, expected: str | None) -> None:
    assert subject(text) == expected


def test_what_is_not_there_is_not_the_subject() -> None:
    assert subject("No people, a bench.") == "bench"


@examples(100)
@given(st.text(max_size=80))
def test_subject_of_any_text_is_one_of_its_tokens(text: str) -> None:
    tokens = find_tokens(text)
    assert find_subject(tokens, text) in [None, *tokens]


@profiles.measures_time
@pytest.mark.parametrize("unit", ["image of ", "group of a ", "Subject: ", "image "])
def test_longest_text_takes_linear_time(unit: str) -> None:
    text = unit * (profiles.count(MAX_TEXT // 3, MAX_TEXT) // len(unit))
    tokens = find_tokens(text)
    started = time.process_time()
    find_subject(tokens, text)
    assert time.process_time() - started < 5
