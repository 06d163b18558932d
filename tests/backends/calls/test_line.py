"""Every call goes over one line: tape, purse, server, purse, tape; and all of it is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.calls import Call, Line, Purse, Reply, Tape, Usage
from semcodec.backends.calls.tape import Mode
from semcodec.errors import BackendError, BudgetExceeded, InputError
from tests.backends.calls.made import Flat, call, reply

URL = "https://a.example/v1"


class Watched:
    """Tape, purse and server in one, that says in which order they are asked."""

    mode, path = "cache", Path("tape")

    def __init__(self, kept: Reply | None = None) -> None:
        self.kept, self.order, self.prices = kept, list[str](), Flat()

    def get(self, call: Call, server: str, turn: int) -> Reply | None:
        self.order.append(f"get {server} {turn}")
        return self.kept

    def put(self, call: Call, server: str, turn: int, reply: Reply) -> None:
        self.order.append(f"put {server} {turn} {reply.text}")

    def allow(self, call: Call) -> None:
        self.order.append("allow")

    def pay(self, call: Call, usage: Usage | None) -> Decimal | None:
        self.order.append(f"pay {usage and usage.given}")
        return Decimal("0.5")

    def send(self, call: Call) -> Reply:
        self.order.append("send")
        return reply()


def watched(kept: Reply | None = None) -> tuple[Any, Line]:
    every: Any = Watched(kept)
    return every, Line(every.send, URL, every, every)


def test_a_call_is_looked_up_then_allowed_then_made_then_paid_then_kept() -> None:
    every, line = watched()
    assert line.ask(call()) == reply()
    assert every.order == [f"get {URL} 0", "allow", "send", "pay 10", f"put {URL} 0 A boat."]


def test_what_is_kept_is_neither_allowed_nor_paid() -> None:
    every, line = watched(kept=reply("kept"))
    assert line.ask(call()) == reply("kept")
    assert every.order == [f"get {URL} 0"]


def test_the_same_call_is_another_turn() -> None:
    every, line = watched(kept=reply())
    for text in ("a", "a", "b", "a"):
        line.ask(call(text))
    assert every.order == [f"get {URL} {turn}" for turn in (0, 1, 0, 2)]


def test_without_a_tape_every_call_is_made() -> None:
    made: list[Call] = []

    def send(call: Call) -> Reply:
        made.append(call)
        return reply()

    line = Line(send, URL, Purse(Flat()))
    assert [line.ask(call()), line.ask(call())] == [reply()] * 2
    assert made == [call()] * 2


def test_a_call_that_may_cost_too_much_is_not_made() -> None:
    every, _ = watched()
    line = Line(every.send, URL, Purse(Flat(), Decimal("0.01")), every)
    with pytest.raises(BudgetExceeded):
        line.ask(call())
    assert every.order == [f"get {URL} 0"]
    assert line.report() == []


def test_a_call_that_fails_is_not_kept() -> None:
    every, _ = watched()

    def send(call: Call) -> Reply:
        raise BackendError("broken")

    line = Line(send, URL, every, every)
    with pytest.raises(BackendError, match="broken"):
        line.ask(call())
    assert every.order == [f"get {URL} 0", "allow"]


def test_a_report_tells_each_call_once() -> None:
    line = Line(lambda made: reply(), URL, Purse(Flat()))
    line.ask(call())
    (told,) = line.report()
    seconds = told.pop("seconds")
    assert seconds >= 0
    assert told == {
        "route": "chat/completions",
        "model": "m",
        "answered_by": "m-2026",
        "tokens_in": 30,
        "tokens_out": 10,
        "dollars": 0.4,
    }
    assert line.report() == []


@pytest.mark.parametrize("name", ["", "m"])
def test_a_report_says_who_answered_only_if_it_is_another(name: str) -> None:
    line = Line(lambda made: Reply(model=name), URL, Purse(Flat()))
    line.ask(call(model="m"))
    (told,) = line.report()
    assert not {"answered_by", "tokens_in", "tokens_out"} & set(told)


def test_a_report_says_that_a_price_is_not_known() -> None:
    line = Line(lambda made: reply(), URL, Purse(Flat()))
    line.ask(call(model="unknown"))
    assert line.report()[0]["dollars"] is None


@pytest.mark.parametrize("mode", ["cache", "replay", "peek"])
def test_a_report_says_what_came_from_a_tape(tmp_path: Path, mode: Mode) -> None:
    Tape(tmp_path / "tape", "record").put(call(), URL, 0, reply())
    line = Line(nobody, URL, Purse(Flat()), Tape(tmp_path / "tape", mode))
    line.ask(call())
    (told,) = line.report()
    assert told["source"] == mode
    assert not {"seconds", "dollars"} & set(told)


def nobody(call: Call) -> Reply:
    pytest.fail(f"a call was made: {call.stage}")


def test_a_replay_calls_nobody(tmp_path: Path) -> None:
    Tape(tmp_path / "tape", "record").put(call(), URL, 0, reply())
    line = Line(nobody, "https://b.example/v1", Purse(Flat()), Tape(tmp_path / "tape", "replay"))
    assert line.ask(call()) == reply()
    for made in (call(), call("other")):
        with pytest.raises(BackendError, match="has no answer to describe with m: replay") as bad:
            line.ask(made)
        assert (bad.value.backend, bad.value.stage) == ("m", "describe")


def test_a_run_that_is_recorded_is_replayed_turn_by_turn(tmp_path: Path) -> None:
    said = iter("123")
    recording = Line(
        lambda made: reply(next(said)), URL, Purse(Flat()), Tape(tmp_path / "tape", "record")
    )
    first = [recording.ask(made).text for made in (call("a"), call("b"), call("a"))]
    for _ in range(2):
        replaying = Line(nobody, URL, Purse(Flat()), Tape(tmp_path / "tape", "replay"))
        assert [replaying.ask(made).text for made in (call("a"), call("b"), call("a"))] == first


def test_a_cache_pays_for_no_call_twice(tmp_path: Path) -> None:
    made: list[Call] = []

    def send(call: Call) -> Reply:
        made.append(call)
        return reply()

    for _ in range(3):
        purse = Purse(Flat())
        Line(send, URL, purse, Tape(tmp_path / "tape", "cache")).ask(call())
    assert len(made) == 1
    assert purse.spent == 0


def test_a_damaged_tape_is_not_passed_over(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "tape", "cache")
    (tmp_path / "tape").write_bytes(b"something else")
    with pytest.raises(InputError):
        Line(nobody, URL, Purse(Flat()), tape).ask(call())


def test_a_reply_that_cannot_be_kept_is_not_lost() -> None:
    every, line = watched()

    def full(*given: Any) -> None:
        raise InputError("The disk is full.")

    every.put = full
    assert line.ask(call()) == reply()
    assert line.report()[0]["not_kept"] == "The disk is full."
