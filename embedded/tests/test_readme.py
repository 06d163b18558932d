"""The README of semcodec-embedded is up to date: examples, sizes, counts and license files."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

from semcodec_embedded.labels import labels

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "semcodec_embedded"
TEXT = (ROOT / "README.md").read_text("utf-8")


def test_examples_of_the_readme_run() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 3
    assert not result.failed


def test_sizes_in_the_readme_are_those_of_the_files() -> None:
    rows = re.findall(r"^\| `([\w./]+)`.* \| ([\d.]+) \|", TEXT, flags=re.M)
    assert len(rows) == 5
    for name, megabytes in rows:
        path = PACKAGE / name
        files = path.iterdir() if path.is_dir() else [path]
        assert f"{sum(file.stat().st_size for file in files) / 1e6:.1f}" == megabytes, name


def test_counts_in_the_readme_are_those_of_the_package() -> None:
    known = labels()
    described = {*filter(None, known.detector), *known.nouns, *known.hyponyms, *known.places}
    families = tomllib.loads((PACKAGE / "sprites/nouns.toml").read_text("utf-8"))["family"]
    drawings = {name for family in families for name in family["sprites"]}
    painted = {
        noun.strip()
        for family in families
        for nouns in family["sprites"].values()
        for noun in nouns.split(",")
    }
    for items, phrase in ((described, "nouns |"), (painted, "nouns by"), (drawings, "drawings;")):
        [stated] = re.findall(rf"(\d+) {re.escape(phrase)}", TEXT)
        assert abs(len(items) - int(stated)) <= int(stated) / 50, phrase


def test_linked_licenses_are_files_of_the_package() -> None:
    for name in re.findall(r"\]\((\w[\w.]*)\)", TEXT):
        assert (ROOT / name).is_file(), name
        assert name.startswith(("LICENSE", "NOTICE"))
