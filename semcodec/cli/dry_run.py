"""What ``--dry-run`` shows: every call that would be made, its model, tokens and price."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from semcodec.backends.openai import DryRunClient, OpenAIBackend, credentials
from semcodec.backends.recording import Budget, ModelRequest, Usage
from semcodec.backends.recording.budget import dollars, expected_usage, max_usage
from semcodec.cli.output import escape_control, print_result
from semcodec.errors import BackendError
from semcodec.pipeline import Trace

UNKNOWN: Final = """
Prices come with semcodec[openai]; those that it lacks can be written into the config file."""
ENDING: Final = """
Nothing was sent. "At most" is with all the thoughts of models that reason; an answer that cannot be
used is asked for once more."""
HEADINGS: Final = ("call", "model", "tokens in", "out", "about", "at most")


def rehearsed(server: OpenAIBackend, rehearsal: DryRunClient, trace: Trace) -> int:
    """Print the calls of a rehearsal, and return the exit code."""
    calls, most = rehearsal.calls, server.settings.max_cost
    kept = sum("source" in call for call in trace.calls)
    print_result(f"server  {server.settings.base_url}")
    print_result(f"key     {_key(server)}\n")
    rows = [HEADINGS, *(_row(server.purse, call) for call in calls)]
    about, bounds = (_sum(server.purse, calls, count) for count in (expected_usage, max_usage))
    print_result(_table([*rows, ("all", "", "", "", _shown(about), _shown(bounds))]))
    if kept:
        print_result(f"\nThe tape answers {kept} more, for nothing.")
    if bounds is None:
        print_result(UNKNOWN)
    if most is not None and (bounds is None or bounds > most):
        print_result(f"\nThe limit of {dollars(most)} may stop this before its end.")
    print_result(ENDING)
    return 0


def _key(server: OpenAIBackend) -> str:
    try:
        return f"from {credentials.find_key(server.settings).source}"
    except BackendError:
        return "none yet, and it needs one"


def _row(purse: Budget, call: ModelRequest) -> tuple[str, ...]:
    about, most = (_shown(purse.price(call, count(call))) for count in (expected_usage, max_usage))
    if call.route == "models":
        return ("list the models", "", "", "", about, most)
    usage = expected_usage(call)
    return (call.stage, escape_control(call.model), f"{usage.taken}", f"{usage.given}", about, most)


def _sum(
    purse: Budget, calls: list[ModelRequest], count: Callable[[ModelRequest], Usage]
) -> Decimal | None:
    prices = [purse.price(call, count(call)) for call in calls]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _shown(price: Decimal | None) -> str:
    return "unknown" if price is None else dollars(price)


def _table(rows: list[Any]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
