"""The engines of ``bulk``, and what their threads, processes or actors share."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from semcodec import words
from semcodec._wording import plural
from semcodec.backends.openai import rate_limits
from semcodec.backends.recording import CallLog
from semcodec.backends.recording.budget import format_dollars
from semcodec.bulk.call_journal import CallJournal
from semcodec.bulk.divided_limits import DividedLimiter, divide_dollars
from semcodec.bulk.engines import Engine, EngineName
from semcodec.bulk.engines.daft_engine import DaftEngine
from semcodec.bulk.engines.daft_library import choose_runner
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.shared_calls import SharedCalls
from semcodec.bulk.stores import is_url
from semcodec.bulk.worker_calls import worker_calls
from semcodec.cli import logs, openai_options
from semcodec.cli.bulk_batches import FunctionFactory, open_batch_store
from semcodec.cli.output import UsageError
from semcodec.cli.parallel import UNPICKLED_OPTIONS

MISSING_PYARROW: Final = (
    "bulk needs pyarrow: pip install 'semcodec[bulk]', or pyarrow alone for --engine local."
)


def choose_engine(args: argparse.Namespace) -> EngineName:
    """Return the engine of ``--engine``, or the best that is installed.

    Raises:
        UsageError: pyarrow is not installed, or the engine cannot read the source, or cannot use a
            file of this machine.
        BackendError: Daft is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(MISSING_PYARROW)
    name: EngineName | None = args.engine
    is_remote = is_url(args.source) and not args.decode
    if name is None:
        name = "daft" if is_remote or importlib.util.find_spec("daft") else "local"
    if name == "local" and is_remote:
        raise UsageError(
            "--engine local reads folders of this machine: use --engine daft for a URL."
        )
    if name == "ray":
        for option in openai_options.RECORDING_OPTIONS:
            if getattr(args, option) is not None:
                raise UsageError(
                    f"{'--' + option} is a file of this machine, which the workers of --engine ray "
                    "do not have: omit it, or use --engine daft."
                )
    if name != "local":
        choose_runner("ray" if name == "ray" else "native")
    return name


def make_engine(
    args: argparse.Namespace, make_function: FunctionFactory, tasks: int, journal: CallJournal
) -> tuple[Callable[[], Callable[[Any], Any]], Engine]:
    """Return a function that loads the backends, and the engine that calls it.

    Args:
        args: the arguments, with the engine.
        make_function: returns the function that runs a task; importable.
        tasks: how many there are.
        journal: the log of the run.

    Raises:
        UsageError, BackendError: as for ``resolve_backends`` and for loading.
    """
    jobs = max(1, min(args.jobs, tasks))
    if args.engine == "ray":
        return make_start(args, make_function, jobs), DaftEngine(jobs, "ray")
    is_served = bool(openai_options.selected_servers(args))
    # This also checks the options.
    resolved = openai_options.resolve_backends(args, journal, open_batch_store(args))
    if args.engine == "local" and jobs > 1:
        calls = SharedCalls(journal, resolved.budget)
        return make_start(args, make_function), LocalEngine(
            jobs, (logs.configure, calls.connect), calls
        )
    if args.engine == "daft" and jobs > 1 and not is_served:
        return make_start(args, make_function), DaftEngine(jobs, "processes")
    function = make_function(args, resolved.by_option, journal)
    engine = LocalEngine(1) if args.engine == "local" else DaftEngine(jobs, "threads")
    return (lambda: function), engine


def make_start(
    args: argparse.Namespace, make_function: FunctionFactory, actors: int = 1
) -> Callable[[], Any]:
    """Return a picklable function that loads the backends and returns that of ``make_function``.

    Args:
        args: the arguments.
        make_function: as for ``make_engine``.
        actors: the number of processes that share nothing: each gets a part of the limits.
    """
    values = {name: value for name, value in vars(args).items() if name not in UNPICKLED_OPTIONS}
    judge = getattr(getattr(args, "judge", None), "name", None)
    return partial(_start, argparse.Namespace(**values), judge, make_function, actors)


def _start(
    args: argparse.Namespace, judge: Any, make_function: FunctionFactory, actors: int
) -> Callable[[Any], Any]:
    args.judge = words.judge(judge)
    if actors > 1:
        if args.max_cost is not None:
            args.max_cost = divide_dollars(args.max_cost, actors)
        rate_limits.set_factory(lambda key: DividedLimiter(actors))
    log = worker_calls() or CallLog()
    resolved = openai_options.resolve_backends(args, log, open_batch_store(args))
    return make_function(args, resolved.by_option, log)


def describe_division(args: argparse.Namespace, tasks: int) -> str:
    """Return how limits are divided over actors of a cluster; "" if they are not."""
    jobs = min(args.jobs, tasks)
    if args.engine != "ray" or jobs <= 1 or not openai_options.selected_servers(args):
        return ""
    line = f"{plural(jobs, 'actor')}: each keeps 1/{jobs} of the rate limits of the settings"
    if args.max_cost is not None:
        line += f", and may spend {format_dollars(divide_dollars(args.max_cost, jobs))}"
    return line
