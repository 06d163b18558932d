"""Collect a batch that has ended: store its responses, and decide about all other requests.

Responses are stored first, and the journal is written afterwards. If the process is killed in
between, the same files are downloaded again, and the same responses replace themselves: nothing is
lost, nothing is sent again, and the cost counts once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from semcodec.backends.openai.batches.api import LIVE, Batch, BatchApi, LineError
from semcodec.backends.openai.batches.journal import Failure, Part, StoredRequest
from semcodec.backends.openai.batches.output import (
    Ignored,
    Outcome,
    Retry,
    as_failure,
    read_outcomes,
)
from semcodec.backends.openai.batches.parts import max_price
from semcodec.backends.openai.batches.store import BatchStore
from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.backends.recording.budget import Prices
from semcodec.errors import BackendError, InvalidResponseError, MissingFeatureError

MAX_ATTEMPTS: Final = 4  #: batches that get the same request before it fails for good
STORED_AT_ONCE: Final = 200  #: responses, of up to 200,000 characters each
#: What servers write that take no images inside a batch.
REJECTED_IMAGE: Final = re.compile(r"data[- ]?ur[il]|base64|image_url", re.I)


@dataclass(slots=True)
class Collected:
    """What a part has brought.

    Attributes:
        model: that of the part.
        answered: digests of the requests whose responses are stored.
        failures: those that failed for good.
        retries: those that are sent again, with the reason.
        dollars: the cost.
        ignored: lines that were of no use.
        is_gone: whether the server does not have the responses any more.
        stop: the error that ends the run after this part, or None.
    """

    model: str
    answered: set[str] = field(default_factory=set)
    failures: dict[str, Failure] = field(default_factory=dict)
    retries: dict[str, str] = field(default_factory=dict)
    dollars: Decimal = Decimal(0)
    ignored: Ignored = field(default_factory=Ignored)
    is_gone: bool = False
    stop: BackendError | None = None


class Collector:
    """Collects the parts of one server.

    Args:
        store: gets the responses, and the outcome of each request.
        api: downloads the files.
        prices: for the cost.
    """

    def __init__(self, store: BatchStore, api: BatchApi, prices: Prices) -> None:
        self._store, self._api, self._prices = store, api, prices

    def collect(self, part: Part, batch: Batch) -> Collected:
        """Return what a part has brought; its responses are stored, and the journal is written.

        Raises:
            BackendError: the server does not send a file, or the disk is full; nothing is lost.
        """
        requests, found = self._store.journal.requests(part), Collected(part.model)
        if batch.status == "failed":
            self._read_problems(part, batch, requests, found)
        else:
            self._read_files(part, batch, requests, found)
        for digest, item in requests.items():
            if digest not in found.answered and digest not in found.failures:
                found.retries.setdefault(digest, "the batch has no response for it")
                if counts_as_attempt(batch) and item.attempts + 1 >= MAX_ATTEMPTS:
                    self._give_up(digest, item, found)
        self._check_images(requests, found)
        part.answered, part.failed = len(found.answered), len(found.failures)
        part.dollars = found.dollars
        self._store.journal.finish(
            part, found.answered, found.failures, counts=counts_as_attempt(batch)
        )
        return found

    def _read_files(
        self, part: Part, batch: Batch, requests: Mapping[str, StoredRequest], found: Collected
    ) -> None:
        """Read the responses and the errors, in files that are downloaded one after the other."""
        path, seen = self._store.folder / f"part-{part.id}.output", set[str]()
        try:
            if batch.output:
                found.is_gone = not self._read_file(batch.output, path, requests, seen, found)
            if batch.output and len(seen) < batch.completed and not found.is_gone:
                ignored, found.ignored = found.ignored, Ignored()  # it was probably cut off
                self._read_file(batch.output, path, requests, seen, found)
                found.ignored = ignored
            missing = [
                self._max_price(found, requests[digest]) for digest in requests.keys() - seen
            ]
            # What the server has executed is billed, although its response is lost.
            found.dollars += sum(
                sorted(missing)[::-1][: max(0, batch.completed - len(seen))], Decimal(0)
            )
            if batch.errors:
                self._read_file(batch.errors, path, requests, seen, found)
        except InvalidResponseError as error:  # it is too long, and will be so next time
            for digest in requests.keys() - seen:
                self._fail(found, digest, requests[digest], as_failure(error))
        path.unlink(missing_ok=True)

    def _read_file(
        self,
        file_id: str,
        path: Path,
        requests: Mapping[str, StoredRequest],
        seen: set[str],
        found: Collected,
    ) -> bool:
        """Read the lines of a file, and return whether the server has it."""
        if not self._download(file_id, path):
            return False
        self._read(path, requests, seen, found)
        return True

    def _download(self, file_id: str, path: Path) -> bool:
        try:
            return self._api.download(file_id, path)
        except OSError as error:
            message = f"{path} cannot be written ({error.strerror}): make room."
            raise BackendError(message, backend="openai", stage="collect") from error

    def _read(
        self,
        path: Path,
        requests: Mapping[str, StoredRequest],
        seen: set[str],
        found: Collected,
    ) -> None:
        waiting: list[tuple[str, ModelRequest, ModelResponse]] = []
        outcomes = read_outcomes(path, requests, seen, self._api.errors, found.ignored)
        for digest, request, outcome in outcomes:
            self._note(found, digest, requests[digest], outcome)
            if isinstance(outcome, ModelResponse):
                waiting.append((digest, request, outcome))
            if len(waiting) == STORED_AT_ONCE:
                self._store_all(waiting, found)
        self._store_all(waiting, found)

    def _store_all(
        self,
        waiting: list[tuple[str, ModelRequest, ModelResponse]],
        found: Collected,
    ) -> None:
        self._store.cassette.put_all(self._api.server, waiting)
        found.answered.update(digest for digest, *_ in waiting)
        waiting.clear()

    def _note(self, found: Collected, digest: str, item: StoredRequest, outcome: Outcome) -> None:
        if isinstance(outcome, Retry):
            found.retries[digest] = outcome.reason
        elif isinstance(outcome, Failure):
            self._fail(found, digest, item, outcome)
        else:
            usage = outcome.usage or item.usage
            found.dollars += max_price(found.model, usage, self._prices) or 0

    def _fail(self, found: Collected, digest: str, item: StoredRequest, failure: Failure) -> None:
        found.failures[digest] = failure
        if failure.billed:
            found.dollars += self._max_price(found, item)

    def _max_price(self, found: Collected, item: StoredRequest) -> Decimal:
        return max_price(found.model, item.usage, self._prices) or Decimal(0)

    def _give_up(self, digest: str, item: StoredRequest, found: Collected) -> None:
        reason = found.retries.pop(digest)
        message = (
            f"The server {self._api.server} returned no response to '{item.request.stage}' in "
            f"{MAX_ATTEMPTS} batches ({reason}): {LIVE}"
        )
        found.failures[digest] = Failure("BackendError", message, retryable=True)

    # --- batches that failed ---------------------------------------------------------------------

    def _read_problems(
        self, part: Part, batch: Batch, requests: Mapping[str, StoredRequest], found: Collected
    ) -> None:
        """Fail the requests of the lines that the server names; the others are sent again."""
        by_line = {item.line: (digest, item) for digest, item in requests.items()}
        others = []
        for problem in batch.problems:
            if problem.line in by_line:
                digest, item = by_line[problem.line]
                message = self._problem_message(item.request.stage, problem)
                found.failures.setdefault(digest, Failure("BackendError", message))
            else:
                others.append(problem)
        if not found.failures:
            text = "; ".join(dict.fromkeys(map(_text, others))) or "it states no reason"
            message = f"The server {self._api.server} rejected a batch ({text[:MAX_SHOWN]}): {LIVE}"
            found.stop = BackendError(message, backend="openai", stage="submit a batch")
            if REJECTED_IMAGE.search(text) and _has_images(requests):
                found.stop = self._no_images(text)
        part.message = str(found.stop or "")

    def _problem_message(self, stage: str, problem: LineError) -> str:
        return (
            f"The server {self._api.server} rejected '{stage}' in a batch ({_text(problem)}): "
            "check model and settings."
        )

    def _check_images(self, requests: Mapping[str, StoredRequest], found: Collected) -> None:
        """End the run if all requests with an image failed because of their images."""
        if not found.failures:
            return
        images = {digest for digest, item in requests.items() if item.request.image_sizes}
        if images and images <= found.failures.keys():
            texts = {found.failures[digest].message for digest in images}
            if all(map(REJECTED_IMAGE.search, texts)):
                found.stop = self._no_images(min(texts))

    def _no_images(self, text: str) -> MissingFeatureError:
        message = (
            f"The server {self._api.server} takes no photographs inside a batch "
            f"({text[:MAX_SHOWN]}): {LIVE}"
        )
        return MissingFeatureError(message, backend="openai", stage="submit a batch")


MAX_SHOWN: Final = 300  #: characters of a server's text in a message


def counts_as_attempt(batch: Batch) -> bool:
    """Return whether a request without a result in ``batch`` has used one of its attempts."""
    return batch.status != "cancelled" and (batch.status != "failed" or bool(batch.problems))


def _has_images(requests: Mapping[str, StoredRequest]) -> bool:
    return any(item.request.image_sizes for item in requests.values())


def _text(problem: LineError) -> str:
    return ": ".join(filter(None, (problem.code, problem.message))) or "no reason given"
