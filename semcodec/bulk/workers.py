"""Run tasks in worker processes that load their models once.

A worker that dies (killed, out of memory) costs only its task, which is tried once more in a new
worker; then its outcome is an error. ``concurrent.futures`` fails as a whole in this case.

What must stay true:

* Each worker has at most one task. So a dead worker shows which task it was, and what an interrupt
  abandons is known.
* Workers never outlive the process that has started them, even if it was killed: a thread of each
  worker waits for its end. Otherwise they would go on spending money.
* Ctrl-C reaches all processes of a terminal, and is also passed on by ``Workers``: a worker acts on
  the first signal, only while it runs a task, and ignores all others. An interrupted task has an
  outcome like any other, whose error has the trace of what was paid for.

Processes are started by "spawn": a forked one inherits locks and threads of models.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from semcodec.bulk.worker_handle import (
    MAX_END_SECONDS,
    Attempt,
    WorkerHandle,
    describe_death,
    wait_for,
)
from semcodec.bulk.worker_process import Reply
from semcodec.errors import SemcodecError, WorkerDiedError

Task = TypeVar("Task")
Result = TypeVar("Result")

MAX_JOBS: Final = 256  #: worker processes
MAX_AHEAD: Final = 8  #: tasks a worker that may be done or running while an earlier one is not
MAX_ATTEMPTS: Final = 2  #: of a task whose worker dies
MAX_DEATHS: Final = 10  #: workers in a row that die without a result
MAX_STOP_SECONDS: Final = 10.0  #: to end tasks after an interrupt; then workers are killed

#: Called once in each worker; returns the function that runs a task. It must be picklable.
Start = Callable[[], Callable[[Task], Result]]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Task, Result]):
    """The result or the error of a task.

    Attributes:
        task: the task as it was given.
        result: the result of the function; None if there is an error.
        error: the ``SemcodecError`` that the function raised, ``WorkerDiedError`` if its worker
            died ``MAX_ATTEMPTS`` times, or ``KeyboardInterrupt`` if it was interrupted; else None.
        seconds: wall-clock time of the function, in its worker.
    """

    task: Task
    result: Result | None = None
    error: SemcodecError | KeyboardInterrupt | None = None
    seconds: float = 0.0


class Workers(Generic[Task, Result]):
    """A context manager of worker processes.

    A script that uses more than one worker must start its work below
    ``if __name__ == "__main__":``, since each worker imports it.

    Args:
        start: called once in each worker, such as ``functools.partial(load, "embedded")`` with a
            function of a module; returns the function that runs a task.
        jobs: the number of workers, 1..MAX_JOBS. With 1 the tasks run in this process, and no other
            one is started.
        on_start: called first in each worker; may have objects that processes share, such as
            ``multiprocessing.get_context("spawn").Value``.

    Example:
        >>> from functools import partial
        >>> with Workers(partial(partial, pow, 2), jobs=1) as workers:
        ...     [outcome.result for outcome in workers.run([1, 2, 3])]
        [2, 4, 8]
    """

    def __init__(
        self,
        start: Start[Task, Result],
        *,
        jobs: int,
        on_start: Sequence[Callable[[], object]] = (),
    ) -> None:
        if not 1 <= jobs <= MAX_JOBS:
            raise ValueError(f"jobs must be 1 to {MAX_JOBS}, got {jobs}")
        self._start, self._jobs, self._on_start = start, jobs, on_start
        # Pickled here, so that a mistake shows at once, and so that a worker limits the threads of
        # libraries before it imports them.
        self._pickled = pickle.dumps(start) if jobs > 1 else b""
        self._function: Callable[[Task], Result] | None = None
        self._workers: list[WorkerHandle] = []
        self._deaths = 0
        self._on_outcome: Callable[[Outcome[Task, Result]], object] = lambda outcome: None

    def __enter__(self) -> Workers[Task, Result]:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the workers; tasks that still run are interrupted, and arrive as such."""
        try:
            self._interrupt()
        finally:
            for worker in self._workers:
                worker.end(MAX_END_SECONDS if error is None else 0)
            self._workers.clear()

    def run(
        self,
        tasks: Iterable[Task],
        on_outcome: Callable[[Outcome[Task, Result]], object] = lambda outcome: None,
    ) -> Iterator[Outcome[Task, Result]]:
        """Yield the outcomes in the order of ``tasks``, which are read when a worker is free.

        Args:
            tasks: picklable values; at most ``MAX_AHEAD`` for each worker are read in advance.
            on_outcome: called with each outcome as soon as it is there, in this thread; also with
                those that are interrupted at the end of the ``with`` block.

        Raises:
            WorkerDiedError: workers die again and again, or before their first task.
            Exception: ``start`` or the function raised it, and it is not a ``SemcodecError``.
        """
        self._on_outcome = on_outcome
        yield from (self._run_here if self._jobs == 1 else self._run_workers)(tasks)

    def _run_here(self, tasks: Iterable[Task]) -> Iterator[Outcome[Task, Result]]:
        """Yield the outcomes of tasks that run in this process."""
        if self._function is None:
            for call in self._on_start:
                call()
            self._function = self._start()
        for task in tasks:
            started = time.perf_counter()
            outcome: Outcome[Task, Result]
            try:
                result = self._function(task)
            except SemcodecError as error:
                outcome = Outcome(task, None, error, time.perf_counter() - started)
            else:
                outcome = Outcome(task, result, None, time.perf_counter() - started)
            self._on_outcome(outcome)
            yield outcome

    def _run_workers(self, tasks: Iterable[Task]) -> Iterator[Outcome[Task, Result]]:
        numbered = enumerate(tasks)
        again: list[Attempt[Task]] = []  # tasks whose worker has died
        done: dict[int, Outcome[Task, Result]] = {}
        next_index, is_complete = 0, False

        def next_attempt() -> Attempt[Task] | None:
            nonlocal is_complete
            if again:
                return again.pop()
            running = sum(worker.attempt is not None for worker in self._workers)
            # Also tasks that wait for a worker count: ``done`` stays within its limit.
            if is_complete or len(done) + running >= MAX_AHEAD * self._jobs:
                return None
            for index, task in numbered:
                return Attempt(index, task, 1)
            is_complete = True
            return None

        while True:
            self._assign(next_attempt)
            while next_index in done:
                yield done.pop(next_index)
                next_index += 1
            if any(worker.attempt for worker in self._workers):
                for index, outcome in self._receive(again):
                    done[index] = outcome
                    self._on_outcome(outcome)
            elif is_complete and not again and not done:
                return

    def _assign(self, next_attempt: Callable[[], Attempt[Task] | None]) -> None:
        """Give each free worker a task, and start workers while there are tasks for them."""
        for worker in self._workers:
            if worker.attempt is None:
                if (attempt := next_attempt()) is None:
                    return
                worker.send(attempt)
        while len(self._workers) < self._jobs and (attempt := next_attempt()) is not None:
            threads = max(1, (os.cpu_count() or 1) // self._jobs)
            worker = WorkerHandle(self._pickled, self._on_start, threads)
            self._workers.append(worker)
            worker.send(attempt)

    def _receive(self, again: list[Attempt[Task]]) -> Iterator[tuple[int, Outcome[Task, Result]]]:
        """Wait until a worker replies or dies, and yield the outcomes, with their indexes.

        The tasks of workers that have died are added to ``again``, or have an error.
        """
        for worker in wait_for(self._workers):
            attempt, reply = worker.attempt, worker.receive()
            if reply is not None and reply.failure is not None:
                raise reply.failure
            if reply is not None and not isinstance(reply.error, KeyboardInterrupt):
                self._deaths = 0
                if attempt is not None:
                    yield attempt.place, _outcome(attempt.task, reply)
                continue
            # Dead, or interrupted by a signal for this process alone, after which it ends.
            self._workers.remove(worker)
            error = WorkerDiedError(describe_death(worker.end()), retryable=True)
            self._deaths += 1
            if self._deaths >= MAX_DEATHS:
                raise error
            if attempt is not None and attempt.number < MAX_ATTEMPTS:
                again.append(attempt._replace(number=attempt.number + 1))
            elif attempt is not None:
                yield attempt.place, Outcome(attempt.task, None, error)

    def _interrupt(self) -> None:
        """Interrupt the tasks that run, and pass on their outcomes; give up after a while."""
        busy = [worker for worker in self._workers if worker.attempt is not None]
        for worker in busy:
            worker.interrupt()
        deadline = time.monotonic() + MAX_STOP_SECONDS
        while busy and (ready := wait_for(busy, max(0.0, deadline - time.monotonic()))):
            for worker in ready:
                busy.remove(worker)
                attempt, reply = worker.attempt, worker.receive()
                if attempt is not None and reply is not None and reply.failure is None:
                    with contextlib.suppress(Exception):  # the first error is the one that counts
                        self._on_outcome(_outcome(attempt.task, reply))


def _outcome(task: Task, reply: Reply) -> Outcome[Task, Any]:
    return Outcome(task, reply.result, reply.error, reply.seconds)
