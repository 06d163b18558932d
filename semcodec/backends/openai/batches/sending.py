"""Send requests of the Batch API with retries, and translate their failures.

Requests that change nothing on the server (``GET``, and ``DELETE``, which is the same twice) are
repeated after any failure that may pass. An upload is repeated only if it was not processed; one
that is lost costs nothing but space on the server, and is found by its name later. The creation of
a batch is repeated only if it was not processed, too, and ``UnknownOutcomeError`` states that the
server may have created it: the caller looks for it in the list of batches.

This module imports openai and httpx2, which is slow, so it must not be imported before the first
request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import httpx2
import openai

from semcodec.backends.openai.client import CONNECT_TIMEOUT, FIRST_RETRY_WAIT, openai_client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.error_texts import shorten
from semcodec.backends.openai.errors import (
    RETRYABLE_ALWAYS,
    ErrorTranslator,
    not_sent,
    retry_after,
)
from semcodec.backends.openai.settings import Settings
from semcodec.backends.openai.transport import limit_size
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError, InvalidResponseError, MissingFeatureError, SemcodecError
from semcodec.forks import block_fork

MAX_ANSWER_BYTES: Final = 2**24  #: of a page of a list; a batch takes about a kilobyte
MAX_OUTPUT_BYTES: Final = 2**31  #: of a file with responses; 50,000 of 4,096 tokens take 1 GB
MAX_PAGES: Final = 100  #: of a list that are read
PAGE_SIZE: Final = 100  #: entries of a page
LIST: Final = "list batches"
CREATE: Final = "create a batch"
UPLOAD: Final = "upload a batch"
#: Statuses with which a server lacks a route.
NO_ROUTE: Final = (404, 405, 501)
NOT_FOUND: Final = 404
SERVER_ERROR: Final = 500
#: What helps with a server that has no batches.
LIVE: Final = "run the same command without --batch, which sends each request at once."

T = TypeVar("T")


class UnknownOutcomeError(BackendError):
    """The server may have created a batch, or may not have; nothing must be repeated."""


class Sender:
    """Sends requests to one server.

    Args:
        settings: the settings for the server.
        key: the API key for the server.
        transport: the network; None for the connections that all clients share.
        sleep: the function that waits before a retry; its argument is in seconds.

    Attributes:
        openai: the client of the package, whose methods send.
        errors: creates the errors for requests to the server.
    """

    def __init__(
        self,
        settings: Settings,
        key: ApiKey,
        transport: httpx2.BaseTransport | None,
        sleep: Callable[[float], None],
    ) -> None:
        self._settings, self._key, self._sleep = settings, key, sleep
        self.errors = ErrorTranslator(settings, key)
        with block_fork():
            self.openai = openai_client(settings, key, transport, _limit_size)

    def timeout(self, seconds: float | None = None) -> httpx2.Timeout:
        """Return the timeout of a request; None for that of a text."""
        seconds = self._settings.text_timeout if seconds is None else seconds
        return httpx2.Timeout(seconds, connect=min(CONNECT_TIMEOUT, seconds))

    def pages(self, stage: str, method: Callable[..., Any], **options: Any) -> Iterator[list[Any]]:
        """Yield the entries of each page of a list, which ``method`` requests.

        Raises:
            BackendError: as for ``send``, or a page has no entries.
        """
        after: str | None = None
        for _ in range(MAX_PAGES):
            arguments = {**options, "limit": PAGE_SIZE, "timeout": self.timeout()}
            if after is not None:
                arguments["after"] = after
            page = self.object(stage, lambda given=arguments: method(**given))  # type: ignore[misc]
            entries = page.get("data")
            if not isinstance(entries, list):
                raise self.malformed(stage, "no list of entries")
            yield entries
            last = entries[-1].get("id") if entries and isinstance(entries[-1], dict) else None
            if page.get("has_more") is not True or not isinstance(last, str) or last == after:
                return
            after = last

    def object(
        self, stage: str, send: Callable[[], Any], *, is_repeatable: bool = True
    ) -> dict[str, Any]:
        """Return the JSON object in the response to ``send``.

        Raises:
            BackendError: as for ``send``, or there is none.
        """
        response = self.send(stage, send, is_repeatable=is_repeatable)
        try:
            fields = response.http_response.json()
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise self.malformed(stage, "not a JSON object")
        return fields

    def send(self, stage: str, send: Callable[[], T], *, is_repeatable: bool = True) -> T:
        """Return the result of ``send``, after retries.

        Raises:
            MissingFeatureError: the server has no batches.
            UnknownOutcomeError: a batch may have been created.
            BackendError: the request failed.
        """
        for attempt in range(self._settings.retries + 1):
            try:
                return send()
            except openai.OpenAIError as error:
                wait = retry_after(error) or FIRST_RETRY_WAIT * 2**attempt
                is_last = attempt == self._settings.retries
                is_short = wait <= self.errors.max_retry_after(as_request(stage))
                if is_last or not is_short or not _may_pass(error, is_repeatable):
                    raise self._translate(stage, error) from None
            except (httpx2.HTTPError, httpx2.StreamError) as error:  # in the body of a download
                if attempt == self._settings.retries or isinstance(error, httpx2.DecodingError):
                    raise self._lost(stage, error) from None
                wait = FIRST_RETRY_WAIT * 2**attempt
            except (SemcodecError, OSError):
                raise
            except Exception as error:  # its message may contain the key
                raise self.errors.client_error(as_request(stage), type(error).__name__) from None
            self._sleep(wait)
        raise AssertionError  # never reached

    def malformed(self, stage: str, reason: str) -> InvalidResponseError:
        """Return the error for a response that cannot be used, such as ``"not a JSON object"``."""
        shown = shorten(self._key.redact_message(reason))
        return self.errors.malformed_response(as_request(stage), shown)

    def _translate(self, stage: str, error: openai.OpenAIError) -> BackendError:
        """Return the error for a failed request."""
        status = error.status_code if isinstance(error, openai.APIStatusError) else None
        if status in NO_ROUTE and stage in (LIST, UPLOAD):
            message = f"The server {self._settings.base_url} has no batches: {LIVE}"
            return MissingFeatureError(message, backend="openai", stage=stage)
        if status == NOT_FOUND:
            problem = (
                f"does not have what '{stage}' needs, at least not for this key: use the key with "
                "which the batch was submitted."
            )
            return self._error(stage, problem)
        if status is None and isinstance(error, openai.APIConnectionError) and not not_sent(error):
            return self._lost(stage, error)
        translated = self.errors.from_exception(as_request(stage), error)
        if stage == CREATE and status is not None and status >= SERVER_ERROR:
            return UnknownOutcomeError(str(translated), backend="openai", stage=stage)
        return translated

    def _lost(self, stage: str, error: Exception) -> BackendError:
        """Return the error for a request that was sent, without a complete response."""
        cause = error.__cause__ or error
        if isinstance(cause, httpx2.DecodingError):
            return self.malformed(stage, str(cause))
        is_late = isinstance(cause, httpx2.TimeoutException)
        problem = "took too long for" if is_late else "lost the connection during"
        return self._error(
            stage,
            f"{problem} '{stage}' ({type(cause).__name__}): run the command again.",
            UnknownOutcomeError if stage == CREATE else BackendError,
            retryable=stage != CREATE,
        )

    def _error(
        self, stage: str, problem: str, kind: type[BackendError] = BackendError, **flags: bool
    ) -> BackendError:
        message = f"The server {self._settings.base_url} {problem}"
        return kind(message, backend="openai", stage=stage, **flags)


def as_request(stage: str) -> ModelRequest:
    """Return the request that stands for ``stage`` in messages."""
    return ModelRequest(stage, "batches", {})


def _limit_size(response: httpx2.Response) -> None:
    is_content = response.request.url.path.endswith("/content")
    limit_size(response, MAX_OUTPUT_BYTES if is_content else MAX_ANSWER_BYTES)


def _may_pass(error: openai.OpenAIError, is_repeatable: bool) -> bool:
    """Return whether a request may be sent again."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code in RETRYABLE_ALWAYS or (is_repeatable and error.status_code >= 500)
    return isinstance(error, openai.APIConnectionError) and (is_repeatable or not_sent(error))
