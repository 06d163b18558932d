"""Run the tests named for a requirement against mutants of the code that fulfils it.

    python -m tests.requirements.runner              # every mutant
    python -m tests.requirements.runner first        # of each requirement the first
    python -m tests.requirements.runner SC-REA-8     # those of some requirements
    python -m tests.requirements.runner rules        # every place where a rule is checked

Each mutant runs in a forked child: the child imports the package with some source text replaced,
runs only the tests that the registry names for the requirement, and reports which of them failed.
This process imports nothing of the package, so every child starts from the files on disk.

The output of pytest is not shown, unless the environment has ``REQUIREMENTS_VERBOSE`` with any
value: then each child writes it, and the traceback of an error of its own.
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

from tests.requirements.sites import ROOT, Site, sites

#: Imported once here, so that no child spends its time on them. None of them imports the package.
SHARED: Final = ("hypothesis", "jsonschema_rs", "PIL.Image", "construct", "bitarray", "numpy")
MAX_SECONDS: Final = 120  #: seconds for the tests of one mutant, which may never end
#: The tests that must notice when a rule of the format is not checked, or is reported elsewhere.
VECTORS: Final = (
    "tests/bitstream/test_vectors.py::test_verdict_rule_and_offset_match_the_vector",
    "tests/bitstream/test_vectors.py::test_unpack_raises_an_error_with_rule_and_offset_of_the_vector",
)
IMPORTED: Final = "ignore::pytest.PytestAssertRewriteWarning"  #: a plugin is among them


class Mutant(NamedTuple):
    """A requirement, what is wrong with the code, its file, and the texts to replace in it."""

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
                    f"The mutant {self.name!r} of {self.requirement} replaces a text that is not "
                    f"once in {self.file}: {change['old']!r}. Write it again for the new code."
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
        """Compile the text; no cached bytecode is read or written."""
        return self.source_to_code(self._source.encode("utf-8"), self.path)


class Finder(MetaPathFinder):
    """Finds the one module that is mutated."""

    def __init__(self, file: str, source: str) -> None:
        self._name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._path, self._source = str(ROOT / file), source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the mutated module, and None for every other."""
        if fullname != self._name:
            return None
        loader = Loader(fullname, self._path, self._source)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class Reports:
    """Collects the tests that ran, the tests that failed, and errors outside of tests."""

    def __init__(self) -> None:
        self.ran, self.failed, self.errors = 0, list[str](), list[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the call of a test; only a failing call shows that a test notices the mutant."""
        self.ran += report.when == "call"
        if report.failed:
            (self.failed if report.when == "call" else self.errors).append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what cannot be collected."""
        if report.failed:
            self.errors.append(report.nodeid)


def run_tests(tests: Sequence[str], file: str, source: str) -> dict[str, Any]:
    """Return what the ``tests`` do in a forked child, in which ``file`` has the text ``source``.

    The result has the number of tests that ran, the ids of those that failed, and errors: a child
    that takes more than ``MAX_SECONDS`` is ended by its alarm, and has no other result.
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
        options = ["-x", "-p", "no:cacheprovider", "-W", IMPORTED]
        options += ["-o", "addopts=--import-mode=importlib -q"]
        pytest.main([*options, *tests], plugins=[reports])
        result = {"ran": reports.ran, "failed": reports.failed, "errors": reports.errors}
        os.write(writing, json.dumps(result).encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def verdict(result: dict[str, Any]) -> str:
    """Return what is wrong with the result of a mutant, or "" if a test failed on it."""
    if result["failed"]:
        return ""
    if result["errors"]:
        return "no test failed, but there were errors: " + ", ".join(result["errors"])
    return f"not noticed by any of the {result['ran']} tests that ran"


def find_unnoticed(wanted: Sequence[Mutant | Site]) -> list[str]:
    """Run each mutant; return those that no test notices, each in a sentence."""
    for name in SHARED:
        importlib.import_module(name)
    table, found = requirements(), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder  # a mutant's examples are not kept
        for mutant in wanted:
            tests = table[mutant.requirement] if isinstance(mutant, Mutant) else VECTORS
            wrong = verdict(run_tests(tests, mutant.file, mutant.source))
            shown = f"{mutant.file}: {mutant.name}"
            if isinstance(mutant, Mutant):
                shown = f"{mutant.requirement}: {mutant.name}"
            print(f"{shown}: {wrong or 'noticed'}", flush=True)
            found += [f"{shown}: {wrong}"] if wrong else []
    return found


def select_mutants(arguments: Sequence[str]) -> list[Mutant | Site]:
    """Return the mutants that the ``arguments`` of the command line name."""
    written = mutants()
    if not arguments:
        return [*written, *sites()]
    if arguments == ["first"]:
        return [next(m for m in written if m.requirement == one) for one in requirements()]
    if arguments == ["rules"]:
        return [*sites()]
    return [m for m in written if m.requirement in arguments]


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.pop("PYTEST_ADDOPTS", None)
    sys.exit(bool(find_unnoticed(select_mutants(sys.argv[1:]))))
