"""A transient status line for long stages, shown if stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from types import TracebackType
from typing import Final

from semcodec.backends.openai import rate_limits
from semcodec.cli.output import escape_control

INTERVAL: Final = 0.5  #: seconds between two updates
DELAY: Final = 1.0  #: seconds before a stage is shown; most stages end earlier
CLEAR_LINE: Final = "\r\x1b[2K"


class Progress:
    """A context manager that shows the current stage and its duration in seconds.

    >>> with Progress() as progress:
    ...     progress("describe", "openai")
    """

    def __init__(self) -> None:
        self._stage, self._start = "", 0.0
        self._done = threading.Event()
        # Another thread writes, because a stage blocks the main thread.
        self._thread = threading.Thread(target=self._update, daemon=True)

    def __enter__(self) -> Progress:
        if sys.stderr is not None and sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
            _write(CLEAR_LINE)

    def __call__(self, stage: str, model: str) -> None:
        """Set the stage that is shown, and the name of its model."""
        self._stage, self._start = f"{stage} by {model}", time.monotonic()

    def _update(self) -> None:
        while not self._done.wait(INTERVAL):
            seconds = time.monotonic() - self._start
            if self._stage and seconds >= DELAY:
                reason = " (waiting for the rate limit)" if rate_limits.is_waiting() else ""
                stage = f"{escape_control(self._stage)}, {seconds:.0f} s{reason}"
                _write(f"{CLEAR_LINE}semcodec: {stage}")


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
