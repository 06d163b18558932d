"""The parent's side of a worker process: start it, send a task, receive the reply, end it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from semcodec.bulk.worker_process import INTERRUPTS, Reply, run_worker

Task = TypeVar("Task")

MAX_END_SECONDS: Final = 5.0  #: for a worker without a task to end


class Attempt(NamedTuple, Generic[Task]):
    """A task that a worker has.

    Attributes:
        place: in the order of the tasks, from 0.
        task: the task.
        number: how many times it was begun, from 1.
    """

    place: int
    task: Task
    number: int


class WorkerHandle:
    """The side of a worker process that its parent sees.

    Attributes:
        attempt: the task that the process has; None if it waits for one.
    """

    def __init__(
        self, pickled_start: bytes, on_start: Sequence[Callable[[], object]], threads: int
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self.attempt: Attempt[Any] | None = None
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=run_worker, args=(theirs, pickled_start, tuple(on_start), threads)
        )
        with _signals_blocked():  # the worker unblocks them when it can handle them
            self._process.start()
        theirs.close()  # so that the connection ends when the worker does

    @property
    def handles(self) -> tuple[Any, int]:
        """What becomes ready when the worker replies or dies."""
        return self._connection, self._process.sentinel

    def send(self, attempt: Attempt[Any]) -> None:
        """Send a task; if the worker has died, ``receive`` shows it."""
        self.attempt = attempt
        with contextlib.suppress(OSError):
            self._connection.send(attempt.task)

    def receive(self) -> Reply | None:
        """Return the reply that is there, or None if the worker has died."""
        self.attempt = None
        try:
            # A process that a dead worker has started may keep the connection open.
            return cast(Reply, self._connection.recv()) if self._connection.poll() else None
        except (EOFError, OSError):
            return None

    def interrupt(self) -> None:
        """Have the worker interrupt its task; Windows has no such signal, and kills it."""
        with contextlib.suppress(OSError):
            if os.name == "nt":
                self._process.terminate()
            elif self._process.pid is not None:
                os.kill(self._process.pid, signal.SIGINT)

    def end(self, seconds: float = MAX_END_SECONDS) -> int | None:
        """End the process after ``seconds`` at most, and return its exit code."""
        self._connection.close()
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        self._process.close()
        return code


def wait_for(workers: Sequence[WorkerHandle], timeout: float | None = None) -> list[WorkerHandle]:
    """Return the workers that have replied or died, after waiting until there is one."""
    owners = {handle: worker for worker in workers for handle in worker.handles}
    ready = {id(owners[handle]) for handle in wait(list(owners), timeout)}
    return [worker for worker in workers if id(worker) in ready]


def describe_death(code: int | None) -> str:
    """Return the message for the exit code of a worker, which is negative for a signal."""
    how, hint = f"ended with exit code {code}", "use another backend, or report it to its author"
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            how = f"was killed by {signal.Signals(-code).name}"
    if how.endswith("SIGKILL"):  # as systems do if memory is short
        hint = "use fewer jobs if memory is short"
    return f"The worker process of this input {how}: {hint}."


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block the signals of ``INTERRUPTS`` in this thread; a process that it starts inherits it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it unblocks some of them
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
