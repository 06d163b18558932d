"""All random inputs at full size, about 20 minutes on two cores; the result is docs/nightly.md.

    make nightly
    python bench/nightly.py --share 0.01 --out /tmp/nightly.md    # the same, at a tiny size

The gate tries a sample of these inputs, the same on every run. This run takes its seeds from the
date, so that it tries others every night.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from commands import ROOT, run, run_tests

sys.path.append(str(ROOT))
from fuzz import targets
from tests.profiles import GATE_EXAMPLES, NIGHTLY_EXAMPLES

PAGE: Final = ROOT / "docs" / "nightly.md"
WORKERS: Final = 2
FUZZ_SECONDS: Final = 180  #: for each target, two at a time
#: What pytest runs: a name, and how the tests are selected.
TESTS: Final = (
    ("properties", ("-m", "hypothesis")),
    ("readers left without a rule", ("tests/fuzz/test_lax.py",)),
    ("seeded runs", ("-m", "sampled and not hypothesis", "--ignore=tests/fuzz/test_lax.py")),
)
INTRODUCTION: Final = """\
# The last nightly run

`make nightly` wrote this page. The gate (`make check`) tries a sample of these inputs, the same on
every run. Here a property gets {examples} examples instead of {few}, a reader that lost one of its
rules is tried on random inputs too, every mutant of a requirement is run, and each fuzz target runs
for {seconds} seconds. The seeds are new each day.
"""


@dataclass(frozen=True)
class Row:
    """A part of the run.

    Attributes:
        inputs: how many were tried, 0 where they are not counted.
        findings: inputs of a fuzz target, or tests, that failed.
        passed: tests that passed.
        skipped: tests that could not run here.
        output: what it printed, if it failed.
    """

    part: str
    inputs: int
    findings: int
    passed: int
    skipped: int
    wall: float
    cpu: float
    output: str = ""


def run_selection(part: str, selection: Sequence[str], share: float, seed: int) -> Row:
    """Run some tests in the nightly profile."""
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *selection]
    command += ["--hypothesis-seed", seed]
    environment = {"SEMCODEC_PROFILE": "nightly", "SEMCODEC_SHARE": str(share)}
    environment |= {"SEMCODEC_SEED": str(seed)}
    done, rows = run_tests(command, environment)
    summary = done.output.rstrip().rpartition("\n")[2]
    count = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", summary)}
    failed = count.get("failed", 0) + count.get("error", 0) + count.get("errors", 0)
    return Row(
        part,
        sum(row["inputs"] for row in rows),
        max(failed, int(done.code != 0)),
        count.get("passed", 0),
        count.get("skipped", 0),
        done.wall,
        done.cpu,
        done.output if done.code else "",
    )


def run_target(target: str, seed: int, seconds: int) -> Row:
    """Run a fuzz target until the time is over or it fails."""
    options = ("--seconds", seconds, "--seed", seed)
    done = run([sys.executable, "-m", "fuzz", "run", target, *options])
    tried = re.search(r"(\d+) inputs", done.output)
    return Row(
        f"fuzz {target}",
        int(tried[1]) if tried else 0,
        int(done.code != 0),
        0,
        0,
        done.wall,
        done.cpu,
        done.output if done.code else "",
    )


def page(rows: Sequence[Row], facts: Mapping[str, str], share: float, seconds: int) -> str:
    """Return the page of a run."""
    examples = max(GATE_EXAMPLES, round(share * NIGHTLY_EXAMPLES))
    introduction = INTRODUCTION.format(examples=f"{examples:,}", few=GATE_EXAMPLES, seconds=seconds)
    lines = [introduction, "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    lines += ["", "| part | inputs | findings | tests passed | skipped | wall s | CPU s |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    for row in rows:
        counts = [f"{count:,}" if count else "–" for count in (row.inputs, row.passed)]
        lines.append(
            f"| {row.part} | {counts[0]} | {row.findings} | {counts[1]} | {row.skipped} "
            f"| {row.wall:.0f} | {row.cpu:.0f} |"
        )
    return "\n".join(lines) + "\n"


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGE}")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (
        ", with changes" if changed else ""
    )


def main() -> int:
    """Run all parts and write the page; returns 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the full size (default: 1)")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the page is written")
    options = parser.parse_args()
    start = datetime.datetime.now(datetime.UTC)
    seed, seconds = int(start.strftime("%Y%m%d")), max(1, round(options.share * FUZZ_SECONDS))
    facts = {"date": start.strftime("%Y-%m-%d %H:%M UTC"), "commit": commit()}
    rows = [run_selection(part, selection, options.share, seed) for part, selection in TESTS]
    with ThreadPoolExecutor(WORKERS) as pool:
        rows += pool.map(lambda target: run_target(target, seed, seconds), targets.NAMES)
    for row in rows:
        print(row.output, end="")
    found = sum(row.findings for row in rows)
    facts |= {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "seed": str(seed),
        "size": "full" if options.share == 1 else f"{options.share:g} of the full size",
        "minutes": f"{(datetime.datetime.now(datetime.UTC) - start).total_seconds() / 60:.1f}",
        "result": f"{found} findings" if found else "no finding",
    }
    options.out.write_text(page(rows, facts, options.share, seconds), "utf-8")
    print(f"{facts['result']}; {options.out}")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
