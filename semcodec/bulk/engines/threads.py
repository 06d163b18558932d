"""Threads that run the tasks of an engine, and keep their replies until they are fetched."""

from __future__ import annotations

import asyncio
import pickle
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final

from semcodec.bulk.worker_process import Reply
from semcodec.bulk.workers import MAX_STOP_SECONDS
from semcodec.errors import BackendError, SemcodecError

NUMBER_BYTES: Final = 8  #: of the number of a task, with which a reply begins
TASKS_AHEAD: Final = 4  #: for each thread, so that none waits while Daft passes the next one on


class Threads:
    """Runs tasks in daemon threads, which do not keep the process alive after Ctrl-C.

    Attributes:
        replies: by number of the task, those that were not fetched yet. They are here, and not in
            Daft's column, so that none is lost when the run is interrupted.
    """

    def __init__(self, function: Callable[[Any], Any], jobs: int) -> None:
        self.replies: dict[int, Reply] = {}
        self._function, self._lock = function, threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Future[bytes], bytes] | None] = queue.SimpleQueue()
        self._waiting: set[Future[bytes]] = set()  # of tasks that have no reply
        self._is_over = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def submit(self, task: bytes) -> Future[bytes]:
        """Return the number of a task, when its reply is there; an error after the end."""
        future: Future[bytes] = Future()
        with self._lock:
            if self._is_over:
                future.set_exception(BackendError("The run has been stopped."))
            else:
                self._waiting.add(future)
                self._queue.put((future, task))
        return future

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            future, data = item
            if self._is_over:
                continue
            number, task = pickle.loads(data)  # noqa: S301 - made here
            self.replies[number] = run_task(self._function, task)
            with self._lock:
                if future in self._waiting:
                    self._waiting.remove(future)
                    future.set_result(to_bytes(number))

    def stop(self) -> list[tuple[int, Reply]]:
        """Begin no more tasks, wait for those that run, and return the replies that are left.

        Daft waits for each task that it has submitted; so those without a reply get an error.
        """
        with self._lock:
            self._is_over = True
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + MAX_STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            for future in self._waiting:
                future.set_exception(BackendError("The run has been stopped."))
            self._waiting.clear()
        return [*self.replies.items()]


_running: Final[dict[int, Threads]] = {}  # by the keys that Daft passes on


@contextmanager
def running_threads(function: Callable[[Any], Any], jobs: int) -> Iterator[tuple[int, Threads]]:
    """Yield threads and their key; the caller stops them."""
    threads = Threads(function, jobs)
    _running[id(threads)] = threads
    try:
        yield id(threads), threads
    finally:
        del _running[id(threads)]


def find_threads(key: int) -> Threads:
    """Return threads by their key: Daft pickles what its classes name, but not a function."""
    return _running[key]


def make_thread_runner(daft: Any, jobs: int) -> Any:
    """Return the class whose method Daft calls for each task; its argument is a key."""

    @daft.cls(max_concurrency=jobs * TASKS_AHEAD)
    class Runner:
        def __init__(self, key: int) -> None:
            self._threads = find_threads(key)

        @daft.method(return_dtype=daft.DataType.binary())  # type: ignore[untyped-decorator]
        async def run(self, task: bytes) -> bytes:
            return await asyncio.wrap_future(self._threads.submit(task))

    return Runner


def run_task(function: Callable[[Any], Any], task: Any) -> Reply:
    """Run a function, and return its result or its error."""
    started = time.perf_counter()
    try:
        result = function(task)
    except SemcodecError as error:
        return Reply(error=error, seconds=time.perf_counter() - started)
    except Exception as error:  # a bug; the run raises it
        return Reply(failure=error)
    return Reply(result, seconds=time.perf_counter() - started)


def to_bytes(number: int) -> bytes:
    """Return the number of a task as the beginning of a reply."""
    return number.to_bytes(NUMBER_BYTES, "big")


def read_number(reply: bytes) -> int:
    """Return the number of the task, with which a reply begins."""
    return int.from_bytes(reply[:NUMBER_BYTES], "big")
