"""The worker's side of ``semcodec.bulk.workers``: run tasks until the parent closes the connection.

The module is imported in each worker, before its threads are limited: it imports no library.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Final, NamedTuple

from semcodec.errors import BackendError, SemcodecError

#: Signals that interrupt a task. A worker inherits that some are ignored, as after ``nohup``.
INTERRUPTS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
#: Variables that libraries read when they are imported (OpenMP; OpenBLAS and MKL read it, too).
THREAD_VARIABLES: Final = ("OMP_NUM_THREADS",)


class Reply(NamedTuple):
    """What a worker sends for a task.

    Attributes:
        result: what the function returned.
        error: the error of the task, or ``KeyboardInterrupt``; else None.
        failure: an exception that ends the whole run, such as one of ``start``; else None.
        seconds: duration of the function.
    """

    result: Any = None
    error: SemcodecError | KeyboardInterrupt | None = None
    failure: BaseException | None = None
    seconds: float = 0.0


class _Interrupts:
    """The state of the signals of a worker: only the first counts, and only during a task."""

    def __init__(self) -> None:
        self.is_running = self.is_interrupted = False

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Interrupt the task, if there is one; later signals have no effect."""
        was_interrupted, self.is_interrupted = self.is_interrupted, True
        if self.is_running and not was_interrupted:
            raise KeyboardInterrupt


def run_worker(
    connection: Connection,
    pickled_start: bytes,
    on_start: Sequence[Callable[[], object]],
    threads: int,
) -> None:
    """Receive tasks and send replies, until the connection or the parent ends.

    Args:
        connection: of the parent.
        pickled_start: returns the function that runs a task.
        on_start: called before it.
        threads: for libraries that read ``THREAD_VARIABLES``, unless they are set.
    """
    interrupts = _Interrupts()
    for number in INTERRUPTS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupts.handle)
    # The thread inherits that signals are blocked: one that it received would not wake a task.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    _separate_output()
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, str(threads))
    with contextlib.suppress(EOFError, OSError):  # the parent has closed the connection
        try:
            for call in on_start:
                call()
            function = pickle.loads(pickled_start)()  # noqa: S301 - from the parent
        except Exception as error:
            _send(connection, Reply(failure=error))
            return
        while not interrupts.is_interrupted:
            _send(connection, _run(function, connection.recv(), interrupts))


def _separate_output() -> None:
    """Send to stderr what a library or a plug-in prints: stdout is for the results of the parent.

    The file descriptor is replaced, so that native code and child processes are included.
    """
    with contextlib.suppress(OSError):  # stderr is closed
        os.dup2(2, 1)


def _end_with_parent() -> None:
    """End this process, in the middle of a task, if the parent ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run(function: Callable[[Any], Any], task: Any, interrupts: _Interrupts) -> Reply:
    started = time.perf_counter()
    done: list[Any] = []
    try:
        with _running(interrupts):
            done.append(function(task))
    except SemcodecError as error:
        return Reply(error=error, seconds=time.perf_counter() - started)
    except KeyboardInterrupt as error:
        if not done:  # else it came too late to stop anything
            return Reply(error=error, seconds=time.perf_counter() - started)
    except BaseException as error:  # a bug; the parent raises it
        error.add_note(f"The worker was running the task {task!r:.200}.")
        return Reply(failure=error)
    return Reply(done[0], seconds=time.perf_counter() - started)


@contextlib.contextmanager
def _running(interrupts: _Interrupts) -> Iterator[None]:
    """Let signals interrupt the block; one that came before interrupts it at once."""
    interrupts.is_running = True
    try:
        if interrupts.is_interrupted:
            raise KeyboardInterrupt
        yield
    finally:
        interrupts.is_running = False


def _send(connection: Connection, reply: Reply) -> None:
    connection.send_bytes(pickle_reply(reply))


def pickle_reply(reply: Reply) -> bytes:
    """Return a pickled reply; what cannot be pickled, as an error of a plug-in, is replaced."""
    try:
        data = pickle.dumps(reply)
        if reply.error or reply.failure:  # one with other arguments fails only when it is read
            pickle.loads(data)  # noqa: S301 - made here
    except Exception as problem:
        cause = reply.error or reply.failure or problem
        data = pickle.dumps(
            reply._replace(
                result=None,
                error=None if reply.failure else BackendError(f"{type(cause).__name__}: {cause}"),
                failure=reply.failure and RuntimeError(f"{type(cause).__name__}: {cause}"),
            )
        )
    return data
