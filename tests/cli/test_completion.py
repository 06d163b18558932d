"""``semcodec --print-completion``: the scripts, and what bash completes with its script."""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shtab

from semcodec.bitstream import RULES
from semcodec.cli import completion, pipeline_options
from semcodec.cli.main import make_parser
from tests.cli.commands import COMMANDS
from tests.cli.conftest import Run

needs_bash = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash"
)
OPTIONS = [
    (*command, action.option_strings[-1], tuple(action.choices))
    for command, parser in COMMANDS.items()
    for action in parser._actions
    if action.option_strings and action.choices
]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "semcodec.bash"
    path.write_text(completion.make_script(make_parser(), "bash"))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with files of several kinds."""
    for name in (
        "a.semc",
        "b.PNG",
        "c d.jpg",
        "e.JPEG",
        "i.gif",
        "f.txt",
        "g.json",
        "semc",
        ".h.semc",
    ):
        (tmp_path / name).touch()
    (tmp_path / "folder.txt").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complete(script: Path, *lines: tuple[str, ...]) -> list[set[str]]:
    """Return the completions of the last word of each line, as bash finds them."""
    code = [f"source {shlex.quote(str(script))}"]
    for words in lines:
        command = " ".join(map(shlex.quote, ("semcodec", *words)))
        code += [f"COMP_WORDS=({command})", f"COMP_CWORD={len(words)}", "_shtab_semcodec"]
        code += ['printf "%s\\n" "${COMPREPLY[@]}"', "echo ="]
    result = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(code)], capture_output=True, check=True, text=True
    )
    assert result.stderr == ""
    return [{*block.splitlines()} - {""} for block in result.stdout.split("=\n")[:-1]]


@needs_bash
def test_bash_accepts_the_script(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


@needs_bash
def test_commands_are_completed(script: Path) -> None:
    all_names = {names[0] for names in COMMANDS}
    encode, every, vectors = complete(script, ("enc",), ("",), ("vectors", ""))
    assert encode == {"encode"}
    assert every == all_names
    assert vectors == {"list", "run"}


@needs_bash
def test_options_are_completed(script: Path) -> None:
    lines = [(*command, "--") for command in COMMANDS]
    for (command, parser), found in zip(COMMANDS.items(), complete(script, *lines), strict=True):
        strings = {name for action in parser._actions for name in action.option_strings}
        assert found == {name for name in strings if name.startswith("--")}, command


@needs_bash
def test_choices_are_completed(script: Path) -> None:
    assert len(OPTIONS) > 20
    found = complete(script, *((*words, "") for *words, _ in OPTIONS))
    assert found == [{*choices} for *_, choices in OPTIONS]
    assert complete(script, ("encode", "--coding", "lex")) == [{"lexicon"}]


@needs_bash
def test_words_of_values_are_completed(script: Path) -> None:
    found = complete(
        script,
        ("encode", "--judge", ""),
        ("encode", "--backend", "emb"),
        ("validate", "--explain", "SC-LEX"),
        ("encode", "--k", ""),
        ("--print-completion", ""),
    )
    assert found[0] == {*pipeline_options.JUDGES}
    assert found[1:3] == [{"embedded"}, {rule for rule in RULES if "LEX" in rule}]
    assert found[3:] == [set(), {*completion.SHELLS}]


@needs_bash
@pytest.mark.usefixtures("folder")
def test_files_with_the_right_endings_are_completed(script: Path) -> None:
    lines = {
        ("encode", ""): {"b.PNG", "c d.jpg", "e.JPEG", "i.gif", "folder.txt"},
        ("encode", "c"): {"c d.jpg"},
        ("encode", "c d.jpg", "e"): {"e.JPEG"},
        ("encode", "-o", ""): {"a.semc", ".h.semc", "folder.txt"},
        ("encode", "c d.jpg", "--trace", ""): {"g.json", "folder.txt"},
        ("decode", ""): {"a.semc", ".h.semc", "b.PNG", "folder.txt"},
        ("decode", "a.semc", "-o", ""): {"b.PNG", "c d.jpg", "e.JPEG", "folder.txt"},
        ("validate", "--quiet", ""): {"a.semc", ".h.semc", "b.PNG", "folder.txt"},
        ("inspect", "a.semc", "b"): {"b.PNG"},
        ("vectors", "run", "--vectors", ""): {"folder.txt"},
        ("validate", "--files0-from", "f"): {"f.txt", "folder.txt"},
    }
    for words, found in zip(lines, complete(script, *lines), strict=True):
        assert found == lines[words], words


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_script_of_each_shell_is_printed(run: Run, shell: str) -> None:
    code, out, err = run("--print-completion", shell)
    assert (code, err) == (0, "")
    assert all(name in out for name in ("semcodec", "json-lines", "--coding"))
    if shutil.which(shell) and shell != "tcsh":  # tcsh cannot only check a script
        subprocess.run([shell, "-n"], input=out, text=True, check=True)


def test_shells_are_those_of_shtab() -> None:
    assert {*completion.SHELLS} <= {*shtab.SUPPORTED_SHELLS}


def test_every_file_and_folder_is_completed() -> None:
    parser = make_parser()
    completion.make_script(parser, "bash")
    for action in completion._walk(parser):
        name = str(action.metavar)
        if any(word in name for word in ("FILE", "DIR", "IMAGE", "PHOTO", "PICTURE", "PATH")):
            assert hasattr(action, "complete"), (action.option_strings, name)


def test_missing_package_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    code, out, err = run("--print-completion", "bash")
    assert (code, out) == (2, "")
    assert (
        err == "semcodec: The package shtab is not installed: pip install 'semcodec[completion]'.\n"
    )
    assert run("--help")[0] == 0


def test_unknown_shell_is_a_usage_error(run: Run) -> None:
    code, _, err = run("--print-completion", "dos")
    assert (code, "invalid choice: 'dos'" in err) == (2, True)


def test_package_is_imported_late() -> None:
    code = "import sys; from semcodec.cli.main import make_parser; make_parser()"
    code += "; assert 'shtab' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_values_are_lower_case_words() -> None:
    action = argparse.Action(["--x"], "x", metavar="N|auto|off")
    completion._annotate(action, {}, {}, {})
    assert action.choices == ["auto", "off"]
