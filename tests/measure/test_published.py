"""The published systems: the file keeps its schema, and the tables show all that it has."""

from __future__ import annotations

import runpy
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest

from semcodec.measure import published

ROOT: Final = Path(__file__).parents[2]
ENTRIES: Final[list[dict[str, Any]]] = tomllib.loads(
    resources.files("semcodec.measure").joinpath("published.toml").read_text("utf-8")
)["system"]
TEXTS = {"name", "venue", "source", "evidence", "sends", "counts", "file", "code"}
KEYS_OF_RATES = {"low", "high", "unit", "images", "pixels", "uncertain", "limit"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_entries_follow_the_schema(entry: dict[str, Any]) -> None:
    assert set(entry) == TEXTS | {"year", "leaves_out", "rates"}
    assert all(isinstance(entry[key], str) and entry[key] for key in TEXTS)
    assert 2018 <= entry["year"] <= 2026
    assert entry["evidence"] in published.EVIDENCE
    assert all(isinstance(item, str) and item for item in entry["leaves_out"])
    for rate in entry["rates"]:
        assert {"low", "unit", "images"} <= set(rate) <= KEYS_OF_RATES
        assert 0 < rate["low"] <= rate.get("high", rate["low"])
        assert rate["unit"] in published.PER_PIXEL | published.PER_IMAGE
        assert "pixels" in rate or rate["unit"] in published.PER_PIXEL
        assert rate.get("limit", "") in published.LIMITS


def test_what_is_left_out_is_known_exactly_where_the_way_of_counting_is() -> None:
    for entry in ENTRIES:
        if entry["evidence"] == "code":
            assert entry["leaves_out"], entry["name"]
        if entry["counts"].startswith("not "):
            assert not entry["leaves_out"], entry["name"]


def test_names_are_distinct() -> None:
    names = [system.name for system in published.systems()]
    assert len(set(names)) == len(names) == len(ENTRIES) > 15


def test_rates_have_both_units_where_the_pixels_are_known() -> None:
    rates = {system.name: system.rates for system in published.systems()}
    [paper] = rates["Dotzel et al. (GPT-4V)"]
    assert paper.bpp == pytest.approx((1e-4, 1.789e-3))
    assert paper.bits == pytest.approx((104.8576, 1875.9, 1)[:2], abs=0.1)
    [titok] = rates["TiTok-L-32"]
    assert titok.bits == (384, 384)
    assert titok.bpp == pytest.approx((384 / 65536,) * 2)
    perco = rates["PerCo"][0]
    assert perco.bits == (1224, 1224)
    assert rates["GLC"][0].bits is None


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (("a", 1e-4, 1.789e-3), "100 µbpp to 0.00179 bpp: a"),
        (("a", 0.0163, 0.0281), "0.0163 to 0.0281 bpp: a"),
        (("a", 2e-4, 3e-4), "200 to 300 µbpp: a"),
        (("a", 0.5, 0.5), "0.5 bpp: a"),
    ],
)
def test_rates_read_well(rate: tuple[str, float, float], text: str) -> None:
    images, low, high = rate
    made = published.PublishedRate((low, high), None, images, None, False, "")
    assert published.describe_rate(made) == text


def test_limits_uncertain_rates_and_sizes_are_stated() -> None:
    rate = published.PublishedRate((0.01, 0.01), (655.36, 655.36), "a", (256, 256), True, "upper")
    text = "at most 0.01 bpp (not checked), 655 bits for 256 x 256 pixels: a"
    assert published.describe_rate(rate) == text


def test_tables_have_a_row_for_each_system_and_all_that_it_leaves_out() -> None:
    lines = published.markdown().splitlines()[2:]
    assert len(lines) == len(published.rows()) == len(ENTRIES)
    for line, row, entry in zip(lines, published.rows(), ENTRIES, strict=True):
        assert line.count(" | ") == len(published.COLUMNS) - 1
        left_out = "; ".join(entry["leaves_out"]) or "not known"
        assert left_out == row.leaves_out
        assert all(text in line for text in (entry["name"], left_out, entry["source"]))


def test_page_has_the_table() -> None:
    script = runpy.run_path(str(ROOT / "docs/make_published.py"))
    assert script["PAGE"].read_text("utf-8") == script["page"]()
    assert published.markdown() in script["page"]()
