"""The metrics that plots and tables on paper show; the page and the exports have all."""

from __future__ import annotations

import re
from typing import Final

from semcodec.measure.results import Metric, Results

#: Metrics that are a part of another one, or close to it.
MINOR: Final = re.compile(
    r".*_(precision|recall)|(colors|counts|places|sizes)_f1|de32|roundtrip_(objects_f1|similarity)"
)


def main_metrics(results: Results) -> list[Metric]:
    """Return the metrics that matter most, and that words or pictures of any setting have."""
    found = {
        name
        for photograph in results["photographs"]
        for result in photograph["results"]
        for name, value in (result["fidelity"] | result["picture"]).items()
        if value is not None
    }
    return [
        metric
        for metric in results["metrics"]
        if metric["name"] in found and not MINOR.fullmatch(metric["name"])
    ]
