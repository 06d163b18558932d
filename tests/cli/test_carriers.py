"""QR codes and NDEF messages on the command line: written by ``convert``, read by all commands."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

import pytest
import segno
from PIL import Image

import semcodec
from semcodec.carriers import ndef, qr
from semcodec.cli import output
from tests.carriers.test_qr import draw_lines
from tests.cli.conftest import Run, as_json, file_names, picture_shape, run_process

TEXT = "rd bt bl vtr"


@pytest.fixture
def code(run: Run, record: Path) -> Path:
    """Return a photograph of the code of ``record``."""
    assert run("convert", record, "--qr", record.with_name("code.png")) == (0, "", "")
    with Image.open(record.with_name("code.png")) as image:
        path = record.with_name("photo-of-code.jpg")
        image.convert("RGB").rotate(7, expand=True, fillcolor="white").save(path)
    return path


def web_code(path: Path, content: str) -> Path:
    segno.make(content, micro=False).save(str(path), scale=5)
    return path


# --- writing -------------------------------------------------------------------------------------


def test_png_and_svg_are_those_of_the_library(run: Run, record: Path) -> None:
    for name, kind in (("code.png", "png"), ("CODE.SVG", "svg")):
        assert run("convert", record, "--qr", record.with_name(name)) == (0, "", "")
        assert record.with_name(name).read_bytes() == qr.write(record.read_bytes(), kind)


def test_check_is_that_of_the_option(run: Run, record: Path, tmp_path: Path) -> None:
    for option, name, framing in (("--qr", "code.png", "qr"), ("--ndef", "tag.ndef", "file")):
        assert run("convert", record, option, tmp_path / name, "--check", "crc16")[0] == 0
        values = as_json(run, "inspect", tmp_path / name)
        assert (values["framing"], values["check"]) == (framing, "crc16")
        assert run("convert", record, option, tmp_path / "none.png", "--check", "none")[0] != 0
    assert "none.png" not in file_names(tmp_path)


@pytest.mark.parametrize("source", ["file", "text form", "stdin", "code", "tag"])
def test_every_input_of_convert_is_written(
    run: Run, record: Path, code: Path, tmp_path: Path, source: str
) -> None:
    tag = tmp_path / "tag.ndef"
    tag.write_bytes(ndef.write(record.read_bytes()))
    text = semcodec.repack(semcodec.unpack(record.read_bytes()), framing="url").decode()
    name = {"file": str(record), "text form": text, "stdin": "-", "code": str(code)}
    argv = ["convert", name.get(source, str(tag)), "--qr", str(tmp_path / "out.png")]
    if source == "stdin":
        assert run_process(*argv, stdin=text.encode() + b"\n").returncode == 0
    else:
        assert run(*argv) == (0, "", "")
    assert (tmp_path / "out.png").read_bytes() == qr.write(record.read_bytes())


@pytest.mark.parametrize("name", ["code.jpg", "code.jpeg", "code.pdf", "code.txt", "code", "code."])
def test_other_endings_of_a_code_are_refused(run: Run, record: Path, name: str) -> None:
    code, out, err = run("convert", record, "--qr", record.with_name(name))
    assert (code, out) == (2, "")
    assert "a QR code is written as .png or .svg, not" in err
    assert "name it" in err
    assert "code.png" in err
    assert file_names(record.parent) == ["photo.semc"]


@pytest.mark.parametrize("name", ["tag.png", "tag.svg", "tag.semc", "tag.json", "tag.zip"])
def test_misleading_endings_of_a_message_are_refused(run: Run, record: Path, name: str) -> None:
    code, _, err = run("convert", record, "--ndef", record.with_name(name))
    assert code == 2
    assert f"{name} is the name of a" in err
    assert "tag.ndef" in err
    assert file_names(record.parent) == ["photo.semc"]


@pytest.mark.parametrize("name", ["tag.ndef", "tag.bin", "tag"])
def test_message_is_that_of_the_library(run: Run, record: Path, name: str) -> None:
    assert run("convert", record, "--ndef", record.with_name(name)) == (0, "", "")
    assert record.with_name(name).read_bytes() == ndef.write(record.read_bytes())


def test_message_is_printed_in_binary_to_a_pipe_and_in_hex_to_a_terminal(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = ndef.write(record.read_bytes())
    assert run_process("convert", str(record), "--ndef", "-").stdout == message
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    assert run("convert", record, "--ndef", "-") == (0, message.hex() + "\n", "")


@pytest.mark.parametrize("options", [("--qr", "new.png"), ("--ndef", "new.ndef")])
def test_nothing_is_overwritten_without_force(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]
) -> None:
    monkeypatch.chdir(record.parent)
    path = Path(options[1])
    path.write_bytes(b"precious")
    code, _, err = run("convert", record, *options)
    assert (code, path.read_bytes()) == (2, b"precious")
    assert "already exists: name another output, or add --force" in err
    assert run("convert", record, *options, "--force")[0] == 0
    assert path.read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--qr", "a.png", "-o", "b.png"], "--qr names the file to write: omit -o"),
        (["--ndef", "a.ndef", "-o", "b.png"], "--ndef names the file to write: omit -o"),
        (["--qr", "a.png", "--ndef", "b"], "not allowed with argument"),
        (["--qr", "a.png", "--framing", "url"], "not allowed with argument"),
        (["--qr", "a.png", "--into", "b.png"], "not allowed with argument"),
        (["--qr", ""], "the value is empty"),
        (["photo.semc", "--qr", "a.png"], "contains one record: name one file"),
        (["photo.semc", "--ndef", "a"], "contains one record: name one file"),
        (["--qr", "no/a.png"], "no directory no; create it"),
    ],
)
def test_options_that_do_not_match(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(record.parent)
    code, out, err = run("convert", record, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert file_names(record.parent) == ["photo.semc"]


def test_record_that_is_too_long_for_a_code(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.semc"
    path.write_bytes(semcodec.pack("x" * 3000, coding="utf8", framing="file"))
    code, _, err = run("convert", path, "--qr", tmp_path / "code.png")
    assert code == 1
    assert "needs 4,508 characters and a QR code has at most 4,296: use fewer words" in err
    assert file_names(tmp_path) == ["long.semc"]


def test_missing_library_is_named(
    run: Run, record: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    for argv in (("convert", record, "--qr", "-"), ("unpack", code)):
        exit_code, out, err = run(*argv)
        assert (exit_code, out) == (2, "")
        assert "pip install 'semcodec[qr]'" in err


# --- the terminal --------------------------------------------------------------------------------


def test_code_in_a_pipe_has_no_escape_sequences(record: Path) -> None:
    lines = run_process("convert", str(record), "--qr", "-").stdout.decode()
    [content] = qr.read(draw_lines(lines, 0, 255))
    assert semcodec.unpack(content).text == TEXT


def test_code_on_a_terminal_has_its_own_colors(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    assert run("convert", record, "--qr", "-") == (
        0, qr.write(record.read_bytes(), "terminal").decode(), "",
    )  # fmt: skip


def test_terminal_that_is_too_narrow(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    width = qr.write(record.read_bytes(), "text").decode().index("\n")
    for columns, expected in ((width, 0), (width - 1, 2)):
        size = os.terminal_size((columns, 24))
        monkeypatch.setattr(shutil, "get_terminal_size", lambda size=size: size)
        code, _, err = run("convert", record, "--qr", "-")
        assert code == expected
    assert f"is {width} columns wide and the terminal has {width - 1}: widen it" in err


def test_output_without_half_blocks(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "latin-1"))
    code, _, err = run("convert", record, "--qr", "-")
    assert code == 2
    assert "lacks half blocks: write --qr code.png" in err


# --- reading -------------------------------------------------------------------------------------


def test_every_command_reads_a_photograph_of_a_code(run: Run, code: Path, tmp_path: Path) -> None:
    assert run("unpack", code) == (0, TEXT + "\n", "")
    assert as_json(run, "inspect", code)["words"] == TEXT.split()
    assert run("validate", code)[0] == 0
    assert run("convert", code, "--framing", "file", "-o", tmp_path / "again.semc")[0] == 0
    assert (tmp_path / "again.semc").read_bytes() == (tmp_path / "photo.semc").read_bytes()
    assert run("decode", code, "-o", tmp_path / "painted.png")[0] == 0
    assert picture_shape((tmp_path / "painted.png").read_bytes()) == ("PNG", (64, 48))


def test_every_command_reads_a_tag(run: Run, record: Path, tmp_path: Path) -> None:
    tag = tmp_path / "tag.ndef"
    tag.write_bytes(b"\x03\x22" + ndef.write(record.read_bytes()) + b"\xfe")
    assert run("unpack", tag) == (0, TEXT + "\n", "")
    assert as_json(run, "inspect", tag)["framing"] == "file"
    assert run("validate", tag)[0] == 0
    assert run("decode", tag, "-o", tmp_path / "painted.png")[0] == 0


def test_code_on_stdin_is_read(code: Path) -> None:
    result = run_process("unpack", "-", stdin=code.read_bytes())
    assert (result.returncode, result.stdout.decode()) == (0, TEXT + "\n")


@pytest.mark.parametrize("command", ["unpack", "convert", "decode"])
def test_code_with_something_else(run: Run, tmp_path: Path, command: str) -> None:
    path = web_code(tmp_path / "web.png", "https://www.example.org/\x1b[2J" + "x" * 99)
    argv = ("-o", tmp_path / "out.png") if command == "decode" else ()
    code, out, err = run(command, path, *argv)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert r"contains 'https://www.example.org/\x1b[2Jxxxxx" in err
    assert "…' and no record: photograph another code, or encode the picture first" in err
    assert "\x1b" not in err


def test_picture_without_a_code(run: Run, photo: Path) -> None:
    code, out, err = run("unpack", photo)
    assert (code, out) == (1, "")
    assert "This is a JPEG image without a record, and no QR code was found in it" in err


def test_files_without_a_record_are_validated_as_they_are(run: Run, photo: Path) -> None:
    code, out, _ = run("validate", photo)
    assert code == 1
    assert "photo.jpg" in out


def test_chosen_framing_is_not_searched(run: Run, code: Path) -> None:
    assert run("unpack", code, "--framing", "file")[0] == 1
