"""No property depends on a clock, in either profile and also if one file runs alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests import profiles

ROOT = Path(__file__).parents[1]
#: Environment variables that select another profile or other options of pytest.
UNSET_VARIABLES = ("CI", "PYTEST_ADDOPTS", "SEMCODEC_PROFILE")


def with_settings(**options: Any) -> Any:
    """Return a property with these settings."""

    @settings(**options)
    @given(st.none())
    def holds(nothing: None) -> None:
        assert nothing is None

    return holds


@given(st.none())
def with_no_settings(nothing: None) -> None:
    assert nothing is None


def with_rules(**options: Any) -> Any:
    """Return the test of a state machine with these settings, as pytest calls it."""

    class Machine(RuleBasedStateMachine):
        @rule()
        def step(self) -> None:
            """Do nothing."""

    class Case(Machine.TestCase):  # type: ignore[misc, name-defined]
        """The test."""

    if options:
        Case.settings = settings(**options)
    return Case("runTest").runTest


@pytest.mark.parametrize("name", profiles.NAMES)
def test_profiles_have_no_deadline(name: str) -> None:
    profile = settings.get_profile(name)
    assert profile.deadline is None
    assert HealthCheck.too_slow in profile.suppress_health_check
    assert (profile.derandomize, profile.database is None) == (name == "gate",) * 2


@pytest.mark.parametrize(
    ("options", "clock"),
    [
        ({"deadline": 200}, "a deadline of 0:00:00.200000"),
        ({"suppress_health_check": [HealthCheck.data_too_large]}, "the health check too_slow"),
        ({"max_examples": 30}, None),
    ],
)
def test_settings_that_depend_on_a_clock_are_found(
    options: dict[str, Any], clock: str | None
) -> None:
    assert profiles.clock_dependency(with_settings(**options)) == clock
    assert profiles.clock_dependency(with_rules(**options)) == clock


def test_properties_without_a_clock_are_accepted() -> None:
    assert profiles.clock_dependency(with_no_settings) is None
    assert profiles.clock_dependency(with_rules()) is None
    assert profiles.clock_dependency(profiles.examples(30)(with_no_settings)) is None
    assert profiles.clock_dependency(test_properties_without_a_clock_are_accepted) is None


@pytest.mark.parametrize(
    "test",
    [
        "embedded/tests/test_painter.py::test_any_list_of_known_words_is_painted",
        "tests/words/test_skeletons.py",
    ],
)
def test_profile_applies_to_single_files(test: str) -> None:
    """Hypothesis's default profile, which has a deadline, is rejected before any test runs."""
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=line"]
    result = subprocess.run(
        [*run, "--hypothesis-profile=default", test],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in UNSET_VARIABLES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "The property has a deadline of 0:00:00.200000" in result.stdout


def test_tests_of_the_night_exist() -> None:
    for test, number in profiles.read_night_tests().items():
        path, *_, name = test.split("::")
        before, found, _ = (ROOT / path).read_text("utf-8").partition(f"def {name}(")
        assert found, test
        cases = before.rpartition("\n\n")[2]
        assert number == 0 or (number > 1 and "@" in cases), test


class Item:
    """A collected test, as far as it is used."""

    def __init__(self, nodeid: str) -> None:
        self.nodeid, self.marks = nodeid, list[Any]()

    def add_marker(self, mark: Any) -> None:
        self.marks.append(mark)


def test_every_nth_case_is_in_the_gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(profiles, "NIGHT_FILE", tmp_path / "night.txt")
    (tmp_path / "night.txt").write_text("# long\n\na.py::test_x 1 of 2\na.py::test_y\n")
    names = "test_x[0]", "test_x[1]", "test_x[2]", "test_y", "test_y_too", "test_y[[0]"
    items = [Item(f"a.py::{name}") for name in names]
    profiles.mark_night_tests(items)  # type: ignore[arg-type]
    night = [item.nodeid for item in items if profiles.at_night in item.marks]
    assert night == ["a.py::test_x[1]", "a.py::test_y", "a.py::test_y[[0]"]
    sampled = [item.nodeid for item in items if "sampled" not in item.marks]
    assert sampled == ["a.py::test_y_too"]


def test_unknown_profile_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "NAME", "weekly")
    with pytest.raises(ValueError, match="'weekly'"):
        profiles.register()


def test_nightly_tries_more_inputs_than_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "NAME", "gate")
    assert profiles.count(gate=10, nightly=1_000) == 10
    monkeypatch.setattr(profiles, "NAME", "nightly")
    for share, expected in ((1, 1_000), (0.1, 100), (0, 10)):
        monkeypatch.setattr(profiles, "SHARE", share)
        assert profiles.count(gate=10, nightly=1_000) == expected
