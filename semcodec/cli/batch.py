"""Run the jobs of ``encode`` and ``decode``: one line for each, and a summary of several.

A failed input does not stop the others, unless the failure is one that all of them would share,
such as a full disk or a server that cannot be reached.

Jobs may run in several processes and end in any order. Their files are written as soon as they end,
so that little is lost if the run is killed; they are reported in the order of the inputs.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any, Final

from semcodec._wording import plural
from semcodec.bulk.call_journal import CallJournal
from semcodec.bulk.digests import MAX_BYTES
from semcodec.bulk.manifest import Key
from semcodec.bulk.shared_calls import SharedCalls
from semcodec.bulk.workers import Outcome, Workers
from semcodec.cli import (
    costs,
    dry_run,
    interrupts,
    job_count,
    openai_options,
    output,
    paid_calls,
    parallel,
)
from semcodec.cli.attempts import Attempt, JobCommand, attempt_here
from semcodec.cli.failures import Failures
from semcodec.cli.job_files import JobFiles, Row, print_notices
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DATA_ERROR, DONE, EXIT_CODES, PARTLY_DONE
from semcodec.cli.planning import STDIN, Job, Plan
from semcodec.cli.progress import Progress
from semcodec.errors import SemcodecError

#: For the help of a command.
RESUME: Final = (
    "The same command continues what was interrupted: what manifest.jsonl in this folder lists as "
    "done is kept, also with --force, and what has failed is tried again. Inputs with the same "
    "bytes are processed once."
)
BATCH_EXIT_CODES: Final = (
    EXIT_CODES[0],
    f"{EXIT_CODES[1]}, or every input failed",
    EXIT_CODES[2],
    "some of several inputs failed",
)


def add_arguments(parser: argparse.ArgumentParser, schema: str) -> None:
    """Add ``--jobs``, ``--trace`` and ``--json``."""
    job_count.add_jobs(parser)
    parser.add_argument(
        "--trace",
        metavar="T.json|DIR",
        help="write inputs, outputs, seconds and costs of each stage; a folder for several inputs "
        "(default: no trace)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help=f"print one JSON object per input and line, see spec/schema/{schema} (default: off)",
    )


def run(
    args: argparse.Namespace,
    plan: Plan,
    command: JobCommand,
    *,
    roles: tuple[str, ...],
    schema: str,
    participle: str,
) -> int:
    """Run ``command`` on each job of a plan, or print the expected cost; return the exit code.

    Args:
        args: the arguments of the command line.
        plan: the inputs and outputs.
        command: encodes or decodes one input.
        roles: the roles whose backends ``command`` needs; each process loads them once.
        schema: the name of the schema of ``--json``.
        participle: the word of the summary, such as ``"encoded"``.

    Raises:
        UsageError, SemcodecError: the only input failed, or a failure concerns all inputs.
    """
    journal = paid_calls.open_journal(args, plan)
    batch = Batch(args, plan, schema, participle, journal)
    jobs = parallel.count_workers(args, plan)
    resolved = openai_options.resolve_backends(args, journal)
    if jobs > 1:
        calls = SharedCalls(journal, resolved.budget)
        return batch.run(parallel.make_workers(args, command, roles, jobs, (calls.connect,)), calls)
    loaded = load_backends(resolved.by_option, roles) if plan.left else {}
    process = partial(attempt_here, partial(command, args, loaded), batch.progress, journal)
    code = batch.run(Workers(lambda: process, jobs=1))
    dry_run.print_plans(resolved.dry_run, batch.calls, is_batch=plan.is_batch)
    return code


class Batch:
    """Runs and reports the jobs of a plan.

    Attributes:
        progress: the status line of the run.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        plan: Plan,
        schema: str,
        participle: str,
        journal: CallJournal,
    ) -> None:
        _check_json(args, plan)
        self.progress: Progress = Progress(len(plan.jobs))
        self._args, self._plan, self._schema, self._participle = args, plan, schema, participle
        self._files = JobFiles(args, plan.history, schema, journal.finish)
        self._journal = journal
        done = {} if plan.history is None else plan.history.done
        self._rows = {job: Row(job, done.get(job), is_resumed=job in done) for job in plan.jobs}
        self._originals = {row.entry.key: row for row in self._rows.values() if row.entry}
        self._waiting: deque[Row] = deque()  # rows to report, in order
        self._done = self._before = self._copies = self._failed = self._bytes = 0
        self._failures = Failures()
        self._problem: BaseException | None = None  # of the only input, or of all

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The requests to servers so far, as in ``Trace.calls``."""
        return self._files.calls

    def run(
        self,
        workers: Workers[Job, Attempt],
        shared: AbstractContextManager[object] = nullcontext(),  # noqa: B008 - it has no state
    ) -> int:
        """Run the jobs, write and report their results, and return the exit code.

        Args:
            workers: run the jobs.
            shared: serves the workers until they have ended.

        Raises:
            UsageError, SemcodecError: the only input failed, or a failure concerns all inputs.
        """
        self._prepare()
        try:
            with self.progress, shared, workers:
                for outcome in workers.run(self._select(), self._on_outcome):
                    self._report_through(self._rows[outcome.task])
                self._report_through(None)
        finally:  # also after Ctrl-C, which keeps the outputs so far
            self._report_arrived()
            self.calls.extend(paid_calls.close_journal(self._journal))
            if not self._args.dry_run:
                self._print_summary()
        if self._problem is not None:
            raise self._problem
        if self._failed:
            return PARTLY_DONE if self._done else DATA_ERROR
        return DONE

    def _prepare(self) -> None:
        """Print what was done before, and remove what killed runs have left."""
        history = self._plan.history
        if history is None or self._args.dry_run:
            return
        history.remove_unfinished(self._plan.jobs)
        if line := history.describe(len(self._plan.jobs), force=self._args.force):
            output.print_status(line)

    def _select(self) -> Iterator[Job]:
        """Yield the jobs that must run, and let all others wait to be reported in order."""
        for job, row in self._rows.items():
            if self._problem is not None or self._files.is_hopeless:
                return
            if not row.is_resumed and (key := self._key(job)) is not None:
                original = self._originals.setdefault(key, row)
                row.original = None if original is row else original
            self._waiting.append(row)
            if not row.is_resumed and row.original is None:
                yield job

    def _key(self, job: Job) -> Key | None:
        """Return a key that other jobs may have; None with ``--keep-steps``."""
        if self._plan.history is None or getattr(self._args, "keep_steps", None) is not None:
            return None
        return self._plan.history.key(job)

    def _on_outcome(self, outcome: Outcome[Job, Attempt]) -> None:
        """Write the files of a job; what is printed to stdout waits for its turn."""
        row = self._rows[outcome.task]
        row.outcome = outcome
        if row.job.output != STDIN:
            self._finish(row)

    def _finish(self, row: Row) -> None:
        interrupts.defer()
        self._files.finish(row)
        interrupts.allow()

    def _report_through(self, last: Row | None) -> None:
        """Report the rows up to ``last``, which has ended; all that wait for None.

        A copy is written here: its original, which is before it, is complete.

        Raises:
            KeyboardInterrupt: a job was interrupted, and has a result all the same.
        """
        while self._waiting:
            row = self._waiting[0]
            if row.outcome is not None or row.original is not None or row.is_resumed:
                self._finish(row)
            self._waiting.popleft()
            self._report(row)
            if row.is_interrupted:
                raise KeyboardInterrupt
            if row is last:
                return

    def _report_arrived(self) -> None:
        """Report the jobs that have ended after one that was interrupted."""
        with suppress(UsageError, OSError):  # another error is raised already
            for row in self._waiting:
                if row.is_computed:
                    self._report(row)
        self._waiting.clear()

    def _report(self, row: Row) -> None:
        """Print the lines of a row, and count it."""
        if row.error is not None:
            print_notices(row)
            self._report_failed(row, row.error)
        else:
            if self._args.json and row.job.output != STDIN and not self._args.dry_run:
                output.print_result(row.to_json(self._schema))
            elif row.line and not self._args.json:
                name = row.job.source if row.job.output == STDIN else row.job.output
                output.print_status(f"{name}: {row.line}")
            print_notices(row)
            self._count(row)
        row.values, row.notices = {}, ()
        self.progress.advance(is_computed=row.is_computed)

    def _report_failed(self, row: Row, error: SemcodecError | UsageError) -> None:
        if self._args.json:
            output.print_result(row.to_json(self._schema))
        if not self._plan.is_batch or self._failures.end_run(error):
            self._problem = self._problem or error
            return
        self._failed += 1
        output.print_status(f"semcodec: {row.job.source}: {row.message}")

    def _count(self, row: Row) -> None:
        self._done += 1
        self._copies += row.original is not None
        self._failures.reset()
        values = row.values
        self._before += row.is_resumed
        size = values.get("bytes")  # of any length in a manifest that was edited
        self._bytes += size if type(size) is int and 0 <= size <= MAX_BYTES else 0

    def _print_summary(self) -> None:
        if self._plan.is_batch:
            parts = [f"{self._done:,} {self._participle}"]
            if self._before:
                parts.append(f"{self._before:,} of them before")
            if self._copies:
                noun = "a copy" if self._copies == 1 else "copies"
                parts.append(f"{self._copies:,} of them {noun}")
            parts.append(f"{self._failed:,} failed")
            if left := len(self._plan.jobs) - self._done - self._failed:
                parts.append(f"{left:,} not done")
            output.print_status(f"{', '.join(parts)}: {plural(self._bytes, 'byte')}")
        costs.print_costs(self.calls)


def _check_json(args: argparse.Namespace, plan: Plan) -> None:
    """Check that ``--json`` does not share stdout with anything else.

    Raises:
        UsageError: it does.
    """
    if not args.json:
        return
    if args.dry_run:
        raise UsageError("--dry-run prints a table instead of JSON: omit --dry-run or --json.")
    is_printed = any(job.output == STDIN for job in plan.jobs)
    if args.output == STDIN or (is_printed and getattr(args, "framing", "file") == "file"):
        raise UsageError("--json prints to stdout: name a file for the output with -o.")
    if any(job.trace == STDIN for job in plan.jobs):
        raise UsageError("--json prints to stdout: name a file for the trace.")
