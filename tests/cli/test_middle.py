"""pack, unpack, skeleton, decompress, inspect, validate and doctor as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import semcodec
from semcodec.cli import output

Run = Callable[..., tuple[int, str, str]]


def through(*argv: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "semcodec", *argv], input=given, capture_output=True
    )


def test_skeleton_and_decompress_are_each_others_way_back(run: Run) -> None:
    assert run("skeleton", "Indian traditional arch window") == (0, "ndn trdtnl rch vndv\n", "")
    assert run("decompress", "ndn", "trdtnl", "rch", "vndv") == (
        0,
        "indian traditional arch window\n",
        "",
    )


def test_pack_and_unpack_through_pipes() -> None:
    packed = through("pack", "-", given=b"rd bt bl vtr\n")
    assert packed.stdout == semcodec.pack("rd bt bl vtr")
    assert through("unpack", "-", given=packed.stdout).stdout == b"rd bt bl vtr\n"


def test_pack_lets_the_order_go_when_told(run: Run) -> None:
    words = "red bear wooden chair window blue sky sunset green trees street people".split()
    for keep in ("order", "words"):
        record = semcodec.pack(words, coding="auto", keep=keep, framing="url").decode()
        options = ("--coding", "auto", "--keep", keep, "--framing", "url")
        assert run("pack", *words, *options)[:2] == (0, f"{record}\n")


def test_pack_points_to_skeleton(run: Run) -> None:
    code, out, err = run("pack", "window")
    assert (code, out) == (1, "")
    assert "skeleton" in err


def test_unpack_says_all_values_as_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    run("pack", "rd bt", "--framing", "file", "--check", "crc16", "--size", "640x480", "-o", file)
    values = json.loads(run("unpack", file, "--json")[1])
    assert values["words"] == ["rd", "bt"]
    assert values["size"] == [640, 480]
    assert (values["framing"], values["check"], values["k"]) == ("file", "crc16", 2)


def test_inspect_shows_every_bit(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    run("pack", "rd bt", "--framing", "file", "-o", file)
    shown = json.loads(run("inspect", file, "--json")[1])
    assert sum(field["bits"] for field in shown["fields"]) == 8 * file.stat().st_size
    assert shown["words"] == ["rd", "bt"]
    assert shown["rate"]["framing"]["bits"] == 16
    table = run("inspect", file)[1]
    assert "header.coding" in table
    assert "µbpp" in table


def test_validate_gives_a_verdict_a_file_and_one_exit_code(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.semc", tmp_path / "bad.semc"
    run("pack", "rd bt", "--framing", "file", "-o", good)
    bad.write_bytes(good.read_bytes()[:-1] + b"\0")
    assert run("validate", good) == (0, f"{good}: valid (file, profile file)\n", "")
    code, out, _ = run("validate", good, bad)
    assert code == 1
    assert "SC-CHK-2  byte" in out
    listed = json.loads(run("validate", bad, "--json")[1])
    assert listed["files"][0]["verdict"] == "invalid"
    code, out, err = run("validate", tmp_path / "missing", good)
    assert code == 2
    assert "no such file" in err
    assert f"{good}: valid" in out


def test_doctor_knows_who_would_run(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert "describer  embedded" in out


def test_a_record_cannot_move_the_cursor(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    file.write_bytes(semcodec.pack("red\x1b[2J boat", coding="utf8", framing="file"))
    assert "\x1b" not in run("inspect", file)[1]
    assert output.escape_control("a\x1b[2J\u202eb ö") == "a\\x1b[2J\\u202eb ö"


@pytest.mark.parametrize("command", ["unpack", "convert"])
def test_what_is_no_record_is_one_sentence(run: Run, tmp_path: Path, command: str) -> None:
    file = tmp_path / "a.semc"
    file.write_bytes(b"\xb5nothing")
    code, out, err = run(command, file)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "SC-FRM-2" in err


def test_text_on_stdin_must_be_utf8() -> None:
    done = through("skeleton", "-", given=b"\xff\xfe")
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr


def test_an_error_is_one_line(run: Run) -> None:
    code, _, err = run("decompress", "a\nb")
    assert (code, err.count("\n")) == (1, 1)


def test_no_command_is_usage(run: Run) -> None:
    assert run()[0] == 2
