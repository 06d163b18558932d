"""Run the jobs of a batch in worker processes.

The arguments are sent to each worker, which loads its own backends, once. What workers share, such
as a budget, is made in this process, and given to them by functions that each calls first.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from semcodec import words
from semcodec.backends.recording import CallLog
from semcodec.bulk.worker_calls import worker_calls
from semcodec.bulk.workers import Workers
from semcodec.cli import logs, openai_options
from semcodec.cli.attempts import Attempt, JobCommand, attempt_in_worker
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError
from semcodec.cli.planning import STDIN, Job, Plan

#: Arguments that belong to the parser or are not needed, and cannot be sent to a worker.
UNPICKLED_OPTIONS: Final = ("command", "command_parser", "judge")


def count_workers(args: argparse.Namespace, plan: Plan) -> int:
    """Return how many workers a plan needs: 1 for this process alone.

    A dry run sends nothing and collects its requests here.

    Raises:
        UsageError: a worker could not read an input.
    """
    jobs: int = min(args.jobs, len(plan.left))
    if jobs <= 1 or args.dry_run:
        return 1
    if any(job.source == STDIN for job in plan.jobs):
        raise UsageError("--jobs cannot read an input from stdin: name a file, or omit --jobs.")
    return jobs


def make_workers(
    args: argparse.Namespace,
    command: JobCommand,
    roles: Sequence[str],
    jobs: int,
    on_start: Sequence[Callable[[], object]] = (),
) -> Workers[Job, Attempt]:
    """Return workers that run ``command``."""
    values = {name: value for name, value in vars(args).items() if name not in UNPICKLED_OPTIONS}
    judge = getattr(getattr(args, "judge", None), "name", None)
    start = partial(_start, argparse.Namespace(**values), judge, command, tuple(roles))
    return Workers(start, jobs=jobs, on_start=(logs.configure, *on_start))


def _start(
    args: argparse.Namespace, judge: Any, command: JobCommand, roles: tuple[str, ...]
) -> Callable[[Job], Attempt]:
    """Load the backends, in a worker; return the function that runs a job."""
    args.judge = words.judge(judge)
    log = worker_calls() or CallLog()
    resolved = openai_options.resolve_backends(args, log)
    process = partial(command, args, load_backends(resolved.by_option, roles))
    return partial(attempt_in_worker, process, log)
