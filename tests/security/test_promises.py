"""Each promise of SECURITY.md names tests that exist, and each limit has the stated value."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from semcodec.backends.openai.settings import Settings

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS: Final = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ")
]
PROMISES: Final = [row for row in ROWS if len(row) == 2 and row[0] != "promise"]
LIMITS: Final = [row for row in ROWS if len(row) == 3 and row[0] != "limit"]
TESTS: Final = sorted({name for row in PROMISES for name in re.findall("`([^`]+::[^`]+)`", row[1])})


def is_collected(name: str) -> bool:
    """Return whether pytest collects a test with this name, and does not always skip it."""
    path, _, function = name.partition("::")
    file = ROOT / path
    if not file.is_file() or not re.fullmatch(r"tests/(\w+/)*test_\w+\.py", path):
        return False
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            return function.startswith("test_") and not any(".mark.skip(" in m for m in marks)
    return False


@pytest.mark.parametrize("name", TESTS)
def test_tests_of_promises_exist(name: str) -> None:
    assert is_collected(name)


def test_every_promise_has_a_test() -> None:
    assert len(PROMISES) > 15
    for promise, tests in PROMISES:
        assert re.fullmatch(r"`[\w/.]+::\w+`( `[\w/.]+::\w+`)*", tests), promise


@pytest.mark.parametrize(
    "name",
    [
        "tests/security/test_promises.py::test_that_is_missing",
        "tests/security/test_promises.py::is_collected",
        "tests/security/watched.py::watch",
        "tests/missing/test_promises.py::test_every_promise_has_a_test",
    ],
)
def test_name_of_anything_else_is_noticed(name: str) -> None:
    assert not is_collected(name)


def value_of(name: str) -> Any:
    """Return the value of a dotted name; a field of ``Settings`` is its default."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        break
    for part in parts[length:]:
        if value is Settings:
            return inspect.signature(Settings).parameters[part].default
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row[0])
def test_limits_are_those_of_the_code(row: list[str]) -> None:
    stated, name = row[1].replace(",", ""), row[2].strip("`")
    assert float(stated) == value_of(name)


def test_there_are_limits() -> None:
    assert len(LIMITS) >= 15
