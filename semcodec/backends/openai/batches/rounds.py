"""Run inputs in rounds over a store of responses that batches fill.

In a round, each input runs through the pipeline as always, with a backend that has a ``BatchStore``
(``OpenAIBackend(batch_store=...)``). A request whose response is stored is answered at once. Any
other one is added to the next batch, and ends this run of the input with
``PendingResponseError``. Between two rounds, the collected requests become parts, which are
submitted, polled and collected. So stages, retries of unusable answers and layers need no code of
their own: an input takes as many rounds as it sends requests after each other, plus one.

The invariant is that a request is in at most one batch at a time, and is sent again only if its
batch has ended without a result for it. It holds because of the order of three steps, each of which
may be the last one before ``kill -9``:

* The journal has the random id of a part before the request that creates its batch, which has the
  id in its metadata. So the next run finds the batch in the list of batches, or knows that it was
  not created.
* Parts without a batch are dropped, and their inputs send the requests again: nothing was paid for
  them, and their settings may have changed. Only their files on the server are deleted.
* Responses are stored before the journal states that they are (see ``collecting``).

``submitting`` and ``polling`` keep this order between two rounds, and ``_recover`` relies on it
before the first one; they share a ``RunState``. Tested by ``test_killed_run_pays_nothing_twice``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from semcodec._wording import plural
from semcodec.backends.openai.batches import notices, parts
from semcodec.backends.openai.batches.progress import Progress
from semcodec.backends.openai.batches.rows import RUNNING, UNSUBMITTED, Part
from semcodec.backends.openai.batches.state import RunState
from semcodec.backends.openai.batches.store import BatchStore, forget_collected
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import Budget
from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.errors import BackendError, InputError

if TYPE_CHECKING:
    from semcodec.backends.openai.batches.api import BatchApi

FIRST_POLL: Final = 5.0  #: seconds until the states of the batches are first requested
MAX_POLL: Final = 120.0  #: seconds between two of them; each wait is half as long again as the last
POLL_GROWTH: Final = 1.5
MIN_SHARE: Final = 4  #: another round begins when one of so many requests has a result


class Batches:
    """Answers the requests of a ``BatchStore`` with batches of one server.

    Args:
        store: the store.
        settings: those of the server, ``OpenAIBackend.settings``; ``max_cost`` limits everything
            that the batches of the store cost, in this run and in earlier ones.
        max_enqueued_tokens: estimated tokens of input that may wait on the server at a time, for
            each model; None to submit everything, and to wait when the server rejects a batch.
        on_progress: called after each change, and before each wait.
        on_notice: called with sentences for the user.
        api: a replacement for the requests to the server, for tests.
        sleep: the function that waits; its argument is in seconds.
        clock: returns seconds, as ``time.monotonic``.
    """

    def __init__(
        self,
        store: BatchStore,
        settings: Settings,
        *,
        max_enqueued_tokens: int | None = None,
        on_progress: Callable[[Progress], object] = lambda progress: None,
        on_notice: Callable[[str], object] = lambda text: None,
        api: BatchApi | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        api = api or _connect(settings)
        # These import openai, which is slow, as ``api`` has done by now.
        from semcodec.backends.openai.batches.polling import Poller
        from semcodec.backends.openai.batches.submitting import Submitter

        self._store, self._prices = store, ServerPrices(settings)
        budget = Budget(self._prices, settings.max_cost)
        self._state = RunState(store, api, budget, on_notice, clock)
        self._submitter = Submitter(self._state, max_enqueued_tokens)
        self._poller = Poller(self._state, self._prices)
        self._limits = parts.part_limits(max_enqueued_tokens, settings.max_cost)
        self._on_progress, self._sleep = on_progress, sleep

    @property
    def spent(self) -> Decimal:
        """Dollars for all batches of the store, with the highest price of those that run."""
        return self._state.budget.spent

    def pop_resolved(self) -> set[str]:
        """Return the digests of requests that have a result since the last call.

        With ``PendingResponseError.digest`` of each input that waits, ``run_round`` can find those
        that are worth running again, without running or looking up all others.
        """
        resolved, self._state.resolved = self._state.resolved, set()
        return resolved

    def run_rounds(self, run_round: Callable[[], int]) -> None:
        """Call ``run_round`` until nothing waits, and answer its requests in between.

        Args:
            run_round: runs all inputs that are not done, with a backend that has the store, and
                returns how many wait. Of those that ended with ``PendingResponseError`` in an
                earlier round, it may leave out all that ``pop_resolved`` does not name; it may end
                early when ``BatchStore.is_full``. It counts all that are not done.

        Raises:
            InputError: another run uses the store, or the journal is damaged.
            MissingFeatureError: the server has no batches, or takes no photographs in them.
            BudgetExceededError: the next part may cost more than is left of ``max_cost``.
            BackendError: the server failed. In all cases the same call continues later.
        """
        with self._lock():
            self._recover()
            while True:
                self._state.round += 1
                self._state.waiting = run_round()
                if not self._state.waiting:
                    break
                self._answer_requests()
            self._finish()

    def describe_running(self) -> str:
        """Return a sentence about the batches that go on without this run."""
        return notices.describe_running(self._state.parts(*RUNNING))

    # --- before the first round ------------------------------------------------------------------

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = FileLock(lock_path(self._store.cassette.path, "batches"))
        if not lock.acquire():
            raise InputError(
                f"{self._store.cassette.path} is used by another run: wait for its end."
            )
        try:
            yield
        finally:
            lock.release()

    def _recover(self) -> None:
        """Find out what an earlier run has left, and that the server has batches."""
        state, journal, folder = self._state, self._store.journal, self._store.folder
        forget_collected(folder)
        journal.forget_failures(state.api.server, billed=False)
        known = state.parts()
        left = [part for part in known if part.state in UNSUBMITTED]
        since = min((part.created for part in left), default=time.time())
        found = state.api.find_batches({part.id for part in left}, since)
        for part in left:
            if batch := found.get(part.id):
                part.batch, part.file, part.state = batch.id, batch.input, "submitted"
                journal.save(part)
        self._drop([part for part in left if part.id not in found])
        parts.remove_leftovers(folder)
        for part in known:
            if part.state == "collected":
                with suppress(BackendError):
                    self._poller.poll(part)  # the files are those of this batch
                    self._poller.clean(part)
        reserved = [part.bound or Decimal(0) for part in known if part.state in RUNNING]
        state.budget.spent = sum((part.dollars for part in known), sum(reserved, Decimal(0)))
        self._poller.poll_all()  # what has ended is of use for the first round

    def _drop(self, dropped: list[Part]) -> None:
        """Drop parts without a batch, and delete their files on the server.

        The files are found by their names, not by ids of the journal: that also finds those whose
        upload was not noted, and no other file of the user can be meant.
        """
        if dropped:
            with suppress(BackendError):  # the server deletes them some day
                found = self._state.api.find_files({part.file_name for part in dropped})
                for file_id in found.values():
                    self._state.api.delete_file(file_id)
        for part in dropped:
            self._store.journal.drop(part)

    # --- between two rounds ----------------------------------------------------------------------

    def _answer_requests(self) -> None:
        """Submit parts and wait, until enough of the requests have a result for another round."""
        state, was_full = self._state, self._store.is_full
        was_full |= self._prepare()
        left = state.parts(*UNSUBMITTED, *RUNNING)
        if not left:
            raise BackendError(
                f"{plural(state.waiting, 'input')} wait for a response, but no request was made: "
                "run the command again.",
                backend="openai",
                stage="prepare",
            )
        before, expected = state.resolved_count, sum(part.requests for part in left)
        wait = FIRST_POLL
        while True:
            self._submitter.submit_all(left)
            is_enough = (state.resolved_count - before) * MIN_SHARE >= expected
            has_room = was_full and all(part.state in RUNNING for part in left)
            self._report(left)
            if has_room:
                self._poller.poll_all()
            if not left or is_enough or has_room:
                return
            self._sleep(wait)
            resolved = state.resolved_count
            self._poller.poll_all()
            left = state.parts(*UNSUBMITTED, *RUNNING)
            wait = FIRST_POLL if state.resolved_count > resolved else wait * POLL_GROWTH
            wait = min(wait, MAX_POLL)

    def _prepare(self) -> bool:
        """Make parts of what the round has collected; return whether something had no room."""
        server = self._state.api.server
        left_out = parts.prepare(
            self._store.folder, self._store.journal, server, self._prices, self._limits
        )
        self._state.resolved |= left_out  # their inputs must send them again
        return bool(left_out)

    def _report(self, left: list[Part]) -> None:
        state, running = self._state, [part for part in left if part.state in RUNNING]
        seen = [batch for part in running if (batch := state.batches.get(part.id))]
        self._on_progress(
            Progress(
                state.round,
                state.waiting,
                len(left) - len(running),
                len(running),
                state.done,
                sum(part.requests for part in running),
                sum(batch.completed for batch in seen),
                sum(batch.failed for batch in seen),
                state.budget.spent,
            )
        )

    # --- after the last round --------------------------------------------------------------------

    def _finish(self) -> None:
        """Let a later run send failed requests again, and report batches that no input needs."""
        forget_collected(self._store.folder)
        self._store.journal.forget_failures(self._state.api.server, billed=True)
        self._poller.poll_all()  # those that have ended are collected
        if running := self._state.parts(*RUNNING):
            self._state.notify(notices.describe_unused(running))


def _connect(settings: Settings) -> BatchApi:
    from semcodec.backends.openai import credentials

    try:
        from semcodec.backends.openai.batches.api import BatchApi
    except ImportError as error:
        message = "The backend openai needs its packages: pip install 'semcodec[openai]'."
        raise BackendError(message, backend="openai", stage="load") from error
    return BatchApi(settings, credentials.find_key(settings))
