"""Run ``--backend local`` with PyTorch on small models, and write docs/local-tests.md.

    python bench/local_models.py --python /path/to/python

The Python has an environment of its own, since PyTorch takes gigabytes: ``python -m venv E`` and
``E/bin/pip install -e '.[local]' pytest hypothesis``. ``make nightly`` runs this script if the
variable SEMCODEC_LOCAL names such a Python. The tests are those of
tests/backends/local/test_tiny_models.py, which make their models themselves and use no network.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from commands import ROOT, Result, describe_commit, run

VARIABLE: Final = "SEMCODEC_LOCAL"
MISSING: Final = f"skipped: set {VARIABLE} to the Python of an environment with semcodec[local]"
PAGE: Final = ROOT / "docs" / "local-tests.md"
TESTS: Final = (
    "tests/backends/local/test_tiny_models.py",
    "tests/backends/local/test_fetched_models.py",
)
PACKAGES: Final = ("torch", "torchvision", "transformers", "diffusers", "torchao", "bitsandbytes")
INTRODUCTION: Final = """\
# The last run of local models

`make nightly` writes this page. It runs `--backend local` with PyTorch, transformers and diffusers
on the CPU, without a network, on small models that the tests make: a chat model with vision of the
architecture of Qwen3-VL (0.3 million parameters, trained on two pictures), and pipelines of
FLUX.2-klein and Z-Image with random weights. So it shows that the code that loads, runs and
interrupts models works; it shows nothing about the quality of real ones.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        name: its name with its parameters.
        outcome: ``"passed"``, ``"skipped"`` or ``"failed"``.
        seconds: its time, with that of models which it was the first to need.
    """

    name: str
    outcome: str
    seconds: float


def run_tests(python: str) -> tuple[Result, list[Case]]:
    """Run the tests with another Python, and return the result and all cases."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-p", "no:cacheprovider", f"--junitxml={report}"]
        command = [python, "-m", "pytest", *TESTS, *options]
        path = os.pathsep.join([str(ROOT), str(ROOT / "embedded")])
        result = run(command, {"SEMCODEC_PROFILE": "nightly", "PYTHONPATH": path})
        return result, read_report(report) if report.exists() else []


def read_report(path: Path) -> list[Case]:
    """Return the cases of a report of pytest."""
    cases = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        marks = {child.tag for child in case}
        failed = "failed" if marks & {"failure", "error"} else "passed"
        outcome = "skipped" if "skipped" in marks else failed
        cases.append(Case(case.get("name", ""), outcome, float(case.get("time", 0))))
    return cases


def read_versions(python: str) -> dict[str, str]:
    """Return the versions of the packages in the environment of a Python."""
    code = (
        "import json, platform, importlib.metadata as m\n"
        f"found = {{name: m.version(name) for name in {PACKAGES!r}}}\n"
        "print(json.dumps({'Python': platform.python_version(), **found}))"
    )
    result = run([python, "-c", code])
    versions: dict[str, str] = json.loads(result.output) if result.code == 0 else {}
    return versions


def render(result: Result, cases: list[Case], versions: dict[str, str]) -> str:
    """Return the page as Markdown."""
    passed = sum(case.outcome == "passed" for case in cases)
    facts = {
        "commit": describe_commit(PAGE),
        "packages": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "result": f"{passed} of {len(cases)} passed",
        "time": f"{result.wall:.0f} s, {result.cpu:.0f} s of CPU",
    }
    lines = [INTRODUCTION, "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    lines += ["", "| test | result | s |", "|---|---|--:|"]
    lines += [f"| {describe(case.name)} | {case.outcome} | {case.seconds:.1f} |" for case in cases]
    return "\n".join(lines) + "\n"


def describe(name: str) -> str:
    """Return the name of a test as words.

    >>> describe("test_seed_reproduces_the_picture[klein]")
    'seed reproduces the picture (klein)'
    """
    test, _, parameters = name.removeprefix("test_").partition("[")
    words = test.replace("_", " ")
    return f"{words} ({re.sub(r'[^a-z0-9-]', ' ', parameters[:-1])})" if parameters else words


def main() -> int:
    """Run the tests and write the page; return 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument(
        "--python",
        default=os.environ.get(VARIABLE),
        help=f"Python of the environment (default: the variable {VARIABLE})",
    )
    parser.add_argument("--out", type=Path, default=PAGE, help="page (default: docs)")
    args = parser.parse_args()
    if not args.python:
        print(MISSING)
        return 0
    result, cases = run_tests(args.python)
    args.out.write_text(render(result, cases, read_versions(args.python)), "utf-8")
    print(result.output if result.code else f"{len(cases)} tests passed")
    return int(result.code != 0)


if __name__ == "__main__":
    sys.exit(main())
