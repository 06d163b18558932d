"""Submit parts, in order, as the queue of the server and the budget have room.

Before a part is submitted, its highest possible price is reserved. Each step is in the journal
before the next one, so that a run that is killed in between is continued by the next.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Final

from semcodec.backends.openai.batches.batch import Batch
from semcodec.backends.openai.batches.parts import part_path
from semcodec.backends.openai.batches.rows import RUNNING, Part
from semcodec.backends.openai.batches.sending import CREATE, UnknownOutcomeError
from semcodec.backends.openai.batches.state import RunState
from semcodec.backends.recording.budget import format_dollars
from semcodec.errors import BackendError, BudgetExceededError, InvalidResponseError

SEARCH_TIME: Final = 60.0  #: seconds


class Submitter:
    """Submits the parts of a run.

    Args:
        state: that of the run.
        max_tokens: estimated tokens of input that may wait on the server at a time, for each model;
            None for no limit.
    """

    def __init__(self, state: RunState, max_tokens: int | None) -> None:
        self._state, self._max_tokens = state, max_tokens
        # By part, when a batch that the server may have created need not be looked for any more.
        self._search_ends: dict[str, float] = {}
        self._lost_uploads = set[str]()  # parts whose upload may have succeeded without a response

    def submit_all(self, left: list[Part]) -> None:
        """Submit the parts of ``left`` for which the queue and the budget have room, in order.

        Raises:
            BudgetExceededError: the next one may cost more than remains, and no part runs that
                could cost less than was reserved for it.
            BackendError: the server failed for good, or too often.
        """
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
                self.submit(part)
            except InvalidResponseError:  # what the server has done is not known
                raise
            except BackendError as error:
                self._state.tolerate(error)
                self._state.budget.correct(-(part.bound or Decimal(0)))
                return
            running.append(part)
            queued[part.model] += part.tokens

    def _has_queue(self, part: Part, queued: int) -> bool:
        """Return whether the server takes a part now, as far as is known."""
        if self._state.clock() < self._state.queue_full_until.get(part.model, 0.0):
            return False
        # A part of an earlier run, whose limit was higher, may have more tokens than the limit.
        return self._max_tokens is None or not queued or queued + part.tokens <= self._max_tokens

    def _reserve(self, part: Part, *, is_last: bool) -> bool:
        """Reserve the highest possible price of a part; False if others may leave something.

        Raises:
            BudgetExceededError: no part runs that could cost less than was reserved for it.
        """
        budget = self._state.budget
        if budget.limit is None:
            budget.take(part.bound or Decimal(0))
            return True
        if part.bound is None:
            raise _budget_error(
                f"The price of {part.model} is unknown: add it to the config file, or omit "
                "--max-cost."
            )
        left = budget.take(part.bound)
        if left is not None and is_last:
            raise _budget_error(
                f"The next batch with {part.model} may cost up to {format_dollars(part.bound)}, "
                f"but only {format_dollars(left)} of the limit remains: raise --max-cost, and the "
                "same command continues."
            )
        return left is None

    def submit(self, part: Part) -> None:
        """Upload a part, and create its batch; each step is in the journal before the next one.

        The journal does not state for which parts a batch may exist whose id it does not have: the
        next run looks for the batches of all parts that are not submitted (``Batches._recover``).
        """
        journal, path = self._state.store.journal, part_path(self._state.store.folder, part)
        if part.state == "prepared":
            part.file = self._upload(part)
            part.state = "uploaded"
            journal.save(part)
        batch = self._create(part)
        part.batch, part.state = batch.id, "submitted"
        journal.save(part)
        self._state.batches[part.id] = batch
        path.unlink(missing_ok=True)

    def _upload(self, part: Part) -> str:
        """Return the id of the file of a part, also if only the response to an upload was lost."""
        api, name = self._state.api, part.file_name
        if part.id in self._lost_uploads:
            with suppress(BackendError):
                if found := api.find_files({name}):
                    return found[name]
        self._lost_uploads.add(part.id)
        file_id = api.upload(part_path(self._state.store.folder, part), name)
        self._lost_uploads.remove(part.id)
        return file_id

    def _create(self, part: Part) -> Batch:
        """Return the new batch of a part, also if only its response was lost.

        A batch that the server may have created is looked for, and created once more when it has
        not been found for ``SEARCH_TIME``.

        Raises:
            BackendError: it was not created, or cannot be found: the next run looks again.
        """
        state, end = self._state, self._search_ends.get(part.id)
        if end is not None:
            if found := state.api.find_batches({part.id}, part.created):
                return found[part.id]
            if state.clock() < end:
                message = f"The server {part.server} may have created a batch: it is looked for."
                raise BackendError(message, backend="openai", stage=CREATE, retryable=True)
        try:
            return state.api.create_batch(part.file, part.route, part.id)
        except UnknownOutcomeError as error:
            if found := state.api.find_batches({part.id}, part.created):
                return found[part.id]
            if end is None:
                self._search_ends[part.id] = state.clock() + SEARCH_TIME
                error.retryable = True
            raise


def _budget_error(message: str) -> BudgetExceededError:
    return BudgetExceededError(message, backend="openai", stage="submit a batch")
