"""Send model requests: look them up, check the budget, call the server, store the response.

Threads may share a recorder. Each request adds a note to the trace of the run that sent it
(``add_note``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from semcodec.backends.notes import add_note
from semcodec.backends.recording.budget import Budget, max_usage
from semcodec.backends.recording.call_log import CallLog
from semcodec.backends.recording.cassette import CACHE_MODES, Cassette
from semcodec.backends.recording.request import (
    ModelRequest,
    ModelResponse,
    RejectedFieldError,
    Usage,
)
from semcodec.errors import BackendError, InputError, MissingFeatureError

SAMPLING_FIELDS: Final = ("temperature", "seed")  #: shown in the trace of a call


class Recorder:
    """Returns responses from the cassette or the server, and records their cost.

    Args:
        send: sends a request to the server.
        server: identifies the server in the cassette, such as its base URL.
        budget: limits and counts the cost.
        cassette: stores and returns responses; None for no storage.
        log: that of the run; None for a log of this recorder.
    """

    def __init__(
        self,
        send: Callable[[ModelRequest], ModelResponse],
        server: str,
        budget: Budget,
        cassette: Cassette | None = None,
        log: CallLog | None = None,
    ) -> None:
        self._send_to_server, self._server = send, server
        self._budget, self._cassette = budget, cassette
        self._log = CallLog() if log is None else log

    def send(self, request: ModelRequest) -> ModelResponse:
        """Return the response to ``request``.

        Raises:
            BudgetExceededError: the request may cost more than the budget has left.
            BackendError: the server failed, or the replayed recording lacks the request.
        """
        occurrence = self._occurrence(request)
        stored = self._lookup(request, occurrence)
        if stored is not None:
            return stored
        if self._cassette is None or self._bypasses_cache(request):
            return self._send_and_store(request, occurrence)
        with self._cassette.exclusive(request, self._server):
            # Another run may have sent it meanwhile.
            stored = self._lookup(request, occurrence)
            return self._send_and_store(request, occurrence) if stored is None else stored

    def _send_and_store(self, request: ModelRequest, occurrence: int) -> ModelResponse:
        try:
            response, note = self._send(request)
        except MissingFeatureError as error:
            self._store_missing(request, occurrence, error)
            raise
        self._store(request, occurrence, response, note)
        return response

    def _store_missing(
        self, request: ModelRequest, occurrence: int, error: MissingFeatureError
    ) -> None:
        """Record that the server lacks a feature, so that a replay sends what the run sent next.

        A cache does not keep it: the server may have the feature tomorrow.
        """
        if self._cassette and self._cassette.mode == "record":
            fields = error.fields if isinstance(error, RejectedFieldError) else ()
            missing = ModelResponse(missing=str(error), rejected_fields=" ".join(fields))
            self._store(request, occurrence, missing, {})

    def discard(self, request: ModelRequest, response: ModelResponse) -> None:
        """Remove an unusable response from the cache.

        If another run has replaced the response meanwhile, the new one stays. A cache that cannot
        be written is not an error here: the caller is about to report a more important one.
        """
        if self._cassette and self._cassette.mode == "cache":
            with suppress(InputError):
                self._cassette.delete(request, self._server, response)

    def _occurrence(self, request: ModelRequest) -> int:
        """Return the number of times that ``request`` was sent before; always 0 for a cache."""
        if self._cassette is None or self._cassette.mode in CACHE_MODES:
            return 0  # a backend that lives long without a recording must not remember its requests
        return self._log.count(self._server, request.digest)

    def _lookup(self, request: ModelRequest, occurrence: int) -> ModelResponse | None:
        """Return the stored response, or None."""
        if self._cassette is None or self._bypasses_cache(request):
            return None
        stored = self._cassette.get(request, self._server, occurrence)
        if stored is not None:
            add_note("calls", {**make_note(request, stored), "source": self._cassette.mode})
        return stored

    def _bypasses_cache(self, request: ModelRequest) -> bool:
        """Return whether the request must not be cached: a server's list of models changes."""
        is_cache = self._cassette is not None and self._cassette.mode in CACHE_MODES
        return is_cache and request.route == "models"

    def _send(self, request: ModelRequest) -> tuple[ModelResponse, dict[str, Any]]:
        """Return the response of the server, and its note in the trace."""
        if self._cassette and self._cassette.mode == "replay":
            model = f" with {request.model}" if request.model else ""
            message = (
                f"{self._cassette.path} has no response for '{request.stage}'{model}: replay it "
                "with the same image, options and version, or record it again."
            )
            raise BackendError(message, backend=request.model, stage=request.stage)
        reserved = self._budget.reserve(request)
        note = self._note_pending(request)
        started, number = time.perf_counter(), None
        try:
            if note["dollars"] != 0:  # it may be billed, also at an unknown price
                number = self._log.begin(request.stage, note)
            response = self._send_to_server(request)
        except BaseException as error:
            # An error is free only if it has ``billed=False``. After Ctrl-C the server may still
            # process the request, so it counts with its highest possible price.
            usage = None if getattr(error, "billed", True) else Usage()
            failed = ModelResponse(usage=usage)
            self._settle(note, request, failed, started, reserved, failed=type(error).__name__)
            self._end(number, note)
            raise
        self._settle(note, request, response, started, reserved)
        self._end(number, note)
        return response, note

    def _end(self, number: int | None, note: dict[str, Any]) -> None:
        if number is not None:
            self._log.end(number, note)

    def _note_pending(self, request: ModelRequest) -> dict[str, Any]:
        """Add the note of a request that is about to be sent, as one that was interrupted.

        Ctrl-C can come at any point, also between the response and its note. With a note of its own
        only after the response, such a request would be billed, and be in no trace.
        """
        price = self._budget.price(request, max_usage(request))
        dollars = None if price is None else float(price)
        note = make_note(request, ModelResponse())
        note |= {"seconds": 0.0, "dollars": dollars, "failed": KeyboardInterrupt.__name__}
        add_note("calls", note)
        return note

    def _settle(
        self,
        note: dict[str, Any],
        request: ModelRequest,
        response: ModelResponse,
        started: float,
        reserved: Decimal,
        **details: Any,
    ) -> None:
        """Settle the cost of a request, and complete its note, in one step for an interrupt."""
        price = self._budget.settle(request, response.usage, reserved)
        settled = make_note(request, response)
        settled["seconds"] = round(time.perf_counter() - started, 3)
        settled["dollars"] = None if price is None else float(price)
        settled |= details
        note |= settled
        if not details:
            del note["failed"]

    def _store(
        self,
        request: ModelRequest,
        occurrence: int,
        response: ModelResponse,
        note: dict[str, Any],
    ) -> None:
        """Store a response; if that fails, only extend the note.

        The response has been paid for, so the run continues with it.
        """
        try:
            if self._cassette and not self._bypasses_cache(request):
                self._cassette.put(request, self._server, occurrence, response)
        except InputError as error:
            note["not_stored"] = str(error)


def make_note(request: ModelRequest, response: ModelResponse) -> dict[str, Any]:
    """Return the note of a request and its response in the trace."""
    note: dict[str, Any] = {"route": request.route, "model": request.model}
    if response.model not in ("", request.model):
        note["response_model"] = response.model
    note["digest"] = request.digest
    sent = {**request.body, **request.extra}
    note |= {name: sent[name] for name in SAMPLING_FIELDS if name in sent}
    if response.usage is not None:
        note["input_tokens"] = response.usage.input_tokens
        note["output_tokens"] = response.usage.output_tokens
    return note
