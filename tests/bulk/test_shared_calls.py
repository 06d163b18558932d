"""Worker processes share one budget, one set of rate limits and one log of calls."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.rate_limits import Share
from semcodec.backends.recording import (
    Budget,
    Cassette,
    ModelRequest,
    ModelResponse,
    Recorder,
    Usage,
)
from semcodec.backends.recording.budget import max_usage
from semcodec.bulk import call_journal, worker_calls
from semcodec.bulk.call_journal import CallJournal
from semcodec.bulk.shared_calls import SharedCalls
from semcodec.bulk.worker_calls import WorkerCalls
from semcodec.errors import BackendError, BudgetExceededError
from tests.backends.recording.factories import FlatPrices, make_request, make_response
from tests.bulk import spender
from tests.bulk.spender import NOTE, budget_of

SPAWN = get_context("spawn")
MAX_PRICE = FlatPrices().price("m", max_usage(make_request())) or Decimal(0)
CENTS_40 = Usage(30, 20, 10)
KEY = ("http://127.0.0.1:9/v1", b"key")


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedCalls]:
    budget = Budget(FlatPrices(), 3 * MAX_PRICE + Decimal("0.01"))
    with SharedCalls(CallJournal(tmp_path / "calls"), budget) as shared:
        yield shared


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.005)


def connect(shared: SharedCalls) -> tuple[WorkerCalls, Connection]:
    """Return the log of a worker in this process, and its connection, to close."""
    theirs = shared.open_pipe()  # which is closed when the "process" has it
    connection = Connection(os.dup(theirs.fileno()))
    return WorkerCalls(connection), connection


def test_workers_never_spend_more_than_the_limit(shared: SharedCalls) -> None:
    workers = [connect(shared) for _ in range(4)]
    allowed, rejected = [], []

    def reserve(budget: Budget) -> None:
        try:
            assert budget.reserve(make_request()) == MAX_PRICE
            allowed.append(budget)
        except BudgetExceededError as error:
            rejected.append(str(error))

    budgets = [budget_of(calls) for calls, _ in workers]
    threads = [threading.Thread(target=reserve, args=(budget,)) for budget in budgets]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(allowed) == 3)
    assert shared.budget is not None
    assert (rejected, shared.budget.spent) == ([], 3 * MAX_PRICE)  # one waits for the others
    for budget in allowed[:]:
        budget.settle(make_request(), None, MAX_PRICE)
    for thread in threads:
        thread.join()
    assert (len(allowed), len(rejected)) == (3, 1)
    assert "only $0.0100 of the limit remains" in rejected[0]
    assert shared.budget.spent == 3 * MAX_PRICE


def test_worker_waits_for_what_others_do_not_spend(shared: SharedCalls) -> None:
    assert shared.budget is not None
    shared.budget.limit = MAX_PRICE + Decimal("0.40")
    (first, _), (second, connection), (third, _) = (connect(shared) for _ in range(3))
    assert budget_of(first).reserve(make_request()) == MAX_PRICE
    waiting = threading.Thread(target=lambda: budget_of(second).reserve(make_request()))
    waiting.start()
    time.sleep(2 * worker_calls.WAIT_FOR_OTHERS)
    assert waiting.is_alive()
    budget_of(first).settle(make_request(), CENTS_40, MAX_PRICE)
    waiting.join()
    assert shared.budget.spent == MAX_PRICE + Decimal("0.40")
    connection.close()  # a worker that has died leaves nothing
    with pytest.raises(BudgetExceededError):
        budget_of(third).reserve(make_request())


def test_dollars_of_a_worker_that_ends_stay_spent(shared: SharedCalls) -> None:
    calls, connection = connect(shared)
    with calls.working_on("a.jpg"):
        budget_of(calls).reserve(make_request())
        calls.begin("describe", NOTE)
        connection.close()  # as if the process had ended here
    shared.__exit__()
    assert shared.budget is not None
    assert shared.budget.spent == MAX_PRICE
    shared.journal.finish("a.jpg")
    [call] = shared.journal.close()
    assert call.describe() == "describe with m for a.jpg, at most $0.5000"


def test_a_finished_input_leaves_no_calls(shared: SharedCalls) -> None:
    calls, connection = connect(shared)
    with calls.working_on("a.jpg"):
        number = calls.begin("describe", NOTE)
        calls.end(number, NOTE)
    connection.close()
    shared.__exit__()
    assert len(call_journal.read(Path(str(shared.journal._path)))) == 1
    shared.journal.finish("a.jpg")
    assert shared.journal.close() == []


def test_worker_sends_nothing_after_the_main_process_has_ended(shared: SharedCalls) -> None:
    calls, _ = connect(shared)
    budget = budget_of(calls)
    limiter = worker_calls._RemoteRateLimiter(calls, KEY)
    sent: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request)
        for session in shared._sessions:  # the main process ends during the call
            session._connection.close()
        return ModelResponse("A boat.", usage=CENTS_40)

    recorder = Recorder(send, "s", budget, log=calls)
    assert recorder.send(make_request()).text == "A boat."  # it is paid, so it is not lost
    for attempt in (
        lambda: recorder.send(make_request()),
        lambda: limiter.reserve(Share(), {}),
        lambda: limiter.wait(0.001, time.sleep),
        lambda: limiter.pause(1),
        lambda: calls.begin("describe", NOTE),
    ):
        with pytest.raises(BackendError, match="main process has ended") as caught:
            attempt()
        assert (caught.value.unavailable, caught.value.billed) == (True, False)
    assert len(sent) == 1


def test_workers_share_the_rate_limits(shared: SharedCalls) -> None:
    (first, connection), (second, other) = connect(shared), connect(shared)
    limits: Any = {"requests": 6, "tokens": None}
    limiters = [worker_calls._RemoteRateLimiter(calls, KEY) for calls in (first, second)]
    assert limiters[0].reserve(Share("m"), limits) == 0
    assert limiters[1].reserve(Share("m"), limits) == pytest.approx(10, abs=0.1)
    assert limiters[0].reserve(Share("m"), limits) == pytest.approx(20, abs=0.1)
    headers = {"X-RateLimit-Limit-Tokens": "100", "x-ratelimit-remaining-tokens": "0"}
    headers |= {"x-ratelimit-reset-tokens": "40s", "set-cookie": "secret"}
    assert not limiters[1].counts_tokens("m")
    limiters[1].release(Share("m"), headers)
    assert limiters[0].counts_tokens("m")
    assert limiters[0].reserve(Share("m", 5), {}) == pytest.approx(40, abs=0.5)
    assert limiters[1].pause(50) == pytest.approx(50, abs=0.5)
    assert limiters[0].reserve(Share("other"), {}) == pytest.approx(50, abs=0.5)
    limiters[0].settle(1, 1)
    model = rate_limits.find_by_key(KEY)._models["m"]
    assert model.pending["requests"] == 3
    connection.close()  # a worker that has died has no requests under way
    other.close()
    for session in shared._sessions:
        session.join()
    assert model.pending["requests"] == 0


def test_main_process_gets_no_headers_but_those_of_limits(
    shared: SharedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(WorkerCalls, "report", lambda _, *arguments: sent.append(arguments))
    limiter = worker_calls._RemoteRateLimiter(connect(shared)[0], KEY)
    limiter.release(Share(), {"X-RateLimit-Limit-Tokens": "1", "set-cookie": "secret"})
    assert sent == [("release", KEY, Share(), {"x-ratelimit-limit-tokens": "1"})]


def test_equal_requests_of_workers_have_different_numbers(shared: SharedCalls) -> None:
    workers = [connect(shared)[0] for _ in range(2)]
    assert [calls.count("s", "00") for calls in workers * 2] == [0, 1, 2, 3]
    assert workers[1].count("other", "00") == 0


def test_recording_of_workers_has_the_response_of_each(shared: SharedCalls, tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    owner = Cassette(path, "record")
    for text in "ab":
        response, log = make_response(text), connect(shared)[0]
        cassette = Cassette(path, "record", is_shared=True)
        recorder = Recorder(lambda _, made=response: made, "s", budget_of(log), cassette, log)  # type: ignore[misc]
        assert recorder.send(make_request()) == response
    del owner
    replay = Cassette(path, "replay")
    texts = [replay.get(make_request(), "s", number) for number in range(2)]
    assert [response and response.text for response in texts] == ["a", "b"]


def test_reply_to_an_interrupted_message_is_skipped(
    shared: SharedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, _ = connect(shared)
    receive, interrupts = Connection.recv, iter([True])

    def interrupt(connection: Connection) -> Any:
        if threading.current_thread() is threading.main_thread() and next(interrupts, False):
            raise KeyboardInterrupt
        return receive(connection)

    monkeypatch.setattr(Connection, "recv", interrupt)
    with pytest.raises(KeyboardInterrupt):
        calls.count("s", "00")
    assert calls.count("s", "00") == 1


def test_error_of_the_journal_reaches_the_worker(
    shared: SharedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, _ = connect(shared)

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackendError, match="No space left"):
        calls.begin("describe", NOTE)


def test_worker_that_never_starts_is_no_obstacle(shared: SharedCalls) -> None:
    shared.open_pipe()


def test_connection_is_for_a_new_process_only(shared: SharedCalls) -> None:
    with pytest.raises(RuntimeError):
        pickle.dumps(shared.connect)


def test_processes_share_a_budget(shared: SharedCalls) -> None:
    """One of them is killed between the reservation and the result."""
    ours, theirs = SPAWN.Pipe()
    arguments = [(shared.connect, is_killed, theirs) for is_killed in (True, False)]
    killed, other = (SPAWN.Process(target=spender.spend, args=each) for each in arguments)
    killed.start()
    killed.join()
    other.start()
    assert ours.recv() == 2
    other.join()
    shared.__exit__()
    assert shared.budget is not None
    assert shared.budget.spent == 3 * MAX_PRICE
    for source in (killed.pid, other.pid):
        shared.journal.finish(str(source))
    assert [call.source for call in shared.journal.close()] == [str(killed.pid)]
