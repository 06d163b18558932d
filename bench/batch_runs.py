"""Run ``semcodec encode`` on a folder as a process: measure it, or kill it again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from batch_files import CALLS
from commands import ROOT

POLL: Final = 0.02  #: seconds between two looks at a run
SAMPLE: Final = 0.25  #: seconds between two measurements of memory
MAX_SECONDS: Final = 1800.0  #: of one run
MAX_END: Final = 15.0  #: seconds for workers to end after their parent
WORKER: Final = "multiprocessing.spawn"  #: in the command line of a worker
KILLS: Final = ("kill", "worker", "ctrl-c")  #: kinds; the others of a run are "kill"


class BatchError(Exception):
    """A run did not do what it should."""


@dataclass
class Run:
    """What one uninterrupted run needed.

    Attributes:
        seconds: wall-clock time.
        worker_mib: the most unique memory (USS) of a process that ran tasks, in MiB.
        parent_mib: the same of the main process.
        output: what it printed.
    """

    seconds: float
    worker_mib: float
    parent_mib: float
    output: str


@dataclass
class Batch:
    """A folder to encode, and the command for it.

    Attributes:
        folder, out: the input and the output folder.
        count: inputs.
        options: further options.
        jobs: worker processes.
        plugin: a folder for Python's path.
        calls: the file in which the stub notes its calls.
    """

    folder: Path
    out: Path
    count: int
    options: Sequence[str]
    jobs: int
    plugin: Path
    calls: Path
    log: list[str] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command in a session of its own, so that Ctrl-C reaches its workers."""
        command = [sys.executable, "-m", "semcodec", "encode", str(self.folder)]
        command += ["-o", str(self.out)]
        command += ["--jobs", str(self.jobs), *self.options]
        path = os.pathsep.join([str(self.plugin), str(ROOT), os.environ.get("PYTHONPATH", "")])
        return subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": path, CALLS: str(self.calls)},
            stdout=subprocess.DEVNULL,
            stderr=(self.out.parent / f"{self.out.name}.log").open("ab"),
            start_new_session=True,
        )

    def outputs(self) -> list[Path]:
        """Return the records that are there."""
        return [path for path in self.out.rglob("*.semc") if not path.name.startswith(".")]

    def counted_calls(self) -> Counter[str]:
        """Return how often the stub described each picture."""
        return Counter(self.calls.read_text().split() if self.calls.exists() else [])

    def printed(self) -> str:
        """Return all that the runs have printed to stderr."""
        return (self.out.parent / f"{self.out.name}.log").read_text("utf-8", errors="replace")

    def measure(self) -> Run:
        """Run the command to its end.

        Raises:
            BatchError: it fails.
        """
        started, process = time.monotonic(), self.start()
        memory: dict[int, int] = {}
        sampler = threading.Thread(target=_sample, args=(process, memory), daemon=True)
        sampler.start()
        code = process.wait(MAX_SECONDS)
        seconds = time.monotonic() - started
        sampler.join()
        if code != 0:
            raise BatchError(f"exit code {code}: {self.printed()[-2000:]}")
        parent = memory.pop(process.pid, 0)
        worker = max(memory.values(), default=parent)
        return Run(seconds, worker / 2**20, parent / 2**20, self.printed())

    def run_with_kills(self, kills: int, seed: int) -> list[str]:
        """Run the command until it is done, killed at random moments; return what was done.

        Raises:
            BatchError: a run fails, workers outlive their parent, or a run does not end.
        """
        randomness = random.Random(seed)
        kinds = [*KILLS[:kills], *["kill"] * (kills - len(KILLS))]
        randomness.shuffle(kinds)
        moments = sorted(randomness.uniform(0.02, 0.95) for _ in kinds)
        done = []
        process = self.start()
        for kind, moment in zip(kinds, moments, strict=True):
            if not self._wait_for(process, moment, randomness.uniform(0, 0.3)):
                break
            done.append(f"{kind} at {len(self.outputs())} of {self.count}")
            if _kill(process, kind):
                process = self.start()
        code = process.wait(MAX_SECONDS)
        if code != 0:
            raise BatchError(f"exit code {code} at the end: {self.printed()[-2000:]}")
        return done

    def _wait_for(self, process: subprocess.Popen[bytes], moment: float, delay: float) -> bool:
        """Wait until a share of the outputs is there; return whether the run still goes on."""
        deadline = time.monotonic() + MAX_SECONDS
        while process.poll() is None and len(self.outputs()) < moment * self.count:
            if time.monotonic() > deadline:
                raise BatchError("a run does not end")
            time.sleep(POLL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        return process.poll() is None


def _kill(process: subprocess.Popen[bytes], kind: str) -> bool:
    """Kill a run or one of its workers; return whether the run has ended.

    Raises:
        BatchError: workers outlive it.
    """
    workers = find_workers(process.pid)
    if kind == "worker" and workers:
        with suppress(psutil.NoSuchProcess):
            workers[0].kill()
        return False
    if kind == "ctrl-c":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    process.wait(MAX_END)
    _, alive = psutil.wait_procs(workers, MAX_END)
    if alive:
        raise BatchError(f"{len(alive)} workers outlive their parent after {kind}")
    return True


def find_workers(parent: int) -> list[psutil.Process]:
    """Return the worker processes of a run; the first started is the first."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(parent).children()
        return [child for child in children if _is_worker(child)]
    return []


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any(WORKER in argument for argument in process.cmdline())
    return False


def _sample(process: subprocess.Popen[bytes], memory: dict[int, int]) -> None:
    """Note the highest unique memory of a run and its workers, by process id."""
    while process.poll() is None:
        with suppress(psutil.Error):
            for each in (psutil.Process(process.pid), *find_workers(process.pid)):
                used = each.memory_full_info().uss
                memory[each.pid] = max(used, memory.get(each.pid, 0))
        with suppress(subprocess.TimeoutExpired):
            process.wait(SAMPLE)
