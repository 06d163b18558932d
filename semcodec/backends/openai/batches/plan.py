"""Plan batches: their parts, tokens and price, without a server and without keeping requests."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from semcodec.backends.openai.batches.parts import (
    MAX_PART_REQUESTS,
    Limits,
    PartSize,
    max_price,
)
from semcodec.backends.openai.batches.store import MAX_PART_BYTES, format_line
from semcodec.backends.openai.dry_run import DryRunClient
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.backends.recording.budget import Prices, estimate_usage


@dataclass(slots=True)
class PlannedStage:
    """The requests of one stage to one model, which one round submits.

    Attributes:
        stage, model: those of all requests.
        requests, parts, bytes: numbers, and the size of all parts.
        input_tokens, output_tokens: estimated.
        expected, maximum: dollars in batches; None if the price is unknown. The maximum includes a
            second request for each.
        bound: the same without it, which a part reserves.
    """

    stage: str
    model: str
    requests: int = 0
    parts: int = 0
    bytes: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    expected: Decimal | None = Decimal(0)
    maximum: Decimal | None = Decimal(0)
    bound: Decimal | None = Decimal(0)
    _last: PartSize | None = field(default=None, repr=False)

    def scaled(self, ratio: Decimal) -> PlannedStage:
        """Return the plan for ``ratio`` times as many requests of the same sizes, at least 1."""
        requests = math.ceil(self.requests * ratio)
        parts = self.parts if ratio == 1 else math.ceil(requests / self._requests_per_part())
        bytes_, tokens_in, tokens_out = (
            math.ceil(number * ratio)
            for number in (self.bytes, self.input_tokens, self.output_tokens)
        )
        expected, maximum = (
            None if price is None else price * ratio for price in (self.expected, self.maximum)
        )
        return PlannedStage(
            self.stage,
            self.model,
            requests,
            parts,
            bytes_,
            tokens_in,
            tokens_out,
            expected,
            maximum,
        )

    def _requests_per_part(self) -> float:
        """Return how many requests of the mean size a part can have."""
        limits = Limits() if self._last is None else self._last.limits
        shares = [1 / MAX_PART_REQUESTS, self.bytes / self.requests / MAX_PART_BYTES]
        if limits.tokens:
            shares.append(self.input_tokens / self.requests / limits.tokens)
        if limits.dollars and self.bound:
            shares.append(float(self.bound / self.requests / limits.dollars))
        return max(1.0, 1 / max(shares))


class BatchDryRunClient(DryRunClient):
    """Returns a typical response to each request, and counts the requests by stage and model.

    Unlike a ``DryRunClient``, it keeps no request, since a million of them would not fit into
    memory; ``requests`` stays empty.

    Args:
        prices: those of the server.
        max_usages: returns upper bounds for a request, and for a second one in its place.
        limits: those of a part, as the run has them.

    Attributes:
        stages: what was counted, in the order of the first request of each.
    """

    def __init__(
        self,
        prices: Prices,
        max_usages: Callable[[ModelRequest], Iterable[Usage]],
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self._prices, self._max_usages = prices, max_usages
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._by_key: dict[tuple[str, str, str], PlannedStage] = {}

    @property
    def stages(self) -> list[PlannedStage]:
        """What was counted, in the order of the first request of each."""
        return list(self._by_key.values())

    def __call__(self, request: ModelRequest) -> ModelResponse:
        """Return a typical response, with the expected token counts."""
        response = super().__call__(request)
        self.requests.clear()
        if request.route != "models":
            with self._lock:
                self._count(request)
        return response

    def _count(self, request: ModelRequest) -> None:
        key = request.stage, request.route, request.model
        planned = self._by_key.setdefault(key, PlannedStage(request.stage, request.model))
        usage, size = estimate_usage(request), len(format_line(request.digest, request))
        bounds = [
            max_price(request.model, each, self._prices) for each in self._max_usages(request)
        ]
        share = size, usage.input_tokens, bounds[0]
        if planned._last is None or not planned._last.takes(*share):
            planned._last = PartSize(self._limits)
            planned.parts += 1
        planned._last.add(*share)
        planned.requests += 1
        planned.bytes += size
        planned.input_tokens += usage.input_tokens
        planned.output_tokens += usage.output_tokens
        planned.expected = _add(planned.expected, max_price(request.model, usage, self._prices))
        planned.bound = _add(planned.bound, bounds[0])
        for bound in bounds:
            planned.maximum = _add(planned.maximum, bound)


def _add(total: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if total is None or price is None else total + price
