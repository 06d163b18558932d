"""Translate the errors of a server into messages, and decide which requests may be retried.

The retries themselves (after status 429, for example) are a loop in ``client``.

Retries and billing. The invariant: a request is not sent again if the first one may be billed for
much, because both may be; an image costs ten to a hundred times as much as a text. Three cases:

* Not sent: the connection failed, or the proxy or TLS handshake before it, or the server closed it
  before the last byte was sent (``not_sent``). This costs nothing and is retried.
* Answered with an error status. 429 and 503 mean that nothing was processed; they are retried for
  all requests (``RETRYABLE_ALWAYS``). After 409, 500 and 502 the server has usually, but not
  certainly, processed nothing. They are retried for texts, where a second bill is small, and never
  for images, which the server may have painted before it failed (``RETRYABLE_TEXT``). An exhausted
  account also has status 429; it is never retried. The budget counts an error status as free.
* Sent, without a complete response: lost connections, timeouts, malformed responses. They are not
  retried, because a retry could pay twice without notice. The error has ``billed`` set: the budget
  counts the highest possible price. After a lost connection or a timeout, the message explains why
  there was no retry.

Two other modules send a text again, each time as a new request with its own reservation: once
without the JSON schema, if the server rejected it (``ServerModels.complete``), and once with the
problem named, if the answer cannot be used (``PromptBackend``).

The retries of the openai package are turned off (``max_retries=0``): it would also repeat image
requests that timed out, and requests that fail because the account has no credit. Tested by
``test_a_fault_has_the_outcome_in_the_table``, which counts the requests of every fault for texts
and images, by ``test_sent_request_may_be_billed``, ``test_malformed_response_may_be_billed`` and
``test_a_handshake_that_fails_is_not_billed`` for ``billed``, and by
``test_a_failed_request_costs_its_bound_only_if_it_may_be_billed`` for its effect on the budget.

This module imports openai and httpx2, so it must not be imported before the client is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import openai

from semcodec._wording import plural
from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.credentials import NO_SOURCE, ApiKey
from semcodec.backends.openai.rejected_fields import find_rejected_fields
from semcodec.backends.openai.settings import Settings
from semcodec.backends.openai.tls import find_failure as find_tls_failure
from semcodec.backends.recording import ModelRequest, RejectedFieldError
from semcodec.errors import (
    BackendError,
    InvalidResponseError,
    MissingFeatureError,
    RefusalError,
)

RETRYABLE_ALWAYS: Final = (429, 503)
RETRYABLE_TEXT: Final = (409, 500, 502)
#: Statuses that do not depend on the content of the request: payment, key, model, route.
UNAVAILABLE: Final = (401, 402, 403, 404, 405, 501)
#: Errors that the transport raises only if a request was not sent, or not completely.
NOT_SENT: Final = (
    httpx2.WriteError,
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
#: Error codes of servers.
NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
REFUSALS: Final = ("moderation_blocked", "content_policy_violation", "content_filter")
TOO_LONG: Final = (
    "context_length_exceeded",
    "string_above_max_length",
    "exceed_context_size_error",
)
#: Messages of servers that do not edit images, or whose model does not.
EDITS_MISSING: Final = re.compile(
    r"(?:not|n't|never) (?:be )?(?:support|implement|exist|available|allowed)|unsupported|"
    r"unknown (?:route|endpoint|url|path)|multipart|content[- ]type|no such (?:route|endpoint)",
    re.I,
)
IMAGE_ROUTES: Final = ("images/generations", "images/edits")
MAX_QUOTED: Final = 160  #: characters of a server's message in ours
MAX_EXAMINED: Final = 10_000  #: characters of a message in which visible ones are looked for
#: Seconds: the limits of ``max_retry_after``, which otherwise equals the timeout of a response.
MIN_RETRY_AFTER: Final = 10.0
MAX_RETRY_AFTER: Final = 60.0
CHECK_SERVER: Final = "check that it is running and that the base URL is right."


@dataclass(frozen=True, slots=True)
class ErrorTranslator:
    """Creates the errors for requests to one server; no message contains the key."""

    settings: Settings
    key: ApiKey

    def from_exception(self, request: ModelRequest, error: openai.OpenAIError) -> BackendError:
        """Return the error for an exception of the openai package."""
        if isinstance(error, openai.APIStatusError):
            return self._from_status(request, error)
        if isinstance(error, openai.APIConnectionError):
            return self._from_connection(request, error)
        return self._error(request, f"cannot be used: {self._quote(str(error))}.")

    def invalid_response(self, request: ModelRequest, problem: str) -> InvalidResponseError:
        """Return the error for a response that cannot be parsed."""
        message = self.key.redact_message(f"The server {self.settings.base_url} {problem}")
        return InvalidResponseError(
            message, backend="openai", stage=request.stage, retryable=True, billed=True
        )

    def malformed_response(self, request: ModelRequest, reason: str) -> InvalidResponseError:
        """Return the error for a response that is not JSON or lacks a field."""
        problem = f"returned a malformed response to '{request.stage}' ({reason})"
        return self.invalid_response(request, f"{problem}: try again, or use another model.")

    def client_error(self, request: ModelRequest, kind: str) -> BackendError:
        """Return the error for a request that failed on this machine, before it was sent."""
        return self._error(
            request, f"was not sent the request '{request.stage}' ({kind}): check the settings."
        )

    def refusal(self, request: ModelRequest, message: str) -> RefusalError:
        """Return the error for a request that the server refuses because of its content."""
        text = (
            f"The server {self.settings.base_url} refused '{request.stage}'"
            f"{_in_parentheses(message)}: use another image or model."
        )
        return RefusalError(self.key.redact_message(text), backend="openai", stage=request.stage)

    def timeout(self, request: ModelRequest, seconds: float, was_sent: bool = True) -> BackendError:
        """Return the error for a response that was not complete in ``seconds``."""
        if not was_sent:
            problem = f"cannot be reached within {plural(f'{seconds:g}', 'second')}"
            return self._error(
                request, f"{problem}: {CHECK_SERVER}", retryable=True, unavailable=True
            )
        problem = f"did not complete '{request.stage}' within {plural(f'{seconds:g}', 'second')}"
        return self._possibly_billed(request, problem, "try again with a longer --timeout.")

    def rate_limit(self, request: ModelRequest) -> BackendError:
        """Return the error for a request that the settings do not allow soon enough."""
        problem = (
            f"cannot be sent '{request.stage}' within {rate_limits.MAX_OWN_WAIT:.0f} seconds: "
            "raise requests_per_minute or tokens_per_minute, or send fewer requests at once."
        )
        return self._error(request, problem, retryable=True)

    def max_retry_after(self, request: ModelRequest) -> float:
        """Return the longest wait, in seconds, that a server may request before a retry."""
        seconds = self.timeout_seconds(request)
        return min(MAX_RETRY_AFTER, max(MIN_RETRY_AFTER, seconds))

    def timeout_seconds(self, request: ModelRequest) -> float:
        """Return the seconds in which the response must be complete."""
        is_image = request.route in IMAGE_ROUTES
        return self.settings.image_timeout if is_image else self.settings.text_timeout

    def _from_connection(
        self, request: ModelRequest, error: openai.APIConnectionError
    ) -> BackendError:
        cause = error.__cause__
        kind = type(cause).__name__
        if isinstance(cause, httpx2.WriteError):
            problem = f"closed the connection before '{request.stage}' was sent completely"
            advice = "check http or https in the base URL, and its limit on the size of requests."
            return self._error(request, f"{problem}: {advice}", retryable=True)
        if not_sent(error):
            host = urlsplit(self.settings.base_url).hostname or ""
            if failure := find_tls_failure(cause, host):
                problem = f"{failure.problem}: {failure.advice}"
                return self._error(request, problem, unavailable=True)
            problem = f"cannot be reached ({kind}): {CHECK_SERVER}"
            return self._error(request, problem, retryable=True, unavailable=True)
        if isinstance(error, openai.APITimeoutError):
            return self.timeout(request, self.timeout_seconds(request))
        if isinstance(cause, httpx2.DecodingError):
            problem = f"returned {cause} to '{request.stage}'"
            return self.invalid_response(request, f"{problem}: check the base URL.")
        problem = f"lost the connection during '{request.stage}' ({kind})"
        return self._possibly_billed(request, problem, "try again.")

    def _possibly_billed(self, request: ModelRequest, problem: str, advice: str) -> BackendError:
        """Return the error for a request without a response, which may have been billed."""
        if not self.settings.is_local:
            problem += "; not retried, because the request may have been billed"
        error = self._error(request, f"{problem}: {advice}", retryable=True)
        error.billed = True
        return error

    def _from_status(self, request: ModelRequest, error: openai.APIStatusError) -> BackendError:
        codes, status = error_codes(error), error.status_code
        message = self._quote(_server_message(error))
        if not codes.isdisjoint(REFUSALS):
            return self.refusal(request, message)
        if not codes.isdisjoint(NO_CREDIT):
            advice = "add credit to the account, or use another key."
            problem = f"reports that the account has no credit left: {advice}"
            return self._error(request, problem, unavailable=True)
        if status == 413 or not codes.isdisjoint(TOO_LONG):
            problem = f"rejected '{request.stage}' as too long{_in_parentheses(message)}"
            advice = "use a model with more context, or a smaller image."
            return self._error(request, f"{problem}: {advice}")
        if rejected := find_rejected_fields(status, error.body, request):
            return self._rejected_fields(request, rejected, status, message)
        problem = self._status_problem(request, error, message)
        backend_error = self._error(
            request,
            problem,
            retryable=status in (408, 409, 429) or status >= 500,
            unavailable=status in UNAVAILABLE or 300 <= status < 400,
        )
        if request.route == "images/edits" and _lacks_edits(error, message):
            return MissingFeatureError(str(backend_error), backend="openai", stage=request.stage)
        return backend_error

    def _rejected_fields(
        self, request: ModelRequest, fields: tuple[str, ...], status: int, message: str
    ) -> RejectedFieldError:
        quoted = _in_parentheses(f"status {status}: {message}" if message else f"status {status}")
        kind = "image" if request.is_image_request else "text"
        names = ", ".join(f"{field} = false" for field in fields)
        problem = (
            f"rejected the {'field' if len(fields) == 1 else 'fields'} {', '.join(fields)} of "
            f"'{request.stage}'{quoted}: leave it out with {kind}_names = {{ {names} }} in the "
            "config file."
        )
        error = self._error(request, problem)
        return RejectedFieldError(str(error), fields, backend="openai", stage=request.stage)

    def _status_problem(
        self, request: ModelRequest, error: openai.APIStatusError, message: str
    ) -> str:
        quoted = _in_parentheses(message)
        match error.status_code:
            case 401 if self.key.source == NO_SOURCE:
                return "requires an API key: set SEMCODEC_API_KEY in the environment."
            case 401:
                return f"rejected the API key from {self.key.source}: set a valid one."
            case 403:
                problem = f"does not allow this key to use {request.model}{quoted}"
                return f"{problem}: use another model or key."
            case 404 | 405 | 501:
                return _not_found(request, message)
            case 429:
                when = _format_wait(retry_after(error))
                return f"rejected '{request.stage}' by its rate limit{quoted}: try again {when}."
            case status if 300 <= status < 400:
                return f"redirects elsewhere (status {status}): use the new base URL."
            case status:
                quoted = _in_parentheses(
                    f"status {status}: {message}" if message else f"status {status}"
                )
                if status >= 500:
                    return f"failed during '{request.stage}'{quoted}: try again later."
                return f"rejected '{request.stage}'{quoted}: check model and settings."

    def _error(self, request: ModelRequest, problem: str, **flags: bool) -> BackendError:
        message = self.key.redact_message(f"The server {self.settings.base_url} {problem}")
        return BackendError(message, backend="openai", stage=request.stage, **flags)

    def _quote(self, message: str) -> str:
        """Return the beginning of a server's message, redacted first and then shortened."""
        return shorten(self.key.redact_message(message))


