"""The number of random inputs that the tests try: few in the gate, many at night.

The environment variable ``SEMCODEC_PROFILE`` is ``gate`` (the default) or ``nightly``. It applies
to hypothesis and to our own random tests. The gate tries the same inputs on every run and machine.
The nightly profile tries more, different ones for each ``SEMCODEC_SEED``; ``SEMCODEC_SHARE``, 0..1,
reduces their number to try the nightly run itself.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

NAME: Final = os.environ.get("SEMCODEC_PROFILE") or "gate"
SHARE: Final = float(os.environ.get("SEMCODEC_SHARE") or 1)
SEED: Final = int(os.environ.get("SEMCODEC_SEED") or 0)
NAMES: Final = ("gate", "nightly")
GATE_EXAMPLES: Final = 30
NIGHTLY_EXAMPLES: Final = 1_500
#: For tests that bound the time of long texts. They depend on the clock, and so on the machine.
measures_time: Final = pytest.mark.skipif(NAME != "nightly", reason="it measures time")
#: For tests of several seconds, which start many processes; see ``bench/nightly.py``.
at_night: Final = pytest.mark.skipif(NAME != "nightly", reason="it takes several seconds")

#: Lists such tests by name, for files that need no other mark.
NIGHT_FILE: Final = Path(__file__).with_name("night.txt")

#: The fixture ``record_property``: a sampled test records its "inputs" for bench/nightly.py.
RecordProperty = Callable[[str, object], None]


def count(gate: int, nightly: int) -> int:
    """Return the number of inputs for the current profile, at least ``gate``."""
    return gate if NAME == "gate" else max(gate, round(SHARE * nightly))


def seed(gate: int) -> int:
    """Return the seed of one of our own random tests: ``gate`` itself in the gate."""
    return gate if NAME == "gate" else gate + SEED


def examples(gate: int) -> settings:
    """Return settings for a property with ``gate`` examples instead of the default number.

    At night the number grows by the same factor as that of all other properties.
    """
    return settings(max_examples=count(gate, gate * NIGHTLY_EXAMPLES // GATE_EXAMPLES))


def read_night_tests() -> dict[str, int]:
    """Return the tests of ``NIGHT_FILE``; of a test with a number N, every Nth case is in the gate.

    A test without a case in the gate has the number 0.
    """
    lines = NIGHT_FILE.read_text("utf-8").splitlines()
    parts = [line.partition(" 1 of ") for line in lines if line and not line.startswith("#")]
    return {test: int(number or 0) for test, _, number in parts}


def mark_night_tests(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of ``NIGHT_FILE``, so that they run at night only."""
    listed, counts = read_night_tests(), Counter[str]()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if test in listed:
            is_in_gate = listed[test] and counts[test] % listed[test] == 0
            counts[test] += 1
            item.add_marker("sampled")
            if not is_in_gate:
                item.add_marker(at_night)


def register() -> None:
    """Register the profiles with hypothesis and load the requested one.

    Neither profile depends on a clock: hypothesis's deadline (200 ms per example) and its health
    check for slow data both fail a correct test on a busy machine. ``clock_dependency`` finds tests
    that set one themselves.

    Raises:
        ValueError: ``SEMCODEC_PROFILE`` is not the name of a profile.
    """
    if NAME not in NAMES:
        raise ValueError(f"SEMCODEC_PROFILE is {NAME!r}; use one of: {', '.join(NAMES)}.")
    default = settings.get_profile("default")  # not "ci", which hypothesis loads if CI is set
    no_clock = settings(default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(
        "gate", no_clock, max_examples=GATE_EXAMPLES, derandomize=True, database=None
    )
    settings.register_profile(
        "nightly", no_clock, max_examples=count(GATE_EXAMPLES, NIGHTLY_EXAMPLES), print_blob=True
    )
    settings.load_profile(NAME)


def clock_dependency(test: object) -> str | None:
    """Return the setting that makes a property depend on a clock, None if there is none."""
    if not is_hypothesis_test(test):
        return None
    # Hypothesis has no public name for the settings of a test; test_profiles.py fails if this one
    # changes. A stateful test is a method of a TestCase, whose settings are a class attribute.
    used: settings | None = getattr(test, "_hypothesis_internal_use_settings", None)
    if used is None:
        used = test.__self__.settings  # type: ignore[attr-defined]
    assert isinstance(used, settings)
    if used.deadline is not None:
        return f"a deadline of {used.deadline}"
    if HealthCheck.too_slow not in used.suppress_health_check:
        return "the health check too_slow"
    return None
