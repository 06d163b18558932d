"""Run the jobs of ``encode`` and ``decode``: one line for each, and a summary of several.

A failed input does not stop the others, unless the failure is one that all of them would share,
such as a full disk or a server that cannot be reached.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import semcodec
from semcodec import backends
from semcodec._wording import plural
from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.choices import ReadFraming
from semcodec.cli import (
    costs,
    dry_run,
    interrupts,
    openai_options,
    output,
    side_files,
    unfinished,
    writing,
)
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DATA_ERROR, DONE, EXIT_CODES, PARTLY_DONE
from semcodec.cli.planning import STDIN, Job, Plan
from semcodec.cli.progress import Progress
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InvalidResponseError,
    RefusalError,
    SemcodecError,
)

MAX_REPEATED: Final = 3  #: inputs in a row that fail with the same message of a server
BATCH_EXIT_CODES: Final = (
    EXIT_CODES[0],
    f"{EXIT_CODES[1]}, or every input failed",
    EXIT_CODES[2],
    "some of several inputs failed",
)

JobProgress = Callable[[str, str], object]


class Result(NamedTuple):
    """The result of one job.

    Attributes:
        data: the content of the output.
        framing: the framing of a record; ``"png"`` for a picture in any format.
        trace: the trace of the run.
        line: the rest of the status line, after the name of the output.
        fields: the values for ``--json``.
        is_interrupted: whether Ctrl-C has ended the run early, which has a result anyway.
        error: why another output of the run could not be written; raised at the end.
        ending: the ending of a picture in a file without a name.
    """

    data: bytes
    framing: ReadFraming
    trace: semcodec.Trace
    line: str
    fields: dict[str, Any]
    is_interrupted: bool = False
    error: UsageError | None = None
    ending: str = ".png"


#: Returns the result of a job, with signals deferred until it is written (``interrupts.defer``).
Process = Callable[[Job, JobProgress], Result]
#: A process with the arguments of the command and its backends by role.
JobCommand = Callable[[argparse.Namespace, dict[str, Any], Job, JobProgress], Result]


def add_arguments(parser: argparse.ArgumentParser, schema: str) -> None:
    """Add ``--trace``, ``--json`` and ``--force``."""
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
        roles: the roles whose backends ``command`` needs; they are loaded once for all jobs.
        schema: the name of the schema of ``--json``.
        participle: the word of the summary, such as ``"encoded"``.

    Raises:
        UsageError, SemcodecError: the only input failed, or a failure concerns all inputs.
    """
    resolved = openai_options.resolve_backends(args)
    loaded = load_backends(resolved.by_option, roles)
    batch = Batch(args, plan, schema, participle)
    code = batch.run(partial(command, args, loaded))
    dry_run.print_plans(resolved.dry_run, batch.calls, is_batch=plan.is_batch)
    return code


def load_backends(by_option: dict[str, Any], roles: tuple[str, ...]) -> dict[str, Any]:
    """Return the backends for ``roles``; ``by_option`` is that of ``resolve_backends``.

    A role that may stay without a backend gets one only if the user has named it: ``decode`` itself
    decides whether the one for all stages is used. Then the result has that one too, as "backend".
    """
    names = by_option["backend"], *(by_option[role] for role in roles)
    instances = {name: backends.load(name) for name in names if _is_name(name)}
    named = {role: instances.get(by_option[role], by_option[role]) for role in roles}
    default = instances.get(by_option["backend"], by_option["backend"])
    optional = [role for role in roles if role not in backends.DEFAULTS]
    needed = {role: backend for role, backend in named.items() if role not in optional}
    loaded = dict(zip(needed, backends.find_all(default, **needed), strict=True))
    shared = {"backend": default} if optional else {}
    return {**shared, **loaded, **{role: named[role] for role in optional}}


def _is_name(backend: object) -> bool:
    return isinstance(backend, str) and backend != backends.AUTO