def is_retryable(error: openai.OpenAIError, request: ModelRequest) -> bool:
    """Return whether ``request`` may be sent again unchanged (see the module's description)."""
    if isinstance(error, openai.APIStatusError):
        is_image, status = request.route in IMAGE_ROUTES, error.status_code
        statuses = RETRYABLE_ALWAYS if is_image else RETRYABLE_ALWAYS + RETRYABLE_TEXT
        is_temporary = status in statuses and error_codes(error).isdisjoint(NO_CREDIT)
        return is_temporary and not find_rejected_fields(status, error.body, request)
    is_unreachable = isinstance(error, openai.APIConnectionError) and not_sent(error)
    return is_unreachable and not find_tls_failure(error, host="")  # a certificate stays the same


def is_overloaded(error: openai.OpenAIError) -> bool:
    """Return whether the server rejects requests for a while, whatever their content."""
    return isinstance(error, openai.APIStatusError) and error.status_code in RETRYABLE_ALWAYS


def not_sent(error: openai.OpenAIError) -> bool:
    """Return whether the request certainly did not reach the server, at least not completely."""
    return isinstance(error.__cause__, NOT_SENT)


def error_codes(error: openai.APIStatusError) -> set[str]:
    """Return the error codes in a response: OpenAI sets ``code``, llama.cpp ``type``."""
    return {code for code in (error.code, error.type) if isinstance(code, str)}


