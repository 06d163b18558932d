"""Print the plan of ``--dry-run``: each request with its model, tokens and price."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from semcodec.backends.openai import DryRunClient, OpenAIBackend, credentials
from semcodec.backends.recording import Budget, ModelRequest, Usage
from semcodec.backends.recording.budget import estimate_usage, format_dollars, max_usage
from semcodec.cli.output import escape_control, format_table, print_paragraph, print_result
from semcodec.cli.parser import DONE
from semcodec.errors import BackendError
from semcodec.pipeline import Trace

UNKNOWN_PRICES: Final = (
    "Some prices are unknown: install semcodec[openai], or add them to the config file."
)
NOTE: Final = (
    "Nothing was sent. The maximum includes reasoning tokens, but not the one retry of a stage "
    "with an unusable response."
)
HEADINGS: Final = ("stage", "model", "tokens in", "tokens out", "expected", "maximum")


def print_plan(server: OpenAIBackend, client: DryRunClient, trace: Trace) -> int:
    """Print the requests that ``client`` collected instead of sending; return the exit code."""
    requests, limit = client.requests, server.settings.max_cost
    expected = _total(server.budget, requests, estimate_usage)
    maximum = _total(server.budget, requests, max_usage)
    print_result(f"server  {server.settings.base_url}\nkey     {_key_source(server)}\n")
    rows = [HEADINGS, *(_row(server.budget, request) for request in requests)]
    total = ("total", "", "", "", _format_price(expected), _format_price(maximum))
    print_result(format_table([*rows, total], "<<>>>>"))
    if replayed := sum("source" in call for call in trace.calls):
        print_paragraph(f"Responses from the recording, at no cost: {replayed}.")
    if maximum is None:
        print_paragraph(UNKNOWN_PRICES)
    if limit is not None and (maximum is None or maximum > limit):
        print_paragraph(f"The limit of {format_dollars(limit)} may stop the run before its end.")
    print_paragraph(NOTE)
    return DONE


def _key_source(server: OpenAIBackend) -> str:
    try:
        return f"from {credentials.find_key(server.settings).source}"
    except BackendError:
        return "not found, and the server needs one"


def _row(budget: Budget, request: ModelRequest) -> tuple[str, ...]:
    expected, maximum = (
        _format_price(budget.price(request, usage(request)))
        for usage in (estimate_usage, max_usage)
    )
    if request.route == "models":
        return ("list models", "", "", "", expected, maximum)
    usage = estimate_usage(request)
    model = escape_control(request.model)
    return (
        request.stage,
        model,
        f"{usage.input_tokens}",
        f"{usage.output_tokens}",
        expected,
        maximum,
    )


def _total(
    budget: Budget, requests: list[ModelRequest], usage: Callable[[ModelRequest], Usage]
) -> Decimal | None:
    """Return the sum of the prices in dollars, or None if a price is unknown."""
    prices = [budget.price(request, usage(request)) for request in requests]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _format_price(price: Decimal | None) -> str:
    return "unknown" if price is None else format_dollars(price)
