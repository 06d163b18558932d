"""Run ``encode`` or ``decode`` with a status line, write the trace, and report the cost."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

import semcodec
from semcodec.cli import files, output
from semcodec.cli.progress import Progress
from semcodec.errors import SemcodecError

T = TypeVar("T")


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Add ``--trace``."""
    parser.add_argument(
        "--trace",
        metavar="T.json",
        help="write inputs, outputs, seconds and costs of each stage (default: no trace)",
    )


def run(args: argparse.Namespace, function: Callable[..., T], data: bytes, **options: Any) -> T:
    """Return ``function(data, **options)``; if it fails, report the stages before the failure.

    Those stages may have cost money, so an error or Ctrl-C must not lose the trace.
    """
    try:
        with Progress() as progress:
            return function(data, **options, progress=progress)
    except (SemcodecError, KeyboardInterrupt) as error:
        trace = getattr(error, "trace", None)
        if trace is not None and not args.dry_run:
            report(args, trace)
        raise


def report(args: argparse.Namespace, trace: semcodec.Trace) -> None:
    """Print the notices and the cost, and write the trace to the file of ``--trace``."""
    for notice in trace.notices:
        output.print_status(f"Note: {notice}")
    if args.trace:
        files.write_bytes(args.trace, trace.to_json().encode())
    _print_costs(trace)


def _print_costs(trace: semcodec.Trace) -> None:
    """Print calls, tokens and dollars if a server was used; warn of responses not stored."""
    calls = [call for call in trace.calls if "seconds" in call]
    for warning in dict.fromkeys(str(call["not_stored"]) for call in calls if "not_stored" in call):
        output.print_status(warning)
    input_tokens = sum(_number(call.get("input_tokens")) or 0 for call in calls)
    output_tokens = sum(_number(call.get("output_tokens")) or 0 for call in calls)
    costs = [_number(call.get("dollars")) for call in calls]
    known = [cost for cost in costs if cost is not None]
    cost = f"${sum(known):.4f}" if len(known) == len(costs) else "unknown price"
    if input_tokens or any(known):
        output.print_status(
            f"{len(calls)} calls, {input_tokens} tokens in, {output_tokens} out, {cost}"
        )


def _number(value: Any) -> float | None:
    """Return ``value`` if it is a number, else None; a third-party backend may note anything."""
    return value if type(value) in (int, float) else None
