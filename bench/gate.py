"""Measure wall and CPU seconds of each part of `make check`, and of the tests by folder."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import PurePosixPath

from commands import ROOT, run, run_tests


def read_gate_targets() -> list[str]:
    """Return the targets of ``make check``, in the order of the Makefile."""
    match = re.search(r"^GATE = ([\w ]+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return match[1].split() if match else []


def folder_of(test: str) -> str:
    """Return the folder of a test, at most two levels deep."""
    path = PurePosixPath(test.partition("::")[0])
    return "/".join(path.parent.parts[:2])


def main() -> int:
    """Run all parts and print a Markdown table; return 1 if a part fails."""
    print("| part | wall s | CPU s |\n|---|--:|--:|")
    codes, wall, cpu = set[int](), 0.0, 0.0
    for target in read_gate_targets():
        command = ("make", target, f"PYTHON={sys.executable}")
        result, tests = run_tests(command) if target == "test" else (run(command), [])
        print(f"| {target} | {result.wall:.1f} | {result.cpu:.1f} |", flush=True)
        seconds = Counter[str]()
        for row in tests:
            seconds[folder_of(row["test"])] += row["cpu"]
        for folder, cpu_seconds in seconds.most_common():
            print(f"| – {folder} | | {cpu_seconds:.1f} |")
        if tests:
            print(f"| – starts, collection, reports | | {result.cpu - seconds.total():.1f} |")
            print(f"| – {len(tests)} tests: {result.output.splitlines()[-1]} | | |")
        codes.add(result.code)
        wall, cpu = wall + result.wall, cpu + result.cpu
        if result.code:
            print(result.output, file=sys.stderr)
    print(f"| **all** | {wall:.1f} | {cpu:.1f} |")
    return int(codes != {0})


if __name__ == "__main__":
    sys.exit(main())
