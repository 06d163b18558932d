"""The calls of a run that may be billed without a result: of the last run, and of this one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from semcodec.bulk import call_journal
from semcodec.bulk.call_journal import CallJournal
from semcodec.cli import output
from semcodec.cli.planning import Plan


def open_journal(args: argparse.Namespace, plan: Plan) -> CallJournal:
    """Return the log of a run, and print the calls that the last run into its folder has left.

    The log has a file only if there is a manifest, whose lock keeps other runs away from it.
    """
    return open_folder_journal(None if plan.history is None or args.dry_run else args.output)


def open_folder_journal(folder: str | None) -> CallJournal:
    """Return the log of a run, as ``open_journal`` does; without a folder it has no file."""
    return CallJournal(None if folder is None else report_last_run(folder))


def report_last_run(folder: str) -> Path:
    """Print the calls that the last run into a folder has left, and return the path of their file.

    The caller has the lock of the folder.
    """
    path = Path(folder) / call_journal.FILE_NAME
    for message in call_journal.messages(call_journal.read(path), "the last run was killed"):
        output.print_status(f"Note: {message}")
    return path


def close_journal(journal: CallJournal) -> list[dict[str, Any]]:
    """Print the calls of this run that no trace has, and return their notes for the total."""
    left = journal.close()
    for message in call_journal.messages(left, "a worker process ended"):
        output.print_status(f"Note: {message}")
    return [dict(call.note) for call in left]
