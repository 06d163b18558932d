"""Run ``bulk``: list the photographs, leave out what is done, and write what an engine returns."""

from __future__ import annotations

import argparse
import contextlib
import time

import semcodec
from semcodec._wording import plural
from semcodec.bulk import parts, rows
from semcodec.bulk.parts import CompletedRows, PartWriter
from semcodec.bulk.rows import Photograph
from semcodec.bulk.stores import Store, is_url, open_store
from semcodec.bulk.workers import Outcome
from semcodec.cli import bulk_dry_run, output, paid_calls
from semcodec.cli.bulk_batches import Rounds, check_options, open_batch_store
from semcodec.cli.bulk_engine import choose_engine, describe_division, make_engine
from semcodec.cli.bulk_run import BulkRun, format_total, print_skipped, storage_errors
from semcodec.cli.bulk_sources import SAME_NAME, find_photographs
from semcodec.cli.bulk_work import Attempt, make_function
from semcodec.cli.encode import apply_profile
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError, shorten_name
from semcodec.cli.parser import DONE, PARTLY_DONE
from semcodec.cli.progress import format_rate, format_seconds
from semcodec.cli.settings_digest import digest_settings
from semcodec.cli.walking import folder_identity
from semcodec.errors import InputError, SemcodecError


def run(args: argparse.Namespace) -> int:
    """Write a row for each photograph that has none, and return the exit code.

    Raises:
        UsageError, SemcodecError: nothing can be done, or a failure concerns all photographs.
    """
    if args.batch:
        check_options(args)
        args.engine = "local" if args.engine is None and not is_url(args.source) else args.engine
    args.engine = choose_engine(args)
    check_folders(args.source, args.output)
    if args.framing is None and args.profile is None:
        args.framing = "bare"
    apply_profile(args)
    settings = digest_settings(args, "bulk")
    with contextlib.ExitStack() as stack:
        with storage_errors(args.output):
            store = open_store(args.output)
            if not args.dry_run:
                stack.enter_context(store.locked())
        try:
            photographs = find_photographs(args.source, args.output)
        except InputError as error:
            raise UsageError(str(error)) from error
        with storage_errors(args.output):
            print_skipped(store)
            completed = parts.read_completed(store, settings)
        pending = find_pending(photographs, completed, retry_failed=args.retry_failed)
        failed = find_failed(photographs, completed)
        _print_completed(args, len(photographs), completed, len(failed))
        if args.dry_run:
            return _print_plan(args, photographs, pending)
        failed_before = len({*failed} - {*pending})
        return Encoding(args, store, settings, completed, pending, failed_before).run()


def check_folders(source: str, folder: str) -> None:
    """Check that no part is written among the photographs.

    Raises:
        UsageError: ``folder`` is ``source``, perhaps with another name.
    """
    if is_url(source) or is_url(folder):
        is_same = source.rstrip("/") == folder.rstrip("/")
    else:
        identity = folder_identity(source)
        is_same = identity is not None and identity == folder_identity(folder)
    if is_same:
        raise UsageError(
            f"The output {folder} is the folder of the photographs: name another one with -o."
        )


def find_failed(photographs: list[Photograph], completed: CompletedRows) -> list[Photograph]:
    """Return the photographs that have failed in an earlier run, and were not encoded later."""
    return [
        photograph
        for photograph in photographs
        if (path := rows.to_text(photograph.path)) in completed.failed
        or (photograph.problem == SAME_NAME and path in completed.sizes)
    ]


