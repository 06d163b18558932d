"""Which failures of one input end the run, since all other inputs would share them."""

from __future__ import annotations

from typing import Final

from semcodec.cli.output import WriteError
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InvalidResponseError,
    RefusalError,
    WorkerDiedError,
)

MAX_REPEATED: Final = 3  #: inputs in a row that fail with the same message of a server


def concerns_all(error: BaseException) -> bool:
    """Return whether other inputs would fail for the same reason."""
    if isinstance(error, WriteError | BudgetExceededError):
        return True
    return isinstance(error, BackendError) and (error.unavailable or error.stage == "load")


class Failures:
    """Finds a server that fails again and again; one that is overloaded may recover."""

    def __init__(self) -> None:
        self._last, self._count = "", 0

    def reset(self) -> None:
        """Note an input that did not fail."""
        self._last, self._count = "", 0

    def end_run(self, error: BaseException) -> bool:
        """Return whether an error ends the run: it concerns all, or a server repeats it.

        A failure that depends on the input, such as a refusal, is not counted as repeated.
        """
        if concerns_all(error):
            return True
        if not isinstance(error, BackendError) or not error.retryable:
            return False
        if isinstance(error, InvalidResponseError | RefusalError | WorkerDiedError):
            return False
        self._count = self._count + 1 if str(error) == self._last else 1
        self._last = str(error)
        return self._count >= MAX_REPEATED
