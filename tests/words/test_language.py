"""Tests of the detection of languages, on sentences in tests/words/sentences/languages."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from semcodec.words.language import detect, tables_of
from semcodec.words.language.scores import language_of, load_languages
from semcodec.words.tokenizer import MAX_TEXT
from tests import profiles
from tests.each import for_each

FOLDER = Path(__file__).parent / "sentences" / "languages"
FILES = sorted(FOLDER.glob("*.toml"))


def load(path: Path) -> list[dict[str, Any]]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return [{"language": data.get("language"), **sentence} for sentence in data["sentence"]]


SENTENCES = [sentence for path in FILES for sentence in load(path)]
MIXED = [sentence for sentence in load(FOLDER / "mixed.toml") if "kept" in sentence]
ENGLISH = load(FOLDER / "english.toml")


@for_each(SENTENCES, name=lambda sentence: sentence["text"][:40])
def test_language_of_sentence(sentence: dict[str, Any]) -> None:
    is_right = detect(sentence["text"]).language == sentence["language"]
    assert is_right == ("miss" not in sentence)  # a miss that is mended is no miss any more


def test_sentences_are_in_more_than_twenty_languages() -> None:
    assert len({sentence["language"] for sentence in SENTENCES}) > 20


@pytest.mark.parametrize("sentence", MIXED, ids=lambda sentence: sentence["text"][:40])
def test_english_part_of_a_mixed_answer(sentence: dict[str, Any]) -> None:
    detected = detect(sentence["text"])
    assert (detected.english, detected.dropped) == (sentence["kept"], sentence.get("dropped", ""))


@for_each(ENGLISH, name=lambda sentence: sentence["text"][:40])
def test_nothing_of_an_english_text_is_dropped(sentence: dict[str, Any]) -> None:
    detected = detect(sentence["text"])
    assert (detected.english, detected.dropped) == (sentence["text"], "")


@pytest.mark.parametrize("text", ["", " \n", "12 345", "!?", "\ud800", "\0", "🐕🚤", "a", "x y z"])
def test_text_without_a_language_counts_as_english(text: str) -> None:
    assert detect(text).is_english


@profiles.measures_time
@pytest.mark.parametrize(
    "text",
    [
        "." * (MAX_TEXT - 1) + "x",
        "a b. " * (MAX_TEXT // 5),
        '"' * MAX_TEXT,
        "a" + "\u0301\u0327" * (MAX_TEXT // 2),
        "a:" * (MAX_TEXT // 2),
        "'a " * (MAX_TEXT // 3),
        "\n" * MAX_TEXT,
        "犬a" * (MAX_TEXT // 2),
        "ein hund im boot. " * (MAX_TEXT // 18),
    ],
    ids=lambda text: repr(text[:4]),
)
def test_hostile_text_takes_little_time(text: str) -> None:
    started = time.process_time()
    detect(text)
    assert time.process_time() - started < 5


def test_tables_of_a_language() -> None:
    (german,) = tables_of("German")
    assert {"der", "und", "auf"} <= german.function
    (russian,) = tables_of("Russian")
    assert {"в", "на"} <= russian.function
    assert tables_of("Danish or Norwegian") == [*tables_of("Danish"), *tables_of("Norwegian")]
    assert not tables_of("English")
    assert not tables_of("another language")


def test_words_of_tables_are_in_lower_case_and_in_one_list() -> None:
    for name, table in load_languages().items():
        words = table.function | table.common
        assert all(word == word.lower() for word in words), name
        assert not table.function & table.common, name


@pytest.mark.parametrize("language", [name for name, row in load_languages().items() if row.common])
def test_frequent_words_of_a_table_are_in_its_language(language: str) -> None:
    table = load_languages()[language]
    words = sorted(table.function)[:20] + sorted(table.common)[:20]
    assert language in language_of(" ".join(words))


@pytest.mark.parametrize("mark", ["of", "the", "with"])
def test_english_function_word_among_unknown_words_decides(mark: str) -> None:
    text = "zorbgarble wibblefoo snarkle grumphs {} blivets quuxen"
    assert detect(text.format("")).language == "another language"
    assert detect(text.format(mark)).is_english


def test_short_english_remark_is_not_the_description() -> None:
    german = "Ein großer brauner Hund liegt in einem kleinen Boot auf dem ruhigen blauen Wasser. "
    assert detect("What a lovely dog. " + 3 * german).language == "German"


@pytest.mark.parametrize("marks", ['""', "“”", "„“", "«»", "''", "``"])
def test_quotation_in_another_language_does_not_count(marks: str) -> None:
    sign = f"{marks[0]}Das Betreten des Rasens ist in diesem Park nicht erlaubt{marks[1]}"
    text = f"Old board, {sign}, and a lamp."
    assert detect(text).is_english
    assert detect(text.replace(marks[0], "").replace(marks[1], "")).language == "German"
