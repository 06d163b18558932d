"""The requests of a run: how often each was sent, and which may have been billed for no result.

A run may consist of several processes. Then the log of a worker process passes everything on to the
log of the main process (``bulk.shared_calls``), which also has the budget of the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from semcodec.backends.recording.budget import Budget


class CallLog:
    """The log of one process, which keeps no calls. Threads may share it.

    Attributes:
        source: the input that this process works on, such as the path of a photograph; or "".
        budget: a budget whose limit holds for all budgets of the run, or None.
        is_main: whether this is the log of the main process of a run.
    """

    source: str = ""
    budget: Budget | None = None
    is_main: bool = True

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Iterator[int]] = {}

    def count(self, server: str, digest: str) -> int:
        """Return how many times ``count`` was called with these arguments before.

        Threads that send the same request at once get different numbers without a lock, because
        ``setdefault`` and ``next`` are both atomic in CPython. With equal numbers, one response
        would replace the other in a recording, and the replay would lack it
        (``test_a_recording_keeps_every_response_to_the_same_request``).
        """
        return next(self._counts.setdefault((server, digest), itertools.count()))

    def begin(self, stage: str, note: Mapping[str, Any]) -> int:
        """Note that a request that may be billed is about to be sent; return its number.

        Args:
            stage: the purpose of the request.
            note: that of the trace, as if the request had been interrupted, with its highest
                possible price.

        Raises:
            BackendError: the request must not be sent.
        """
        return 0

    def end(self, number: int, note: Mapping[str, Any]) -> None:
        """Note the result of the request ``number``, which is not part of a finished trace yet."""

    @contextmanager
    def working_on(self, source: str) -> Iterator[None]:
        """Name the input of the calls in the block, such as the path of a photograph."""
        self.source = source
        try:
            yield
        finally:
            self.source = ""
