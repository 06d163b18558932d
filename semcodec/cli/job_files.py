"""Write the files of a job: the entry in the manifest, then the output and the trace.

The order matters if a run is killed, see ``semcodec.bulk.manifest``. What cannot be written where
it belongs goes to a side file, since it may have cost money.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import semcodec
from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.bulk.digests import digest_bytes
from semcodec.bulk.manifest import Entry
from semcodec.bulk.workers import Outcome
from semcodec.choices import ReadFraming
from semcodec.cli import costs, files, output, side_files, unfinished, writing
from semcodec.cli.attempts import Attempt, Result
from semcodec.cli.failures import concerns_all
from semcodec.cli.option_names import use_option_names
from semcodec.cli.output import UsageError
from semcodec.cli.planning import STDIN, Job
from semcodec.cli.resume import INTERRUPTED, History
from semcodec.errors import SemcodecError


@dataclass(slots=True, eq=False)
class Row:
    """The result or the error of a job, as it is reported.

    Attributes:
        job: the job.
        entry: the entry in the manifest, of an earlier run or of this one; else None.
        original: the row of an earlier job with the same key, of which this one is a copy.
        outcome: what the job returned, until its files are written.
        is_resumed: whether the job was done by an earlier run.
        is_computed: whether the job ran to its end in this run.
        is_interrupted: whether Ctrl-C has ended it early, with a result.
        line: the rest of the status line.
        values: the values for ``--json``.
        notices: sentences for the user.
        error: why it failed, else None.
    """

    job: Job
    entry: Entry | None = None
    original: Row | None = None
    outcome: Outcome[Job, Attempt] | None = None
    is_resumed: bool = False
    is_computed: bool = False
    is_interrupted: bool = False
    line: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    notices: Sequence[str] = ()
    error: SemcodecError | UsageError | None = None

    @property
    def message(self) -> str | None:
        """The error in one line, else None."""
        if self.error is None:
            return None
        return use_option_names(" ".join(str(self.error).split()))

    def to_json(self, schema: str) -> str:
        """Return the object of ``--json``."""
        is_written = self.job.output != STDIN and self.error is None
        row: dict[str, Any] = {
            "schema": schema,
            "input": self.job.source,
            "output": self.job.output if is_written else None,
            "error": self.message,
        }
        if self.error is None:
            row = {**row, **self.values, **row}  # values of a manifest replace none of ours
        if self.original is not None:
            row["copy_of"] = self.original.job.source
        if self.is_resumed:
            row["resumed"] = True
        return json.dumps(row)


class JobFiles:
    """Writes the files of jobs.

    Args:
        args: the arguments of the command line.
        history: the manifest and what earlier runs have made; None without one.
        schema: the name of the schema of ``--json``.
        finish_calls: called with each input whose files are written, and whose calls are counted.

    Attributes:
        calls: the requests to servers so far, as in ``Trace.calls``.
        is_hopeless: whether other jobs would fail for the same reason as one has.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        history: History | None,
        schema: str,
        finish_calls: Callable[[str], object],
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self.is_hopeless: bool = False
        self._args, self._history, self._schema = args, history, schema
        self._finish_calls = finish_calls

    def finish(self, row: Row) -> None:
        """Write the files of a row that has an outcome or is a copy, and set its attributes.

        Raises:
            BaseException: an interrupt or an unexpected error; the trace is written before.
        """
        outcome, row.outcome = row.outcome, None
        try:
            if row.is_resumed and row.entry is not None and self._history is not None:
                row.values = self._history.result(row.entry)
            elif row.original is not None:
                self._copy(row, row.original)
            elif outcome is not None:
                try:
                    self._finish(row, outcome)
                finally:
                    self._finish_calls(row.job.source)
                row.is_computed = not isinstance(outcome.error, KeyboardInterrupt)
        except (SemcodecError, UsageError) as error:
            row.error, row.is_computed = error, row.original is None
            self.is_hopeless |= concerns_all(error)
        except BaseException:
            print_notices(row)
            raise

    def _finish(self, row: Row, outcome: Outcome[Job, Attempt]) -> None:
        """Write the files of a job that has run; raise its error."""
        attempt = outcome.result or Attempt(None, outcome.error)
        result, error = attempt.result, attempt.error
        trace = result.trace if result is not None else getattr(error, "trace", None)
        if trace is not None:
            row.notices = trace.notices
            self.calls += trace.calls
        if self._args.dry_run:
            if error is not None:
                raise error
            return
        if result is None:
            assert error is not None  # noqa: S101 - for the type checker
            unfinished.keep(error, has_cache=self._args.cache is not None)
            self._write_failed(row, error, trace, outcome.seconds)
            if isinstance(outcome.error, KeyboardInterrupt):  # in a worker; ours is raised already
                return
            raise error
        try:
            self._write(row, result, outcome.seconds)
            if result.error is not None:
                raise result.error
        except BaseException as problem:  # also a closed pipe, or Ctrl-C
            self._write_failed(row, problem, trace, outcome.seconds)
            if result.error not in (None, problem):  # it names the folder of other files
                output.print_status(f"Note: {result.error}")
            raise
        self._write_trace(row.job, trace)

    def _write(self, row: Row, result: Result, seconds: float) -> None:
        """Write an output, or print it; to a side file if that fails."""
        row.line, row.is_interrupted = result.line, result.is_interrupted
        row.values = {"bytes": len(result.data), **result.fields, "notices": result.trace.notices}
        side_files.with_fallback(lambda: self._write_output(row, result, seconds), _item(result))

    def _write_output(self, row: Row, result: Result, seconds: float) -> None:
        job, marker = row.job, ""
        if job.output == STDIN and self._args.json:  # the object is the only output
            output.print_result(row.to_json(self._schema))
            return
        if job.output != STDIN and self._history is not None:
            self._history.check_unchanged(job)
            row.entry = self._history.add(
                job,
                output=writing.to_file(result.data, result.framing),
                trace=_to_bytes(result.trace),
                error=INTERRUPTED if result.is_interrupted else None,
                seconds=seconds,
                result=row.values,
            )
            marker = self._history.marker
        if job.output != STDIN:
            writing.create_folder(Path(job.output).parent)
        force = self._may_replace(job.output)
        writing.write_record(job.output, result.data, result.framing, force=force, marker=marker)

    def _write_failed(
        self, row: Row, error: BaseException, trace: semcodec.Trace | None, seconds: float
    ) -> None:
        """Write the entry and the trace of a failed job, as far as that is possible.

        Its stages may have cost money, so neither an error nor Ctrl-C loses them.
        """
        try:
            if self._history is not None:
                message = use_option_names(" ".join(str(error).split())) or type(error).__name__
                if isinstance(error, KeyboardInterrupt):
                    message = INTERRUPTED
                row.entry = self._history.add(
                    row.job,
                    output=None,
                    trace=None if trace is None else _to_bytes(trace),
                    error=message,
                    seconds=seconds,
                )
            self._write_trace(row.job, trace)
        except UsageError as problem:
            if problem is not error:
                output.print_status(f"semcodec: {problem}")

    def _write_trace(self, job: Job, trace: semcodec.Trace | None) -> None:
        if trace is not None:
            marker = "" if self._history is None else self._history.marker
            write_trace(job.trace, trace, force=self._may_replace(job.trace), marker=marker)

    def _may_replace(self, name: str | None) -> bool:
        is_ours = self._history is not None and name in self._history.replaceable
        return bool(self._args.force) or is_ours

    def _copy(self, row: Row, original: Row) -> None:
        """Write the output and the trace of the original once more."""
        if self._args.dry_run or self._history is None:
            return
        if original.error is not None or original.entry is None:
            problem = original.message or "It was interrupted."
            raise UsageError(f"{problem} ({original.job.source} has the same content)")
        data = files.read_bytes(original.job.output)
        if digest_bytes(data) != original.entry.output_sha256:
            raise UsageError(
                f"{original.job.output} was changed meanwhile, so it cannot be copied: run the "
                "command again."
            )
        trace = b""
        if row.job.trace is not None and original.job.trace is not None:
            with suppress(UsageError, SemcodecError):  # made without a trace
                trace = files.read_bytes(original.job.trace)
        row.line = f"copy of {original.job.output}"
        row.values = self._history.result(original.entry)
        row.entry = self._history.add(row.job, output=data, trace=trace or None, result=row.values)
        marker = self._history.marker
        writing.write_with_folder(
            row.job.output, data, force=self._may_replace(row.job.output), marker=marker
        )
        if trace and row.job.trace is not None:
            force = self._may_replace(row.job.trace)
            writing.write_with_folder(row.job.trace, trace, force=force, marker=marker)


