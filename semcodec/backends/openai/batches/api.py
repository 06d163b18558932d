"""The requests of the Batch API: files and batches of one server.

A batch is never created twice here: after a failure in which the server may have created it, the
caller looks for it (``find_batches``). Ids become parts of paths; they are plain, since ``batch``
and ``rows`` parse no others.

This module imports openai and httpx2, which is slow, so it must not be imported before the first
request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx2
import openai

from semcodec.backends.openai.batches.batch import (
    METADATA_KEY,
    Batch,
    parse_batch,
    parse_count,
    parse_id,
    parse_part,
)
from semcodec.backends.openai.batches.rows import ID
from semcodec.backends.openai.batches.sending import (
    CREATE,
    LIST,
    LIVE,
    UPLOAD,
    Sender,
    UnknownOutcomeError,
    as_request,
)
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.errors import ErrorTranslator
from semcodec.backends.openai.responses import MalformedResponseError
from semcodec.backends.openai.settings import Settings
from semcodec.errors import BackendError, InvalidResponseError

UPLOAD_TIMEOUT: Final = 3600.0  #: seconds for a file of 200 MB, with half a megabit per second
DOWNLOAD_TIMEOUT: Final = 3600.0
WINDOW: Final = "24h"  #: the only one that OpenAI accepts
#: Seconds after which OpenAI deletes an input file that no run has deleted; a batch starts at once.
INPUT_EXPIRES_AFTER: Final = 3 * 24 * 3600
OUTPUT_EXPIRES_AFTER: Final = 30 * 24 * 3600  #: the same of a file with responses; the longest time
CLOCK_MARGIN: Final = 24 * 3600.0  #: seconds that the clock of the server may differ


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
        self._settings, self._key = settings, key
        self._sender = Sender(settings, key, transport, sleep)
        self._openai = self._sender.openai

    @property
    def server(self) -> str:
        """The base URL."""
        return self._settings.base_url

    @property
    def errors(self) -> ErrorTranslator:
        """Creates the errors for requests to the server."""
        return self._sender.errors

    # --- batches ---------------------------------------------------------------------------------

    def find_batches(self, wanted: Collection[str], since: float) -> dict[str, Batch]:
        """Return the batches of parts, by part; the request is sent even if none is wanted.

        Args:
            wanted: the parts.
            since: when the oldest of them was prepared, in seconds since 1970; where the list is
                sorted, older batches are not read.

        Raises:
            MissingFeatureError: the server has no batches.
            BackendError: anything else went wrong.
        """
        found: dict[str, Batch] = {}
        first = since - CLOCK_MARGIN
        list_batches = self._openai.batches.with_raw_response.list
        for page in self._sender.pages(LIST, list_batches):
            entries = [entry for entry in page if isinstance(entry, dict)]
            for entry in entries:  # those of other programs may have any form
                if (part := parse_part(entry)) in wanted:
                    found.setdefault(part, self._parse(entry))
            created = [parse_count(entry.get("created_at")) for entry in entries]
            is_older = bool(created) and all(0 < seconds < first for seconds in created)
            if is_older or len(found) == len(wanted):
                break
        return found

    def create_batch(self, file_id: str, route: str, part: str) -> Batch:
        """Create a batch for an uploaded file.

        Raises:
            UnknownOutcomeError: the batch may exist: look for it with ``find_batches``.
            BackendError: the batch does not exist.
        """
        create = self._openai.batches.with_raw_response.create
        options = self._expiry("output_expires_after", OUTPUT_EXPIRES_AFTER)

        def send() -> Any:
            return create(
                input_file_id=file_id,
                endpoint=f"/v1/{route}",  # type: ignore[arg-type]  # a literal of the package
                completion_window=WINDOW,
                metadata={METADATA_KEY: part},
                timeout=self._sender.timeout(),
                **options,
            )

        try:
            batch = self._parse(self._sender.object(CREATE, send, is_repeatable=False))
        except InvalidResponseError as error:
            raise UnknownOutcomeError(str(error), backend="openai", stage=CREATE) from None
        if batch.part != part:  # a server without metadata: it could not be found after a kill
            raise self.errors.invalid_response(
                as_request(CREATE), f"does not keep the metadata of batches: {LIVE}"
            )
        return batch

    def batch(self, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            BackendError: it cannot be read.
        """
        retrieve = self._openai.batches.with_raw_response.retrieve
        timeout = self._sender.timeout()
        return self._parse(
            self._sender.object("poll a batch", lambda: retrieve(batch_id, timeout=timeout))
        )

    # --- files -----------------------------------------------------------------------------------

    def upload(self, path: Path, name: str) -> str:
        """Upload an input file, and return its id.

        Args:
            path: the file, which is read in pieces.
            name: its name on the server.

        Raises:
            BackendError: the server does not take it, or it cannot be read.
        """
        create = self._openai.files.with_raw_response.create
        options = self._expiry("expires_after", INPUT_EXPIRES_AFTER)

        def send() -> Any:
            with path.open("rb") as file:
                return create(
                    file=(name, file, "application/jsonl"),
                    purpose="batch",
                    timeout=self._sender.timeout(UPLOAD_TIMEOUT),
                    **options,
                )

        try:
            fields = self._sender.object(UPLOAD, send, is_repeatable=False)
            return parse_id(fields.get("id"), self._key)
        except MalformedResponseError as error:
            raise self._sender.malformed(UPLOAD, str(error)) from None
        except OSError as error:
            message = f"{path} cannot be read ({error.strerror}): run the command again."
            raise BackendError(message, backend="openai", stage=UPLOAD) from error

    def find_files(self, names: set[str]) -> dict[str, str]:
        """Return the ids of input files with one of ``names``, by name.

        Raises:
            BackendError: the server does not list its files.
        """
        found: dict[str, str] = {}
        list_files = self._openai.files.with_raw_response.list
        for page in self._sender.pages("list files", list_files, purpose="batch"):
            for entry in page:
                if isinstance(entry, dict):
                    name, file_id = str(entry.get("filename")), str(entry.get("id"))
                    if name in names and ID.fullmatch(file_id):
                        found.setdefault(name, file_id)
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
        timeout = self._sender.timeout(DOWNLOAD_TIMEOUT)

        def receive() -> bool:
            try:
                with (
                    content(file_id, timeout=timeout) as response,
                    path.open("wb") as file,
                ):
                    for chunk in response.iter_bytes():
                        file.write(chunk)
            except openai.NotFoundError:
                return False
            return True

        return self._sender.send("download a batch", receive)

    def delete_file(self, file_id: str) -> bool:
        """Delete a file, and return whether it is gone."""
        delete = self._openai.files.with_raw_response.delete

        def send() -> None:
            with suppress(openai.NotFoundError):
                delete(file_id, timeout=self._sender.timeout())

        try:
            self._sender.send("delete a file", send)
        except BackendError:
            return False
        return True

    def _expiry(self, field: str, seconds: int) -> dict[str, Any]:
        """Return the field after which OpenAI deletes a file; others may reject it."""
        if not self._settings.is_openai:
            return {}
        return {field: {"anchor": "created_at", "seconds": seconds}}

    def _parse(self, fields: dict[str, Any]) -> Batch:
        """Return the batch in a response.

        Raises:
            InvalidResponseError: it has no plain id or no status.
        """
        try:
            return parse_batch(fields, self._key)
        except MalformedResponseError as error:
            raise self._sender.malformed("read a batch", str(error)) from None
