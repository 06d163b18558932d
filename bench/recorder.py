"""A pytest plug-in that records the CPU time and inputs of each test, in one file per worker.

The environment variable ``TEST_RECORDS`` names the directory. Each line is a JSON object with
``test`` (its id), ``cpu`` (seconds, including child processes) and ``inputs`` (the number of
Hypothesis examples, or the property ``inputs`` that the test recorded).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test, including the set-up of its fixtures."""
    before = sum(os.times()[:4])
    result = yield
    row = {
        "test": item.nodeid,
        "cpu": sum(os.times()[:4]) - before,
        "inputs": _inputs(item),
    }
    with (Path(os.environ["TEST_RECORDS"]) / f"{os.getpid()}").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    return result


def _inputs(item: pytest.Item) -> int:
    """Return the number of inputs of a test; 0 if they are not counted."""
    statistics = getattr(item, "hypothesis_statistics", "")
    examples = re.findall(r"(\d+) (?:passing|failing|invalid)\b", statistics)
    recorded = [value for name, value in item.user_properties if name == "inputs"]
    return sum(map(int, examples)) + sum(map(int, map(str, recorded)))
