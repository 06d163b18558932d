"""No command writes binary data to a terminal: records are hex digits, pictures an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import semcodec

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals"),
    pytest.mark.usefixtures("text"),
]


def run_in_terminal(*argv: str, cwd: Path, stdin: bytes = b"") -> tuple[int, str, str]:
    """Run a command line whose stdout is a terminal; return code, stdout and stderr."""
    master, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "semcodec", *argv],
        stdin=subprocess.PIPE,
        stdout=terminal,
        stderr=subprocess.PIPE,
        cwd=cwd,
    )
    os.close(terminal)
    _, err = process.communicate(stdin)
    out = b""
    try:
        while chunk := os.read(master, 4096):
            out += chunk
    except OSError:  # Linux, after the last process has closed the terminal
        pass
    os.close(master)
    return process.returncode, out.decode().replace("\r\n", "\n"), err.decode()


@pytest.mark.parametrize(
    "command",
    [
        "encode photo.jpg -o - --size 64x64 --description text",
        "encode photo.jpg -o /dev/stdout --size 64x64 --description text",
        "encode photo.jpg -o - --framing bare --size 64x64 --description text",
        "pack rd bt",
        "pack rd bt --framing file",
        "convert good.semc",
        "convert good.semc --framing sequence -o -",
        "convert good.semc -o /dev/stdout",
    ],
)
@pytest.mark.usefixtures("good")
def test_record_on_a_terminal_is_hex_digits(photo: Path, command: str) -> None:
    if "/dev/stdout" in command and not Path("/dev/stdout").exists():
        pytest.skip("no /dev/stdout")
    code, out, _ = run_in_terminal(*command.split(), cwd=photo.parent)
    assert code == 0
    assert out.count("\n") == 1
    data = bytes.fromhex(out)
    if "sequence" in command:
        assert semcodec.unpack_all(data)
    else:
        assert semcodec.unpack(data).words


def test_record_of_stdin_on_a_terminal_is_hex_digits(photo: Path) -> None:
    argv = ("encode", "-", "--size", "64x64", "--description", "text")
    code, out, _ = run_in_terminal(*argv, cwd=photo.parent, stdin=photo.read_bytes())
    assert code == 0
    assert semcodec.unpack(bytes.fromhex(out)).words


@pytest.mark.parametrize(
    "command",
    [
        "decode good.semc -o -",
        "decode -",
        "decode good.semc -o /dev/stdout.png",
        "convert good.semc --into picture.png",
        "convert good.semc --into picture.png -o /dev/stdout",
    ],
)
@pytest.mark.usefixtures("picture")
def test_picture_is_not_written_to_a_terminal(good: Path, command: str) -> None:
    if command.endswith(".png") and "/dev/" in command:  # a link with the ending of a picture
        (good.parent / "terminal.png").symlink_to("/dev/stdout")
        command = "decode good.semc -o terminal.png"
    stdin = good.read_bytes()
    code, out, err = run_in_terminal(*command.split(), cwd=good.parent, stdin=stdin)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "A picture cannot be shown in a terminal: name a file with -o." in err


@pytest.mark.parametrize("framing", ["url", "qr"])
def test_text_form_on_a_terminal_is_text(photo: Path, framing: str) -> None:
    argv = ("encode", "photo.jpg", "--framing", framing, "--size", "64x64", "--description", "text")
    code, out, _ = run_in_terminal(*argv, cwd=photo.parent)
    assert code == 0
    assert semcodec.unpack(out.rstrip("\n")).framing == framing
