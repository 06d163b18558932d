"""Every call goes over one line: tape, purse, server, purse, tape; and all of it is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.notes import collect_notes, grouped
from semcodec.backends.recording import (
    Budget,
    Cassette,
    ModelRequest,
    ModelResponse,
    Recorder,
    Usage,
)
from semcodec.backends.recording.budget import max_usage
from semcodec.backends.recording.cassette import CACHES, Mode
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    InvalidResponseError,
    RefusalError,
)
from tests.backends.calls.made import Flat, call, reply

URL = "https://a.example/v1"


class Watched:
    """Tape, purse and server in one, that says in which order they are asked."""

    mode, path = "cache", Path("tape")

    def __init__(self, kept: ModelResponse | None = None) -> None:
        self.kept, self.order, self.prices = kept, list[str](), Flat()

    def get(self, call: ModelRequest, server: str, turn: int) -> ModelResponse | None:
        self.order.append(f"get {server} {turn}")
        return self.kept

    def put(self, call: ModelRequest, server: str, turn: int, reply: ModelResponse) -> None:
        self.order.append(f"put {server} {turn} {reply.text}")

    def drop(self, call: ModelRequest, server: str, reply: ModelResponse) -> None:
        self.order.append(f"drop {server} {call.digest} {reply.text}")

    def allow(self, call: ModelRequest) -> Decimal:
        self.order.append("allow")
        return Decimal("0.7")

    def pay(self, call: ModelRequest, usage: Usage | None, aside: Decimal) -> Decimal | None:
        self.order.append(f"pay {usage and usage.given} of {aside}")
        return Decimal("0.5")

    def send(self, call: ModelRequest) -> ModelResponse:
        self.order.append("send")
        return reply()


def watched(kept: ModelResponse | None = None) -> tuple[Any, Recorder]:
    every: Any = Watched(kept)
    return every, Recorder(every.send, URL, every, every)


def test_a_call_is_looked_up_then_allowed_then_made_then_paid_then_kept() -> None:
    every, line = watched()
    assert line.ask(call()) == reply()
    assert every.order == [f"get {URL} 0", "allow", "send", "pay 10 of 0.7", f"put {URL} 0 A boat."]


def test_what_is_kept_is_neither_allowed_nor_paid() -> None:
    every, line = watched(kept=reply("kept"))
    assert line.ask(call()) == reply("kept")
    assert every.order == [f"get {URL} 0"]


@pytest.mark.parametrize("mode", ["record", "replay"])
def test_the_same_call_is_another_turn_of_a_run(mode: Mode) -> None:
    every, line = watched(kept=reply())
    every.mode = mode
    for text in ("a", "a", "b", "a"):
        line.ask(call(text))
    assert every.order == [f"get {URL} {turn}" for turn in (0, 1, 0, 2)]


@pytest.mark.parametrize("mode", CACHES)
def test_a_cache_answers_the_same_call_alike(mode: Mode) -> None:
    every, line = watched(kept=reply())
    every.mode = mode
    for text in ("a", "a", "b", "a"):
        line.ask(call(text))
    assert every.order == [f"get {URL} 0"] * 4


def test_a_cache_is_asked_within_a_run_too(tmp_path: Path) -> None:
    said = iter("12")
    line = Recorder(
        lambda made: reply(next(said)), URL, Budget(Flat()), Cassette(tmp_path / "tape", "cache")
    )
    assert [line.ask(call()).text for _ in range(3)] == ["1"] * 3
    assert next(said) == "2"


def test_without_a_tape_every_call_is_made() -> None:
    made: list[ModelRequest] = []

    def send(call: ModelRequest) -> ModelResponse:
        made.append(call)
        return reply()

    line = Recorder(send, URL, Budget(Flat()))
    assert [line.ask(call()), line.ask(call())] == [reply()] * 2
    assert made == [call()] * 2


def test_a_call_that_may_cost_too_much_is_not_made() -> None:
    every, _ = watched()
    line = Recorder(every.send, URL, Budget(Flat(), Decimal("0.01")), every)
    with pytest.raises(BudgetExceededError), collect_notes() as collected:
        line.ask(call())
    assert every.order == [f"get {URL} 0"]
    assert collected == []


def failing(error: BaseException) -> Any:
    """Return what makes no call, for ``error``."""

    def send(call: ModelRequest) -> ModelResponse:
        raise error

    return send


def test_a_call_that_fails_is_paid_if_it_may_be_billed_but_not_kept() -> None:
    for billed, paid in ((True, "pay None of 0.7"), (False, "pay 0 of 0.7")):
        every, _ = watched()
        line = Recorder(failing(BackendError("broken", billed=billed)), URL, every, every)
        with pytest.raises(BackendError, match="broken"):
            line.ask(call())
        assert every.order == [f"get {URL} 0", "allow", paid]


@pytest.mark.parametrize(
    ("error", "costs"),
    [
        (BackendError("gone", billed=True), True),
        (InvalidResponseError("no picture", billed=True), True),
        (BackendError("no such model"), False),
        (RefusalError("no", billed=False), False),
        (KeyboardInterrupt(), True),  # it was on its way
    ],
    ids=repr,
)
@pytest.mark.parametrize("most", [None, Decimal(100)])
def test_a_failed_call_costs_the_most_it_can_if_it_may_be_billed_and_else_nothing(
    error: BaseException, costs: bool, most: Decimal | None
) -> None:
    purse = Budget(Flat(), most)
    line = Recorder(failing(error), URL, purse)
    with pytest.raises(type(error)) as caught, collect_notes() as collected:
        line.ask(call())
    assert caught.value is error
    bill = Flat().price("m", max_usage(call())) if costs else Decimal(0)
    assert bill is not None
    assert purse.spent == bill
    (told,) = grouped(collected)["calls"]
    assert told["failed"] == type(error).__name__
    assert (told["dollars"], told.get("tokens_in")) == (float(bill), None if costs else 0)


def test_what_a_failed_call_may_have_cost_is_not_there_for_the_next() -> None:
    most = Flat().price("m", max_usage(call()))
    for billed in (True, False):
        said: list[Any] = [BackendError("gone", billed=billed), reply()]

        def send(call: ModelRequest, said: list[Any] = said) -> ModelResponse:
            if isinstance(answer := said.pop(0), Exception):
                raise answer
            assert isinstance(answer, ModelResponse)
            return answer

        line = Recorder(send, URL, Budget(Flat(), most))
        with pytest.raises(BackendError, match="gone"):
            line.ask(call())
        if billed:
            with pytest.raises(BudgetExceededError):
                line.ask(call())
        else:
            assert line.ask(call()) == reply()


def noted(line: Recorder, *made: ModelRequest) -> list[dict[str, Any]]:
    """Return the notes of the calls."""
    with collect_notes() as collected:
        for one in made:
            line.ask(one)
    return grouped(collected)["calls"]


def test_each_call_is_noted_once() -> None:
    line = Recorder(lambda made: reply(), URL, Budget(Flat()))
    (told,) = noted(line, call())
    seconds = told.pop("seconds")
    assert seconds >= 0
    assert told == {
        "route": "chat/completions",
        "model": "m",
        "answered_by": "m-2026",
        "digest": call().digest,
        "tokens_in": 30,
        "tokens_out": 10,
        "dollars": 0.4,
    }


@pytest.mark.parametrize("name", ["", "m"])
def test_a_note_names_the_model_that_answered_only_if_it_is_another(name: str) -> None:
    line = Recorder(lambda made: ModelResponse(model=name), URL, Budget(Flat()))
    (told,) = noted(line, call(model="m"))
    assert not {"answered_by", "tokens_in", "tokens_out"} & set(told)


def test_a_note_states_that_a_price_is_not_known() -> None:
    line = Recorder(lambda made: reply(), URL, Budget(Flat()))
    assert noted(line, call(model="unknown"))[0]["dollars"] is None


@pytest.mark.parametrize("mode", ["cache", "replay", "peek"])
def test_a_note_states_what_came_from_a_tape(tmp_path: Path, mode: Mode) -> None:
    Cassette(tmp_path / "tape", "record").put(call(), URL, 0, reply())
    line = Recorder(nobody, URL, Budget(Flat()), Cassette(tmp_path / "tape", mode))
    (told,) = noted(line, call())
    assert told["source"] == mode
    assert not {"seconds", "dollars"} & set(told)


def nobody(call: ModelRequest) -> ModelResponse:
    pytest.fail(f"a call was made: {call.stage}")


def test_a_replay_calls_nobody(tmp_path: Path) -> None:
    Cassette(tmp_path / "tape", "record").put(call(), URL, 0, reply())
    line = Recorder(
        nobody, "https://b.example/v1", Budget(Flat()), Cassette(tmp_path / "tape", "replay")
    )
    assert line.ask(call()) == reply()
    for made in (call(), call("other")):
        with pytest.raises(BackendError, match="has no answer to describe with m: replay") as bad:
            line.ask(made)
        assert (bad.value.backend, bad.value.stage) == ("m", "describe")


def test_a_run_that_is_recorded_is_replayed_turn_by_turn(tmp_path: Path) -> None:
    said = iter("123")
    recording = Recorder(
        lambda made: reply(next(said)), URL, Budget(Flat()), Cassette(tmp_path / "tape", "record")
    )
    first = [recording.ask(made).text for made in (call("a"), call("b"), call("a"))]
    for _ in range(2):
        replaying = Recorder(nobody, URL, Budget(Flat()), Cassette(tmp_path / "tape", "replay"))
        assert [replaying.ask(made).text for made in (call("a"), call("b"), call("a"))] == first


def test_a_cache_pays_for_no_call_twice(tmp_path: Path) -> None:
    made: list[ModelRequest] = []

    def send(call: ModelRequest) -> ModelResponse:
        made.append(call)
        return reply()

    for _ in range(3):
        purse = Budget(Flat())
        Recorder(send, URL, purse, Cassette(tmp_path / "tape", "cache")).ask(call())
    assert len(made) == 1
    assert purse.spent == 0


def test_a_damaged_tape_is_not_passed_over(tmp_path: Path) -> None:
    tape = Cassette(tmp_path / "tape", "cache")
    (tmp_path / "tape").write_bytes(b"something else")
    with pytest.raises(InputError):
        Recorder(nobody, URL, Budget(Flat()), tape).ask(call())


def test_a_reply_that_cannot_be_kept_is_not_lost() -> None:
    every, line = watched()

    def full(*given: Any) -> None:
        raise InputError("The disk is full.")

    every.put = full
    assert noted(line, call())[0]["not_kept"] == "The disk is full."


def test_a_cache_discards_this_reply_and_no_other(tmp_path: Path) -> None:
    tape = Cassette(tmp_path / "tape", "cache")
    other = "https://b.example/v1"
    line = Recorder(lambda made: reply(), URL, Budget(Flat()), tape)
    for text in ("useless", "useful", "replaced"):
        line.ask(call(text))
    tape.put(call("useless"), other, 0, reply())
    tape.put(call("replaced"), URL, 0, reply("by another run"))
    for text in ("useless", "replaced"):
        line.discard(call(text), reply())
    assert tape.get(call("useless"), URL, 0) is None
    assert tape.get(call("useless"), other, 0) == reply()
    assert tape.get(call("useful"), URL, 0) == reply()
    assert tape.get(call("replaced"), URL, 0) == reply("by another run")


def test_a_reply_that_came_from_the_cache_is_discarded_too(tmp_path: Path) -> None:
    """Else a reply that cannot be used would be returned for ever."""
    tape = Cassette(tmp_path / "tape", "cache")
    tape.put(call(), URL, 0, reply())
    line = Recorder(nobody, URL, Budget(Flat()), tape)
    line.discard(call(), line.ask(call()))
    assert tape.get(call(), URL, 0) is None


@pytest.mark.parametrize("mode", ["record", "replay", "peek"])
def test_nothing_but_a_cache_discards(mode: Mode) -> None:
    every, line = watched(kept=reply())
    every.mode = mode
    line.discard(call(), line.ask(call()))
    assert not [done for done in every.order if done.startswith("drop")]


def test_a_recording_keeps_what_was_of_no_use(tmp_path: Path) -> None:
    """Else its replay would take another way than the run."""
    line = Recorder(
        lambda made: reply(), URL, Budget(Flat()), Cassette(tmp_path / "tape", "record")
    )
    line.discard(call(), line.ask(call()))
    assert Cassette(tmp_path / "tape", "replay").get(call(), URL, 0) == reply()


def test_without_a_tape_there_is_nothing_to_discard() -> None:
    line = Recorder(lambda made: reply(), URL, Budget(Flat()))
    line.discard(call(), line.ask(call()))


def test_a_cache_that_cannot_be_written_does_not_hide_why_it_should() -> None:
    every, line = watched(kept=reply())

    def drop(call: ModelRequest, server: str, reply: ModelResponse) -> None:
        every.order.append("tried")
        raise InputError("The file is read-only.")

    every.drop = drop
    line.discard(call("a"), line.ask(call("a")))
    assert every.order[-1] == "tried"


LIST = ModelRequest("choose a model", "models", {})


def test_which_models_there_are_is_never_cached(tmp_path: Path) -> None:
    Cassette(tmp_path / "tape", "cache").put(LIST, URL, 0, reply("old"))
    for mode in CACHES:
        line = Recorder(
            lambda made: reply("new"), URL, Budget(Flat()), Cassette(tmp_path / "tape", mode)
        )
        assert line.ask(LIST).text == "new"
        assert Cassette(tmp_path / "tape", "cache").get(LIST, URL, 0) == reply("old")


def test_which_models_there_were_is_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "tape"
    Recorder(lambda made: reply("m"), URL, Budget(Flat()), Cassette(path, "record")).ask(LIST)
    replaying = Recorder(nobody, URL, Budget(Flat()), Cassette(path, "replay"))
    assert replaying.ask(LIST).text == "m"
