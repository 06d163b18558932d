"""Who is at work, and for how long: one line on the terminal that is gone when the work is done."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from types import TracebackType
from typing import Final

from semcodec.cli.output import escape_control

TICK: Final = 0.5  #: seconds between two looks at the clock
PATIENCE: Final = 1.0  #: seconds after which a stage is shown; most need less
CLEAR: Final = "\r\x1b[2K"


class Progress:
    """Shows stages while it is entered, if stderr is a terminal.

    >>> with Progress() as progress:
    ...     progress("describe", "openai")
    """

    def __init__(self) -> None:
        self._stage, self._since = "", 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Progress:
        if sys.stderr is not None and sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
            _write(CLEAR)

    def __call__(self, stage: str, model: str) -> None:
        """Say that ``stage`` begins, done by ``model``."""
        self._stage, self._since = f"{stage} by {model}", time.monotonic()

    def _tick(self) -> None:
        while not self._done.wait(TICK):
            seconds = time.monotonic() - self._since
            if self._stage and seconds >= PATIENCE:
                _write(f"{CLEAR}semcodec: {escape_control(self._stage)}, {seconds:.0f} s")


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
