"""The one place through which every call of a model goes: look-up, budget, server, storage.

A line may be shared by threads. What a call took is noted in the run that made it (``add_note``).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

from semcodec.backends.notes import add_note
from semcodec.backends.recording.budget import Budget
from semcodec.backends.recording.cassette import CACHES, Cassette
from semcodec.backends.recording.request import ModelRequest, ModelResponse, Usage
from semcodec.errors import BackendError, InputError


class Recorder:
    """Makes calls, and notes what each took.

    Args:
        send: makes a call for real.
        server: who answers, as far as a tape tells servers apart.
        purse: pays.
        tape: keeps and replays; None keeps nothing.
    """

    def __init__(
        self,
        send: Callable[[ModelRequest], ModelResponse],
        server: str,
        purse: Budget,
        tape: Cassette | None = None,
    ) -> None:
        self._send, self._server, self._purse, self._tape = send, server, purse, tape
        self._occurrences: dict[str, Iterator[int]] = {}

    def ask(self, call: ModelRequest) -> ModelResponse:
        """Return the reply to ``call``.

        Raises:
            BudgetExceeded: it may cost more than is left.
            BackendError: the server failed, or the tape that is replayed lacks the call.
        """
        turn = self._turn(call)
        kept = self._kept(call, turn)
        if kept is not None:
            return kept
        reply, made = self._made_for_real(call)
        self._keep(call, turn, reply, made)
        return reply

    def discard(self, call: ModelRequest, reply: ModelResponse) -> None:
        """Remove ``reply`` to ``call`` from a cache, because it cannot be used.

        A reply that another run has stored in its place stays. A cache that cannot be written is no
        error: the caller is about to report why the reply cannot be used.
        """
        if self._tape and self._tape.mode == "cache":
            with suppress(InputError):
                self._tape.drop(call, self._server, reply)

    def _kept(self, call: ModelRequest, turn: int) -> ModelResponse | None:
        """Return the reply that is on the tape, if one is."""
        if self._tape is None or self._is_news(call):
            return None
        kept = self._tape.get(call, self._server, turn)
        if kept is not None:
            self._note(call, kept, source=self._tape.mode)
        return kept

    def _is_news(self, call: ModelRequest) -> bool:
        """Tell whether no cache answers: which models a server has may be another tomorrow."""
        return bool(self._tape and self._tape.mode in CACHES and call.route == "models")

    def _turn(self, call: ModelRequest) -> int:
        """Return how often the call was made before; a cache does not count.

        Threads that make the same call at once get different numbers without a lock: both
        ``setdefault`` and ``next`` are one step of the interpreter.
        """
        if self._tape and self._tape.mode in CACHES:
            return 0
        return next(self._occurrences.setdefault(call.digest, itertools.count()))

    def _keep(
        self, call: ModelRequest, turn: int, reply: ModelResponse, made: dict[str, Any]
    ) -> None:
        """Keep a reply; it is paid for, so that a full disk is no reason to lose it."""
        try:
            if self._tape and not self._is_news(call):
                self._tape.put(call, self._server, turn, reply)
        except InputError as error:
            made["not_kept"] = str(error)

    def _made_for_real(self, call: ModelRequest) -> tuple[ModelResponse, dict[str, Any]]:
        """Return the reply of the server, and the note that was made of it."""
        if self._tape and self._tape.mode == "replay":
            message = (
                f"The tape {self._tape.path} has no answer to {call.stage} with {call.model}: "
                "replay it with the same image, options and version, or record it again."
            )
            raise BackendError(message, backend=call.model, stage=call.stage)
        aside = self._purse.allow(call)
        started = time.perf_counter()
        try:
            reply = self._send(call)
        except BaseException as error:
            usage = None if getattr(error, "billed", True) else Usage()
            self._paid(
                call, ModelResponse(usage=usage), started, aside, failed=type(error).__name__
            )
            raise
        return reply, self._paid(call, reply, started, aside)

    def _paid(
        self, call: ModelRequest, reply: ModelResponse, started: float, aside: Decimal, **more: Any
    ) -> dict[str, Any]:
        """Count what a call did cost, and note it."""
        cost = self._purse.pay(call, reply.usage, aside)
        seconds = round(time.perf_counter() - started, 3)
        dollars = None if cost is None else float(cost)
        return self._note(call, reply, seconds=seconds, dollars=dollars, **more)

    def _note(self, call: ModelRequest, reply: ModelResponse, **more: Any) -> dict[str, Any]:
        usage = reply.usage
        tokens = {} if usage is None else {"tokens_in": usage.taken, "tokens_out": usage.given}
        model = {"answered_by": reply.model} if reply.model not in ("", call.model) else {}
        who = {"route": call.route, "model": call.model, **model, "digest": call.digest}
        made = {**who, **tokens, **more}
        add_note("calls", made)
        return made
