"""Encode photographs and thousands of small pictures with ``semcodec bulk``, kill it, and check.

    python bench/bulk.py --photos photos              # 20,000 pictures; needs the extra bulk
    python bench/bulk.py --photos photos --files 500 --skip ray
    python bench/bulk.py --photos photos --page docs/bulk-bench.md    # the output as a page

The pictures are made from the photographs with a seed; a describer that is made on the spot
describes them. It is checked that each has exactly one row without an error, whose record equals
that of a single run; that a run that was killed five times, one with files that cannot be encoded
in the middle, and one on a file system that is full continue to the same result; and that a Ray
cluster of two workers returns the same. Then the cost of a million photographs is estimated.

The exit code is 1 if a check fails. Rates are of this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from batch_files import find_photographs, install_stub, make_broken_files, make_files
from bulk_million import MILLION, measure_million, print_estimate, print_prices
from bulk_runs import Bulk, BulkError, Run
from commands import ROOT, describe_commit

import semcodec
from semcodec.bulk.engines.daft_engine import DaftEngine
from semcodec.bulk.workers import Outcome

PHOTOS: Final = ROOT / "embedded" / "semcodec_embedded" / "photos"
STUB: Final = ("--describer", "stub")
MEASURED: Final = 3000  #: pictures of the uninterrupted runs
SINGLE_RUNS: Final = 100  #: pictures that are encoded alone, for comparison
SMALL_FILE_SYSTEM: Final = 96  #: KiB
RAY_FILES: Final = 40
SLEEP: Final = 0.25  #: seconds of a call of the simulated server
CALLS_PER_WORKER: Final = 12
#: The estimate of money is that of ``--dry-run``, with the prices that are installed.
SERVER: Final = ("--backend", "openai")
PAGE: Final = """\
# The last full run of bench/bulk.py

`python bench/bulk.py --photos DIR --page docs/bulk-bench.md` writes this page: rates, memory,
kills, a full file system, Ray, threads, and an estimate for a million photographs.
[bulk.md](bulk.md) has what follows from it. {facts}

```
{output}```
"""
STEPS: Final = ("photographs", "files", "kills", "full", "ray", "scaling", "million")


def main() -> int:
    """Run all steps; return 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--photos", type=Path, default=PHOTOS, help="folder (default: the three bundled ones)"
    )
    parser.add_argument("--files", type=int, default=20_000, help="pictures (default: 20000)")
    parser.add_argument("--kills", type=int, default=5, help="kills (default: 5)")
    parser.add_argument("--jobs", type=int, default=2, help="workers (default: 2)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default: 1)")
    parser.add_argument("--page", type=Path, help="page to write (default: none)")
    parser.add_argument("--skip", nargs="*", default=(), choices=STEPS, help="steps to leave out")
    args = parser.parse_args()
    if not find_photographs(args.photos):
        parser.error(f"{args.photos} has no photographs: name another folder.")
    printed = Printed()
    with contextlib.redirect_stdout(printed), tempfile.TemporaryDirectory() as name:
        bench = Bench(args, Path(name))
        try:
            findings = list(bench.run())
        except BulkError as error:
            findings = [str(error)]
        for finding in findings:
            print(f"FINDING: {finding}")
        print(f"{len(findings)} findings" if findings else "no findings")
    if args.page:
        facts = f"Commit {describe_commit(args.page)}, Python {platform.python_version()}."
        output = printed.getvalue().replace(name, "DIR")
        args.page.write_text(PAGE.format(facts=facts, output=output), "utf-8")
    return int(bool(findings))


class Printed(io.StringIO):
    """Prints, and keeps what was printed."""

    def __init__(self) -> None:
        super().__init__()
        self._stdout = sys.stdout

    def write(self, text: str) -> int:
        """Print ``text``, and keep it."""
        self._stdout.write(text)
        self._stdout.flush()
        return super().write(text)


