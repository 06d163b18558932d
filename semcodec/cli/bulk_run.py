"""What both directions of ``bulk`` share: count the outcomes of an engine, and report them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from semcodec._wording import plural
from semcodec.bulk.call_journal import ThreadJournal
from semcodec.bulk.rows import add_cost, to_text
from semcodec.bulk.stores import Store
from semcodec.bulk.workers import Outcome
from semcodec.cli import interrupts, output
from semcodec.cli.failures import Failures
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, shorten_name
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE
from semcodec.cli.progress import Progress
from semcodec.errors import BudgetExceededError, InputError, SemcodecError

Task = TypeVar("Task")
Result = TypeVar("Result")

STDOUT, STDERR = 1, 2  # file descriptors


class BulkRun(ABC, Generic[Task, Result]):
    """Runs tasks, whose outcomes come one by one, and returns the exit code.

    Args:
        args: the arguments.
        tasks: what is to be done.
        journal_path: the file for paid calls under way; None for no file.

    Attributes:
        journal: the log of the calls.
        done, failed: numbers of tasks in this run.
        bytes: of the results of those that are done.
        cost: dollars, at most; None if a price is unknown.
    """

    def __init__(
        self, args: argparse.Namespace, tasks: Sequence[Task], journal_path: Path | None
    ) -> None:
        self.args, self.tasks = args, tasks
        self.journal: ThreadJournal = ThreadJournal(journal_path)
        self.done = self.failed = self.bytes = 0
        self.cost: float | None = 0.0
        self._progress = Progress(len(tasks))
        self._failures = Failures()

    @abstractmethod
    def run_tasks(self) -> None:
        """Run the tasks; ``on_outcome`` gets the outcomes."""

    @abstractmethod
    def add_result(self, task: Task, result: Result) -> None:
        """Count and keep the result of a task."""

    @abstractmethod
    def make_failure(self, outcome: Outcome[Task, Result], error: SemcodecError) -> Result:
        """Return the result of a task whose worker has died."""

    @abstractmethod
    def finish(self) -> Exception | None:
        """Save what is not saved yet, and print the summary; also after Ctrl-C.

        Returns:
            Why it cannot be saved; raised if the run has not failed for another reason.
        """

    def count_done(self) -> int:
        """Return how many tasks are done, now or before."""
        return self.done

    def count_failed(self) -> int:
        """Return how many tasks have failed, now or before."""
        return self.failed

    def run(self) -> int:
        """Run the tasks, and return the exit code.

        Raises:
            WriteError, SemcodecError: a failure concerns all tasks.
        """
        stopped: SemcodecError | None = None
        try:
            with self._progress, output_to_stderr():
                self.run_tasks()
        except BudgetExceededError as error:
            stopped = error
        finally:  # also after Ctrl-C
            interrupts.defer()
            problem = self.finish()
            interrupts.allow()
        if problem is not None:
            raise problem
        if stopped is not None:
            output.print_status(f"semcodec: {stopped}")
            return PARTLY_DONE
        if self.count_failed():
            return PARTLY_DONE if self.count_done() else DATA_ERROR
        return DONE

    def on_outcome(self, outcome: Outcome[Task, Result]) -> None:
        """Add an outcome, without an interrupt in between.

        Raises:
            SemcodecError: the failure concerns all tasks.
        """
        interrupts.defer()
        if isinstance(outcome.error, SemcodecError):  # the worker has died
            self.add_result(outcome.task, self.make_failure(outcome, outcome.error))
        elif outcome.result is not None:
            self.add_result(outcome.task, outcome.result)
        interrupts.allow()

    def count(
        self,
        path: str,
        cost: float | None,
        error: SemcodecError | None,
        message: str = "",
        *,
        size: int = 0,
        is_computed: bool = True,
    ) -> None:
        """Count a task that is done or has failed.

        Args:
            path: that of the photograph.
            cost: dollars, at most; None if a price is unknown.
            error: why it has failed; None if it is done.
            message: that of the error.
            size: bytes of the result.
            is_computed: whether it took time.

        Raises:
            SemcodecError: the failure concerns all tasks, so that this one is not counted.
        """
        self.cost = add_cost(self.cost, cost)
        if error is not None and self._failures.end_run(error):
            raise error
        self._progress.advance(is_computed=is_computed)
        self.journal.finish(path)
        if error is None:
            self._failures.reset()
            self.done += 1
            self.bytes += size
        else:
            self.failed += 1
            output.print_status(f"semcodec: {to_text(path)}: {message}")

    def describe_counts(self, verb: str, before: int) -> str:
        """Return the beginning of the summary, such as ``3 encoded, 1 failed, 2 not done``."""
        line = f"{self.count_done():,} {verb}"
        if before:
            line += f", {before:,} of them before"
        line += f", {self.count_failed():,} failed"
        if missing := len(self.tasks) - self.done - self.failed:
            line += f", {missing:,} not done"
        return line


@contextlib.contextmanager
def output_to_stderr() -> Iterator[None]:
    """Send to stderr what backends and engines print, also from native code."""
    with contextlib.redirect_stdout(sys.stderr), contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # one of them is closed
            stdout = os.dup(STDOUT)
            stack.callback(os.close, stdout)
            stack.callback(os.dup2, stdout, STDOUT)
            os.dup2(STDERR, STDOUT)
        yield


@contextlib.contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Translate errors of a folder; the block has only calls that use it.

    Raises:
        UsageError: the folder cannot be used.
    """
    try:
        yield
    except InputError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot use {name}: {reason(error)}.") from error


def print_skipped(store: Store) -> None:
    """Print how many files and folders are not read, though they could be parts."""
    skipped = store.list_skipped()
    if not skipped:
        return
    counts = Counter(each.kind for each in skipped)
    kinds = " and ".join(plural(count, kind) for kind, count in sorted(counts.items()))
    output.print_status(
        f"Note: skipped {kinds} in {store.name} (only regular files are parts), such as "
        f"{shorten_name(skipped[0].name)}"
    )


def format_total(cost: float | None) -> str:
    """Return the cost of a run as the end of its summary; "" if it cost nothing."""
    if cost is None:
        return ", at an unknown price"
    return f", at most ${cost:.4f}" if cost else ""
