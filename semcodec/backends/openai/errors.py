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

Two other modules send a request again, each time as a new one with its own reservation: without
the fields that the server rejected, up to four times (``ServerModels._send``), and a text once with
the problem named, if the answer cannot be used (``PromptBackend``).

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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx2
import openai

from semcodec._wording import plural
from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.base_urls import base_url_advice
from semcodec.backends.openai.causes import (
    INVALID_KEY,
    NO_MODEL,
    Cause,
    find_cause,
    find_cause_of_page,
)
from semcodec.backends.openai.connection_problems import (
    CHECK_SERVER,
    NO_RESPONSE,
    protocol_problem,
    unreachable_problem,
)
from semcodec.backends.openai.credentials import NO_SOURCE, ApiKey
from semcodec.backends.openai.error_texts import (
    Problem,
    error_body,
    error_text,
    in_parentheses,
    is_web_page,
    page_text,
    shorten,
)
from semcodec.backends.openai.rejected_fields import find_rejected_fields
from semcodec.backends.openai.settings import Settings
from semcodec.backends.openai.status_problems import (
    cause_problem,
    key_problem,
    missing_route,
    name_model,
    redirect_problem,
    server_problem,
    shows_image,
)
from semcodec.backends.openai.tls import find_problem as find_tls_problem
from semcodec.backends.presets import PRESETS
from semcodec.backends.recording import ModelRequest, RejectedFieldError
from semcodec.errors import (
    BackendError,
    InvalidResponseError,
    MissingFeatureError,
    RefusalError,
)

