"""Worker processes: order, errors, death, interrupts; tests/cli/test_jobs.py kills the parent."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from semcodec.bulk import workers as module
from semcodec.bulk.worker_handle import describe_death
from semcodec.bulk.workers import Outcome, Workers
from semcodec.errors import BackendError, InputError, WorkerDiedError
from tests.bulk import tasks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
Any_ = Outcome[Any, Any]


def test_one_pool_does_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Order, one load for each worker, errors as outcomes, death and a second try, look-ahead.

    What a worker prints goes to stderr.
    """
    counter, arrived = tmp_path / "deaths", list[Any_]()
    todo = [
        ("identity", "slow", 0.3),
        ("refuse", "bad photograph"),
        ("identity", "quick"),
        ("die", counter, 1),
        ("die", tmp_path / "always", 2),
        ("refuse_stubbornly",),
        ("return_lambda",),
        ("describe_process",),
    ]
    pids = tmp_path / "pids"
    pids.mkdir()
    hooks = [partial(tasks.note_hook, "first"), partial(tasks.note_hook, "second")]
    with Workers(partial(tasks.start, pids), jobs=2, on_start=hooks) as pool:
        outcomes = list(pool.run(todo, arrived.append))
        assert [outcome.task for outcome in outcomes] == todo
        assert sorted(map(id, arrived)) == sorted(map(id, outcomes))
        assert arrived[0] is not outcomes[0]  # the slow one
        slow, refused, quick, second, died, stubborn, unpicklable, described = outcomes
        assert (slow.result, quick.result, second.result) == ("slow", "quick", 1)
        assert slow.seconds >= 0.3
        assert isinstance(refused.error, InputError)
        assert str(refused.error) == "bad photograph"
        assert isinstance(died.error, WorkerDiedError)
        assert died.error.retryable
        assert "was killed by SIGKILL: use fewer jobs" in str(died.error)
        assert str(stubborn.error) == "StubbornError: cannot travel"
        assert "pickle" in str(unpicklable.error)
        _, loaded, threads = described.result
        assert loaded == ["first", "second", "start"]
        assert int(threads) == max(1, (os.cpu_count() or 1) // 2)
        assert len(list(pids.iterdir())) <= 2 + 3  # and one for each death
        printed = capfd.readouterr()
        assert printed.out == ""
        assert "noise of a plug-in" in printed.err
        monkeypatch.setattr(module, "MAX_AHEAD", 3)
        read = list[int]()
        results = pool.run(_slow_then_quick(read))
        assert next(results).result == 0
        assert len(read) <= 2 * 3 + 2
        assert [outcome.result for outcome in results] == list(range(1, 30))
        with pytest.raises(ZeroDivisionError) as caught:
            list(pool.run([("divide",)]))
        assert "('divide',)" in caught.value.__notes__[0]


def _slow_then_quick(read: list[int]) -> Iterator[Any]:
    for n in range(30):
        read.append(n)
        yield ("identity", n, 0.2 * (n == 0))


def test_one_job_runs_in_this_process() -> None:
    arrived = list[Any_]()
    with Workers(tasks.start, jobs=1) as pool:
        todo = [("refuse", "bad"), ("identity", 5)]
        failed, done = pool.run(todo, arrived.append)
        assert arrived == [failed, done]
        assert (str(failed.error), done.result) == ("bad", 5)
        with pytest.raises(ZeroDivisionError):
            list(pool.run([("divide",)]))


def test_worker_that_cannot_start_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workers(tasks.fail_to_start, jobs=2) as pool, pytest.raises(BackendError, match="fetch"):
        list(pool.run([("identity", 1)]))
    monkeypatch.setattr(module, "MAX_DEATHS", 1)
    with Workers(tasks.start, jobs=2) as pool, pytest.raises(WorkerDiedError):
        list(pool.run([("die", tmp_path / "deaths", 9)]))


@pytest.mark.parametrize("jobs", [0, module.MAX_JOBS + 1])
def test_number_of_jobs_is_limited(jobs: int) -> None:
    with pytest.raises(ValueError, match="jobs must be 1 to"):
        Workers(tasks.start, jobs=jobs)


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_interrupt_ends_tasks_and_keeps_what_they_paid_for(tmp_path: Path) -> None:
    """Ctrl-C in a terminal signals all processes, and ``Workers`` signals its workers again."""
    arrived = list[Any_]()
    started = [tmp_path / "a", tmp_path / "b"]

    def press() -> None:
        _wait_until(lambda: all(path.exists() and path.read_text() for path in started))
        os.kill(int(started[0].read_text()), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    user = threading.Thread(target=press)
    user.start()
    with pytest.raises(KeyboardInterrupt), Workers(tasks.start, jobs=2) as pool:
        list(pool.run([("wait_for_interrupt", path) for path in started], arrived.append))
    user.join()
    assert [type(outcome.error) for outcome in arrived] == [KeyboardInterrupt] * 2
    assert [outcome.error.trace for outcome in arrived] == ["paid"] * 2  # type: ignore[union-attr]


@pytest.mark.parametrize(("code", "message"), [
    (-9, "was killed by SIGKILL: use fewer jobs if memory is short."),
    (-11, "was killed by SIGSEGV: use another backend, or report it to its author."),
    (-1000, "ended with exit code -1000: use another backend, or report it to its author."),
    (0, "ended with exit code 0: use another backend, or report it to its author."),
])  # fmt: skip
def test_death_is_described_with_what_helps(code: int, message: str) -> None:
    assert describe_death(code) == f"The worker process of this input {message}"
