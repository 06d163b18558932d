"""The engines ``daft`` and ``ray``: Daft's runner of this machine, or its runner on a Ray cluster.

A task is one value of a column, pickled, and so is its reply; the rest of Daft's tables is not
needed. Three ways to run a function:

* Threads of this process (``Threads``), if a server is the backend: one budget, one log and one
  rate limiter hold for all, as in any program.
* Processes of this machine (``_Processes``), else: pure Python runs in one thread at a time.
* Actors of a Ray cluster: as processes. They share nothing, so ``start`` divides what they share.

Nothing is sent to the makers of Daft and Ray: ``TELEMETRY_OFF`` is set before the import, since
importing Daft already reports it.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import pickle
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final

from semcodec.bulk.engines.threads import NUMBER_BYTES, Threads, read_number, run_task, to_bytes
from semcodec.bulk.worker_process import Reply, pickle_reply
from semcodec.bulk.workers import Outcome, Start
from semcodec.errors import BackendError

MISSING: Final = "pip install 'semcodec[bulk]'"
MISSING_RAY: Final = "pip install 'semcodec[ray]'"
#: Each variable that Daft 0.7 or Ray 2.60 reads before it reports use, with the value for "no".
TELEMETRY_OFF: Final = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}
#: The command line has a status line of its own.
QUIET: Final = {"DAFT_PROGRESS_BAR": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
DAFT_LOGGER: Final = "daft_local_execution"
TASKS_AHEAD: Final = 4  #: for each thread, so that none waits while Daft passes the next one on
POLL_RUN_FILE: Final = 0.25  #: seconds between two looks of a worker whether the run goes on


def import_daft() -> Any:
    """Import Daft without telemetry, and return it.

    Raises:
        BackendError: it is not installed.
    """
    os.environ.update(TELEMETRY_OFF)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger(DAFT_LOGGER).addHandler(logging.NullHandler())  # we raise what it logs
    try:
        return importlib.import_module("daft")
    except ImportError as error:
        raise BackendError(
            f"The engine daft is not installed: {MISSING}, or use --engine local.", stage="load"
        ) from error


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
        listed = list(tasks)
        if not listed:
            return
        choose_runner("ray" if self.runner == "ray" else "native")
        if self.runner == "threads":
            self._run_threads(daft, start(), listed, on_outcome)
        else:
            self._run_processes(daft, pickle.dumps(start), listed, on_outcome)

    def _run_threads(
        self,
        daft: Any,
        function: Callable[[Any], Any],
        tasks: list[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        threads = Threads(function, self.jobs)
        key = id(threads)
        _running[key] = threads
        # Kept in a variable, since closing it waits for all tasks: that must be after ``stop``.
        replies = _collect(daft, tasks, _thread_runner(daft, self.jobs)(key))
        try:
            for reply in replies:
                number = read_number(reply)
                on_outcome(_outcome(tasks, number, threads.replies.pop(number)))
        finally:
            for number, left in threads.stop():
                with suppress(Exception):  # the first error is the one that counts
                    on_outcome(_outcome(tasks, number, left))
            _close(replies)
            del _running[key]

    def _run_processes(
        self,
        daft: Any,
        start: bytes,
        tasks: list[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        is_here = self.runner == "processes"
        replies: Iterator[bytes] = iter(())
        try:
            with _run_file() if is_here else nullcontext("") as run_file:
                runner = _process_runner(daft, self.jobs)(start, run_file)
                replies = _collect(daft, tasks, runner)
                for data in replies:
                    reply = pickle.loads(data[NUMBER_BYTES:])  # noqa: S301 - of our own workers
                    on_outcome(_outcome(tasks, read_number(data), reply))
        finally:  # after the workers have ended, as above
            _close(replies)


def choose_runner(runner: str) -> None:
    """Choose the runner before any work, also before files are listed: Daft has one for a process.

    Args:
        runner: ``"native"``, or ``"ray"``, which connects to the cluster of ``$RAY_ADDRESS``, or
            starts one on this machine.

    Raises:
        BackendError: Daft or Ray is not installed, a cluster cannot be reached, or this process has
            used the other runner before.
    """
    daft = import_daft()
    try:
        if runner == "ray":
            _connect_to_ray()
            daft.set_runner_ray(noop_if_initialized=True)
        else:
            daft.set_runner_native()
    except ImportError as error:
        raise BackendError(f"Ray is not installed: {MISSING_RAY}.", stage="load") from error
    except Exception as error:
        if daft.get_or_infer_runner_type() != runner:
            raise BackendError(f"Daft cannot use the runner: {first_line(error)}.") from error


def _connect_to_ray() -> None:
    """Connect without the messages of Ray and of its workers, which are not about photographs."""
    import ray

    if not ray.is_initialized():
        ray.init(logging_level=logging.ERROR, log_to_driver=False)


def _collect(daft: Any, tasks: list[Any], runner: Any) -> Iterator[bytes]:
    """Yield what ``runner`` returns for each task, as it comes.

    Each task is a batch of Daft's, which takes about a millisecond. In larger ones, a reply would
    wait for the other tasks of its batch, and be lost with them.

    Raises:
        BackendError: the engine has failed.
    """
    column = [pickle.dumps((number, task)) for number, task in enumerate(tasks)]
    table = daft.from_pydict({"task": column}).into_batches(1)
    replies = table.select(runner.run(daft.col("task")).alias("reply")).iter_partitions()
    while True:
        try:
            part = next(replies)
        except StopIteration:
            return
        except Exception as error:
            raise BackendError(
                f"The engine daft has failed: {first_line(error)}. Run the command again: it "
                "continues."
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


def _outcome(tasks: list[Any], number: int, reply: Reply) -> Outcome[Any, Any]:
    """Return a reply as an outcome.

    Raises:
        Exception: the failure of the reply.
    """
    if reply.failure is not None:
        raise reply.failure
    return Outcome(tasks[number], reply.result, reply.error, reply.seconds)


def first_line(error: BaseException) -> str:
    """Return the first line of a message, without its period; the last one of a traceback."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    line = lines[-1] if "traceback" in lines[0].lower() else lines[0]
    return line.strip()[:500].rstrip(".")


