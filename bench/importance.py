"""Measure what the order of importance costs: the similarity of records to their descriptions.

    python bench/importance.py TEXT_DIR [DESCRIPTIONS] [--write]

The words that ``select`` returns with order ``reading`` and ``importance``, for the payloads of
bare records of 8 to 80 bytes in ``lexicon``, are compared with the description by a sentence model
that selects no words (paraphrase-MiniLM-L3). In order of importance, the words of each record are a
prefix of those of the next; in reading order, they are selected again for each. TEXT_DIR and the
lines are those of bench/fidelity.py, with DESCRIPTIONS lines (default: 100) from each source.
``--write`` puts the table into docs/progressive.md. The benchmark needs semcodec[bench].
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

import fidelity
from corpora import SOURCES, lines

import semcodec
from semcodec.choices import WordOrder, values_of
from semcodec.errors import InputError
from semcodec.measure.judges import load_second

PAGE: Final = Path(__file__).parents[1] / "docs" / "progressive.md"
START, END = "<!-- measured by bench/importance.py -->\n\n", "\n<!-- end of the measurement -->"
OVERHEAD: Final = 3  #: bytes of a bare record with a size and models, besides the payload
BUDGETS: Final = (8, 12, 20, 40, 80)  #: bytes
ORDERS: Final = values_of(WordOrder)
Similarities = Mapping[tuple[str, int, WordOrder], float]


def received_text(description: str, budget: int, order: WordOrder) -> str:
    """Return the words of a bare record of at most ``budget`` bytes; empty if none fits."""
    bits = 8 * (budget - OVERHEAD)
    try:
        words = semcodec.select(description, 1000, coding="lexicon", max_bits=bits, order=order)
    except InputError:
        return ""
    return " ".join(words)


def measure(folder: Path, count: int) -> Similarities:
    """Return the mean similarity for each source, budget and order."""
    judge = load_second()
    keys = [(budget, order) for budget in BUDGETS for order in ORDERS]
    results: dict[tuple[str, int, WordOrder], float] = {}
    for source in SOURCES:
        if not source.name.startswith(fidelity.TESTED):
            continue
        held_out = list(lines(folder, source, held_out=True))
        sample = held_out[:: -(-len(held_out) // count)]
        rows = [
            judge.similarities(line, [received_text(line, *key) for key in keys]) for line in sample
        ]
        for key, column in zip(keys, zip(*rows, strict=True), strict=True):
            results[source.name.removesuffix(".txt"), *key] = fmean(column)
    return results


def make_table(similarities: Similarities) -> str:
    """Return the table of the page, with the two orders side by side."""
    rows: list[Iterable[str]] = [
        ["descriptions", *(f"{budget} bytes" for budget in BUDGETS)],
        ["---", *["--:"] * len(BUDGETS)],
    ]
    for source in dict.fromkeys(source for source, _, _ in similarities):
        cells = [
            " / ".join(f"{similarities[source, budget, order]:.2f}" for order in ORDERS)
            for budget in BUDGETS
        ]
        rows.append([source, *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> None:
    """Print the table, and write it to the page if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path)
    parser.add_argument("count", metavar="DESCRIPTIONS", type=int, nargs="?", default=100)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    table = make_table(measure(options.folder, options.count))
    print(table)
    if options.write:
        before, _, rest = PAGE.read_text("utf-8").partition(START)
        PAGE.write_text(before + START + table + END + rest.partition(END)[2], "utf-8")


if __name__ == "__main__":
    main()
