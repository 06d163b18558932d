"""What a coding does to words, as whoever chooses them sees it; and limits without a judge."""

from __future__ import annotations

from typing import Any

import pytest

import semcodec
from semcodec.errors import InputError
from semcodec.words.channel import medium

DESCRIPTION = "An eye, six benches and two red boats on blue water."


def test_skeletons_cost_four_bits_a_symbol() -> None:
    assert medium("nibble").bits(["red", "boat"]) == 20
    assert medium("utf8").bits(["red", "eye"]) == 56


def test_only_skeletons_need_consonants() -> None:
    assert not medium("nibble").sends("eye")
    assert medium("utf8").sends("eye")
    assert "eye" in semcodec.select(DESCRIPTION, 9, coding="utf8")
    assert "eye" not in semcodec.select(DESCRIPTION, 9)


def test_what_is_heard() -> None:
    assert medium("nibble").heard(["red", "ivy"]) is None
    assert medium("lexicon").heard(["red", "ivy"]) == "red ivy"
    assert medium("bag").heard(["ivy", "red"]) == "red ivy"  # as unpack gives them


def test_words_stay_as_they_are_said() -> None:
    assert "benches" in semcodec.select(DESCRIPTION, 9, coding="utf8")


@pytest.mark.parametrize("bits", [16, 24, 40, 80, 400])
def test_a_limit_on_bits_is_kept_without_a_judge(bits: int) -> None:
    words = semcodec.select(DESCRIPTION, 9, max_bits=bits)
    assert medium("nibble").bits(words) <= bits
    assert words == semcodec.select(DESCRIPTION, 9, max_bits=bits, judge=None)


def test_more_bits_are_more_words() -> None:
    counts = [len(semcodec.select(DESCRIPTION, 9, max_bits=bits)) for bits in (16, 40, 80)]
    assert counts == sorted(set(counts))


def test_a_wide_limit_is_none() -> None:
    assert semcodec.select(DESCRIPTION, 5, max_bits=10**6) == semcodec.select(DESCRIPTION, 5)


@pytest.mark.parametrize("coding", ["auto", "", None, ["nibble"]])
def test_a_wrong_coding_is_an_input_error(coding: Any) -> None:
    with pytest.raises(InputError, match="Give a coding of nibble"):
        semcodec.select(DESCRIPTION, 3, coding=coding)


@pytest.mark.parametrize("bits", [0, -8, 2.5, True, "8"])
def test_a_wrong_limit_is_an_input_error(bits: Any) -> None:
    with pytest.raises(InputError, match="limit on bits"):
        semcodec.select(DESCRIPTION, 3, max_bits=bits)


def test_a_set_is_heard_in_the_order_that_its_reader_gives() -> None:
    words = ["window", "bear", "red"]
    data = semcodec.pack(words, coding="bag")
    assert medium("bag").heard(words) == semcodec.unpack(data).text
