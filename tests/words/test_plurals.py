"""Singular and plural of nouns, for their comparison."""

from __future__ import annotations

import pytest

from semcodec.words.plurals import is_plural, singular


@pytest.mark.parametrize(
    ("plural", "noun"),
    [
        ("dogs", "dog"),
        ("buses", "bus"),
        ("knives", "knife"),
        ("firemen", "fireman"),
        ("cherries", "cherry"),
        ("people", "person"),
        ("glasses", "glass"),
    ],
)
def test_plural_has_a_singular(plural: str, noun: str) -> None:
    assert (singular(plural), is_plural(plural)) == (noun, True)
    assert (singular(noun), is_plural(noun)) == (noun, False)


@pytest.mark.parametrize("noun", ["sheep", "series", "aircraft"])
def test_plural_may_be_the_same_word(noun: str) -> None:
    assert (singular(noun), is_plural(noun)) == (noun, True)


@pytest.mark.parametrize("noun", ["grass", "octopus", "tennis", "specimen", "x", ""])
def test_other_words_are_not_plurals(noun: str) -> None:
    assert (singular(noun), is_plural(noun)) == (noun, False)
