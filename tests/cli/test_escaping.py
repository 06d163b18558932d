"""Control and invisible characters of data are escaped in all output (SC-REA-11)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import semcodec
from semcodec.cli import output
from tests.cli.conftest import Run

CONTROLS = "\x1b\x9b\x07\x7f"  #: not allowed in names and comments
HIDDEN = "\u202e\u2066\u200b\ufeff\U000e0041\u3164\ufe0f"  #: invisible, or reverse text
TEXT = f"red{CONTROLS}[2J {HIDDEN} boat"
METADATA = dict.fromkeys(("painter", "comment", "tool"), f"a{HIDDEN}b")


@pytest.fixture(autouse=True)
def _on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)


def has_no_control_characters(printed: str) -> bool:
    return not {*CONTROLS, *HIDDEN} & {*printed}


def path_with_name(folder: Path, name: str) -> Path:
    """Return a path in ``folder``, or skip the test if the file system cannot hold the name."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        pytest.skip(f"The encoding of file names lacks a character: {error}.")
    return folder / name


def hostile_file(tmp_path: Path, framing: str = "file") -> Path:
    """Return a file with a record that has such characters in all its texts."""
    file = tmp_path / "a.semc"
    file.write_bytes(
        semcodec.pack(TEXT, coding="utf8", framing=framing, extensions=METADATA, size=(8, 8))
    )
    return file


@pytest.mark.parametrize(
    ("framing", "command"),
    [
        ("file", ("unpack",)),
        ("file", ("unpack", "--json")),
        ("sequence", ("unpack", "--framing", "sequence")),
        ("sequence", ("unpack", "--framing", "sequence", "--json")),
        ("file", ("inspect",)),
        ("file", ("inspect", "--json")),
        ("sequence", ("inspect", "--framing", "sequence")),
        ("sequence", ("inspect", "--framing", "sequence", "--json")),
        ("file", ("validate",)),
        ("file", ("validate", "--profile", "tiny")),
        ("file", ("validate", "--profile", "archive", "--json")),
    ],
)
def test_results_are_escaped(
    run: Run, tmp_path: Path, framing: str, command: tuple[str, ...]
) -> None:
    _, out, err = run(*command, hostile_file(tmp_path, framing))
    assert out
    assert has_no_control_characters(out)
    assert has_no_control_characters(err)
    if "--json" in command:
        json.loads(out)


@pytest.mark.parametrize("name", ["painting", "broken"])
def test_messages_are_escaped(run: Run, tmp_path: Path, name: str) -> None:
    file, picture = hostile_file(tmp_path), path_with_name(tmp_path, f"{name}-\u202e.png")
    if name == "broken":
        file.write_bytes(file.read_bytes()[:-1])
    code, out, err = run("decode", file, "-o", picture)
    assert (code, out) == (int(name == "broken"), "")
    assert err
    assert has_no_control_characters(err)


def test_file_names_are_escaped(run: Run, tmp_path: Path) -> None:
    file = path_with_name(tmp_path, "\u202e\x1b[2J.semc")
    file.write_bytes(semcodec.pack("rd br"))
    for command in ("inspect", "validate"):
        for path in (file, tmp_path / "\x1b[2J"):
            _, out, err = run(command, path)
            assert out or err
            assert has_no_control_characters(out + err)


def test_findings_are_escaped(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    for data in (b"semc:CB\x1b[2J", b"semc:CB\x7fFD"):
        file.write_bytes(data)
        for framing in ("auto", "url", "qr"):
            _, out, err = run("validate", file, "--framing", framing)
            assert out or err
            assert has_no_control_characters(out + err)
