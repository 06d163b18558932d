"""A recorder whose responses come from batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from semcodec.backends.notes import add_note
from semcodec.backends.openai.batches.store import BatchStore
from semcodec.backends.openai.pricing import BATCH_PRICE
from semcodec.backends.recording import Budget, ModelRequest, ModelResponse, Recorder
from semcodec.backends.recording.budget import max_usage
from semcodec.backends.recording.recorder import make_note


class BatchRecorder(Recorder):
    """Returns stored responses, and adds other requests to the next batch.

    The trace has the price of a stored response in every run, so that the trace of the run in which
    an input is finished has what this input has cost.

    Args:
        send: sends a request at once, for the list of models.
        server: the base URL.
        budget: for prices.
        store: has the responses, and takes the requests.
    """

    def __init__(
        self,
        send: Callable[[ModelRequest], ModelResponse],
        server: str,
        budget: Budget,
        store: BatchStore,
    ) -> None:
        super().__init__(send, server, budget, store.cassette)
        self._batches = store

    def send(self, request: ModelRequest) -> ModelResponse:
        """Return the stored response to ``request``.

        Raises:
            PendingResponseError: it has not arrived yet; the request is in a batch, or in the next.
            BackendError: the request has failed for good, or cannot be part of a batch.
        """
        if self._bypasses_cache(request):
            return super().send(request)
        stored = self._batches.cassette.get(request, self._server, 0)
        if stored is None:
            self._batches.collect(request, self._server)
        add_note("calls", self._note(request, stored))
        return stored

    def _note(self, request: ModelRequest, stored: ModelResponse) -> dict[str, Any]:
        usage = max_usage(request) if stored.usage is None else stored.usage
        price = self._budget.price(request, usage)
        dollars = None if price is None else float(price * BATCH_PRICE)
        note = make_note(request, stored)
        return {**note, "seconds": 0.0, "dollars": dollars, "source": "batch"}
