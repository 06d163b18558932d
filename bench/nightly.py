"""Run all tests with random inputs at full size, and write docs/nightly.md; over an hour.

    make nightly
    python bench/nightly.py --share 0.01 --out /tmp/nightly.md    # the same, at a tiny size

The gate runs a fixed sample of these inputs. Here the seeds are derived from the date, so every
night uses different inputs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import compressai_plot
import local_models
from commands import ROOT, describe_commit, run, run_tests

sys.path.append(str(ROOT))
from fuzz import targets
from tests.profiles import GATE_EXAMPLES, NIGHTLY_EXAMPLES

PAGE: Final = ROOT / "docs" / "nightly.md"
WORKERS: Final = 2
FUZZ_SECONDS: Final = 180  #: for each target; WORKERS targets run at a time
SOAK_SECONDS: Final = 300  #: of the soak test; docs/soak.md is the record of a longer one
MIN_SOAK_SECONDS: Final = 20
BATCH: Final = 1000  #: pictures of the batch that is killed; bench/batch.py has 5,000
MIN_BATCH: Final = 100
#: The runs of pytest: their names, and the arguments that select the tests.
TESTS: Final = (
    ("properties", ("-m", "hypothesis")),
    ("decoders with a disabled rule", ("tests/fuzz/test_mutants.py",)),
    ("seeded tests", ("-m", "sampled and not hypothesis", "--ignore=tests/fuzz/test_mutants.py")),
)
INTRODUCTION: Final = """\
# The last nightly run

`make nightly` writes this page. The gate (`make check`) runs a fixed sample of these inputs. In the
nightly run, a property gets {nightly} examples instead of {gate}, decoders with a disabled rule
also get random inputs, every mutant of a requirement is run, and each fuzz target runs for
{seconds} seconds. The soak test runs for some minutes; [soak.md](soak.md) is the record of a longer
one. The seeds change every day.
"""


@dataclass(frozen=True)
class Row:
    """The result of one part of the run.

    Attributes:
        part: the name of the part.
        inputs: the number of inputs; 0 if they are not counted.
        findings: the number of failed tests, or 1 for a failed fuzz target.
        passed: the number of passed tests.
        skipped: the number of tests that cannot run on this machine.
        wall: elapsed seconds.
        cpu: CPU seconds.
        output: the printed text, if the part failed.
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
    """Run the selected tests in the nightly profile."""
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *selection]
    command += ["--hypothesis-seed", seed]
    environment = {"SEMCODEC_PROFILE": "nightly", "SEMCODEC_SHARE": str(share)}
    environment |= {"SEMCODEC_SEED": str(seed)}
    result, rows = run_tests(command, environment)
    summary = result.output.rstrip().rpartition("\n")[2]
    count = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", summary)}
    failed = count.get("failed", 0) + count.get("error", 0) + count.get("errors", 0)
    return Row(
        part,
        sum(row["inputs"] for row in rows),
        max(failed, int(result.code != 0)),
        count.get("passed", 0),
        count.get("skipped", 0),
        result.wall,
        result.cpu,
        result.output if result.code else "",
    )


def run_target(target: str, seed: int, seconds: int) -> Row:
    """Run a fuzz target for ``seconds``, or until it fails."""
    options = ("--seconds", seconds, "--seed", seed)
    result = run([sys.executable, "-m", "fuzz", "run", target, *options])
    inputs = re.search(r"(\d+) inputs", result.output)
    return Row(
        f"fuzz {target}",
        int(inputs[1]) if inputs else 0,
        int(result.code != 0),
        0,
        0,
        result.wall,
        result.cpu,
        result.output if result.code else "",
    )


def run_soak(share: float, seed: int) -> Row:
    """Run the soak test; its page is kept only in the output, if it has findings."""
    seconds = max(MIN_SOAK_SECONDS, round(share * SOAK_SECONDS))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "soak.md"
        options = ("--seconds", seconds, "--seed", seed, "--out", page)
        result = run([sys.executable, "bench/soak.py", *options])
        values = page.with_suffix(".json")
        counts = json.loads(values.read_text("utf-8")) if values.exists() else {}
    runs, findings = sum(counts.get("runs", {}).values()), len(counts.get("findings", ()))
    output = result.output if result.code else ""
    failed = max(findings, int(result.code != 0))
    return Row("soak test", runs, failed, 0, 0, result.wall, result.cpu, output)


def run_batch(share: float, seed: int) -> Row:
    """Encode pictures with workers, and kill the run again and again."""
    count = max(MIN_BATCH, round(share * BATCH))
    options = ("--count", count, "--kills", 3, "--seed", seed)
    result = run([sys.executable, "bench/batch.py", *options])
    findings = max(result.output.count("FINDING"), int(result.code != 0))
    output = result.output if result.code else ""
    return Row("batch with kills", count, findings, 0, 0, result.wall, result.cpu, output)


