"""What ``sweep`` prints: a table or JSON, notices and costs; and the trace that it writes."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Final

from semcodec.cli import costs, output
from semcodec.cli.job_files import write_trace
from semcodec.cli.layer_values import layer_bytes, layer_values
from semcodec.cli.output import UsageError, print_paragraph, print_result, print_status
from semcodec.cli.sweep_outputs import PICTURE, RECORD, Outputs
from semcodec.cli.sweep_run import Row, Sweep

SCHEMA: Final = "semcodec/sweep/1"  #: published as spec/schema/sweep-1.json
HEADINGS: Final = ("budget", "K", "bytes", "layers", "µbpp", "words")
LAYERS: Final = HEADINGS.index("layers")  #: the column that is left out if no record has layers
MIN_WORDS_WIDTH: Final = 20  #: characters of a line of words in a narrow terminal
EXPLANATION: Final = (
    "K: words of the record. bytes: its size with header and checksum. µbpp: micro-bits per pixel "
    "of the payload, for the size of the picture."
)
LAYERS_EXPLANATION: Final = " layers: those of the bytes that boxes and colors take."


def report(
    args: argparse.Namespace,
    run: Sweep,
    outputs: Outputs,
    error: str = "",
    *,
    is_failed: bool = False,
) -> None:
    """Write the trace, and print the results, the notices and the cost.

    Args:
        args: the options.
        run: the run.
        outputs: its files.
        error: the message of the error that has ended the run; "" also after Ctrl-C.
        is_failed: whether the run has ended early; a further failure is then only printed.

    Raises:
        UsageError: stdout or the trace cannot be written.
    """
    if args.dry_run:
        return
    failures: list[UsageError | BrokenPipeError] = []
    steps: tuple[Callable[[], None], ...] = (
        lambda: write_trace(args.trace, run.trace, force=args.force),
        lambda: _print_results(args, run, outputs, error),
    )
    for step in steps:
        try:
            step()
        except (UsageError, BrokenPipeError) as failure:
            failures.append(failure)
    for row in run.rows:
        if row.encoded and row.problem:
            print_status(f"semcodec: no picture of {row.name}{RECORD}: {row.problem}")
    for notice in run.notices:
        print_status(f"Note: {notice}")
    costs.print_costs(run.trace.calls)
    for other in failures[not is_failed :]:
        print_status(f"semcodec: {other}")
    if failures and not is_failed:
        raise failures[0]


def _print_results(args: argparse.Namespace, run: Sweep, outputs: Outputs, error: str) -> None:
    if args.json:
        print_result(json.dumps(_values(args, run, outputs, error)))
    elif run.first is not None:
        _print_table(run.rows)
        if path := outputs.path(outputs.strip):
            print_paragraph(f"Open {path} to see the pictures beside the photograph.")


def _print_table(rows: Sequence[Row]) -> None:
    cells = [HEADINGS, *map(_cells, rows)]
    has_layers = any(row.encoded and any(row.encoded.record.layers) for row in rows)
    if not has_layers:
        cells = [row[:LAYERS] + row[LAYERS + 1 :] for row in cells]
    alignment = "<>>>>" if has_layers else "<>>>"
    left = output.format_table([row[:-1] for row in cells], alignment).splitlines()
    indent = max(map(len, left)) + 2
    width = max(MIN_WORDS_WIDTH, output.line_width() - indent)
    lines = []
    for start, (*_, words) in zip(left, cells, strict=True):
        parts = textwrap.wrap(words, width) if output.is_terminal() else [words]
        first, *others = parts or [""]
        lines += [f"{start:{indent}}{first}", *(" " * indent + part for part in others)]
    print_result("\n".join(lines))
    print_paragraph(EXPLANATION + LAYERS_EXPLANATION * has_layers)
    if unused := _unused_budgets(rows):
        labels = " and ".join(unused)
        print_paragraph(f"The record is the same for {labels}: the description has no more words.")


def _unused_budgets(rows: Sequence[Row]) -> list[str]:
    """Return the budgets whose record is that of the largest one; none if it has another."""
    last = rows[-1].encoded
    if last is None:
        return []
    same = [row.budget.label for row in rows if row.encoded and row.encoded.data == last.data]
    return [same[0], same[-1]] if len(same) > 1 else []


def _cells(row: Row) -> tuple[str, ...]:
    if row.encoded is None:
        return row.budget.label, "-", "-", "-", "-", output.escape_control(row.problem)
    return (
        row.budget.label,
        str(len(row.encoded.record.words)),
        str(len(row.encoded.data)),
        str(layer_bytes(row.encoded.data, row.encoded.record)),
        f"{row.payload_rate:.1f}",
        output.escape_control(" ".join(row.words)),
    )


def _values(args: argparse.Namespace, run: Sweep, outputs: Outputs, error: str) -> dict[str, Any]:
    """Return the values for ``--json``."""
    return {
        "schema": SCHEMA,
        "input": args.photo,
        "error": error or None,
        "description": run.first.description if run.first else None,
        "size": list(run.first.record.size) if run.first else None,
        "strip": outputs.path(outputs.strip),
        "budgets": [_row_values(row, outputs) for row in run.rows],
        "notices": run.notices,
    }


def _row_values(row: Row, outputs: Outputs) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": row.budget.kind,
        "limit": row.budget.limit,
        "error": row.problem or None,
        "record": outputs.path(row.name + RECORD),
        "picture": outputs.path(row.name + PICTURE),
    }
    if row.encoded is not None:
        record = row.encoded.record
        values |= {
            "bytes": len(row.encoded.data),
            "coding": record.coding,
            "words": record.words,
            "layers": layer_values(record),
            "payload_bits": record.payload_bits,
            "ubpp": round(row.payload_rate, 3),
        }
    return values
