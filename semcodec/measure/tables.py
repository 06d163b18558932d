"""Means over the photographs for each setting, as a table of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from semcodec.measure import means
from semcodec.measure.report import summary
from semcodec.measure.results import Results

Row = tuple[str, ...]


class _Column(NamedTuple):
    """A metric in the table; the first of ``names`` that was computed.

    Attributes:
        heading: two lines.
        digits: after the point.
    """

    names: Sequence[str]
    heading: tuple[str, str]
    digits: int = 2


COLUMNS: Final = (
    _Column(("words_f1",), ("words", "F1")),
    _Column(("similarity_paraphrase", "similarity_minilm"), ("simi-", "larity")),
    _Column(("de16",), ("color", "dE16"), digits=1),
    _Column(("box_iou",), ("box", "IoU")),
)
HEADINGS: Final = (
    ("setting", "", "bytes", "file", "JPEG"),
    ("", "N", "", "µbpp", "floor"),
)


def rows_of_means(results: Results) -> list[Row]:
    """Return two rows of headings, and the means of each setting over the photographs that have it.

    The last columns state how many pictures were found by image models among all photographs.
    """
    known = {metric["name"] for metric in results["metrics"]}
    columns = [column for column in COLUMNS if known.intersection(column.names)]
    models = list(dict.fromkeys(each["model"] for each in results["retrieval"]))
    first = (
        *HEADINGS[0],
        *(column.heading[0] for column in columns),
        *("found" for _ in models),
    )
    second = (*HEADINGS[1], *(column.heading[1] for column in columns), *models)
    rates = [rate for rate in summary.mean_rates(results) if rate.photographs]
    return [first, second, *(_row(results, rate, columns, models) for rate in rates)]


def _row(
    results: Results, rate: summary.MeanRate, columns: Sequence[_Column], models: Sequence[str]
) -> Row:
    pairs = means.pairs_of(results, rate.setting["id"])
    values = means.mean_values(means.metric_values(result) for _, result in pairs)
    return (
        rate.setting["label"],
        str(rate.photographs),
        f"{rate.bytes:.1f}",
        f"{rate.file_ubpp:.1f}",
        f"{rate.to_floor:.0f}x" if rate.to_floor else "-",
        *(_number(values, column) for column in columns),
        *(_found(results, rate.setting["id"], model) for model in models),
    )


def _number(values: dict[str, float], column: _Column) -> str:
    found = [values[name] for name in column.names if name in values]
    return f"{found[0]:.{column.digits}f}" if found else "-"


def _found(results: Results, setting: str, model: str) -> str:
    """Return how many pictures were found among how many photographs."""
    for each in results["retrieval"]:
        if (each["setting"], each["model"]) == (setting, model):
            return f"{each['found']} of {each['photographs']}"
    return "-"
