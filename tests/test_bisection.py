"""The largest count that fits a limit, if all smaller ones fit and if not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from semcodec._bisection import largest


@given(st.integers(0, 300), st.integers(0, 300))
def test_largest_count_that_fits(limit: int, last: int) -> None:
    assert largest(limit, lambda count: count <= last) == min(limit, last)


@given(st.lists(st.booleans(), max_size=40))
def test_result_fits_and_its_successor_does_not(fits: list[bool]) -> None:
    count = largest(len(fits), lambda count: fits[count - 1])
    assert count == 0 or fits[count - 1]
    assert count == len(fits) or not fits[count]
