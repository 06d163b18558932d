"""Results as one table in CSV: a row for each photograph and setting, and for each baseline."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from semcodec.measure.results import Baseline, Photograph, Result, Results, Setting

FILE_NAME: Final = "results.csv"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")  #: of a cell that a spreadsheet would run
#: The columns that each table has; those of metrics follow, by group.
COLUMNS: Final = (
    "photograph", "kind", "name", "coding", "k", "max_bytes", "layers", "words", "bytes",
    "payload_bits", "layer_bits", "file_bits", "bpp_of_photograph", "payload_ubpp_of_picture",
    "file_ubpp_of_picture", "encode_seconds", "decode_seconds", "error",
)  # fmt: skip

Row = dict[str, str | int | float | None]


def to_csv(results: Results) -> str:
    """Return the table in CSV, as RFC 4180 describes it; an empty cell is a value that is absent.

    The columns of metrics are named by their group, as ``picture.de16``.
    """
    settings = {setting["id"]: setting for setting in results["settings"]}
    rows = [row for photograph in results["photographs"] for row in _rows(photograph, settings)]
    columns = dict.fromkeys(COLUMNS) | dict.fromkeys(key for row in rows for key in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _rows(photograph: Photograph, settings: dict[str, Setting]) -> Iterator[Row]:
    name = photograph["name"]
    if photograph["error"] is not None:
        yield {"photograph": name, "kind": "error", "error": photograph["error"]}
    for result in photograph["results"]:
        yield {"photograph": name, "kind": "semcodec", **_result(result, settings)}
    for setting, message in photograph.get("failed", {}).items():
        yield {"photograph": name, "kind": "semcodec", "name": setting, "error": message}
    for baseline in photograph["baselines"]:
        yield {"photograph": name, "kind": "baseline", **_baseline(baseline)}


def _result(result: Result, settings: dict[str, Setting]) -> Row:
    setting, rate = settings[result["setting"]], result["rate"]
    row: Row = {
        "name": setting["id"],
        "coding": setting["coding"],
        "k": setting["k"],
        "max_bytes": setting["max_bytes"],
        "layers": setting["layers"],
        "words": " ".join(result["words"]),
        "bytes": rate["file_bits"] // 8,
        "payload_bits": rate["bits"]["payload"],
        "layer_bits": rate["layer_bits"],
        "file_bits": rate["file_bits"],
        "bpp_of_photograph": rate["file_ubpp_of_photograph"] / 1e6,
        "payload_ubpp_of_picture": rate["payload_ubpp"],
        "file_ubpp_of_picture": rate["file_ubpp"],
        "encode_seconds": result["encode_seconds"],
        "decode_seconds": result["decode_seconds"],
    }
    row |= {f"text.{key}": value for key, value in result["text_coders"].items()}
    row |= {f"fidelity.{key}": value for key, value in result["fidelity"].items()}
    row |= {f"picture.{key}": value for key, value in result["picture"].items()}
    return row | {f"rank.{key}": value for key, value in result.get("retrieval", {}).items()}


def _baseline(baseline: Baseline) -> Row:
    row: Row = {
        "name": f"{baseline['codec']} {baseline['setting']}".strip(),
        "bytes": baseline["bytes"],
        "file_bits": 8 * baseline["bytes"],
        "bpp_of_photograph": baseline["bpp"],
        "encode_seconds": baseline["encode_seconds"],
        "decode_seconds": baseline["decode_seconds"],
    }
    return row | {f"picture.{key}": value for key, value in baseline["metrics"].items()}


def _cell(value: str | int | float | None) -> str | int | float | None:
    """Return a cell; a text that a spreadsheet would take for a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
