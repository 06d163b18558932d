"""How many random inputs the tests try: few in the gate, many at night.

``SEMCODEC_PROFILE`` is ``gate`` (the default) or ``nightly``. It decides for hypothesis and for the
random runs that are our own. The gate tries the same inputs on every run and every machine. At
night there are more of them, or only a share of those, to try the nightly run itself:
``SEMCODEC_SHARE``, from 0 to 1; and they are others every night, by ``SEMCODEC_SEED``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, is_hypothesis_test, settings

NAME: Final = os.environ.get("SEMCODEC_PROFILE") or "gate"
SHARE: Final = float(os.environ.get("SEMCODEC_SHARE") or 1)
SEED: Final = int(os.environ.get("SEMCODEC_SEED") or 0)
NAMES: Final = ("gate", "nightly")
GATE_EXAMPLES: Final = 100  #: hypothesis's own default
NIGHTLY_EXAMPLES: Final = 1_500

#: The fixture ``record_property``: a sampled test records its "inputs" for bench/nightly.py.
RecordProperty = Callable[[str, object], None]


def count(gate: int, nightly: int) -> int:
    """Return how many inputs a test tries under the profile of this run, at least ``gate``."""
    return gate if NAME == "gate" else max(gate, round(SHARE * nightly))


def seed(gate: int) -> int:
    """Return the seed of a random run of our own: ``gate`` itself in the gate."""
    return gate if NAME == "gate" else gate + SEED


def examples(gate: int) -> settings:
    """Return settings for a property that needs another number of examples than the profile's.

    At night it gets as many times more as all others.
    """
    return settings(max_examples=count(gate, gate * NIGHTLY_EXAMPLES // GATE_EXAMPLES))


def register() -> None:
    """Register the profiles with hypothesis and load the one that is asked for.

    No property depends on a clock, in either profile: hypothesis's deadline (200 ms for an example)
    and its check for slow data both fail a correct test on a busy machine. ``clock_of`` finds
    a test that brings its own.

    Raises:
        ValueError: ``SEMCODEC_PROFILE`` names another profile.
    """
    if NAME not in NAMES:
        raise ValueError(f"SEMCODEC_PROFILE is {NAME!r}; use one of: {', '.join(NAMES)}.")
    default = settings.get_profile("default")  # and not "ci", which is loaded where CI is set
    no_clock = settings(default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(
        "gate", no_clock, max_examples=GATE_EXAMPLES, derandomize=True, database=None
    )
    settings.register_profile(
        "nightly", no_clock, max_examples=count(GATE_EXAMPLES, NIGHTLY_EXAMPLES), print_blob=True
    )
    settings.load_profile(NAME)


def clock_of(test: object) -> str | None:
    """Return which setting makes a property depend on a clock, or None."""
    if not is_hypothesis_test(test):
        return None
    # Hypothesis has no public name for the settings of a test; a test of ours notices a new one.
    # A stateful test is the method of a TestCase, and its settings are an attribute of the class.
    used: settings | None = getattr(test, "_hypothesis_internal_use_settings", None)
    if used is None:
        used = test.__self__.settings  # type: ignore[attr-defined]
    assert isinstance(used, settings)
    if used.deadline is not None:
        return f"a deadline of {used.deadline}"
    if HealthCheck.too_slow not in used.suppress_health_check:
        return "the health check too_slow"
    return None
