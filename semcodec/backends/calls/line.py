"""The one place through which every call of a model goes: tape, purse, server, tape."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from semcodec.backends.calls.call import Call, Reply
from semcodec.backends.calls.purse import Purse
from semcodec.backends.calls.tape import Tape
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
        turn = self._turns[call.digest]
        self._turns[call.digest] += 1
        kept = self._tape and self._tape.get(call, self._server, turn)
        if kept:
            self._note(call, kept, source=self._tape.mode if self._tape else "")
            return kept
        reply = self._made_for_real(call)
        self._keep(call, turn, reply)
        return reply

    def report(self) -> list[dict[str, Any]]:
        """Return what was called since the last report: models, tokens, dollars, seconds."""
        made, self._made = self._made, []
        return made

    def _keep(self, call: Call, turn: int, reply: Reply) -> None:
        """Keep a reply; it is paid for, so that a full disk is no reason to lose it."""
        try:
            if self._tape:
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
        self._purse.allow(call)
        started = time.perf_counter()
        reply = self._send(call)
        seconds = round(time.perf_counter() - started, 3)
        cost = self._purse.pay(call, reply.usage)
        self._note(call, reply, seconds=seconds, dollars=None if cost is None else float(cost))
        return reply

    def _note(self, call: Call, reply: Reply, **more: Any) -> None:
        usage = reply.usage
        tokens = {} if usage is None else {"tokens_in": usage.taken, "tokens_out": usage.given}
        model = {"answered_by": reply.model} if reply.model not in ("", call.model) else {}
        made = {"route": call.route, "model": call.model, **model, **tokens, **more}
        self._made.append(made)
