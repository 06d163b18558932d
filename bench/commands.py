"""Run a command and measure it: seconds on the clock, and of the processor, children included."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Result:
    """A command that has ended.

    Attributes:
        code: its exit code; negative for the signal that ended it.
        wall: seconds on the clock.
        cpu: seconds of the processor, of all its processes that were waited for.
        output: stdout and stderr in one.
    """

    code: int
    wall: float
    cpu: float
    output: str


def run(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Result:
    """Run a command in the root of the repository."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)  # of this child alone, for several at a time
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        out.seek(0)
        output = out.read().decode("utf-8", errors="replace")
    return Result(process.returncode, wall, used.ru_utime + used.ru_stime, output)


def run_tests(
    command: Sequence[object], environment: Mapping[str, str] | None = None
) -> tuple[Result, list[dict[str, Any]]]:
    """Run pytest, by whatever command, and return also the row of ``recorder`` for each test."""
    with tempfile.TemporaryDirectory() as folder:
        done = run(
            command,
            {
                **(environment or {}),
                "PYTEST_ADDOPTS": "-p recorder",
                "PYTHONPATH": str(HERE),
                "TEST_RECORDS": folder,
            },
        )
        lines = [line for path in Path(folder).iterdir() for line in path.open(encoding="utf-8")]
    return done, [json.loads(line) for line in lines]
