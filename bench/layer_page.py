"""The tables of docs/layers.md, as bench/layers.py and bench/sketch.py measure them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from page_tables import Table, read_table, replace_table

__all__ = ["PAGE", "Table", "gain_table", "read_table", "replace_table", "write_tables"]

PAGE: Final = Path(__file__).parents[1] / "docs/layers.md"


def write_tables(tables: Iterable[Table]) -> None:
    """Replace the tables on the page."""
    page = PAGE.read_text("utf-8")
    for table in tables:
        page = replace_table(page, table)
    PAGE.write_text(page, "utf-8")


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
