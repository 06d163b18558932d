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
        arrive: Callable[[Outcome[Any, Any]], object],
    ) -> None:
        """Run a function on each task.

        Args:
            start: called once in each thread or process; returns the function.
            tasks: picklable values.
            arrive: called with each outcome, in this thread. If it raises an exception, no task is
                begun any more, and what runs may still arrive.

        Raises:
            BackendError: the engine has failed.
            Exception: ``arrive`` or ``start`` raised it.
        """
        ...
