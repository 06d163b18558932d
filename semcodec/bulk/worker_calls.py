"""The end of a worker process of ``shared_calls``: its log, its budget and its rate limits."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final, cast

from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.rate_limits import Kind, LimiterKey, RateLimiter, Share
from semcodec.backends.recording import Budget, CallLog, Usage
from semcodec.errors import BackendError, SemcodecError

RATE_HEADERS: Final = "x-ratelimit-"  #: the headers of a response that are sent to the main process
WAIT_FOR_OTHERS: Final = 0.05  #: seconds until a worker looks again whether a call has ended
MAIN_PROCESS_ENDED: Final = "The main process has ended, so nothing is sent: run it again."


class WorkerCalls(CallLog):
    """The log of a worker process, which passes everything on to the main process."""

    is_main = False

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection, self._lock = connection, threading.Lock()
        self._numbers = itertools.count()
        is_paid, limit = self.request("limit")
        self.budget: Budget | None = _RemoteBudget(self, limit) if is_paid else None

    def request(self, name: str, *arguments: Any) -> Any:
        """Return the reply of the main process.

        Raises:
            BackendError: the main process has ended.
            SemcodecError: it has raised it.
        """
        # Not inside ``block_fork``: a fork need not wait, since its child must not use the pipe.
        with self._lock:
            number = next(self._numbers)
            try:
                self._connection.send((number, name, arguments))
                replied = -1
                while replied != number:  # Ctrl-C may have left the reply to an earlier message
                    replied, reply = self._connection.recv()
            except (EOFError, OSError) as error:
                raise BackendError(MAIN_PROCESS_ENDED, unavailable=True) from error
        if isinstance(reply, SemcodecError):
            raise reply
        return reply

    def report(self, name: str, *arguments: Any) -> None:
        """Send a message; if the main process has ended, the result of a call is kept anyway."""
        with suppress(BackendError):
            self.request(name, *arguments)

    def count(self, server: str, digest: str) -> int:
        """Return how many times any process of the run has called this before."""
        number: int = self.request("count", server, digest)
        return number

    def begin(self, stage: str, note: Mapping[str, Any]) -> int:
        """Have the main process note a call, as ``CallLog`` describes."""
        number: int = self.request("begin", self.source, stage, dict(note))
        return number

    def end(self, number: int, note: Mapping[str, Any]) -> None:
        """Have the main process note a response, as ``CallLog`` describes."""
        self.report("end", number, dict(note))

    @contextmanager
    def working_on(self, source: str) -> Iterator[None]:
        """Name the input of the calls in the block, whose trace goes to the main process."""
        try:
            with super().working_on(source):
                yield
        finally:
            self.report("returned")


class _RemoteBudget(Budget):
    """The budget of the main process, for other budgets to share."""

    def __init__(self, calls: WorkerCalls, limit: Decimal | None) -> None:
        super().__init__(_NoPrices(), limit)
        self._calls = calls

    def take(self, bound: Decimal) -> Decimal | None:
        """Reserve dollars, after waiting for calls of other workers if too little remains.

        Without the wait, a run would end while it has only reserved its dollars. A call reserves
        before it is sent and has nothing while it waits here, so workers do not wait for each other
        in a circle.
        """
        while True:
            remaining, may_rise = self._calls.request("take", bound)
            if remaining is None or not may_rise:
                return cast("Decimal | None", remaining)
            time.sleep(WAIT_FOR_OTHERS)

    def correct(self, change: Decimal) -> None:
        if self.limit is not None:
            self._calls.report("correct", change)


class _NoPrices:
    """The prices of a budget that only others use, which have prices."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return None


class _RemoteRateLimiter(RateLimiter):
    """The limiter of the main process; only sleeping is done here."""

    def __init__(self, calls: WorkerCalls, key: LimiterKey) -> None:
        super().__init__()
        self._calls, self._key = calls, key

    def counts_tokens(self, model: str) -> bool:
        is_counted: bool = self._calls.request("counts_tokens", self._key, model)
        return is_counted

    def reserve(self, share: Share, limits: Mapping[Kind, int | None]) -> float:
        seconds: float = self._calls.request("wait_for", self._key, share, dict(limits))
        return seconds

    def release(self, share: Share, headers: Mapping[str, str]) -> None:
        limits = {
            name.lower(): value
            for name, value in headers.items()
            if name.lower().startswith(RATE_HEADERS)
        }
        self._calls.report("release", self._key, share, limits)

    def settle(self, estimated: int, used: int) -> None:
        self._calls.report("settle", self._key, estimated, used)

    def pause(self, seconds: float) -> float:
        start: float = self._calls.request("pause", self._key, seconds)
        return start

    def wait(self, seconds: float, sleep: Callable[[float], None]) -> None:
        super().wait(seconds, sleep)
        self._calls.request("is_running")


_worker_calls: WorkerCalls | None = None


def worker_calls() -> WorkerCalls | None:
    """Return the log of this worker process; None in a main process."""
    return _worker_calls


def connect_worker(connection: Connection) -> None:
    """Use the log, the budget and the rate limits of the main process, from now on."""
    global _worker_calls
    _worker_calls = WorkerCalls(connection)
    rate_limits.set_factory(partial(_RemoteRateLimiter, _worker_calls))
