"""The table of docs/checkers.md and the file checkers.toml: results of bench/checker.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from checker_faults import FAULTS

from semcodec.pipeline.reflection.qualification import (
    MIN_SEEN,
    Measurement,
    confidence_interval,
    read_measurements,
)

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs/checkers.md"
FILE: Final = ROOT / "semcodec/pipeline/reflection/checkers.toml"
START, END = "<!-- measured by bench/checker.py -->\n", "<!-- end of the measurement -->\n"
HEADER: Final = """\
# The share of planted faults that each checker sees, and the number of pairs of pictures.
# Written by bench/checker.py --write, which explains the measurement.
"""

Results = Mapping[str, Mapping[str, Measurement]]  #: by checker and fault


def make_table(results: Results) -> str:
    """Return the table: a row for each fault, a column for each checker; bold from MIN_SEEN on."""
    rows = [["planted fault", *results], ["---", *["--:"] * len(results)]]
    for fault in FAULTS:
        cells = [_cell(by_fault.get(fault.name)) for by_fault in results.values()]
        rows.append([fault.name, *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def make_toml(results: Results) -> str:
    """Return the results as a file that ``read_measurements`` reads."""
    parts = [HEADER]
    for name, by_fault in results.items():
        lines = [
            f'"{fault}" = {{ seen = {one.seen:.3f}, pairs = {one.pairs} }}\n'
            for fault, one in by_fault.items()
        ]
        parts.append(f'\n["{name}"]\n{"".join(lines)}')
    return "".join(parts)


def write(results: Results) -> None:
    """Add ``results`` to the file and to the page; those of other checkers stay."""
    merged = {**read_measurements(), **results}
    FILE.write_text(make_toml(merged), "utf-8")
    PAGE.write_text(replace_table(PAGE.read_text("utf-8"), merged), "utf-8")


def replace_table(page: str, results: Results) -> str:
    """Return the text of the page with the table of ``results``."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{make_table(results)}\n{END}{after}"


def _cell(one: Measurement | None) -> str:
    if one is None:
        return "-"
    low, high = confidence_interval(one)
    seen = f"**{one.seen:.2f}**" if one.seen >= MIN_SEEN else f"{one.seen:.2f}"
    return f"{seen} ({low:.2f}-{high:.2f}, {one.pairs})"
