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

Tested by ``test_killed_run_pays_nothing_twice``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from semcodec._wording import plural
from semcodec.backends.openai.batches import parts
from semcodec.backends.openai.batches.journal import RUNNING, UNSUBMITTED, Part
from semcodec.backends.openai.batches.progress import Progress
from semcodec.backends.openai.batches.store import BatchStore, forget_collected
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import Budget
from semcodec.backends.recording.budget import format_dollars
from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    InvalidResponseError,
)

if TYPE_CHECKING:
    from semcodec.backends.openai.batches.api import Batch, BatchApi
    from semcodec.backends.openai.batches.collecting import Collected, Collector

FIRST_POLL: Final = 5.0  #: seconds until the states of the batches are first requested
MAX_POLL: Final = 120.0  #: seconds between two of them; each wait is half as long again as the last
POLL_GROWTH: Final = 1.5
MAX_FAILURES: Final = 20  #: failures of the server that may pass, one after the other
#: A round begins when this part of the requests that were waiting has a result, or all have one.
MIN_SHARE: Final = 4
QUEUE_WAIT: Final = 600.0  #: seconds to wait if the queue of the server is full with other batches
SEARCH_MARGIN: Final = 24 * 3600.0  #: seconds that the clock of the server may differ
MAX_NAMED: Final = 8  #: batches named in a message
QUEUE_IS_FULL: Final = ("token_limit_exceeded",)  #: codes of a batch that was too much at once
FILE_PREFIX: Final = "semcodec-"  #: of the names of input files on the server


@dataclass(slots=True)
class _Round:
    """What the current round waits for.

    Attributes:
        number: from 1.
        waiting: inputs that wait.
        expected: requests in parts when the round ended.
        resolved: of those that have a result since.
    """

    number: int = 0
    waiting: int = 0
    expected: int = 0
    resolved: int = 0


