"""The Python examples of the README run, and .ci/readme.py finds and runs its commands."""

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
Run = Callable[..., int]
INSTALLS = re.compile(r"pip install [^\n`&|]*")


def test_python_examples() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 4
    assert not result.failed


def test_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    text = README.read_text("utf-8")
    commands = set(re.findall(r"^semcodec (\w+)|`semcodec (\w+)`", text, flags=re.MULTILINE))
    for name in {first or second for first, second in commands}:
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        assert stop.value.code == 0, name
    assert len(commands) >= 4


@pytest.fixture
def runner() -> ModuleType:
    """Return the module .ci/readme.py."""
    spec = importlib.util.spec_from_file_location("readme", ROOT / ".ci/readme.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_text(runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a text as the README of an empty checkout."""
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(runner, "SMALL", {"true b": "&& echo small"})
    monkeypatch.setattr(runner, "NOT_RUN", {"false c": "fails"})
    monkeypatch.setattr(runner, "AT_NIGHT", ("echo long",))
    monkeypatch.setattr(runner, "copy_checkout", lambda to: to.mkdir())
    monkeypatch.setattr(runner, "write_texts", lambda to: None)

    def run(text: str, *arguments: str) -> int:
        (tmp_path / "README.md").write_text(text, "utf-8")
        code: int = runner.main([*arguments])
        return code

    return run


def test_every_command_is_found(runner: ModuleType) -> None:
    text = README.read_text("utf-8")
    sections = runner.sections(text)
    assert not runner.missing_commands(sections)
    commands = {command for section in sections for command in section.commands}
    rows = re.findall(r"^\| `([^` ]+ [^`]+)` \|", text, flags=re.MULTILINE)  # two words and more
    assert len(rows) >= 8
    assert set(rows) <= commands
    assert {"semcodec doctor", "semcodec unpack photo.png", "make check"} <= commands
    fences = re.findall(r"^```(\w+)$", text, flags=re.MULTILINE)
    assert set(fences) == {"sh", "python"}
    for line in "".join(re.findall(r"^```sh\n(.*?)^```", text, flags=re.M | re.S)).splitlines():
        assert re.sub(r" +#.*", "", line) in commands


GOOD = """
## One
```sh
touch installed  # a comment
touch left ~/left
true a \\
  && true
```
```python
not a command
```
| `true b` | and `true d`, `a_name`, `--option of one` and `false c`, `echo long` |
## Two
```sh
test -e installed && test ! -e left && test ! -e ~/left
```
"""


HIDDEN = """
Install it with `pip install
one`.

  ```bash
  ## not a heading
  two three
  ```
"""


def test_commands_in_any_kind_of_block(runner: ModuleType) -> None:
    (section,) = runner.sections(HIDDEN)
    assert section == ("", ("pip install one", "two three"))
    with pytest.raises(ValueError, match="'zsh'"):
        runner.sections("## One\n```zsh\ntrue\n```\n")


def test_sections_are_isolated_and_start_with_the_first_installation(
    run_text: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_text(GOOD) == 0
    out = capfd.readouterr().out
    assert "$ true b && echo small\nsmall\n" in out
    assert "$ true d\n" in out
    assert "# false c: not run, fails" in out
    assert "# echo long: not run, takes long: at night" in out
    assert re.search(r"\$ true a +&& true\n", out)
    assert "option" not in out
    assert run_text(GOOD, "--night", "One") == 0
    assert "$ echo long\nlong\n" in capfd.readouterr().out


APART = """
## Three
`true "-m venv" && touch left`, then `test ! -e installed && echo apart`
## Four
`test ! -e left && echo beside`
"""


def test_section_that_creates_an_environment_starts_without_one(
    run_text: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_text(GOOD + APART) == 0
    out = capfd.readouterr().out
    assert "echo apart\napart\n" in out
    assert out.index("\nbeside\n") < out.index("== Three")  # printed last, whenever it ends
    assert run_text(GOOD + APART + "`exit 3`") == 1
    assert run_text(GOOD + APART.replace("echo apart", "exit 3")) == 1
    out = capfd.readouterr().out
    assert out.endswith("README.md, Three: exit code 3 of test ! -e installed && exit 3\n")


@pytest.mark.parametrize("command", ["exit 3", "false | true", "echo $UNSET_VARIABLE"])
@pytest.mark.parametrize("place", ["```sh\n{}\n```", "inline `{}`", "| `{}` | a row |"])
def test_failing_command_fails_the_run(run_text: Run, command: str, place: str) -> None:
    assert run_text(GOOD + place.format(command) + "\n") == 1


@pytest.mark.parametrize("command", ["true b", "false c", "echo long"])
def test_command_missing_in_the_readme_is_reported(
    run_text: Run, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_text(GOOD.replace(f"`{command}`", "")) == 2
    assert command in capsys.readouterr().out


def test_settings_of_the_user_are_not_passed_on(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OPENAI_API_KEY", "SEMCODEC_CONFIG", "XDG_CONFIG_HOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "own")
    variables = runner.environment(tmp_path, tmp_path / "home")
    assert "own" not in variables.values()
    assert variables["HOME"] == str(tmp_path / "home")
    assert variables["PATH"].startswith(str(tmp_path / ".venv/bin:"))


def test_commands_of_the_offline_backends_page_are_in_the_readme(runner: ModuleType) -> None:
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
def test_library_is_installed_before_packages_that_need_it(page: Path) -> None:
    """The pip of Python 3.11 resolves requirements in order, and semcodec is not on an index.

    With ``-e ./embedded -e .[dev]`` it looks for ``semcodec`` on the index before it sees
    ``.[dev]``. ``-e .`` is found wherever it stands.
    """
    for command in INSTALLS.findall(page.read_text("utf-8")):
        parts = command.replace("'", "").split()
        if "./embedded" in parts and "." not in parts:
            others = [part for part in parts if part.startswith(".[")]
            assert not others or parts.index(others[0]) < parts.index("./embedded"), command
