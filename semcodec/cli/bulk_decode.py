"""Run ``bulk --decode``: paint the pictures of the records in a folder of parts."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from semcodec._wording import plural
from semcodec.bulk.records import StoredRecord, read_records
from semcodec.bulk.stores import is_url, lock_folder, open_store
from semcodec.bulk.workers import Outcome
from semcodec.cli import bulk_dry_run, output, paid_calls, writing
from semcodec.cli.bulk_engine import choose_engine, make_engine
from semcodec.cli.bulk_pictures import MARKER, Painted, make_function
from semcodec.cli.bulk_run import BulkRun, format_total, print_skipped, storage_errors
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DONE
from semcodec.cli.planning import check_folder_name
from semcodec.errors import SemcodecError
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE


def run(args: argparse.Namespace) -> int:
    """Write the picture of each record, and return the exit code.

    Raises:
        UsageError, SemcodecError: nothing can be done, or a failure concerns all records.
    """
    args.engine = choose_engine(args)
    _check(args)
    with storage_errors(args.source):
        store = open_store(args.source)
        print_skipped(store)
        records, duplicates = read_records(store)
    if not records:
        raise UsageError(f"There are no records in {args.source}: name another folder.")
    if duplicates:
        rows = plural(f"{duplicates:,}", "row")
        output.print_status(f"Note: skipped {rows} with the path and the record of another one")
    if args.dry_run:
        bulk_dry_run.print_plan(args, make_function, records, "record")
        return DONE
    prefix = writing.temporary_prefix(MARKER)
    with contextlib.ExitStack() as stack:
        with storage_errors(args.output):
            stack.enter_context(lock_folder(Path(args.output), "pictures", prefix))
        return Painting(args, records).run()


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


class Painting(BulkRun[StoredRecord, Painted]):
    """Paints records, and writes their pictures."""

    def __init__(self, args: argparse.Namespace, records: list[StoredRecord]) -> None:
        super().__init__(args, records, paid_calls.report_last_run(args.output))
        self._kept = 0

    def run_tasks(self) -> None:
        """Paint the records."""
        start, engine = make_engine(self.args, make_function, len(self.tasks), self.journal)
        engine.run(start, self.tasks, self.on_outcome)

    def add_result(self, task: StoredRecord, result: Painted) -> None:
        """Count a picture or a failure.

        Raises:
            SemcodecError: the failure concerns all records.
        """
        is_kept = result.state == "kept"
        message, size = str(result.error), result.bytes
        self.count(
            task.path, result.cost, result.error, message, size=size, is_computed=not is_kept
        )
        self._kept += is_kept

    def make_failure(
        self, outcome: Outcome[StoredRecord, Painted], error: SemcodecError
    ) -> Painted:
        """Return the failure of a record whose worker has died."""
        return Painted("failed", 0.0, error)

    def finish(self) -> None:
        """Print the summary."""
        paid_calls.close_journal(self.journal)
        line = self.describe_counts("painted", self._kept)
        output.print_status(f"{line}: {plural(f'{self.bytes:,}', 'byte')}{format_total(self.cost)}")
