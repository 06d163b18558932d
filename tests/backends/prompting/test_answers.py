"""Answers of models without a picture are not descriptions; descriptions like them are."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.prompting import ChatResponse, validation
from semcodec.backends.prompting.answers import MAX_JUDGED, judge_answer

ANSWERS = Path(__file__).parent / "answers"
DESCRIPTION = "A small red boat lies on the calm lake. Behind it stand two huge trees."


def load_answers(name: str) -> list[Any]:
    """Return a parameter for each answer in a file; one with ``miss`` must fail."""
    with (ANSWERS / f"{name}.toml").open("rb") as file:
        listed = tomllib.load(file)["answer"]
    misses = [[pytest.mark.xfail(strict=True)] if "miss" in answer else [] for answer in listed]
    return [
        pytest.param(answer, id=str(index), marks=marks)
        for index, (answer, marks) in enumerate(zip(listed, misses, strict=True))
    ]


BLIND, HONEST = load_answers("blind"), load_answers("honest")
MORE_BLIND, MORE_HONEST = load_answers("more_blind"), load_answers("more_honest")
UNSEEN_BLIND, UNSEEN_HONEST = load_answers("unseen_blind"), load_answers("unseen_honest")


@pytest.mark.parametrize("answer", BLIND + MORE_BLIND + UNSEEN_BLIND)
def test_blind_answer_is_found(answer: dict[str, str]) -> None:
    judged = judge_answer(answer["text"])
    assert (judged.description, judged.is_blind) == ("", True)
    assert judged.problem
    assert validation.check_description(ChatResponse(answer["text"])).is_blind


@pytest.mark.parametrize("answer", HONEST + MORE_HONEST + UNSEEN_HONEST)
def test_description_is_kept_without_talk(answer: dict[str, str]) -> None:
    judged = judge_answer(answer["text"])
    assert judged.description == answer.get("description", answer["text"])
    assert not judged.problem


def test_files_have_as_many_answers_as_documented() -> None:
    assert (len(BLIND), len(HONEST)) == (30, 60)


#: Positions of a clause in an answer.
POSITIONS = ["{clause} {text}", "{text} {clause}", "{text}\n\n{clause}", "{text} {clause} {text}"]


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(
    "clause",
    [
        "I don't see a picture here.",
        "Please upload the image.",
        "Unfortunately, I cannot view images.",
        "No image was provided.",
        "Could you share the photo again?",
        "Ich kann kein Bild sehen.",
    ],
)
def test_blind_clause_counts_wherever_it_stands(position: str, clause: str) -> None:
    assert judge_answer(position.format(clause=clause, text=DESCRIPTION)).is_blind


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(
    "clause",
    [
        "A sign says: Please upload the image.",
        "On a screen is written 'I cannot view images.'",
        "A label reads “No image was provided.”",
        "There are no people in the picture.",
        "The image does not contain any text.",
    ],
)
def test_text_inside_the_picture_is_kept_wherever_it_stands(position: str, clause: str) -> None:
    text = position.format(clause=clause, text=DESCRIPTION)
    assert judge_answer(text).description == text


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(
    "clause",
    [
        "I hope this helps!",
        "Let me know if you need anything else.",
        "Would you like me to go on?",
        "Sure!",
        "I'm sorry, but I can't identify people.",
    ],
)
def test_talk_is_removed_wherever_it_stands(position: str, clause: str) -> None:
    kept = judge_answer(position.format(clause=clause, text=DESCRIPTION)).description
    assert kept.split() == position.format(clause="", text=DESCRIPTION).split()


@pytest.mark.parametrize(
    ("text", "is_blind"),
    [
        ("I can't see the picture well, but it shows a red barn and two cows.", False),
        ("I can't see the picture, but it probably shows a red barn and two cows.", True),
        ("I can't see the picture, but I can describe a typical barn.", True),
        ("I can't see the picture, but if you upload it, a barn is easy to describe.", True),
    ],
)
def test_observation_outweighs_only_the_clause_before_it(text: str, is_blind: bool) -> None:
    assert judge_answer(text).is_blind == is_blind


@pytest.mark.parametrize(
    ("text", "is_suspicious"),
    [
        (DESCRIPTION, False),
        (f"Sure! {DESCRIPTION}", False),
        (f"{DESCRIPTION} I cannot identify the owner.", True),
        (f"{DESCRIPTION} The image is not available.", True),
        (f"{DESCRIPTION} A description should mention the colors of every object.", True),
    ],
)
def test_clauses_of_blind_models_are_suspicious(text: str, is_suspicious: bool) -> None:
    judged = judge_answer(text)
    assert (bool(judged.description), judged.is_suspicious) == (True, is_suspicious)


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("[A red boat on a lake]", "[A red boat on a lake]"),
        ("{a red boat}", "{a red boat}"),
        ("**A red boat** on a *lake*.", "**A red boat** on a *lake*."),
        ("- A red boat\n- A lake", "- A red boat\n- A lake"),
        ("Boat: red\nLake: blue", "Boat: red\nLake: blue"),
    ],
)
def test_markup_is_not_a_placeholder(text: str, description: str) -> None:
    assert judge_answer(text).description == description


@pytest.mark.parametrize("text", ["", " \n", "♥ ♥", "...", "🙂"])
def test_answer_without_words_is_not_blind(text: str) -> None:
    judged = judge_answer(text)
    assert (judged.problem, judged.is_blind) == ("no words", False)


def test_end_of_a_long_answer_is_kept() -> None:
    text = DESCRIPTION * (MAX_JUDGED // len(DESCRIPTION) + 2)
    assert judge_answer(text).description == text
    assert judge_answer(f"Sure! {text}").description == text


@pytest.mark.parametrize(
    "unit",
    ["i cannot ", "the ", "\n", "'a", "' a' ", '"', "a: ", "[a", "<", "but ", "; ", "sorry ", "图"],
)
def test_repetitive_answer_is_judged(unit: str) -> None:
    """Would not end in a lifetime if a pattern took exponential time."""
    judged = judge_answer(unit * 100_000)
    assert judged.description or judged.problem
