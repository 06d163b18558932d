"""Run ``bulk --decode``: paint the pictures of the records in a folder of parts."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from semcodec._wording import plural
from semcodec.bulk.call_journal import ThreadJournal
from semcodec.bulk.records import StoredRecord, read_records
from semcodec.bulk.rows import add_cost
from semcodec.bulk.stores import is_url, lock_folder, open_store
from semcodec.bulk.workers import Outcome
from semcodec.cli import bulk_dry_run, interrupts, output, paid_calls, writing
from semcodec.cli.bulk_encode import format_total, storage_errors
from semcodec.cli.bulk_engine import choose_engine, make_engine
from semcodec.cli.bulk_pictures import MARKER, Painted, make_function
from semcodec.cli.failures import Failures
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE
from semcodec.cli.planning import check_folder_name
from semcodec.cli.progress import Progress
from semcodec.errors import BudgetExceededError, SemcodecError
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE


def run(args: argparse.Namespace) -> int:
    """Write the picture of each record, and return the exit code.

    Raises:
        UsageError, SemcodecError: nothing can be done, or a failure concerns all records.
    """
    args.engine = choose_engine(args)
    _check(args)
    with storage_errors(args.source):
        records = list(read_records(open_store(args.source)))
    if not records:
        raise UsageError(f"There are no records in {args.source}: name another folder.")
    if args.dry_run:
        bulk_dry_run.print_plan(args, make_function, records, "record")
        return DONE
    prefix = writing.temporary_prefix(MARKER)
    with storage_errors(args.output), lock_folder(Path(args.output), "pictures", prefix):
        return Run(args, records).run()


def _check(args: argparse.Namespace) -> None:
    """Check the options of ``--decode``.

    Raises:
        UsageError: one cannot be used.
    """
    if is_url(args.output):
        raise UsageError("Pictures are written to this machine: name a folder with -o.")
    check_folder_name(args.output, "-o", "pictures")
    if args.engine == "ray":
        raise UsageError(
            "--engine ray would write pictures on other machines: use --engine daft or local."
        )
    if args.size != "auto" and max(args.size) > MAX_PAINTED_SIDE:
        raise UsageError(f"Pictures have at most {MAX_PAINTED_SIDE} pixels a side: change --size.")


class Run:
    """Paints records, and reports the result."""

    def __init__(self, args: argparse.Namespace, records: list[StoredRecord]) -> None:
        self._args, self._records = args, records
        self._journal = ThreadJournal(paid_calls.report_last_run(args.output))
        self._progress = Progress(len(records))
        self._failures = Failures()
        self._painted = self._kept = self._failed = self._bytes = 0
        self._cost: float | None = 0.0

    def run(self) -> int:
        """Paint the records, and return the exit code.

        Raises:
            SemcodecError: a failure concerns all records.
        """
        stopped: SemcodecError | None = None
        try:
            with self._progress, contextlib.redirect_stdout(sys.stderr):
                start, engine = make_engine(
                    self._args, make_function, len(self._records), self._journal
                )
                engine.run(start, self._records, self._on_outcome)
        except BudgetExceededError as error:
            stopped = error
        finally:  # also after Ctrl-C
            interrupts.defer()
            paid_calls.close_journal(self._journal)
            self._print_summary()
            interrupts.allow()
        if stopped is not None:
            output.print_status(f"semcodec: {stopped}")
            return PARTLY_DONE
        if self._failed:
            return PARTLY_DONE if self._painted + self._kept else DATA_ERROR
        return DONE

    def _on_outcome(self, outcome: Outcome[StoredRecord, Painted]) -> None:
        """Count an outcome, and print a failure.

        Raises:
            SemcodecError: the failure concerns all records.
        """
        interrupts.defer()
        if isinstance(outcome.error, SemcodecError):  # the worker has died
            self._count(outcome.task, Painted("failed", 0.0, outcome.error))
        elif outcome.result is not None:
            self._count(outcome.task, outcome.result)
        interrupts.allow()

    def _count(self, record: StoredRecord, painted: Painted) -> None:
        self._cost = add_cost(self._cost, painted.cost)
        if painted.error is not None and self._failures.end_run(painted.error):
            raise painted.error
        self._progress.advance(is_computed=painted.state != "kept")
        self._journal.finish(record.path)
        if painted.error is not None:
            self._failed += 1
            output.print_status(f"semcodec: {record.path}: {painted.error}")
            return
        self._failures.reset()
        self._painted += painted.state == "painted"
        self._kept += painted.state == "kept"
        self._bytes += painted.bytes

    def _print_summary(self) -> None:
        line = f"{self._painted + self._kept:,} painted"
        if self._kept:
            line += f", {self._kept:,} of them before"
        line += f", {self._failed:,} failed"
        if missing := len(self._records) - self._painted - self._kept - self._failed:
            line += f", {missing:,} not done"
        line += f": {plural(f'{self._bytes:,}', 'byte')}"
        output.print_status(line + format_total(self._cost))
