"""Tests of descriptions in other languages than English."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.prompting import ChatResponse
from semcodec.words.language.english_cost import ENGLISH_WORD_BITS
from tests.backends.prompting.fake_chat import fake_backend
from tests.pipeline.fake_model import FakeModel

ROOT = Path(__file__).parents[2]
PHOTO = Image.new("RGB", (64, 48), "blue")
GERMAN = "Ein großer brauner Hund liegt in einem kleinen Boot auf dem ruhigen blauen Wasser."
SPANISH = "Un perro grande descansa en un bote sobre el agua azul y tranquila."
RUSSIAN = "Большая коричневая собака лежит в маленькой лодке на спокойной синей воде."
ENGLISH = "A large brown dog lies in a small boat on calm blue water."


def encode(description: str, **options: Any) -> semcodec.Encoded:
    model = FakeModel(describe=description)
    return semcodec.encode(PHOTO, describer=model, backend="rules", **options)


@pytest.mark.parametrize(
    ("description", "language"),
    [
        (GERMAN, "German"),
        (SPANISH, "Spanish"),
        (RUSSIAN, "Russian"),
        ("一只棕色的大狗躺在小船里。", "Chinese"),
        ("Mbwa mkubwa wa kahawia amelala kwenye mashua ndogo.", "in another language"),
    ],
)
def test_description_in_another_language_is_refused_by_name(
    description: str, language: str
) -> None:
    with pytest.raises(semcodec.InvalidResponseError) as caught:
        encode(description)
    assert str(caught.value) == (
        f"The description is {language}, not English: use a describer that answers in English, or "
        "language any."
    )
    assert (caught.value.backend, caught.value.stage) == ("model", "describe")
    assert [stage.name for stage in caught.value.trace.stages] == ["describe"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("description", [GERMAN, RUSSIAN])
def test_given_description_in_another_language_is_an_input_error(description: str) -> None:
    with pytest.raises(semcodec.InputError, match="give an English one, or use language any"):
        semcodec.encode(PHOTO, description=description)


def test_cost_of_another_language_is_stated() -> None:
    encoded = encode(SPANISH, language="any", k=6)
    size = encoded.record.payload_bits // 8
    assert encoded.record.coding == "lexicon"
    assert encoded.trace.notices == [
        f"The description is Spanish: 6 words in {size} bytes; as many English words take about 8."
    ]
    assert size > 8


def test_cost_of_english_words_is_that_of_the_example() -> None:
    example = runpy.run_path(str(ROOT / "examples" / "rate_curve.py"))
    words = semcodec.select(example["DESCRIPTION"], 12)
    bits = example["payload_bits"](words, "lexicon") / len(words)
    assert abs(bits - ENGLISH_WORD_BITS) < 1


@pytest.mark.parametrize("language", ["en", "any"])
def test_english_description_has_no_notice(language: str) -> None:
    assert encode(ENGLISH, language=language).trace.notices == []


@pytest.mark.parametrize("language", ["en", "any"])
def test_only_the_english_part_of_two_languages_is_used(language: str) -> None:
    encoded = encode(f"{ENGLISH}\n\n{GERMAN}", language=language)
    assert encoded.record.words == encode(ENGLISH).record.words
    assert encoded.trace.notices == [
        "The description is partly German: only its English part was used."
    ]
    assert encoded.description == ENGLISH


def test_foreign_writing_in_quotation_marks_is_kept() -> None:
    encoded = encode('A sign reads "Vorsicht Hund" beside a gate.')
    assert "vorsicht" in " ".join(encoded.record.words).lower()
    assert encoded.trace.notices == []


def test_skeletons_of_another_language_are_refused() -> None:
    with pytest.raises(semcodec.InputError, match=r"is German, .*use coding auto"):
        encode(GERMAN, language="any", coding="nibble")


@pytest.mark.parametrize("language", ["de", "EN", "", None, 1])
def test_unknown_language_is_an_input_error(language: Any) -> None:
    with pytest.raises(semcodec.InputError, match="use one of en, any"):
        encode(ENGLISH, language=language)


# --- models that are asked in prompts -------------------------------------------------------------


def ask(*answers: str | ChatResponse, **options: Any) -> tuple[semcodec.Encoded, list[Any]]:
    backend, chat = fake_backend(*answers)
    return semcodec.encode(PHOTO, describer=backend, writer="rules", **options), chat.requests


def test_prompt_asks_for_english() -> None:
    _, requests = ask(ENGLISH)
    assert "in English" in requests[0].task


def test_answer_in_another_language_is_requested_again() -> None:
    encoded, requests = ask(GERMAN, ENGLISH)
    assert encoded.description == ENGLISH
    assert [request.stage for request in requests] == ["describe", "describe"]
    assert "it is German, not English" in requests[1].rejected[1]
    assert encoded.trace.notices == []


def test_second_answer_in_another_language_is_refused() -> None:
    backend, chat = fake_backend(GERMAN, SPANISH, ENGLISH)
    with pytest.raises(semcodec.InvalidResponseError, match="is Spanish, not English"):
        semcodec.encode(PHOTO, describer=backend, writer="rules")
    assert len(chat.requests) == 2


def test_any_language_is_not_requested_again() -> None:
    encoded, requests = ask(GERMAN, ENGLISH, language="any")
    assert encoded.description == GERMAN
    assert len(requests) == 1


def test_answer_in_two_languages_is_not_requested_again() -> None:
    encoded, requests = ask(f"{GERMAN}\n\n{ENGLISH}", "unused")
    assert encoded.description == ENGLISH
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("description", "ranked", "selected"),
    [
        (GERMAN, '["hund", "boot", "wasser", "großer"]', ["großer", "Hund", "Boot", "Wasser"]),
        (RUSSIAN, '["собака", "лодка", "вода"]', ["собака", "лодка", "вода"]),
        ("一只棕色的大狗躺在小船里。", '["大狗", "小船"]', ["大狗", "小船"]),
        (SPANISH, "perro\nbote\nagua", ["perro", "bote", "agua"]),
    ],
)
def test_model_selects_words_of_another_language(
    description: str, ranked: str, selected: list[str]
) -> None:
    backend, chat = fake_backend(description, ranked)
    count = len(selected)
    encoded = semcodec.encode(PHOTO, backend=backend, language="any", k=count)
    assert encoded.record.words == selected
    assert [request.stage for request in chat.requests] == ["describe", "select"]


def test_word_that_is_not_in_a_foreign_description_is_invented() -> None:
    backend, _ = fake_backend(GERMAN, '["Hund", "Boot", "Elefant"]', '["Hund", "Boot"]')
    encoded = semcodec.encode(PHOTO, backend=backend, language="any", k=3)
    assert "Elefant" not in encoded.record.words
    assert {"Hund", "Boot"} <= set(encoded.record.words)


def test_words_of_other_scripts_survive_encoding_and_decoding() -> None:
    encoded = encode(RUSSIAN, language="any", k=4)
    record = semcodec.unpack(encoded.data)
    assert record.coding == "utf8"
    assert record.words == encoded.record.words
    assert set(record.words) <= set(RUSSIAN.rstrip(".").split())


def test_accents_survive_in_utf8() -> None:
    encoded = encode("Ein großer Hund läuft über die Straße.", language="any")
    assert encoded.record.coding == "utf8"
    assert encoded.record.words == ["großer", "Hund", "läuft", "Straße"]
