"""Jobs: what backends do, one at a time, in the thread that the signals interrupt.

Backends on this machine use all of its memory or its only GPU, so two at a time would be slower or
fail. Threads of connections submit jobs and wait; the main thread carries them out, so that Ctrl-C
stops a backend in the middle as it stops ``encode``.

A request is admitted before its body is read. The invariant: at most ``1 + max_waiting`` requests
have a body or a picture in memory, however many connections there are. So a request whose client
has left keeps its slot until its job has ended, if that was begun.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from semcodec.serve.problems import RequestError

T = TypeVar("T")
POLL_SECONDS: Final = 0.2  #: between two looks at whether the client is still there
STOPPING: Final = "The server is stopping: start it again, and repeat the request."


@dataclass(slots=True)
class Slot:
    """The slot of an admitted request, which is free when its last owner has released it.

    Its owners are the thread of the connection, and the job while it runs.
    """

    owners: int = 0


@dataclass(slots=True)
class _Job:
    """A function with its result or its error, once ``done`` is set."""

    work: Callable[[], Any]
    slot: Slot
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None
    is_abandoned: bool = False

    def run(self) -> None:
        try:
            self.result = self.work()
        except KeyboardInterrupt:
            self.error = stopping_error()
            raise
        except BaseException as error:  # the thread of the connection converts it
            self.error = error
        finally:
            self.done.set()

    def fail(self, error: BaseException) -> None:
        self.error = error
        self.done.set()


class Jobs:
    """A bounded queue of jobs.

    Args:
        max_waiting: requests that may wait while one is carried out.
        max_seconds: from the submission of a job to its result.
    """

    def __init__(self, max_waiting: int, max_seconds: float) -> None:
        self._max_admitted, self._max_seconds = 1 + max_waiting, max_seconds
        self._queue: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._admitted = 0
        self._is_closed = False

    @property
    def admitted(self) -> int:
        """The number of requests that are carried out or wait, also for a client that has left."""
        return self._admitted

    @contextmanager
    def admit(self) -> Iterator[Slot]:
        """Count a request while the block runs, and while the job runs that it has begun.

        Raises:
            RequestError: status 429, there are too many; status 503, the server is stopping.
        """
        with self._lock:
            if self._is_closed:
                raise stopping_error()
            if self._admitted >= self._max_admitted:
                raise RequestError(
                    429,
                    f"The server is busy with {self._admitted} requests: try again later.",
                    "server_busy",
                    may_pass=True,
                )
            self._admitted += 1
            slot = Slot(owners=1)
        try:
            yield slot
        finally:
            self._release(slot)

    def _release(self, slot: Slot) -> None:
        with self._lock:
            slot.owners -= 1
            self._admitted -= slot.owners == 0

    def run(self, work: Callable[[], T], is_gone: Callable[[], bool], slot: Slot) -> T | None:
        """Return the result of ``work``, or None if the client is gone before.

        A job that was not begun when its client left or its time was up is dropped. One that was
        begun goes on, since no backend can be stopped from outside; its result is dropped.

        Args:
            work: what the main thread has to call.
            is_gone: returns whether the client has left.
            slot: that of the request.

        Raises:
            RequestError: status 504, it took too long; status 503, the server is stopping.
            BaseException: what ``work`` raised.
        """
        job = _Job(work, slot)
        with self._lock:
            if self._is_closed:
                raise stopping_error()
            self._queue.put(job)
        deadline = time.monotonic() + self._max_seconds
        while not job.done.wait(min(POLL_SECONDS, max(0.0, deadline - time.monotonic()))):
            is_late = time.monotonic() >= deadline
            if is_late or is_gone():
                self._abandon(job)
                if not is_late:
                    return None
                seconds = f"{self._max_seconds:g}"
                raise RequestError(
                    504,
                    f"The request was not done within {seconds} seconds: request less, or start "
                    "the server with a longer --max-seconds.",
                    "timeout",
                )
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _abandon(self, job: _Job) -> None:
        """Let a job that was not begun do nothing, and forget the body that its function holds."""
        with self._lock:
            job.is_abandoned = True
            job.work = _do_nothing

    def run_forever(self) -> None:
        """Carry out jobs in this thread until ``close`` is called.

        Raises:
            KeyboardInterrupt: of a signal; all jobs have failed then.
        """
        try:
            while not self._is_closed:
                try:  # on Windows, only a wait with a timeout can be interrupted
                    job = self._queue.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                if self._begin(job):
                    try:
                        job.run()
                    finally:
                        self._release(job.slot)
        finally:
            self.close()
            while not self._queue.empty():
                self._queue.get().fail(stopping_error())

    def _begin(self, job: _Job) -> bool:
        """Return whether to run a job, which then owns its slot, too.

        An abandoned job must not: its slot is free already, and would be freed twice.
        """
        with self._lock:
            if not job.is_abandoned:
                job.slot.owners += 1
            return not job.is_abandoned

    def close(self) -> None:
        """Accept no job, and let ``run_forever`` return after the present one."""
        with self._lock:
            self._is_closed = True
        self._queue.put(_Job(_do_nothing, Slot(), is_abandoned=True))  # wakes run_forever


def _do_nothing() -> None:
    pass


def stopping_error() -> RequestError:
    """Return the error for a request to a server that stops."""
    return RequestError(503, STOPPING, "stopping")
