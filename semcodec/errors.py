"""The exceptions of the library. Their class shows whether data, input or a backend is at fault."""

from __future__ import annotations

from typing import Any, Literal

Verdict = Literal["malformed", "invalid"]


class SemcodecError(Exception):
    """The base of all exceptions that the library raises.

    Attributes:
        trace: of ``encode`` and ``decode``: the stages that ran, and the one that failed.
        picture: of ``decode``: the image that was painted before the failure, which may have cost
            money; None if there is none.
    """

    trace: Any = None
    picture: Any = None


class FormatError(SemcodecError, ValueError):
    """Data breaks a rule of the format.

    Attributes:
        rule: id of the broken rule in the specification, such as ``"SC-CHK-2"``.
        offset: position of the violation, in bits from the first bit of the data.
        verdict: ``"malformed"`` if the data after the offset cannot be read, ``"invalid"`` if it
            can.
        found, expected: the actual and the valid content, in words.
    """

    rule: str
    offset: int
    verdict: Verdict
    found: str
    expected: str

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
        """Return the class and its arguments, so that copies and pickles keep the attributes."""
        values = self.rule, self.args[0], self.offset, self.verdict, self.found, self.expected
        return type(self), values

    def __str__(self) -> str:
        byte, bit = divmod(self.offset, 8)
        return f"{self.args[0]} ({self.rule} at byte {byte}, bit {bit})"


class UnsupportedError(SemcodecError):
    """Data may be valid, but this version cannot read it, or it exceeds a limit.

    Attributes:
        rule: id of the rule in the specification that requires a decoder to stop.
        offset: position of the violation, in bits from the first bit of the data.
        found, expected: the actual content, and the content that this version can read.
    """

    rule: str
    offset: int
    found: str
    expected: str

    def __init__(
        self, message: str, rule: str = "", offset: int = 0, found: str = "", expected: str = ""
    ) -> None:
        super().__init__(message)
        self.rule, self.offset, self.found, self.expected = rule, offset, found, expected


class InputError(SemcodecError, ValueError):
    """An argument is not valid, such as an image, a text or an option."""


class BackendError(SemcodecError):
    """A backend or its model failed.

    Attributes:
        backend: name of the backend, such as ``"embedded"``.
        stage: the step that failed, such as ``"describe"``, ``"select"`` or ``"paint"``.
        retryable: whether the same call may succeed later.
        billed: whether a server may have billed a call that returned no result.
        unavailable: whether the backend cannot be used at all, so that any other call would fail
            too, for example because its server cannot be reached or rejects the key.
    """

    backend: str
    stage: str
    retryable: bool
    billed: bool
    unavailable: bool

    def __init__(
        self,
        message: str,
        *,
        backend: str = "",
        stage: str = "",
        retryable: bool = False,
        billed: bool = False,
        unavailable: bool = False,
    ) -> None:
        super().__init__(message)
        self.backend, self.stage, self.retryable = backend, stage, retryable
        self.billed, self.unavailable = billed, unavailable


class PendingResponseError(SemcodecError):
    """A response of a batch has not arrived yet: the same call continues once it has.

    It is not a ``BackendError``, because no backend has failed, and nothing must replace the result
    of the call. See ``semcodec.backends.openai.batches``.

    Attributes:
        digest: that of the request, ``ModelRequest.digest``; empty if the round had no room for it,
            so that only another call adds it to a batch.
    """

    digest: str

    def __init__(self, message: str, digest: str = "") -> None:
        super().__init__(message)
        self.digest = digest

    def __reduce__(self) -> tuple[type[PendingResponseError], tuple[str, str]]:
        """Return the class and its arguments, so that a copy has the digest."""
        return type(self), (self.args[0], self.digest)


class MissingFeatureError(BackendError):
    """The backend or its server lacks what a call needs, such as editing; nothing was billed.

    ``decode`` then paints a new picture in place of an edit.
    """


class RefusalError(BackendError):
    """The model refused the request, for example by its content policy."""


class InvalidResponseError(BackendError):
    """The model returned a result that cannot be used."""


class BudgetExceededError(BackendError):
    """The next call could exceed the limit on cost."""


class WorkerDiedError(BackendError):
    """The process that ran a task has died, for example because memory was short.

    See ``semcodec.bulk``; ``retryable`` is set.
    """
