"""``bulk --dry-run``: how much is left, and what it would cost, from a sample."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from semcodec._wording import plural
from semcodec.backends.recording import CallLog
from semcodec.backends.recording.budget import format_dollars
from semcodec.bulk.rows import Photograph
from semcodec.cli import bulk_batches, dry_run, openai_options, output
from semcodec.cli.bulk_batches import FunctionFactory

MAX_SAMPLE: Final = 16  #: tasks whose requests are planned


def print_plan(
    args: argparse.Namespace, make_function: FunctionFactory, tasks: Sequence[Any], noun: str
) -> None:
    """Print how many tasks are left, and the planned requests and prices of a sample of them.

    Args:
        args: the arguments.
        make_function: as for ``make_engine``.
        tasks: what is left.
        noun: what a task is, such as ``"photograph"``.

    Raises:
        UsageError: a setting or a recording is invalid.
    """
    size = sum(task.size for task in tasks if isinstance(task, Photograph) and task.size > 0)
    of_bytes = f", {size:,} bytes" if size else ""
    output.print_result(f"to do   {plural(f'{len(tasks):,}', noun)}{of_bytes}")
    if not openai_options.selected_servers(args):
        output.print_result("cost    none: no server is used")
        return
    if not tasks:
        return
    sample = tasks[:: max(1, -(-len(tasks) // MAX_SAMPLE))]
    ratio = Decimal(len(tasks)) / len(sample)
    if args.batch:
        output.print_result(f"sample  {plural(len(sample), noun)}, evenly spaced\n")
        bulk_batches.print_plan(args, make_function, sample, ratio)
        return
    log = CallLog()
    resolved = openai_options.resolve_backends(args, log)
    function = make_function(args, resolved.by_option, log)
    for task in sample:
        function(task)
    output.print_result(f"sample  {plural(len(sample), noun)}, evenly spaced\n")
    dry_run.print_plans(resolved.dry_run, [], is_batch=True)
    expected, maximum = dry_run.total_prices(resolved.dry_run)
    if expected is not None and maximum is not None:
        output.print_paragraph(
            f"For all {len(tasks):,}, as the sample: {format_dollars(expected * ratio)} expected, "
            f"{format_dollars(maximum * ratio)} at most."
        )