RETRYABLE_ALWAYS: Final = (429, 503, 529)
RETRYABLE_TEXT: Final = (409, 500, 502)
#: Statuses that do not depend on the content of the request: payment, key, model, route.
UNAVAILABLE: Final = (401, 402, 403, 404, 405, 407, 451, 501)
#: Errors that the transport raises only if a request was not sent, or not completely.
NOT_SENT: Final = (
    httpx2.WriteError,
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
#: Error codes of servers.
REFUSALS: Final = ("moderation_blocked", "content_policy_violation", "content_filter")
#: Messages of servers that do not edit images, or whose model does not.
EDITS_MISSING: Final = re.compile(
    r"(?:not|n't|never) (?:be )?(?:support|implement|exist|available|allowed)|unsupported|"
    r"unknown (?:route|endpoint|url|path)|multipart|content[- ]type|no such (?:route|endpoint)",
    re.I,
)
#: Seconds: the limits of ``max_retry_after``, which otherwise equals the timeout of a response.
MIN_RETRY_AFTER: Final = 10.0
MAX_RETRY_AFTER: Final = 60.0
STATUS_OF_ERROR: Final = 500  #: the status of an error that states none
UNAUTHORIZED: Final = 401
MAY_PASS: Final = (408, 409, 425, 429)  #: statuses below 500 after which a retry may succeed
MAX_TEXT: Final = 20_000  #: characters of a server's text that are redacted and searched
MAX_LOGIN: Final = 20  #: characters of the kind of login that a server requires
ListModels = Callable[[], list[str]]


@dataclass(frozen=True, slots=True)
class ErrorTranslator:
    """Creates the errors for requests to one server; no message contains the key."""

    settings: Settings
    key: ApiKey

    def from_exception(
        self,
        request: ModelRequest,
        error: openai.OpenAIError,
        list_models: ListModels = list,
    ) -> BackendError:
        """Return the error for an exception of the openai package.

        Args:
            request: the request.
            error: the exception.
            list_models: returns the models of the server, the most similar one first; called only
                if the server does not have the model of ``request``.
        """
        if isinstance(error, openai.APIStatusError):
            return self._from_status(request, error, list_models)
        if isinstance(error, openai.APIConnectionError):
            return self._from_connection(request, error)
        return self._error(request, f"cannot be used: {self._quote(str(error))}.")

    def invalid_response(self, request: ModelRequest, problem: str) -> InvalidResponseError:
        """Return the error for a response that cannot be parsed."""
        message = self.key.redact_message(f"The server {self.settings.base_url} {problem}")
        return InvalidResponseError(
            message, backend="openai", stage=request.stage, retryable=True, billed=True
        )

    def malformed_response(
        self, request: ModelRequest, reason: str, may_pass: bool = False
    ) -> InvalidResponseError:
        """Return the error for a response that is not JSON or lacks a field.

        Args:
            request: the request.
            reason: what is wrong with the response.
            may_pass: whether another attempt may succeed, as after a truncated response.
        """
        problem = f"returned a malformed response to '{request.stage}' ({reason})"
        other = "use another server or model"
        if self.settings.is_local:
            advice = f"try again, or {other}." if may_pass else f"{other}."
        elif may_pass:
            advice = f"try again, which may be billed again, or {other}."
        else:
            advice = f"{other}, since another attempt may be billed and return the same."
        return self.invalid_response(request, f"{problem}: {advice}")

    def error_in_response(
        self, request: ModelRequest, text: str, status: int | None
    ) -> InvalidResponseError:
        """Return the error for a response with status 200 that contains only an error.

        Args:
            request: the request.
            text: the text of the error.
            status: the status that the response should have, or None if it states none.
        """
        cause = find_cause(status or STATUS_OF_ERROR, set(), text, shows_image(request))
        if cause is not None:
            problem, advice = self._cause_problem(cause, request, text, [])
        elif status == UNAUTHORIZED:
            problem, advice = key_problem("", self.key, self.settings)
        else:
            quoted = in_parentheses(text)
            problem = f"returned an error to '{request.stage}' with status 200{quoted}"
            advice = "check model and settings, or try again later."
            if status is not None:
                may_pass = status >= 500 or status in MAY_PASS
                advice = "try again later." if may_pass else "check model and settings."
        return self.invalid_response(request, f"{problem}: {advice}")

    def not_json(
        self, request: ModelRequest, content_type: str, text: str = ""
    ) -> InvalidResponseError:
        """Return the error for a response of another content type, such as a web page.

        Args:
            request: the request.
            content_type: its content type.
            text: what it contains if that is plain text.
        """
        received = "no content type"
        if "html" in content_type.lower():
            received = "a web page"
        elif content_type:
            received = f"content type {shorten(content_type)!r}"
        problem = f"returned {received} to '{request.stage}' in place of JSON{in_parentheses(text)}"
        advice = base_url_advice(self.settings.base_url, self.settings.is_local)
        return self.invalid_response(request, f"{problem}: {advice}")

    def client_error(self, request: ModelRequest, kind: str) -> BackendError:
        """Return the error for a request that failed on this machine, before it was sent."""
        return self._error(
            request, f"was not sent the request '{request.stage}' ({kind}): check the settings."
        )

    def refusal(self, request: ModelRequest, message: str) -> RefusalError:
        """Return the error for a request that the server refuses because of its content."""
        text = (
            f"The server {self.settings.base_url} refused '{request.stage}'"
            f"{in_parentheses(message)}: use another image or model."
        )
        return RefusalError(self.key.redact_message(text), backend="openai", stage=request.stage)

    def timeout(self, request: ModelRequest, seconds: float, was_sent: bool = True) -> BackendError:
        """Return the error for a response that was not complete in ``seconds``."""
        if not was_sent:
            problem = f"cannot be reached within {plural(f'{seconds:g}', 'second')}"
            return self._error(
                request, f"{problem}: {self._start_advice()}", retryable=True, unavailable=True
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

    def _start_advice(self) -> str:
        preset = PRESETS.get(self.settings.preset or "")
        if preset is None or self.settings.base_url != preset.base_url:
            return CHECK_SERVER
        return f"start {preset.title} with '{preset.start}', or name its URL with --base-url."

    def max_retry_after(self, request: ModelRequest) -> float:
        """Return the longest wait, in seconds, that a server may request before a retry."""
        seconds = self.timeout_seconds(request)
        return min(MAX_RETRY_AFTER, max(MIN_RETRY_AFTER, seconds))

    def timeout_seconds(self, request: ModelRequest) -> float:
        """Return the seconds in which the response must be complete."""
        is_image = request.is_image_request
        return self.settings.image_timeout if is_image else self.settings.text_timeout

    def _from_connection(
        self, request: ModelRequest, error: openai.APIConnectionError
    ) -> BackendError:
        cause = error.__cause__
        if isinstance(cause, httpx2.WriteError):
            problem = f"closed the connection before '{request.stage}' was sent completely"
            advice = "check http or https in the base URL, and its limit on the size of requests."
            return self._error(request, f"{problem}: {advice}", retryable=True)
        if not_sent(error):
            host = urlsplit(self.settings.base_url).hostname or ""
            if found := find_tls_problem(cause, host):
                problem = f"{found.problem}: {found.advice}"
                return self._error(request, problem, unavailable=True)
            problem, advice = unreachable_problem(cause)
            if advice == CHECK_SERVER:
                advice = self._start_advice()
            return self._error(request, f"{problem}: {advice}", retryable=True, unavailable=True)
        if isinstance(error, openai.APITimeoutError):
            return self.timeout(request, self.timeout_seconds(request))
        if isinstance(cause, httpx2.DecodingError):
            advice = "use another server or model."
            if "compressed" in str(cause):
                advice = "turn off compression in the server, or in the proxy before it."
            return self.invalid_response(
                request, f"returned {cause} to '{request.stage}': {advice}"
            )
        if protocol := protocol_problem(cause, request.stage, self.settings):
            return self.invalid_response(request, f"{protocol.problem}: {protocol.advice}")
        problem = f"lost the connection during '{request.stage}' ({type(cause).__name__})"
        advice = "try again."
        if str(cause).startswith(NO_RESPONSE):  # or one that is too short for HTTP
            advice = "check scheme and port of the base URL, or try again."
        return self._possibly_billed(request, problem, advice)

    def _possibly_billed(self, request: ModelRequest, problem: str, advice: str) -> BackendError:
        """Return the error for a request without a response, which may have been billed."""
        if not self.settings.is_local:
            problem += "; not retried, because the request may have been billed"
        error = self._error(request, f"{problem}: {advice}", retryable=True)
        error.billed = True
        return error

    def _from_status(
        self, request: ModelRequest, error: openai.APIStatusError, list_models: ListModels
    ) -> BackendError:
        codes, status = error_codes(error), error.status_code
        text = self._redact_beginning(error_text(error))
        if not codes.isdisjoint(REFUSALS):
            return self.refusal(request, text)
        cause = _find_cause(request, error, text)
        if cause is None and (rejected := find_rejected_fields(status, error_body(error), request)):
            return self._rejected_fields(request, rejected, status, text)
        if cause is None:
            problem, advice = self._status_problem(request, error, text, list_models)
        else:
            names = list_models() if cause.name == NO_MODEL else []
            problem, advice = self._cause_problem(cause, request, text, names)
        backend_error = self._error(
            request,
            f"{problem}: {advice}",
            retryable=cause.retryable if cause else status in (408, 409, 429) or status >= 500,
            unavailable=cause.unavailable if cause else _is_unavailable(status),
        )
        if request.route == "images/edits" and _lacks_edits(error, text):
            return MissingFeatureError(str(backend_error), backend="openai", stage=request.stage)
        return backend_error

    def _cause_problem(
        self, cause: Cause, request: ModelRequest, text: str, names: list[str]
    ) -> Problem:
        if cause.name == INVALID_KEY:
            return key_problem("", self.key, self.settings)
        return cause_problem(cause, request, self.settings, text, names)

    def _rejected_fields(
        self, request: ModelRequest, fields: tuple[str, ...], status: int, message: str
    ) -> RejectedFieldError:
        quoted = in_parentheses(f"status {status}: {message}" if message else f"status {status}")
        kind = "image" if request.is_image_request else "text"
        noun, them = ("field", "it") if len(fields) == 1 else ("fields", "them")
        names = ", ".join(f"{field} = false" for field in fields)
        problem = (
            f"rejected the {noun} {', '.join(fields)} of '{request.stage}'{quoted}: leave {them} "
            f"out with {kind}_names = {{ {names} }} in the config file."
        )
        error = self._error(request, problem)
        return RejectedFieldError(str(error), fields, backend="openai", stage=request.stage)

    def _status_problem(
        self,
        request: ModelRequest,
        error: openai.APIStatusError,
        text: str,
        list_models: ListModels,
    ) -> tuple[str, str]:
        """Return the message for an error whose cause only the status shows."""
        status, headers, is_page = error.status_code, error.response.headers, is_web_page(error)
        if 300 <= status < 400:
            location = self.key.redact_message(headers.get("location", ""))
            return redirect_problem(status, location, request.route, self.settings)
        if status == 401 or (status == 403 and not is_page and self.key.source == NO_SOURCE):
            login = headers.get("www-authenticate", "").partition(" ")[0][:MAX_LOGIN]
            return key_problem(login, self.key, self.settings)
        if status == 403 and not is_page:
            problem = f"does not allow this key to use {request.model}{in_parentheses(text)}"
            return problem, "use another model or key."
        if status in (404, 405, 501) and request.route != "models" and "model" in text.lower():
            problem = f"does not have the model {request.model}{in_parentheses(text)}"
            return problem, f"{name_model(request, list_models())}."
        if status in (404, 405, 501):
            return missing_route(request, self.settings, text)
        if status == 429:
            problem = f"rejected '{request.stage}' by its rate limit{in_parentheses(text)}"
            return problem, f"try again {_format_wait(retry_after(error))}."
        problem, advice = server_problem(status, request, self.settings, text, is_page)
        if status >= 500 and not is_retryable(error, request) and not self.settings.is_local:
            problem += "; not retried, because the server may have processed it"
        return problem, advice

    def _redact_beginning(self, text: str) -> str:
        """Return the beginning of a text of any length, without the key and any part of it."""
        if len(text) <= MAX_TEXT:
            return self.key.redact_message(text)
        # The end may have cut the key in two. Percent-encoding makes three characters of each.
        return self.key.redact_message(text[:MAX_TEXT])[: -3 * len(self.key.reveal())]

    def _error(self, request: ModelRequest, problem: str, **flags: bool) -> BackendError:
        message = self.key.redact_message(f"The server {self.settings.base_url} {problem}")
        return BackendError(message, backend="openai", stage=request.stage, **flags)

    def _quote(self, message: str) -> str:
        """Return the beginning of a server's message, redacted first and then shortened."""
        return shorten(self.key.redact_message(message))


def is_retryable(error: openai.OpenAIError, request: ModelRequest) -> bool:
    """Return whether ``request`` may be sent again unchanged (see the module's description)."""
    if isinstance(error, openai.APIStatusError):
        is_image, status = request.is_image_request, error.status_code
        statuses = RETRYABLE_ALWAYS if is_image else RETRYABLE_ALWAYS + RETRYABLE_TEXT
        if status not in statuses:
            return False
        if cause := _find_cause(request, error, error_text(error)):
            return cause.retryable
        return not find_rejected_fields(status, error_body(error), request)
    is_unreachable = isinstance(error, openai.APIConnectionError) and not_sent(error)
    return is_unreachable and not find_tls_problem(error, host="")  # a certificate stays the same


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


def _find_cause(request: ModelRequest, error: openai.APIStatusError, text: str) -> Cause | None:
    cause = find_cause(error.status_code, error_codes(error), text, shows_image(request))
    return cause or find_cause_of_page(error.status_code, page_text(error))


def _is_unavailable(status: int) -> bool:
    return status in UNAVAILABLE or 300 <= status < 400


def _lacks_edits(error: openai.APIStatusError, message: str) -> bool:
    """Return whether the server has no image edits, or the model cannot edit."""
    if error.status_code in (404, 405, 415, 501):
        return True
    is_rejected = error.status_code in (400, 422)
    return is_rejected and (error.param == "model" or EDITS_MISSING.search(message) is not None)


def _format_wait(seconds: float | None) -> str:
    if not seconds:
        return "later"
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f} {unit}"
    return f"in {plural(f'{seconds:g}', 'second')}"
