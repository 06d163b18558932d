"""Engines run a function on many tasks: worker processes of this machine, Daft, Ray."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, Protocol, TypeVar

from semcodec.bulk.workers import Outcome, Start

Task = TypeVar("Task")
Result = TypeVar("Result")

EngineName = Literal["local", "daft", "ray"]
ENGINES: Final[tuple[EngineName, ...]] = ("local", "daft", "ray")


class Engine(Protocol):
    """Runs tasks, in any order."""

    def run(
        self,
        start: Start[Any, Any],
        tasks: Iterable[Any],
        on_outcome: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        """Run a function on each task.

        Args:
            start: called once in each thread or process; returns the function.
            tasks: picklable values. The engine ``local`` and threads read them while others run, so
                that a caller may end them early.
            on_outcome: called with each outcome, in this thread. If it raises an exception, no more
                tasks are begun, and it may still be called with those that run.

        Raises:
            BackendError: the engine has failed.
            Exception: ``on_outcome`` or ``start`` raised it.
        """
        ...
