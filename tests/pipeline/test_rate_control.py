"""Limits on the size and rate of a record, as limits on words and payload bits."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.bitstream import api
from semcodec.errors import InputError
from semcodec.pipeline.rate_control import MAX_PAYLOAD_BYTES, RateLimits
from semcodec.words import MAX_K
from tests.each import for_each
from tests.pipeline.fake_model import FakeModel


@for_each(
    itertools.product(
        ["bare", "file", "sequence", "url", "qr"],
        [1, 5, 7, 8, 20, 21, 22, 60, 127, 128, 131, 15_999, 40_000],
    )
)
def test_max_bits_is_the_largest_payload_that_fits(framing: str, max_bytes: int) -> None:
    options: dict[str, Any] = {"framing": framing, "size": (1000, 777), "extensions": {"k": 3}}

    def record_bytes(payload_bytes: int) -> int:
        return len(semcodec.pack("a" * payload_bytes, coding="utf8", **options))

    bits = RateLimits(max_bytes=max_bytes).max_bits(
        (1000, 777), lambda payload_bytes: payload_bytes + api.overhead(payload_bytes, **options)
    )
    assert bits is not None
    payload_bytes = bits // 8
    assert bits == max(1, 8 * payload_bytes)
    assert payload_bytes == 0 or record_bytes(payload_bytes) <= max_bytes
    assert payload_bytes == MAX_PAYLOAD_BYTES or record_bytes(payload_bytes + 1) > max_bytes


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, 12),
        ({"k": 5}, 5),
        ({"max_bytes": 10}, 20),
        ({"max_bytes": 10, "k": 5}, 5),
        ({"max_bytes": 10**9}, MAX_K),
        ({"ubpp": 24}, 6),
        ({"ubpp": 24, "max_bytes": 2}, 4),
        ({"ubpp": 0.001}, 1),
        ({"ubpp": float("inf")}, MAX_K),
    ],
)
def test_max_words_is_the_smallest_of_the_limits(limits: dict[str, Any], expected: int) -> None:
    assert RateLimits(**limits).max_words((1000, 1000)) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"k": 5}, None),
        ({"ubpp": 24}, 24),
        ({"ubpp": 31}, 24),
        ({"ubpp": 24, "max_bytes": 6}, 16),
        ({"ubpp": 0.001}, 1),
        ({"ubpp": float("inf")}, 8 * MAX_PAYLOAD_BYTES),
    ],
)
def test_max_bits_is_a_whole_number_of_bytes(limits: dict[str, Any], expected: int | None) -> None:
    assert RateLimits(**limits).max_bits((1000, 1000), lambda payload: payload + 4) == expected


LANDMARK = (
    "The image shows the Taj Mahal, an ivory-white marble mausoleum in Agra, India. It has a large "
    "central dome flanked by four smaller domes and four tall minarets. A long reflecting pool "
    "lined with green cypress trees leads to the monument. The sky is clear and blue."
)
MARKET = (
    "A crowded street market in the rain. A woman in a yellow raincoat holds a red umbrella in "
    "front of a fruit stall with oranges and pineapples. Behind her a man in a blue apron pushes "
    "a wooden cart with crates of fish, and a dog sleeps under a green bench."
)
PICTURE = Image.new("RGB", (96, 64), "red")


def words_of(description: str, **options: Any) -> list[str]:
    return semcodec.encode(PICTURE, description=description, **options).record.words


@pytest.mark.parametrize("coding", ["lexicon", "bag", "nibble", "utf8"])
def test_auto_takes_few_words_of_a_landmark_and_many_of_a_market(coding: Any) -> None:
    landmark, market = (words_of(text, rate="auto", coding=coding) for text in (LANDMARK, MARKET))
    assert len(landmark) == 2
    assert 12 < len(market) < 30


def test_auto_selects_what_a_name_does_not_imply() -> None:
    words = words_of(LANDMARK.replace("in Agra, India", "at night"), rate="auto")
    assert words == ["Taj", "Mahal", "night"]


def test_auto_stays_within_the_other_limits() -> None:
    market = words_of(MARKET, rate="auto")
    assert words_of(MARKET, rate="auto", k=len(market) + 5) == market
    assert words_of(MARKET, rate="auto", k=5) == words_of(MARKET, k=5)
    encoded = semcodec.encode(PICTURE, description=MARKET, rate="auto", max_bytes=20)
    assert len(encoded.data) in (19, 20)
    assert len(words_of(LANDMARK, rate="auto", max_bytes=20)) == 2
    with pytest.raises(InputError, match="use max_bytes 8"):
        words_of(LANDMARK, rate="auto", max_bytes=6)


def test_auto_limits_the_words_of_any_writer() -> None:
    class Writer(FakeModel):
        def select(self, description: str, k: int) -> list[str]:
            self.limit = k
            return description.split()[:k]

    writer = Writer()
    words_of(MARKET, rate="auto", writer=writer)
    assert writer.limit == len(words_of(MARKET, rate="auto"))


@pytest.mark.parametrize(
    ("limits", "rules", "max_words"),
    [
        ({}, ["default"], 12),
        ({"k": 5}, ["k"], 5),
        ({"rate": "auto"}, ["auto"], 2),
        ({"rate": "auto", "k": 1, "max_bytes": 99}, ["auto", "k", "max_bytes"], 1),
        ({"ubpp": 500}, ["ubpp"], 128),
    ],
)
def test_trace_states_the_rules_and_their_numbers(
    limits: dict[str, Any], rules: list[str], max_words: int
) -> None:
    notes = semcodec.encode(PICTURE, description=LANDMARK, **limits).trace.stages[-1].notes
    assert (notes["rate"], notes["max_words"]) == (rules, max_words)
    assert ("min_gain_per_bit" in notes) == ("rate" in limits)
    assert (notes["max_bits"] is None) == limits.keys().isdisjoint(("max_bytes", "ubpp"))
