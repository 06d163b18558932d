"""What went wrong with a call, in one sentence that says what to do about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError, InvalidResponseError, RefusalError

if TYPE_CHECKING:
    import openai

MAX_QUOTED: Final = 160  #: characters of what a server says
NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
REFUSALS: Final = ("moderation_blocked", "content_policy_violation", "content_filter")
TOO_LONG: Final = (
    "context_length_exceeded",
    "string_above_max_length",
    "exceed_context_size_error",
)
#: Words by which servers complain of an answer's shape.
ABOUT_SHAPES: Final = ("response_format", "schema", "grammar", "sampler", "peg-", "text.format")
PICTURES: Final = ("images/generations", "images/edits")
#: Errors of the transport that are raised only before a request is sent.
UNSENT: Final = ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError")
MAX_WAIT: Final = 60.0  #: seconds a server may ask us to wait, or as long as an answer may take
MIN_WAIT: Final = 10.0


class SchemaNotSupported(BackendError):
    """The server does not hold answers to a shape; without one, it may answer."""


@dataclass(frozen=True, slots=True)
class ErrorTranslator:
    """Says what went wrong with calls to one server."""

    settings: Settings
    key: ApiKey

    def of_answer(self, call: ModelRequest, what: str) -> InvalidResponseError:
        """Return the error for an answer that cannot be read."""
        message = f"The server {self.settings.base_url} answered {call.stage} with {what}"
        return InvalidResponseError(
            self.key.hidden(message), **self._place(call), retryable=True, billed=True
        )

    def of_ours(self, call: ModelRequest, kind: str) -> BackendError:
        """Return the error for a call that could not even be tried."""
        return self._error(call, f"cannot be asked to {call.stage} ({kind}): check the settings.")

    def of_refusal(self, call: ModelRequest, said: str) -> RefusalError:
        """Return the error for a model that declined in so many words."""
        who = f"The server {self.settings.base_url} declines to {call.stage}{_aside(said)}"
        message = f"{who}: use another image or model."
        return RefusalError(self.key.hidden(message), **self._place(call))

    def of_time(
        self, call: ModelRequest, seconds: float, never_arrived: bool = False
    ) -> BackendError:
        """Return the error for an answer that was not complete in time, or was never asked for."""
        if never_arrived:
            what = f"cannot be reached in {seconds:g} seconds"
            return self._error(
                call, f"{what}: is it running, and is the base URL right?", retryable=True
            )
        what = f"did not complete {call.stage} in {seconds:g} seconds{self._aside_on_bill()}"
        return self._lost(call, f"{what}: try again, and allow more with --timeout.")

    def of(self, call: ModelRequest, error: openai.OpenAIError) -> BackendError:
        """Return the error for one of the client's."""
        import openai

        if isinstance(error, openai.APIStatusError):
            return self._of_status(call, error)
        if isinstance(error, openai.APIConnectionError):
            return self._of_connection(call, error)
        return self._error(call, f"cannot be asked: {self._quoted(str(error))}.")

    def patience(self, call: ModelRequest) -> float:
        """Return the seconds that a server may ask us to wait before a call is made again."""
        return min(MAX_WAIT, max(MIN_WAIT, self.timeout(call)))

    def timeout(self, call: ModelRequest) -> float:
        """Return the seconds in which the answer must be complete."""
        return self.settings.image_timeout if call.route in PICTURES else self.settings.text_timeout

    def _of_connection(self, call: ModelRequest, error: openai.APIConnectionError) -> BackendError:
        import openai

        cause = type(error.__cause__).__name__
        if never_arrived(error):
            return self._error(call, _unreachable(error, cause), retryable=True)
        if isinstance(error, openai.APITimeoutError):
            return self.of_time(call, self.timeout(call))
        if cause == "DecodingError":
            return self.of_answer(call, f"{error.__cause__}: check the base URL.")
        what = f"broke off during {call.stage} ({cause}){self._aside_on_bill()}"
        return self._lost(call, f"{what}: try again.")

    def _lost(self, call: ModelRequest, what: str) -> BackendError:
        """Return the error for a call that may be billed, though nothing came of it."""
        error = self._error(call, what, retryable=True)
        error.billed = True
        return error

    def _aside_on_bill(self) -> str:
        if self.settings.is_local:
            return ""
        return ", and the call may have been billed, so it is not made again by itself"

    def _of_status(self, call: ModelRequest, error: openai.APIStatusError) -> BackendError:
        names, said = named(error), self._quoted(_message(error))
        status = error.status_code
        if not names.isdisjoint(REFUSALS):
            return self.of_refusal(call, said)
        if not names.isdisjoint(NO_CREDIT):
            return self._error(
                call, "says there is no credit left: add some to the account, or use another key."
            )
        if status == 413 or not names.isdisjoint(TOO_LONG):
            what = f"finds {call.stage} too long{_aside(said)}"
            return self._error(call, f"{what}: use a model with more context, or a smaller image.")
        retryable = status in (408, 409, 429) or status >= 500
        fault = self._error(call, self._sentence(call, error, said), retryable)
        return _named_as_shape(fault, status, said)

    def _sentence(self, call: ModelRequest, error: openai.APIStatusError, said: str) -> str:
        match error.status_code:
            case 401:
                return self._wants_key()
            case 403:
                whose = f"does not let this key use {call.model}{_aside(said)}"
                return f"{whose}: use another model or key."
            case 404 | 405 | 501:
                return self._unknown(call, said)
            case 429:
                return _limited(said, wait_asked(error))
            case status:
                return _other(call, said, status)

    def _unknown(self, call: ModelRequest, said: str) -> str:
        if call.route == "models":
            return "does not list its models: name one with --model or --painter-model."
        if call.route in PICTURES and "model" not in said.lower():
            return f"has no route {call.route}: choose another painter, such as --painter embedded."
        if "model" in said.lower():
            option = "--painter-model" if call.route in PICTURES else "--model"
            return f"has no model {call.model}{_aside(said)}: name one it has with {option}."
        return f"has no route {call.route}{_aside(said)}: does the base URL end in /v1?"

    def _wants_key(self) -> str:
        if self.key.source.startswith("nowhere"):
            return "wants a key: set SEMCODEC_API_KEY in the environment."
        return f"does not take the key from {self.key.source}: set one that is valid there."

    def _error(self, call: ModelRequest, what: str, retryable: bool = False) -> BackendError:
        message = self.key.hidden(f"The server {self.settings.base_url} {what}")
        return BackendError(message, **self._place(call), retryable=retryable)

    def _quoted(self, said: str) -> str:
        """Return the beginning of what was said; the key is hidden first, lest a part is left."""
        return _quoted(self.key.hidden(said))

    def _place(self, call: ModelRequest) -> dict[str, Any]:
        return {"backend": "openai", "stage": call.stage}


