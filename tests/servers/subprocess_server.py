"""A program in the background: what it says goes into a file, in which one can look."""

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
PATIENCE: Final = 60.0  #: seconds in which it must be ready, on the busiest machine
GLANCE: Final = 0.02  #: seconds between two looks


class SubprocessServer:
    """Runs while it is entered.

    Attributes:
        url: where it listens, as its own words match ``ready``.
    """

    def __init__(self, argv: Sequence[object], log: Path, ready: str, **environment: str) -> None:
        self._argv, self._log, self._ready = list(map(str, argv)), log, ready
        self._environment = {**os.environ, **environment}

    def __enter__(self) -> SubprocessServer:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._argv, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self.url = self._waited()
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
        """All that it said until now."""
        return self._log.read_text("utf-8", errors="replace")

    def _waited(self) -> str:
        """Return the address that it names when it is ready."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if found := re.search(self._ready, self.log_text):
                return found[1]
            time.sleep(GLANCE)
        self.__exit__(None, None, None)
        raise RuntimeError(f"{self._argv} is not ready: {self.log_text[-2000:]}")
