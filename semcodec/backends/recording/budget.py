"""Limit the cost of a run: reserve a request's highest possible price, then count the actual one.

The invariant, with ``limit`` set: a request is sent only if ``spent`` plus its highest possible
price is at most ``limit``, however many threads send requests. ``reserve`` adds that price before
the request is sent, and ``settle`` replaces it by the actual price. Three properties guarantee the
invariant:

* ``max_usage`` is an upper bound. It counts bytes, not words: two ASCII characters or one byte of
  other characters per token, an overhead for the structure of the conversation, every pixel patch
  at the rate of the most expensive model, and the largest output limit that the request states,
  those in its extra fields included (``OUTPUT_LIMIT_FIELDS``), times ``n``. A request without a
  limit, or with one that is not a positive number, counts as ``UNLIMITED_OUTPUT``. With an estimate
  instead, one long answer could exceed the limit.
* A request without a known price is not sent, and a request that may have been billed without a
  token count is settled at its bound. If it counted as free, failing requests could spend without
  limit.
* Comparing and reserving are one step under a lock. Otherwise two threads could both find enough
  money left, and both would send.

The budget trusts the server in three ways, so ``spent`` can differ from the bill, or exceed
``limit``. The token counts that the server reports are counted as they are: if they are higher
than the bound, ``spent`` may exceed ``limit``, and every later paid request is rejected. The server
must observe the output limit. And it must not bill a request that it answers with an error status
(see ``openai.errors``). Other extra fields that raise the price are not part of the bound.

Tested by ``test_the_bound_is_at_least_every_estimate``,
``test_output_limit_in_an_extra_field_raises_the_bound``, ``test_limit_requires_a_known_price``,
``test_unknown_usage_is_settled_at_the_bound``, ``test_threads_never_spend_more_than_the_limit``,
``test_usage_above_the_bound_stops_later_requests`` and, for failed requests,
``test_a_failed_request_costs_its_bound_only_if_it_may_be_billed``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from semcodec.backends.recording.request import ModelRequest, Usage
from semcodec.errors import BudgetExceededError
from semcodec.forks import block_fork

CHARACTERS_PER_TOKEN: Final = 4  #: approximately, in English text; for estimates
#: ASCII characters per token, for bounds; even JSON full of escapes has more. Every byte of a
#: non-ASCII character counts as a token of its own.
MIN_CHARACTERS_PER_TOKEN: Final = 2
PATCH_PIXELS: Final = 32  #: side of the square patches in which images are billed
TOKENS_PER_PATCH: Final = 2.5  #: for an image that the model describes; small models need 2.46
TOKENS_PER_EDITED_PATCH: Final = 6.0  #: for an image to edit, which has a finer encoding
#: Part of a model name, and the tokens per patch of such models: ten times the usual number.
EXPENSIVE_IMAGE_MODELS: Final = ("gpt-4o-mini", 25.0)
OVERHEAD_TOKENS: Final = 200  #: for roles, separators and the JSON schema of the answer
#: Fields of a JSON schema that are part of the overhead, and tokens for the name and the marks of
#: each further one: the schema of a check has a field for each statement.
SCHEMA_FIELDS: Final = 10
TOKENS_PER_FIELD: Final = 20
#: Fields that limit the output, in tokens: of OpenAI's APIs, llama.cpp, and Ollama (in "options").
OUTPUT_LIMIT_FIELDS: Final = (
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "n_predict",
    "num_predict",
)

#: Tokens of an answer without a limit: more than the context of any model.
UNLIMITED_OUTPUT: Final = 10_000_000


class Prices(Protocol):
    """Prices of tokens by model."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Return the price of ``usage`` in dollars, or None if ``model`` has no known price."""
        ...


class Budget:
    """The dollars spent so far, and their limit. Threads may share it.

    The limit is that of the object: all requests of a backend count, in all calls of ``encode`` and
    ``decode`` and in all threads. Another backend has a budget of its own, unless it shares this
    one. The command line has one for all inputs and servers of a command.

    Attributes:
        limit: dollars; a request that could raise ``spent`` above it is not sent. None: no limit.
        spent: dollars, reservations for requests under way included.
    """

    prices: Prices
    limit: Decimal | None
    spent: Decimal

    def __init__(self, prices: Prices, limit: Decimal | None = None) -> None:
        self.prices, self.limit, self.spent = prices, limit, Decimal(0)
        self._lock = threading.Lock()
        self._total = self  # whose ``spent`` counts

    def share(self, other: Budget) -> None:
        """Count what this budget spends from now on in ``other``.

        The limit holds for both together: the lower one if they have two, and that of one if the
        other one has none. Otherwise, a budget without a limit would spend without asking.
        """
        total = other._total
        limits = [limit for limit in (self.limit, total.limit) if limit is not None]
        self.limit = total.limit = min(limits, default=None)
        self._total = total

    def price(self, request: ModelRequest, usage: Usage) -> Decimal | None:
        """Return the price in dollars, or None if it is unknown. Listing the models is free."""
        if request.route == "models":
            return Decimal(0)
        return self.prices.price(request.model, usage)

    def reserve(self, request: ModelRequest) -> Decimal:
        """Add the highest possible price of ``request`` to ``spent``, and return it.

        Returns:
            Dollars; 0 if there is no limit.

        Raises:
            BudgetExceededError: the price may exceed what is left, or is unknown.
        """
        total = self._total
        if total.limit is None:
            return Decimal(0)
        bound = self.price(request, max_usage(request))
        if bound is None:
            advice = "add it to the config file, or omit --max-cost."
            raise _budget_error(request, f"The price of {request.model} is unknown: {advice}")
        remaining = total.take(bound)
        if remaining is not None:
            problem = (
                f"Stage '{request.stage}' with {request.model} may cost up to "
                f"{format_dollars(bound)}, but only {format_dollars(remaining)} of the limit "
                f"remains: {_budget_advice(request)}."
            )
            raise _budget_error(request, problem)
        return bound

    def settle(
        self, request: ModelRequest, usage: Usage | None, reserved: Decimal
    ) -> Decimal | None:
        """Replace the ``reserved`` dollars by the price of ``usage``, and return that price.

        If ``usage`` is unknown (None), it counts as the upper bound, ``max_usage``.
        """
        price = self.price(request, max_usage(request) if usage is None else usage)
        self._total.correct((price or 0) - reserved)
        return price

    def take(self, bound: Decimal) -> Decimal | None:
        """Add ``bound`` to ``spent`` and return None; or return what remains, if that is less.

        In a worker process, this and ``correct`` are done by the main process
        (``bulk.shared_calls``).
        """
        with block_fork(), self._lock:
            if self.limit is not None:
                remaining = max(self.limit - self.spent, Decimal(0))
                if bound > remaining:
                    return remaining
            self.spent += bound
        return None

    def correct(self, change: Decimal) -> None:
        """Add ``change`` to ``spent``: the price of a request less what was reserved for it."""
        with block_fork(), self._lock:
            self.spent += change


