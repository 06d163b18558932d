"""Read the files that a batch returns: a line for each response or error, in any order.

A line is ``{"custom_id", "response": {"status_code", "body"}, "error": {"code", "message"}}``, with
``null`` for what it does not have (the guide to OpenAI's Batch API, November 2026; the description
of the API has no schema for it). Nothing in a file is trusted: its lines may be of any length, be
no JSON, or belong to requests that were not sent; the first line for a request counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx2
import openai

from semcodec.backends.openai.batches.rows import Failure, StoredRequest
from semcodec.backends.openai.client import MAX_TEXT_BYTES
from semcodec.backends.openai.error_texts import shorten
from semcodec.backends.openai.errors import MAX_TEXT, ErrorTranslator
from semcodec.backends.openai.responses import (
    ErrorInResponseError,
    MalformedResponseError,
    finish_response,
    parse_response,
)
from semcodec.backends.recording import ModelRequest, ModelResponse, RejectedFieldError
from semcodec.errors import BackendError

MAX_LINE: Final = MAX_TEXT_BYTES  #: bytes of a line, as of a response that is not in a batch
SUCCESS: Final = range(200, 300)
#: Statuses of requests that are sent again; so are those without a response.
MAY_PASS: Final = (408, 409, 425, 429)


@dataclass(slots=True)
class Ignored:
    """The lines of a batch that were of no use.

    Attributes:
        invalid: too long, or not of the form of a response.
        unknown: for a request that the batch does not have.
        duplicate: for a request that an earlier line answers.
    """

    invalid: int = 0
    unknown: int = 0
    duplicate: int = 0


class Retry:
    """Stands for a request that had no result, and is sent again; its text is the reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


Outcome = ModelResponse | Failure | Retry


def read_outcomes(
    path: Path,
    requests: Mapping[str, StoredRequest],
    seen: set[str],
    errors: ErrorTranslator,
    ignored: Ignored,
) -> Iterator[tuple[str, ModelRequest, Outcome]]:
    """Yield each request that a file answers, after its digest, and its outcome.

    Args:
        path: the file.
        requests: those of the part.
        seen: the digests of requests that were answered before; those of this file are added.
        errors: creates the messages.
        ignored: counts lines that are of no use.
    """
    with path.open("rb") as file:
        for line in _lines(file, ignored):
            try:
                fields = json.loads(line)
                digest = fields["custom_id"]
                is_known = digest in requests
            except (ValueError, TypeError, KeyError, RecursionError):  # such as a list as id
                ignored.invalid += 1
                continue
            if not is_known:
                ignored.unknown += 1
            elif digest in seen:
                ignored.duplicate += 1
            else:
                request = requests[digest].request
                if (outcome := _outcome(fields, request, errors)) is None:
                    ignored.invalid += 1
                    continue
                seen.add(digest)
                yield digest, request, outcome


def _lines(file: BinaryIO, ignored: Ignored) -> Iterator[bytes]:
    """Yield the lines that are not blank and not too long."""
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            ignored.invalid += 1
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
        elif line.strip():
            yield line


def _outcome(
    fields: dict[str, Any], request: ModelRequest, errors: ErrorTranslator
) -> Outcome | None:
    """Return the outcome of a request; None if the line states neither response nor error."""
    response, error = fields.get("response"), fields.get("error")
    if isinstance(response, dict):
        status, body = response.get("status_code"), response.get("body")
        if type(status) is not int:
            return None
        if status in SUCCESS:
            return _parse(body, request, errors)
        return _failure(status, body, request, errors)
    if isinstance(error, dict):  # expired, cancelled, or the model took too long
        text = str(error.get("message") or error.get("code") or "")[:MAX_TEXT]
        return Retry(shorten(errors.key.redact_message(text)))
    return None


def _parse(body: Any, request: ModelRequest, errors: ErrorTranslator) -> ModelResponse | Failure:
    """Return the response in a body; a failure, which may be billed, if it cannot be parsed."""
    try:
        parsed = parse_response(request.route, body, _fetch_nothing)
    except ErrorInResponseError as error:
        shown = shorten(errors.key.redact_message(str(error)))
        return as_failure(errors.error_in_response(request, shown, error.status))
    except MalformedResponseError as error:
        shown = shorten(errors.key.redact_message(str(error)))
        return as_failure(errors.malformed_response(request, shown))
    return finish_response(parsed, errors.key.redact)


def _failure(
    status: int, body: Any, request: ModelRequest, errors: ErrorTranslator
) -> Failure | Retry:
    """Return what the error status of one request means, as for one that is not in a batch."""
    content = body.get("error", body) if isinstance(body, dict) else body
    url = f"{errors.settings.base_url}/{request.route}"
    sent = httpx2.Request("POST", url)
    try:
        data = json.dumps(body).encode()
        response = httpx2.Response(status, content=data, request=sent)
    except (ValueError, RecursionError):
        response = httpx2.Response(500, request=sent)
    error = openai.APIStatusError("", response=response, body=content)
    translated = errors.from_exception(request, error)
    if (status in MAY_PASS or status >= 500) and translated.retryable:
        return Retry(str(translated))
    return as_failure(translated)


def as_failure(error: BackendError) -> Failure:
    """Return the failure that stands for ``error``."""
    fields = error.fields if isinstance(error, RejectedFieldError) else ()
    return Failure(
        type(error).__name__,
        str(error),
        fields,
        error.retryable,
        error.billed,
        error.unavailable,
    )


def _fetch_nothing(url: str) -> bytes:
    raise MalformedResponseError("a picture at an address")
