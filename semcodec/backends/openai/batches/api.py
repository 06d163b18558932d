"""The requests of the Batch API: files and batches of one server.

This module imports openai and httpx2, which is slow, so it must not be imported before the first
request.

Requests that change nothing on the server (``GET``, and ``DELETE``, which is the same twice) are
repeated after any failure that may pass. An upload is repeated only if it was not processed; one
that is lost costs nothing but space on the server, and is found by its name later. A batch is never
created twice here: after a failure in which the server may have created it, the caller looks for it
(``find_batches``). Ids come from the server and become parts of paths, so that only plain ones are
used.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import openai

from semcodec.backends.openai.batches.journal import PART_ID
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

UPLOAD_TIMEOUT: Final = 3600.0  #: seconds for a file of 200 MB, with half a megabit per second
DOWNLOAD_TIMEOUT: Final = 3600.0
MAX_ANSWER_BYTES: Final = 2**24  #: of a page of a list; a batch takes about a kilobyte
MAX_OUTPUT_BYTES: Final = 2**31  #: of a file with responses; 50,000 of 4,096 tokens take 1 GB
MAX_PAGES: Final = 100  #: of a list that are read
PAGE_SIZE: Final = 100  #: entries of a page
MAX_ERRORS: Final = 1_000  #: of a failed validation that are read
MAX_TEXT: Final = 2_000  #: characters of a server's text
WINDOW: Final = "24h"  #: the only one that OpenAI accepts
METADATA_KEY: Final = "semcodec_part"
#: Seconds after which OpenAI deletes an input file that no run has deleted; a batch starts at once.
INPUT_EXPIRES_AFTER: Final = 3 * 24 * 3600
OUTPUT_EXPIRES_AFTER: Final = 30 * 24 * 3600  #: the same of a file with responses; the longest time
ID: Final = re.compile(r"[A-Za-z0-9_=:-]{1,256}")
LIST: Final = "list batches"
CREATE: Final = "create a batch"
UPLOAD: Final = "upload a batch"
ENDED: Final = ("completed", "failed", "expired", "cancelled")
#: Statuses with which a server lacks a route.
NO_ROUTE: Final = (404, 405, 501)
NOT_FOUND: Final = 404
SERVER_ERROR: Final = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LineError:
    """An error of a failed validation.

    Attributes:
        code: such as ``"invalid_request"``; may be empty.
        message: the text of the server, without the key, as one line.
        line: the line of the input file, from 1; None if the error concerns all of it.
    """

    code: str
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, as the server states it.

    Attributes:
        id: its id.
        status: such as ``"in_progress"``.
        created: seconds since 1970; 0 if the server states none.
        part: the part in its metadata, or empty.
        input: the id of its input file.
        output, errors: ids of the files of responses and of errors; empty if there are none.
        total, completed, failed: numbers of requests.
        problems: why the validation failed.
    """

    id: str
    status: str
    created: int = 0
    part: str = ""
    input: str = ""
    output: str = ""
    errors: str = ""
    total: int = 0
    completed: int = 0
    failed: int = 0
    problems: tuple[LineError, ...] = field(default=())

    @property
    def is_ended(self) -> bool:
        """Whether its status is final; a status that is not known is not."""
        return self.status in ENDED


class UnknownOutcomeError(BackendError):
    """The server may have created a batch, or may not have; nothing must be repeated."""


