"""The tables for LaTeX: their numbers, and that no text of the results is a command."""

from __future__ import annotations

import re
from typing import Final

from semcodec.measure import published
from semcodec.measure.exports import latex
from tests.measure.made_results import make_results

RESULTS: Final = make_results()
#: What ``escape`` writes for special characters.
WRITTEN: Final = re.compile(r"\\text[a-z]+\{\}|\\[{}$&#%_]|\$\\(mu|times|pm|Delta)\$")
CELLS: Final = re.compile(r"(?<!\\)&")


def _rows(table: str) -> list[list[str]]:
    lines = [line.removesuffix(r" \\") for line in table.splitlines() if line.endswith(r" \\")]
    return [[cell.strip() for cell in CELLS.split(line)] for line in lines]


def test_rows_are_the_means_of_settings_and_codecs() -> None:
    headings, *rows = _rows(latex.table(RESULTS))
    assert headings == [
        "",
        "bytes",
        r"$\mu$bpp of photograph",
        r"F1 of words $\uparrow$",
        r"color distance $\downarrow$",
        r"overlap of boxes $\uparrow$",
    ]
    values = {row[0]: row[1:] for row in rows}
    assert len(rows) == len(RESULTS["settings"]) + 6
    assert rows[0] == ["lexicon, 6 words", "11.5", "234", "0.630", "31.5", "0.200"]
    assert values["JPEG q1"][0] == "9{,}775"
    assert values["JPEG q1"][2] == values["BlurHash"][4] == "--"
    assert all(len(row) == len(headings) for row in rows)


def test_groups_are_separated_by_the_rules_of_booktabs() -> None:
    lines = latex.table(RESULTS).splitlines()
    assert lines[1:3] == [r"\begin{tabular}{lrrrrr}", r"\toprule"]
    assert [line for line in lines if line == r"\midrule"] == [r"\midrule"] * 2
    assert lines[-2:] == [r"\bottomrule", r"\end{tabular}"]


def test_results_without_baselines_have_one_group() -> None:
    results = make_results(2)
    for photograph in results["photographs"]:
        photograph["baselines"] = []
    assert latex.table(results).count(r"\midrule") == 1


def test_photographs_that_failed_do_not_count() -> None:
    results = make_results()
    results["photographs"][-1]["results"] = []
    rows = _rows(latex.table(results))
    assert rows[1][1] == "11.0"
    assert rows[-4][0] == "JPEG q1"
    assert "Means of 3 photographs" in latex.table(results)


def test_numbers_have_three_digits() -> None:
    numbers = [0.12345, 99.94, 99.96, 1234.5, -0.5, 0.0]
    written = ["0.123", "99.9", "100", r"1{,}234", r"$-$0.500", "0.00"]
    assert [latex._number(number) for number in numbers] == written


def test_escaped_text_has_no_special_character() -> None:
    text = "".join(map(chr, range(0x400)))
    rest = WRITTEN.sub("", latex.escape(text))
    assert not set(rest) & set('\\{}$&#%_^~<>|"\n\r\t\x00')
    assert latex.escape("abc, 1.5 é") == "abc, 1.5 é"
    assert latex.escape(r"\input{x}") == r"\textbackslash{}input\{x\}"


def test_table_of_published_systems_has_all_of_them() -> None:
    headings, *rows = _rows(latex.published_table())
    assert [row[0] for row in rows] == [latex.escape(row.system) for row in published.rows()]
    assert all(len(row) == len(headings) == 5 for row in rows)
