"""Configuration for the tests of both packages: random tests, garbage collection, environment."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import is_hypothesis_test

from tests import profiles

#: Settings of the user. Once a run is enough: a test sets its own through ``monkeypatch``.
USER_SETTINGS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SEMCODEC_API_KEY")

profiles.register()


def pytest_configure() -> None:
    """Run the tests without the user's keys, servers and settings."""
    for name in USER_SETTINGS:
        os.environ.pop(name, None)
    os.environ["SEMCODEC_CONFIG"] = "/nonexistent/config.toml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that run at night only, and those that pytest-cov does not trace.

    Random inputs take three times as long if they are traced. So the examples and vectors alone
    cover the exact middle. Other long tests of it have the same mark.
    """
    profiles.mark_night_tests(items)
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Exclude what collection made, such as thousands of tests, from garbage collection."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a property test that depends on a clock, even if it would pass on an idle machine."""
    if clock := profiles.clock_dependency(getattr(item, "obj", None)):
        pytest.fail(f"The property has {clock}; leave that to tests/profiles.py.", pytrace=False)
