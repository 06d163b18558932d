"""Results without names of folders and servers."""

from __future__ import annotations

from pathlib import Path

from semcodec.measure import places
from tests.measure.made_results import make_results

PLACE = "/home/ada/key.txt and http://10.0.0.7:8080/v1?key=1"
WITHOUT = "key.txt and [address]"


def test_messages_and_names_of_models_lose_places_and_descriptions_do_not(tmp_path: Path) -> None:
    results = make_results()
    results["command"] = f"semcodec bench DIR -o OUT --backend {PLACE}"
    results["backends"]["painter"] = results["skipped"]["clip"] = PLACE
    photograph = results["photographs"][0]
    photograph["error"] = photograph["description"] = PLACE
    photograph["results"][0]["notices"] = photograph["results"][0]["rate"]["out_of_band"] = [PLACE]
    results["metrics"][0]["model"] = PLACE
    cleaned = places.results_without_places(results)
    assert cleaned["command"] == f"semcodec bench DIR -o OUT --backend {WITHOUT}"
    assert cleaned["backends"]["painter"] == cleaned["skipped"]["clip"] == WITHOUT
    row = cleaned["photographs"][0]
    assert row["description"] == PLACE
    assert row["error"] == cleaned["metrics"][0]["model"] == WITHOUT
    assert row["results"][0]["notices"] == row["results"][0]["rate"]["out_of_band"] == [WITHOUT]
