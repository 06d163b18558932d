"""Files for other services: the hook of pre-commit, the recipes of docs/ci.md, CITATION.cff."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from pre_commit import clientlib

import semcodec
from semcodec.cli.formats import FORMATS
from tests.cli.conftest import run_process

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
PAGES = {name: yaml.safe_load(text) for name, text in BLOCKS}
#: "on" is a boolean in YAML 1.1, which PyYAML reads.
WORKFLOW = {
    {True: "on"}.get(key, key): value
    for key, value in PAGES[".github/workflows/records.yml"].items()
}


def manifest() -> dict[str, Any]:
    [hook] = clientlib.load_manifest(ROOT / ".pre-commit-hooks.yaml")
    assert isinstance(hook, dict)
    return hook


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with a folder of records that satisfy the profile file."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "a.semc").write_bytes(semcodec.pack("red bear", framing="file"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- pre-commit ----------------------------------------------------------------------------------


def test_manifest_of_the_hook_is_valid() -> None:
    assert manifest()["language"] == "python"
    assert manifest()["pass_filenames"]


@pytest.mark.parametrize(
    ("name", "is_selected"),
    [("a.semc", True), ("d/A.SEMC", True), ("a.semc.txt", False), ("asemc", False)],
)
def test_hook_selects_records(name: str, is_selected: bool) -> None:
    assert bool(re.search(manifest()["files"], name)) == is_selected


def test_hook_reports_files_that_are_not_valid(directory: Path) -> None:
    """Run the entry as pre-commit does: without a shell, the arguments and names at the end."""
    Path("bad.semc").write_bytes(b"hello")
    program, *arguments = shlex.split(manifest()["entry"])
    assert program == "semcodec"
    [repository] = PAGES[".pre-commit-config.yaml"]["repos"]
    [hook] = repository["hooks"]
    assert hook["id"] == manifest()["id"]
    good = run_process(*arguments, *hook["args"], "records/a.semc")
    assert (good.returncode, good.stdout, good.stderr) == (0, b"", b"")
    bad = run_process(*arguments, *hook["args"], "records/a.semc", "bad.semc")
    assert (bad.returncode, b"bad.semc: invalid" in bad.stdout) == (1, True)
    assert b"a.semc" not in bad.stdout


def test_configuration_of_the_page_is_valid(directory: Path) -> None:
    text = dict(BLOCKS)[".pre-commit-config.yaml"]
    Path("config.yaml").write_text(text)
    clientlib.load_config("config.yaml")


# --- the recipes ---------------------------------------------------------------------------------


def validate_with(schema_name: str, document: Any) -> None:
    schema = get_builtin_schema(schema_name)
    jsonschema_rs.validator_for(schema).validate(document)


def test_workflows_match_the_schemas_of_the_services() -> None:
    validate_with("vendor.github-workflows", WORKFLOW)
    validate_with("vendor.gitlab-ci", PAGES[".gitlab-ci.yml"])


def test_workflow_of_the_tutorial_is_a_part_of_the_one_on_the_page() -> None:
    page = (ROOT / "docs" / "tutorial" / "validate-in-ci.md").read_text("utf-8")
    [text] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    workflow = yaml.safe_load(text)
    workflow["on"] = workflow.pop(True)
    validate_with("vendor.github-workflows", workflow)
    [job] = workflow["jobs"].values()
    assert len(job["steps"]) == 4
    assert all(step in WORKFLOW["jobs"]["validate"]["steps"] for step in job["steps"])


def commands() -> list[str]:
    """Return the command lines of the page that call semcodec."""
    shell = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for block in shell for line in block.splitlines()]
    lines += [step["run"] for step in WORKFLOW["jobs"]["validate"]["steps"] if "run" in step]
    lines += PAGES[".gitlab-ci.yml"]["records"]["script"]
    return [line for line in lines if not line.startswith("pip install")]


@pytest.mark.skipif(
    sys.platform == "win32" or not (shutil.which("sh") and shutil.which("git")),
    reason="needs a shell and git",
)
@pytest.mark.parametrize("command", [line for line in commands() if "your-decoder" not in line])
def test_command_succeeds(directory: Path, command: str) -> None:
    # The vectors are run with a decoder in tests/cli/test_help.py.
    assert "semcodec" in command
    subprocess.run("git init -q . && git add records", shell=True, check=True, cwd=directory)
    line = re.sub(
        r"\bsemcodec (?=validate)", f"{shlex.quote(sys.executable)} -m semcodec ", command
    )
    result = subprocess.run(line, shell=True, capture_output=True)
    assert result.returncode == 0, result.stderr


def test_page_states_where_valid_and_unreadable_files_are(directory: Path) -> None:
    table = PAGE.partition("## Formats")[2].partition("|---|")[2]
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]* \| ([^|]*) \|", table, re.MULTILINE)
    assert [name for name, _ in rows] == [*FORMATS]
    for name, valid in rows:
        out = run_process("validate", "records/a.semc", "missing", "--format", name).stdout
        assert (b"a.semc" not in out) == (valid == "only in the summary")
        assert b"missing" in out


# --- citation ------------------------------------------------------------------------------------


def test_citation_file_is_valid_and_up_to_date() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    validate_with("vendor.citation-file-format", citation)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["repository-code"] == project["urls"]["Homepage"]
    assert citation["license"] in project["license"].split(" AND ")
    assert citation["keywords"] == project["keywords"]
