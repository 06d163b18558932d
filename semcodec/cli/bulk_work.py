"""Encode one photograph of ``bulk``, in a thread, a process or on another machine."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import Any, Final, NamedTuple

import semcodec
from semcodec import words
from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.rate_limits import Kind, RateLimiter, Share
from semcodec.backends.recording import CallLog
from semcodec.bulk import rows
from semcodec.bulk.reading import read_photograph
from semcodec.bulk.rows import Photograph, Row
from semcodec.bulk.shared_calls import worker_calls
from semcodec.cli import encode, openai_options
from semcodec.cli.loading import load_backends
from semcodec.cli.option_names import use_option_names
from semcodec.errors import InputError, SemcodecError

SMALLEST_SHARE: Final = Decimal("0.000001")  #: dollars; a share of a limit is rounded down to it


class Attempt(NamedTuple):
    """The row of a photograph, and the error if it has failed, without its trace."""

    row: Row
    error: SemcodecError | None = None


def roles_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the roles whose backends are needed."""
    return ("describer", "writer", *(("locator",) if args.layers.locates else ()))


def make_start(args: argparse.Namespace, actors: int = 1) -> Callable[[], Any]:
    """Return a picklable function that loads the backends and returns ``encode_photograph``.

    Args:
        args: the arguments.
        actors: the number of processes that share nothing: each gets a part of the limits.
    """
    unsent = ("command", "command_parser", "judge")  # cannot be pickled
    values = {name: value for name, value in vars(args).items() if name not in unsent}
    judge = getattr(args.judge, "name", None)
    return partial(_start, argparse.Namespace(**values), judge, actors)


def _start(args: argparse.Namespace, judge: Any, actors: int) -> Callable[[Photograph], Attempt]:
    args.judge = words.judge(judge)
    if actors > 1:
        if args.max_cost is not None:
            args.max_cost = divide_dollars(args.max_cost, actors)
        rate_limits.set_factory(lambda key: DividedLimiter(actors))
    log = worker_calls() or CallLog()
    resolved = openai_options.resolve_backends(args, log)
    return make_function(args, resolved.by_option, log)


def make_function(
    args: argparse.Namespace, by_option: dict[str, Any], log: CallLog
) -> Callable[[Photograph], Attempt]:
    """Return the function that encodes a photograph, with loaded backends."""
    arguments = encode.encoding_arguments(args) | load_backends(by_option, roles_of(args))
    return partial(encode_photograph, args.source, arguments, log)


def encode_photograph(
    source: str, arguments: dict[str, Any], log: CallLog, photograph: Photograph
) -> Attempt:
    """Return the row of a photograph; that of a failed one has the message."""
    started, data = time.perf_counter(), None
    try:
        with log.working_on(photograph.path):
            data = read_photograph(source, photograph)
            encoded = semcodec.encode(data, **arguments)
        return Attempt(rows.make_row(photograph, data, encoded, time.perf_counter() - started))
    except SemcodecError as error:
        problem = error
    except MemoryError:
        problem = InputError("Out of memory: use fewer --jobs, or a smaller photograph.")
    row = rows.make_failed_row(photograph, data, problem, time.perf_counter() - started)
    problem.trace = problem.picture = None  # large, and not needed any more
    return Attempt(replace(row, error=use_option_names(row.error)), problem)


def divide_dollars(limit: Decimal, actors: int) -> Decimal:
    """Return what each of several processes may spend, rounded down."""
    return (limit / actors).quantize(SMALLEST_SHARE, ROUND_DOWN)


class DividedLimiter(RateLimiter):
    """Keeps a process within a part of the rate limits of the settings.

    What a server states in its responses is not divided: it counts the requests of all processes.
    """

    def __init__(self, processes: int) -> None:
        super().__init__()
        self._processes = processes

    def reserve(self, share: Share, limits: Any) -> float:
        """Take a request's share of a part of all limits, as ``RateLimiter`` does."""
        divided: dict[Kind, int | None] = {
            kind: limit and max(1, limit // self._processes) for kind, limit in limits.items()
        }
        return super().reserve(share, divided)