@dataclass(slots=True)
class _State:
    """What is known while the run goes on.

    Attributes:
        batches: of the parts that run, as they were last seen, by part.
        done: parts that were collected in this run.
        failures: of the server, one after the other.
        lost_uploads: parts whose upload may have succeeded without a response.
        queue_full_until: by model, when a batch may be submitted again, on the monotonic clock.
    """

    batches: dict[str, Batch] = field(default_factory=dict)
    done: int = 0
    failures: int = 0
    lost_uploads: set[str] = field(default_factory=set)
    queue_full_until: dict[str, float] = field(default_factory=dict)


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
        self._store, self._settings, self._server = store, settings, settings.base_url
        self._prices = ServerPrices(settings)
        self._budget = Budget(self._prices, settings.max_cost)
        self._max_tokens = max_enqueued_tokens
        self._on_progress, self._on_notice = on_progress, on_notice
        self._api = api or _connect(settings)
        self._sleep, self._clock = sleep, clock
        self._collector = _collector(store, self._api, self._prices)
        self._round, self._state = _Round(), _State()
        self._resolved = set[str]()

    @property
    def spent(self) -> Decimal:
        """Dollars for all batches of the store, with the highest price of those that run."""
        return self._budget.spent

    def pop_resolved(self) -> set[str]:
        """Return the digests of requests that have a result since the last call.

        With ``PendingResponseError.digest`` of each input that waits, ``run_round`` can find those
        that are worth running again, without running or looking up all others.
        """
        resolved, self._resolved = self._resolved, set()
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
                self._round = _Round(self._round.number + 1)
                self._round.waiting = run_round()
                if not self._round.waiting:
                    break
                self._answer_requests()
            forget_collected(self._store.folder)
            self._store.journal.forget_failures(self._server, billed=True)
            self._report_unused()

    def describe_running(self) -> str:
        """Return a sentence about the batches that go on without this run; empty without any."""
        running = self._store.journal.parts(self._server, *RUNNING)
        if not running:
            return "No batch is running: the same command continues."
        noun = "batch is" if len(running) == 1 else "batches are"
        return (
            f"{len(running)} {noun} still running on the server ({_list(running)}): the same "
            "command collects what is done, and continues."
        )

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
        journal, folder = self._store.journal, self._store.folder
        forget_collected(folder)
        journal.forget_failures(self._server, billed=False)
        left = journal.parts(self._server, *UNSUBMITTED)
        since = min((part.created for part in left), default=time.time()) - SEARCH_MARGIN
        found = self._api.find_batches({part.id for part in left}, since)
        for part in left:
            if batch := found.get(part.id):
                part.batch, part.file, part.state = batch.id, batch.input, "submitted"
                journal.save(part)
        self._drop([part for part in left if part.id not in found])
        running = journal.parts(self._server, *RUNNING)
        parts.remove_leftovers(folder)
        for part in journal.parts(self._server, "collected"):
            with suppress(BackendError):
                self._poll(part)  # the files are those of this batch
                self._clean(part)
        known = journal.parts(self._server)
        self._budget.spent = sum((part.dollars for part in known), Decimal(0)) + sum(
            (part.bound or Decimal(0) for part in running), Decimal(0)
        )
        self._poll_all()  # what has ended is of use for the first round

    def _drop(self, dropped: list[Part]) -> None:
        """Drop parts without a batch, and delete their files on the server.

        The files are found by their names, not by ids of the journal: that also finds those whose
        upload was not noted, and no other file of the user can be meant.
        """
        if dropped:
            with suppress(BackendError):  # the server deletes them some day
                for file_id in self._api.find_files(set(map(_file_name, dropped))).values():
                    self._api.delete_file(file_id)
        for part in dropped:
            self._store.journal.drop(part)

    # --- between two rounds ----------------------------------------------------------------------

    def _answer_requests(self) -> None:
        """Submit parts and wait, until enough of the requests have a result for another round."""
        journal, was_full = self._store.journal, self._store.is_full
        was_full |= self._prepare()
        left = journal.parts(self._server, *UNSUBMITTED, *RUNNING)
        if not left:
            raise BackendError(
                f"{plural(self._round.waiting, 'input')} wait for a response, but no request was "
                "made: run the command again.",
                backend="openai",
                stage="prepare",
            )
        self._round.expected = sum(part.requests for part in left)
        wait = FIRST_POLL
        while True:
            self._submit_all(left)
            is_enough = self._round.resolved * MIN_SHARE >= self._round.expected
            has_room = was_full and all(part.state in RUNNING for part in left)
            self._report(left)
            if has_room:
                self._poll_all()
            if not left or is_enough or has_room:
                return
            self._sleep(wait)
            resolved = self._round.resolved
            self._poll_all()
            left = journal.parts(self._server, *UNSUBMITTED, *RUNNING)
            wait = FIRST_POLL if self._round.resolved > resolved else wait * POLL_GROWTH
            wait = min(wait, MAX_POLL)

    def _prepare(self) -> bool:
        """Make parts of what the round has collected; return whether something had no room."""
        limits = parts.part_limits(self._max_tokens, self._budget.limit)
        left_out = parts.prepare(
            self._store.folder, self._store.journal, self._server, self._prices, limits
        )
        self._resolved |= left_out  # their inputs must send them again
        return bool(left_out)

    def _submit_all(self, left: list[Part]) -> None:
        """Submit the parts of ``left`` for which the queue and the budget have room, in order."""
        running = [part for part in left if part.state in RUNNING]
        queued = Counter[str]()
        for part in running:
            queued[part.model] += part.tokens
        for part in left:
            if part.state in RUNNING or not self._has_queue(part, queued[part.model]):
                continue
            if not self._reserve(part, is_last=not running):
                return
            try:
                self._submit(part)
            except InvalidResponseError:  # what the server has done is not known
                raise
            except BackendError as error:
                self._tolerate(error)
                self._budget.correct(-(part.bound or Decimal(0)))
                return
            running.append(part)
            queued[part.model] += part.tokens

    def _has_queue(self, part: Part, queued: int) -> bool:
        """Return whether the server takes a part now, as far as is known."""
        if self._clock() < self._state.queue_full_until.get(part.model, 0.0):
            return False
        return self._max_tokens is None or not queued or queued + part.tokens <= self._max_tokens

    def _reserve(self, part: Part, *, is_last: bool) -> bool:
        """Reserve the highest possible price of a part; False if others may leave something.

        Raises:
            BudgetExceededError: no part runs that could cost less than was reserved for it.
        """
        if self._budget.limit is None:
            self._budget.take(part.bound or Decimal(0))
            return True
        if part.bound is None:
            raise _budget_error(
                f"The price of {part.model} is unknown: add it to the config file, or omit "
                "--max-cost."
            )
        left = self._budget.take(part.bound)
        if left is not None and is_last:
            raise _budget_error(
                f"The next batch with {part.model} may cost up to {format_dollars(part.bound)}, "
                f"but only {format_dollars(left)} of the limit remains: raise --max-cost, and the "
                "same command continues."
            )
        return left is None

    def _submit(self, part: Part) -> None:
        """Upload a part, and create its batch; each step is in the journal before the next one.

        Which part may have a batch whose id is not in the journal is not noted: the next run looks
        for the batches of all parts that are not submitted (``_recover``).
        """
        journal, path = self._store.journal, parts.part_path(self._store.folder, part)
        if part.state == "prepared":
            part.file = self._upload(part, path)
            part.state = "uploaded"
            journal.save(part)
        batch = self._create(part)
        part.batch, part.status, part.state = batch.id, batch.status, "submitted"
        journal.save(part)
        self._state.batches[part.id] = batch
        path.unlink(missing_ok=True)

    def _upload(self, part: Part, path: Path) -> str:
        """Return the id of the file of a part, also if only the response to an upload was lost."""
        name = _file_name(part)
        if part.id in self._state.lost_uploads:
            with suppress(BackendError):
                if found := self._api.find_files({name}):
                    return found[name]
        self._state.lost_uploads.add(part.id)
        file_id = self._api.upload(path, name)
        self._state.lost_uploads.remove(part.id)
        return file_id

    def _create(self, part: Part) -> Batch:
        """Return the new batch of a part, also if only its response was lost.

        Raises:
            BackendError: it was not created, or cannot be found: the next run looks again.
        """
        from semcodec.backends.openai.batches.api import UnknownOutcomeError

        try:
            return self._api.create_batch(part.file, part.route, part.id)
        except UnknownOutcomeError:
            found = self._api.find_batches({part.id}, part.created - SEARCH_MARGIN)
            if part.id not in found:
                raise
            return found[part.id]

    # --- polling and collecting ------------------------------------------------------------------

    def _poll_all(self) -> None:
        """Ask for each batch that runs, and collect those that have ended.

        Raises:
            BackendError: the server failed for good, or too often.
        """
        for part in self._store.journal.parts(self._server, *RUNNING):
            try:
                batch = self._poll(part)
                if batch.is_ended:
                    self._end(part, batch)
                self._state.failures = 0
            except BackendError as error:
                self._tolerate(error)

    def _tolerate(self, error: BackendError) -> None:
        """Raise ``error`` unless it may pass and few others came before it.

        Batches run for hours, so a server that is down for a while must not end the run.
        """
        self._state.failures += 1
        if not error.retryable or self._state.failures >= MAX_FAILURES:
            raise error

    def _poll(self, part: Part) -> Batch:
        """Return the batch of a part, and check that it is its own.

        Raises:
            BackendError: it is not, or cannot be read.
        """
        batch = self._api.batch(part.batch)
        if batch.id != part.batch or batch.part != part.id or batch.input != part.file:
            raise BackendError(
                f"The server {self._server} returned another batch in place of {part.batch}: "
                "check the base URL and the key.",
                backend="openai",
                stage="poll a batch",
            )
        self._state.batches[part.id] = batch
        if batch.status != part.status:
            part.status = batch.status
            self._store.journal.save(part)
        return batch

    def _end(self, part: Part, batch: Batch) -> None:
        """Collect a batch that has ended, or submit it again if the queue was full."""
        part.output, part.errors = batch.output, batch.errors
        if batch.status == "failed" and any(p.code in QUEUE_IS_FULL for p in batch.problems):
            self._budget.correct(-(part.bound or Decimal(0)))
            self._store.journal.renew(part, parts.new_part_id())
            self._state.queue_full_until[part.model] = self._clock() + QUEUE_WAIT
            self._on_notice(
                f"The queue of the server for {part.model} is full: a batch waits until it has "
                "room."
            )
            return
        found = self._collector.collect(part, batch)
        self._budget.correct(part.dollars - (part.bound or Decimal(0)))
        self._round.resolved += part.requests
        self._resolved.update(found.answered, found.failures, found.retries)
        self._state.done += 1
        self._state.batches.pop(part.id, None)
        self._state.queue_full_until.pop(part.model, None)
        self._clean(part)
        self._report_result(part, batch, found)
        if found.stop is not None:
            raise found.stop
        if batch.status == "cancelled" and self._round.number:  # not what an earlier run has left
            raise BackendError(
                f"The batch {batch.id} was cancelled, with {part.answered} of {part.requests} "
                "responses: run the same command again to submit the others.",
                backend="openai",
                stage="poll a batch",
            )

    def _clean(self, part: Part) -> None:
        """Delete the files of a collected part on the server."""
        files = list(filter(None, (part.file, part.output, part.errors)))
        left = [file_id for file_id in files if not self._api.delete_file(file_id)]
        part.state = "done"
        self._store.journal.save(part)
        if left:
            self._on_notice(
                f"{plural(len(left), 'file')} of {part.batch} could not be deleted on the server: "
                f"delete {', '.join(left)} there."
            )

    # --- reporting -------------------------------------------------------------------------------

    def _report(self, left: list[Part]) -> None:
        running = [part for part in left if part.state in RUNNING]
        seen = [batch for part in running if (batch := self._state.batches.get(part.id))]
        self._on_progress(
            Progress(
                self._round.number,
                self._round.waiting,
                len(left) - len(running),
                len(running),
                self._state.done,
                sum(part.requests for part in running),
                sum(batch.completed for batch in seen),
                sum(batch.failed for batch in seen),
                self._budget.spent,
            )
        )

    def _report_result(self, part: Part, batch: Batch, found: Collected) -> None:
        if batch.status == "expired":
            self._on_notice(
                f"The batch {batch.id} expired with {part.answered} of {part.requests} responses, "
                "which are used; the other requests are sent again."
            )
        if found.is_gone:
            self._on_notice(
                f"The responses of {batch.id} are gone from the server: their requests are sent "
                "again, and may be billed again."
            )
        counts = {
            "invalid": found.ignored.invalid,
            "not asked for": found.ignored.unknown,
            "duplicate": found.ignored.duplicate,
        }
        bad = [f"{number} {kind}" for kind, number in counts.items() if number]
        if bad:
            self._on_notice(f"Lines of the output of {batch.id} were ignored: {', '.join(bad)}.")

    def _report_unused(self) -> None:
        """Report the batches whose responses no input needs; collect them if they have ended."""
        self._poll_all()
        running = self._store.journal.parts(self._server, *RUNNING)
        if running:
            self._on_notice(
                f"{plural(len(running), 'batch')} of an earlier run, which no input needs now, "
                f"still run on the server ({_list(running)}): cancel them there."
            )


def _file_name(part: Part) -> str:
    return f"{FILE_PREFIX}{part.id}.jsonl"


def _list(running: list[Part]) -> str:
    names = [part.batch for part in running[:MAX_NAMED]]
    others = len(running) - MAX_NAMED
    return ", ".join(names) + (f" and {plural(others, 'other')}" if others > 0 else "")


def _budget_error(message: str) -> BudgetExceededError:
    return BudgetExceededError(message, backend="openai", stage="submit a batch")


def _connect(settings: Settings) -> BatchApi:
    from semcodec.backends.openai import credentials

    try:
        from semcodec.backends.openai.batches.api import BatchApi
    except ImportError as error:
        message = "The backend openai needs its packages: pip install 'semcodec[openai]'."
        raise BackendError(message, backend="openai", stage="load") from error
    return BatchApi(settings, credentials.find_key(settings))


def _collector(store: BatchStore, api: BatchApi, prices: ServerPrices) -> Collector:
    from semcodec.backends.openai.batches.collecting import Collector

    return Collector(store, api, prices)
