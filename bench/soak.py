"""Encode and decode thousands of times through a faulty server, with random kills; then count.

    python bench/soak.py --seconds 1800 --out docs/soak.md
    python bench/soak.py --seconds 20 --seed 7 --out /tmp/soak.md    # the same, for a short time

Three kinds of processes run at the same time: workers that encode and decode in threads with the
library, one of them for the whole time and one that is killed and replaced; commands, half of which
get a signal at a random moment; and the server (``soak_server``), which answers 3 of 10 requests
wrongly, late, in part, or not at all. At the end, the ledger of the server is compared with all
traces (``soak_ledger``), and open files, threads, memory and files with those at the start.

The page states everything that was counted; the exit code is 1 if there is a finding.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

from commands import ROOT, describe_commit

sys.path.append(str(ROOT))
import soak_page
from soak_commands import (
    LOCK_ENDING,
    Command,
    check_file,
    command_environment,
    run_command,
    wait_until,
)
from soak_counts import WARM_UP, count_resources, files_below, leaks, processes_with, slope
from soak_ledger import PRICE, Run, compare, repeated_requests
from soak_server import read_ledger
from soak_worker import THREADS

from tests.backends.openai.faults.fault import KEY

PAGE: Final = ROOT / "docs" / "soak.md"
RUN_ENV: Final = "SEMCODEC_SOAK"  #: marks all processes of this run
FULL_SECONDS: Final = 1800.0
COMMAND_THREADS: Final = 1
MEAN_LIFE: Final = 25.0  #: seconds until a worker is killed, on average
STOP_SECONDS: Final = 60.0  #: for a worker to end its runs
PROGRESS_SECONDS: Final = 30.0
#: KiB of memory that a worker may gain in 1,000 runs once it is warm; measured by least squares.
MAX_GROWTH: Final = 4096.0
MODELS: Final = ("m", "p")
#: What workers log, if another process is sending the same request.
LOGGED: Final = "Waiting for another run that sends"
CONFIG: Final = """\
[openai]
describer = "m"
writer = "m"
painter = "p"
checker = "m"
text_timeout = 1.5
image_timeout = 1.5
retries = 1
""" + "".join(
    f"[openai.prices.{model}]\ninput = {PRICE['input']}\noutput = {PRICE['output']}\n"
    f"image = {PRICE['image']}\n"
    for model in MODELS
)


class Soak:
    """A soak test in a folder.

    Attributes:
        folder: for everything that it writes.
        findings: what is wrong.
        commands: the commands so far.
        kills: the number of workers that were killed.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.findings: list[str] = []
        self.commands: list[Command] = []
        self.kills: Counter[str] = Counter()
        self._ends = threading.Event()
        for name in ("commands", "workers", "temporary"):
            (folder / name).mkdir()
        config = folder / "config.toml"
        config.write_text(CONFIG, "utf-8")
        self.environment = command_environment(KEY, config, folder / "temporary")
        self.environment[RUN_ENV] = folder.name
        self.cache = folder / "cache.sqlite"
        self.ledger = folder / "ledger.jsonl"

    def start(self) -> None:
        """Start the server."""
        script = [sys.executable, str(ROOT / "bench" / "soak_server.py")]
        self.server_errors = (self.folder / "server.stderr").open("wb")
        self.server = subprocess.Popen(
            [*script, "--seed", str(self.seed), "--ledger", str(self.ledger)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.server_errors,
            text=True,
        )
        assert self.server.stdout is not None
        self.url = self.server.stdout.readline().strip()

    def run(self, seconds: float) -> None:
        """Run workers and commands for ``seconds``."""
        self._warm_up()
        self.before = self._count()
        self._deadline = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._run_commands, args=(n,)) for n in range(COMMAND_THREADS)
        ]
        threads += [
            threading.Thread(target=self._keep_mortal),
            threading.Thread(target=self._print),
        ]
        steady = self._start_worker("steady")
        for thread in threads:
            thread.start()
        while time.monotonic() < self._deadline:
            time.sleep(0.2)
            if steady.poll() is not None:
                self.findings.append(f"the worker steady ended: {steady.returncode}")
                break
        self._ends.set()
        self._stop_worker("steady", steady)
        for thread in threads:
            thread.join()
        wait_until(lambda: self._count() == self.before, 10)
        self.after = self._count()

    def _warm_up(self) -> None:
        """Run a command, so that the server has imported and the cache has created everything."""
        self._run_command("warm-up")
        time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server, and check that it has seen no wrong request."""
        assert self.server.stdin is not None
        self.server.stdin.close()
        if self.server.wait(STOP_SECONDS):
            text = (self.folder / "server.stderr").read_text("utf-8")
            self.findings.append(f"the server got a wrong request: {text[-2000:]}")
        left = list(processes_with(RUN_ENV, self.folder.name))
        if left:
            self.findings.append(f"{len(left)} processes are left")

    def _count(self) -> dict[str, dict[str, int]]:
        """Return the resources of the server and of this process, without the memory."""
        counts = {"server": count_resources(self.server.pid), "this": count_resources()}
        return {
            name: {key: value for key, value in values.items() if key != "rss"}
            for name, values in counts.items()
        }

    def _run_commands(self, number: int) -> None:
        for index in range(1_000_000):
            if self._ends.is_set():
                return
            self._run_command(f"command-{number}-{index}")

    def _run_command(self, name: str) -> None:
        """Run a command; its files are kept only if something is wrong with them."""
        folder = self.folder / "commands"
        whole = [command.seconds for command in self.commands if not command.sent]
        usual = median(whole) if whole else 1.0
        command = run_command(name, str(self.seed), self.url, folder, self.environment, usual)
        for path in files_below(folder / name):
            if leaks(path.read_bytes(), KEY):
                command.findings.append(f"{path}: contains the key")
        if not command.findings:
            shutil.rmtree(folder / name)
        self.commands.append(command)

    def _keep_mortal(self) -> None:
        """Keep a worker running that is killed and replaced."""
        choose = random.Random(f"{self.seed} mortal")
        for index in range(1_000_000):
            name = f"mortal-{index}"
            worker = self._start_worker(name)
            is_ending = self._ends.wait(choose.expovariate(1 / MEAN_LIFE))
            if is_ending:
                self._stop_worker(name, worker)
                return
            sent = choose.choice(("SIGKILL", "SIGTERM"))
            if sent == "SIGKILL":
                worker.kill()
            else:
                worker.terminate()
            worker.wait(STOP_SECONDS)
            self.kills[sent] += 1

    def _start_worker(self, name: str) -> subprocess.Popen[bytes]:
        script = [sys.executable, str(ROOT / "bench" / "soak_worker.py"), name]
        options = [
            "--server",
            self.url,
            "--folder",
            str(self.folder / "workers"),
            "--cache",
            str(self.cache),
            "--seed",
            f"{self.seed} {name}",
        ]
        with (self.folder / "workers" / f"{name}.stderr").open("wb") as errors:
            return subprocess.Popen(
                [*script, *options],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
            )

    def _stop_worker(self, name: str, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdin is not None
        worker.stdin.close()
        try:
            code = worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            code = worker.wait()
        if code:
            self.findings.append(f"the worker {name} ended with {code}")

    def _print(self) -> None:
        begun = time.monotonic()
        while not self._ends.wait(PROGRESS_SECONDS):
            runs = sum(
                path.read_bytes().count(b'"event": "end"')
                for path in (self.folder / "workers").glob("*.jsonl")
            )
            bad = sum(len(command.findings) for command in self.commands)
            print(
                f"{time.monotonic() - begun:.0f} s: {runs} runs of workers, "
                f"{len(self.commands)} commands, {sum(self.kills.values())} workers killed, "
                f"{bad} findings",
                flush=True,
            )

    def results(self) -> dict[str, Any]:
        """Return everything that was counted, as JSON values."""
        logs = [WorkerLog(path) for path in sorted((self.folder / "workers").glob("*.jsonl"))]
        runs = [command.run for command in self.commands] + [
            run for log in logs for run in log.runs
        ]
        self.findings += [text for command in self.commands for text in command.findings]
        self.findings += [text for log in logs for text in log.findings]
        entries = read_ledger(self.ledger)
        balance = compare(entries, runs)
        self.findings += balance.findings
        self.findings += self._check_cache(entries)
        killed = {run.name for run in runs if run.signal}
        recordings, locks = self._check_recordings(killed), self._check_locks(killed)
        self.findings += self._check_disk()
        steady = next(log for log in logs if log.name == "steady")
        self.findings += steady.check_resources()
        self.findings += _differences(self.before, self.after)
        signals = Counter(command.sent for command in self.commands if command.sent)
        return {
            "runs": dict(Counter(run.kind for run in runs).most_common()),
            "errors": dict(sum((log.errors for log in logs), Counter[str]()).most_common()),
            "exit codes": dict(Counter(str(c.code) for c in self.commands).most_common()),
            "signals": dict(signals),
            "workers killed": dict(self.kills),
            "behaviors": dict(Counter(entry.behavior for entry in entries).most_common()),
            "requests": len(entries),
            "ledger": {name: value for name, value in vars(balance).items() if name != "findings"},
            "unfinished files": sum(command.unfinished for command in self.commands),
            "kept outputs": sum(command.kept for command in self.commands),
            "recordings of killed runs": recordings,
            "locks of killed runs": locks + sum(command.locks for command in self.commands),
            "worker": steady.resources(),
            "before": self.before,
            "after": self.after,
            "findings": self.findings,
        }

    def _check_cache(self, entries: list[Any]) -> list[str]:
        """Check the cache: it is intact, and no stored response was requested again."""
        if not self.cache.exists():
            return []
        if problem := check_file(self.cache):
            return [f"the cache: {problem}"]
        connection = sqlite3.connect(self.cache)
        rows = connection.execute("SELECT response FROM responses").fetchall()
        connection.close()
        usages = [json.loads(row)["usage"] for (row,) in rows]
        tokens = {(use["input_tokens"], use["output_tokens"]) for use in usages if use}
        stored = {entry.request: entry.tokens for entry in entries if entry.tokens in tokens}
        return repeated_requests(entries, stored, slack=1.0)

    def _check_recordings(self, killed: set[str]) -> int:
        """Remove the recordings of runs that were killed, and return their number."""
        paths = [path for path in (self.folder / "workers").glob("*.sqlite") if path.stem in killed]
        for path in paths:
            if problem := check_file(path):
                self.findings.append(f"{path.name}: {problem}")
            path.unlink()
        return len(paths)

    def _check_locks(self, killed: set[str]) -> int:
        """Remove the empty lock files that killed runs have left, and return their number."""
        locks = [path for path in files_below(self.folder) if path.name.endswith(LOCK_ENDING)]
        for path in locks:
            if path.stat().st_size:
                self.findings.append(f"{path.name} is not empty")
            path.unlink()
        if len(locks) > len(killed):
            self.findings.append(f"{len(locks)} locks are left, and {len(killed)} runs were killed")
        return len(locks)

    def _check_disk(self) -> list[str]:
        """Check that the folders hold nothing but what is accounted for."""
        findings = []
        for path in files_below(self.folder):
            if path.is_relative_to(self.folder / "commands"):
                continue  # those of findings
            if (
                path.name.startswith(".semcodec-")
                or path.parent.name == "temporary"
                or (
                    path.name.endswith("-journal")
                    or (
                        path.parent.name == "workers" and (path.suffix not in (".jsonl", ".stderr"))
                    )
                )
            ):
                findings.append(f"a file is left: {path}")
            elif path.name != "config.toml" and leaks(path.read_bytes(), KEY):
                findings.append(f"{path} contains the key")
        return findings


class WorkerLog:
    """What a worker has logged.

    Attributes:
        name: the name of the worker.
        runs: its runs; one that did not end was killed.
        errors: errors by type.
        findings: exceptions that are not errors of the library.
        samples: its resources, with the number of runs before each.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.errors: Counter[str] = Counter()
        self.findings: list[str] = []
        self.samples: list[dict[str, float]] = []
        started: dict[str, dict[str, Any]] = {}
        ended: dict[str, list[Any]] = {}
        for line in path.read_bytes().split(b"\n")[:-1]:
            event = json.loads(line)
            if event["event"] == "start":
                started[event["run"]] = event
            elif event["event"] == "end":
                ended[event["run"]] = event["calls"]
                if event["error"]:
                    self.errors[event["error"]] += 1
            elif event["event"] == "finding":
                kind = started[event["run"]]["kind"]
                self.findings.append(f"{event['run']}, {kind}: {event['text']}")
            else:
                self.samples.append({**event, "runs": len(ended)})
        printed = path.with_suffix(".stderr").read_text("utf-8", errors="replace").splitlines()
        unexpected = [line for line in printed if not line.startswith(LOGGED)]
        if unexpected:
            text = "\n".join(unexpected)
            self.findings.append(f"{self.name} printed: {text[-2000:]}")
        self.runs = [
            Run(
                name,
                event["segment"],
                event["kind"],
                ended.get(name, ()),
                "" if name in ended else "SIGKILL",
            )
            for name, event in started.items()
        ]

    def warm_samples(self) -> list[dict[str, float]]:
        """Return the samples after the warm-up."""
        return self.samples[int(len(self.samples) * WARM_UP) :]

    def resources(self) -> dict[str, Any]:
        """Return the first and last sample after the warm-up, and the growth of memory."""
        warm = self.warm_samples()
        points = [(sample["runs"], sample["rss"]) for sample in warm]
        first, last = (
            {key: int(value) for key, value in sample.items() if key not in ("event", "seconds")}
            for sample in (warm[0], warm[-1])
        )
        growth = 1000 * slope(points)
        return {
            "first": first,
            "last": last,
            "samples": len(warm),
            "KiB per 1000 runs": round(growth, 1),
        }

    def check_resources(self) -> list[str]:
        """Return what did not return to where it was."""
        values = self.resources()
        first, last = values["first"], values["last"]
        # In a short run, a thread of a library may start after the first sample.
        late = {"threads": 1} if values["samples"] < soak_page.MIN_SAMPLES else {}
        findings = [
            f"{self.name}: {last[name]} {name}, {first[name]} before"
            for name in ("files", "threads", "children")
            if last[name] > first[name] + late.get(name, 0)
        ]
        if values["samples"] < 2:
            findings.append(f"{self.name}: too short to compare resources; run for longer")
        # The server keeps half of the connections open, so each thread may have an idle one.
        if last["sockets"] > THREADS:
            findings.append(f"{self.name}: {last['sockets']} sockets of {THREADS} threads")
        growth = values["KiB per 1000 runs"]
        if values["samples"] >= soak_page.MIN_SAMPLES and growth > MAX_GROWTH:
            findings.append(f"{self.name}: memory grows by {growth:.0f} KiB per 1000 runs")
        return findings


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a finding for each process that has more of anything than before."""
    return [
        f"{name}: {after[name][key]} {key}, {value} before"
        for name, values in before.items()
        for key, value in values.items()
        if after[name][key] > value
    ]


def main() -> int:
    """Run the soak test and write its page; return 1 if there are findings."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, help="how long to run (default: 1800)")
    parser.add_argument("--share", type=float, default=1.0, help="fraction of 1800 seconds")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything (default: 1)")
    parser.add_argument("--out", type=Path, default=PAGE, help="page to write; values beside it")
    parser.add_argument("--keep", type=Path, help="empty folder to keep (default: a temporary one)")
    args = parser.parse_args()
    seconds = args.share * FULL_SECONDS if args.seconds is None else args.seconds
    start = datetime.datetime.now(datetime.UTC)
    folder = args.keep or Path(tempfile.mkdtemp(prefix="semcodec-soak-"))
    folder.mkdir(exist_ok=True)
    # A shell that starts a command in the background lets it ignore Ctrl-C, which is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    soak = Soak(folder, args.seed)
    soak.start()
    try:
        soak.run(seconds)
    finally:
        soak.stop()
    results = {
        "date": start.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": describe_commit(PAGE),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "seed": args.seed,
        "minutes": round((datetime.datetime.now(datetime.UTC) - start).total_seconds() / 60, 1),
        **soak.results(),
    }
    args.out.write_text(soak_page.render(results), "utf-8")
    args.out.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    for finding in results["findings"]:
        print(finding)
    print(f"{len(results['findings'])} findings; {args.out}")
    if not args.keep and not results["findings"]:
        shutil.rmtree(folder)
    return int(bool(results["findings"]))


if __name__ == "__main__":
    sys.exit(main())
