"""The counter of function calls counts those of the code in its context, and no others."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from fuzz.call_counter import CallCounter


def double(number: int) -> int:
    return number + number


class Cycle:
    """An object that only a garbage collection removes; its finalizer calls a function."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        double(1)


def test_calls_are_counted() -> None:
    with CallCounter() as counter:
        for number in range(10):
            double(number)
    assert counter.calls == 10 + 1  # and __exit__


def test_finalizers_of_other_objects_are_not_counted() -> None:
    gc.collect()
    for _ in range(100):
        Cycle()
    with CallCounter() as counter:
        objects = [[[]] for _ in range(10_000)]  # enough for a collection
    assert len(objects) == 10_000
    assert counter.calls < 10


@pytest.mark.parametrize("change", [gc.enable, gc.disable])
def test_garbage_collection_stays_as_it_was(change: Any) -> None:
    before = gc.isenabled()
    change()
    expected = gc.isenabled()
    with CallCounter():
        pass
    after = gc.isenabled()
    (gc.enable if before else gc.disable)()
    assert after == expected
