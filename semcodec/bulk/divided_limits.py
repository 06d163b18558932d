"""Limits of actors on a cluster, which share nothing: each gets an equal part."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from semcodec.backends.openai.rate_limits import Kind, RateLimiter, Share

SMALLEST_SHARE: Final = Decimal("0.000001")  #: dollars; a share of a limit is rounded down to it


def divide_dollars(limit: Decimal, actors: int) -> Decimal:
    """Return what each of several processes may spend, rounded down."""
    return (limit / actors).quantize(SMALLEST_SHARE, ROUND_DOWN)


class DividedLimiter(RateLimiter):
    """Keeps a process within a part of the rate limits of the settings.

    What a server states in its responses is not divided: it counts the requests of all processes.
    """

    def __init__(self, processes: int) -> None:
        super().__init__()
        self._processes = processes

    def reserve(self, share: Share, limits: Any) -> float:
        """Take a request's share of a part of all limits, as ``RateLimiter`` does."""
        divided: dict[Kind, int | None] = {
            kind: limit and max(1, limit // self._processes) for kind, limit in limits.items()
        }
        return super().reserve(share, divided)
