"""Both packages declare the distributions that their code imports, and have correct metadata."""

from __future__ import annotations

import ast
import functools
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
#: Distributions that are imported under another name.
IMPORT_NAMES = {
    "genai-prices": "genai_prices",
    "open-clip-torch": "open_clip",
    "griffelib": "griffe",
    "ndeflib": "ndef",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "pillow-jxl-plugin": "pillow_jxl",
    "protobuf": "google",
    "pyyaml": "yaml",
    "smaz-py3": "smaz",
    "tensorflow-cpu": "tensorflow",
    "unishox2-py3": "unishox2",
    "zxing-cpp": "zxingcpp",
}
#: Distributions whose programs the Makefile or bench/nightly.py runs, and a part of the command;
#: none is imported.
DEV_PROGRAMS = {
    "import-linter": "lint-imports",
    "mypy": "-m mypy",
    "pytest-cov": "--cov=",
    "pytest-xdist": '"-n", WORKERS',
    "ruff": "-m ruff",
}

#: The code that needs each extra.
CODE_OF_EXTRAS = {
    "image": ["semcodec"],
    "heif": ["semcodec/imaging"],
    "jxl": ["semcodec/imaging"],
    "openai": ["semcodec/backends/openai"],
    "keyring": ["semcodec/backends/openai/credentials.py"],
    "completion": ["semcodec/cli/completion.py"],
    "serve": ["semcodec/serve"],
    "bulk": ["semcodec/bulk"],
    "ray": ["semcodec/bulk", "docs/bulk_ray_data.py"],
    "bulk-tests": ["tests/bulk", "bench/bulk_runs.py"],
    "qr": ["semcodec"],
    "embedded": ["semcodec/cli"],
    "local": ["semcodec/backends/local"],
    "local-light": ["semcodec/backends", "tests/backends/local_light"],
    "judge": ["semcodec/words"],
    "report": ["semcodec/measure"],
    "bench": ["bench", "semcodec/measure"],
    "metrics": ["semcodec/measure/plug_ins", "bench/metric_plug_ins.py"],
    "examples": ["examples", "docs/container.md"],
    "docs": ["docs/conf.py"],
    "tables": ["spec"],
    "fuzz": ["fuzz"],
    "dev": ["conftest.py", "tests", "embedded/tests", "docs"],
}
#: The same for semcodec-embedded.
CODE_OF_EMBEDDED_EXTRAS = {"tools": ["embedded/tools"]}
#: The extras that each part of the repository may import, besides the required packages.
EXTRAS_OF_PARTS = {
    "semcodec": [
        "image",
        "heif",
        "jxl",
        "openai",
        "keyring",
        "completion",
        "judge",
        "qr",
        "report",
        "serve",
        "bulk",
        "ray",
        "bench",
        "metrics",
        "local",
        "local-light",
    ],
    "bench": ["bench", "bulk", "local", "metrics", "dev"],  # dev: it also measures the gate
    "fuzz": ["fuzz"],
    "spec": ["tables"],
    "docs": ["dev", "ray"],
    "examples": ["examples"],
    ".ci": [],
    "conftest.py": ["dev"],
    # Some tests use local models and engines if they can.
    "tests": ["dev", "local", "local-light", "bulk-tests"],
    "embedded/semcodec_embedded": [],
    "embedded/tests": ["dev"],
    "embedded/tools": ["tools"],
}
LOADERS = {"import_module", "importorskip", "find_spec"}
#: Extras that ``all`` does not have: bench is for the scripts of this project, others are large.
LARGE = {"bench", "bulk", "local", "local-light", "metrics", "ray"}
MAX_DATA_BYTES = 35_000_000  #: of both packages together
SKIPPED_FOLDERS = {"node_modules", "build", "dist"}  #: downloaded or built
OWN_PACKAGES = {"semcodec", "semcodec_embedded", "tests", "fuzz", "docs", "bench"} | {
    path.stem
    for folder in ("bench", "spec", "spec/tables")
    for path in (ROOT / folder).glob("*.py")
}


def normalized_name(requirement: str) -> str:
    """Return the normalized name of the distribution of a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def distributions_of(project: dict[str, Any], extra: str) -> set[str]:
    """Return the distributions of an extra, without those of the extras it includes."""
    names = set(map(normalized_name, project["optional-dependencies"][extra]))
    return names - {project["name"]}


def packages_with(project: dict[str, Any], extras: list[str]) -> set[str]:
    """Return the packages installed with these extras and the extras they include."""
    names = set(map(normalized_name, project["dependencies"]))
    for extra in extras:
        names |= distributions_of(project, extra)
        for requirement in project["optional-dependencies"][extra]:
            if normalized_name(requirement) == project["name"]:
                [included] = re.findall(r"\[(.*)\]", requirement)
                names |= packages_with(project, included.split(","))
    return set(map(import_name, names))


def import_name(distribution: str) -> str:
    """Return the name under which a distribution is imported."""
    return IMPORT_NAMES.get(distribution, distribution.replace("-", "_"))


def find_code(root: Path) -> set[Path]:
    """Return the Python files below ``root``, except those installed, built or downloaded.

    Only folders below ``root`` are skipped: the checkout itself may be in one named build.
    """
    found = set[Path]()
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and not (here / name / "pyvenv.cfg").is_file()
        ]
        found |= {here / name for name in files if name.endswith(".py")}
    return found


def code_files(folder: str) -> list[Path]:
    """Return the Python files of a folder, or the file itself."""
    path = ROOT / folder
    return [path] if path.is_file() else sorted(find_code(path))


def source_of(path: Path) -> str:
    """Return the Python code of a file; for a page, the code in its blocks."""
    text = path.read_text("utf-8")
    return "\n".join(PYTHON.findall(text)) if path.suffix == ".md" else text


@functools.cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return the nodes of the code of a file that import, or that hold a text."""
    kinds = ast.Import | ast.ImportFrom | ast.Call | ast.Constant
    return [node for node in ast.walk(ast.parse(source_of(path))) if isinstance(node, kinds)]


