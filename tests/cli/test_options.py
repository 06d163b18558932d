"""What holds for the options of all commands: an empty value is refused, a named option exists."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import semcodec
from semcodec.backends.openai import server
from semcodec.cli.main import make_parser

Run = Callable[..., tuple[int, str, str]]
SOURCES = Path(semcodec.__file__).parent
#: Arguments that may be empty: texts, of which an empty one is a record without words, and the
#: command line of a decoder.
TEXTS = ("text", "decoder")
STYLES = ("--line", "--quiet")  #: variables of a style sheet, which look like options


def commands(
    parser: argparse.ArgumentParser, *names: str
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Return every command with its parser."""
    nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in nested:
        for name, inner in action.choices.items():
            yield from commands(inner, *names, name)
    if not nested:
        yield names, parser


COMMANDS = dict(commands(make_parser()))
VALUES = [
    pytest.param(names, action, id=" ".join((*names, action.option_strings[-1:][0])))
    if action.option_strings
    else pytest.param(names, action, id=" ".join((*names, str(action.metavar))))
    for names, parser in COMMANDS.items()
    for action in parser._actions
    if action.nargs != 0 and action.dest not in TEXTS
]


def test_the_table_of_options_is_whole() -> None:
    shown = {param.id for param in VALUES}
    assert {"encode --replay", "decode --trace", "encode -- IMAGE".replace("-- ", "")} <= shown
    assert {"vectors run --vectors", "convert --into", "pack --output", "demo --out"} <= shown
    assert len(COMMANDS) == 13


@pytest.mark.parametrize("value", ["", " \t"], ids=["empty", "blank"])
@pytest.mark.parametrize(("names", "action"), VALUES)
def test_an_empty_value_is_refused_before_anything_is_done(
    value: str,
    names: tuple[str, ...],
    action: argparse.Action,
    run: Run,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An unset variable of a shell: ``--replay "$RECORDING"`` must not call a paid server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "Client", lambda *given: pytest.fail("a server was called"))
    before = sorted(tmp_path.iterdir())
    required = {
        "image": [str(photo)],
        "file": [str(photo)],
        "files": [str(photo)],
        "text": ["a cat"],
        "output": ["-o", "out.png"],
        "decoder": ["--", "true"],
    }
    parser = COMMANDS[names]
    needed = [a for a in parser._actions if a.dest in required and a is not action]
    words = [word for a in sorted(needed, key=lambda a: a.dest == "decoder")
             for word in required[a.dest] if a.required]  # fmt: skip
    server_options = ["--backend", "openai"] if "--replay" in parser._option_string_actions else []
    if action.dest == "backend":
        server_options = []
    given = (
        [value, *words] if not action.option_strings else [action.option_strings[-1], value, *words]
    )
    code, out, err = run(*names, *server_options, *given)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"argument {'/'.join(action.option_strings) or action.metavar}: " in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("option", ["--cache", "--record", "--replay", "--trace"])
def test_the_message_names_the_option_and_the_likely_cause(
    run: Run, photo: Path, option: str
) -> None:
    code, _, err = run("encode", photo, "-o", "-", option, "")
    assert code == 2
    assert f"argument {option}: the value is empty" in err


def named_options(path: Path) -> Iterator[str]:
    """Return the options that the texts of a module name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"(?<![\w-])--[a-z][a-z-]*\b", node.value)


def test_every_option_that_a_message_names_exists() -> None:
    known = {option for parser in COMMANDS.values() for option in parser._option_string_actions}
    known |= {*make_parser()._option_string_actions, *STYLES}
    named = {
        (path.relative_to(SOURCES).as_posix(), option)
        for path in SOURCES.rglob("*.py")
        for option in named_options(path)
    }
    assert len(named) > 50
    assert {(path, option) for path, option in named if option not in known} == set()


def test_no_message_builds_the_name_of_an_option() -> None:
    """Such a name cannot be checked: ``--{role}`` named an option that does not exist."""
    building = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for before, _ in zip(node.values, node.values[1:], strict=False)
        if isinstance(before, ast.Constant)
        and re.search(r"(?<![\w-])--[a-z-]*$", str(before.value))
    ]
    assert building == []
