"""Means over the photographs for each setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from semcodec.measure.results import Result, Results


def rows_of_means(results: Results) -> list[tuple[str, ...]]:
    """Return the headings, and for each setting the means over the photographs that have it."""
    return [HEADINGS, *_rows(results)]


HEADINGS = ("setting", "photographs", "bytes", "file µbpp")


def _rows(results: Results) -> Iterator[tuple[str, ...]]:
    for setting in results["settings"]:
        found = [
            result
            for photograph in results["photographs"]
            for result in photograph["results"]
            if result["setting"] == setting["id"]
        ]
        if found:
            yield setting["label"], str(len(found)), *_means(found)


def _means(found: Sequence[Result]) -> tuple[str, ...]:
    rates = [result["rate"] for result in found]
    return (
        f"{fmean(rate['file_bits'] for rate in rates) / 8:.1f}",
        f"{fmean(rate['file_ubpp'] for rate in rates):.1f}",
    )
