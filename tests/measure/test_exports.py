"""Results as CSV, and as files for CompressAI's plotter."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from statistics import fmean

import jsonschema_rs
import pytest

from semcodec.measure.exports import compressai, table
from tests.measure.made_results import make_results

SCHEMA = Path(__file__).parents[2] / "spec" / "schema" / "compressai-results.json"


# --- CompressAI ----------------------------------------------------------------------------------


def test_curves_match_the_published_schema_and_have_lists_of_equal_length() -> None:
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    curves = compressai.export(make_results())
    assert curves
    for name, curve in curves.items():
        validator.validate(curve)
        assert len({len(values) for values in curve["results"].values()}) == 1, name
        assert curve["results"]["bpp"] == sorted(curve["results"]["bpp"])


def test_points_are_means_over_the_photographs() -> None:
    results = make_results()
    settings = [each for each in results["settings"] if each["coding"] == "lexicon"]
    settings = [each for each in settings if each["layers"] == "off"]
    rates = [
        [
            result["rate"]["file_bits"] / result["rate"]["photograph_pixels"]
            for photograph in results["photographs"]
            for result in photograph["results"]
            if result["setting"] == setting["id"]
        ]
        for setting in settings
    ]
    curve = compressai.export(results)["semcodec-lexicon.json"]
    assert curve["results"]["bpp"] == pytest.approx(sorted(map(fmean, rates)))
    assert f"Photographs: {len(results['photographs'])}." in curve["description"]


def test_painted_pictures_have_no_psnr_and_other_codecs_do() -> None:
    results = make_results()
    for photograph in results["photographs"]:
        for baseline in photograph["baselines"]:
            baseline["metrics"]["psnr-rgb"] = 20.0 + baseline["bpp"]
    curves = compressai.export(results)
    ours = {name for name in curves if name.startswith("semcodec-")}
    assert ours
    for name, curve in curves.items():
        assert ("psnr-rgb" in curve["results"]) == (name not in ours), name


def test_list_that_one_point_lacks_is_left_out() -> None:
    results = make_results()
    del results["photographs"][0]["results"][0]["picture"]["colors"]
    assert "colors" not in compressai.export(results)["semcodec-lexicon.json"]["results"]


# --- CSV -----------------------------------------------------------------------------------------


def rows() -> list[dict[str, str]]:
    results = make_results()
    first, second, *_ = results["photographs"]
    first["name"] = "=HYPERLINK()"
    first["results"][0]["words"] = ["red", 'b"oat', "a,b"]
    second |= {"error": "The image cannot be read.", "results": [], "baselines": []}
    text = table.to_csv(results)
    assert "\r\n" in text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_photograph_and_setting_is_a_row() -> None:
    results, found = make_results(), rows()
    settings = len(results["settings"])
    kinds = [row["kind"] for row in found if row["photograph"] == "'=HYPERLINK()"]
    assert kinds.count("semcodec") == settings
    assert kinds.count("baseline") == len(results["photographs"][0]["baselines"])
    assert found[0]["words"] == 'red b"oat a,b'
    assert float(found[0]["file_bits"]) == 8 * float(found[0]["bytes"])
    assert found[0]["picture.colors"]


def test_photograph_with_an_error_is_a_row() -> None:
    [broken] = [row for row in rows() if row["kind"] == "error"]
    assert broken["error"] == "The image cannot be read."
    assert broken["bytes"] == ""
