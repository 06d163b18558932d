"""What is known of the batches of a run while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from semcodec.backends.openai.batches.rows import Part
from semcodec.backends.openai.batches.store import BatchStore
from semcodec.backends.recording import Budget
from semcodec.errors import BackendError

if TYPE_CHECKING:
    from semcodec.backends.openai.batches.api import BatchApi
    from semcodec.backends.openai.batches.batch import Batch

MAX_FAILURES: Final = 20  #: failures of the server that may pass, one after the other


@dataclass(slots=True)
class RunState:
    """What submitting, polling and the rounds of a run share.

    Attributes:
        store: has the journal and the folder of the parts.
        api: sends the requests to the server.
        budget: what the batches of the store cost, with the highest price of those that run.
        notify: called with sentences for the user.
        clock: returns seconds, as ``time.monotonic``.
        round: the number of the round, from 1; 0 before the first.
        waiting: inputs that wait for a response.
        batches: as they were last seen, by part.
        done: parts that were collected in this run.
        failures: of the server, one after the other.
        queue_full_until: by model, when a batch may be submitted again, on ``clock``.
        resolved: digests of requests with a result, which ``pop_resolved`` has not returned yet.
        resolved_count: requests of all parts that were collected in this run.
    """

    store: BatchStore
    api: BatchApi
    budget: Budget
    notify: Callable[[str], object]
    clock: Callable[[], float]
    round: int = 0
    waiting: int = 0
    batches: dict[str, Batch] = field(default_factory=dict)
    done: int = 0
    failures: int = 0
    queue_full_until: dict[str, float] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    resolved_count: int = 0

    def parts(self, *states: str) -> list[Part]:
        """Return the parts of the server in any of ``states``, by default all, the oldest first."""
        return self.store.journal.parts(self.api.server, *states)

    def tolerate(self, error: BackendError) -> None:
        """Raise ``error`` unless it may pass and few others came before it.

        Batches run for hours, so a server that is down for a while must not end the run.
        """
        self.failures += 1
        if not error.retryable or self.failures >= MAX_FAILURES:
            raise error
