"""Run the tests named for a requirement against mutants of the code that fulfils it.

    python -m tests.requirements.runner              # all mutants
    python -m tests.requirements.runner sample       # the first mutant of every ninth requirement
    python -m tests.requirements.runner SC-REA-8     # the mutants of some requirements
    python -m tests.requirements.runner rules        # the mutants of all checks of rules

Each mutant runs in a forked child: the child imports the package with some source text replaced,
runs only the tests that the registry names for the requirement, and reports which of them failed.
This process imports nothing of the package, so every child starts from the files on disk.

The output of pytest is hidden unless the environment variable ``REQUIREMENTS_VERBOSE`` is set, to
any value: then each child prints it, and the traceback if the child itself fails.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import Phase, settings

from tests.requirements.sites import ROOT, Site, sites

#: Imported once here, so that the children need not import them. None of them imports the package.
SHARED: Final = ("jsonschema_rs", "PIL.Image", "construct", "bitarray", "numpy")
SAMPLE_STEP: Final = 9
MAX_SECONDS: Final = 120  #: seconds for the tests of one mutant, which may never end
#: The tests that must fail if a rule of the format is not checked, or is reported elsewhere.
VECTORS: Final = (
    "tests/bitstream/test_vectors.py::test_verdict_rule_and_offset_match_the_vector",
    "tests/bitstream/test_vectors.py::test_unpack_raises_an_error_with_rule_and_offset_of_the_vector",
    "tests/bitstream/test_vectors.py::test_results_without_the_tables_are_those_of_the_class_core",
)
IMPORTED: Final = "ignore::pytest.PytestAssertRewriteWarning"  #: a plugin is among them


class Mutant(NamedTuple):
    """A requirement, a name for the error, the file, and the texts to replace in it."""

    requirement: str
    name: str
    file: str
    changes: list[dict[str, str]]

    @property
    def source(self) -> str:
        """The source text of the module with the changes.

        Raises:
            LookupError: a text to replace is not in the module exactly once.
        """
        source = (ROOT / self.file).read_text("utf-8")
        for change in self.changes:
            if source.count(change["old"]) != 1:
                raise LookupError(
                    f"The mutant {self.name!r} of {self.requirement} replaces a text that must "
                    f"occur once in {self.file}: {change['old']!r}. Update it to the new code."
                )
            source = source.replace(change["old"], change["new"])
        return source


def mutants() -> list[Mutant]:
    """Return all mutants of ``mutants.toml``."""
    table = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text("utf-8"))
    return [Mutant(**row) for row in table["mutant"]]


def requirements() -> dict[str, list[str]]:
    """Return the tests that the registry names for each requirement."""
    path = ROOT / "spec" / "registry" / "requirements.toml"
    rows = tomllib.loads(path.read_text("utf-8"))["requirement"]
    return {row["id"]: row["tests"] for row in rows}


class Loader(SourceFileLoader):
    """Loads a module from a source text instead of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled text; no cached bytecode is read or written."""
        return self.source_to_code(self._source.encode("utf-8"), self.path)


class Finder(MetaPathFinder):
    """Finds the one module that is mutated."""

    def __init__(self, file: str, source: str) -> None:
        self._name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._path, self._source = str(ROOT / file), source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the mutated module; None for any other module."""
        if fullname != self._name:
            return None
        loader = Loader(fullname, self._path, self._source)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class Reports:
    """Collects the tests that ran, the tests that failed, and errors outside of tests."""

    def __init__(self) -> None:
        self.ran, self.failed, self.errors = 0, list[str](), list[str]()

    def pytest_sessionstart(self) -> None:
        """Keep properties from searching a simpler example: one failure shows the mutant."""
        phases = [
            phase for phase in settings().phases if phase not in (Phase.shrink, Phase.explain)
        ]
        settings.register_profile("mutant", settings(phases=phases))
        settings.load_profile("mutant")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the call of a test; only a failing call shows that a test notices the mutant."""
        self.ran += report.when == "call"
        if report.failed:
            (self.failed if report.when == "call" else self.errors).append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a module that cannot be collected."""
        if report.failed:
            self.errors.append(report.nodeid)


def run_tests(tests: Sequence[str], file: str, source: str) -> dict[str, Any]:
    """Run ``tests`` in a forked child in which ``file`` has the text ``source``; return its report.

    The report has the number of tests that ran, the ids of the tests that failed, and errors. A
    child that takes more than ``MAX_SECONDS`` is ended by its alarm; its report is one error.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(tests, Finder(file, source), writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    if not data:
        return {"ran": 0, "failed": [], "errors": [_describe_end(status)]}
    return dict(json.loads(data))


def _describe_end(status: int) -> str:
    """Return why a child has no report, from the status that ``os.waitpid`` returns."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return f"no result within {MAX_SECONDS} s"
    return "the process ended without a report"


def _child(tests: Sequence[str], finder: Finder, writing: int) -> None:
    """Run the tests, write the report into the pipe, and end the process."""
    try:
        signal.alarm(MAX_SECONDS)
        sys.meta_path.insert(0, finder)
        if "REQUIREMENTS_VERBOSE" not in os.environ:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
        reports = Reports()
        options = ["-x", "-p", "no:cacheprovider", "-W", IMPORTED, "--assert=plain"]
        options += ["-o", "addopts=--import-mode=importlib -q"]
        pytest.main([*options, *tests], plugins=[reports])
        result = {"ran": reports.ran, "failed": reports.failed, "errors": reports.errors}
        os.write(writing, json.dumps(result).encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def verdict(result: dict[str, Any]) -> str:
    """Return the problem with a mutant's result as a sentence, or "" if a test failed on it."""
    if result["failed"]:
        return ""
    if result["errors"]:
        return "no test failed, but there were errors: " + ", ".join(result["errors"])
    return f"not noticed by any of the {result['ran']} tests that ran"


def find_unnoticed(wanted: Sequence[Mutant | Site]) -> list[str]:
    """Run each mutant; return a sentence for each mutant on which no test fails."""
    for name in SHARED:
        importlib.import_module(name)
    table, unnoticed = requirements(), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder  # a mutant's examples are not kept
        # Half of a child's time would be compiling; the mutated module itself is never cached.
        sys.dont_write_bytecode, sys.pycache_prefix = False, folder
        for mutant in wanted:
            tests = table[mutant.requirement] if isinstance(mutant, Mutant) else VECTORS
            problem = verdict(run_tests(tests, mutant.file, mutant.source))
            label = f"{mutant.file}: {mutant.name}"
            if isinstance(mutant, Mutant):
                label = f"{mutant.requirement}: {mutant.name}"
            print(f"{label}: {problem or 'noticed'}", flush=True)
            unnoticed += [f"{label}: {problem}"] if problem else []
    return unnoticed


def select_mutants(arguments: Sequence[str]) -> list[Mutant | Site]:
    """Return the mutants that the ``arguments`` of the command line name."""
    from_table = mutants()
    if not arguments:
        return [*from_table, *sites()]
    if arguments == ["sample"]:
        sampled = [*requirements()][::SAMPLE_STEP]
        return [next(m for m in from_table if m.requirement == name) for name in sampled]
    if arguments == ["rules"]:
        return [*sites()]
    return [m for m in from_table if m.requirement in arguments]


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.pop("PYTEST_ADDOPTS", None)
    sys.exit(bool(find_unnoticed(select_mutants(sys.argv[1:]))))
