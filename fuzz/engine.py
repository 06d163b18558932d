"""The plain engine: seeded, reproducible, without any dependency.

It starts from the corpus, lets the target make inputs, changes both, and counts what it did. It
knows nothing of coverage: that is what atheris is for. The same seed gives the same inputs.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from fuzz import corpus, targets


@dataclass
class Outcome:
    """What a run did.

    Attributes:
        runs: inputs tried.
        slowest: the input that took longest, and its seconds; for people, no test looks at it.
        failed: the input that broke a law, and what was raised; None if none did.
    """

    runs: int = 0
    slowest: tuple[float, bytes] = field(default=(0.0, b""))
    failed: tuple[bytes, Exception] | None = None


def inputs(name: str, seed: int) -> Iterator[bytes]:
    """Go over the inputs of a target: first its corpus, then without end what chance makes."""
    target, rng = targets.load(name), random.Random(f"{name} {seed}")
    kept = [*corpus.of_target(name), *(data for _, data in corpus.regressions(name))]
    yield from kept
    while True:
        if kept and rng.randrange(3) == 0:
            yield target.mutated(rng, rng.choice(kept))
        else:
            yield target.an_input(rng)


def run(name: str, seed: int, runs: int | None = None, seconds: float | None = None) -> Outcome:
    """Try inputs until one fails, or for so many runs, or for so long."""
    outcome, end = Outcome(), None if seconds is None else time.monotonic() + seconds
    for data in itertools.islice(inputs(name, seed), runs):
        start = time.monotonic()
        if end is not None and start > end:
            break
        outcome.runs += 1
        if error := failure(name, data):
            outcome.failed = data, error
            break
        outcome.slowest = max(outcome.slowest, (time.monotonic() - start, data))
    return outcome


def failure(name: str, data: bytes) -> Exception | None:
    """Return what a target raises on ``data``, or None."""
    try:
        targets.load(name).test_one_input(data)
    except Exception as error:  # anything at all is a finding
        return error
    return None
