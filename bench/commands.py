"""Run a command and measure its wall and CPU time, including child processes."""

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
    """The result of a finished command.

    Attributes:
        code: the exit code; negative if a signal ended the command.
        wall: elapsed seconds.
        cpu: CPU seconds of the command and of its child processes that it waited for.
        output: stdout and stderr combined.
    """

    code: int
    wall: float
    cpu: float
    output: str


def run(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Result:
    """Run a command in the root directory of the repository, and return its result."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        # The usage of this child alone; getrusage() would include the children of other threads.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        out.seek(0)
        output = out.read().decode("utf-8", errors="replace")
    return Result(process.returncode, wall, usage.ru_utime + usage.ru_stime, output)


def run_tests(
    command: Sequence[object], environment: Mapping[str, str] | None = None
) -> tuple[Result, list[dict[str, Any]]]:
    """Run a command that runs pytest; return its result, and the ``recorder`` row of each test."""
    with tempfile.TemporaryDirectory() as folder:
        result = run(
            command,
            {
                **(environment or {}),
                "PYTEST_ADDOPTS": "-p recorder",
                "PYTHONPATH": str(HERE),
                "TEST_RECORDS": folder,
            },
        )
        lines = [line for path in Path(folder).iterdir() for line in path.open(encoding="utf-8")]
    return result, [json.loads(line) for line in lines]


def describe_commit(page: Path) -> str:
    """Return the id of the current commit; mention if files other than ``page`` differ from it."""

    def git(*arguments: str) -> str:
        result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
        return result.stdout.strip()

    pages = [f":!{page.with_suffix(ending)}" for ending in (".md", ".json")]
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", *pages)
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (
        ", with changes" if changed else ""
    )
