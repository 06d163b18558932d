"""One test for many values: pytest takes about 3 ms for a test, longer than many of our checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

MAX_SHOWN: Final = 20  #: failures that are shown in full
MAX_NAME: Final = 200  #: characters of the name of a value


def for_each(
    values: Iterable[Any], *, name: Callable[[Any], object] = repr
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Run the decorated check on all values, in one test.

    Use it instead of ``parametrize`` for more than about 50 values, if the check is short and needs
    no fixture. The test goes on after a failure; its report has the name and the traceback of each
    value that failed.

    Args:
        values: at least one; a tuple is the arguments of one call.
        name: returns the name of a value in the report.
    """
    rows = list(values)
    assert rows, "a test without values cannot fail"

    def decorate(check: Callable[..., None]) -> Callable[[], None]:
        def run() -> None:
            failures = [error for row in rows if (error := _failure(check, row, name))]
            if failures:
                title = f"{len(failures)} of {len(rows)} values"
                raise BaseExceptionGroup(title, failures[:MAX_SHOWN])

        run.__name__ = run.__qualname__ = check.__name__
        run.__doc__, run.__module__ = check.__doc__, check.__module__
        return run

    return decorate


def _failure(
    check: Callable[..., None], value: object, name: Callable[[Any], object]
) -> BaseException | None:
    """Return the error of one check, with the name of its value."""
    try:
        if type(value) is tuple:  # not a NamedTuple, which is one value
            check(*value)
        else:
            check(value)
    except (Exception, pytest.fail.Exception) as error:
        error.add_note(f"value: {name(value)}"[:MAX_NAME])
        return error
    return None
