"""Options of all commands: empty values are rejected, and messages name existing options."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import semcodec
from semcodec.backends.openai import client
from semcodec.cli import options, pipeline_options
from semcodec.cli.main import make_parser
from tests.cli.commands import COMMANDS
from tests.cli.conftest import Run

SOURCES = Path(semcodec.__file__).parent
#: Arguments that may be empty: a text (of a record without words), and the command of a decoder.
MAY_BE_EMPTY = ("text", "decoder")
CSS_VARIABLES = ("--line", "--quiet", "--kept", "--back")  #: these look like options
OPTIONS_OF_SERVERS = ("--mmproj", "--max-model-len")  #: llama.cpp, vLLM


#: Values of required arguments, in the order of the command line.
REQUIRED = {
    "images": ["photo.jpg"],
    "photo": ["photo.jpg"],
    "photographs": ["photo.jpg"],
    "source": ["photos"],
    "file": ["photo.jpg"],
    "files": ["photo.jpg"],
    "text": ["a cat"],
    "output": ["-o", "out.png"],
    "names": ["qwen3-vl-2b"],
    "decoder": ["--", "true"],
    "max_bytes": ["--max-bytes", "99"],
}
VALUES = [
    pytest.param(
        names, action, id=" ".join((*names, *(action.option_strings or [action.metavar])[-1:]))
    )
    for names, parser in COMMANDS.items()
    for action in parser._actions
    if action.nargs != 0 and action.dest not in MAY_BE_EMPTY
]


def test_all_arguments_are_collected() -> None:
    ids = {param.id for param in VALUES}
    assert {"encode --replay", "decode --trace", "encode IMAGE|DIR"} <= ids
    assert {"vectors run --vectors", "convert --into", "pack --output", "demo --out"} <= ids


@pytest.mark.parametrize("value", ["", " \t"], ids=["empty", "blank"])
@pytest.mark.parametrize(("names", "action"), VALUES)
def test_empty_value_is_rejected_before_any_effect(
    value: str,
    names: tuple[str, ...],
    action: argparse.Action,
    run: Run,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With an unset shell variable, ``--replay "$RECORDING"`` must not send paid requests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(client, "Client", lambda *args: pytest.fail("a client was created"))
    before = sorted(tmp_path.iterdir())
    assert photo.name == "photo.jpg"
    parser = COMMANDS[names]
    others = [other for other in parser._actions if other.required and other is not action]
    arguments = [word for other in others for word in REQUIRED[other.dest]]
    # Without the openai backend, a server option would be rejected for that reason.
    has_server = "--replay" in parser._option_string_actions and action.dest != "backend"
    server_options = ["--backend", "openai"] if has_server else []
    argv = [*action.option_strings[-1:], value, *arguments]
    code, out, err = run(*names, *server_options, *argv)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"argument {'/'.join(action.option_strings) or action.metavar}: " in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("option", ["--cache", "--record", "--replay", "--trace"])
def test_message_names_the_option_with_the_empty_value(run: Run, photo: Path, option: str) -> None:
    code, _, err = run("encode", photo, "-o", "-", option, "")
    assert code == 2
    assert f"argument {option}: the value is empty" in err


def options_in_strings(path: Path) -> Iterator[str]:
    """Yield the options that string literals of a module contain."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"(?<![\w-])--[a-z][a-z-]*\b", node.value)


def test_options_in_messages_exist() -> None:
    known = {option for parser in COMMANDS.values() for option in parser._option_string_actions}
    known |= {*make_parser()._option_string_actions, *CSS_VARIABLES, *OPTIONS_OF_SERVERS}
    named = {
        (path.relative_to(SOURCES).as_posix(), option)
        for path in SOURCES.rglob("*.py")
        for option in options_in_strings(path)
    }
    assert len(named) > 50
    assert {(path, option) for path, option in named if option not in known} == set()


def test_option_names_are_not_built_at_run_time() -> None:
    """The test above cannot check an option name such as ``--{role}``."""
    built = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for before, _ in zip(node.values, node.values[1:], strict=False)
        if isinstance(before, ast.Constant)
        and re.search(r"(?<![\w-])--[a-z-]*$", str(before.value))
    ]
    assert built == []


@pytest.mark.parametrize("text", ["0x0", "0x5", "5x4097", "5000x5000"])
def test_message_about_a_picture_size_states_the_limit_of_pictures(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1x1 to 4096x4096"):
        pipeline_options.output_size(text)


@pytest.mark.parametrize("text", ["0x0", "2147483648x1"])
def test_message_about_a_size_states_the_limit_of_records(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1x1 to 2147483647x2147483647"):
        options.size(text)
