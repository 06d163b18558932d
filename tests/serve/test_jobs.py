"""The queue of jobs: one at a time, bounded, and no client waits for ever."""

from __future__ import annotations

import gc
import http.client
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from semcodec.serve import connection
from semcodec.serve import jobs as jobs_module
from semcodec.serve.jobs import Jobs
from semcodec.serve.problems import RequestError, from_exception
from tests.serve.fakes import roles_of, send, serving
from tests.serve.test_http import JSON, connect, read_all

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
    with jobs.admit() as place:
        assert jobs.run(partial(id, body), lambda: True, place) is None
    del body
    gc.collect()
    assert held() is None
    assert jobs.admitted == 0


def run(jobs: Jobs, work: Callable[[], Any], *, is_gone: bool = False) -> Any:
    with jobs.admit() as place:
        return jobs.run(work, lambda: is_gone, place)


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
    with serving(roles_of(slow), max_seconds=0.2, max_waiting=1) as server:
        assert send(server, "POST", "/v1/images/generations", PAINT)[0] == 504
        assert admitted(server) == 1  # it is still carried out
        assert send(server, "POST", "/v1/images/generations", PAINT)[0] == 504  # waits, too
        assert admitted(server) == 1
        slow.may_end.release(2)
        wait_for(lambda: admitted(server) == 0)
        assert slow.running == 0
        slow.may_end.release()
        assert send(server, "POST", "/v1/images/generations", PAINT)[0] in (200, 504)
        wait_for(lambda: admitted(server) == 0)
    assert slow.calls == 2  # the second one was not begun


def test_request_of_a_closed_connection_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PROBE_SECONDS", 2 * MAX_WAIT)  # the first probe is enough
    slow = Slow()
    with serving(roles_of(slow)) as server:
        first = Sender(server)
        assert slow.began.acquire(timeout=MAX_WAIT)
        client = connect(server)
        client.sendall(paint_request())
        wait_for(lambda: admitted(server) == 2)
        client.close()
        wait_for(lambda: admitted(server) == 1)
        slow.may_end.release()
        first.join(MAX_WAIT)
        assert (first.status, slow.calls) == (200, 1)


def paint_request(version: str = "1.1") -> bytes:
    head = f"POST /v1/images/generations HTTP/{version}\r\nhost: 127.0.0.1\r\n{JSON}"
    return f"{head}content-length: 33\r\n\r\n".encode() + b'{"prompt": "boat", "size": "8x8"}'


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(connection, "PROBE_SECONDS", 0.02)


@pytest.mark.parametrize(("version", "probes"), [("1.1", True), ("1.0", False)])
def test_client_that_has_ended_its_side_gets_its_response(
    quick: None, version: str, probes: bool
) -> None:
    slow = Slow()
    with serving(roles_of(slow)) as server, connect(server) as client:
        client.sendall(paint_request(version))
        client.shutdown(socket.SHUT_WR)
        assert slow.began.acquire(timeout=MAX_WAIT)
        time.sleep(0.1)  # many times the interval of probes
        assert admitted(server) == 1
        slow.may_end.release()
        interim, _, response = read_all(client).rpartition(b"HTTP/1.1 200 ")
        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n" * interim.count(b"HTTP")
        assert (interim.count(b"HTTP") in range(2, 7)) if probes else not interim
        assert b"b64_json" in response


def test_standard_client_skips_the_probes(quick: None) -> None:
    slow = Slow()
    with serving(roles_of(slow)) as server:
        client = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=MAX_WAIT)
        body = b'{"prompt": "boat", "size": "8x8"}'
        kind = {"content-type": "application/json"}
        client.request("POST", "/v1/images/generations", body, kind)
        client.sock.shutdown(socket.SHUT_WR)
        assert slow.began.acquire(timeout=MAX_WAIT)
        time.sleep(0.05)
        slow.may_end.release()
        assert client.getresponse().status == 200
        client.close()


def test_client_that_leaves_after_it_has_ended_its_side_is_noticed(quick: None) -> None:
    slow = Slow()
    with serving(roles_of(slow)) as server:
        first = Sender(server)
        assert slow.began.acquire(timeout=MAX_WAIT)
        client = connect(server)
        client.sendall(paint_request())
        client.shutdown(socket.SHUT_WR)
        wait_for(lambda: admitted(server) == 2)
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.close()
        wait_for(lambda: admitted(server) == 1)
        slow.may_end.release()
        first.join(MAX_WAIT)
    assert slow.calls == 1


def test_client_that_resets_is_noticed_although_it_has_sent_more(quick: None) -> None:
    slow = Slow()
    with serving(roles_of(slow)) as server:
        first = Sender(server)
        assert slow.began.acquire(timeout=MAX_WAIT)
        client = connect(server)
        client.sendall(2 * paint_request())  # the second one is not read
        wait_for(lambda: admitted(server) == 2)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        wait_for(lambda: admitted(server) == 1)
        slow.may_end.release()
        first.join(MAX_WAIT)
    assert slow.calls == 1


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
        first = threading.Thread(target=lambda: run(jobs, block))
        first.start()
        assert begun.wait(MAX_WAIT)
        assert run(jobs, lambda: done.append("second"), is_gone=True) is None
        may_end.set()
        first.join()
        assert run(jobs, lambda: "third") == "third"
    assert not done


def test_interrupt_fails_the_present_job_and_those_that_wait() -> None:
    jobs, errors = Jobs(5, MAX_WAIT), list[str]()

    def interrupt() -> None:
        wait_for(lambda: jobs._queue.qsize() == 2)
        raise KeyboardInterrupt

    def submit(work: Callable[[], Any]) -> None:
        try:
            run(jobs, work)
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
    for function in (lambda: run(jobs, print), lambda: jobs.admit().__enter__()):
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
