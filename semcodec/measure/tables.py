"""Means over the photographs for each setting, as a table of text."""

from __future__ import annotations

from typing import Final

from semcodec.measure import means
from semcodec.measure.report import summary
from semcodec.measure.results import Metric, Results

#: The metrics of the table, if they were computed: the first one of each group.
SHOWN: Final = (
    ("words_f1",),
    ("similarity_paraphrase", "similarity_minilm"),
    ("de16",),
    ("box_iou",),
)
DIGITS: Final = {"de16": 1}  #: after the point; 2 of other metrics


def rows_of_means(results: Results) -> list[tuple[str, ...]]:
    """Return the headings, and the means of each setting over the photographs that have it.

    The last columns state how many pictures were found by image models among all photographs.
    """
    metrics = [metric for names in SHOWN if (metric := _find(results, names)) is not None]
    models = list(dict.fromkeys(each["model"] for each in results["retrieval"]))
    headings = ("setting", "photographs", "bytes", "µbpp of picture", "smaller than JPEG floor")
    rows = [(*headings, *(each["label"] for each in metrics), *(f"found by {m}" for m in models))]
    for rate in summary.mean_rates(results):
        if rate.photographs:
            pairs = means.pairs_of(results, rate.setting["id"])
            values = means.mean_values(means.metric_values(result) for _, result in pairs)
            rows.append(
                (
                    rate.setting["label"],
                    str(rate.photographs),
                    f"{rate.bytes:.1f}",
                    f"{rate.file_ubpp:.1f}",
                    f"{rate.to_floor:.0f}x" if rate.to_floor else "-",
                    *(_number(values.get(each["name"]), each["name"]) for each in metrics),
                    *(_found(results, rate.setting["id"], model) for model in models),
                )
            )
    return rows


def _find(results: Results, names: tuple[str, ...]) -> Metric | None:
    """Return the first metric with one of ``names``."""
    known = {metric["name"]: metric for metric in results["metrics"]}
    return next((known[name] for name in names if name in known), None)


def _number(value: float | None, name: str) -> str:
    return "-" if value is None else f"{value:.{DIGITS.get(name, 2)}f}"


def _found(results: Results, setting: str, model: str) -> str:
    """Return how many pictures were found among how many photographs."""
    for each in results["retrieval"]:
        if (each["setting"], each["model"]) == (setting, model):
            return f"{each['found']} of {each['photographs']}"
    return "-"
