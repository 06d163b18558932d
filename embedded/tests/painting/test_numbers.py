"""Numbers in prompts: counts of things, and numbers that are lettered."""

from __future__ import annotations

import pytest

from semcodec_embedded.painting.numbers import read_numbers
from semcodec_embedded.painting.parser import MAX_COUNT, parse_prompt


def counts(prompt: str) -> dict[str, int]:
    return {subject.noun: subject.count for subject in parse_prompt(prompt).subjects}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("3 dogs beach", {"dogs": 3}),
        ("three dogs two cats", {"dogs": 3, "cats": 2}),
        ("one zero dogs", {"dogs": 10}),  # nibble
        ("45 birds", {"birds": MAX_COUNT}),
        ("ninety dogs", {"dogs": MAX_COUNT}),
        ("1000 people square", {"people": MAX_COUNT}),
        ("house 3 trees", {"house": 1}),
        ("living room two couches", {"couches": 2}),
        ("room 404 door", {"door": 1}),
        ("room four zero four door", {"door": 1}),
        ("Boeing 747 airplane", {"boeing": 1}),
        ("747 airplane", {"airplane": 1}),
        ("1936 cars", {"cars": 3}),
        ("bus 12 passengers", {"bus": 1}),
        ("21st birthday cake", {"birthday cake": 1}),
        ("jersey 7 man", {"man": 1}),
        ("number seven man", {"man": 1}),
        ("007 man", {"man": 1}),
        ("3-point-5 man", {"man": 1}),
    ],
)
def test_counts(prompt: str, expected: dict[str, int]) -> None:
    found = counts(prompt)
    assert {noun: found.get(noun) for noun in expected} == expected


def test_zero_things_are_not_there() -> None:
    assert counts("zero dogs cat") == {"cat": 1}
    assert counts("0 dogs cat") == {"cat": 1}


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("room 404 door", ("404",)),
        ("room four zero four door", ("404",)),
        ("clock 10h30 wall", ("10:30",)),
        ("sign 65mph highway", ("65mph",)),
        ("poster 20-dollars", ("20 dollars",)),
        ("scale 3-point-5", ("3.5",)),
        ("Boeing 747 airplane", ()),
        ("3 dogs sign", ()),
        ("sign 1 2 3 4 5 6 7", ("1", "2", "3", "4")),
    ],
)
def test_numbers_on_signs_are_lettered(prompt: str, texts: tuple[str, ...]) -> None:
    assert parse_prompt(prompt).sign_texts == texts


def test_names_stay_words() -> None:
    assert read_numbers("F-16 runway half XIV") == ("F-16 runway half XIV", ())


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("three year old girl kite", " girl kite"),
        ("3 years old girl", " girl"),
        ("70 year old man", "elderly man"),
        ("six month old puppies", " puppies"),
        ("3 old men", "3 old men"),
    ],
)
def test_age_is_not_a_count(prompt: str, read: str) -> None:
    assert read_numbers(prompt)[0] == read
