"""The engine ``local``: worker processes of this machine, as those of ``encode DIR --jobs``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from semcodec.bulk.workers import Outcome, Start, Workers


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Runs tasks in worker processes; with one job, in this process.

    Attributes:
        jobs: the number of processes.
        on_start: called first in each worker.
        shared: serves the workers until they have ended.
    """

    jobs: int
    on_start: Sequence[Callable[[], object]] = ()
    shared: AbstractContextManager[object] = field(default_factory=nullcontext)

    def run(
        self,
        start: Start[Any, Any],
        tasks: Iterable[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        """Run a function on each task, as ``Engine`` describes."""
        workers = Workers[Any, Any](start, jobs=self.jobs, on_start=self.on_start)
        with self.shared, workers:
            for _ in workers.run(tasks, on_outcome):
                pass
