"""Tests of the words selected from descriptions in other languages."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

import pytest

import semcodec
from semcodec.words.language.foreign_words import find_foreign_tokens
from semcodec.words.language.unspaced import MAX_RUN, cut_run
from semcodec.words.tokens import find_tokens
from tests.words.test_language import SENTENCES

SELECTED = [sentence for sentence in SENTENCES if "keep" in sentence or "drop" in sentence]


@pytest.mark.parametrize("sentence", SELECTED, ids=lambda sentence: sentence["text"][:40])
def test_nouns_are_selected_and_function_words_are_not(sentence: dict[str, Any]) -> None:
    words = {word.lower() for word in semcodec.select(sentence["text"], 12, coding="utf8")}
    assert {normalize("NFC", word).lower() for word in sentence.get("keep", ())} <= words
    assert words.isdisjoint(sentence.get("drop", ()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Eine Straße ohne Menschen und mit keinem einzigen Auto.", ["Straße", "Auto"]),
        ("Una calle sin gente, no hay coches en la playa.", ["calle", "playa"]),
        ("Il n'y a pas de voitures dans la rue.", ["rue"]),
        ("Nessuna persona nella strada, non ci sono macchine.", ["strada"]),
        ("Não há pessoas na rua.", ["rua"]),
        ("Een straat zonder mensen en geen auto op de gracht.", ["straat", "gracht"]),
        ("Улица без людей, на ней нет собак и машина.", ["улица", "ней", "машина"]),
        ("Zwei Kinder im Park.", ["zwei", "Kinder", "Park"]),
        ("L'eau de l'étang et l'homme qu'on voit.", ["eau", "étang", "homme"]),
        ("公園でりんごを食べる女の子がいます。", ["公園", "りんご", "食べる", "女", "子"]),
        ("ねこがソファで寝ている", ["ねこ", "ソファ", "寝ている"]),
    ],
)
def test_what_is_negated_or_grammar_is_left_out(text: str, words: list[str]) -> None:
    selected = semcodec.select(text, 12, coding="utf8")
    assert [word.lower() for word in selected] == [word.lower() for word in words]


def test_text_of_function_words_alone_keeps_them() -> None:
    assert semcodec.select("der die das und auf dem", 12, coding="utf8")


@pytest.mark.parametrize("text", ["A dog in a boat.", "no people", "Rio de Janeiro", "", "12"])
def test_tokens_of_an_english_text_are_unchanged(text: str) -> None:
    assert find_foreign_tokens(text) == find_tokens(text)


@pytest.mark.parametrize(
    "run", ["犬" * 1000, "の" * 1000, "ก" * 1000, "的" * 99, "ァ" * 99, "々々"]
)
def test_pieces_of_a_long_run_are_words_of_a_record(run: str) -> None:
    pieces = cut_run(run)
    assert pieces
    assert all(0 < len(piece) <= MAX_RUN for piece in pieces)


@pytest.mark.parametrize("coding", ["nibble", "lexicon", "bag"])
@pytest.mark.parametrize(
    ("text", "language"),
    [("Собака в лодке", "Russian"), ("犬が公園にいる", "Japanese"), ("كلب في قارب", "Arabic")],
)
def test_message_names_the_language_that_a_coding_lacks(
    text: str, language: str, coding: Any
) -> None:
    with pytest.raises(semcodec.InputError, match=f"The text is {language}, and {coding} has only"):
        semcodec.select(text, 3, coding=coding)


@pytest.mark.parametrize("text", ["Собака в лодке", "собака", "Большая собака!"])
def test_skeleton_of_another_script_names_the_language(text: str) -> None:
    with pytest.raises(semcodec.InputError, match="The text is Russian, and skeletons have only"):
        semcodec.skeleton(text)


def test_skeleton_of_a_text_with_a_foreign_word_is_that_of_the_others() -> None:
    assert semcodec.skeleton("red sign with 中") == semcodec.skeleton("red sign with")