class Batch:
    """Runs the jobs of a plan.

    Attributes:
        calls: the requests to servers so far, as in ``Trace.calls``.
    """

    def __init__(self, args: argparse.Namespace, plan: Plan, schema: str, participle: str) -> None:
        self.calls: list[dict[str, Any]] = []
        self._args, self._plan, self._schema, self._participle = args, plan, schema, participle
        self._done = self._failed = self._bytes = 0
        self._last_message, self._repeated = "", 0
        _check_json(args, plan)

    def run(self, process: Process) -> int:
        """Run ``process`` on each job, write the outputs, and return the exit code.

        Raises:
            UsageError, SemcodecError: the only input failed, or a failure concerns all inputs.
        """
        try:
            for job in self._plan.jobs:
                self._run(job, process)
        finally:  # also after Ctrl-C, which keeps the outputs so far
            if not self._args.dry_run:
                self._print_summary()
        if self._failed:
            return PARTLY_DONE if self._done else DATA_ERROR
        return DONE

    def _run(self, job: Job, process: Process) -> None:
        try:
            if job.problem:
                raise UsageError(f"Cannot read {job.source}: {job.problem}.")
            with Progress() as progress:
                result = process(job, progress)
        except BaseException as error:  # also an unexpected one, such as MemoryError
            interrupts.defer()
            if not self._args.dry_run:
                unfinished.keep(error, has_cache=self._args.cache is not None)
            self._report(job, getattr(error, "trace", None), is_failed=True)
            self._fail(job, error)
        else:
            self._finish(job, result)
            if result.is_interrupted:  # the user wants all jobs to stop
                raise KeyboardInterrupt
        interrupts.allow()

    def _finish(self, job: Job, result: Result) -> None:
        """Write and report a result; the trace is written even if the output cannot be."""
        try:
            if not self._args.dry_run:
                self._write(job, result)
            if result.error is not None:
                raise result.error
        except BaseException as error:  # also a closed pipe, or Ctrl-C
            self._report(job, result.trace, is_failed=True)
            if result.error not in (None, error):  # it names the folder of other files
                output.print_status(f"Note: {result.error}")
            self._fail(job, error)
        else:
            self._report(job, result.trace)
            self._done += 1
            self._last_message, self._repeated = "", 0

    def _fail(self, job: Job, error: BaseException) -> None:
        """Print the error of one of several inputs; raise it if it concerns all of them."""
        if not isinstance(error, SemcodecError | UsageError):
            raise error
        message = " ".join(str(error).split())
        self._print_json(job, error=message)
        if not self._plan.is_batch or self._concerns_all(error):
            raise error
        self._failed += 1
        output.print_status(f"semcodec: {job.source}: {message}")

    def _write(self, job: Job, result: Result) -> None:
        side_files.with_fallback(lambda: self._write_output(job, result), _item(result))
        self._bytes += len(result.data)
        if not self._args.json:
            name = job.source if job.output == STDIN else job.output
            output.print_status(f"{name}: {result.line}")
        elif job.output != STDIN:
            self._print_json(job, result)

    def _write_output(self, job: Job, result: Result) -> None:
        """Write the output, or print the JSON object if that is the only output."""
        if job.output == STDIN and self._args.json:
            self._print_json(job, result)
            return
        if job.output != STDIN:
            writing.create_folder(Path(job.output).parent)
        writing.write_record(job.output, result.data, result.framing, force=self._args.force)

    def _report(self, job: Job, trace: semcodec.Trace | None, *, is_failed: bool = False) -> None:
        """Print the notices of a run and write its trace, also of one that failed.

        Its stages may have cost money, so neither an error nor Ctrl-C loses them.

        Raises:
            UsageError: the trace cannot be written; printed if the run has failed for another
                reason, which is the more important one.
        """
        if trace is None:
            return
        self.calls += trace.calls
        if self._args.dry_run:
            return
        for notice in trace.notices:
            output.print_status(f"Note: {notice}")
        try:
            write_trace(job.trace, trace, force=self._args.force)
        except UsageError as error:
            if not is_failed:
                raise
            output.print_status(f"semcodec: {error}")

    def _print_json(self, job: Job, result: Result | None = None, error: str | None = None) -> None:
        if not self._args.json:
            return
        values: dict[str, Any] = {
            "schema": self._schema,
            "input": job.source,
            "output": None if job.output == STDIN or error else job.output,
            "error": error,
        }
        if result is not None:
            values |= {"bytes": len(result.data), **result.fields, "notices": result.trace.notices}
        output.print_result(json.dumps(values))

    def _concerns_all(self, error: BaseException) -> bool:
        """Return whether the remaining inputs would fail for the same reason."""
        if isinstance(error, output.WriteError | BudgetExceededError):
            return True
        if not isinstance(error, BackendError):
            return False
        if error.unavailable or error.stage == "load":
            return True
        # A server that fails or is overloaded may recover, so it gets a few more inputs.
        if not error.retryable or isinstance(error, InvalidResponseError | RefusalError):
            return False
        self._repeated = self._repeated + 1 if str(error) == self._last_message else 1
        self._last_message = str(error)
        return self._repeated == MAX_REPEATED

    def _print_summary(self) -> None:
        if self._plan.is_batch:
            counts = f"{self._done} {self._participle}, {self._failed} failed"
            if left := len(self._plan.jobs) - self._done - self._failed:
                counts += f", {left} not done"
            output.print_status(f"{counts}: {plural(self._bytes, 'byte')}")
        costs.print_costs(self.calls)


def write_trace(name: str | None, trace: semcodec.Trace, *, force: bool) -> None:
    """Write a trace to the file ``name``, or to a side file; do nothing for None.

    Raises:
        UsageError: it cannot be written there.
    """
    if name is not None:
        item = side_files.Item("trace of the run", trace.to_json().encode(), ".json", trace.calls)
        side_files.write(name, item, force=force)


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