class Bench:
    """The steps, which share the pictures and what was measured."""

    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self._args, self._folder = args, folder
        self._plugin = folder / "plugin"
        self._photographs = find_photographs(args.photos)
        self._singles: dict[tuple[str, bool], tuple[bytes, str]] = {}
        self._cpu_seconds = self._bytes = self._record = 0.0  # of a photograph, for the estimate

    def run(self) -> Iterator[str]:
        """Run the steps, print what they measure, and yield findings."""
        install_stub(self._plugin)
        sys.path.insert(0, str(self._plugin))  # for the single runs in this process
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
        started = time.monotonic()
        files = make_files(
            self._photographs, self._folder / "in", self._args.files, 0, self._args.seed
        )
        print(f"{len(files.names)} pictures made in {time.monotonic() - started:.0f} s", flush=True)
        for step in STEPS:
            if step not in self._args.skip:
                started = time.monotonic()
                yield from getattr(self, f"_run_{step}")(files.names)
                print(f"  ({step}: {time.monotonic() - started:.0f} s)", flush=True)
        print(f"load {os.getloadavg()[0]:.1f} at the end")

    # --- equality and rates ------------------------------------------------------------------

    def _run_photographs(self, names: list[str]) -> Iterator[str]:
        """Encode the photographs with the embedded backend, on both engines."""
        names = [path.relative_to(self._args.photos).as_posix() for path in self._photographs]
        for engine in ("daft", "local"):
            bulk = self._bulk(self._args.photos, f"photographs-{engine}", engine)
            run = bulk.measure()
            yield from _check_code(run, 0, bulk)
            self._print(f"{len(names)} photographs", engine, self._args.jobs, run, len(names))
            yield from self._check_rows(bulk, names, ())
            if engine == "daft":
                self._cpu_seconds = run.cpu / len(names)
                self._bytes = sum(path.stat().st_size for path in bulk.parts()) / len(names)
                self._record = sum(row["bytes"] for row in bulk.rows()) / len(names)

    def _run_files(self, names: list[str]) -> Iterator[str]:
        """Encode some pictures with the stub, with one worker and with several, on both engines."""
        runs: dict[int, Run] = {}
        count = min(MEASURED, len(names))
        source = self._link(names[:count])
        for engine, jobs in (("local", self._args.jobs), ("daft", 1), ("daft", self._args.jobs)):
            bulk = self._bulk(source, f"files-{engine}-{jobs}", engine, *STUB, jobs=jobs)
            runs[jobs] = run = bulk.measure()
            yield from _check_code(run, 0, bulk)
            self._print(f"{count} pictures", engine, jobs, run, count)
            yield from self._check_rows(bulk, names[:count], STUB)
        ratio = runs[1].seconds / runs[self._args.jobs].seconds
        print(f"{self._args.jobs} workers : 1 worker = {ratio:.2f}", flush=True)

    def _run_kills(self, names: list[str]) -> Iterator[str]:
        """Kill and continue a run, with files in the middle that cannot be encoded."""
        broken = make_broken_files(self._folder / "in")
        rows = str(max(10, min(1000, len(names) // 50)))
        bulk = self._bulk(self._folder / "in", "killed", "daft", *STUB, "--part-rows", rows)
        done = bulk.run_with_kills(self._args.kills, len(names), self._args.seed)
        print(f"{len(done)} interruptions: {'; '.join(done)}", flush=True)
        if len(done) < self._args.kills:
            yield f"only {len(done)} of {self._args.kills} interruptions: use more pictures"
        yield from self._check_rows(bulk, names, STUB, broken)
        before = bulk.count_rows()
        run = bulk.measure()
        yield from _check_code(run, 3, bulk)
        if bulk.count_rows() != before:
            yield "a run that was done has written rows"
        print(f"continuing a run that is done: {run.seconds:.1f} s for {len(names)} rows")
        run = bulk.measure("--retry-failed")
        yield from _check_code(run, 3, bulk)
        if bulk.count_rows() != before + len(broken):
            yield f"--retry-failed tried {bulk.count_rows() - before} of {len(broken)}"
        for path in broken:
            (self._folder / "in" / path).unlink()

    def _run_full(self, names: list[str]) -> Iterator[str]:
        """Fill a small file system; then make room, and continue."""
        place = self._folder / "small"
        place.mkdir()
        size = f"size={SMALL_FILE_SYSTEM}k"
        command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)]
        if subprocess.run(command, capture_output=True).returncode:
            print("a small file system cannot be mounted here: skipped")
            return
        try:
            count = min(len(names), 1000)
            options = ("--part-rows", str(max(1, count // 20)))
            bulk = self._bulk(self._link(names[:count]), "small/records", "daft", *STUB, *options)
            run = bulk.measure()
            yield from _check_code(run, 2, bulk)
            rows, message = bulk.count_rows(), _messages(run)
            print(f"full after {rows} of {count} rows: {message}")
            if not 0 < rows < count or "Cannot write" not in message:
                yield f"a full disk: {rows} rows, {message}"
            remount = ["mount", "-o", "remount,size=64m", str(place)]
            subprocess.run(remount, check=True)
            run = bulk.measure()
            yield from _check_code(run, 0, bulk)
            yield from self._check_rows(bulk, names[:count], STUB)
        finally:
            subprocess.run(["umount", str(place)], check=True)

    def _run_ray(self, names: list[str]) -> Iterator[str]:
        """Run a few pictures on a local Ray cluster of two workers."""
        count = min(len(names), RAY_FILES)
        bulk = self._bulk(self._link(names[:count]), "ray", "ray", *STUB, jobs=2)
        run = bulk.measure()
        yield from _check_code(run, 0, bulk)
        self._print(f"{count} pictures", "ray", 2, run, count)
        yield from self._check_rows(bulk, names[:count], STUB)

    def _run_scaling(self, names: list[str]) -> Iterator[str]:
        """Simulate a server that takes ``SLEEP`` for each call, with up to 64 threads."""
        base = 0.0
        DaftEngine(1, "threads").run(lambda: _call, range(2), lambda outcome: None)  # to start it
        for jobs in (1, 2, 4, 8, 16, 32, 64):
            tasks = range(jobs * CALLS_PER_WORKER)
            outcomes: list[Outcome[int, int]] = []
            started = time.monotonic()
            DaftEngine(jobs, "threads").run(lambda: _call, tasks, outcomes.append)
            seconds = time.monotonic() - started
            rate = len(tasks) / seconds
            base = base or rate
            print(
                f"{jobs:2} threads with calls of {SLEEP} s: {rate:6.1f} a second, "
                f"{rate / base:5.1f} times one"
            )
            if sorted(outcome.task for outcome in outcomes) != [*tasks]:
                yield f"{jobs} threads: {len(outcomes)} of {len(tasks)} calls"

    # --- a million -----------------------------------------------------------------------------

    def _run_million(self, names: list[str]) -> Iterator[str]:
        """Continue a run with a million rows, and estimate a run on a million photographs."""
        yield from measure_million(self._folder / "million")
        print(
            f"estimate for {MILLION:,} photographs like these {len(self._photographs)}, with the "
            "embedded backend:"
        )
        print_estimate(self._cpu_seconds, self._record, self._bytes)
        plan = self._bulk(self._args.photos, "plan", "daft", *SERVER, "--dry-run")
        os.environ.setdefault("OPENAI_API_KEY", "none")
        run = plan.measure()
        yield from _check_code(run, 0, plan)
        print_prices(run.output, MILLION / len(self._photographs))

    # --- checks --------------------------------------------------------------------------------

    def _bulk(
        self, source: Path, name: str, engine: str, *options: str, jobs: int | None = None
    ) -> Bulk:
        jobs = self._args.jobs if jobs is None else jobs
        chosen = ("--engine", engine, "--jobs", str(jobs), *options)
        return Bulk(source, self._folder / name, chosen, self._plugin)

    def _link(self, names: list[str]) -> Path:
        """Return a folder with some of the pictures."""
        folder = self._folder / f"first-{len(names)}"
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.link(self._folder / "in" / name, path)
        return folder

    def _check_rows(
        self, bulk: Bulk, names: list[str], options: tuple[str, ...], broken: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """Yield what is missing, twice, wrong or left over in the parts."""
        rows = bulk.rows()
        done = [row for row in rows if not row["error"]]
        twice = [path for path, count in Counter(row["path"] for row in done).items() if count > 1]
        if twice:
            yield f"{bulk.out.name}: {len(twice)} paths have two rows, such as {twice[0]}"
        if {row["path"] for row in done} != set(names):
            yield f"{bulk.out.name}: {len(done)} rows for {len(names)} pictures"
        if {row["path"] for row in rows if row["error"]} != set(broken):
            yield f"{bulk.out.name}: other failures than expected"
        if left := [path.name for path in bulk.out.iterdir() if path.name.startswith(".")]:
            yield f"{bulk.out.name}: {left[0]} was left"
        sample = random.Random(self._args.seed).sample(done, min(SINGLE_RUNS, len(done)))
        for row in sample:
            if (row["record"], row["words"]) != self._single(row["path"], bulk.source, options):
                yield f"{bulk.out.name}: the record of {row['path']} differs from a single run"
        print(f"  {len(sample)} of {len(done)} records compared with single runs", flush=True)

    def _single(self, path: str, source: Path, options: tuple[str, ...]) -> tuple[bytes, str]:
        """Return the record of a single run, and its words."""
        key = path, bool(options)
        if key not in self._singles:
            describer = "stub" if options else None
            photo = (source / path).read_bytes()
            single = semcodec.encode(photo, describer=describer, framing="bare")
            self._singles[key] = single.data, single.record.text
        return self._singles[key]

    def _print(self, what: str, engine: str, jobs: int, run: Run, count: int) -> None:
        print(
            f"{what}, {engine}, {jobs} workers: {run.seconds:.1f} s, "
            f"{count / run.seconds:.2f} a second, {1000 * run.cpu / count:.1f} CPU ms each; "
            f"{run.main_mib:.0f} MiB main process, {run.worker_mib:.0f} MiB a worker",
            flush=True,
        )


def _call(task: int) -> int:
    time.sleep(SLEEP)
    return task


def _check_code(run: Run, expected: int, bulk: Bulk) -> Iterator[str]:
    if run.code != expected:
        yield f"{bulk.out.name}: exit code {run.code}, not {expected}: {run.output[-1000:]}"


def _messages(run: Run) -> str:
    return " | ".join(line for line in run.output.splitlines() if line.startswith("semcodec:"))


if __name__ == "__main__":
    sys.exit(main())
