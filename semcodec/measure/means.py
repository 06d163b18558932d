"""Means over photographs; each table, plot and export uses these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

from semcodec.measure.results import Photograph, Result, Results


def pairs_of(results: Results, setting: str) -> list[tuple[Photograph, Result]]:
    """Return the photographs that have a result with a setting, each with it."""
    return [
        (photograph, result)
        for photograph in results["photographs"]
        for result in photograph["results"]
        if result["setting"] == setting
    ]


def metric_values(result: Result) -> dict[str, float | None]:
    """Return all metrics of a result: of its words, and of its picture."""
    return {**result["fidelity"], **result["picture"]}


def mean(values: Iterable[float]) -> float | None:
    """Return the mean, or None without any value."""
    numbers = list(values)
    return fmean(numbers) if numbers else None


def mean_values(rows: Iterable[Mapping[str, float | None]]) -> dict[str, float]:
    """Return the mean of each name over the rows that have a number for it."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                columns.setdefault(name, []).append(value)
    return {name: fmean(values) for name, values in columns.items()}
