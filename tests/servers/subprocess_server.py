"""A server in a subprocess, with its output in a log file."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
START_TIMEOUT: Final = 60.0  #: seconds, enough on a busy machine
POLL: Final = 0.02  #: seconds between two reads of the output


class SubprocessServer:
    """A server process that runs in a ``with`` block.

    Attributes:
        url: its address, the first group of ``ready`` in its output.
    """

    def __init__(self, argv: Sequence[object], log: Path, ready: str, **environment: str) -> None:
        self._argv, self._log, self._ready = list(map(str, argv)), log, ready
        self._environment = {**os.environ, **environment}

    def __enter__(self) -> SubprocessServer:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._argv, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self.url = self._wait_until_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def log_text(self) -> str:
        """The output of the server so far."""
        return self._log.read_text("utf-8", errors="replace")

    def _wait_until_ready(self) -> str:
        """Wait until the server prints its address, and return the address."""
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end and self._process.poll() is None:
            if match := re.search(self._ready, self.log_text):
                return match[1]
            time.sleep(POLL)
        self.__exit__(None, None, None)
        raise RuntimeError(f"{self._argv} is not ready: {self.log_text[-2000:]}")