def max_usage(request: ModelRequest) -> Usage:
    """Return an upper bound for the tokens of ``request`` and its response."""
    image_tokens = _image_tokens(request)
    # The largest limit, because servers differ in the field that they observe.
    output = max(
        request.max_output_tokens,
        estimate_usage(request).output_tokens,
        largest_output_limit(request.extra),
    )
    fields = request.readable_fields()
    output *= _count_answers(fields)
    text_tokens = OVERHEAD_TOKENS + sum(map(max_tokens, _texts(fields)))
    text_tokens += TOKENS_PER_FIELD * max(0, _count_schema_fields(fields) - SCHEMA_FIELDS)
    return Usage(
        input_tokens=text_tokens + image_tokens,
        input_image_tokens=image_tokens,
        output_tokens=output,
        output_image_tokens=output if request.is_image_request else 0,
    )


def estimate_usage(request: ModelRequest) -> Usage:
    """Return an estimate of the tokens of ``request`` and its response."""
    image_tokens = _image_tokens(request)
    output = request.max_output_tokens
    if request.expected_answer:
        output = len(request.expected_answer) // CHARACTERS_PER_TOKEN + 1
    characters = sum(map(len, _texts(request.readable_fields())))
    return Usage(
        input_tokens=characters // CHARACTERS_PER_TOKEN + image_tokens,
        input_image_tokens=image_tokens,
        output_tokens=output,
        output_image_tokens=output if request.is_image_request else 0,
    )


def max_tokens(text: str) -> int:
    """Return an upper bound for the tokens of a text."""
    ascii_count = sum(map(str.isascii, text))
    other_bytes = len(text.encode(errors="replace")) - ascii_count
    return -(-ascii_count // MIN_CHARACTERS_PER_TOKEN) + other_bytes


def format_dollars(amount: Decimal) -> str:
    """Return ``amount`` as text, with four decimals below a dollar and two above.

    >>> format_dollars(Decimal("0.01234"))
    '$0.0123'
    """
    return f"${amount:.4f}" if amount < 1 else f"${amount:.2f}"


def _texts(value: Any) -> list[str]:
    """Return all strings in a JSON value, keys excluded."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _count_schema_fields(value: Any) -> int:
    """Return the number of properties in the JSON schemas of a request."""
    if isinstance(value, list):
        return sum(map(_count_schema_fields, value))
    if not isinstance(value, dict):
        return 0
    properties = value.get("properties")
    own = len(properties) if isinstance(properties, dict) else 0
    return own + sum(map(_count_schema_fields, value.values()))


def largest_output_limit(fields: Mapping[str, Any]) -> int:
    """Return the largest output limit in ``fields`` and the objects in it; 0 if there is none."""
    return max(_output_limits(fields), default=0)


def _output_limits(fields: Mapping[str, Any]) -> list[int]:
    limits = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            limits += _output_limits(value)
        elif name in OUTPUT_LIMIT_FIELDS:  # servers take -1, 0 and null for no limit
            limits.append(int(value) if _is_whole(value) and value > 0 else UNLIMITED_OUTPUT)
    return limits


def _count_answers(fields: Mapping[str, Any]) -> int:
    """Return the number of answers that a request is billed for: the field ``n``."""
    count: Any = fields.get("n")
    return max(1, int(count)) if _is_whole(count) else 1


def _budget_advice(request: ModelRequest) -> str:
    if max_usage(request).output_tokens >= UNLIMITED_OUTPUT:
        return "send a limit of the output, such as text_extra = { max_tokens = 2048 }"
    return "raise --max-cost"


def _is_whole(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def _image_tokens(request: ModelRequest) -> int:
    """Return the input tokens of all images; a partial patch counts as a whole one."""
    family, expensive_rate = EXPENSIVE_IMAGE_MODELS
    if family in request.model:
        rate = expensive_rate
    else:
        rate = TOKENS_PER_EDITED_PATCH if request.is_image_request else TOKENS_PER_PATCH
    patches = (
        -(-width // PATCH_PIXELS) * -(-height // PATCH_PIXELS)
        for width, height in request.image_sizes
    )
    return int(sum(rate * count for count in patches))


def _budget_error(request: ModelRequest, message: str) -> BudgetExceededError:
    return BudgetExceededError(message, backend=request.model, stage=request.stage)
