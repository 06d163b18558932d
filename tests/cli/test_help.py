"""The help of every command: options with defaults, examples that run, and exit codes."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from docs import make_cli
from docs.make_cli import walk
from semcodec.backends.openai import Settings
from semcodec.cli import serve
from semcodec.cli.main import MODULES, make_parser
from semcodec.cli.parser import Parser
from semcodec.serve.server import Server
from semcodec.serve.settings import Settings as ServerSettings
from tests import images, profiles
from tests.cli.commands import COMMANDS
from tests.cli.conftest import Run
from tests.conformance.conftest import _set_decoded_file, decoded_file  # noqa: F401  # fixtures
from tests.each import for_each

DECODER = Path(__file__).parents[1] / "conformance" / "decoder.py"
ENCODER = DECODER.with_name("encoder.py")
PARSERS = [pytest.param(parser, id=parser.prog) for parser in COMMANDS.values()]
OPTIONS = [
    (parser.prog, action)
    for parser in COMMANDS.values()
    for action in parser._actions
    if action.option_strings and not isinstance(action, argparse._HelpAction)
]
EXAMPLES = [example for parser in COMMANDS.values() for example in parser.examples]


def test_all_commands_are_collected() -> None:
    assert len(COMMANDS) == 21
    assert len(OPTIONS) > 80
    assert len(EXAMPLES) == 2 * len(COMMANDS)


@for_each(OPTIONS)
def test_option_has_a_help_text_with_its_default(command: str, action: argparse.Action) -> None:
    assert action.help, command
    text = action.help % vars(action)
    if action.required or isinstance(action, (argparse._HelpAction, argparse._VersionAction)):
        return
    assert "(default: " in text
    if action.nargs == 0:
        assert "(default: off)" in text
    elif action.default not in (None, "*", "-", []):
        default = action.default
        value = f"{default[0]}x{default[1]}" if isinstance(default, tuple) else f"{default}"
        assert f"(default: {value.removesuffix('.0')})" in text


@pytest.mark.parametrize("parser", PARSERS)
def test_positional_argument_has_a_help_text(parser: Parser) -> None:
    assert all(action.help for action in parser._actions)


@pytest.mark.parametrize("parser", PARSERS)
def test_help_ends_with_examples_and_exit_codes(
    run: Run, parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in ("80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        code, out, err = run(*parser.prog.split()[1:], "--help")
        assert (code, err) == (0, "")
        assert max(map(len, out.splitlines())) <= int(columns)
        end = out[out.index("examples:") :].splitlines()
        assert end[1].strip() == parser.examples[0]
        assert end[2].strip() == parser.examples[1]
        assert end[3:5] == ["", "exit codes:"]
        codes = [str(code) for code in range(len(parser.exit_codes))]
        assert [line.split()[0] for line in end[5:]] == codes
        assert codes[:3] == ["0", "1", "2"]


@pytest.mark.parametrize("parser", PARSERS)
def test_examples_call_their_own_command(parser: Parser) -> None:
    assert all(f"{parser.prog}" in example for example in parser.examples)


@pytest.mark.parametrize("parser", PARSERS)
def test_unknown_option_points_to_the_help_of_the_command(run: Run, parser: Parser) -> None:
    positionals = [a for a in parser._actions if not a.option_strings and a.nargs in (None, "+")]
    code, _, err = run(*parser.prog.split()[1:], *("x" for _ in positionals), "--unknown", "rule")
    assert code == 2
    assert err.startswith(f"{parser.prog}: ")
    assert err.endswith(f"see {parser.prog} --help\n")


def test_help_of_the_whole_command_line_lists_every_command(run: Run) -> None:
    out = run("--help")[1]
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("    ")}
    assert {names[0] for names in COMMANDS} <= listed
    assert "exit codes:" in out


@pytest.fixture
def server_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a server end once it listens, on a port that is free."""
    listen_and_run = Server.run

    def stop_and_run(server: Server) -> None:
        server.stop()
        listen_and_run(server)

    monkeypatch.setattr(Server, "run", stop_and_run)
    monkeypatch.setattr(serve, "_settings", lambda args: ServerSettings(port=0))


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory of the examples, with the files that they use."""
    (tmp_path / "photo.jpg").write_bytes(images.PHOTO)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "photo.jpg").write_bytes(images.PHOTO)
    record = semcodec.pack("huge brown cat", coding="lexicon", framing="file", size=(64, 48))
    (tmp_path / "photo.semc").write_bytes(record)
    picture = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(picture, "PNG")
    (tmp_path / "picture.png").write_bytes(semcodec.embed_png(picture.getvalue(), record))
    decoder = tmp_path / "your-decoder"
    python, script = shlex.quote(sys.executable), shlex.quote(str(DECODER))
    decoder.write_text(
        "#!/bin/sh\n"
        f"if [ $# = 0 ]; then exec {python} {script} persistent; fi\n"
        f'exec {python} {script} right "$1"\n'
    )
    decoder.chmod(0o755)
    encoder = tmp_path / "your-encoder"
    encoder.write_text(f"#!/bin/sh\nexec {python} {shlex.quote(str(ENCODER))}\n")
    encoder.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return tmp_path


#: Commands that paint many pictures, and have tests of their own.
LONG_EXAMPLES = (
    "semcodec bench photos -o out --k 12 --coding lexicon --layers off",
    "semcodec bench photos -o out",
    "semcodec demo photo.jpg --out page",
    "semcodec demo",
    "semcodec sweep photo.jpg -o steps --progressive",
    "semcodec sweep photo.jpg -o words --k 4,8,12,24",
)


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(
            example,
            marks=[pytest.mark.sampled, profiles.at_night] if example in LONG_EXAMPLES else [],
        )
        for example in EXAMPLES
    ],
)
@pytest.mark.usefixtures("directory")
def test_example_succeeds(run: Run, example: str, request: pytest.FixtureRequest) -> None:
    if example.startswith("semcodec serve"):
        request.getfixturevalue("server_that_ends")
    if example.startswith("semcodec models"):
        request.getfixturevalue("hub")
    if example.startswith("semcodec bulk --decode"):
        assert run("bulk", "photos", "-o", "records.parquet")[0] == 0
    if sys.platform == "win32" and "./your-" in example:
        pytest.skip("no scripts with a shebang")
    if not {"|", ">"} & {*example.split()}:
        if "encode photo.jpg" in example:  # does not overwrite the record of the other examples
            Path("photo.semc").unlink()
        code, _, err = run(*shlex.split(example)[1:])
        assert code == 0, err
        return
    if shutil.which("sh") is None:
        pytest.skip("no shell")
    command = example.replace("semcodec", f"{shlex.quote(sys.executable)} -m semcodec")
    result = subprocess.run(command, shell=True, env=os.environ, capture_output=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", MODULES)
def test_help_of_a_command_that_is_parsed_alone_is_the_same(name: str) -> None:
    for words, parser in COMMANDS.items():
        if words[:1] == (name,):
            [alone] = [each for each in walk(make_parser(name)) if each.prog == parser.prog]
            assert alone.format_help() == parser.format_help()


def test_only_the_command_that_runs_is_imported() -> None:
    assert list(dict.fromkeys(command[0] for command in COMMANDS if command)) == list(MODULES)
    code = (
        "import sys; from semcodec.cli import main; main(['skeleton', 'red bear']); "
        "print({'semcodec.cli.bench', 'semcodec.cli.encode', 'asyncio'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_long_examples_exist() -> None:
    assert set(LONG_EXAMPLES) < set(EXAMPLES)


def test_defaults_in_the_help_are_those_of_the_settings() -> None:
    helps = {action.dest: str(action.help) for action in COMMANDS[("encode",)]._actions}
    settings = Settings()
    for name in ("api", "detail", "quality"):
        assert f"(default: {getattr(settings, name)})" in helps[name]
    assert f"default: {settings.text_timeout:g} for a text" in helps["timeout"]
    assert f"{settings.image_timeout:g} for a picture" in helps["timeout"]


def test_reference_page_is_up_to_date() -> None:
    text = make_cli.OUT.read_text("utf-8")
    assert text == make_cli.page(), "run python docs/make_cli.py"
