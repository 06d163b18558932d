"""docs/bench.md and the README: their tables agree with each other and with the text."""

from __future__ import annotations

from pathlib import Path

import bench_page
import pytest
from page_tables import Table, read_table, replace_table

from semcodec.measure.report import page
from semcodec.measure.settings import make_settings

ROOT = Path(__file__).parents[1]
TEXT = bench_page.PAGE.read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SIZES = read_table("sizes", TEXT)


def test_readme_has_the_rows_of_the_page() -> None:
    headline = bench_page.headline_table(SIZES)
    assert read_table("sizes", README).rows == headline.rows
    assert replace_table(README, headline) == README


def number(row: str, column: int) -> float:
    """Return a number of the table of sizes."""
    [cells] = [cells for cells in SIZES.rows if cells[0] == row]
    return float(cells[column].replace(",", ""))


@pytest.mark.parametrize("row", [cells[0] for cells in SIZES.rows])
def test_ratio_is_that_of_the_bytes(row: str) -> None:
    expected = number(row, 1) / number("record, 12 words", 1)
    assert number(row, 3) == pytest.approx(expected, rel=0.05, abs=0.06)


def test_tables_have_all_settings_of_the_command() -> None:
    labels = [setting["label"] for setting in make_settings()]
    for name in ("fidelity", "retrieval"):
        assert [row[0] for row in read_table(name, TEXT).rows] == [*labels, "by chance"]


def test_layers_bring_colors_near_and_words_alone_hardly() -> None:
    fidelity: Table = read_table("fidelity", TEXT)
    words = fidelity.number("lexicon, 12 words", "color distance")
    layered = fidelity.number("lexicon, 12 words, layout,colors:24", "color distance")
    chance = fidelity.number("by chance", "color distance")
    assert layered < 0.75 * words
    assert 0.75 * chance < words < chance


def test_lexicon_and_bag_are_the_smallest_coders() -> None:
    coders = {row[0]: float(row[2].split()[0]) for row in read_table("coders", TEXT).rows}
    assert sorted(coders, key=lambda name: coders[name])[:2] == ["bag", "lexicon"]


def test_limits_of_the_page_are_stated() -> None:
    limits = f"at most {page.MAX_SHOWN} photographs and {page.MAX_RESULTS:,} results"
    assert limits in " ".join(TEXT.split())