def find_pending(
    photographs: list[Photograph], completed: CompletedRows, *, retry_failed: bool
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
        if (size := completed.sizes.get(path)) is not None:
            # One with a problem may have the name of another file, whose row this is.
            if size != photograph.size and not photograph.problem:
                changed.append(path)
        elif retry_failed or completed.failed.get(path) != photograph.size:
            pending.append(photograph)
    if changed:
        raise UsageError(
            f"{plural(len(changed), 'photograph')} changed since the last run, such as "
            f"{changed[0]} (its size differs): name another folder for the output."
        )
    return pending


def _print_completed(
    args: argparse.Namespace, number: int, completed: CompletedRows, failed: int
) -> None:
    """Print what earlier runs have done; ``number`` is that of all photographs."""
    if completed.parts:
        line = f"resumed: {len(completed.sizes):,} of {number:,} done before"
        if failed:
            line += f", {failed:,} failed"
            line += "" if args.retry_failed else " (--retry-failed tries them again)"
        output.print_status(line)


def _print_plan(
    args: argparse.Namespace, photographs: list[Photograph], pending: list[Photograph]
) -> int:
    """Print the plan of ``--dry-run``, and return the exit code."""
    readable = [photograph for photograph in pending if not photograph.problem]
    bulk_dry_run.print_plan(args, make_function, readable, "photograph")
    problems = [photograph for photograph in photographs if photograph.problem]
    if not problems:
        return DONE
    first = problems[0]
    output.print_status(
        f"semcodec: {plural(f'{len(problems):,}', 'input')} cannot be encoded, such as "
        f"{shorten_name(rows.to_text(first.path))}: {first.problem}"
    )
    return PARTLY_DONE


class Encoding(BulkRun[Photograph, Attempt]):
    """Encodes photographs, and writes their rows."""

    def __init__(
        self,
        args: argparse.Namespace,
        store: Store,
        settings: str,
        completed: CompletedRows,
        pending: list[Photograph],
        failed_before: int,
    ) -> None:
        path = None if is_url(args.output) else paid_calls.report_last_run(args.output)
        super().__init__(args, pending, path)
        self._completed = completed
        self._failed_before = failed_before
        metadata = {
            parts.SETTINGS_KEY: settings,
            parts.VERSION_KEY: semcodec.__version__,
            parts.ENGINE_KEY: args.engine,
        }
        self._writer = PartWriter(store, metadata, completed.parts, args.part_rows)
        self._started = time.monotonic()

    def run_tasks(self) -> None:
        """Encode the photographs, with ``--batch`` in rounds."""
        if not self.tasks:
            return
        if line := describe_division(self.args, len(self.tasks)):
            output.print_status(line)
        start, engine = make_engine(self.args, make_function, len(self.tasks), self.journal)
        if (store := open_batch_store(self.args)) is not None:
            Rounds(self.args, store, start, engine, self.tasks, self.on_outcome).run()
        else:
            engine.run(start, self.tasks, self.on_outcome)

    def add_result(self, task: Photograph, result: Attempt) -> None:
        """Add the row of a photograph; a failure that concerns all has none.

        So the next run tries its photograph again.

        Raises:
            WriteError: a part cannot be written.
            SemcodecError: the failure concerns all photographs.
        """
        row, error = result
        self.count(task.path, row.cost, error, row.error, size=row.bytes or 0)
        try:
            self._writer.add(row)
        except OSError as problem:
            raise self._write_error(problem) from problem

    def make_failure(self, outcome: Outcome[Photograph, Attempt], error: SemcodecError) -> Attempt:
        """Return the row of a photograph whose worker has died."""
        return Attempt(rows.make_failed_row(outcome.task, None, error, outcome.seconds), error)

    def finish(self) -> WriteError | None:
        """Write the rows that wait, and print the summary."""
        problem = None
        try:
            self._writer.flush()
        except OSError as error:
            problem = self._write_error(error)
        paid_calls.close_journal(self.journal)
        self._print_summary()
        return problem

    def _write_error(self, error: OSError) -> WriteError:
        return WriteError(
            f"Cannot write a part into {self.args.output}: {reason(error)}. Run the command again "
            "after fixing this: it continues."
        )

    def count_done(self) -> int:
        """Return how many photographs have a record, now or before."""
        return self.done + len(self._completed.sizes)

    def count_failed(self) -> int:
        """Return how many photographs have failed, now or before."""
        return self.failed + self._failed_before

    def _print_summary(self) -> None:
        line = self.describe_counts("encoded", len(self._completed.sizes))
        if lost := len(self._writer.waiting):
            line += f", {plural(lost, 'row')} not written"
        line += f": {self.bytes + self._completed.bytes:,} bytes"
        line += f" in {plural(self._completed.parts + self._writer.parts, 'part')}"
        if number := self.done + self.failed:
            seconds = time.monotonic() - self._started
            rate = format_rate(number / max(seconds, 1e-9))
            line += f"; {format_seconds(seconds)}, {rate} per second"
        output.print_status(line + format_total(self.cost))
