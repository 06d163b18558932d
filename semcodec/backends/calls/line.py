"""The one place through which every call of a model goes: tape, purse, server, tape."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from semcodec.backends.calls.call import Call, Reply, Usage
from semcodec.backends.calls.purse import Purse
from semcodec.backends.calls.tape import CACHES, Tape
from semcodec.errors import BackendError, InputError


class Line:
    """Makes calls, and remembers what each took until it is asked for a report.

    Args:
        send: makes a call for real.
        server: who answers, as far as a tape tells servers apart.
        purse: pays.
        tape: keeps and replays; None keeps nothing.
    """

    def __init__(
        self, send: Callable[[Call], Reply], server: str, purse: Purse, tape: Tape | None = None
    ) -> None:
        self._send, self._server, self._purse, self._tape = send, server, purse, tape
        self._turns: Counter[str] = Counter()
        self._made: list[dict[str, Any]] = []

    def ask(self, call: Call) -> Reply:
        """Return the reply to ``call``.

        Raises:
            BudgetExceeded: it may cost more than is left.
            BackendError: the server failed, or the tape that is replayed lacks the call.
        """
        turn = self._turn(call)
        kept = self._kept(call, turn)
        if kept is not None:
            return kept
        reply = self._made_for_real(call)
        self._keep(call, turn, reply)
        return reply

    def report(self) -> list[dict[str, Any]]:
        """Return what was called since the last report: models, tokens, dollars, seconds."""
        made, self._made = self._made, []
        return made

    def forget(self) -> None:
        """Let a cache not keep what was answered since the last report: it was of no use.

        Why it was of no use is about to be said, and is no less true if the file is read-only.
        """
        if self._tape and self._tape.mode == "cache":
            for made in self._made:
                with suppress(InputError):
                    self._tape.drop(made["digest"], self._server)

    def _kept(self, call: Call, turn: int) -> Reply | None:
        """Return the reply that is on the tape, if one is."""
        if self._tape is None or self._is_news(call):
            return None
        kept = self._tape.get(call, self._server, turn)
        if kept is not None:
            self._note(call, kept, source=self._tape.mode)
        return kept

    def _is_news(self, call: Call) -> bool:
        """Tell whether no cache answers: which models a server has may be another tomorrow."""
        return bool(self._tape and self._tape.mode in CACHES and call.route == "models")

    def _turn(self, call: Call) -> int:
        """Return how often the call was made before; a cache does not tell."""
        if self._tape and self._tape.mode in CACHES:
            return 0
        self._turns[call.digest] += 1
        return self._turns[call.digest] - 1

    def _keep(self, call: Call, turn: int, reply: Reply) -> None:
        """Keep a reply; it is paid for, so that a full disk is no reason to lose it."""
        try:
            if self._tape and not self._is_news(call):
                self._tape.put(call, self._server, turn, reply)
        except InputError as error:
            self._made[-1]["not_kept"] = str(error)

    def _made_for_real(self, call: Call) -> Reply:
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
            self._paid(call, Reply(usage=usage), started, aside, failed=type(error).__name__)
            raise
        self._paid(call, reply, started, aside)
        return reply

    def _paid(self, call: Call, reply: Reply, started: float, aside: Decimal, **more: Any) -> None:
        """Count what a call did cost, and note it."""
        cost = self._purse.pay(call, reply.usage, aside)
        seconds = round(time.perf_counter() - started, 3)
        dollars = None if cost is None else float(cost)
        self._note(call, reply, seconds=seconds, dollars=dollars, **more)

    def _note(self, call: Call, reply: Reply, **more: Any) -> None:
        usage = reply.usage
        tokens = {} if usage is None else {"tokens_in": usage.taken, "tokens_out": usage.given}
        model = {"answered_by": reply.model} if reply.model not in ("", call.model) else {}
        who = {"route": call.route, "model": call.model, **model, "digest": call.digest}
        made = {**who, **tokens, **more}
        self._made.append(made)
