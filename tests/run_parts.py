"""Run the tests in parts, two at once, and print one summary; ``make test`` starts this.

    python -m tests.run_parts [OPTION_OF_PYTEST ...]

Each part is a pytest of its own: one process that collects all tests takes half a minute for that
alone, and a worker of pytest-xdist sends each result to another process, which takes longer than
most of our tests.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = (
    "tests/bitstream",
    "tests/cli",
    "tests/backends",
    "tests/pipeline",
    "embedded/tests",
    "tests/words",
    "tests/imaging",
)
#: tests/bitstream alone covers every branch of the exact middle; the rest is not traced.
COVERAGE: Final = (
    "--cov=semcodec.bitstream",
    "--cov=semcodec.coding",
    "--cov-report=term:skip-covered",
    "--cov-fail-under=100",
)
#: The arguments of pytest by part, the longest first.
PARTS: Final = {
    "tests/cli": ("tests/cli",),
    "tests/bitstream": ("tests/bitstream", *COVERAGE),
    "all other tests": ("tests", *(f"--ignore={folder}" for folder in FOLDERS)),
} | {folder: (folder,) for folder in FOLDERS[2:]}
AT_ONCE: Final = 2  #: processes; some tests start processes themselves
#: The words of pytest's last line, in its order.
OUTCOMES: Final = "failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error"


class Result(NamedTuple):
    """A finished part: its exit code, and what it printed."""

    code: int
    output: str


def run(part: str, options: Iterable[str]) -> Result:
    """Run a part in a process of its own."""
    command = sys.executable, "-m", "pytest", *PARTS[part], *options
    done = subprocess.run(
        command,
        cwd=ROOT,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Result(done.returncode, done.stdout)


def count_outcomes(output: str) -> Counter[str]:
    """Return the number of tests by outcome, from the last line that pytest printed."""
    *_, last = ["", *re.findall(r"^=*\s*(\d+ [a-z]+.*) in [\d.]+s", output, re.MULTILINE)]
    return Counter(
        {word.removesuffix("s"): int(number) for number, word in re.findall(r"(\d+) (\w+)", last)}
    )


def summarize(counts: Counter[str], seconds: float) -> str:
    """Return one line in the form of pytest's own."""
    listed = ", ".join(
        f"{counts[word]} {word}{'s' if word == 'error' and counts[word] > 1 else ''}"
        for word in OUTCOMES
        if counts[word]
    )
    minutes, rest = divmod(int(seconds), 60)
    return f"{listed or 'no tests ran'} in {seconds:.2f}s (0:{minutes:02}:{rest:02})"


def main(options: list[str]) -> int:
    """Run all parts, print the output of each when it ends; return 1 if one failed, else 0."""
    start, counts, failed = time.monotonic(), Counter[str](), []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = {pool.submit(run, part, options): part for part in PARTS}
        for future in as_completed(parts):
            code, output = future.result()
            print(f"== {parts[future]}\n{output}", flush=True)
            counts += count_outcomes(output)
            if code:
                failed.append(parts[future])
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    print(summarize(counts, time.monotonic() - start))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
