"""Limits on the size and rate of a record, as limits on words and payload bits."""

from __future__ import annotations

from typing import Any

import pytest

import semcodec
from semcodec.bitstream import api
from semcodec.pipeline.rate_control import MAX_PAYLOAD_BYTES, RateLimits
from semcodec.words import MAX_K


@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "url", "qr"])
@pytest.mark.parametrize("max_bytes", [1, 5, 7, 8, 20, 21, 22, 60, 127, 128, 131, 15_999, 40_000])
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
