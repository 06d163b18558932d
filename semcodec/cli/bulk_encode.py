"""Run ``bulk``: list the photographs, leave out what is done, and write what an engine returns."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import semcodec
from semcodec._wording import plural
from semcodec.bulk import parts, rows
from semcodec.bulk.call_journal import ThreadJournal
from semcodec.bulk.parts import CompletedRows, PartWriter
from semcodec.bulk.rows import Photograph
from semcodec.bulk.stores import Store, is_url, open_store
from semcodec.bulk.workers import Outcome
from semcodec.cli import bulk_dry_run, interrupts, output, paid_calls
from semcodec.cli.bulk_batches import Rounds, check_options, open_batch_store
from semcodec.cli.bulk_engine import choose_engine, describe_division, make_engine
from semcodec.cli.bulk_sources import find_photographs
from semcodec.cli.bulk_work import Attempt, make_function
from semcodec.cli.encode import apply_profile
from semcodec.cli.failures import Failures
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE
from semcodec.cli.progress import Progress, format_rate, format_seconds
from semcodec.cli.settings_digest import digest_settings
from semcodec.errors import BudgetExceededError, InputError, SemcodecError


def run(args: argparse.Namespace) -> int:
    """Write a row for each photograph that has none, and return the exit code.

    Raises:
        UsageError, SemcodecError: nothing can be done, or a failure concerns all photographs.
    """
    if args.batch:
        check_options(args)
        args.engine = "local" if args.engine is None and not is_url(args.source) else args.engine
    args.engine = choose_engine(args)
    if args.framing is None and args.profile is None:
        args.framing = "bare"
    apply_profile(args)
    settings = digest_settings(args, "bulk")
    with storage_errors(args.output):
        store = open_store(args.output)
        with contextlib.nullcontext() if args.dry_run else store.locked():
            photographs = find_photographs(args.source, args.output)
            done = parts.read_completed(store, settings)
            pending = find_pending(photographs, done, retry_failed=args.retry_failed)
            _print_done(args, photographs, done)
            if args.dry_run:
                bulk_dry_run.print_plan(args, make_function, pending, "photograph")
                return DONE
            return Run(args, store, settings, done, pending).run()


@contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Translate errors of the folder of parts to messages.

    Raises:
        UsageError: the folder cannot be used.
    """
    try:
        yield
    except InputError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot use {name}: {reason(error)}.") from error


def find_pending(
    photographs: list[Photograph], done: CompletedRows, *, retry_failed: bool
) -> list[Photograph]:
    """Return the photographs that have no row yet, or only one of a failure that is tried again.

    A failed photograph that has another size now is tried again in any case.

    Raises:
        UsageError: photographs have changed since they were encoded.
    """
    pending: list[Photograph] = []
    changed: list[str] = []
    for photograph in photographs:
        path = rows.to_text(photograph.path)
        if (size := done.sizes.get(path)) is not None:
            # One with a problem may have the name of another file, whose row this is.
            if size != photograph.size and not photograph.problem:
                changed.append(path)
        elif retry_failed or done.failed.get(path) != photograph.size:
            pending.append(photograph)
    if changed:
        raise UsageError(
            f"{plural(len(changed), 'photograph')} changed since the last run, such as "
            f"{changed[0]} (its size differs): name another folder for the output."
        )
    return pending


def _print_done(
    args: argparse.Namespace, photographs: list[Photograph], done: CompletedRows
) -> None:
    """Print what earlier runs have done."""
    if done.parts:
        line = f"resumed: {len(done.sizes):,} of {len(photographs):,} done before"
        if done.failed:
            line += f", {len(done.failed):,} failed"
            line += "" if args.retry_failed else " (--retry-failed tries them again)"
        output.print_status(line)


def format_total(cost: float | None) -> str:
    """Return the cost of a run as the end of its summary; "" if it cost nothing."""
    if cost is None:
        return ", at an unknown price"
    return f", at most ${cost:.4f}" if cost else ""