def never_arrived(error: openai.OpenAIError) -> bool:
    """Tell whether a call surely did not reach the server."""
    return type(error.__cause__).__name__ in UNSENT


def named(error: openai.APIStatusError) -> set[str]:
    """Return what the server calls an error: OpenAI says it in the code, llama.cpp in the type."""
    return {str(error.code or ""), str(error.type or "")}


def wait_asked(error: openai.APIStatusError) -> float | None:
    """Return the seconds a server asks us to wait, if it does."""
    value = error.response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _unreachable(error: openai.APIConnectionError, cause: str) -> str:
    if "CERTIFICATE" in str(error.__cause__):
        return "has no certificate that is trusted here: check the base URL, and SSL_CERT_FILE."
    return f"cannot be reached ({cause}): is it running, and is the base URL right?"


def _named_as_shape(error: BackendError, status: int, said: str) -> BackendError:
    """Return ``error`` as what it is if the server complains of the shape that it is to hold to."""
    is_shape = any(word in said.lower() for word in ABOUT_SHAPES)
    if status not in (400, 422, 500) or not is_shape:
        return error
    return SchemaNotSupported(str(error), backend=error.backend, stage=error.stage)


def _limited(said: str, wait: float | None) -> str:
    when = f"in {_duration(wait)}" if wait else "later"
    return f"takes no more calls for now{_aside(said)}: try again {when}."


def _duration(seconds: float) -> str:
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} seconds"


def _other(call: ModelRequest, said: str, status: int) -> str:
    if 300 <= status < 400:
        return f"sends us elsewhere (status {status}), where we do not go: give its new base URL."
    aside = _aside(f"status {status}: {said}" if said else f"status {status}")
    if status >= 500:
        return f"failed during {call.stage}{aside}: try again later."
    return f"does not take the call{aside}: check model and settings."


def _message(error: openai.APIStatusError) -> str:
    """Return what the server says, if it says so in one of the usual places."""
    said: Any = error.body
    if isinstance(said, dict):
        said = said.get("message", said.get("detail"))
    elif "json" not in error.response.headers.get("content-type", ""):
        return ""  # a page
    return said if isinstance(said, str) else ""


def _quoted(said: str) -> str:
    text = " ".join("".join(char if char.isprintable() else " " for char in said).split())
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def _aside(said: str) -> str:
    return f" ({_quoted(said).rstrip('.')})" if said else ""