class BatchApi:
    """Sends the requests of the Batch API to one server.

    Args:
        settings: the settings for the server.
        key: the API key for the server.
        transport: a replacement for the network, for tests.
        sleep: the function that waits before a retry; its argument is in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        key: ApiKey,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._key, self._sleep = settings, key, sleep
        self._errors = ErrorTranslator(settings, key)
        with block_fork():
            self._openai = openai_client(settings, key, transport, _limit_size)

    @property
    def server(self) -> str:
        """The base URL."""
        return self._settings.base_url

    @property
    def errors(self) -> ErrorTranslator:
        """Creates the errors for requests to the server."""
        return self._errors

    # --- batches ---------------------------------------------------------------------------------

    def find_batches(self, wanted: Collection[str], since: float) -> dict[str, Batch]:
        """Return the batches of parts, by part; the request is sent even if none is wanted.

        Args:
            wanted: the parts.
            since: seconds since 1970; older batches are left out where the list is sorted.

        Raises:
            MissingFeatureError: the server has no batches.
            BackendError: anything else went wrong.
        """
        found: dict[str, Batch] = {}
        list_batches = self._openai.batches.with_raw_response.list
        for page in self._pages(LIST, list_batches):
            entries = [entry for entry in page if isinstance(entry, dict)]
            for entry in entries:  # those of other programs may have any form
                if (part := _part(entry)) in wanted:
                    found.setdefault(part, self._parse_batch(entry))
            if len(found) == len(wanted):
                break
            if entries and all(0 < _count(entry.get("created_at")) < since for entry in entries):
                break
        return found

    def create_batch(self, file_id: str, route: str, part: str) -> Batch:
        """Create a batch for an uploaded file.

        Raises:
            UnknownOutcomeError: the batch may exist: look for it with ``find_batches``.
            BackendError: the batch does not exist.
        """
        stage, create = CREATE, self._openai.batches.with_raw_response.create

        options = self._expiry("output_expires_after", OUTPUT_EXPIRES_AFTER)

        def send() -> Any:
            return create(
                input_file_id=file_id,
                endpoint=f"/v1/{route}",  # type: ignore[arg-type]  # a literal of the package
                completion_window=WINDOW,
                metadata={METADATA_KEY: part},
                timeout=self._timeout(),
                **options,
            )

        try:
            batch = self._parse_batch(self._object(stage, send, is_repeatable=False))
        except InvalidResponseError as error:
            raise UnknownOutcomeError(str(error), backend="openai", stage=stage) from None
        if batch.part != part:  # a server without metadata: it could not be found after a kill
            raise self._errors.invalid_response(
                _request(stage), f"does not keep the metadata of batches: {LIVE}"
            )
        return batch

    def batch(self, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            BackendError: it cannot be read.
        """
        retrieve = self._openai.batches.with_raw_response.retrieve
        fields = self._object(
            "poll a batch", lambda: retrieve(_checked_id(batch_id), timeout=self._timeout())
        )
        return self._parse_batch(fields)

    # --- files -----------------------------------------------------------------------------------

    def upload(self, path: Path, name: str) -> str:
        """Upload an input file, and return its id.

        Args:
            path: the file, which is read in pieces.
            name: its name on the server.

        Raises:
            BackendError: the server does not take it, or it cannot be read.
        """
        request = _request(stage := UPLOAD)
        create = self._openai.files.with_raw_response.create
        options = self._expiry("expires_after", INPUT_EXPIRES_AFTER)

        def send() -> Any:
            with path.open("rb") as file:
                return create(
                    file=(name, file, "application/jsonl"),
                    purpose="batch",
                    timeout=_timeout(UPLOAD_TIMEOUT),
                    **options,
                )

        try:
            fields = self._object(stage, send, is_repeatable=False)
        except OSError as error:
            message = f"{path} cannot be read ({error.strerror}): run the command again."
            raise BackendError(message, backend="openai", stage=stage) from error
        return self._plain_id(request, fields.get("id"))

    def find_files(self, names: set[str]) -> dict[str, str]:
        """Return the ids of input files with one of ``names``, by name.

        Raises:
            BackendError: the server does not list its files.
        """
        found: dict[str, str] = {}
        list_files = self._openai.files.with_raw_response.list
        for page in self._pages("list files", list_files, purpose="batch"):
            for entry in page:
                if isinstance(entry, dict) and entry.get("filename") in names:
                    file_id = entry.get("id")
                    if isinstance(file_id, str) and ID.fullmatch(file_id):
                        found.setdefault(entry["filename"], file_id)
            if len(found) == len(names):
                break
        return found

    def download(self, file_id: str, path: Path) -> bool:
        """Write the content of a file to ``path``, and return whether the server has it.

        Raises:
            InvalidResponseError: it has over ``MAX_OUTPUT_BYTES``, or is compressed.
            BackendError: the server does not send it completely.
            OSError: ``path`` cannot be written.
        """
        content = self._openai.files.with_streaming_response.content

        def receive() -> bool:
            try:
                with (
                    content(_checked_id(file_id), timeout=_timeout(DOWNLOAD_TIMEOUT)) as response,
                    path.open("wb") as file,
                ):
                    for chunk in response.iter_bytes():
                        file.write(chunk)
            except openai.NotFoundError:
                return False
            return True

        return self._send("download a batch", receive)

    def delete_file(self, file_id: str) -> bool:
        """Delete a file, and return whether it is gone."""
        delete = self._openai.files.with_raw_response.delete

        def send() -> None:
            with suppress(openai.NotFoundError):
                delete(_checked_id(file_id), timeout=self._timeout())

        try:
            self._send("delete a file", send)
        except BackendError:
            return False
        return True

    # --- sending ---------------------------------------------------------------------------------

    def _expiry(self, field: str, seconds: int) -> dict[str, Any]:
        """Return the field after which OpenAI deletes a file; others may reject it."""
        if not self._settings.is_openai:
            return {}
        return {field: {"anchor": "created_at", "seconds": seconds}}

    def _timeout(self) -> httpx2.Timeout:
        return _timeout(self._settings.text_timeout)

    def _pages(self, stage: str, method: Callable[..., Any], **options: Any) -> Iterator[list[Any]]:
        """Yield the entries of each page of a list."""
        after: str | None = None
        for _ in range(MAX_PAGES):
            arguments = {**options, "limit": PAGE_SIZE, "timeout": self._timeout()}
            if after is not None:
                arguments["after"] = after
            page = self._object(stage, lambda given=arguments: method(**given))  # type: ignore[misc]
            entries = page.get("data")
            if not isinstance(entries, list):
                raise self._malformed(stage, "no list of entries")
            yield entries
            last = entries[-1].get("id") if entries and isinstance(entries[-1], dict) else None
            if page.get("has_more") is not True or not isinstance(last, str) or last == after:
                return
            after = last

    def _object(
        self, stage: str, send: Callable[[], Any], *, is_repeatable: bool = True
    ) -> dict[str, Any]:
        """Return the JSON object in the response to ``send``."""
        response = self._send(stage, send, is_repeatable=is_repeatable)
        try:
            fields = response.http_response.json()
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise self._malformed(stage, "not a JSON object")
        return fields

    def _send(self, stage: str, send: Callable[[], T], *, is_repeatable: bool = True) -> T:
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
                is_short = wait <= self._errors.max_retry_after(_request(stage))
                if is_last or not is_short or not _may_pass(error, is_repeatable):
                    raise self._translate(stage, error) from None
            except (httpx2.HTTPError, httpx2.StreamError) as error:  # in the body of a download
                if attempt == self._settings.retries or isinstance(error, httpx2.DecodingError):
                    raise self._lost(stage, error) from None
                wait = FIRST_RETRY_WAIT * 2**attempt
            except (SemcodecError, OSError):
                raise
            except Exception as error:  # its message may contain the key
                raise self._errors.client_error(_request(stage), type(error).__name__) from None
            self._sleep(wait)
        raise AssertionError  # never reached

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
        if stage == CREATE and status is not None and status >= SERVER_ERROR:
            message = str(self._errors.from_exception(_request(stage), error))
            return UnknownOutcomeError(message, backend="openai", stage=stage)
        return self._errors.from_exception(_request(stage), error)

    def _lost(self, stage: str, error: Exception) -> BackendError:
        """Return the error for a request that was sent and not answered completely."""
        cause = error.__cause__ or error
        if isinstance(cause, httpx2.DecodingError):
            return self._malformed(stage, str(cause))
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

    def _malformed(self, stage: str, reason: str) -> InvalidResponseError:
        shown = shorten(self._key.redact_message(reason))
        return self._errors.malformed_response(_request(stage), shown)

    # --- parsing ---------------------------------------------------------------------------------

    def _parse_batch(self, fields: dict[str, Any]) -> Batch:
        """Return the batch in a response.

        Raises:
            InvalidResponseError: it has no plain id or no status.
        """
        request, status = _request("read a batch"), fields.get("status")
        if not isinstance(status, str):
            raise self._malformed(request.stage, "no status")
        counts = fields.get("request_counts")
        total, completed, failed = (
            _count(counts.get(name)) if isinstance(counts, dict) else 0
            for name in ("total", "completed", "failed")
        )
        input_id, output, errors = (
            self._plain_id(request, fields[name]) if fields.get(name) else ""
            for name in ("input_file_id", "output_file_id", "error_file_id")
        )
        return Batch(
            self._plain_id(request, fields.get("id")),
            shorten(self._key.redact_message(status)),
            _count(fields.get("created_at")),
            _part(fields),
            input_id,
            output,
            errors,
            total,
            completed,
            failed,
            tuple(self._problems(fields.get("errors"))),
        )

    def _problems(self, errors: Any) -> Iterator[LineError]:
        entries = errors.get("data") if isinstance(errors, dict) else None
        for entry in entries[:MAX_ERRORS] if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                code, text = (str(entry.get(name) or "")[:MAX_TEXT] for name in ("code", "message"))
                line = entry.get("line")
                yield LineError(
                    shorten(self._key.redact_message(code)),
                    shorten(self._key.redact_message(text)),
                    line if type(line) is int else None,
                )

    def _plain_id(self, request: ModelRequest, value: Any) -> str:
        if isinstance(value, str) and ID.fullmatch(value):
            return value
        shown = shorten(self._key.redact_message(str(value)[:MAX_TEXT]), 40)
        raise self._errors.malformed_response(request, f"the id {shown!r}")


