"""docs/reflection.md: its tables are those of its strips, and the strips are those of a new run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import reflection as bench

from semcodec.pipeline.reflection.steps import StopReason
from tests import profiles

DOCS = Path(__file__).parents[1] / "docs"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reflection", DOCS / "make_reflection.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_reflection = _load()
TEXT = make_reflection.PAGE.read_text("utf-8")
CASES = [pytest.param(case, id=case.name) for case in make_reflection.CASES]


def test_tables_are_those_of_the_strips() -> None:
    stored = {case.name: make_reflection.read(case.strip) for case in make_reflection.CASES}
    assert make_reflection.page(TEXT, stored) == TEXT


def test_one_strip_shows_a_repair_and_the_other_none() -> None:
    repaired, rolled_back = (make_reflection.read(case.strip) for case in make_reflection.CASES)
    first, *_, last = repaired["steps"]
    assert first["after"]["held"] < last["after"]["held"] == last["after"]["of"]
    assert (rolled_back["kept"], rolled_back["steps"][1]["kept"]) == (0, False)
    assert rolled_back["steps"][1]["lost"]


@pytest.mark.parametrize("case", CASES)
def test_strips_are_small(case: object) -> None:
    assert case.strip.stat().st_size <= make_reflection.MAX_BYTES  # type: ignore[attr-defined]


@pytest.mark.skipif(profiles.NAME != "nightly", reason="paints large pictures, for half a minute")
@pytest.mark.parametrize("case", CASES)
def test_strips_are_those_of_a_new_run(case: object, tmp_path: Path) -> None:
    stored = make_reflection.read(case.strip)  # type: ignore[attr-defined]
    assert make_reflection.run(case, tmp_path) == stored


def test_every_reason_to_end_is_on_the_page() -> None:
    table = TEXT.partition("## Why it ends")[2].partition("\n## ")[0].replace(",", "")
    reasons = {word for reason in StopReason for word in reason.split()}
    assert {word for word in reasons if word not in table} == set()


def _measured_rows() -> list[str]:
    """Return the rows of the table of lists, which begin with words."""
    start, end = bench.MARKERS
    measured = TEXT.partition(start)[2].partition(end)[0]
    return measured.partition("\n\n| | |")[0].strip().splitlines()[2:]


@pytest.mark.parametrize("row", _measured_rows()[: profiles.count(gate=2, nightly=100)])
def test_rows_of_the_measurement_are_those_of_a_new_run(row: str) -> None:
    words = row.split("|")[1].split()
    assert words in bench.read_lists(bench.DEFAULT_LISTS, 12)
    assert bench.row_of(bench.run_list(words, bench.SIZE, 0, "auto")) == row


def test_sums_of_the_measurement_are_those_of_its_rows() -> None:
    assert len(_measured_rows()) >= 5
    for name, column in [("broken statements, first", 2), ("broken statements, kept", 3),
                         ("tries", 4), ("of these kept", 5), ("rolled back", 6)]:  # fmt: skip
        total = sum(int(row.split("|")[column]) for row in _measured_rows())
        assert f"| {name} | {total} |" in TEXT
