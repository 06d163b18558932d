"""Errors as responses: the statuses and the JSON in which OpenAI's API reports them."""

from __future__ import annotations

import json
from typing import Final

from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    MissingFeatureError,
    RefusalError,
    SemcodecError,
)

RETRY_SECONDS: Final = 2  #: after which a client may try again if the server is busy
TYPES: Final = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
UNEXPECTED: Final = "The server failed on this request, which is an error in it: report it."
OUT_OF_MEMORY: Final = "The server is out of memory: request a smaller picture, or free memory."


class RequestError(SemcodecError):
    """A request that is not carried out; the message is for the client.

    Attributes:
        status: the HTTP status.
        code: identifies the error for programs.
        field: the field of the request that is at fault; ``""`` if none is.
        may_pass: whether the same request may succeed a little later.
        method: the method that the route needs, if the request has another one.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "",
        field: str = "",
        *,
        may_pass: bool = False,
        method: str = "",
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.field, self.may_pass = status, code, field, may_pass
        self.method = method

    def body(self) -> bytes:
        """Return the JSON of the response."""
        kind = TYPES.get(
            self.status, "invalid_request_error" if self.status < 500 else "server_error"
        )
        error = {
            "message": str(self),
            "type": kind,
            "param": self.field or None,
            "code": self.code or None,
        }
        return json.dumps({"error": error}).encode()

    def headers(self) -> list[tuple[str, str]]:
        """Return the header that names the method of the route, or states when to try again.

        The packages of OpenAI try again after each status from 500 unless a header forbids it;
        that would repeat minutes of work with the same result.
        """
        if self.method:
            return [("allow", self.method)]
        if self.may_pass:
            return [("retry-after", str(RETRY_SECONDS))]
        return [("x-should-retry", "false")] if self.status >= 500 else []


def invalid_value_error(message: str, field: str = "") -> RequestError:
    """Return the error for a request with a wrong or an unsupported value."""
    return RequestError(400, message, "invalid_value", field)


def from_exception(error: BaseException) -> RequestError:
    """Return the error for an exception of a backend or of the library.

    The message of an exception that is not expected is not sent, since it may contain anything.
    """
    match error:
        case RequestError():
            return error
        case InputError():
            return invalid_value_error(str(error))
        case RefusalError():
            return RequestError(400, str(error), "content_policy_violation")
        case MissingFeatureError():
            return RequestError(501, str(error), "not_supported")
        case BudgetExceededError():
            return RequestError(402, str(error), "billing_hard_limit_reached")
        case BackendError(retryable=True):
            return RequestError(503, str(error), "backend_failed", may_pass=True)
        case SemcodecError():
            return RequestError(500, str(error), "backend_failed")
        case MemoryError():
            return RequestError(500, OUT_OF_MEMORY, "out_of_memory")
        case _:
            return RequestError(500, UNEXPECTED, "internal_error")
