"""The code in pages runs, paths exist, and generated pages are up to date."""

from __future__ import annotations

import doctest
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import semcodec

ROOT = Path(__file__).parents[1]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

#: Modules of the lowest layers that the page does not describe.
HELPERS = {
    "_bisection",
    "_boxes",
    "_registry",
    "_registry_rows",
    "_visibility",
    "_wording",
    "choices",
}


@pytest.mark.parametrize(
    "name",
    ["backends.md", "container.md", "layers.md", "progressive.md", "reflection.md", "words.md"],
)
def test_code_of_a_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = PYTHON.findall((ROOT / "docs" / name).read_text("utf-8"))
    assert blocks
    exec(compile("\n".join(blocks), name, "exec"), {"__name__": "page"})


@pytest.mark.parametrize("script", ["make_python.py"])
def test_generated_page_is_up_to_date(script: str) -> None:
    command = [sys.executable, ROOT / "docs" / script, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["CHANGELOG.md", "README.md", "docs/cli.md", "docs/python.md"])
def test_text_forms_in_a_page_can_be_read(name: str) -> None:
    """Their payloads depend on the tables of words."""
    forms = re.findall(r"semc:[\w-]{4,}", (ROOT / name).read_text("utf-8"))
    assert forms
    for form in forms:
        assert semcodec.unpack(form).words


def paths_in(page: str) -> set[str]:
    """Return the paths of files and folders that a page names in code spans, without patterns."""
    spans = re.findall(r"`([\w./-]+)`", page)
    return {span for span in spans if "/" in span and not span.startswith("/")}


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_and_folders_that_a_page_names_exist(name: str) -> None:
    paths = paths_in((ROOT / name).read_text("utf-8"))
    assert not sorted(path for path in paths if not (ROOT / path).exists())


def test_layers_of_the_page_are_those_of_the_import_contract() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    block = page.partition("## Layers\n\n```\n")[2].partition("```")[0]
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = [name.removeprefix("semcodec.") for name in contract["contracts"][0]["layers"]]
    described = [line.split()[0] for line in block.splitlines()]
    assert described == [name for name in layers if name not in HELPERS]


def test_glossary_is_short_and_sorted() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    terms = re.findall(r"^\| ([^|]+) \|", page.partition("## Glossary")[2], re.MULTILINE)[1:]
    assert len(terms) <= 40
    assert terms == sorted(terms, key=str.casefold)


def test_rates_in_the_table_of_codings_are_those_of_the_example() -> None:
    description = runpy.run_path(str(ROOT / "examples" / "rate_curve.py"))["DESCRIPTION"]
    words = semcodec.select(description, 12)
    page = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|[^|]*\|$", page, re.MULTILINE)
    assert [coding for coding, _ in rows] == ["nibble", "lexicon", "bag", "utf8"]
    for coding, printed in rows:
        text = semcodec.skeleton(" ".join(words)) if coding == "nibble" else words
        record = semcodec.unpack(semcodec.pack(text, coding=coding))
        assert round(record.payload_bits / len(words)) == int(printed)


def test_forms_of_numbers_in_the_table_are_those_that_are_selected() -> None:
    page = (ROOT / "docs" / "words.md").read_text("utf-8")
    header, *rows = re.findall(r"^\| (.*) \|$", page, re.MULTILINE)
    assert len(rows) > 20
    codings = re.findall(r"\| `(\w+)`", header)
    for row in rows:
        text, *printed = row.split(" | ")
        selected = [" ".join(semcodec.select(text, 12, coding=coding)) for coding in codings]  # type: ignore[arg-type]
        assert printed == selected
    assert codings == ["lexicon", "nibble", "utf8"]


@pytest.mark.parametrize("name", semcodec.__all__)
def test_examples_in_docstrings(name: str) -> None:
    for example in doctest.DocTestFinder().find(getattr(semcodec, name), name, globs={}):
        names = vars(semcodec) | {"semcodec": semcodec}
        example.globs = {key: value for key, value in names.items() if not key.startswith("_")}
        assert doctest.DocTestRunner().run(example).failed == 0
