"""A batch as a server states it, and the parser of its description.

Nothing in it is trusted: ids become parts of paths, so that only plain ones are accepted, and texts
are shown without the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from semcodec.backends.openai.batches.rows import ID, PART_ID
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.error_texts import shorten
from semcodec.backends.openai.responses import MalformedResponseError

MAX_ERRORS: Final = 1_000  #: of a failed validation that are read
MAX_SHOWN_ID: Final = 40  #: characters of an invalid id in a message
METADATA_KEY: Final = "semcodec_part"
ENDED: Final = ("completed", "failed", "expired", "cancelled")


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
        part: the part in its metadata, or empty.
        input: the id of its input file.
        output, errors: ids of the files of responses and of errors; empty if there are none.
        completed, failed: numbers of requests.
        problems: why the validation failed.
    """

    id: str
    status: str
    part: str = ""
    input: str = ""
    output: str = ""
    errors: str = ""
    completed: int = 0
    failed: int = 0
    problems: tuple[LineError, ...] = ()

    @property
    def is_ended(self) -> bool:
        """Whether its status is final; a status that is not known is not."""
        return self.status in ENDED


def parse_batch(fields: dict[str, Any], key: ApiKey) -> Batch:
    """Return the batch in a response.

    Args:
        fields: the object of the response.
        key: the API key, which is removed from texts.

    Raises:
        MalformedResponseError: it has no plain id or no status.
    """
    status, counts = fields.get("status"), fields.get("request_counts")
    if not isinstance(status, str):
        raise MalformedResponseError("no status")
    if not isinstance(counts, dict):
        counts = {}
    input_id, output, errors = (
        parse_id(fields[name], key) if fields.get(name) else ""
        for name in ("input_file_id", "output_file_id", "error_file_id")
    )
    return Batch(
        parse_id(fields.get("id"), key),
        shorten(key.redact_message(status)),
        parse_part(fields),
        input_id,
        output,
        errors,
        parse_count(counts.get("completed")),
        parse_count(counts.get("failed")),
        tuple(_parse_problems(fields.get("errors"), key)),
    )


def parse_id(value: Any, key: ApiKey) -> str:
    """Return an id that is plain.

    Raises:
        MalformedResponseError: it is not.
    """
    if isinstance(value, str) and ID.fullmatch(value):
        return value
    shown = shorten(key.redact_message(str(value)), MAX_SHOWN_ID)
    raise MalformedResponseError(f"the id {shown!r}")


def parse_part(fields: dict[str, Any]) -> str:
    """Return the part in the metadata of a batch, or an empty text."""
    metadata = fields.get("metadata")
    part = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    return part if isinstance(part, str) and PART_ID.fullmatch(part) else ""


def parse_count(value: Any) -> int:
    """Return a number of a response; 0 if it is missing or out of range."""
    return value if type(value) is int and 0 <= value < 2**53 else 0


def _parse_problems(errors: Any, key: ApiKey) -> Iterator[LineError]:
    entries = errors.get("data") if isinstance(errors, dict) else None
    for entry in entries[:MAX_ERRORS] if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            code, message = (
                shorten(key.redact_message(str(entry.get(name) or "")))
                for name in ("code", "message")
            )
            line = entry.get("line")
            yield LineError(code, message, line if type(line) is int else None)
