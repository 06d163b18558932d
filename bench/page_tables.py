"""Tables of measurements in pages: each stands between two marks with its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

START: Final = "<!-- measured: {} -->\n"
END: Final = "<!-- end of {} -->\n"


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


def replace_table(page: str, table: Table) -> str:
    """Return the text of the page with another table in the place of its name."""
    start, end = START.format(table.name), END.format(table.name)
    before, mark, rest = page.partition(start)
    _, end_mark, after = rest.partition(end)
    if not (mark and end_mark):
        raise ValueError(f"the page has no place for the table {table.name!r}: add its two marks")
    return f"{before}{start}\n{table.text}\n{end}{after}"
