"""Poll the batches that run, and end those that have a result."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from semcodec.backends.openai.batches import notices
from semcodec.backends.openai.batches.batch import Batch
from semcodec.backends.openai.batches.collecting import Collector
from semcodec.backends.openai.batches.parts import new_part_id
from semcodec.backends.openai.batches.rows import RUNNING, Part
from semcodec.backends.openai.batches.state import RunState
from semcodec.backends.recording.budget import Prices
from semcodec.errors import BackendError

QUEUE_WAIT: Final = 600.0  #: seconds to wait if the queue of the server is full with other batches
QUEUE_IS_FULL: Final = ("token_limit_exceeded",)  #: codes of a batch that was too much at once


class Poller:
    """Polls and ends the batches of a run.

    Args:
        state: that of the run.
        prices: for the cost.
    """

    def __init__(self, state: RunState, prices: Prices) -> None:
        self._state, self._prices = state, prices

    def poll_all(self) -> None:
        """Ask for each batch that runs, and end those that have a result.

        Raises:
            BackendError: the server failed for good, or too often.
        """
        for part in self._state.parts(*RUNNING):
            try:
                batch = self.poll(part)
                if batch.is_ended:
                    self._end(part, batch)
                self._state.failures = 0
            except BackendError as error:
                self._state.tolerate(error)

    def poll(self, part: Part) -> Batch:
        """Return the batch of a part, and check that it is its own.

        Raises:
            BackendError: it is not, or cannot be read.
        """
        batch = self._state.api.batch(part.batch)
        if batch.id != part.batch or batch.part != part.id or batch.input != part.file:
            raise BackendError(
                f"The server {part.server} returned another batch in place of {part.batch}: "
                "check the base URL and the key.",
                backend="openai",
                stage="poll a batch",
            )
        self._state.batches[part.id] = batch
        return batch

    def _end(self, part: Part, batch: Batch) -> None:
        """Collect a batch that has ended, or submit it again if the queue was full."""
        state = self._state
        part.output, part.errors = batch.output, batch.errors
        if batch.status == "failed" and any(p.code in QUEUE_IS_FULL for p in batch.problems):
            state.budget.correct(-(part.bound or Decimal(0)))
            state.store.journal.renew(part, new_part_id())
            state.queue_full_until[part.model] = state.clock() + QUEUE_WAIT
            state.notify(notices.describe_full_queue(part))
            return
        found = Collector(state.store, state.api, self._prices, part, batch).collect()
        state.budget.correct(part.dollars - (part.bound or Decimal(0)))
        state.resolved_count += part.requests
        state.resolved.update(found.answered, found.failures, found.retries)
        state.done += 1
        state.queue_full_until.pop(part.model, None)
        self.clean(part)
        for text in notices.describe_result(part, batch, found):
            state.notify(text)
        if found.stop is not None:
            raise found.stop
        if batch.status == "cancelled" and state.round:  # not what an earlier run has left
            raise BackendError(
                f"The batch {batch.id} was cancelled, with {part.answered} of {part.requests} "
                "responses: run the same command again to submit the others.",
                backend="openai",
                stage="poll a batch",
            )

    def clean(self, part: Part) -> None:
        """Delete the files of a collected part on the server."""
        files = filter(None, (part.file, part.output, part.errors))
        left = [file_id for file_id in files if not self._state.api.delete_file(file_id)]
        part.state = "done"
        self._state.store.journal.save(part)
        if left:
            self._state.notify(notices.describe_left_files(part, left))
