"""Wall and CPU seconds of each part of `make check`, and of the tests by folder, as Markdown."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import PurePosixPath

from commands import ROOT, run, run_tests


def parts() -> list[str]:
    """Return the parts of the gate, as the Makefile lists them."""
    found = re.search(r"^check: ([\w ]+?)\s*(##|$)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return found[1].split() if found else []


def folder(test: str) -> str:
    """Return the folder of a test, at most two levels deep."""
    path = PurePosixPath(test.partition("::")[0])
    return "/".join(path.parent.parts[:2])


def main() -> int:
    """Run every part and print the table; returns 1 if a part fails."""
    print("| part | wall s | CPU s |\n|---|--:|--:|")
    codes, wall, cpu = set[int](), 0.0, 0.0
    for part in parts():
        command = ("make", part, f"PYTHON={sys.executable}")
        done, tests = run_tests(command) if part == "test" else (run(command), [])
        print(f"| {part} | {done.wall:.1f} | {done.cpu:.1f} |", flush=True)
        seconds = Counter[str]()
        for row in tests:
            seconds[folder(row["test"])] += row["cpu"]
        for name, spent in seconds.most_common():
            print(f"| – {name} | | {spent:.1f} |")
        if tests:
            print(f"| – start, collection, report | | {done.cpu - seconds.total():.1f} |")
            print(f"| – {len(tests)} tests: {done.output.splitlines()[-1]} | | |")
        codes.add(done.code)
        wall, cpu = wall + done.wall, cpu + done.cpu
        if done.code:
            print(done.output, file=sys.stderr)
    print(f"| **all** | {wall:.1f} | {cpu:.1f} |")
    return int(codes != {0})


if __name__ == "__main__":
    sys.exit(main())
