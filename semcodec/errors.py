"""The one tree of errors: whose fault it is decides the class (design: the contract)."""

from __future__ import annotations

from typing import Any, Literal

Verdict = Literal["malformed", "invalid"]


class SemcodecError(Exception):
    """Anything the library refuses to do. No other exception leaves it.

    Attributes:
        trace: of ``encode`` and ``decode``: the stages that were done, and the one that failed.
    """

    trace: Any = None


class FormatError(SemcodecError, ValueError):
    """The bytes are at fault.

    Attributes:
        rule: the specification's id of the broken rule, such as ``"SC-PAY-2"``.
        offset: where it shows, in bits from the first bit of the data.
        verdict: ``"malformed"`` if the bytes cannot be read on, ``"invalid"`` if they can be
            read and break a rule.
        found, expected: what stands there, and what would be right.
    """

    def __init__(
        self,
        rule: str,
        message: str,
        offset: int = 0,
        verdict: Verdict = "malformed",
        found: str = "",
        expected: str = "",
    ) -> None:
        super().__init__(message)
        self.rule, self.offset, self.verdict = rule, offset, verdict
        self.found, self.expected = found, expected

    def __reduce__(self) -> tuple[type[FormatError], tuple[str, str, int, Verdict, str, str]]:
        """Say how a copy is made, for process pools."""
        values = self.rule, self.args[0], self.offset, self.verdict, self.found, self.expected
        return type(self), values

    def __str__(self) -> str:
        byte, bit = divmod(self.offset, 8)
        return f"{self.args[0]} ({self.rule} at byte {byte}, bit {bit})"


class UnsupportedError(SemcodecError):
    """The bytes may be right, but this reader cannot know: a newer version, coding or extension.

    Attributes:
        rule: the specification's id of the rule that says to stop here.
        offset: in bits from the first bit of the data.
        found, expected: what stands there, and what this reader could take.
    """

    def __init__(
        self, message: str, rule: str = "", offset: int = 0, found: str = "", expected: str = ""
    ) -> None:
        super().__init__(message)
        self.rule, self.offset, self.found, self.expected = rule, offset, found, expected


class InputError(SemcodecError, ValueError):
    """What the caller gave is at fault: an image, a text, an option."""


class BackendError(SemcodecError):
    """A model failed.

    Attributes:
        backend: its name, such as ``"embedded"``.
        stage: ``"describe"``, ``"select"``, ``"paint"`` and so on.
        retryable: whether the same call may succeed later.
        billed: whether a server may have billed a call for which nothing came.
    """

    def __init__(
        self,
        message: str,
        *,
        backend: str = "",
        stage: str = "",
        retryable: bool = False,
        billed: bool = False,
    ) -> None:
        super().__init__(message)
        self.backend, self.stage, self.retryable = backend, stage, retryable
        self.billed = billed


class RefusalError(BackendError):
    """The model declined to do it."""


class InvalidResponseError(BackendError):
    """The model answered, and the answer cannot be used."""


class BudgetExceededError(BackendError):
    """Going on would cost more than allowed."""