# --- threads of this process ---------------------------------------------------------------------


_running: Final[dict[int, Threads]] = {}  # by the keys that Daft passes on


def find_threads(key: int) -> Threads:
    """Return threads by their key: Daft pickles what its classes name, but not a function."""
    return _running[key]


def _thread_runner(daft: Any, jobs: int) -> Any:
    @daft.cls(max_concurrency=jobs * TASKS_AHEAD)
    class Runner:
        def __init__(self, key: int) -> None:
            self._threads = find_threads(key)

        @daft.method(return_dtype=daft.DataType.binary())  # type: ignore[untyped-decorator]
        async def run(self, task: bytes) -> bytes:
            return await asyncio.wrap_future(self._threads.submit(task))

    return Runner


# --- processes, here or in a cluster -------------------------------------------------------------


@contextmanager
def _run_file() -> Iterator[str]:
    """Yield the path of a file that exists as long as the run goes on.

    Workers that compute while this process ends would keep a thread of Daft waiting, which then
    aborts the process. So they are given the time to see that the file is gone.
    """
    handle, name = tempfile.mkstemp(prefix="semcodec-run-")
    os.close(handle)
    try:
        yield name
    except BaseException:
        os.unlink(name)
        time.sleep(3 * POLL_RUN_FILE)
        raise
    os.unlink(name)


def _process_runner(daft: Any, jobs: int) -> Any:
    @daft.cls(max_concurrency=jobs, use_process=True)
    class Runner:
        def __init__(self, start: bytes, run_file: str) -> None:
            self._function = begin_worker(start, run_file)

        @daft.method(return_dtype=daft.DataType.binary())  # type: ignore[untyped-decorator]
        def run(self, data: bytes) -> bytes:
            return run_pickled(self._function, data)

    return Runner


def begin_worker(start: bytes, run_file: str) -> Callable[[Any], Any]:
    """Return the function of a worker process.

    Args:
        start: pickled; returns the function.
        run_file: the path of a file without which the worker ends; "" for none.
    """
    if run_file:
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the file ends it
        threading.Thread(target=_exit_when_removed, args=(run_file,), daemon=True).start()
    function: Callable[[Any], Any] = pickle.loads(start)()  # noqa: S301 - of the run
    return function


def run_pickled(function: Callable[[Any], Any], data: bytes) -> bytes:
    """Run a pickled task, and return its number and its reply, pickled."""
    number, task = pickle.loads(data)  # noqa: S301 - of the run
    return to_bytes(number) + pickle_reply(run_task(function, task))


def _exit_when_removed(run_file: str) -> None:
    """End this process in the middle of a task if the run ends, also after ``kill -9``."""
    parent = os.getppid()
    while os.path.exists(run_file) and os.getppid() == parent:
        time.sleep(POLL_RUN_FILE)
    os._exit(1)
