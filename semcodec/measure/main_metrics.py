"""The metrics that plots and tables on paper show; the page and the exports have all."""

from __future__ import annotations

import re
from typing import Final

from semcodec.measure.means import metric_values
from semcodec.measure.results import Metric, Results

#: Metrics that are a part of another one, or close to it.
MINOR: Final = re.compile(
    r".*_(precision|recall)|(colors|counts|places|sizes)_f1|de32|roundtrip_(objects_f1|similarity)"
)


def measured_metrics(results: Results) -> list[Metric]:
    """Return the metrics that have a value in any result."""
    found = {
        name
        for photograph in results["photographs"]
        for result in photograph["results"]
        for name, value in metric_values(result).items()
        if value is not None
    }
    return [metric for metric in results["metrics"] if metric["name"] in found]


def main_metrics(results: Results) -> list[Metric]:
    """Return the metrics that matter most, and that words or pictures of any setting have."""
    return [each for each in measured_metrics(results) if not MINOR.fullmatch(each["name"])]
