"""The recorder looks up, reserves, sends, settles, stores and notes each request."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.recording import (
    Budget,
    Cassette,
    ModelRequest,
    ModelResponse,
    Recorder,
    Usage,
)
from semcodec.backends.recording.budget import max_usage
from semcodec.backends.recording.cassette import CACHE_MODES, Mode
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    InvalidResponseError,
    RefusalError,
)
from tests.backends.recording.factories import FlatPrices, make_request, make_response

URL = "https://a.example/v1"


class SpyRecorder:
    """A cassette, a budget and a server in one object, which records the order of calls."""

    mode, path = "cache", Path("cassette")

    def __init__(self, stored: ModelResponse | None = None) -> None:
        self.stored, self.order, self.prices = stored, list[str](), FlatPrices()

    def get(self, request: ModelRequest, server: str, occurrence: int) -> ModelResponse | None:
        self.order.append(f"get {server} {occurrence}")
        return self.stored

    @contextmanager
    def exclusive(self, request: ModelRequest, server: str) -> Iterator[None]:
        self.order.append("lock")
        try:
            yield
        finally:
            self.order.append("unlock")

    def put(
        self, request: ModelRequest, server: str, occurrence: int, response: ModelResponse
    ) -> None:
        self.order.append(f"put {server} {occurrence} {response.text}")

    def delete(self, request: ModelRequest, server: str, response: ModelResponse) -> None:
        self.order.append(f"delete {server} {request.digest} {response.text}")

    def price(self, request: ModelRequest, usage: Usage) -> Decimal:
        return Decimal("0.7")

    def reserve(self, request: ModelRequest) -> Decimal:
        self.order.append("reserve")
        return Decimal("0.7")

    def settle(
        self, request: ModelRequest, usage: Usage | None, reserved: Decimal
    ) -> Decimal | None:
        self.order.append(f"settle {usage and usage.output_tokens} of {reserved}")
        return Decimal("0.5")

    def send(self, request: ModelRequest) -> ModelResponse:
        self.order.append("send")
        return make_response()


def spy_recorder(stored: ModelResponse | None = None) -> tuple[Any, Recorder]:
    spy: Any = SpyRecorder(stored)
    return spy, Recorder(spy.send, URL, spy, spy)


def test_order_is_look_up_reserve_send_settle_store() -> None:
    spy, recorder = spy_recorder()
    assert recorder.send(make_request()) == make_response()
    assert spy.order == [
        f"get {URL} 0",
        "lock",
        f"get {URL} 0",
        "reserve",
        "send",
        "settle 10 of 0.7",
        f"put {URL} 0 A boat.",
        "unlock",
    ]


def test_stored_response_costs_nothing() -> None:
    spy, recorder = spy_recorder(stored=make_response("stored"))
    assert recorder.send(make_request()) == make_response("stored")
    assert spy.order == [f"get {URL} 0"]


@pytest.mark.parametrize("mode", ["record", "replay"])
def test_run_counts_the_occurrences_of_a_request(mode: Mode) -> None:
    spy, recorder = spy_recorder(stored=make_response())
    spy.mode = mode
    for text in ("a", "a", "b", "a"):
        recorder.send(make_request(text))
    assert spy.order == [f"get {URL} {occurrence}" for occurrence in (0, 1, 0, 2)]


@pytest.mark.parametrize("mode", CACHE_MODES)
def test_cache_looks_up_the_first_occurrence_only(mode: Mode) -> None:
    spy, recorder = spy_recorder(stored=make_response())
    spy.mode = mode
    for text in ("a", "a", "b", "a"):
        recorder.send(make_request(text))
    assert spy.order == [f"get {URL} 0"] * 4


def test_cache_is_used_within_one_run(tmp_path: Path) -> None:
    responses = iter("12")
    recorder = Recorder(
        lambda request: make_response(next(responses)),
        URL,
        Budget(FlatPrices()),
        Cassette(tmp_path / "cassette", "cache"),
    )
    assert [recorder.send(make_request()).text for _ in range(3)] == ["1"] * 3
    assert next(responses) == "2"


def test_every_request_is_sent_without_a_cassette() -> None:
    sent: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request)
        return make_response()

    recorder = Recorder(send, URL, Budget(FlatPrices()))
    assert [recorder.send(make_request()), recorder.send(make_request())] == [make_response()] * 2
    assert sent == [make_request()] * 2


def test_requests_are_not_remembered_without_a_recording() -> None:
    recorder = Recorder(lambda _: make_response(), URL, Budget(FlatPrices()))
    tracemalloc.start()
    for number in range(300):
        if number == 100:
            before = tracemalloc.get_traced_memory()[0]
        recorder.send(make_request(f"text {number}"))
    assert tracemalloc.get_traced_memory()[0] - before < 20_000
    tracemalloc.stop()


def test_request_over_the_budget_is_not_sent() -> None:
    spy, _ = spy_recorder()
    recorder = Recorder(spy.send, URL, Budget(FlatPrices(), Decimal("0.01")), spy)
    with pytest.raises(BudgetExceededError), collect_notes() as collected:
        recorder.send(make_request())
    assert spy.order == [f"get {URL} 0", "lock", f"get {URL} 0", "unlock"]
    assert collected == []


def failing_send(error: BaseException) -> Any:
    """Return a ``send`` function that raises ``error``."""

    def send(request: ModelRequest) -> ModelResponse:
        raise error

    return send


def test_failed_request_is_settled_but_not_stored() -> None:
    for billed, settled in ((True, "settle None of 0.7"), (False, "settle 0 of 0.7")):
        spy, _ = spy_recorder()
        recorder = Recorder(failing_send(BackendError("broken", billed=billed)), URL, spy, spy)
        with pytest.raises(BackendError, match="broken"):
            recorder.send(make_request())
        assert spy.order[3:] == ["reserve", settled, "unlock"]


@pytest.mark.parametrize(
    ("error", "is_billed"),
    [
        (BackendError("gone", billed=True), True),
        (InvalidResponseError("no picture", billed=True), True),
        (BackendError("no such model"), False),
        (RefusalError("no", billed=False), False),
        (KeyboardInterrupt(), True),  # the request may have arrived
    ],
    ids=repr,
)
@pytest.mark.parametrize("limit", [None, Decimal(100)])
def test_a_failed_request_costs_its_bound_only_if_it_may_be_billed(
    error: BaseException, is_billed: bool, limit: Decimal | None
) -> None:
    budget = Budget(FlatPrices(), limit)
    recorder = Recorder(failing_send(error), URL, budget)
    with pytest.raises(type(error)) as caught, collect_notes() as collected:
        recorder.send(make_request())
    assert caught.value is error
    bill = FlatPrices().price("m", max_usage(make_request())) if is_billed else Decimal(0)
    assert bill is not None
    assert budget.spent == bill
    (note,) = group_by_kind(collected)["calls"]
    assert note["failed"] == type(error).__name__
    assert (note["dollars"], note.get("input_tokens")) == (float(bill), None if is_billed else 0)


def test_possible_cost_of_a_failed_request_is_not_available_for_the_next() -> None:
    limit = FlatPrices().price("m", max_usage(make_request()))
    for billed in (True, False):
        responses: list[Any] = [BackendError("gone", billed=billed), make_response()]

        def send(request: ModelRequest, responses: list[Any] = responses) -> ModelResponse:
            if isinstance(response := responses.pop(0), Exception):
                raise response
            assert isinstance(response, ModelResponse)
            return response

        recorder = Recorder(send, URL, Budget(FlatPrices(), limit))
        with pytest.raises(BackendError, match="gone"):
            recorder.send(make_request())
        if billed:
            with pytest.raises(BudgetExceededError):
                recorder.send(make_request())
        else:
            assert recorder.send(make_request()) == make_response()


def notes_of(recorder: Recorder, *requests: ModelRequest) -> list[dict[str, Any]]:
    """Return the notes about the requests."""
    with collect_notes() as collected:
        for request in requests:
            recorder.send(request)
    return group_by_kind(collected)["calls"]


def test_each_request_is_noted_once() -> None:
    recorder = Recorder(lambda request: make_response(), URL, Budget(FlatPrices()))
    (note,) = notes_of(recorder, make_request())
    seconds = note.pop("seconds")
    assert seconds >= 0
    assert note == {
        "route": "chat/completions",
        "model": "m",
        "response_model": "m-2026",
        "digest": make_request().digest,
        "input_tokens": 30,
        "output_tokens": 10,
        "dollars": 0.4,
    }


@pytest.mark.parametrize("name", ["", "m"])
def test_note_names_the_response_model_only_if_it_differs(name: str) -> None:
    recorder = Recorder(lambda request: ModelResponse(model=name), URL, Budget(FlatPrices()))
    (note,) = notes_of(recorder, make_request(model="m"))
    assert not {"response_model", "input_tokens", "output_tokens"} & set(note)


def test_cost_in_a_note_is_none_if_the_price_is_unknown() -> None:
    recorder = Recorder(lambda request: make_response(), URL, Budget(FlatPrices()))
    assert notes_of(recorder, make_request(model="unknown"))[0]["dollars"] is None


@pytest.mark.parametrize("mode", ["cache", "replay", "read_only_cache"])
def test_note_names_the_source_of_a_stored_response(tmp_path: Path, mode: Mode) -> None:
    Cassette(tmp_path / "cassette", "record").put(make_request(), URL, 0, make_response())
    recorder = Recorder(
        fail_if_called, URL, Budget(FlatPrices()), Cassette(tmp_path / "cassette", mode)
    )
    (note,) = notes_of(recorder, make_request())
    assert note["source"] == mode
    assert not {"seconds", "dollars"} & set(note)


def fail_if_called(request: ModelRequest) -> ModelResponse:
    pytest.fail(f"a request was sent: {request.stage}")


def test_replay_sends_nothing(tmp_path: Path) -> None:
    Cassette(tmp_path / "cassette", "record").put(make_request(), URL, 0, make_response())
    recorder = Recorder(
        fail_if_called,
        "https://b.example/v1",
        Budget(FlatPrices()),
        Cassette(tmp_path / "cassette", "replay"),
    )
    assert recorder.send(make_request()) == make_response()
    for request in (make_request(), make_request("other")):
        with pytest.raises(
            BackendError, match="has no response for 'describe' with m: replay"
        ) as caught:
            recorder.send(request)
        assert (caught.value.backend, caught.value.stage) == ("m", "describe")


def test_replay_returns_the_occurrences_in_order(tmp_path: Path) -> None:
    responses = iter("123")
    recording = Recorder(
        lambda request: make_response(next(responses)),
        URL,
        Budget(FlatPrices()),
        Cassette(tmp_path / "cassette", "record"),
    )
    first = [
        recording.send(request).text
        for request in (make_request("a"), make_request("b"), make_request("a"))
    ]
    for _ in range(2):
        replaying = Recorder(
            fail_if_called, URL, Budget(FlatPrices()), Cassette(tmp_path / "cassette", "replay")
        )
        assert [
            replaying.send(request).text
            for request in (make_request("a"), make_request("b"), make_request("a"))
        ] == first


def test_cached_request_is_not_paid_again(tmp_path: Path) -> None:
    sent: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request)
        return make_response()

    for _ in range(3):
        budget = Budget(FlatPrices())
        Recorder(send, URL, budget, Cassette(tmp_path / "cassette", "cache")).send(make_request())
    assert len(sent) == 1
    assert budget.spent == 0


def test_damaged_cassette_is_an_error(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "cassette", "cache")
    (tmp_path / "cassette").write_bytes(b"something else")
    with pytest.raises(InputError):
        Recorder(fail_if_called, URL, Budget(FlatPrices()), cassette).send(make_request())


def test_response_that_cannot_be_stored_is_returned() -> None:
    spy, recorder = spy_recorder()

    def fail_to_put(*arguments: Any) -> None:
        raise InputError("The disk is full.")

    spy.put = fail_to_put
    assert notes_of(recorder, make_request())[0]["not_stored"] == "The disk is full."


def test_discard_deletes_only_the_given_response(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "cassette", "cache")
    other = "https://b.example/v1"
    recorder = Recorder(lambda request: make_response(), URL, Budget(FlatPrices()), cassette)
    for text in ("useless", "useful", "replaced"):
        recorder.send(make_request(text))
    cassette.put(make_request("useless"), other, 0, make_response())
    cassette.put(make_request("replaced"), URL, 0, make_response("by another run"))
    for text in ("useless", "replaced"):
        recorder.discard(make_request(text), make_response())
    assert cassette.get(make_request("useless"), URL, 0) is None
    assert cassette.get(make_request("useless"), other, 0) == make_response()
    assert cassette.get(make_request("useful"), URL, 0) == make_response()
    assert cassette.get(make_request("replaced"), URL, 0) == make_response("by another run")


def test_cached_response_can_be_discarded(tmp_path: Path) -> None:
    """Otherwise an unusable response would be returned in every later run."""
    cassette = Cassette(tmp_path / "cassette", "cache")
    cassette.put(make_request(), URL, 0, make_response())
    recorder = Recorder(fail_if_called, URL, Budget(FlatPrices()), cassette)
    recorder.discard(make_request(), recorder.send(make_request()))
    assert cassette.get(make_request(), URL, 0) is None


@pytest.mark.parametrize("mode", ["record", "replay", "read_only_cache"])
def test_only_a_cache_deletes_discarded_responses(mode: Mode) -> None:
    spy, recorder = spy_recorder(stored=make_response())
    spy.mode = mode
    recorder.discard(make_request(), recorder.send(make_request()))
    assert not [entry for entry in spy.order if entry.startswith("delete")]


def test_recording_keeps_discarded_responses(tmp_path: Path) -> None:
    """Otherwise a replay would differ from the run."""
    recorder = Recorder(
        lambda request: make_response(),
        URL,
        Budget(FlatPrices()),
        Cassette(tmp_path / "cassette", "record"),
    )
    recorder.discard(make_request(), recorder.send(make_request()))
    assert Cassette(tmp_path / "cassette", "replay").get(make_request(), URL, 0) == make_response()


def test_discard_without_a_cassette_does_nothing() -> None:
    recorder = Recorder(lambda request: make_response(), URL, Budget(FlatPrices()))
    recorder.discard(make_request(), recorder.send(make_request()))


def test_discard_ignores_a_cache_that_cannot_be_written() -> None:
    spy, recorder = spy_recorder(stored=make_response())

    def delete(request: ModelRequest, server: str, response: ModelResponse) -> None:
        spy.order.append("tried")
        raise InputError("The file is read-only.")

    spy.delete = delete
    recorder.discard(make_request("a"), recorder.send(make_request("a")))
    assert spy.order[-1] == "tried"


LIST = ModelRequest("choose a model", "models", {})


def test_list_of_models_is_not_cached(tmp_path: Path) -> None:
    Cassette(tmp_path / "cassette", "cache").put(LIST, URL, 0, make_response("old"))
    for mode in CACHE_MODES:
        recorder = Recorder(
            lambda request: make_response("new"),
            URL,
            Budget(FlatPrices()),
            Cassette(tmp_path / "cassette", mode),
        )
        assert recorder.send(LIST).text == "new"
        assert Cassette(tmp_path / "cassette", "cache").get(LIST, URL, 0) == make_response("old")


def test_list_of_models_is_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    Recorder(
        lambda request: make_response("m"), URL, Budget(FlatPrices()), Cassette(path, "record")
    ).send(LIST)
    replaying = Recorder(fail_if_called, URL, Budget(FlatPrices()), Cassette(path, "replay"))
    assert replaying.send(LIST).text == "m"
