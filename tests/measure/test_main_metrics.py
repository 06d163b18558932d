"""The metrics of plots and tables on paper are the main ones that have values."""

from __future__ import annotations

from semcodec.measure.main_metrics import main_metrics
from tests.measure.made_results import make_results


def test_parts_of_metrics_and_metrics_without_values_are_left_out() -> None:
    results = make_results(2, (6,))
    assert results["metrics"][0]["name"] == "words_recall"
    names = ["words_f1", "colors", "boxes_iou"]
    assert [each["name"] for each in main_metrics(results)] == names
    for photograph in results["photographs"]:
        for result in photograph["results"]:
            result["fidelity"]["words_f1"] = None
            del result["picture"]["boxes_iou"]
    assert [each["name"] for each in main_metrics(results)] == ["colors"]