def run_plotter() -> Row:
    """Measure the bundled photographs, and draw the results with CompressAI's plotter.

    Without CompressAI the step is skipped; bench/compressai_plot.py states what it needs.
    """
    result = run([sys.executable, "bench/compressai_plot.py"])
    skipped = int("skipped" in result.output)
    output = result.output if result.code or skipped else ""
    plots = 0 if skipped else len(compressai_plot.PLOTS)
    failed = int(result.code != 0)
    return Row("plots by CompressAI", plots, failed, 0, skipped, result.wall, result.cpu, output)


def run_local_models(suite: str) -> Row:
    """Run a local backend or an engine with its libraries, and write a page of docs.

    Without its libraries the step is skipped; bench/local_models.py states what it needs.
    """
    result = run([sys.executable, "bench/local_models.py", "--suite", suite])
    skipped = int(result.output.startswith("skipped"))
    output = result.output if result.code or skipped else ""
    counted = re.search(r"(\d+) (?:tests )?passed", result.output)
    passed, failed = int(counted[1]) if counted else 0, int(result.code != 0)
    name = "engines of bulk" if suite == "bulk" else f"models of {suite}"
    return Row(name, 0, failed, passed, skipped, result.wall, result.cpu, output)


def run_bulk(share: float, seed: int) -> Row:
    """Kill and continue runs on engines, with the Python that SEMCODEC_BULK names."""
    python = os.environ.get(local_models.BULK.variable)
    count = max(MIN_BATCH, round(BATCH * share))
    if not python:
        message = f"skipped: set {local_models.BULK.variable}\n"
        return Row("killed runs on engines", 0, 0, 0, 1, 0.0, 0.0, message)
    options = ["--files", str(count), "--seed", str(seed), "--skip", "million"]
    result = run([python, "bench/bulk.py", *options])
    output = result.output if result.code else ""
    failed = int(result.code != 0)
    return Row("killed runs on engines", count, failed, 0, 0, result.wall, result.cpu, output)


def run_readme() -> Row:
    """Run the commands of the README that measure; those that take long run only here."""
    result = run([sys.executable, ".ci/readme.py", "--night", "Measure it"])
    commands = len(re.findall(r"^\[\d+ s\] \$ ", result.output, re.MULTILINE))
    failed = int(result.code != 0)
    output = result.output if failed else ""
    return Row("commands of the README", commands, failed, 0, 0, result.wall, result.cpu, output)


def render_page(rows: Sequence[Row], facts: Mapping[str, str], share: float, seconds: int) -> str:
    """Return the Markdown page for a run."""
    examples = max(GATE_EXAMPLES, round(share * NIGHTLY_EXAMPLES))
    introduction = INTRODUCTION.format(nightly=f"{examples:,}", gate=GATE_EXAMPLES, seconds=seconds)
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


def main() -> int:
    """Run all parts and write the page; return 1 if there are findings."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--share", type=float, default=1.0, help="fraction of the full size, above 0 (default: 1)"
    )
    parser.add_argument(
        "--out", type=Path, default=PAGE, help="file to write (default: docs/nightly.md)"
    )
    args = parser.parse_args()
    start = datetime.datetime.now(datetime.UTC)
    seed, seconds = int(start.strftime("%Y%m%d")), max(1, round(args.share * FUZZ_SECONDS))
    facts = {"date": start.strftime("%Y-%m-%d %H:%M UTC"), "commit": describe_commit(PAGE)}
    rows = [run_selection(part, selection, args.share, seed) for part, selection in TESTS]
    with ThreadPoolExecutor(WORKERS) as pool:
        rows += pool.map(lambda target: run_target(target, seed, seconds), targets.NAMES)
    rows.append(run_soak(args.share, seed))
    rows.append(run_batch(args.share, seed))
    rows.append(run_plotter())
    rows += [run_local_models(suite) for suite in local_models.SUITES]
    rows.append(run_bulk(args.share, seed))
    rows.append(run_readme())
    for row in rows:
        print(row.output, end="")
    findings = sum(row.findings for row in rows)
    facts |= {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "seed": str(seed),
        "size": "full" if args.share == 1 else f"{args.share:g} of the full size",
        "minutes": f"{(datetime.datetime.now(datetime.UTC) - start).total_seconds() / 60:.1f}",
        "result": f"{findings} findings" if findings else "no findings",
    }
    args.out.write_text(render_page(rows, facts, args.share, seconds), "utf-8")
    print(f"{facts['result']}; {args.out}")
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