class Run:
    """Encodes the photographs that are left, and reports the result."""

    def __init__(
        self,
        args: argparse.Namespace,
        store: Store,
        settings: str,
        done: CompletedRows,
        pending: list[Photograph],
    ) -> None:
        self._args, self._done, self._pending = args, done, pending
        metadata = {
            parts.SETTINGS_KEY: settings,
            parts.VERSION_KEY: semcodec.__version__,
            parts.ENGINE_KEY: args.engine,
        }
        self._writer = PartWriter(store, metadata, done.parts, args.part_rows)
        path = None if is_url(args.output) else paid_calls.report_last_run(args.output)
        self._journal = ThreadJournal(path)
        self._progress = Progress(len(pending))
        self._failures = Failures()
        self._encoded = self._failed = self._bytes = 0
        self._cost: float | None = 0.0
        self._started = time.monotonic()

    def run(self) -> int:
        """Encode what is left, and return the exit code.

        Raises:
            WriteError, SemcodecError: a failure concerns all photographs.
        """
        if line := describe_division(self._args, len(self._pending)):
            output.print_status(line)
        stopped: SemcodecError | None = None
        is_complete = False
        try:
            with self._progress, contextlib.redirect_stdout(sys.stderr):
                if self._pending:
                    start, engine = make_engine(
                        self._args, make_function, len(self._pending), self._journal
                    )
                    if (store := open_batch_store(self._args)) is not None:
                        Rounds(
                            self._args, store, start, engine, self._pending, self._on_outcome
                        ).run()
                    else:
                        engine.run(start, self._pending, self._on_outcome)
            is_complete = True
        except BudgetExceededError as error:
            stopped = error
        finally:  # also after Ctrl-C
            interrupts.defer()
            self._end(is_first_problem=is_complete or stopped is not None)
            interrupts.allow()
        if stopped is not None:
            output.print_status(f"semcodec: {stopped}")
            return PARTLY_DONE
        if self._count_failed():
            return PARTLY_DONE if self._encoded + len(self._done.sizes) else DATA_ERROR
        return DONE

    def _on_outcome(self, outcome: Outcome[Photograph, Attempt]) -> None:
        """Add the row of an outcome.

        Raises:
            WriteError: a part cannot be written.
            SemcodecError: the failure concerns all photographs. It has no row, so that the next run
                tries its photograph again.
        """
        interrupts.defer()
        if isinstance(outcome.error, SemcodecError):  # the worker has died
            row = rows.make_failed_row(outcome.task, None, outcome.error, outcome.seconds)
            self._add(outcome.task, Attempt(row, outcome.error))
        elif outcome.result is not None:
            self._add(outcome.task, outcome.result)
        interrupts.allow()

    def _add(self, photograph: Photograph, attempt: Attempt) -> None:
        row, error = attempt
        self._cost = rows.add_cost(self._cost, row.cost)
        if error is not None and self._failures.end_run(error):
            raise error
        self._progress.advance()
        self._journal.finish(photograph.path)
        if error is None:
            self._failures.reset()
            self._encoded += 1
            self._bytes += row.bytes or 0
        else:
            self._failed += 1
            output.print_status(f"semcodec: {row.path}: {row.error}")
        try:
            self._writer.add(row)
        except OSError as problem:
            raise self._write_error(problem) from problem

    def _end(self, *, is_first_problem: bool) -> None:
        """Write the rows that are left, and report the result.

        Raises:
            WriteError: they cannot be written, and no other exception is raised already.
        """
        problem = None
        try:
            self._writer.flush()
        except OSError as error:
            problem = error
        paid_calls.close_journal(self._journal)
        self._print_summary()
        if problem is not None and is_first_problem:
            raise self._write_error(problem) from problem

    def _write_error(self, error: OSError) -> WriteError:
        return WriteError(
            f"Cannot write a part into {self._args.output}: {reason(error)}. Run the command again "
            "after fixing this: it continues."
        )

    def _count_failed(self) -> int:
        """Return how many photographs have failed, now or before."""
        tried = {rows.to_text(photograph.path) for photograph in self._pending}
        return self._failed + len(self._done.failed.keys() - tried)

    def _print_summary(self) -> None:
        line = f"{self._encoded + len(self._done.sizes):,} encoded"
        if self._done.sizes:
            line += f", {len(self._done.sizes):,} of them before"
        line += f", {self._count_failed():,} failed"
        if missing := len(self._pending) - self._encoded - self._failed:
            line += f", {missing:,} not done"
        if lost := len(self._writer.waiting):
            line += f", {plural(lost, 'row')} not written"
        line += f": {self._bytes + self._done.bytes:,} bytes"
        line += f" in {plural(self._done.parts + self._writer.parts, 'part')}"
        if number := self._encoded + self._failed:
            seconds = time.monotonic() - self._started
            rate = format_rate(number / max(seconds, 1e-9))
            line += f"; {format_seconds(seconds)}, {rate} per second"
        output.print_status(line + format_total(self._cost))
