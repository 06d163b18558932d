"""Print the plan of ``--batch --dry-run``: parts, tokens and half the price, from a sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from semcodec.backends.openai.batches.plan import PlannedStage
from semcodec.backends.recording.budget import format_dollars
from semcodec.cli.output import escape_control, format_table, print_paragraph, print_result

HEADINGS: Final = (
    "stage", "model", "requests", "parts", "tokens in", "tokens out", "expected", "maximum",
)  # fmt: skip
NOTE: Final = (
    "Nothing was sent. Prices are those of batches, half of those of single requests; a batch "
    "takes up to 24 hours. The maximum includes reasoning tokens, the longest answers, and a "
    "second request for each text that cannot be used."
)
UNKNOWN_PRICES: Final = (
    "Some prices are unknown: install semcodec[openai], or add them to the config file."
)


def print_batch_plan(stages: Sequence[PlannedStage], ratio: Decimal = Decimal(1)) -> None:
    """Print what a run submits.

    Args:
        stages: of a ``BatchDryRunClient``.
        ratio: the number of inputs to those that the client has seen, at least 1.
    """
    scaled = [stage.scaled(ratio) for stage in stages]
    rows = [HEADINGS, *map(_row, scaled)]
    totals = [_total(stage.expected for stage in scaled), _total(stage.maximum for stage in scaled)]
    counts = sum(stage.requests for stage in scaled), sum(stage.parts for stage in scaled)
    rows.append(("total", "", *(f"{n:,}" for n in counts), "", "", *map(_format, totals)))
    print_result(format_table(rows, "<<>>>>>>"))
    if None in totals:
        print_paragraph(UNKNOWN_PRICES)
    print_paragraph(NOTE)


def _row(stage: PlannedStage) -> tuple[str, ...]:
    counts = stage.requests, stage.parts, stage.input_tokens, stage.output_tokens
    prices = _format(stage.expected), _format(stage.maximum)
    return (stage.stage, escape_control(stage.model), *(f"{count:,}" for count in counts), *prices)


def _total(prices: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for price in prices:
        if price is None:
            return None
        total += price
    return total


def _format(price: Decimal | None) -> str:
    return "unknown" if price is None else format_dollars(price)
