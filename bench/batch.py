"""Encode thousands of pictures with worker processes, kill the run again and again, and check.

    python bench/batch.py --photos photos                     # 5,000 pictures, about 10 minutes
    python bench/batch.py --photos photos --count 200 --kills 3

The pictures are made from the photographs with a seed; 2 % more are copies under other names. A
describer that is made on the spot, and notes each of its calls, describes them. The photographs
themselves are encoded with the embedded backend. Both runs get ``kill -9``, Ctrl-C and the death of
a worker at random moments, and are continued until they are done. Then it is checked that nothing
is missing, twice, half-written or left over, and that the records equal those of single runs.

The exit code is 1 if a check fails. Rates are of this machine; their ratio is of one run.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Final

import jsonschema_rs
from batch_files import CALLS, Files, find_photographs, install_stub, make_files
from batch_runs import Batch, BatchError, Run
from commands import ROOT

from semcodec.bulk.workers import MAX_AHEAD
from semcodec.cli import main as run_command

PHOTOS: Final = ROOT / "embedded" / "semcodec_embedded" / "photos"
SCHEMA: Final = ROOT / "spec" / "schema" / "manifest-1.json"
MANIFEST: Final = "manifest.jsonl"
COPIES: Final = 0.02  #: share of the pictures that are copied
MEASURED: Final = 1000  #: pictures of the uninterrupted runs
SINGLE_RUNS: Final = 100  #: pictures of the 5,000 that are encoded alone, for comparison
STUB_OPTIONS: Final = ("--describer", "stub")


def main() -> int:
    """Run all parts; return 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--photos", type=Path, default=PHOTOS, help="folder (default: the three bundled ones)"
    )
    parser.add_argument("--count", type=int, default=5000, help="pictures (default: 5000)")
    parser.add_argument("--kills", type=int, default=5, help="kills of each run (default: 5)")
    parser.add_argument("--jobs", type=int, default=2, help="workers (default: 2)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default: 1)")
    args = parser.parse_args()
    photographs = find_photographs(args.photos)
    if not photographs:
        parser.error(f"{args.photos} has no photographs: name another folder.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install_stub(folder / "plugin")
        sys.path.insert(0, str(folder / "plugin"))  # for the single runs in this process
        try:
            findings = list(_run(args, photographs, folder))
        except BatchError as error:
            findings = [str(error)]
    for finding in findings:
        print(f"FINDING: {finding}")
    print(f"{len(findings)} findings" if findings else "no findings")
    return int(bool(findings))


def _run(args: argparse.Namespace, photographs: list[Path], folder: Path) -> Iterator[str]:
    """Run all parts, print what they measure, and yield findings."""
    files = make_files(
        photographs, folder / "in", args.count, max(1, int(COPIES * args.count)), args.seed
    )
    print(f"{len(files.names)} pictures made, {len(files.copies)} of them copies", flush=True)
    yield from _measure(args, photographs, folder)
    yield from _check_stub(args, files, folder)
    yield from _check_photographs(args, photographs, folder)


def _measure(args: argparse.Namespace, photographs: list[Path], folder: Path) -> Iterator[str]:
    """Print rate and memory of uninterrupted runs with one and several workers."""
    count = min(args.count, MEASURED)
    copies = max(1, int(COPIES * count))
    files = make_files(photographs, folder / "measured", count, copies, args.seed + 1)
    runs: dict[int, Run] = {}
    for jobs in (1, args.jobs):
        batch = _batch(files.folder, folder, f"measured-{jobs}", len(files.names), jobs)
        runs[jobs] = run = batch.measure()
        print(
            f"{jobs} workers: {len(files.names)} pictures in {run.seconds:.1f} s, "
            f"{len(files.names) / run.seconds:.1f} a second; {run.worker_mib:.0f} MiB per worker, "
            f"{run.parent_mib:.0f} MiB for the main process",
            flush=True,
        )
        if batch.counted_calls().total() != count:
            total = batch.counted_calls().total()
            yield f"{total} calls of the describer for {count} distinct pictures, {jobs} workers"
        yield from _check_folder(batch, files.names)
    print(f"{args.jobs} workers : 1 worker = {runs[1].seconds / runs[args.jobs].seconds:.2f}")


def _check_stub(args: argparse.Namespace, files: Files, folder: Path) -> Iterator[str]:
    """Kill and continue the run with the stub."""
    batch = _batch(files.folder, folder, "killed", len(files.names), args.jobs)
    done = batch.run_with_kills(args.kills, args.seed)
    calls = batch.counted_calls()
    extra = calls.total() - args.count
    print(f"{len(done)} interruptions: {'; '.join(done)}")
    print(f"{calls.total()} calls of the describer for {args.count} pictures: {extra} again")
    if len(done) < args.kills:
        yield f"only {len(done)} of {args.kills} interruptions: use more pictures"
    if not 0 <= extra <= len(done) * args.jobs * MAX_AHEAD:
        yield f"{extra} pictures were described again after {len(done)} interruptions"
    yield from _check_folder(batch, files.names)
    for copy, original in files.copies.items():
        if _record(batch.out, copy) != _record(batch.out, original):
            yield f"the record of the copy {copy} differs from that of {original}"
    sample = random.Random(args.seed).sample(files.names, min(SINGLE_RUNS, len(files.names)))
    yield from _compare(batch, sample, STUB_OPTIONS)
    before = batch.counted_calls().total()
    batch.measure()
    if batch.counted_calls().total() != before:
        yield "a run that was done has called the describer"


def _check_photographs(
    args: argparse.Namespace, photographs: list[Path], folder: Path
) -> Iterator[str]:
    """Kill and continue the run of the photographs with the embedded backend."""
    names = [str(path.relative_to(args.photos)) for path in photographs]
    batch = Batch(
        args.photos, folder / "photographs", len(names), (), args.jobs, folder, folder / "none"
    )
    done = batch.run_with_kills(min(args.kills, len(names) - 1), args.seed)
    print(f"{len(names)} photographs with the embedded backend: {'; '.join(done)}")
    yield from _check_folder(batch, names)
    yield from _compare(batch, names, ())


def _batch(inputs: Path, folder: Path, name: str, count: int, jobs: int) -> Batch:
    calls = folder / f"{name}.calls"
    return Batch(inputs, folder / name, count, STUB_OPTIONS, jobs, folder / "plugin", calls)


def _check_folder(batch: Batch, names: Sequence[str]) -> Iterator[str]:
    """Yield what is missing, left over, or not valid in the folder of outputs."""
    expected = {_record_name(name) for name in names} | {MANIFEST}
    found = {
        path.relative_to(batch.out).as_posix() for path in batch.out.rglob("*") if path.is_file()
    }
    for name in sorted(expected - found)[:5]:
        yield f"{batch.out.name}: {name} is missing"
    for name in sorted(found - expected)[:5]:
        yield f"{batch.out.name}: {name} was left"
    if code := _call(["validate", str(batch.out), "--quiet"]):
        yield f"{batch.out.name}: semcodec validate returns {code}"
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8")))
    lines = (batch.out / MANIFEST).read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    for line, entry in zip(lines, entries, strict=True):
        if not schema.is_valid(entry):
            yield f"{batch.out.name}: not valid in the manifest: {line:.100}"
    outputs = {entry["output"] for entry in entries[1:] if entry["error"] is None}
    if outputs != expected - {MANIFEST}:
        yield f"{batch.out.name}: the manifest has {len(outputs)} outputs of {len(names)}"


def _compare(batch: Batch, names: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """Yield the pictures whose record differs from that of a single run."""
    os.environ.pop(CALLS, None)
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            record = Path(folder) / f"{number}.semc"
            code = _call(["encode", str(batch.folder / name), "-o", str(record), *options])
            if code:
                yield f"a single run on {name} returns {code}"
            elif record.read_bytes() != _record(batch.out, name):
                yield f"the record of {name} differs from that of a single run"
    print(f"{len(names)} records compared with single runs", flush=True)


def _record_name(name: str) -> str:
    return Path(name).with_suffix(".semc").as_posix()


def _record(out: Path, name: str) -> bytes:
    return (out / _record_name(name)).read_bytes()


def _call(arguments: list[str]) -> int:
    """Run a command line in this process, without its output; return the exit code."""
    with redirect_stderr(io.StringIO()), open(os.devnull, "w") as null:
        stdout, sys.stdout = sys.stdout, null
        try:
            return run_command(arguments)
        finally:
            sys.stdout = stdout


if __name__ == "__main__":
    sys.exit(main())