#: What helps with a server that has no batches.
LIVE: Final = "run the same command without --batch, which sends each request at once."


def _request(stage: str) -> ModelRequest:
    return ModelRequest(stage, "batches", {})


def _timeout(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(CONNECT_TIMEOUT, seconds))


def _limit_size(response: httpx2.Response) -> None:
    is_content = response.request.url.path.endswith("/content")
    limit_size(response, MAX_OUTPUT_BYTES if is_content else MAX_ANSWER_BYTES)


def _may_pass(error: openai.OpenAIError, is_repeatable: bool) -> bool:
    """Return whether a request may be sent again."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code in RETRYABLE_ALWAYS or (is_repeatable and error.status_code >= 500)
    return isinstance(error, openai.APIConnectionError) and (is_repeatable or not_sent(error))


def _part(fields: dict[str, Any]) -> str:
    """Return the part in the metadata of a batch, or an empty text."""
    metadata = fields.get("metadata")
    part = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    return part if isinstance(part, str) and PART_ID.fullmatch(part) else ""


def _checked_id(value: str) -> str:
    """Return an id of the journal that is plain.

    Raises:
        BackendError: it is not, so that the journal is damaged.
    """
    if ID.fullmatch(value):
        return value
    raise BackendError(
        "The journal of batches has an invalid id: delete it, and run the command again.",
        backend="openai",
    )


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 2**53 else 0
