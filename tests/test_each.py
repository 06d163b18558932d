"""One test for many values reports every failure, with the name of its value."""

from __future__ import annotations

import pytest

from tests import each
from tests.each import for_each


def failures_of(test: object) -> BaseExceptionGroup[BaseException]:
    assert callable(test)
    with pytest.raises(BaseExceptionGroup) as caught:
        test()
    return caught.value


def test_every_failure_is_reported_with_its_value() -> None:
    seen = []

    @for_each([1, 2, 3, 4], name=lambda value: f"number {value}")
    def check(value: int) -> None:
        """Check a value."""
        seen.append(value)
        if value == 3:
            pytest.fail("three")
        assert value != 2

    failures = failures_of(check)
    assert seen == [1, 2, 3, 4]
    assert [error.__notes__ for error in failures.exceptions] == [
        ["value: number 2"],
        ["value: number 3"],
    ]
    assert "2 of 4 values" in str(failures)
    assert (check.__name__, check.__doc__) == ("check", "Check a value.")


def test_tuple_is_the_arguments_of_a_call() -> None:
    @for_each(zip("ab", "cd", strict=True))
    def check(left: str, right: str) -> None:
        assert (left, right) == ("a", "c")

    [error] = failures_of(check).exceptions
    assert error.__notes__ == ["value: ('b', 'd')"]


def test_number_of_shown_failures_is_limited() -> None:
    @for_each(range(each.MAX_SHOWN + 5))
    def check(value: int) -> None:
        raise ValueError(value)

    failures = failures_of(check)
    assert len(failures.exceptions) == each.MAX_SHOWN
    assert f"{each.MAX_SHOWN + 5} of {each.MAX_SHOWN + 5} values" in str(failures)


def test_test_without_failures_passes() -> None:
    for_each([1, 2])(lambda value: None)()


def test_skipped_value_skips_the_test() -> None:
    """It would pass unseen otherwise."""
    with pytest.raises(pytest.skip.Exception):
        for_each([1])(lambda value: pytest.skip("not here"))()


def test_values_are_required() -> None:
    with pytest.raises(AssertionError, match="cannot fail"):
        for_each([])
