"""What the benches of files and responses that are meant to harm share: their rows and checks."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

MAX_MB: Final = 400  #: of resident memory above an idle process, as SECURITY.md promises


class Row(NamedTuple):
    """The result for one file or response.

    Attributes:
        name: what it is.
        peak: resident memory above an idle process, in MB.
        seconds: of CPU time.
        outcome: the result, or the error.
        noise: what was printed to stderr.
        size: bytes of a file; 0 for a response.
    """

    name: str
    peak: float
    seconds: float
    outcome: str
    noise: str = ""
    size: int = 0


def find_faults(
    rows: Iterable[Row], outcomes: tuple[str, ...], max_seconds: float = math.inf
) -> Iterator[str]:
    """Yield a sentence for each row that breaks a promise; ``outcomes`` are allowed beginnings."""
    for row in rows:
        if row.peak > MAX_MB:
            yield f"{row.name}: {row.peak:.0f} MB is over {MAX_MB}."
        if row.seconds > max_seconds:
            yield f"{row.name}: {row.seconds:.1f} s is over {max_seconds:g}."
        if not row.outcome.startswith(outcomes):
            yield f"{row.name}: {row.outcome}"
        if row.noise:
            yield f"{row.name} printed: {row.noise[:200]}"


def print_rows(
    description: str | None,
    header: str,
    names: Iterable[str],
    measure: Callable[[str], Row],
    cells: Callable[[Row], str],
    arguments: Sequence[str] | None = None,
) -> list[Row]:
    """Measure the bombs that the command line selects, print a line for each, and return the rows.

    Args:
        description: the docstring of the bench.
        header: the first two lines of the table.
        names: of all bombs.
        measure: returns the row of a name.
        cells: returns the cells of a row after its name.
        arguments: the command line; by default that of the process.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", default=[""], metavar="TEXT", help="parts of names")
    args = parser.parse_args(arguments)
    print(header)
    rows = []
    for name in names:
        if any(part in name for part in args.only):
            rows.append(row := measure(name))
            print(f"| {name} | {cells(row)} |", flush=True)
    return rows
