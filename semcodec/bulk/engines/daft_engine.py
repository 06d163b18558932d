"""The engines ``daft`` and ``ray``: Daft's runner of this machine, or its runner on a Ray cluster.

A task is one value of a column, pickled, and so is its reply; the rest of Daft's tables is not
needed. Three ways to run a function:

* Threads of this process (``threads``), if a server is the backend: one budget, one log and one
  rate limiter hold for all, as in any program.
* Processes of this machine (``processes``), else: pure Python runs in one thread at a time.
* Actors of a Ray cluster: as processes. They share nothing, so ``start`` divides what they share.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from semcodec.bulk.engines.daft_library import choose_runner, first_line, import_daft
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.engines.processes import RunFile, make_process_runner
from semcodec.bulk.engines.threads import (
    NUMBER_BYTES,
    make_thread_runner,
    read_number,
    running_threads,
)
from semcodec.bulk.worker_process import Reply
from semcodec.bulk.workers import Outcome, Start
from semcodec.errors import BackendError

#: Threads get tasks in chunks, which are read when the last one has ended. At its end, threads wait
#: for the slowest task; that takes a small part of the time if each thread has many tasks.
CHUNK_TASKS: Final = 2000
MIN_TASKS_PER_THREAD: Final = 100  #: of a chunk
MAX_CRASHES: Final = 10  #: one after the other, without a reply


class EngineError(BackendError):
    """Daft has failed, often because a worker process has died."""


@dataclass(frozen=True, slots=True)
class DaftEngine:
    """Runs tasks with Daft.

    Attributes:
        jobs: the number of threads, processes or actors.
        runner: ``"threads"``, ``"processes"`` or ``"ray"``.
    """

    jobs: int
    runner: str

    def run(
        self,
        start: Start[Any, Any],
        tasks: Iterable[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        """Run a function on each task, as ``Engine`` describes."""
        daft = import_daft()
        choose_runner("ray" if self.runner == "ray" else "native")
        if self.runner == "threads":
            self._run_threads(daft, start(), iter(tasks), on_outcome)
        else:
            self._run_processes(daft, start, dict(enumerate(tasks)), on_outcome)

    def _run_threads(
        self,
        daft: Any,
        function: Callable[[Any], Any],
        tasks: Iterator[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        size = max(CHUNK_TASKS, MIN_TASKS_PER_THREAD * self.jobs)
        chunk: list[Any] = []
        # Kept in a variable, since closing it waits for all tasks: that must be after ``stop``.
        replies: Iterator[bytes] = iter(())
        with running_threads(function, self.jobs) as (key, threads):
            runner = make_thread_runner(daft, self.jobs)(key)
            try:
                while chunk := list(islice(tasks, size)):
                    replies = self._collect(daft, enumerate(chunk), runner)
                    for number in map(read_number, replies):
                        on_outcome(_outcome(chunk[number], threads.replies.pop(number)))
            finally:
                for number, reply in threads.stop():
                    with suppress(Exception):  # the first error is the one that counts
                        on_outcome(_outcome(chunk[number], reply))
                _close(replies)

    def _run_processes(
        self,
        daft: Any,
        start: Start[Any, Any],
        pending: dict[int, Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        """Run tasks by number, and remove them from ``pending``.

        If a process dies, Daft fails and does not state its task. On this machine, the tasks that
        were begun then run in ``LocalEngine``, where only the one that kills its process fails, and
        Daft continues with the others.
        """
        crashes = 0
        while pending:
            run_file, before = RunFile(), len(pending)
            try:
                self._run_until_crash(daft, start, pending, run_file, on_outcome)
            except EngineError:
                crashes = crashes + 1 if len(pending) == before else 1
                begun = [pending.pop(number) for number in run_file.begun if number in pending]
                if not begun or crashes > MAX_CRASHES:
                    raise
                LocalEngine(max(2, self.jobs)).run(start, begun, on_outcome)

    def _run_until_crash(
        self,
        daft: Any,
        start: Start[Any, Any],
        pending: dict[int, Any],
        run_file: RunFile,
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        replies: Iterator[bytes] = iter(())
        try:
            with run_file if self.runner == "processes" else nullcontext():
                make_runner = make_process_runner(daft, self.jobs)
                runner = make_runner(pickle.dumps(start), run_file.path)
                replies = self._collect(daft, list(pending.items()), runner)
                for data in replies:
                    reply = pickle.loads(data[NUMBER_BYTES:])  # noqa: S301 - of our own workers
                    on_outcome(_outcome(pending.pop(read_number(data)), reply))
        finally:  # after the workers have ended, as with threads
            _close(replies)

    def _collect(
        self, daft: Any, numbered: Iterable[tuple[int, Any]], runner: Any
    ) -> Iterator[bytes]:
        """Yield what ``runner`` returns for each task, as it comes.

        Each task is a batch of Daft's, which takes about a millisecond. In larger ones, a reply
        would wait for the other tasks of its batch, and be lost with them.

        Raises:
            EngineError: Daft has failed.
        """
        column = [pickle.dumps(task) for task in numbered]
        table = daft.from_pydict({"task": column}).into_batches(1)
        replies = table.select(runner.run(daft.col("task")).alias("reply")).iter_partitions()
        while True:
            try:
                part = next(replies)
            except StopIteration:
                return
            except Exception as error:
                name, other = ("ray", "daft") if self.runner == "ray" else ("daft", "local")
                raise EngineError(
                    f"The engine {name} has failed: {first_line(error)}. Run the command again, if "
                    f"need be with --engine {other}: it continues."
                ) from error
            yield from _value(part)


def _close(replies: Iterator[bytes]) -> None:
    """Close a generator of replies; what Daft raises then follows from the first error."""
    with suppress(Exception):
        replies.close()  # type: ignore[attr-defined]


def _value(part: Any) -> list[bytes]:
    if not hasattr(part, "to_pydict"):  # a reference of Ray
        import ray

        part = ray.get(part)
    replies: list[bytes] = part.to_pydict()["reply"]
    return replies


def _outcome(task: Any, reply: Reply) -> Outcome[Any, Any]:
    """Return a reply as an outcome.

    Raises:
        Exception: the failure of the reply.
    """
    if reply.failure is not None:
        raise reply.failure
    return Outcome(task, reply.result, reply.error, reply.seconds)