def retry_after(error: openai.OpenAIError) -> float | None:
    """Return the wait that the server requests, in seconds, or None."""
    if not isinstance(error, openai.APIStatusError):
        return None
    return rate_limits.retry_after(error.response.headers)


def _lacks_edits(error: openai.APIStatusError, message: str) -> bool:
    """Return whether the server has no image edits, or the model cannot edit."""
    if error.status_code in (404, 405, 415, 501):
        return True
    is_rejected = error.status_code in (400, 422)
    return is_rejected and (error.param == "model" or EDITS_MISSING.search(message) is not None)


def _not_found(request: ModelRequest, message: str) -> str:
    """Return the message for a status that means a missing model or a missing route."""
    is_image, names_model = request.route in IMAGE_ROUTES, "model" in message.lower()
    if request.route == "models":
        return "does not list its models: name one with --model or --painter-model."
    if names_model:
        option = "--painter-model" if is_image else "--model"
        problem = f"does not have the model {request.model}{_in_parentheses(message)}"
        return f"{problem}: name one of its models with {option}."
    problem = f"does not have the route {request.route}"
    if request.route == "images/edits":
        return f"{problem}: use another editor."
    if is_image:
        return f"{problem}: use another painter, such as --painter embedded."
    return f"{problem}{_in_parentheses(message)}: check that the base URL ends in /v1."


def _server_message(error: openai.APIStatusError) -> str:
    """Return the message in the body of an error response; empty for an HTML page."""
    body: Any = error.body
    if isinstance(body, dict):
        body = body.get("message", body.get("detail"))
    elif "json" not in error.response.headers.get("content-type", ""):
        return ""
    return body if isinstance(body, str) else ""


def _format_wait(seconds: float | None) -> str:
    if not seconds:
        return "later"
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f} {unit}"
    return f"in {plural(f'{seconds:g}', 'second')}"


def _in_parentheses(message: str) -> str:
    return f" ({shorten(message).rstrip('.')})" if message else ""


def shorten(message: str, max_length: int = MAX_QUOTED) -> str:
    """Return the beginning of a message as one printable line of at most ``max_length``."""
    head = message[:MAX_EXAMINED]
    printable = "".join(char if char.isprintable() else " " for char in head)
    line = " ".join(printable.split())
    return line if len(line) <= max_length else line[: max_length - 1] + "…"
