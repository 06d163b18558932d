"""Run the measurements of ``bench``: in this process, or in workers with models of their own."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from semcodec.backends.recording import CallLog
from semcodec.bulk.call_journal import CallJournal
from semcodec.bulk.digests import digest_bytes
from semcodec.bulk.shared_calls import SharedCalls
from semcodec.bulk.worker_calls import worker_calls
from semcodec.bulk.workers import Workers
from semcodec.cli import description_files, files, logs, openai_options, pipeline_options
from semcodec.cli.bench_inputs import Input
from semcodec.cli.failures import Failures
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError, print_status
from semcodec.cli.progress import Progress
from semcodec.errors import InputError, SemcodecError
from semcodec.measure import assembling
from semcodec.measure.columns import Columns
from semcodec.measure.measuring import Measurer
from semcodec.measure.results import Photograph, Results, Setting
from semcodec.measure.store import StoreError
from semcodec.measure.tasks import Measured, Options, Task
from semcodec.pipeline import Trace

ROLES: Final = ("describer", "writer", "painter", "upscaler", "locator")
#: Arguments that belong to the parser, and cannot be sent to a worker.
UNPICKLED_OPTIONS: Final = ("command", "command_parser")


class ChanceTask(NamedTuple):
    """The task to measure the values of metrics by chance, from all results."""

    content: Results


#: A worker measures a photograph, or returns the values by chance.
BenchWorkers = Workers[Input | ChanceTask, Any]


class Run:
    """Measures photographs with workers, and reports them in order.

    Attributes:
        calls: the requests to servers so far.
    """

    def __init__(self, inputs: Sequence[Input], journal: CallJournal) -> None:
        self.calls: list[dict[str, Any]] = []
        self._inputs, self._journal = inputs, journal
        self._failures = Failures()

    def measure(self, workers: BenchWorkers) -> Iterator[Measured | Photograph]:
        """Yield the results of each photograph; of one that failed, a row with its error.

        Raises:
            SemcodecError, KeyboardInterrupt: the failure concerns all photographs.
        """
        total = len(self._inputs)
        with Progress(total) as progress:
            for number, outcome in enumerate(workers.run(self._inputs), 1):
                each, error = outcome.task, outcome.error
                assert isinstance(each, Input)  # noqa: S101  # as it was given
                progress.advance()
                if error is not None:
                    yield self._failed(each, error)
                    continue
                measured: Any = outcome.result
                self._report(each, f"{number} of {total}: {each.name}", measured)
                yield measured

    def _report(self, each: Input, line: str, measured: Measured) -> None:
        self._journal.finish(each.path)
        self.calls += measured.calls
        self._failures.reset()
        print_status(line)
        for notice in measured.notices:
            print_status(f"Note: {notice}")

    def _failed(self, each: Input, error: SemcodecError | KeyboardInterrupt) -> Photograph:
        """Return the row of a photograph that failed; raise an error that concerns all."""
        if isinstance(trace := getattr(error, "trace", None), Trace):
            self._journal.finish(each.path)
            self.calls += trace.calls
        if not isinstance(error, SemcodecError) or isinstance(error, StoreError):
            raise error
        if self._failures.end_run(error):
            raise error
        message = " ".join(str(error).split())
        print_status(f"semcodec: {each.path}: {message}")
        return assembling.failed_photograph(each.name, each.sha256, message)

    def add_chance(self, workers: BenchWorkers, content: Results) -> None:
        """Add the values of metrics by chance, which one of the workers measures."""
        for outcome in workers.run([ChanceTask(content)]):
            if outcome.error is not None:
                raise outcome.error
            values: Any = outcome.result
            for metric in content["metrics"]:
                metric["chance"] = values.get(metric["name"])


def open_workers(
    args: argparse.Namespace, measured_options: Options, inputs: int, journal: CallJournal
) -> tuple[AbstractContextManager[object], BenchWorkers]:
    """Return what serves the workers until they have ended, and the workers.

    Args:
        args: the options of the command.
        measured_options: what is measured.
        inputs: the number of photographs; more workers than that are not started.
        journal: the log of the calls of all workers.
    """
    resolved = openai_options.resolve_backends(args, journal)
    jobs = max(1, min(args.jobs, inputs))
    if jobs == 1:
        start = partial(_load, args, measured_options, resolved.by_option, journal)
        return nullcontext(), Workers(start, jobs=1)
    shared = SharedCalls(journal, resolved.budget)
    sent = {name: value for name, value in vars(args).items() if name not in UNPICKLED_OPTIONS}
    start = partial(_start, argparse.Namespace(**sent), measured_options)
    return shared, Workers(start, jobs=jobs, on_start=(logs.configure, shared.connect))


def _start(
    args: argparse.Namespace, measured_options: Options
) -> Callable[[Input | ChanceTask], Any]:
    """Return the function that runs a task in a worker process."""
    log = worker_calls() or CallLog()
    return _load(args, measured_options, openai_options.resolve_backends(args, log).by_option, log)


def _load(
    args: argparse.Namespace, measured_options: Options, by_option: dict[str, Any], log: CallLog
) -> Callable[[Input | ChanceTask], Any]:
    """Load the models, and return the function that runs a task."""
    roles = load_backends(by_option, needed_roles(args, measured_options.settings))
    columns = Columns(
        roles.get("describer"),
        requested=args.metrics,
        text_folder=Path(args.texts) if args.texts else None,
        weights=Path(args.weights) if args.weights else None,
    )
    measurer = Measurer(measured_options, roles, columns)
    return partial(_run_task, measurer, columns, log, Path(args.output))


def _run_task(
    measurer: Measurer, columns: Columns, log: CallLog, folder: Path, task: Input | ChanceTask
) -> Measured | dict[str, float]:
    if isinstance(task, ChanceTask):
        return columns.chance(task.content, folder)
    with log.working_on(task.path):
        return measure_input(measurer, folder, task)


def needed_roles(args: argparse.Namespace, settings: Sequence[Setting]) -> tuple[str, ...]:
    """Return the roles that a run needs; the backends of others are not loaded."""
    omitted = {
        "describer": args.description is not None,
        "painter": not args.paint_size,
        "upscaler": not args.paint_size,
        "locator": not any(
            pipeline_options.layers(setting["layers"]).locates for setting in settings
        ),
    }
    return tuple(role for role in ROLES if not omitted.get(role))


def measure_input(measurer: Measurer, folder: Path, each: Input) -> Measured:
    """Return what was measured of an input.

    Raises:
        SemcodecError: a file cannot be read, or as for ``Measurer.measure``.
    """
    try:
        return measurer.measure(_task(each, folder))
    except UsageError as error:  # of reading a file
        raise InputError(str(error)) from error


def _task(each: Input, folder: Path) -> Task:
    """Return the task of an input, with the content of its files.

    Raises:
        UsageError, InputError: a file cannot be read, or has changed since the run began.
    """
    if each.problem:
        raise InputError(each.problem)
    data = files.read_bytes(each.path)
    if digest_bytes(data) != each.sha256:
        raise InputError("The file has changed since the run began: run the command again.")
    text = description_files.read(each.sidecar) if each.sidecar is not None else None
    return Task(each.name, data, folder / each.folder, each.folder, text)
