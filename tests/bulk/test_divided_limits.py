"""Limits that are divided over actors."""

from __future__ import annotations

from decimal import Decimal

from semcodec.backends.openai.rate_limits import Share
from semcodec.bulk import divided_limits


def test_limits_are_divided_over_actors() -> None:
    assert divided_limits.divide_dollars(Decimal("1"), 3) == Decimal("0.333333")
    assert 3 * divided_limits.divide_dollars(Decimal("1"), 3) <= 1
    limiter = divided_limits.DividedLimiter(4)
    limiter.reserve(Share("m"), {"requests": 8, "tokens": None, "images": 2})
    assert {kind: bucket.limit for kind, bucket in limiter._buckets.items()} == {
        "requests": 2,
        "images": 1,
    }
