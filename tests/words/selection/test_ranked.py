"""Selection from words that a model has ranked: the most important ones, in reading order."""

from __future__ import annotations

import pytest

import semcodec
from semcodec.errors import InputError
from semcodec.words import select_ranked
from tests.fakes import selection_request, skeleton_bits

DESCRIPTION = "A red boat on blue water, a boat of wood."


def test_words_are_in_reading_order() -> None:
    request = selection_request(DESCRIPTION, None)
    assert select_ranked(["water", "boat", "red"], request) == ["red", "boat", "water"]


def test_word_that_the_description_lacks_follows_the_one_ranked_before_it() -> None:
    request = selection_request(DESCRIPTION, None)
    assert select_ranked(["red", "wooden", "boat"], request) == ["red", "wooden", "boat"]
    assert select_ranked(["wooden", "boat", "red"], request) == ["wooden", "red", "boat"]


def test_least_important_words_are_dropped() -> None:
    request = selection_request(DESCRIPTION, 20)  # bits: "rd bt"
    assert select_ranked(["boat", "red", "water"], request) == ["red", "boat"]
    assert select_ranked(["boat", "red"], selection_request(DESCRIPTION, None, max_words=1)) == [
        "boat"
    ]


def test_words_that_a_decoder_would_misread_are_dropped() -> None:
    both = ["boat", "kenning"]
    assert semcodec.decompress(semcodec.skeleton("boat kenning"))[1] != "kenning"
    request = selection_request("A boat and a kenning.", None, "nibble")
    assert select_ranked(both, request) == ["boat"]
    assert select_ranked(both, selection_request("A boat and a kenning.", None)) == both


def test_words_that_the_channel_cannot_send_are_dropped() -> None:
    request = selection_request("An eye and a boat.", None, "nibble", max_words=1)
    assert select_ranked(["eye", "boat"], request) == ["boat"]


def test_word_that_is_misread_is_sent_if_there_is_no_other() -> None:
    assert select_ranked(["kenning"], selection_request("", None, "nibble")) == ["kenning"]


def test_limit_below_one_word_is_an_input_error() -> None:
    with pytest.raises(InputError, match="Not even one word"):
        select_ranked(["boat"], selection_request(DESCRIPTION, 4))


def test_shorter_word_after_one_that_does_not_fit_is_selected() -> None:
    description = "A red boat beside a lighthouse."
    bits = skeleton_bits(["red", "boat"])
    assert select_ranked(["boat", "lighthouse", "red"], selection_request(description, bits)) == [
        "red",
        "boat",
    ]
