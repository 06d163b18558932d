"""Run targets on inputs that a seed determines, and shrink the first one that fails.

Hypothesis turns a buffer of random bytes into an input (``fuzz_one_input``). Under Atheris the
buffer comes from libFuzzer, here from a seeded generator. The same seed gives the same inputs with
the same version of hypothesis. This engine is not guided by coverage.
"""

from __future__ import annotations

import functools
import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.strategies import SearchStrategy

from fuzz import corpus, targets

T = TypeVar("T")

#: Bytes in a buffer; nearly all inputs need fewer. An input that needs more is discarded.
BUFFER_BYTES: Final = 2048
START_BUFFERS: Final = 100  #: buffers from which libFuzzer starts


@dataclass
class Outcome:
    """The result of a run.

    Attributes:
        runs: number of inputs tried.
        failed: the input that failed, and the exception of the target; None if no input failed.
        buffer: the buffer from which this input was made; None for inputs of the corpus.
    """

    runs: int = 0
    failed: tuple[Any, Exception] | None = None
    buffer: bytes | None = None


def make_test(
    test: Callable[[Any], None], inputs: SearchStrategy[Any], **options: Any
) -> Callable[[], None]:
    """Return ``test`` as a hypothesis test, without a clock and without a database on disk."""
    options = {"database": None, "deadline": None} | options
    configure = settings(suppress_health_check=list(HealthCheck), **options)
    return configure(given(inputs)(lambda example: test(example)))


def write_buffers(folder: Path) -> None:
    """Write buffers for libFuzzer to start from.

    Otherwise it would start with an empty buffer and lengthen it slowly, and nearly all inputs
    would be discarded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)
    for number in range(START_BUFFERS):
        (folder / f"{number:03}").write_bytes(rng.randbytes(BUFFER_BYTES))


def random_inputs(inputs: SearchStrategy[T], seed: str) -> Iterator[tuple[T, bytes]]:
    """Yield an endless series of inputs, each with its buffer."""
    drawn: list[T] = []
    draw = make_test(drawn.append, inputs).hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    rng = random.Random(seed)
    while True:
        buffer = rng.randbytes(BUFFER_BYTES)
        draw(buffer)
        if drawn:
            yield drawn.pop(), buffer


@functools.cache
def _near_records(seed: int) -> tuple[list[bytes], Iterator[tuple[bytes, bytes]]]:
    return [], random_inputs(targets.load("unpack").inputs(), str(seed))


def near_records(seed: int, count: int) -> list[bytes]:
    """Return the first ``count`` inputs of the target `unpack`, for tests that need many at once.

    All tests of a process share the inputs of a seed, since generating takes longer than parsing.
    """
    generated, more = _near_records(seed)
    missing = max(0, count - len(generated))
    generated += (example for example, _ in itertools.islice(more, missing))
    return generated[:count]


def run(
    name: str,
    seed: int,
    runs: int | None = None,
    seconds: float | None = None,
    corpus_step: int = 1,
) -> Outcome:
    """Try the corpus and then random inputs: up to a failure, a number of runs or a time.

    With ``corpus_step`` 3, only every third input of the corpus is tried.
    """
    end = None if seconds is None else time.monotonic() + seconds
    outcome, known = (
        Outcome(),
        ((example, None) for example in corpus.of_target(name)[::corpus_step]),
    )
    generated = random_inputs(targets.load(name).inputs(), f"{name} {seed}")
    for example, buffer in itertools.islice(itertools.chain(known, generated), runs):
        if end is not None and time.monotonic() > end:
            break
        outcome.runs += 1
        if error := failure(name, example):
            outcome.failed, outcome.buffer = (example, error), buffer
            break
    return outcome


def failure(name: str, example: Any) -> Exception | None:
    """Return the exception that a target raises on ``example``, or None."""
    try:
        targets.load(name).test_one_input(example)
    except Exception as error:  # every exception is a finding
        return error
    return None


def shrink(name: str, buffer: bytes) -> tuple[Any, Exception] | None:
    """Return the smallest input with the failure of ``buffer`` and its exception, or None.

    ``fuzz_one_input`` stores the choices of a failing buffer in the test's database, and a run of
    the same test starts from there and shrinks. The last failure that it sees is the smallest.
    """
    target = targets.load(name)
    smallest: list[tuple[Any, Exception]] = []

    def test(example: Any) -> None:
        try:
            target.test_one_input(example)
        except Exception as error:
            smallest[:] = [(example, error)]
            raise

    shrinking = make_test(
        test,
        target.inputs(),
        database=InMemoryExampleDatabase(),
        phases=[Phase.reuse, Phase.shrink],
    )
    for attempt in (lambda: shrinking.hypothesis.fuzz_one_input(buffer), shrinking):  # type: ignore[attr-defined]
        try:
            attempt()
        except Exception:  # it is in `smallest`
            continue
    return smallest[0] if smallest else None
