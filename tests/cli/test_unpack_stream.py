"""``semcodec unpack --framing sequence`` reads a stream: any length, each record at once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import semcodec
from semcodec.bitstream import Limits, api
from semcodec.cli import files, unpack
from tests.cli.conftest import Run

TEXTS = ["rd br", "large red boat", "snst"]
ITEMS = [semcodec.pack(text, framing="sequence") for text in TEXTS]
UNPACK = ("unpack", "--framing", "sequence")


class Stream(io.RawIOBase):
    """A raw file that returns one piece for each call, or raises it, and calls back before."""

    def __init__(self, *pieces: Any, before: Any = None) -> None:
        self.pieces, self.before = list(pieces), before

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> Any:
        if self.before is not None:
            self.before()
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            raise piece
        return piece


def use_stdin(monkeypatch: pytest.MonkeyPatch, stream: Any) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))


def test_record_is_printed_before_more_bytes_are_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[Any] = []
    counts: list[int] = []
    monkeypatch.setattr(unpack, "print_result", printed.append)
    data = b"".join(ITEMS)
    parts = [data[:3], data[3:5], data[5:12], data[12:]]
    use_stdin(monkeypatch, Stream(*parts, before=lambda: counts.append(len(printed))))
    assert run(*UNPACK, "-")[0] == 0
    assert printed == [text.encode() + b"\n" for text in TEXTS]
    assert counts == [0, 0, 1, 2, 3]


def test_neither_size_nor_number_is_limited(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = tmp_path / "x.seq", "x" * 60_000
    path.write_bytes(semcodec.pack(text, coding="utf8", framing="sequence") * 18)
    monkeypatch.setattr(files, "MAX_SIZES", {"sequence": 2**20})
    assert run(*UNPACK, path) == (0, f"{text}\n" * 18, "")
    assert "file too large (limit 1 MiB)" in run(*UNPACK, "--json", path)[2]


def test_lines_have_the_values_of_the_array(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.seq"
    path.write_bytes(b"".join(ITEMS))
    array = json.loads(run(*UNPACK, "--json", path)[1])
    code, out, err = run(*UNPACK, "--json-lines", path)
    assert (code, err) == (0, "")
    assert [json.loads(line) for line in out.splitlines()] == array
    assert [value["text"] for value in array] == TEXTS


def test_one_record_is_one_line(run: Run, record: Path) -> None:
    code, out, _ = run("unpack", "--json-lines", record)
    assert (code, out.count("\n")) == (0, 1)
    assert json.loads(out) == json.loads(run("unpack", "--json", record)[1])
    assert run("unpack", "--json", "--json-lines", record)[0] == 2


@pytest.mark.parametrize(
    ("data", "texts", "rule"),
    [
        (ITEMS[0] + ITEMS[1][:-1], ["rd br"], "SC-SEQ-2 at byte 10"),
        (ITEMS[0] + b"\1\xff" + ITEMS[1], ["rd br"], "SC-HDR-1"),
        (b"\x80" * 5, [], "SC-LEB-1 at byte 0"),
        (b"", [], ""),
    ],
)
def test_records_before_an_error_are_printed(
    run: Run, tmp_path: Path, data: bytes, texts: list[str], rule: str
) -> None:
    path = tmp_path / "x.seq"
    path.write_bytes(data)
    code, out, err = run(*UNPACK, path)
    assert (code, out.splitlines()) == (int(bool(rule)), texts)
    assert rule in err


def test_file_that_cannot_be_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*UNPACK, tmp_path / "missing")[0] == 2
    assert "is a directory" in run(*UNPACK, tmp_path)[2]
    assert "A URL is not opened" in run(*UNPACK, "https://x.example/x.seq")[2]
    use_stdin(monkeypatch, Stream(ITEMS[0], OSError(5, "Input/output error")))
    code, out, err = run(*UNPACK, "-")
    assert (code, out, err) == (2, "rd br\n", "semcodec: Cannot read -: input/output error.\n")
    use_stdin(monkeypatch, Stream(ITEMS[0], None))
    code, out, err = run(*UNPACK, "-")
    assert (code, out) == (2, "rd br\n")
    assert "non-blocking" in err
    monkeypatch.setattr(sys, "stdin", None)
    assert "Standard input is closed" in run(*UNPACK, "-")[2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (semcodec.pack("rd", framing="file"), "This is a record, not a sequence: omit --framing"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "This is a gzip archive, not a sequence: unpack it"),
        (b"\1\xff" + ITEMS[0], "SC-HDR-1"),
        (ITEMS[0] + b"\xb5\x1a\0", "SC-SEQ-2"),
    ],
)
def test_file_that_is_not_a_sequence_is_named(
    run: Run, tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "x.seq"
    path.write_bytes(data)
    code, _, err = run(*UNPACK, path)
    assert (code, message in err) == (1, True), err


def test_long_sequence_has_advice(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.seq"
    path.write_bytes(b"".join(ITEMS))
    monkeypatch.setattr(api, "DEFAULT_LIMITS", Limits(max_records=2))
    code, out, err = run(*UNPACK, path, "--json")
    assert (code, out, "use --json-lines in place of --json" in err) == (2, "", True)
    path.write_bytes(b"\2\x20\x80" * 129)  # each breaks a rule, so it counts as 512 words
    code, out, _ = run("validate", "--framing", "sequence", path)
    assert code == 1
    assert "unpack --framing sequence reads any number of records" in " ".join(out.split())
