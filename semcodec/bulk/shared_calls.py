"""One budget, one set of rate limits and one log of calls for all worker processes of a run.

The main process has the real ones (``SharedCalls``). Each worker has a pipe to it, which is made
when the worker is started and has no name, so that no other process can reach it; the worker's end
is ``worker_calls``. Each message is a request with one reply, and none of them waits for anything:
a worker itself sleeps for the seconds that a rate limit requires.

What must stay true:

* Dollars are reserved in the main process, in one step, before a call is sent. So the sum over all
  workers stays within the limit as that of all threads does (``recording.budget``).
* What a worker has reserved when it dies stays spent: its call may be billed.
* A worker sends a request to the main process before each call (``RateLimiter.reserve``), and after
  it has waited. So it sends nothing once the main process has ended, even where it is not ended
  with it.
* Too little money is an error only if no other call can leave some, as with one worker.
* Calls of a dead worker do not delay the others (``_Session._close``).

Tested by tests/bulk/test_shared_calls.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial
from multiprocessing import Pipe, context
from multiprocessing.connection import Connection, wait
from typing import Any

from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.rate_limits import Kind, LimiterKey, RateLimiter, Share
from semcodec.backends.recording import Budget
from semcodec.bulk.call_journal import Call, CallJournal
from semcodec.bulk.worker_calls import connect_worker
from semcodec.errors import SemcodecError


class SharedCalls:
    """The end of the main process: a context manager that serves workers, also several times.

    Args:
        journal: the log of the run.
        budget: the budget of the run; None if nothing is paid.

    Attributes:
        connect: a function for each worker to call first; every time it is pickled for a new
            process, it gets a pipe of its own.
    """

    def __init__(self, journal: CallJournal, budget: Budget | None) -> None:
        self.journal: CallJournal = journal
        self.budget: Budget | None = budget
        self.connect: Callable[[], None] = _Connect(self)
        self._sessions: list[_Session] = []
        self._lock = threading.Lock()

    def __enter__(self) -> SharedCalls:
        self._is_over, self._end = Pipe(duplex=False)
        return self

    def __exit__(self, *error: object) -> None:
        """Stop serving workers; what they have sent before is served."""
        self._end.close()
        for session in self._sessions:
            session.join()
        self._sessions.clear()
        self._is_over.close()

    def take(self, session: _Session, bound: Decimal) -> tuple[Decimal | None, bool]:
        """Reserve dollars for a worker as ``Budget.take`` does.

        Returns:
            What remains if that is too little, else None; and whether more may remain when calls
            of other workers have ended, which usually cost less than was reserved for them.
        """
        if self.budget is None:
            return None, False
        with self._lock:
            remaining = self.budget.take(bound)
            session.reservations += remaining is None
            others = (each for each in self._sessions if each is not session)
            return remaining, any(each.reservations for each in others)

    def correct(self, session: _Session, change: Decimal) -> None:
        """Replace what was reserved by the price, as ``Budget.correct`` does."""
        if self.budget is not None:
            with self._lock:
                self.budget.correct(change)
                session.reservations -= 1

    def open_pipe(self) -> Connection:
        """Serve a new worker, and return its end of the pipe."""
        ours, theirs = Pipe()
        self._sessions.append(_Session(self, ours, theirs, self._is_over))
        return theirs


class _Connect:
    """See ``SharedCalls.connect``."""

    def __init__(self, calls: SharedCalls) -> None:
        self._calls = calls

    def __call__(self) -> None:
        raise AssertionError  # it is another function in a worker

    def __reduce__(self) -> tuple[Any, ...]:
        context.assert_spawning(self)
        return partial, (connect_worker, self._calls.open_pipe())


class _Session(threading.Thread):
    """Serves one worker until it ends, or the run does.

    Args:
        ours, theirs: the ends of the pipe.
        is_over: is ready when the run ends. The pipe may outlive a worker that has forked.

    Attributes:
        reservations: how many calls the worker has reserved dollars for and not settled.
    """

    def __init__(
        self, calls: SharedCalls, ours: Connection, theirs: Connection, is_over: Connection
    ) -> None:
        super().__init__(daemon=True)
        self.reservations: int = 0
        self._calls, self._journal = calls, calls.journal
        self._connection, self._theirs, self._is_over = ours, theirs, is_over
        self._under_way: list[tuple[RateLimiter, Share]] = []
        self.start()

    def run(self) -> None:
        """Reply to each message, whose name is that of a method without ``reply_``."""
        try:
            while self._connection in wait([self._connection, self._is_over]):
                number, name, arguments = self._connection.recv()
                self._theirs.close()  # the worker has it
                try:
                    reply = getattr(self, f"reply_{name}")(*arguments)
                except SemcodecError as error:
                    reply = error
                self._connection.send((number, reply))
        except (EOFError, OSError):
            pass
        finally:
            self._close()

    def _close(self) -> None:
        """Free what the worker has under way, except for its dollars: the calls may be billed."""
        self._connection.close()
        self._theirs.close()
        for limiter, share in self._under_way:
            limiter.release(share, {})
        self.reservations = 0
        self._journal.mark_orphaned(self)

    def reply_limit(self) -> tuple[bool, Decimal | None]:
        budget = self._calls.budget
        return budget is not None, None if budget is None else budget.limit

    def reply_take(self, bound: Decimal) -> tuple[Decimal | None, bool]:
        return self._calls.take(self, bound)

    def reply_correct(self, change: Decimal) -> None:
        self._calls.correct(self, change)

    def reply_count(self, server: str, digest: str) -> int:
        return self._journal.count(server, digest)

    def reply_begin(self, source: str, stage: str, note: Mapping[str, Any]) -> int:
        return self._journal.add(Call(source, stage, note, owner=self))

    def reply_end(self, number: int, note: Mapping[str, Any]) -> None:
        self._journal.end(number, note)

    def reply_returned(self) -> None:
        self._journal.release_owner(self)

    def reply_is_running(self) -> None:
        pass

    def reply_counts_tokens(self, key: LimiterKey, model: str) -> bool:
        return rate_limits.find_by_key(key).counts_tokens(model)

    def reply_wait_for(
        self, key: LimiterKey, share: Share, limits: Mapping[Kind, int | None]
    ) -> float:
        limiter = rate_limits.find_by_key(key)
        seconds = limiter.reserve(share, limits)
        if seconds < float("inf"):
            self._under_way.append((limiter, share))
        return seconds

    def reply_release(self, key: LimiterKey, share: Share, headers: Mapping[str, str]) -> None:
        limiter = rate_limits.find_by_key(key)
        with suppress(ValueError):  # that of an earlier limiter, if there are very many
            self._under_way.remove((limiter, share))
        limiter.release(share, headers)

    def reply_settle(self, key: LimiterKey, estimated: int, used: int) -> None:
        rate_limits.find_by_key(key).settle(estimated, used)

    def reply_pause(self, key: LimiterKey, seconds: float) -> float:
        return rate_limits.find_by_key(key).pause(seconds)
