"""Run ``semcodec bulk`` as a process: measure it, or kill it again and again; read its rows."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from commands import ROOT

POLL: Final = 0.05  #: seconds between two looks at a run
SAMPLE: Final = 0.5  #: seconds between two measurements of memory
MAX_SECONDS: Final = 1800.0  #: of one run
MAX_END: Final = 20.0  #: seconds for workers to end after their parent


class BulkError(Exception):
    """A run did not do what it should."""


@dataclass
class Run:
    """What one run needed.

    Attributes:
        code: the exit code.
        seconds: wall-clock time.
        cpu: CPU seconds of all processes.
        main_mib: the most unique memory (USS) of the main process, in MiB.
        worker_mib: the same of the largest other process; 0 if there is none.
        output: what it printed.
    """

    code: int
    seconds: float
    cpu: float
    main_mib: float
    worker_mib: float
    output: str


@dataclass
class Bulk:
    """A folder to encode, and the command for it.

    Attributes:
        source, out: the folder of the photographs, and that of the parts.
        options: further options.
        plugin: a folder for Python's path.
    """

    source: Path
    out: Path
    options: Sequence[str]
    plugin: Path

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start the command in a process group of its own; its output is added to a log."""
        command = [sys.executable, "-m", "semcodec", "bulk", str(self.source), "-o", str(self.out)]
        paths = [str(self.plugin), str(ROOT), os.environ.get("PYTHONPATH", "")]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, *self.options, *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return self.plugin.parent / f"{self.out.name}.log"  # not on a file system that fills

    def measure(self, *more: str) -> Run:
        """Run the command to its end."""
        before = self._log.stat().st_size if self._log.exists() else 0
        started, process = time.monotonic(), self.start(*more)
        memory: dict[int, int] = {}
        cpu: dict[int, float] = {}
        sampler = threading.Thread(target=_sample, args=(process, memory, cpu), daemon=True)
        sampler.start()
        code = process.wait(MAX_SECONDS)
        seconds = time.monotonic() - started
        sampler.join()
        main = memory.pop(process.pid, 0)
        output = self._log.read_bytes()[before:].decode(errors="replace")
        worker = max(memory.values(), default=0)
        return Run(code, seconds, sum(cpu.values()), main / 2**20, worker / 2**20, output)

    def count_rows(self) -> int:
        """Return how many rows the parts have."""
        from pyarrow.parquet import read_metadata

        return sum(read_metadata(path).num_rows for path in self.parts())

    def parts(self) -> list[Path]:
        """Return the parts."""
        return sorted(self.out.glob("[!.]*.parquet"))

    def rows(self) -> list[dict[str, Any]]:
        """Return all rows."""
        from pyarrow.parquet import ParquetFile

        return [row for path in self.parts() for row in ParquetFile(path).read().to_pylist()]

    def run_with_kills(self, kills: int, count: int, seed: int) -> list[str]:
        """Run the command until it is done, killed at random moments; return what was done.

        Raises:
            BulkError: workers outlive their parent, or a run does not end.
        """
        randomness = random.Random(seed)
        moments = sorted(randomness.uniform(0.02, 0.9) for _ in range(kills))
        done = []
        process = self.start()
        for number, moment in enumerate(moments):
            if not self._wait_for(process, moment * count, randomness.uniform(0, 1)):
                break
            kind = "ctrl-c" if number % 5 == 3 else "kill -9"
            done.append(f"{kind} at {self.count_rows()} of {count} rows")
            _kill(process, kind)
            process = self.start()
        if process.wait(MAX_SECONDS) not in (0, 3):
            raise BulkError(f"exit code {process.returncode} at the end: {self._tail()}")
        return done

    def _wait_for(self, process: subprocess.Popen[bytes], rows: float, delay: float) -> bool:
        """Wait until so many rows are there; return whether the run still goes on."""
        deadline = time.monotonic() + MAX_SECONDS
        while process.poll() is None and self.count_rows() < rows:
            if time.monotonic() > deadline:
                raise BulkError("a run does not end")
            time.sleep(POLL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        return process.poll() is None

    def _tail(self) -> str:
        return self._log.read_text("utf-8", errors="replace")[-2000:]


def _kill(process: subprocess.Popen[bytes], kind: str) -> None:
    """Kill a run.

    Raises:
        BulkError: workers outlive it, or Ctrl-C has another exit code than 130.
    """
    workers = _children(process.pid)
    if kind == "ctrl-c":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    code = process.wait(60)
    if kind == "ctrl-c" and code != 130:
        raise BulkError(f"exit code {code} after Ctrl-C")
    _, alive = psutil.wait_procs(workers, MAX_END)
    if alive:
        raise BulkError(f"{len(alive)} workers outlive their parent after {kind}")


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def _sample(
    process: subprocess.Popen[bytes], memory: dict[int, int], cpu: dict[int, float]
) -> None:
    """Note the highest unique memory and the CPU seconds of all processes of a run, by id."""
    while process.poll() is None:
        with suppress(psutil.Error):
            for each in (psutil.Process(process.pid), *_children(process.pid)):
                with suppress(psutil.Error):
                    used = each.memory_full_info().uss
                    memory[each.pid] = max(used, memory.get(each.pid, 0))
                    times = each.cpu_times()
                    cpu[each.pid] = times.user + times.system
        with suppress(subprocess.TimeoutExpired):
            process.wait(SAMPLE)
