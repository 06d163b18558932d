"""A budget rejects every request that could exceed its limit."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.prompting import statements
from semcodec.backends.recording import Budget, ModelRequest, Usage
from semcodec.backends.recording.budget import (
    OVERHEAD_TOKENS,
    UNLIMITED_OUTPUT,
    estimate_usage,
    format_dollars,
    max_usage,
)
from semcodec.errors import BudgetExceededError
from tests.backends.recording.factories import (
    IMAGE_URL,
    FlatPrices,
    make_edit_request,
    make_request,
)

MAX_PRICE = FlatPrices().price("m", max_usage(make_request()))


def test_budget_without_a_limit_reserves_nothing() -> None:
    budget = Budget(FlatPrices())
    assert (
        budget.reserve(make_request(model="unknown"))
        == budget.reserve(make_request())
        == budget.spent
        == 0
    )


def test_request_may_use_the_whole_remaining_budget() -> None:
    assert MAX_PRICE is not None
    assert Budget(FlatPrices(), MAX_PRICE).reserve(make_request()) == MAX_PRICE
    with pytest.raises(BudgetExceededError, match="raise --max-cost") as caught:
        Budget(FlatPrices(), MAX_PRICE - Decimal("0.01")).reserve(make_request())
    assert (caught.value.stage, caught.value.backend) == ("describe", "m")
    price, limit = format_dollars(MAX_PRICE), format_dollars(MAX_PRICE - Decimal("0.01"))
    assert f"may cost up to {price}, but only {limit}" in str(caught.value)


def test_spent_dollars_are_not_available() -> None:
    assert MAX_PRICE is not None
    budget = Budget(FlatPrices(), MAX_PRICE)
    assert budget.settle(make_request(), Usage(1, 0, 0), Decimal(0)) == Decimal("0.01")
    with pytest.raises(BudgetExceededError):
        budget.reserve(make_request())
    budget.settle(make_request(), Usage(10**9, 0, 10**9), Decimal(0))
    with pytest.raises(BudgetExceededError, match=r"\$0\.0000 of the limit remains"):
        budget.reserve(make_request())


def test_reservation_counts_as_spent_until_it_is_settled() -> None:
    assert MAX_PRICE is not None
    budget = Budget(FlatPrices(), MAX_PRICE + Decimal("0.40"))
    reserved = budget.reserve(make_request())
    assert budget.spent == reserved == MAX_PRICE
    with pytest.raises(BudgetExceededError, match=r"only \$0\.4000 of the limit remains"):
        budget.reserve(make_request())
    assert budget.spent == MAX_PRICE  # a rejected request reserves nothing
    assert (
        budget.settle(make_request(), Usage(30, 20, 10), reserved)
        == budget.spent
        == Decimal("0.40")
    )
    assert budget.reserve(make_request()) == MAX_PRICE


class SlowBudget(Budget):
    """A budget that lets other threads run whenever it reads ``spent``, and records its values."""

    def __init__(self, limit: Decimal) -> None:
        self.history = list[Decimal]()
        super().__init__(FlatPrices(), limit)

    @property  # type: ignore[override]
    def spent(self) -> Decimal:
        current = self.history[-1]
        time.sleep(0.01)
        return current

    @spent.setter
    def spent(self, amount: Decimal) -> None:
        self.history.append(amount)


def test_threads_never_spend_more_than_the_limit() -> None:
    assert MAX_PRICE is not None
    budget, allowed, rejected = (
        SlowBudget(3 * MAX_PRICE + Decimal("0.01")),
        list[Decimal](),
        list[str](),
    )

    def reserve() -> None:
        try:
            allowed.append(budget.reserve(make_request()))
        except BudgetExceededError as error:
            rejected.append(str(error))

    run_at_once([reserve] * 8)
    assert (allowed, len(rejected)) == ([MAX_PRICE] * 3, 5)
    assert max(budget.history) == budget.spent == 3 * MAX_PRICE
    run_at_once([lambda: budget.settle(make_request(), Usage(30, 20, 10), MAX_PRICE)] * 3)
    assert budget.spent == Decimal("1.20")


def test_budgets_that_share_their_limit_spend_it_once() -> None:
    assert MAX_PRICE is not None
    first, second = (Budget(FlatPrices(), 2 * MAX_PRICE) for _ in range(2))
    second.share(first)
    assert second.reserve(make_request()) == MAX_PRICE
    assert (first.spent, second.spent) == (MAX_PRICE, 0)
    first.reserve(make_request())
    for budget in (first, second):
        with pytest.raises(BudgetExceededError):
            budget.reserve(make_request())
    second.settle(make_request(), Usage(), MAX_PRICE)
    assert first.spent == MAX_PRICE


def test_limit_of_the_last_budget_that_shares_it_holds_for_all() -> None:
    assert MAX_PRICE is not None
    budgets = [Budget(FlatPrices(), number * MAX_PRICE) for number in (9, 9, 1)]
    for budget in budgets:
        budget.share(budgets[0])
    budgets[1].reserve(make_request())
    for budget in budgets:
        with pytest.raises(BudgetExceededError):
            budget.reserve(make_request())


@pytest.mark.parametrize(("own", "other"), [(None, 2), (2, None), (2, 9), (9, 2), (None, None)])
def test_lower_limit_holds_for_budgets_that_share_it(own: int | None, other: int | None) -> None:
    assert MAX_PRICE is not None
    limits = [None if number is None else number * MAX_PRICE for number in (own, other)]
    first, second = (Budget(FlatPrices(), limit) for limit in limits)
    first.share(second)
    for budget in (first, second):
        budget.reserve(make_request())
    for budget in (first, second):
        if own or other:
            with pytest.raises(BudgetExceededError):
                budget.reserve(make_request())
        else:
            assert budget.reserve(make_request()) == 0


def run_at_once(jobs: Sequence[Callable[[], object]]) -> None:
    ready = threading.Barrier(len(jobs))
    threads = [threading.Thread(target=lambda job=job: (ready.wait(), job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_limit_of_zero_rejects_every_paid_request() -> None:
    with pytest.raises(BudgetExceededError):
        Budget(FlatPrices(), Decimal(0)).reserve(make_request())


def test_limit_requires_a_known_price() -> None:
    with pytest.raises(BudgetExceededError, match="price of unknown is unknown"):
        Budget(FlatPrices(), Decimal(100)).reserve(make_request(model="unknown"))


def test_listing_models_is_free() -> None:
    request, budget = ModelRequest("choose a model", "models", {}), Budget(FlatPrices(), Decimal(0))
    assert budget.reserve(request) == budget.price(request, Usage(9, 0, 9)) == 0
    assert budget.settle(request, None, Decimal(0)) == budget.spent == 0
    unknown = ModelRequest("choose a model", "models", {"model": "unknown"})
    assert budget.price(unknown, Usage()) == budget.reserve(unknown) == 0


def test_price_depends_on_the_model() -> None:
    assert Budget(FlatPrices()).price(make_request(), Usage(3, 0, 4)) == Decimal("0.07")
    assert Budget(FlatPrices()).price(make_request(model="unknown"), Usage(3, 0, 4)) is None


def test_unknown_usage_is_settled_at_the_bound() -> None:
    budget = Budget(FlatPrices())
    assert budget.settle(make_request(), None, Decimal(0)) == MAX_PRICE == budget.spent


def test_unknown_price_is_not_counted() -> None:
    budget = Budget(FlatPrices())
    assert budget.settle(make_request(model="unknown"), None, Decimal(0)) is None
    assert budget.spent == 0


def test_image_tokens_are_counted_by_patches() -> None:
    small, large = (
        max_usage(make_request(image_sizes=(size,))) for size in ((32, 32), (1024, 1024))
    )
    assert (small.input_image_tokens, large.input_image_tokens) == (2, 2560)
    assert (
        large.input_tokens - large.input_image_tokens
        == small.input_tokens - small.input_image_tokens
    )
    assert max_usage(make_request(image_sizes=((33, 1),))).input_image_tokens == 5
    assert (
        max_usage(make_request(image_sizes=((32, 32), (32, 32)))).input_image_tokens == 5
    )  # the images are not rounded one by one


@pytest.mark.parametrize(
    ("model_request", "tokens"),
    [
        (make_edit_request((64, 32)), 12),
        (make_edit_request((64, 33), (1, 1)), 30),
        (make_edit_request((32, 32), model="gpt-4o-mini"), 25),
        (make_request(model="gpt-4o-mini", image_sizes=((64, 32),)), 50),
        (make_request(model="gpt-4o-mini-2024-07-18", image_sizes=((32, 32),)), 25),
        (make_request(model="openai/gpt-4o-mini", image_sizes=((32, 32),)), 25),
        (make_request(model="gpt-4o", image_sizes=((64, 32),)), 5),
    ],
    ids=[
        "edit",
        "edit of two images",
        "edit by an expensive model",
        "expensive model",
        "expensive model with a date",
        "expensive model with a vendor",
        "other model",
    ],
)
def test_tokens_per_patch_of_edits_and_expensive_models(
    model_request: ModelRequest, tokens: int
) -> None:
    assert (
        max_usage(model_request).input_image_tokens
        == estimate_usage(model_request).input_image_tokens
        == tokens
    )


def test_output_of_an_image_request_is_image_tokens() -> None:
    request = make_edit_request(max_output_tokens=77)
    for usage in (max_usage(request), estimate_usage(request)):
        assert (usage.output_tokens, usage.output_image_tokens) == (77, 77)
    assert (
        max_usage(make_request()).output_image_tokens
        == estimate_usage(make_request()).output_image_tokens
        == Usage().output_image_tokens
        == 0
    )


def test_estimate_is_based_on_the_expected_answer() -> None:
    assert estimate_usage(make_request(expected_answer="x" * 399)).output_tokens == 100
    assert estimate_usage(make_request(max_output_tokens=77)).output_tokens == 77
    assert max_usage(make_request(expected_answer="x", max_output_tokens=77)).output_tokens == 77


def test_each_byte_of_a_non_ascii_character_counts_as_a_token() -> None:
    ascii_text, kanji = max_usage(make_request("x" * 100)), max_usage(make_request("犬" * 100))
    assert kanji.input_tokens - ascii_text.input_tokens == 300 - 50


@given(
    st.text() | st.text("犬é🐕ab"),
    st.text(),
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(1, 4096), st.integers(1, 4096)), max_size=3),
)
def test_the_bound_is_at_least_every_estimate(
    text: str, expected_answer: str, max_output_tokens: int, image_sizes: list[tuple[int, int]]
) -> None:
    request = make_request(
        text,
        expected_answer=expected_answer,
        max_output_tokens=max_output_tokens,
        image_sizes=tuple(image_sizes),
    )
    estimate, bound = estimate_usage(request), max_usage(request)
    assert estimate.input_tokens + OVERHEAD_TOKENS <= bound.input_tokens
    assert (estimate.input_image_tokens, estimate.output_tokens <= bound.output_tokens) == (
        bound.input_image_tokens,
        True,
    )
    assert bound.output_tokens >= max_output_tokens
    text_tokens = bound.input_tokens - bound.input_image_tokens
    assert text_tokens >= OVERHEAD_TOKENS + len(text.encode()) // 2


@pytest.mark.parametrize("count", [1, 10, 64])
def test_the_bound_includes_the_schema_of_a_check(count: int) -> None:
    properties = statements.schema_properties(count)
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    body = {"model": "m", "response_format": {"type": "json_schema", "schema": schema}}
    request = ModelRequest("check", "chat/completions", body)
    bound = max_usage(request).input_tokens
    assert bound >= len(json.dumps(schema, separators=(",", ":"))) // 2
    assert bound <= 2 * OVERHEAD_TOKENS + 30 * count


@pytest.mark.parametrize(
    ("extra", "tokens"),
    [
        ({"max_completion_tokens": 1_000_000}, 1_000_000),
        ({"max_tokens": 1_000_000}, 1_000_000),
        ({"max_output_tokens": 1_000_000}, 1_000_000),
        ({"n_predict": 1_000_000}, 1_000_000),
        ({"options": {"num_predict": 1_000_000, "top_k": 9_000_000}}, 1_000_000),
        ({"max_tokens": 1e6}, 1_000_000),
        ({"max_tokens": 200, "options": {"num_predict": 300}}, 300),
        ({"max_tokens": 7}, 100),
        ({"max_tokens": -1, "top_k": 1_000_000}, UNLIMITED_OUTPUT),
        ({"options": {"num_predict": 0}}, UNLIMITED_OUTPUT),
        ({"max_tokens": None}, UNLIMITED_OUTPUT),
        ({"max_tokens": "5"}, UNLIMITED_OUTPUT),
        ({"max_tokens": True}, UNLIMITED_OUTPUT),
        ({"max_tokens": float("inf")}, UNLIMITED_OUTPUT),
        ({"n": 5}, 500),
        ({"n": 5, "max_tokens": 200}, 1000),
        ({"n": -5}, 100),
        ({"n": "5"}, 100),
    ],
    ids=str,
)
def test_output_limit_in_an_extra_field_raises_the_bound(
    extra: dict[str, Any], tokens: int
) -> None:
    assert max_usage(make_request(extra=extra)).output_tokens == tokens


def test_usage_above_the_bound_stops_later_requests() -> None:
    budget = Budget(FlatPrices(), Decimal(100))
    reserved = budget.reserve(make_request())
    budget.settle(make_request(), Usage(10**6, 0, 10**6), reserved)
    assert budget.spent == 20_000  # the reported usage is trusted
    with pytest.raises(BudgetExceededError):
        budget.reserve(make_request())
    assert budget.spent == 20_000


def test_characters_of_a_data_url_are_not_counted() -> None:
    body = {"model": "m", "messages": [{"url": IMAGE_URL + "A" * 10**6}]}
    assert (
        max_usage(ModelRequest("describe", "chat/completions", body)).input_tokens
        < OVERHEAD_TOKENS + 100
    )


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "$0.0000"),
        ("0.00634", "$0.0063"),
        ("0.99994", "$0.9999"),
        ("1", "$1.00"),
        ("12.345", "$12.34"),
    ],
)
def test_dollars_have_four_decimals_below_one_and_two_above(amount: str, expected: str) -> None:
    assert format_dollars(Decimal(amount)) == expected
