"""The command line in this process: what a user types, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from semcodec.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command line and returns code, stdout and stderr."""

    def run_(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in argv])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run_