def print_notices(row: Row) -> None:
    """Print the notices of a run."""
    for notice in row.notices:
        output.print_status(f"Note: {notice}")


def write_trace(name: str | None, trace: semcodec.Trace, *, force: bool, marker: str = "") -> None:
    """Write a trace to the file ``name``, or to a side file; do nothing for None.

    Raises:
        UsageError: it cannot be written there.
    """
    if name is not None:
        item = side_files.Item("trace of the run", _to_bytes(trace), ".json", trace.calls)
        side_files.write(name, item, force=force, marker=marker)


def _to_bytes(trace: semcodec.Trace) -> bytes:
    return trace.to_json().encode()


def _item(result: Result) -> side_files.Item:
    """Return what is kept if the output of a job cannot be written."""
    calls = result.trace.calls
    if result.framing == "png":
        return side_files.Item("picture", result.data, result.ending, calls)
    return record_item(result.data, result.framing, calls)


def record_item(data: bytes, framing: ReadFraming, calls: Sequence[costs.Call]) -> side_files.Item:
    """Return a record as an item, with its text form."""
    text = semcodec.repack(semcodec.unpack(data, framing=framing), framing="url").decode()
    if framing in TEXT_FRAMINGS:
        return side_files.Item("record", data + b"\n", ".txt", calls, text)
    return side_files.Item("record", data, ".semc", calls, text)
