"""The tables of docs/layers.md, as bench/layers.py and bench/sketch.py measure them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

PAGE: Final = Path(__file__).parents[1] / "docs/layers.md"
START, END = "<!-- measured: {} -->\n", "<!-- end of {} -->\n"


class Table(NamedTuple):
    """A table of measurements.

    Attributes:
        name: of its place on the page.
        heading: the titles of the columns.
        rows: the cells, as texts.
    """

    name: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def text(self) -> str:
        """The table in Markdown."""
        marks = ["---", *["--:"] * (len(self.heading) - 1)]
        lines = [self.heading, marks, *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def number(self, row: str, column: str) -> float:
        """Return a number of the table by the names of its row and column.

        Raises:
            ValueError: the table does not have it, or the cell has no number.
        """
        cells = next(cells for cells in self.rows if cells[0] == row)
        return float(cells[self.heading.index(column)].partition(" ")[0].strip("*"))


def read_table(name: str, page: str) -> Table:
    """Return a table of the page.

    Raises:
        ValueError: the page does not have it.
    """
    _, start, rest = page.partition(START.format(name))
    text, end, _ = rest.partition(END.format(name))
    if not (start and end):
        raise ValueError(f"the page has no place for the table {name!r}: add its two marks")
    heading, _, *rows = (
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    )
    return Table(name, heading, rows)


def write_tables(tables: Iterable[Table]) -> None:
    """Replace the tables on the page."""
    page = PAGE.read_text("utf-8")
    for table in tables:
        page = replace_table(page, table)
    PAGE.write_text(page, "utf-8")


def replace_table(page: str, table: Table) -> str:
    """Return the text of the page with another table in the place of its name."""
    start, end = START.format(table.name), END.format(table.name)
    before, mark, rest = page.partition(start)
    _, end_mark, after = rest.partition(end)
    if not (mark and end_mark):
        raise ValueError(f"the page has no place for the table {table.name!r}: add its two marks")
    return f"{before}{start}\n{table.text}\n{end}{after}"


def gain_table(painted: Table, colors: Table) -> Table:
    """Return what each step gains per byte, by the tables of pictures and of the layer alone."""
    heading = ["step", "bytes", "IoU", "dE16, painted", "dE16, layer", "SSIM, painted"]
    steps = [("words", "words + layout")]
    budgets = [row[0] for row in colors.rows if row[0].isdecimal()]
    sent = ["words + layout", *(f"words + layout + colors {budget}" for budget in budgets)]
    steps += pairwise(sent)
    rows = []
    for before, after in steps:
        size, overlap, gap, structure = (
            painted.number(after, column) - painted.number(before, column)
            for column in ("file", "IoU", "dE16", "SSIM")
        )
        budget = after.rpartition(" ")[2]
        at = budgets.index(budget) if budget in budgets else 0
        layer = "-"
        if at:
            gained = colors.number(budgets[at - 1], "dE16") - colors.number(budget, "dE16")
            layer = f"{gained / size:.3f}"
        cells = [f"{overlap / size:.3f}", f"{-gap / size:.3f}", layer, f"{structure / size:.4f}"]
        rows.append([f"{before} → {after.removeprefix('words + ')}", f"{size:.1f}", *cells])
    return Table("gain", heading, rows)
