"""Worker processes that Daft starts: here, or as actors of a Ray cluster."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from semcodec.bulk.engines.threads import NUMBER_BYTES, read_number, run_task, to_bytes
from semcodec.bulk.open_flags import BINARY
from semcodec.bulk.worker_process import pickle_reply
from semcodec.errors import BackendError

POLL_RUN_FILE: Final = 0.25  #: seconds between two looks of a worker whether the run goes on


class RunFile:
    """A context manager for a file that exists as long as the run goes on.

    Workers that compute while this process ends would keep a thread of Daft waiting, which then
    aborts the process. So after an error they are given the time to see that the file is gone.

    Attributes:
        path: that of the file; "" before and after.
        begun: after the end, the numbers of the tasks that workers have begun. So after the death
            of a worker, its task is one of those that have no reply.
    """

    def __init__(self) -> None:
        self.path: str = ""
        self.begun: list[int] = []

    def __enter__(self) -> RunFile:
        """Make the file.

        Raises:
            BackendError: the temporary folder cannot be used.
        """
        try:
            handle, self.path = tempfile.mkstemp(prefix="semcodec-run-")
        except OSError as error:
            raise BackendError(
                f"Cannot write a temporary file ({error.strerror}): name another folder with "
                "$TMPDIR.",
                stage="load",
            ) from error
        os.close(handle)
        return self

    def __exit__(self, error_type: object, *rest: object) -> None:
        with suppress(OSError):  # it was removed: then the workers have ended, too
            data = Path(self.path).read_bytes()
            places = range(0, len(data), NUMBER_BYTES)
            self.begun = [read_number(data[place:]) for place in places]
            os.unlink(self.path)
        self.path = ""
        if error_type is not None:
            time.sleep(3 * POLL_RUN_FILE)


def make_process_runner(daft: Any, jobs: int) -> Any:
    """Return the class whose method Daft calls for each task, in ``jobs`` processes."""

    @daft.cls(max_concurrency=jobs, use_process=True)
    class Runner:
        def __init__(self, start: bytes, run_file: str) -> None:
            self._function, self._run_file = begin_worker(start, run_file), run_file

        @daft.method(return_dtype=daft.DataType.binary())  # type: ignore[untyped-decorator]
        def run(self, data: bytes) -> bytes:
            return run_pickled(self._function, data, self._run_file)

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


def run_pickled(function: Callable[[Any], Any], data: bytes, run_file: str = "") -> bytes:
    """Run a pickled task, and return its number and its reply, pickled."""
    number, task = pickle.loads(data)  # noqa: S301 - of the run
    if run_file:
        _note_begun(run_file, number)
    return to_bytes(number) + pickle_reply(run_task(function, task))


def _note_begun(run_file: str, number: int) -> None:
    """Append the number of a task, in one write, so that those of several workers do not mix."""
    with suppress(OSError):  # a full disk; or the run has ended, and the file is not made again
        handle = os.open(run_file, os.O_WRONLY | os.O_APPEND | BINARY)
        try:
            os.write(handle, to_bytes(number))
        finally:
            os.close(handle)


def _exit_when_removed(run_file: str) -> None:
    """End this process in the middle of a task if the run ends, also after ``kill -9``."""
    parent = os.getppid()
    while os.path.exists(run_file) and os.getppid() == parent:
        time.sleep(POLL_RUN_FILE)
    os._exit(1)
