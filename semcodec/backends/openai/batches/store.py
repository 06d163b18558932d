"""Look a request up in the store, or add it to those of the next batch.

Worker processes may each have a ``BatchStore`` for the same path. A request is appended to a file
of its process and thread, so that writers never wait for each other;
``parts.prepare`` reads these files between two rounds. A request in them has cost nothing yet: what
a killed run has left is deleted, and the inputs that need it send it again.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from semcodec.backends.openai.batches.journal import Journal
from semcodec.backends.openai.batches.rows import (
    Failure,
    PartRequest,
    light_values,
    parse_usage,
    parse_values,
)
from semcodec.backends.recording import Cassette, ModelRequest, RejectedFieldError
from semcodec.backends.recording.budget import estimate_usage, max_usage
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    InvalidResponseError,
    MissingFeatureError,
    PendingResponseError,
    RefusalError,
)

JOURNAL_NAME: Final = "journal.sqlite"  #: in the folder of the batches
COLLECTED: Final = "collected-*.jsonl"  #: the files of the requests that no part has yet
PARTS: Final = "part-*.jsonl"  #: the files of parts that are not submitted yet
MAX_PART_BYTES: Final = 200 * 10**6  #: of an input file, of OpenAI's description of its API
#: Of requests that are not submitted yet: a limit on the disk. Others wait for a later round.
MAX_COLLECTED_BYTES: Final = 8 * MAX_PART_BYTES
MAX_HEAD: Final = 2**22  #: bytes of the line before a request
ERRORS: Final = {
    error.__name__: error
    for error in (BackendError, InvalidResponseError, MissingFeatureError, RefusalError,
                  BudgetExceededError)
}  # fmt: skip


class CollectedRequest(NamedTuple):
    """A request that no part has yet.

    Attributes:
        request: as in the journal, with line 0.
        server: the base URL of its server.
        tokens: the estimated tokens of its input.
        data: its line of an input file, with the line feed.
    """

    request: PartRequest
    server: str
    tokens: int
    data: bytes


class BatchStore:
    """The responses of batches, and the requests for the next one. Threads and processes share it.

    Args:
        path: the file of the responses, a cassette. The journal and the files of batches are in
            the folder of the same name with the ending ``.batches``, which is created.

    Attributes:
        cassette: the responses.
        folder: the folder.
        journal: what is known about parts and requests.

    Raises:
        InputError: a file cannot be used.
    """

    def __init__(self, path: str | Path) -> None:
        self.cassette = Cassette(path, "cache")
        self.folder = self.cassette.path.with_name(f"{self.cassette.path.name}.batches")
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            message = f"{self.folder} cannot be created ({error.strerror}): use another folder."
            raise InputError(message) from error
        self.journal = Journal(self.folder / JOURNAL_NAME)

    @property
    def is_full(self) -> bool:
        """Whether the round has no room for more requests: it may end, and another one begins."""
        return unsubmitted_bytes(self.folder) >= MAX_COLLECTED_BYTES

    def is_pending(self, server: str, digest: str) -> bool:
        """Return whether a part has a request, so that its response is still to come."""
        return self.journal.is_pending(server, digest)

    def collect(self, request: ModelRequest, server: str) -> NoReturn:
        """Add ``request``, whose response is not stored, to the next batch unless a batch has it.

        Raises:
            PendingResponseError: the response is still to come.
            BackendError: the request has failed for good, or cannot be part of a batch.
        """
        if not request.is_text_request:  # a picture has megabytes, and a part 50,000 of them
            message = (
                f"'{request.stage}' cannot be part of a batch, which has only texts: run it "
                "without --batch."
            )
            raise BackendError(message, backend=request.model, stage=request.stage)
        digest = request.digest
        if not self.is_pending(server, digest):
            if failure := self.journal.failure(server, digest):
                raise _as_error(failure, request)
            if self.is_full:
                message = f"The batches of this round have no room for '{request.stage}'."
                raise PendingResponseError(message)
            self._append(digest, request, server)
        raise PendingResponseError(
            f"The response to '{request.stage}' is part of a batch that has not ended.", digest
        )

    def _append(self, digest: str, request: ModelRequest, server: str) -> None:
        data = format_line(digest, request)
        if len(data) > MAX_PART_BYTES:
            raise InputError(
                f"The request '{request.stage}' has {len(data)} bytes, and a batch takes at most "
                f"{MAX_PART_BYTES}: set a smaller image_side in the config file."
            )
        head = {
            "digest": digest,
            "server": server,
            "usage": asdict(max_usage(request)),
            "tokens": estimate_usage(request).input_tokens,
            "request": light_values(request),
            "bytes": len(data),
        }
        name = f"collected-{os.getpid()}-{threading.get_ident()}.jsonl"
        try:
            _append(self.folder / name, json.dumps(head).encode() + b"\n" + data)
        except OSError as error:
            raise write_error(self.folder, error, request.stage) from error


def format_line(digest: str, request: ModelRequest) -> bytes:
    """Return the line of an input file for ``request``, whose ``custom_id`` is its digest."""
    line = {
        "custom_id": digest,
        "method": "POST",
        "url": f"/v1/{request.route}",
        "body": {**request.body, **request.extra},
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def unsubmitted_bytes(folder: Path) -> int:
    """Return the size of the requests that are not submitted yet."""
    size = 0
    for pattern in (COLLECTED, PARTS):
        for path in folder.glob(pattern):
            with suppress(OSError):
                size += path.stat().st_size
    return size


def read_collected(folder: Path) -> Iterator[CollectedRequest]:
    """Yield the requests that no part has yet; the rest of a damaged file is left out."""
    for path in sorted(folder.glob(COLLECTED)):
        with path.open("rb") as file:
            while head := file.readline(MAX_HEAD):
                try:
                    fields = json.loads(head)
                    size: int = fields["bytes"]
                    data = file.read(size)
                    request = parse_values(fields["request"])
                    usage = parse_usage(fields["usage"])
                except (ValueError, TypeError, KeyError):
                    break
                if len(data) < size:
                    break
                known = PartRequest(fields["digest"], 0, usage, request)
                yield CollectedRequest(known, fields["server"], fields["tokens"], data)


def forget_collected(folder: Path) -> None:
    """Delete the requests that no part has yet."""
    for path in folder.glob(COLLECTED):
        path.unlink(missing_ok=True)


def write_error(folder: Path, error: OSError, stage: str) -> BackendError:
    """Return the error for a folder of batches that cannot be written."""
    message = f"{folder} cannot be written ({error.strerror}): make room, or use another folder."
    return BackendError(message, backend="openai", stage=stage, unavailable=True)


def _append(path: Path, data: bytes) -> None:
    """Append ``data`` to a file, or leave it as it was if the disk is full."""
    with path.open("ab", buffering=0) as file:
        size = file.tell()
        try:
            if file.write(data) != len(data):
                raise OSError(28, "no space left on device")
        except BaseException:
            file.truncate(size)
            raise


def _as_error(failure: Failure, request: ModelRequest) -> BackendError:
    if failure.fields:
        return RejectedFieldError(
            failure.message, failure.fields, backend="openai", stage=request.stage
        )
    kind: Any = ERRORS.get(failure.kind, BackendError)
    error: BackendError = kind(
        failure.message,
        backend="openai",
        stage=request.stage,
        retryable=failure.retryable,
        billed=failure.billed,
        unavailable=failure.unavailable,
    )
    return error
