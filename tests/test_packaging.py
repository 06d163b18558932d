"""The two packages declare what their code imports, and their metadata is complete and true."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import semcodec
from tests.test_docs import PYTHON

ROOT = Path(__file__).parents[1]
MAIN, EMBEDDED = (
    tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    for folder in ("", "embedded")
)
#: Distributions whose packages have another name.
IMPORTED_AS = {
    "genai-prices": "genai_prices",
    "griffelib": "griffe",
    "pillow": "PIL",
    "pillow-jxl-plugin": "pillow_jxl",
    "protobuf": "google",
    "pyyaml": "yaml",
    "smaz-py3": "smaz",
    "tensorflow-cpu": "tensorflow",
    "unishox2-py3": "unishox2",
    "zxing-cpp": "zxingcpp",
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
    "keyring": ["semcodec/backends/openai/credentials.py"],
    "embedded": ["semcodec/cli"],
    "judge": ["semcodec/words"],
    "bench": ["bench"],
    "image-server": ["bench/diffusers_painter.py", "bench/tiny_pipeline.py"],
    "examples": ["examples", "docs/container.md"],
    "tables": ["spec"],
    "fuzz": ["fuzz"],
    "dev": ["conftest.py", "tests", "embedded/tests", "docs"],
}
#: The same for the package semcodec-embedded.
EMBEDDED_PLACES = {"tools": ["embedded/tools"]}
#: Which extras each part of the tree may import from, besides what its package always needs.
PARTS = {
    "semcodec": ["image", "openai", "keyring", "judge"],
    "bench": ["bench", "image-server", "dev"],  # dev: it also measures the gate
    "fuzz": ["fuzz"],
    "spec": ["tables"],
    "docs": ["dev"],
    "examples": ["examples"],
    ".ci": [],
    "conftest.py": ["dev"],
    "tests": ["dev"],
    "embedded/semcodec_embedded": [],
    "embedded/tests": ["dev"],
    "embedded/tools": ["tools"],
}
LOADERS = {"import_module", "importorskip", "find_spec"}
NOT_CODE = {"node_modules", "build", "dist"}  #: folders of what is downloaded or built
OURS = {"semcodec", "semcodec_embedded", "tests", "fuzz", "docs"} | {
    path.stem
    for folder in ("bench", "spec", "spec/tables")
    for path in (ROOT / folder).glob("*.py")
}


def name_of(requirement: str) -> str:
    """Return the normal name of the distribution that a requirement is for."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def distributions_of(project: dict[str, Any], extra: str) -> set[str]:
    """Return the distributions of an extra, without those of the extras that it includes."""
    names = set(map(name_of, project["optional-dependencies"][extra]))
    return names - {project["name"]}


def packages_with(project: dict[str, Any], extras: list[str]) -> set[str]:
    """Return the packages that are there with these extras, and with those that they include."""
    names = set(map(name_of, project["dependencies"]))
    for extra in extras:
        names |= distributions_of(project, extra)
        for requirement in project["optional-dependencies"][extra]:
            if name_of(requirement) == project["name"]:
                [included] = re.findall(r"\[(.*)\]", requirement)
                names |= packages_with(project, included.split(","))
    return set(map(package_of, names))


def package_of(distribution: str) -> str:
    """Return the name by which a distribution is imported."""
    return IMPORTED_AS.get(distribution, distribution.replace("-", "_"))


def find_code(root: Path) -> set[Path]:
    """Return the files of Python code below ``root`` that are not installed, built or downloaded.

    Only names below ``root`` count: the checkout itself may be in a folder named build.
    """
    found = set[Path]()
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if name not in NOT_CODE and not (here / name / "pyvenv.cfg").is_file()
        ]
        found |= {here / name for name in files if name.endswith(".py")}
    return found


def files_of(place: str) -> list[Path]:
    """Return the files of Python code of a place."""
    path = ROOT / place
    return [path] if path.is_file() else sorted(find_code(path))


def source_of(path: Path) -> str:
    """Return the Python code of a file; of a page, that of its blocks."""
    text = path.read_text("utf-8")
    return "\n".join(PYTHON.findall(text)) if path.suffix == ".md" else text


def imports_of(path: Path) -> set[str]:
    """Return the top names of all modules that a file imports, wherever in it."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(source_of(path))):
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


def names_in(path: Path) -> set[str]:
    """Return what a file imports, and the texts that could name a package that it loads."""
    texts = {
        node.value.partition(".")[0]
        for node in ast.walk(ast.parse(source_of(path)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return imports_of(path) | {text.lower().replace("-", "_") for text in texts} | texts


@pytest.mark.parametrize(
    ("project", "extra", "places"),
    [
        *((MAIN, extra, places) for extra, places in PLACES.items()),
        *((EMBEDDED, extra, places) for extra, places in EMBEDDED_PLACES.items()),
    ],
    ids=[*PLACES, *EMBEDDED_PLACES],
)
def test_every_package_of_an_extra_is_used_where_the_extra_belongs(
    project: dict[str, Any], extra: str, places: list[str]
) -> None:
    used = set[str]().union(*(names_in(path) for place in places for path in files_of(place)))
    packages = set(map(package_of, distributions_of(project, extra) - set(PROGRAMS)))
    assert packages <= used


def test_no_extra_is_left_out_here_and_all_has_those_of_users() -> None:
    extras = MAIN["optional-dependencies"]
    assert set(PLACES) | {"all"} == set(extras)
    assert set(EMBEDDED_PLACES) == set(EMBEDDED["optional-dependencies"])
    assert not [extra for extra, requirements in extras.items() if not requirements]
    [everything] = extras["all"]
    assert set(re.findall(r"[\w-]+", everything)) == {"semcodec", "embedded", *PARTS["semcodec"]}


def test_the_programs_of_dev_are_run_by_the_gate() -> None:
    gate = (ROOT / "Makefile").read_text("utf-8")
    missing = {name for name, program in PROGRAMS.items() if program not in gate}
    assert not missing & distributions_of(MAIN, "dev")


@pytest.mark.parametrize("part", PARTS)
def test_every_import_is_declared(part: str) -> None:
    project = EMBEDDED if part in ("embedded/semcodec_embedded", "embedded/tools") else MAIN
    allowed = packages_with(project, PARTS[part]) | OURS | set(sys.stdlib_module_names)
    if part.startswith("embedded"):
        allowed |= packages_with(EMBEDDED, [])
    undeclared = {path.name: imports_of(path) - allowed for path in files_of(part)}
    assert not {name: packages for name, packages in undeclared.items() if packages}


def test_every_file_of_code_is_of_a_part() -> None:
    assert find_code(ROOT) == {path for part in PARTS for path in files_of(part)}


def test_code_is_found_wherever_the_checkout_is(tmp_path: Path) -> None:
    root = tmp_path / "build" / "dist" / "node_modules"
    places = ("a.py", "tests/a.py", "env/a.py", "tests/env/lib/a.py", "build/a.py", "x/dist/a.py")
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text("")
    for environment in ("env", "tests/env"):
        (root / environment / "pyvenv.cfg").write_text("")
    assert find_code(root) == {root / "a.py", root / "tests" / "a.py"}


def test_nothing_heavy_comes_with_the_benches() -> None:
    light = packages_with(MAIN, ["bench", "dev", "tables", "all"])
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
