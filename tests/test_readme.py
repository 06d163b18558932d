"""What the README shows is what happens; .ci/readme.py runs its commands, and is tested here."""

from __future__ import annotations

import doctest
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from semcodec.cli import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("[!.]*/**/*.md"),
        ROOT / ".ci/run",
        ROOT / "Makefile",
    ]
    if "node_modules" not in path.parts
)
Run = Callable[[str], int]
INSTALLS = re.compile(r"pip install [^\n`&|]*")


def test_its_python_examples() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 4
    assert not result.failed


def test_its_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    text = README.read_text("utf-8")
    commands = set(re.findall(r"^semcodec (\w+)|`semcodec (\w+)`", text, flags=re.MULTILINE))
    for name in {first or second for first, second in commands}:
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        assert stop.value.code == 0, name
    assert len(commands) >= 4


@pytest.fixture
def runner() -> ModuleType:
    """Return the program that runs the commands of the README."""
    spec = importlib.util.spec_from_file_location("readme", ROOT / ".ci/readme.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_text(runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a text as if it were the README, in a checkout of nothing."""
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(runner, "SMALL", {"true b": "&& echo small"})
    monkeypatch.setattr(runner, "NOT_RUN", {"false c": "it fails"})
    monkeypatch.setattr(runner, "copy_checkout", lambda to: to.mkdir())
    monkeypatch.setattr(runner, "write_texts", lambda to: None)

    def run(text: str) -> int:
        (tmp_path / "README.md").write_text(text, "utf-8")
        code: int = runner.main([])
        return code

    return run


def test_every_command_of_the_readme_is_found(runner: ModuleType) -> None:
    text = README.read_text("utf-8")
    every = runner.sections(text)
    assert not runner.unknown(every)
    found = {command for section in every for command in section.commands}
    rows = re.findall(r"^\| `([^` ]+ [^`]+)` \|", text, flags=re.MULTILINE)  # two words and more
    assert len(rows) >= 8
    assert set(rows) <= found
    assert {"semcodec doctor", "semcodec unpack picture.png", "make check"} <= found
    fences = re.findall(r"^```(\w+)$", text, flags=re.MULTILINE)
    assert set(fences) == {"sh", "python"}
    for line in "".join(re.findall(r"^```sh\n(.*?)^```", text, flags=re.M | re.S)).splitlines():
        assert re.sub(r" +#.*", "", line) in found


GOOD = """
## One
```sh
touch installed  # a comment
touch left ~/left
true a \\
  && true
```
```python
no command
```
| `true b` | and `true d`, `a_name`, `--option of one` and `false c` |
## Two
```sh
test -e installed && test ! -e left && test ! -e ~/left
```
"""


HIDDEN = """
Install it with `pip install
one`.

  ```bash
  ## no heading
  two three
  ```
"""


def test_commands_are_found_wherever_they_stand(runner: ModuleType) -> None:
    (section,) = runner.sections(HIDDEN)
    assert section == ("", ("pip install one", "two three"))
    with pytest.raises(ValueError, match="a block in 'zsh': use sh"):
        runner.sections("## One\n```zsh\ntrue\n```\n")


def test_sections_are_apart_and_begin_with_what_the_first_command_installed(
    run_text: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_text(GOOD) == 0
    out = capfd.readouterr().out
    assert "$ true b && echo small\nsmall\n" in out
    assert "$ true d\n" in out
    assert "# false c: not run, it fails" in out
    assert re.search(r"\$ true a +&& true\n", out)
    assert "option" not in out


@pytest.mark.parametrize("command", ["exit 3", "false | true", "echo $UNSET_VARIABLE"])
@pytest.mark.parametrize("place", ["```sh\n{}\n```", "inline `{}`", "| `{}` | a row |"])
def test_a_command_that_fails_fails_the_whole(run_text: Run, command: str, place: str) -> None:
    assert run_text(GOOD + place.format(command) + "\n") == 1


@pytest.mark.parametrize("command", ["true b", "false c"])
def test_a_command_that_is_no_longer_there_is_noticed(
    run_text: Run, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_text(GOOD.replace(f"`{command}`", "")) == 2
    assert command in capsys.readouterr().out


def test_the_settings_of_whoever_runs_it_are_not_seen(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OPENAI_API_KEY", "SEMCODEC_CONFIG", "XDG_CONFIG_HOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "mine")
    settings = runner.environment(tmp_path, tmp_path / "home")
    assert "mine" not in settings.values()
    assert settings["HOME"] == str(tmp_path / "home")
    assert settings["PATH"].startswith(str(tmp_path / ".venv/bin:"))


def test_the_page_of_the_offline_backend_has_no_other_commands(runner: ModuleType) -> None:
    text = (ROOT / "embedded/README.md").read_text("utf-8")
    blocks = "".join(re.findall(r"^```sh\n.*?^```\n", text, flags=re.M | re.S))
    run = {
        command
        for section in runner.sections(README.read_text("utf-8"))
        for command in section.commands
    }
    (section,) = runner.sections(blocks)
    assert set(section.commands) <= run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_library_is_installed_before_what_needs_it(page: Path) -> None:
    """The pip of Python 3.11 looks only at an index for what it has not been given by name.

    ``semcodec[dev]`` names ``semcodec`` from its own place on; before it, ``semcodec-embedded``
    needs a ``semcodec`` that no index has. ``-e .`` names it wherever it stands.
    """
    for command in INSTALLS.findall(page.read_text("utf-8")):
        parts = command.replace("'", "").split()
        if "./embedded" in parts and "." not in parts:
            others = [part for part in parts if part.startswith(".[")]
            assert not others or parts.index(others[0]) < parts.index("./embedded"), command