@functools.cache
def imported_packages(path: Path) -> set[str]:
    """Return the top-level packages that a file imports anywhere."""
    modules: list[str] = []
    for node in nodes_of(path):
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


@functools.cache
def named_packages(path: Path) -> set[str]:
    """Return the imports of a file, and the string literals in it that could name a package."""
    texts = {
        node.value.partition(".")[0]
        for node in nodes_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return imported_packages(path) | {text.lower().replace("-", "_") for text in texts} | texts


@pytest.mark.parametrize(
    ("project", "extra", "folders"),
    [
        *((MAIN, extra, folders) for extra, folders in CODE_OF_EXTRAS.items()),
        *((EMBEDDED, extra, folders) for extra, folders in CODE_OF_EMBEDDED_EXTRAS.items()),
    ],
    ids=[*CODE_OF_EXTRAS, *CODE_OF_EMBEDDED_EXTRAS],
)
def test_packages_of_an_extra_are_imported_by_its_code(
    project: dict[str, Any], extra: str, folders: list[str]
) -> None:
    used = set[str]().union(
        *(named_packages(path) for folder in folders for path in code_files(folder))
    )
    packages = set(map(import_name, distributions_of(project, extra) - set(DEV_PROGRAMS)))
    assert packages <= used


def test_every_extra_is_checked_here_and_all_includes_those_of_users() -> None:
    extras = MAIN["optional-dependencies"]
    assert set(CODE_OF_EXTRAS) | {"all"} == set(extras)
    assert set(CODE_OF_EMBEDDED_EXTRAS) == set(EMBEDDED["optional-dependencies"])
    assert not [extra for extra, requirements in extras.items() if not requirements]
    [everything] = extras["all"]
    assert set(re.findall(r"[\w-]+", everything)) == {
        "semcodec",
        "embedded",
        *({*EXTRAS_OF_PARTS["semcodec"]} - LARGE),
    }


def test_programs_of_dev_are_run_by_the_makefile() -> None:
    commands = "".join(
        (ROOT / name).read_text("utf-8")
        for name in ("Makefile", "tests/run_parts.py", "bench/nightly.py")
    )
    missing = {name for name, program in DEV_PROGRAMS.items() if program not in commands}
    assert not missing & distributions_of(MAIN, "dev")


@pytest.mark.parametrize("part", EXTRAS_OF_PARTS)
def test_imports_are_declared(part: str) -> None:
    project = EMBEDDED if part in ("embedded/semcodec_embedded", "embedded/tools") else MAIN
    allowed = (
        packages_with(project, EXTRAS_OF_PARTS[part]) | OWN_PACKAGES | set(sys.stdlib_module_names)
    )
    if part.startswith("embedded"):
        allowed |= packages_with(EMBEDDED, [])
    undeclared = {path.name: imported_packages(path) - allowed for path in code_files(part)}
    assert not {name: packages for name, packages in undeclared.items() if packages}


def test_every_file_of_code_belongs_to_a_part() -> None:
    assert find_code(ROOT) == {path for part in EXTRAS_OF_PARTS for path in code_files(part)}


def test_code_is_found_below_any_folder(tmp_path: Path) -> None:
    root = tmp_path / "build" / "dist" / "node_modules"
    folders = ("a.py", "tests/a.py", "env/a.py", "tests/env/lib/a.py", "build/a.py", "x/dist/a.py")
    for folder in folders:
        (root / folder).parent.mkdir(parents=True, exist_ok=True)
        (root / folder).write_text("")
    for environment in ("env", "tests/env"):
        (root / environment / "pyvenv.cfg").write_text("")
    assert find_code(root) == {root / "a.py", root / "tests" / "a.py"}


def test_benches_need_no_deep_learning_framework() -> None:
    light = packages_with(MAIN, ["bench", "dev", "tables", "all"])
    assert not light & {"torch", "diffusers", "transformers", "tensorflow"}


@pytest.mark.parametrize("project", [MAIN, EMBEDDED], ids=lambda project: project["name"])
def test_metadata_of_the_packages(project: dict[str, Any]) -> None:
    folder = ROOT if project is MAIN else ROOT / "embedded"
    assert (folder / project["readme"]).is_file()
    assert project["version"] == semcodec.__version__
    assert {"Homepage", "Changelog", "Issues"} <= set(project["urls"])
    assert all(url.startswith("https://github.com/semcodec/") for url in project["urls"].values())
    versions = {f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)}
    assert versions <= set(project["classifiers"])
    lowest = project["requires-python"].removeprefix(">=")
    assert f"Programming Language :: Python :: {lowest}" == min(
        versions, key=lambda version: int(version.rpartition(".")[2])
    )


def test_packages_require_the_same_series_of_each_other() -> None:
    series = f"~={semcodec.__version__.rpartition('.')[0]}.0"
    assert f"semcodec{series}" in EMBEDDED["dependencies"]
    assert f"semcodec-embedded{series}" in MAIN["optional-dependencies"]["embedded"]


def test_changelog_has_a_heading_for_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(
        rf"^### \[{re.escape(semcodec.__version__)}\] - \d{{4}}-\d\d-\d\d$", text, re.M
    )


def test_data_of_both_packages_stays_small() -> None:
    """Models, fonts, sprites, photographs and tables, as they are installed."""
    folders = (ROOT / "semcodec", ROOT / "embedded" / "semcodec_embedded")
    files = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert 25_000_000 < sum(path.stat().st_size for path in files) < MAX_DATA_BYTES
