"""A transient status line for long runs, shown if stderr is a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from types import TracebackType
from typing import Final

from semcodec.backends import activity
from semcodec.backends.openai import rate_limits
from semcodec.cli.output import status_line

INTERVAL: Final = 0.5  #: seconds between two updates
DELAY: Final = 1.0  #: seconds before a stage is shown; most stages end earlier
WINDOW: Final = 64  #: inputs over which the rate is measured


class Progress:
    """A context manager that shows the current stage, and of several inputs how many are done.

    >>> with Progress() as progress:
    ...     progress("describe", "openai")
    """

    def __init__(self, total: int = 1) -> None:
        """Show the number done, the rate and the time left if ``total`` is more than 1."""
        self._total, self._done = total, 0
        self._ends: deque[float] = deque(maxlen=WINDOW)  # when inputs were begun or done
        self._stage, self._start = "", 0.0
        self._is_over = threading.Event()
        # Another thread writes, because a stage blocks the main thread.
        self._thread = threading.Thread(target=self._update, daemon=True)

    def __enter__(self) -> Progress:
        self._ends.append(time.monotonic())
        if sys.stderr is not None and sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()
            status_line.clear()

    def __call__(self, stage: str, model: str) -> None:
        """Set the stage that is shown, and the name of its model; nothing without a stage."""
        self._stage, self._start = f"{stage} by {model}" if stage else "", time.monotonic()

    def advance(self, *, is_computed: bool = True) -> None:
        """Count an input; one that was not computed, such as a copy, does not affect the rate."""
        self._done += 1
        self._stage = ""
        if is_computed:
            self._ends.append(time.monotonic())

    def _update(self) -> None:
        while not self._is_over.wait(INTERVAL):
            parts = [self._counts(), self._stage_text()]
            if text := "; ".join(filter(None, parts)):
                status_line.show(f"semcodec: {text}")

    def _counts(self) -> str:
        """Return how many inputs are done, the rate and the time left."""
        if self._total <= 1:
            return ""
        text = f"{self._done:,} of {self._total:,}"
        ends = [*self._ends]  # another thread appends
        if len(ends) > 1:
            rate = (len(ends) - 1) / max(time.monotonic() - ends[0], 1e-9)
            left = format_seconds((self._total - self._done) / rate)
            text += f", {format_rate(rate)} per second, {left} left"
        return text

    def _stage_text(self) -> str:
        seconds = time.monotonic() - self._start
        if not self._stage or seconds < DELAY:
            return ""
        reason = " (waiting for the rate limit)" if rate_limits.is_waiting() else ""
        doing = f" ({text})" if (text := activity.current()) else ""
        return f"{self._stage}, {seconds:.0f} s{reason}{doing}"


def format_rate(rate: float) -> str:
    """Return a rate with two or more digits.

    >>> [format_rate(rate) for rate in (0.254, 3.21, 1234.5)]
    ['0.25', '3.2', '1,234']
    """
    return f"{rate:,.{0 if rate >= 10 else 1 if rate >= 1 else 2}f}"


def format_seconds(seconds: float) -> str:
    """Return a duration in the largest suitable unit.

    >>> [format_seconds(seconds) for seconds in (42, 840, 7500)]
    ['42 s', '14 min', '2 h 5 min']
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
