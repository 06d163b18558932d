"""The effect of a coding on words during selection, and limits on bits without a judge."""

from __future__ import annotations

from typing import Any

import pytest

import semcodec
from semcodec.errors import InputError
from semcodec.words import make_channel
from semcodec.words.tokens import find_tokens

DESCRIPTION = "An eye, six benches and two red boats on blue water."


def test_skeletons_cost_four_bits_per_symbol() -> None:
    assert make_channel("nibble").payload_bits(["red", "boat"]) == 20
    assert make_channel("utf8").payload_bits(["red", "eye"]) == 56


def test_only_skeletons_need_consonants() -> None:
    (eye,) = find_tokens("eye")
    assert make_channel("nibble").spellings(eye) == []
    assert make_channel("utf8").spellings(eye) == [("eye",)]
    assert "eye" in semcodec.select(DESCRIPTION, 9, coding="utf8")
    assert "eye" not in semcodec.select(DESCRIPTION, 9)


def test_text_that_a_decoder_returns() -> None:
    assert make_channel("nibble").received_text(["red", "ivy"]) is None  # v alone is a view
    assert make_channel("lexicon").received_text(["red", "ivy"]) == "red ivy"
    assert make_channel("bag").received_text(["ivy", "red"]) == "red ivy"


def test_text_of_a_set_has_the_order_that_unpack_returns() -> None:
    words = ["window", "bear", "red"]
    data = semcodec.pack(words, coding="bag")
    assert make_channel("bag").received_text(words) == semcodec.unpack(data).text


def test_plurals_stay_plural_as_whole_words() -> None:
    assert "benches" in semcodec.select(DESCRIPTION, 9, coding="utf8")


@pytest.mark.parametrize("bits", [16, 24, 40, 80, 400])
def test_limit_on_bits_is_kept_without_a_judge(bits: int) -> None:
    words = semcodec.select(DESCRIPTION, 9, max_bits=bits)
    assert make_channel("nibble").payload_bits(words) <= bits
    assert words == semcodec.select(DESCRIPTION, 9, max_bits=bits, judge=None)


def test_more_bits_allow_more_words() -> None:
    counts = [len(semcodec.select(DESCRIPTION, 9, max_bits=bits)) for bits in (16, 40, 80)]
    assert counts == sorted(set(counts))


def test_limit_that_is_not_reached_changes_nothing() -> None:
    assert semcodec.select(DESCRIPTION, 5, max_bits=10**6) == semcodec.select(DESCRIPTION, 5)


@pytest.mark.parametrize("coding", ["auto", "", None, ["nibble"]])
def test_unknown_coding_is_an_input_error(coding: Any) -> None:
    with pytest.raises(InputError, match="coding"):
        semcodec.select(DESCRIPTION, 3, coding=coding)


@pytest.mark.parametrize("bits", [0, -8, 2.5, True, "8"])
def test_invalid_limit_on_bits_is_an_input_error(bits: Any) -> None:
    with pytest.raises(InputError, match="max_bits"):
        semcodec.select(DESCRIPTION, 3, max_bits=bits)


def test_set_has_small_letters_where_it_has_no_capital_form() -> None:
    text = "The red Eiffel Tower in Paris, a US flag, and O'Brien's car."
    assert {"eiffel", "paris", "US", "O'Brien"} <= set(semcodec.select(text, 12, coding="bag"))
    assert {"Eiffel", "Paris"} <= set(semcodec.select(text, 12, coding="lexicon"))
