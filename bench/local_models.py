"""Run a local backend or an engine with its real libraries, and write a page of results.

    python bench/local_models.py [--suite local-light] --python /path/to/python

The Python has an environment of its own, since PyTorch takes gigabytes: ``python -m venv E`` and
``E/bin/pip install -e '.[local,serve]' pytest hypothesis``, or with ``local-light,serve``, or with
``bulk-tests,embedded``. ``make nightly`` runs this script for each suite whose variable,
SEMCODEC_LOCAL, SEMCODEC_LOCAL_LIGHT or SEMCODEC_BULK, names such a Python. The tests make their
models themselves and use no network.
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

MISSING: Final = "skipped: set {variable} to the Python of an environment with semcodec[{name}]"


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a backend with its real libraries.

    Attributes:
        variable: of the environment, the path of the Python that runs them.
        tests: their files.
        page: the page of results.
        packages: whose versions the page states.
        introduction: the beginning of the page.
    """

    variable: str
    tests: tuple[str, ...]
    page: Path
    packages: tuple[str, ...]
    introduction: str


LOCAL: Final = Suite(
    "SEMCODEC_LOCAL",
    (
        "tests/backends/local/test_tiny_models.py",
        "tests/backends/local/test_fetched_models.py",
        "tests/backends/test_served_models.py",
    ),
    ROOT / "docs" / "local-tests.md",
    ("torch", "torchvision", "transformers", "diffusers", "torchao", "bitsandbytes"),
    """\
# The last run of local models

`make nightly` writes this page. It runs `--backend local` with PyTorch, transformers and diffusers
on the CPU, without a network, on small models that the tests make: a chat model with vision of the
architecture of Qwen3-VL (0.3 million parameters, trained on two pictures), and pipelines of
FLUX.2-klein and Z-Image with random weights. So it shows that the code that loads, runs and
interrupts models works; it shows nothing about the quality of real ones.
""",
)
LOCAL_LIGHT: Final = Suite(
    "SEMCODEC_LOCAL_LIGHT",
    ("tests/backends/local_light/test_openvino.py", "tests/backends/test_served_models.py"),
    ROOT / "docs" / "local-light-tests.md",
    ("openvino", "openvino-genai", "openvino-tokenizers"),
    """\
# The last run of models of local-light

`make nightly` writes this page. It runs `--backend local-light` with openvino-genai on the CPU,
without a network, on models that the tests write in OpenVINO's format: a chat model with vision of
the architecture of LLaVA with random weights, and a painter with the interface of FLUX.2-klein that
paints the colors of its text or of its reference. So it shows that the code that loads, runs and
interrupts models works; it shows nothing about the quality of real ones.
""",
)
BULK: Final = Suite(
    "SEMCODEC_BULK",
    ("tests/bulk/test_daft.py",),
    ROOT / "docs" / "bulk-tests.md",
    ("daft", "ray", "pyarrow", "polars", "duckdb", "pandas", "moto"),
    """\
# The last run of the engines of bulk

`make nightly` writes this page. It runs `semcodec bulk` with Daft, and with Daft on a local Ray
cluster, without a network; an object store is a server of moto on this machine.
""",
)
SUITES: Final = {"local": LOCAL, "local-light": LOCAL_LIGHT, "bulk": BULK}


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


def run_tests(suite: Suite, python: str) -> tuple[Result, list[Case]]:
    """Run the tests with another Python, and return the result and all cases."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-p", "no:cacheprovider", f"--junitxml={report}"]
        command = [python, "-m", "pytest", *suite.tests, *options]
        path = os.pathsep.join([str(ROOT), str(ROOT / "embedded")])
        # Clients of ``semcodec serve`` run with this Python, which has the package openai.
        environment = {"SEMCODEC_CLIENT": sys.executable, "PYTHONPATH": path}
        result = run(command, {"SEMCODEC_PROFILE": "nightly", **environment})
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


def read_versions(suite: Suite, python: str) -> dict[str, str]:
    """Return the versions of the packages in the environment of a Python."""
    code = (
        "import json, platform, importlib.metadata as m\n"
        f"found = {{name: m.version(name) for name in {suite.packages!r}}}\n"
        "print(json.dumps({'Python': platform.python_version(), **found}))"
    )
    result = run([python, "-c", code])
    versions: dict[str, str] = json.loads(result.output) if result.code == 0 else {}
    return versions


def render(suite: Suite, result: Result, cases: list[Case], versions: dict[str, str]) -> str:
    """Return the page as Markdown."""
    passed = sum(case.outcome == "passed" for case in cases)
    facts = {
        "commit": describe_commit(suite.page),
        "packages": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "result": f"{passed} of {len(cases)} passed",
        "time": f"{result.wall:.0f} s, {result.cpu:.0f} s of CPU",
    }
    lines = [suite.introduction, "| | |", "|---|---|"]
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
        "--suite", choices=SUITES, default="local", help="backend to run (default: local)"
    )
    parser.add_argument(
        "--python", help="Python of the environment (default: the variable of the suite)"
    )
    parser.add_argument("--out", type=Path, help="page (default: docs)")
    args = parser.parse_args()
    suite = SUITES[args.suite]
    python = args.python or os.environ.get(suite.variable)
    if not python:
        print(MISSING.format(variable=suite.variable, name=args.suite))
        return 0
    result, cases = run_tests(suite, python)
    page = render(suite, result, cases, read_versions(suite, python))
    (args.out or suite.page).write_text(page, "utf-8")
    print(result.output if result.code else f"{len(cases)} tests passed")
    return int(result.code != 0)


if __name__ == "__main__":
    sys.exit(main())
