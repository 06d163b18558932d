"""The progress of the batches of a run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from semcodec._wording import plural
from semcodec.backends.recording.budget import format_dollars


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a run of batches.

    Attributes:
        round: the number of the round, from 1.
        waiting: inputs that wait for a response.
        prepared, running, done: numbers of parts: not submitted yet, submitted, and collected in
            this run.
        requests, completed, failed: numbers of requests of the parts that run, as the server states
            them.
        spent: dollars, with the highest possible price of the parts that run.
    """

    round: int
    waiting: int
    prepared: int
    running: int
    done: int
    requests: int
    completed: int
    failed: int
    spent: Decimal

    def describe(self) -> str:
        """Return the state as one line, without a line feed."""
        parts = f"{self.prepared} prepared, {self.running} running, {self.done} done"
        line = (
            f"round {self.round}: {plural(self.waiting, 'input')} waiting; parts: {parts}; "
            f"requests: {self.completed} of {self.requests} completed"
        )
        if self.failed:
            line += f", {self.failed} failed"
        return line + (f"; at most {format_dollars(self.spent)}" if self.spent else "")
