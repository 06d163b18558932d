"""A purse allows no call that could bring it over its limit, whatever the server counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.recording import Budget, ModelRequest, Usage
from semcodec.backends.recording.budget import FRAME, dollars, expected_usage, max_usage
from semcodec.errors import BudgetExceededError
from tests.backends.calls.made import LOOK, Flat, call, painting

MOST = Flat().price("m", max_usage(call()))


def test_without_a_limit_every_call_is_allowed_and_nothing_set_aside() -> None:
    purse = Budget(Flat())
    assert purse.allow(call(model="unknown")) == purse.allow(call()) == purse.spent == 0


def test_a_call_is_allowed_up_to_the_last_cent() -> None:
    assert MOST is not None
    assert Budget(Flat(), MOST).allow(call()) == MOST
    with pytest.raises(BudgetExceededError, match="allow more with --max-cost") as caught:
        Budget(Flat(), MOST - Decimal("0.01")).allow(call())
    assert (caught.value.stage, caught.value.backend) == ("describe", "m")
    assert f"may cost {dollars(MOST)}, and {dollars(MOST - Decimal('0.01'))}" in str(caught.value)


def test_what_was_spent_is_not_there_any_more() -> None:
    assert MOST is not None
    purse = Budget(Flat(), MOST)
    assert purse.pay(call(), Usage(1, 0, 0), Decimal(0)) == Decimal("0.01")
    with pytest.raises(BudgetExceededError):
        purse.allow(call())
    purse.pay(call(), Usage(10**9, 0, 10**9), Decimal(0))
    with pytest.raises(BudgetExceededError, match=r"\$0\.0000 of the limit is left"):
        purse.allow(call())


def test_what_is_set_aside_is_spent_until_the_call_is_paid() -> None:
    assert MOST is not None
    purse = Budget(Flat(), MOST + Decimal("0.40"))
    aside = purse.allow(call())
    assert purse.spent == aside == MOST
    with pytest.raises(BudgetExceededError, match=r"and \$0\.4000 of the limit is left"):
        purse.allow(call())
    assert purse.spent == MOST  # what is not allowed sets nothing aside
    assert purse.pay(call(), Usage(30, 20, 10), aside) == purse.spent == Decimal("0.40")
    assert purse.allow(call()) == MOST


class Slow(Budget):
    """Lets others in wherever it looks at what is spent, and remembers all that it was."""

    def __init__(self, most: Decimal) -> None:
        self.seen = list[Decimal]()
        super().__init__(Flat(), most)

    @property  # type: ignore[override]
    def spent(self) -> Decimal:
        now = self.seen[-1]
        time.sleep(0.01)
        return now

    @spent.setter
    def spent(self, amount: Decimal) -> None:
        self.seen.append(amount)


def test_threads_never_spend_more_than_the_limit() -> None:
    assert MOST is not None
    purse, allowed, stopped = Slow(3 * MOST + Decimal("0.01")), list[Decimal](), list[str]()

    def allow() -> None:
        try:
            allowed.append(purse.allow(call()))
        except BudgetExceededError as error:
            stopped.append(str(error))

    at_once([allow] * 8)
    assert (allowed, len(stopped)) == ([MOST] * 3, 5)
    assert max(purse.seen) == purse.spent == 3 * MOST
    at_once([lambda: purse.pay(call(), Usage(30, 20, 10), MOST)] * 3)
    assert purse.spent == Decimal("1.20")


def at_once(jobs: Sequence[Callable[[], object]]) -> None:
    ready = threading.Barrier(len(jobs))
    threads = [threading.Thread(target=lambda job=job: (ready.wait(), job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_limit_of_nothing_allows_nothing_that_costs() -> None:
    with pytest.raises(BudgetExceededError):
        Budget(Flat(), Decimal(0)).allow(call())


def test_under_a_limit_a_price_must_be_known() -> None:
    with pytest.raises(BudgetExceededError, match="price of unknown is not known"):
        Budget(Flat(), Decimal(100)).allow(call(model="unknown"))


def test_to_ask_which_models_there_are_is_free() -> None:
    made, purse = ModelRequest("choose a model", "models", {}), Budget(Flat(), Decimal(0))
    assert purse.allow(made) == purse.price(made, Usage(9, 0, 9)) == 0
    assert purse.pay(made, None, Decimal(0)) == purse.spent == 0
    unknown = ModelRequest("choose a model", "models", {"model": "unknown"})
    assert purse.price(unknown, Usage()) == purse.allow(unknown) == 0


def test_the_price_of_a_call_is_that_of_its_model() -> None:
    assert Budget(Flat()).price(call(), Usage(3, 0, 4)) == Decimal("0.07")
    assert Budget(Flat()).price(call(model="unknown"), Usage(3, 0, 4)) is None


def test_a_call_that_nobody_counted_took_the_most_it_could() -> None:
    purse = Budget(Flat())
    assert purse.pay(call(), None, Decimal(0)) == MOST == purse.spent


def test_an_unknown_price_is_not_counted() -> None:
    purse = Budget(Flat())
    assert purse.pay(call(model="unknown"), None, Decimal(0)) is None
    assert purse.spent == 0


def test_a_picture_takes_tokens_by_its_patches_and_not_by_its_letters() -> None:
    small, large = (max_usage(call(looked_at=(size,))) for size in ((32, 32), (1024, 1024)))
    assert (small.pictures, large.pictures) == (2, 2560)
    assert large.taken - large.pictures == small.taken - small.pictures
    assert max_usage(call(looked_at=((33, 1),))).pictures == 5
    assert max_usage(call(looked_at=((32, 32), (32, 32)))).pictures == 5  # not cut one by one


@pytest.mark.parametrize(
    ("made", "tokens"),
    [
        (painting((64, 32)), 12),
        (painting((64, 33), (1, 1)), 30),
        (painting((32, 32), model="gpt-4o-mini"), 25),
        (call(model="gpt-4o-mini", looked_at=((64, 32),)), 50),
        (call(model="gpt-4o-mini-2024-07-18", looked_at=((32, 32),)), 25),
        (call(model="openai/gpt-4o-mini", looked_at=((32, 32),)), 25),
        (call(model="gpt-4o", looked_at=((64, 32),)), 5),
    ],
    ids=range(7),
)
def test_painters_and_one_family_take_more_tokens_for_a_patch(
    made: ModelRequest, tokens: int
) -> None:
    assert max_usage(made).pictures == expected_usage(made).pictures == tokens


def test_what_a_painter_gives_is_painted() -> None:
    made = painting(most_output=77)
    for usage in (max_usage(made), expected_usage(made)):
        assert (usage.given, usage.painted) == (77, 77)
    assert max_usage(call()).painted == expected_usage(call()).painted == Usage().painted == 0


def test_an_estimate_is_of_the_answer_that_is_likely() -> None:
    assert expected_usage(call(likely="x" * 399)).given == 100
    assert expected_usage(call(most_output=77)).given == 77
    assert max_usage(call(likely="x", most_output=77)).given == 77


def test_every_byte_of_a_rare_letter_may_be_a_token() -> None:
    plain, rare = max_usage(call("x" * 100)), max_usage(call("犬" * 100))
    assert rare.taken - plain.taken == 300 - 50


@given(
    st.text() | st.text("犬é🐕ab"),
    st.text(),
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(1, 4096), st.integers(1, 4096)), max_size=3),
)
def test_a_bound_is_over_every_estimate(
    text: str, likely: str, most: int, seen: list[tuple[int, int]]
) -> None:
    made = call(text, likely=likely, most_output=most, looked_at=tuple(seen))
    least, highest = expected_usage(made), max_usage(made)
    assert least.taken + FRAME <= highest.taken
    assert (least.pictures, least.given <= highest.given) == (highest.pictures, True)
    assert highest.given >= most
    text_tokens = highest.taken - highest.pictures
    assert text_tokens >= FRAME + len(text.encode()) // 2


def test_the_letters_of_a_picture_are_not_counted() -> None:
    body = {"model": "m", "messages": [{"url": LOOK + "A" * 10**6}]}
    assert max_usage(ModelRequest("describe", "chat/completions", body)).taken < FRAME + 100


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.0000"),
        ("0.00634", "$0.0063"),
        ("0.99994", "$0.9999"),
        ("1", "$1.00"),
        ("12.345", "$12.34"),
    ],
)
def test_dollars_are_shown_to_people(amount: str, shown: str) -> None:
    assert dollars(Decimal(amount)) == shown
