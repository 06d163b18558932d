"""Run one job of ``encode`` or ``decode``; its result or its error is a value.

So it can run in another process, and is written and reported in this one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import semcodec
from semcodec.backends.recording import CallLog
from semcodec.choices import ReadFraming
from semcodec.cli import interrupts
from semcodec.cli.output import UsageError
from semcodec.cli.planning import Job
from semcodec.errors import SemcodecError

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


class Attempt(NamedTuple):
    """The outcome of a job: a result, or an error, which may have a trace and a picture.

    Attributes:
        result: None if there is an error.
        error: any exception in this process; in a worker, not ``KeyboardInterrupt``.
    """

    result: Result | None
    error: BaseException | None = None


#: A command with its arguments and its backends by role; see ``Process``.
JobCommand = Callable[[argparse.Namespace, dict[str, Any], Job, JobProgress], Result]
#: Returns the result of a job, with signals deferred until it is written (``interrupts.defer``).
Process = Callable[[Job, JobProgress], Result]


def attempt_here(process: Process, progress: JobProgress, log: CallLog, job: Job) -> Attempt:
    """Run a job in this process; from its end on, signals are deferred."""
    try:
        with log.working_on(job.source):
            return Attempt(_run(process, progress, job))
    except BaseException as error:  # also an unexpected one, such as MemoryError
        interrupts.defer()
        return Attempt(None, error)


def attempt_in_worker(process: Process, log: CallLog, job: Job) -> Attempt:
    """Run a job in a worker process; an unexpected error ends the run.

    Too little memory for one input with several workers is an error of the input alone.
    """
    try:
        with log.working_on(job.source):
            return Attempt(_run(process, lambda stage, model: None, job))
    except (SemcodecError, UsageError) as error:
        return Attempt(None, error)
    except MemoryError as error:
        problem = UsageError("Out of memory: use fewer --jobs, or a smaller input.")
        problem.trace = getattr(error, "trace", None)
        return Attempt(None, problem)


def _run(process: Process, progress: JobProgress, job: Job) -> Result:
    if job.problem:
        raise UsageError(f"Cannot read {job.source}: {job.problem}.")
    with _undisturbed():
        return process(job, progress)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep what a backend prints out of the results, and paths of the user valid.

    A backend that prints would damage ``--json`` or a record on stdout; after one that changes the
    working directory, outputs would be written elsewhere.
    """
    try:
        before = os.getcwd()
    except OSError:  # it was removed
        before = ""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        with contextlib.suppress(OSError):
            if before and os.getcwd() != before:
                os.chdir(before)
