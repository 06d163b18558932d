"""Limits of a record."""

from __future__ import annotations

from typing import Any

import pytest

import semcodec
from semcodec.bitstream import api
from semcodec.pipeline.rate_control import MAX_PAYLOAD_BYTES, RateLimits


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
