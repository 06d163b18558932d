"""Print the plan of ``--dry-run``: each request with its model, tokens and price."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from semcodec.backends.openai import DryRunClient, OpenAIBackend, credentials
from semcodec.backends.recording import ModelRequest, Usage
from semcodec.backends.recording.budget import estimate_usage, format_dollars
from semcodec.backends.recording.recorder import SAMPLING_FIELDS
from semcodec.cli.output import escape_control, format_table, print_paragraph, print_result
from semcodec.cli.plan_bounds import max_usages
from semcodec.errors import BackendError

UNKNOWN_PRICES: Final = (
    "Some prices are unknown: install semcodec[openai], or add them to the config file."
)
NOTE: Final = (
    "Nothing was sent. The maximum includes reasoning tokens, the longest answers, and a second "
    "request for each text that cannot be used."
)
REFLECTION: Final = "These are the requests of all tries of reflection, which may end earlier."
EDITS: Final = (
    "If the server cannot edit, that costs nothing, and a new picture is painted for each edit."
)
#: Stages of reflection alone; the others can occur without it.
REFLECTION_STAGES: Final = ("edit", "check", "compare")
#: Stages that only reflection repeats for one input.
REPEATED_STAGES: Final = ("describe", "paint")
HEADINGS: Final = ("stage", "model", "tokens in", "tokens out", "expected", "maximum")


def print_plans(
    plans: Sequence[tuple[OpenAIBackend, DryRunClient]],
    calls: Sequence[Mapping[str, Any]],
    *,
    is_batch: bool,
) -> None:
    """Print the plan of each server that would get a request; that of the first one in any case.

    Args:
        plans: each server with the client that collected its requests.
        calls: as for ``print_plan``.
        is_batch: as for ``print_plan``.
    """
    stages = {request.stage for _, client in plans for request in client.requests}
    run_maximum = total_prices(plans)[1]
    for number, (server, client) in enumerate(plans):
        if client.requests or number == 0:
            if number:
                print_result("\n")
            print_plan(
                server, client, () if number else calls, stages, run_maximum, is_batch=is_batch
            )


def total_prices(
    plans: Sequence[tuple[OpenAIBackend, DryRunClient]],
) -> tuple[Decimal | None, Decimal | None]:
    """Return the expected and the highest possible price of all requests; None if unknown."""
    stages = {request.stage for _, client in plans for request in client.requests}
    bounds = [(_Bounds(server, stages), client.requests) for server, client in plans]
    expected = [bound.expected(requests) for bound, requests in bounds]
    maxima = [bound.maximum(requests) for bound, requests in bounds]
    return _sum_known(expected), _sum_known(maxima)


def _sum_known(prices: Sequence[Decimal | None]) -> Decimal | None:
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def print_plan(
    server: OpenAIBackend,
    client: DryRunClient,
    calls: Sequence[Mapping[str, Any]],
    planned_stages: Collection[str],
    run_maximum: Decimal | None,
    *,
    is_batch: bool,
) -> None:
    """Print the requests that ``client`` collected instead of sending.

    Args:
        server: the backend, for prices and settings.
        client: has the requests.
        calls: the notes of all calls, of which those replayed from a recording cost nothing.
        planned_stages: the stages of all requests, also those to other servers.
        run_maximum: the highest possible price of all requests, also those to other servers,
            because ``--max-cost`` limits them together; None if it is unknown.
        is_batch: whether to print one row for all requests of the same stage and model, as is
            always done for reflection.
    """
    requests, limit = client.requests, server.settings.max_cost
    bounds = _Bounds(server, planned_stages)
    head = f"server  {server.settings.base_url}\nkey     {_key_source(server)}\n"
    if sampling := _sampling(requests):
        head += f"texts   {sampling}\n"
    print_result(head)
    stages = {request.stage for request in requests}
    is_reflected = not stages.isdisjoint(REFLECTION_STAGES) or (
        not is_batch and any(_count(requests, stage) > 1 for stage in REPEATED_STAGES)
    )
    print_result(_format_requests(bounds, requests, is_grouped=is_batch or is_reflected))
    if replayed := sum("source" in call for call in calls):
        print_paragraph(f"Responses from the recording, at no cost: {replayed}.")
    if bounds.maximum(requests) is None:
        print_paragraph(UNKNOWN_PRICES)
    if limit is not None and (run_maximum is None or run_maximum > limit):
        print_paragraph(f"The limit of {format_dollars(limit)} may stop the run before its end.")
    if is_reflected:
        print_paragraph(f"{REFLECTION} {EDITS}" if "edit" in stages else REFLECTION)
    print_paragraph(NOTE)


def _format_requests(bounds: _Bounds, requests: list[ModelRequest], *, is_grouped: bool) -> str:
    """Return the table of requests; if grouped, with a row and a count for each stage and model."""
    groups = _by_stage(requests) if is_grouped else [[request] for request in requests]
    prices = _format_price(bounds.expected(requests)), _format_price(bounds.maximum(requests))
    rows = [HEADINGS, *(_row(bounds, group) for group in groups), ("total", "", "", "", *prices)]
    if not is_grouped:
        return format_table(rows, "<<>>>>")
    counts = ["requests", *(f"{len(group)}" for group in groups), f"{len(requests)}"]
    rows_with_counts = zip(rows, counts, strict=True)
    return format_table([(*row[:2], n, *row[2:]) for row, n in rows_with_counts], "<<>>>>>")


def _sampling(requests: Iterable[ModelRequest]) -> str:
    """Return the temperatures and seeds of the texts, or "" if none are sent."""
    sent = [{**request.body, **request.extra} for request in requests if request.is_text_request]
    texts = [
        ", ".join(f"{name} {fields[name]}" for name in SAMPLING_FIELDS if name in fields)
        for fields in sent
    ]
    return escape_control("; ".join(dict.fromkeys(filter(None, texts))))


def _key_source(server: OpenAIBackend) -> str:
    try:
        return credentials.describe_key(server.settings)
    except BackendError:
        return "not found, and the server needs one"


def _count(requests: Iterable[ModelRequest], stage: str) -> int:
    return sum(request.stage == stage for request in requests)


def _by_stage(requests: Iterable[ModelRequest]) -> list[list[ModelRequest]]:
    """Return the requests in groups of the same stage and model, in order of the first."""
    groups: dict[tuple[str, str], list[ModelRequest]] = {}
    for request in requests:
        groups.setdefault((request.stage, request.model), []).append(request)
    return list(groups.values())


def _row(bounds: _Bounds, group: list[ModelRequest]) -> tuple[str, ...]:
    """Return the cells for requests of one stage and model."""
    expected = _format_price(bounds.expected(group))
    maximum = _format_price(bounds.maximum(group))
    if group[0].route == "models":
        return ("list models", "", "", "", expected, maximum)
    usages = [estimate_usage(request) for request in group]
    return (
        group[0].stage,
        escape_control(group[0].model),
        f"{sum(usage.input_tokens for usage in usages)}",
        f"{sum(usage.output_tokens for usage in usages)}",
        expected,
        maximum,
    )


class _Bounds:
    """The expected and the highest possible price of planned requests; None if it is unknown."""

    def __init__(self, server: OpenAIBackend, planned_stages: Collection[str]) -> None:
        self._server, self._stages = server, planned_stages

    def expected(self, requests: Iterable[ModelRequest]) -> Decimal | None:
        return self._total((request, estimate_usage(request)) for request in requests)

    def maximum(self, requests: Iterable[ModelRequest]) -> Decimal | None:
        retry_tokens = self._server.max_retry_tokens
        return self._total(
            (request, usage)
            for request in requests
            for usage in max_usages(request, self._stages, retry_tokens)
        )

    def _total(self, usages: Iterable[tuple[ModelRequest, Usage]]) -> Decimal | None:
        return _sum_known([self._server.budget.price(*usage) for usage in usages])


def _format_price(price: Decimal | None) -> str:
    return "unknown" if price is None else format_dollars(price)
