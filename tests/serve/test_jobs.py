"""The queue of jobs: one at a time, bounded, and no client waits for ever."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from PIL import Image

from semcodec.serve.jobs import Jobs
from semcodec.serve.problems import RequestError, from_exception
from tests.serve.fakes import roles_of, send, serving
from tests.serve.test_http import JSON, connect

PAINT = {"prompt": "boat", "size": "8x8"}
MAX_WAIT = 10.0  #: seconds for what takes milliseconds


class Slow:
    """A painter that waits until it may go on."""

    name = "slow"

    def __init__(self) -> None:
        self.began, self.may_end = threading.Semaphore(0), threading.Semaphore(0)
        self.running = self.most = self.calls = 0

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self.running += 1
        self.calls += 1
        self.most = max(self.most, self.running)
        self.began.release()
        assert self.may_end.acquire(timeout=MAX_WAIT)
        self.running -= 1
        return Image.new("RGB", size)


class Sender(threading.Thread):
    """Sends a request in a thread; ``status`` is that of its response."""

    def __init__(self, server: Any) -> None:
        super().__init__(daemon=True)
        self._server, self.status = server, 0
        self.start()

    def run(self) -> None:
        self.status, *_ = send(self._server, "POST", "/v1/images/generations", PAINT)


class Body:
    """What a job holds."""


def test_job_of_a_client_that_has_left_holds_no_body() -> None:
    body = Body()
    held = weakref.ref(body)
    jobs = Jobs(max_waiting=2, max_seconds=60)
    assert jobs.run(partial(id, body), lambda: True) is None
    del body
    gc.collect()
    assert held() is None
    assert jobs.admitted == 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MAX_WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def admitted(server: Any) -> int:
    return int(send(server, "GET", "/health")[1]["requests"])


def test_one_job_runs_at_a_time_and_the_queue_is_bounded() -> None:
    slow = Slow()
    with serving(roles_of(slow), max_waiting=2) as server:
        senders = [Sender(server) for _ in range(3)]
        assert slow.began.acquire(timeout=MAX_WAIT)
        wait_for(lambda: admitted(server) == 3)
        status, body, headers = send(server, "POST", "/v1/images/generations", PAINT)
        assert (status, body["error"]["code"]) == (429, "server_busy")
        assert headers["retry-after"] == "2"
        assert send(server, "GET", "/v1/models")[0] == 200  # needs no backend
        slow.may_end.release(3)
        for sender in senders:
            sender.join(MAX_WAIT)
        assert [sender.status for sender in senders] == [200, 200, 200]
        assert (slow.most, slow.calls, admitted(server)) == (1, 3, 0)


def test_job_that_takes_too_long_is_dropped() -> None:
    slow = Slow()
    with serving(roles_of(slow), max_seconds=0.05) as server:
        assert send(server, "POST", "/v1/images/generations", PAINT)[0] == 504
        assert send(server, "POST", "/v1/images/generations", PAINT)[0] == 504  # waits, too
        slow.may_end.release(2)
        wait_for(lambda: slow.running == 0)
    assert slow.calls == 1  # the second one was not begun


def test_request_of_a_closed_connection_is_not_begun() -> None:
    slow = Slow()
    with serving(roles_of(slow)) as server:
        first = Sender(server)
        assert slow.began.acquire(timeout=MAX_WAIT)
        body = b'{"prompt": "boat", "size": "8x8"}'
        head = f"POST /v1/images/generations HTTP/1.1\r\nhost: 127.0.0.1\r\n{JSON}"
        client = connect(server)
        client.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        wait_for(lambda: admitted(server) == 2)
        client.close()
        wait_for(lambda: admitted(server) == 1)
        slow.may_end.release()
        first.join(MAX_WAIT)
        assert (first.status, slow.calls) == (200, 1)


@contextmanager
def running(jobs: Jobs) -> Iterator[None]:
    thread = threading.Thread(target=jobs.run_forever)
    thread.start()
    yield
    jobs.close()
    thread.join()


def test_job_of_a_client_that_left_is_dropped() -> None:
    jobs, done = Jobs(1, MAX_WAIT), list[str]()
    begun, may_end = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        may_end.wait(MAX_WAIT)

    with running(jobs):
        first = threading.Thread(target=lambda: jobs.run(block, lambda: False))
        first.start()
        assert begun.wait(MAX_WAIT)
        assert jobs.run(lambda: done.append("second"), lambda: True) is None
        may_end.set()
        first.join()
        assert jobs.run(lambda: "third", lambda: False) == "third"
    assert not done


def test_interrupt_fails_the_present_job_and_those_that_wait() -> None:
    jobs, errors = Jobs(5, MAX_WAIT), list[str]()

    def interrupt() -> None:
        wait_for(lambda: jobs._queue.qsize() == 2)
        raise KeyboardInterrupt

    def submit(work: Callable[[], Any]) -> None:
        try:
            jobs.run(work, lambda: False)
        except RequestError as error:
            errors.append(error.code)

    threads = [threading.Thread(target=submit, args=(interrupt,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    with pytest.raises(KeyboardInterrupt):
        jobs.run_forever()
    for thread in threads:
        thread.join(MAX_WAIT)
    assert errors == ["stopping"] * 3
    for function in (lambda: jobs.run(print, lambda: False), lambda: jobs.admit().__enter__()):
        with pytest.raises(RequestError) as caught:
            function()
        assert caught.value.status == 503


def test_admission_ends_with_the_block() -> None:
    jobs = Jobs(0, 1.0)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), jobs.admit():
            raise ValueError("x")
    with jobs.admit(), pytest.raises(RequestError), jobs.admit():
        pass
    assert jobs.admitted == 0


def test_errors_outside_of_backends_become_responses_without_their_message() -> None:
    for error, code in (
        (MemoryError("secret"), "out_of_memory"),
        (KeyError("secret"), "internal_error"),
    ):
        converted = from_exception(error)
        assert (converted.status, converted.code) == (500, code)
        assert b"secret" not in converted.body()
