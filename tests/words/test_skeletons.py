"""The reference rule from words to skeletons (spec, annex B): vectors, then properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.words.skeletons import FOLDED, VOWELS, singular, singulars, skeleton_of_word
from semcodec.words.tokenizer import MAX_TEXT, tokenize
from tests.each import for_each

FILE = Path(__file__).parents[2] / "spec/vectors/skeletons.json"
VECTORS = json.loads(FILE.read_text("utf-8"))["vectors"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
words = st.text(LETTERS, min_size=1, max_size=14)


@for_each(VECTORS, name=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    if vector["skeleton"] is None:
        with pytest.raises(InputError):
            semcodec.skeleton(vector["text"])
    else:
        assert semcodec.skeleton(vector["text"]) == vector["skeleton"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the man's hat", "the man hat"),
        ("the dogs' bowl", "the dogs bowl"),
        ("don't", "dont"),
        ("rock'n'roll", "rocknroll"),
        ("99 and 100", "ninety nine and one hundred"),
        ("0 00 7", "zero zero zero seven"),
        ("\u3392", "mhz"),  # one character that decomposes into capitals
    ],
)
def test_tokens(text: str, words: str) -> None:
    assert tokenize(text) == words.split()


def test_every_letter_is_a_symbol_folded_or_removed() -> None:
    for letter in LETTERS:
        expected = "" if letter in VOWELS else FOLDED.get(letter, letter)
        assert skeleton_of_word(letter) == expected


def test_word_without_consonants_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"'eye' has no consonant.*another word"):
        semcodec.skeleton("her eye")


@pytest.mark.parametrize("value", [None, 3, b"boat", ["boat"]])
def test_value_of_another_type_is_an_input_error(value: object) -> None:
    with pytest.raises(InputError):
        semcodec.skeleton(value)  # type: ignore[arg-type]


def test_long_run_of_accents_takes_linear_time() -> None:
    assert semcodec.skeleton("b" + "\u0315\u0300" * 49_000) == "b"


def test_too_long_text_is_an_input_error() -> None:
    with pytest.raises(InputError, match=str(MAX_TEXT)):
        semcodec.skeleton("b" * (MAX_TEXT + 1))


@given(st.text(max_size=60))
def test_skeletons_of_any_text_survive_packing(text: str) -> None:
    try:
        skeletons = semcodec.skeleton(text)
    except InputError:
        assert not all(map(skeleton_of_word, tokenize(text))) or not tokenize(text)
    else:
        assert semcodec.unpack(semcodec.pack(skeletons)).text == skeletons


@given(st.text(max_size=60))
def test_tokens_have_only_the_letters_a_to_z(text: str) -> None:
    assert all(word and set(word) <= set(LETTERS) for word in tokenize(text))


@given(st.lists(words, max_size=8))
def test_plain_words_are_their_own_tokens(plain_words: list[str]) -> None:
    assert tokenize(" ".join(plain_words)) == plain_words
    assert tokenize(", ".join(plain_words).upper()) == plain_words


@given(words)
def test_plural_and_singular_have_the_same_skeleton(word: str) -> None:
    assert skeleton_of_word(word) == skeleton_of_word(singular(word)) or len(singular(word)) <= 4
    assert all(skeleton_of_word(form) == skeleton_of_word(word) for form in singulars(word))


@pytest.mark.parametrize(
    ("plural", "single"),
    [("boats", "boat"), ("benches", "bench"), ("cities", "city"), ("houses", "house")],
)
def test_singulars_of_usual_plurals(plural: str, single: str) -> None:
    assert single in singulars(plural)


@pytest.mark.parametrize("word", ["glass", "bus", "tennis", "gas", "boat"])
def test_word_that_is_not_a_plural_has_no_singular(word: str) -> None:
    assert singulars(word) == []
