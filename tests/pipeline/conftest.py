"""The fake model for the tests of the pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipeline.fake_model import SetResults, register


@pytest.fixture
def set_results(monkeypatch: pytest.MonkeyPatch) -> SetResults:
    """Register the backend "model", and return a function that sets its results by stage."""

    def set_results_(**results: Any) -> None:
        register(monkeypatch, **results)

    set_results_()
    return set_results_
