"""Collect a batch that has ended: store its responses, and decide about all other requests.

Responses are stored first, and the journal is written afterwards. If the process is killed in
between, the same files are downloaded again, and the same responses replace themselves: nothing is
lost, nothing is sent again, and the cost counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from semcodec.backends.openai.batches.api import BatchApi
from semcodec.backends.openai.batches.batch import Batch, LineError
from semcodec.backends.openai.batches.output import (
    Ignored,
    Outcome,
    Retry,
    as_failure,
    read_outcomes,
)
from semcodec.backends.openai.batches.parts import max_price
from semcodec.backends.openai.batches.rows import Failure, Part, StoredRequest
from semcodec.backends.openai.batches.sending import LIVE
from semcodec.backends.openai.batches.store import BatchStore
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.backends.recording.budget import Prices
from semcodec.errors import BackendError, InvalidResponseError, MissingFeatureError

MAX_ATTEMPTS: Final = 4  #: batches that get the same request before it fails for good
MAX_SHOWN: Final = 300  #: characters of a server's text in a message
STORED_AT_ONCE: Final = 200  #: responses, of up to 200,000 characters each
#: What servers write that take no images inside a batch.
REJECTED_IMAGE: Final = re.compile(r"data[- ]?ur[il]|base64|image_url", re.I)


@dataclass(slots=True)
class Collected:
    """What a part has brought.

    Attributes:
        answered: digests of the requests whose responses are stored.
        failures: those that failed for good.
        retries: those that are sent again, with the reason.
        dollars: the cost.
        ignored: lines that were of no use.
        is_gone: whether the server does not have the responses any more.
        stop: the error that ends the run after this part, or None.
    """

    answered: set[str] = field(default_factory=set)
    failures: dict[str, Failure] = field(default_factory=dict)
    retries: dict[str, str] = field(default_factory=dict)
    dollars: Decimal = Decimal(0)
    ignored: Ignored = field(default_factory=Ignored)
    is_gone: bool = False
    stop: BackendError | None = None


class Collector:
    """Collects one part, whose batch has ended.

    Args:
        store: gets the responses, and the outcome of each request.
        api: downloads the files.
        prices: for the cost.
        part: the part.
        batch: its batch.
    """

    def __init__(
        self, store: BatchStore, api: BatchApi, prices: Prices, part: Part, batch: Batch
    ) -> None:
        self._store, self._api, self._prices = store, api, prices
        self._part, self._batch = part, batch
        self._requests = store.journal.requests(part)
        self._path = store.folder / f"part-{part.id}.output"
        self._seen = set[str]()  # the digests of the requests for which a line was read
        self._found = Collected()

    def collect(self) -> Collected:
        """Return what the part has brought; responses are stored, and the journal is written.

        Raises:
            BackendError: the server does not send a file, or the disk is full; nothing is lost.
        """
        part, found = self._part, self._found
        if self._batch.status == "failed":
            self._read_problems()
        else:
            self._read_files()
        counts = counts_as_attempt(self._batch)
        for digest, item in self._requests.items():
            if digest not in found.answered and digest not in found.failures:
                found.retries.setdefault(digest, "the batch has no response for it")
                if counts and item.attempts + 1 >= MAX_ATTEMPTS:
                    self._give_up(digest, item)
        self._check_images()
        part.answered, part.failed = len(found.answered), len(found.failures)
        part.dollars = found.dollars
        self._store.journal.finish(part, found.answered, found.failures, counts=counts)
        return found

    def _read_files(self) -> None:
        """Read the responses and the errors, in files that are downloaded one after the other."""
        found, batch = self._found, self._batch
        try:
            if batch.output:
                found.is_gone = not self._read_file(batch.output)
            if batch.output and len(self._seen) < batch.completed and not found.is_gone:
                ignored, found.ignored = found.ignored, Ignored()  # it was probably cut off
                self._read_file(batch.output)
                found.ignored = ignored
            # What the server has executed is billed, although its response is lost.
            missing = [self._max_price(item) for item in self._unread().values()]
            lost = max(0, batch.completed - len(self._seen))
            found.dollars += sum(sorted(missing, reverse=True)[:lost], Decimal(0))
            if batch.errors:
                self._read_file(batch.errors)
        except InvalidResponseError as error:  # it is too long, and will be so next time
            for digest, item in self._unread().items():
                self._fail(digest, item, as_failure(error))
        self._path.unlink(missing_ok=True)

    def _unread(self) -> dict[str, StoredRequest]:
        return {digest: item for digest, item in self._requests.items() if digest not in self._seen}

    def _read_file(self, file_id: str) -> bool:
        """Read the lines of a file, and return whether the server has it."""
        try:
            is_there = self._api.download(file_id, self._path)
        except OSError as error:
            message = f"{self._path} cannot be written ({error.strerror}): make room."
            raise BackendError(message, backend="openai", stage="collect") from error
        if is_there:
            self._read_lines()
        return is_there

    def _read_lines(self) -> None:
        """Note the outcomes in the file that was downloaded, and store the responses."""
        waiting: list[tuple[str, ModelRequest, ModelResponse]] = []
        errors, ignored = self._api.errors, self._found.ignored
        for digest, request, outcome in read_outcomes(
            self._path, self._requests, self._seen, errors, ignored
        ):
            self._note(digest, outcome)
            if isinstance(outcome, ModelResponse):
                waiting.append((digest, request, outcome))
            if len(waiting) == STORED_AT_ONCE:
                self._store_all(waiting)
        self._store_all(waiting)

    def _store_all(self, waiting: list[tuple[str, ModelRequest, ModelResponse]]) -> None:
        self._store.cassette.put_all(self._api.server, waiting)
        self._found.answered.update(digest for digest, *_ in waiting)
        waiting.clear()

    def _note(self, digest: str, outcome: Outcome) -> None:
        item = self._requests[digest]
        if isinstance(outcome, Retry):
            self._found.retries[digest] = outcome.reason
        elif isinstance(outcome, Failure):
            self._fail(digest, item, outcome)
        else:
            self._found.dollars += self._max_price(item, outcome.usage)

    def _fail(self, digest: str, item: StoredRequest, failure: Failure) -> None:
        self._found.failures[digest] = failure
        if failure.billed:
            self._found.dollars += self._max_price(item)

    def _max_price(self, item: StoredRequest, usage: Usage | None = None) -> Decimal:
        """Return the price of ``usage``, or the highest possible one; 0 if it is unknown."""
        return max_price(self._part.model, usage or item.usage, self._prices) or Decimal(0)

    def _give_up(self, digest: str, item: StoredRequest) -> None:
        reason = self._found.retries.pop(digest)
        message = (
            f"The server {self._api.server} returned no response to '{item.request.stage}' in "
            f"{MAX_ATTEMPTS} batches ({reason}): {LIVE}"
        )
        self._found.failures[digest] = Failure("BackendError", message, retryable=True)

    # --- batches that failed ---------------------------------------------------------------------

    def _read_problems(self) -> None:
        """Fail the requests of the lines that the server names; the others are sent again."""
        found = self._found
        by_line = {item.line: (digest, item) for digest, item in self._requests.items()}
        others = []
        for problem in self._batch.problems:
            if problem.line in by_line:
                digest, item = by_line[problem.line]
                message = (
                    f"The server {self._api.server} rejected '{item.request.stage}' in a batch "
                    f"({_text(problem)}): check model and settings."
                )
                found.failures.setdefault(digest, Failure("BackendError", message))
            else:
                others.append(problem)
        if not found.failures:
            text = "; ".join(dict.fromkeys(map(_text, others))) or "it states no reason"
            message = f"The server {self._api.server} rejected a batch ({text[:MAX_SHOWN]}): {LIVE}"
            found.stop = BackendError(message, backend="openai", stage="submit a batch")
            if REJECTED_IMAGE.search(text) and self._with_images():
                found.stop = self._no_images(text)

    def _check_images(self) -> None:
        """End the run if all requests with an image failed because of their images."""
        failures = self._found.failures
        images = self._with_images() if failures else set()
        if images and images <= failures.keys():
            texts = {failures[digest].message for digest in images}
            if all(map(REJECTED_IMAGE.search, texts)):
                self._found.stop = self._no_images(min(texts))

    def _with_images(self) -> set[str]:
        """Return the digests of the requests with an image."""
        return {digest for digest, item in self._requests.items() if item.request.image_sizes}

    def _no_images(self, text: str) -> MissingFeatureError:
        message = (
            f"The server {self._api.server} takes no photographs inside a batch "
            f"({text[:MAX_SHOWN]}): {LIVE}"
        )
        return MissingFeatureError(message, backend="openai", stage="submit a batch")


def counts_as_attempt(batch: Batch) -> bool:
    """Return whether a request without a result in ``batch`` has used one of its attempts."""
    return batch.status != "cancelled" and (batch.status != "failed" or bool(batch.problems))


def _text(problem: LineError) -> str:
    return ": ".join(filter(None, (problem.code, problem.message))) or "no reason given"
