"""``max_cost`` limits the highest possible price of what runs and the cost of what has ended."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches.parts import max_price
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.recording import Usage
from semcodec.backends.recording.budget import max_usage
from semcodec.errors import BudgetExceededError
from tests.backends.openai.batches.batch_server import BatchServer
from tests.backends.openai.batches.simple_runs import (
    SimpleRun,
    expected_results,
    make_request,
    make_settings,
    repeat,
)

#: Of ``fake_responses``: 20 tokens in at $2 a million, 10 out at $10, half the price.
ACTUAL = Decimal("0.00007")


def bound() -> Decimal:
    """Return the highest possible price of one request of an input."""
    price = max_price("m", max_usage(make_request("describe", "0")), ServerPrices(make_settings()))
    assert price is not None
    return price


def limited(folder: Path, server: BatchServer, dollars: Decimal, count: int = 6) -> SimpleRun:
    return SimpleRun(folder, server, count, settings=make_settings(max_cost=dollars), stages=1)


def test_price_is_half_of_that_of_a_single_request() -> None:
    prices = ServerPrices(make_settings())
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    assert prices.price("m", usage) == 12
    assert max_price("m", usage, prices) == 6


def test_cost_is_that_of_the_usage_in_responses(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer(execute=repeat), 6, stages=1).start()
    assert run.batches.spent == 6 * ACTUAL
    [part] = run.store.journal.parts(run.settings.base_url)
    assert part.dollars == 6 * ACTUAL
    assert part.bound is not None
    assert part.bound >= 6 * bound()


def test_response_without_usage_costs_the_bound(tmp_path: Path) -> None:
    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        status, body = repeat(fields)
        return status, {name: value for name, value in body.items() if name != "usage"}

    run = SimpleRun(tmp_path, BatchServer(execute=execute), 3, stages=1).start()
    assert run.batches.spent == 3 * bound()


@pytest.mark.parametrize(("status", "share"), [(400, 0), (200, 1)])
def test_failed_request_costs_its_bound_only_if_it_may_be_billed(
    tmp_path: Path, status: int, share: int
) -> None:
    server = BatchServer(execute=lambda fields: (status, {"error": {"message": "no"}}))
    run = SimpleRun(tmp_path, server, 3, stages=1).start()
    assert run.batches.spent == 3 * share * bound()


def test_requests_without_a_result_cost_nothing(tmp_path: Path) -> None:
    statuses = ("validating", "in_progress", "finalizing", "expired")
    server = BatchServer(execute=repeat, statuses=statuses, executed_before_end=2)
    run = SimpleRun(tmp_path, server, 4, stages=1).start()
    assert run.batches.spent == 4 * ACTUAL


def test_part_is_submitted_only_within_the_limit(tmp_path: Path) -> None:
    """The limit has room for the bounds of two requests; each costs a fraction of its bound."""
    server, most = BatchServer(execute=repeat), []
    run = limited(tmp_path, server, Decimal("2.5") * bound())
    run.batches._on_progress = lambda progress: most.append(progress.spent)
    run.start()
    assert run.results == expected_results(run.inputs, 1)
    assert len(server.batches) == 6  # each part has at most a tenth of the limit, but one request
    assert max(most) <= Decimal("2.5") * bound()
    assert run.batches.spent == 6 * ACTUAL


def test_limit_stops_and_a_higher_one_continues(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    limit = bound() + ACTUAL
    with pytest.raises(BudgetExceededError) as caught:
        limited(tmp_path, server, limit).start()
    assert str(caught.value) == (
        "The next batch with m may cost up to $0.0007, but only $0.0006 of the limit remains: "
        "raise --max-cost, and the same command continues."
    )
    assert len(server.batches) == 2
    assert sum(server.paid.values()) == 2
    run = limited(tmp_path, server, 20 * bound()).start()
    assert run.results == expected_results(run.inputs, 1)
    assert set(server.paid.values()) == {1}
    assert run.batches.spent == 6 * ACTUAL


def test_limit_counts_what_earlier_runs_have_spent(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    with pytest.raises(BudgetExceededError):
        limited(tmp_path, server, bound() + ACTUAL).start()
    paid = sum(server.paid.values())
    with pytest.raises(BudgetExceededError):
        limited(tmp_path, server, bound() + ACTUAL).start()
    assert sum(server.paid.values()) == paid


def test_batch_that_runs_is_reserved_for_after_a_kill(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    run = SimpleRun(tmp_path, server, 2, stages=1, sleep=stop)
    with pytest.raises(KeyboardInterrupt):
        run.start()
    server.statuses = ("in_progress",)
    again = SimpleRun(tmp_path, server, 2, stages=1, sleep=stop)
    with pytest.raises(KeyboardInterrupt):
        again.start()
    assert again.batches.spent == run.batches.spent >= 2 * bound()


def test_submission_that_fails_leaves_nothing_reserved(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    unavailable = 503, {"error": {"message": "no"}}
    server.faults["POST", "/files"] = [lambda: unavailable] * 12
    run = limited(tmp_path, server, Decimal("1.5") * bound(), count=1).start()
    assert server.faults["POST", "/files"] == []
    assert run.results == expected_results(run.inputs, 1)
    assert run.batches.spent == ACTUAL


def test_limit_of_zero_submits_nothing(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    with pytest.raises(BudgetExceededError, match=r"only .0.0000 of the limit remains"):
        limited(tmp_path, server, Decimal(0)).start()
    assert server.submitted == {}
    assert server.files == {}


def test_limit_needs_a_known_price(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    settings = make_settings(max_cost=Decimal(5), prices={})
    run = SimpleRun(tmp_path, server, settings=settings, model=lambda _: "a-new-model")
    with pytest.raises(BudgetExceededError, match="price of a-new-model is unknown: add it to the"):
        run.start()
    assert server.files == {}


def test_unknown_price_is_allowed_without_a_limit(tmp_path: Path) -> None:
    settings = make_settings(prices={})
    run = SimpleRun(
        tmp_path, BatchServer(execute=repeat), settings=settings, model=lambda _: "a-new-model"
    ).start()
    assert len(run.results) == 2
    assert run.batches.spent == 0
