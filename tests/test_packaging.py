"""The two packages declare what their code imports, and their metadata is complete and true."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import semcodec

ROOT = Path(__file__).parents[1]
MAIN, EMBEDDED = (
    tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    for folder in ("", "embedded")
)
#: Distributions whose packages have another name.
IMPORTED_AS = {
    "genai-prices": "genai_prices",
    "pillow": "PIL",
    "pillow-jxl-plugin": "pillow_jxl",
    "protobuf": "google",
    "pyyaml": "yaml",
    "smaz-py3": "smaz",
    "tensorflow-cpu": "tensorflow",
    "unishox2-py3": "unishox2",
}
#: Programs that the gate starts; nothing imports them.
PROGRAMS = {
    "import-linter": "lint-imports",
    "mypy": "-m mypy",
    "pytest-cov": " --cov",
    "pytest-xdist": " -n ",
    "ruff": "-m ruff",
}

#: Where the code of each extra is.
PLACES = {
    "image": ["semcodec"],
    "openai": ["semcodec/backends/openai"],
    "keyring": ["semcodec/backends/openai/keys.py"],
    "embedded": ["semcodec/cli"],
    "judge": ["semcodec/words"],
    "bench": ["bench"],
    "image-server": ["bench/diffusers_painter.py", "bench/tiny_pipeline.py"],
    "tables": ["spec"],
    "fuzz": ["fuzz"],
    "dev": ["conftest.py", "tests", "embedded/tests", "docs"],
}
#: Which extras each part of the tree may import from, besides what its package always needs.
PARTS = {
    "semcodec": ["image", "openai", "keyring", "judge"],
    "bench": ["bench", "image-server", "dev"],  # dev: it also measures the gate
    "fuzz": ["fuzz"],
    "spec": ["tables"],
    "docs": ["dev"],
    ".ci": [],
    "conftest.py": ["dev"],
    "tests": ["dev"],
    "embedded/semcodec_embedded": [],
    "embedded/tests": ["dev"],
    "embedded/tools": ["tools"],
}
LOADERS = {"import_module", "importorskip", "find_spec"}
OURS = {"semcodec", "semcodec_embedded", "tests", "fuzz", "docs"} | {
    path.stem
    for folder in ("bench", "spec", "spec/tables")
    for path in (ROOT / folder).glob("*.py")
}


def name_of(requirement: str) -> str:
    """Return the normal name of the distribution that a requirement is for."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def declared(project: dict[str, Any], extra: str) -> set[str]:
    """Return the distributions of an extra, without those of the extras that it includes."""
    names = set(map(name_of, project["optional-dependencies"][extra]))
    return names - {project["name"]}


def available(project: dict[str, Any], extras: list[str]) -> set[str]:
    """Return the packages that are there with these extras, and with those that they include."""
    names = set(map(name_of, project["dependencies"]))
    for extra in extras:
        names |= declared(project, extra)
        for requirement in project["optional-dependencies"][extra]:
            if name_of(requirement) == project["name"]:
                [included] = re.findall(r"\[(.*)\]", requirement)
                names |= available(project, included.split(","))
    return set(map(package_of, names))


def package_of(distribution: str) -> str:
    """Return the name by which a distribution is imported."""
    return IMPORTED_AS.get(distribution, distribution.replace("-", "_"))


def files_of(place: str) -> list[Path]:
    """Return the files of Python code of a place."""
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the top names of all modules that a file imports, wherever in it."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                modules += [name.name for name in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules.append(module)
            case ast.Call(
                func=ast.Name(id=called) | ast.Attribute(attr=called),
                args=[ast.Constant(value=str(module)), *_],
            ) if called in LOADERS:
                modules.append(module)
    return {module.partition(".")[0] for module in modules}


def mentioned(path: Path) -> set[str]:
    """Return what a file imports, and the texts that could name a package that it loads."""
    texts = {
        node.value.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return imported(path) | {text.lower().replace("-", "_") for text in texts} | texts


@pytest.mark.parametrize("extra", PLACES)
def test_every_package_of_an_extra_is_used_where_the_extra_belongs(extra: str) -> None:
    used = set[str]().union(
        *(mentioned(path) for place in PLACES[extra] for path in files_of(place))
    )
    packages = set(map(package_of, declared(MAIN, extra) - set(PROGRAMS)))
    assert packages <= used


def test_no_extra_is_left_out_here_and_all_has_those_of_users() -> None:
    extras = MAIN["optional-dependencies"]
    assert set(PLACES) | {"all"} == set(extras)
    assert not [extra for extra, requirements in extras.items() if not requirements]
    [everything] = extras["all"]
    assert set(re.findall(r"[\w-]+", everything)) == {"semcodec", "embedded", *PARTS["semcodec"]}


def test_the_programs_of_dev_are_run_by_the_gate() -> None:
    gate = (ROOT / "Makefile").read_text("utf-8")
    missing = {name for name, program in PROGRAMS.items() if program not in gate}
    assert not missing & declared(MAIN, "dev")


@pytest.mark.parametrize("part", PARTS)
def test_every_import_is_declared(part: str) -> None:
    project = EMBEDDED if part in ("embedded/semcodec_embedded", "embedded/tools") else MAIN
    allowed = available(project, PARTS[part]) | OURS | set(sys.stdlib_module_names)
    if part.startswith("embedded"):
        allowed |= available(EMBEDDED, [])
    undeclared = {path.name: imported(path) - allowed for path in files_of(part)}
    assert not {name: packages for name, packages in undeclared.items() if packages}


def test_every_file_of_code_is_of_a_part() -> None:
    known = {path for part in PARTS for path in files_of(part)}
    hidden = {".venv", "node_modules", "build", "dist"}
    every = {path for path in ROOT.rglob("*.py") if not hidden & set(path.parts)}
    assert every == known


def test_nothing_heavy_comes_with_the_benches() -> None:
    light = available(MAIN, ["bench", "dev", "tables", "all"])
    assert not light & {"torch", "diffusers", "transformers", "tensorflow"}


@pytest.mark.parametrize("project", [MAIN, EMBEDDED], ids=lambda project: project["name"])
def test_a_page_of_the_package_has_what_it_needs(project: dict[str, Any]) -> None:
    folder = ROOT if project is MAIN else ROOT / "embedded"
    assert (folder / project["readme"]).is_file()
    assert project["version"] == semcodec.__version__
    assert {"Homepage", "Changelog", "Issues"} <= set(project["urls"])
    assert all(url.startswith("https://github.com/semcodec/") for url in project["urls"].values())
    versions = {f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)}
    assert versions <= set(project["classifiers"])
    lowest = project["requires-python"].removeprefix(">=")
    assert f"Programming Language :: Python :: {lowest}" == min(
        (one for one in versions), key=lambda one: int(one.rpartition(".")[2])
    )


def test_the_packages_want_each_other_in_the_same_series() -> None:
    series = f"~={semcodec.__version__.rpartition('.')[0]}.0"
    assert f"semcodec{series}" in EMBEDDED["dependencies"]
    assert f"semcodec-embedded{series}" in MAIN["optional-dependencies"]["embedded"]


def test_the_changelog_has_a_heading_for_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(
        rf"^### \[{re.escape(semcodec.__version__)}\] - \d{{4}}-\d\d-\d\d$", text, re.M
    )
