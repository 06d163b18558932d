"""How many times smaller records are: sums of bytes, and the assumptions in the text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import claims as script
import pytest

from semcodec.errors import InputError
from semcodec.measure import claims
from semcodec.measure.results import Results
from tests.measure.made_results import make_results

SETTING = "lexicon-k12-off"


@pytest.fixture
def results() -> Results:
    """Return two photographs: one large with a record of 10 bytes, one small with 30."""
    made = make_results(photographs=2)
    sizes: Any = zip(made["photographs"], ((1000, 1000), (500, 200)), (80, 240), strict=True)
    for photograph, (width, height), bits in sizes:
        for result in photograph["results"]:
            result["rate"] |= {
                "file_bits": bits,
                "photograph_pixels": width * height,
                "picture_pixels": 1_000_000,
            }
        for baseline in photograph["baselines"]:
            baseline["bytes"] = 20 * width if baseline["setting"] == "q75" else width
        [*kept] = [one for one in photograph["baselines"] if one["codec"] == "JPEG"]
        photograph["baselines"] = kept
    first = made["photographs"][0]["baselines"]
    first.append(dict(first[0]) | {"setting": "1 bpp", "is_floor": False, "bytes": 120_000})  # type: ignore[arg-type]
    return made


def test_ratio_is_that_of_all_bytes(results: Results) -> None:
    floor, usual, at_rate = claims.compare(results, SETTING)
    assert (floor.setting, floor.is_floor, usual.is_floor) == ("q1", True, False)
    assert floor.ratio == 1500 / 40
    assert floor.file_bytes == 750
    assert floor.bpp == pytest.approx(8 * 1500 / 1_100_000)
    assert usual.ratio == 20 * floor.ratio
    # Only the first photograph has it, so it is compared with that record alone.
    assert (at_rate.setting, at_rate.photographs, at_rate.ratio) == ("1 bpp", 1, 12_000)


def test_records_are_summarized(results: Results) -> None:
    records = claims.summarize_records(results, SETTING)
    assert records.photographs == 2
    assert records.file_bytes == 20
    assert records.file_ubpp == pytest.approx(1e6 * 320 / 2_000_000)
    assert records.file_ubpp_of_photograph == pytest.approx(1e6 * 320 / 1_100_000)
    assert records.paper_ratio == 131_072 / 20


def test_ten_thousand_of_the_paper_is_one_bit_per_pixel_of_a_square() -> None:
    """26 symbols of 4 bits in 1024 x 1024 pixels are about 100 µbpp."""
    assert claims.PAPER_BYTES == 131_072
    assert 10_000 < claims.PAPER_BYTES / 13 < 10_100


def test_table_states_what_its_numbers_depend_on(results: Results) -> None:
    records = claims.summarize_records(results, SETTING)
    text = claims.to_markdown(records, claims.compare(results, SETTING))
    assert "| JPEG q1 (floor) | 750 | 0.0109 | 38 |" in text
    assert "| JPEG 1 bpp | 120,000 | 0.9600 | 12,000 |" in text
    assert "| **record** (lexicon, 12 words) | **20.0** | 0.000291 | 1 |" in text
    flat = " ".join(text.split())
    for part in (
        "2 photographs, each at its own number of pixels", "sum of all bytes", "magic number",
        "A floor is the smallest file",
        "160 bits", "160 µbpp of the picture", "291 µbpp of the photographs",
        "131,072 bytes", "6,554 times for these records", "which no row counts",
    ):  # fmt: skip
        assert part in flat


def test_paper_is_mentioned_beside_its_rate_only(results: Results) -> None:
    results["photographs"][0]["baselines"].pop()
    records = claims.summarize_records(results, SETTING)
    assert "paper" not in claims.to_markdown(records, claims.compare(results, SETTING))


def test_unknown_and_empty_settings_are_errors(results: Results) -> None:
    with pytest.raises(InputError, match=r"use one of lexicon-k6-off, "):
        claims.compare(results, "other")
    for photograph in results["photographs"]:
        photograph["results"] = []
    with pytest.raises(InputError, match="no record"):
        claims.summarize_records(results, SETTING)


def test_script_prints_the_table_of_a_setting(
    results: Results,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results), "utf-8")
    monkeypatch.setattr("sys.argv", ["claims.py", str(file), "--setting", SETTING])
    script.main()
    printed = capsys.readouterr().out
    assert re.findall("^## (.*)", printed, re.M) == ["lexicon, 12 words"]
    assert "JPEG q1 (floor)" in printed
