"""Inputs are read in blocks, up to a limit for their kind, and no further."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import semcodec
from semcodec.cli import files
from semcodec.errors import InputError
from semcodec.sources import CHUNK_SIZE, read_source
from tests.cli.conftest import Run
from tests.test_sources import Reader

COMMANDS = ("unpack", "inspect", "validate")


class Endless(io.RawIOBase):
    """A device that never ends, and counts the bytes that were read."""

    def __init__(self, head: bytes = b"") -> None:
        self.head, self.count, self.largest = head, 0, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        data = self.head[self.count : self.count + size]
        self.count += size
        self.largest = max(size, self.largest)
        return data.ljust(size, b"\0")


def use_stdin(monkeypatch: pytest.MonkeyPatch, stream: Any) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        ("unpack -", files.MAX_TEXT_FILE),
        ("unpack - --framing bare", files.MAX_RECORD_FILE),
        ("inspect - --framing file", files.MAX_RECORD_FILE),
        ("pack -", files.MAX_TEXT_FILE),
        ("validate --files0-from -", 2**24),
        ("encode photo.jpg --description - -o -", 2**24),
    ],
)
def test_device_is_read_up_to_the_limit_of_its_kind(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, command: str, limit: int
) -> None:
    monkeypatch.chdir(photo.parent)
    device = Endless()
    use_stdin(monkeypatch, device)
    code, _, err = run(*command.split())
    assert (code, err.count("\n")) == (1, 1)
    assert f"stdin: file too large (limit {limit >> 20} MiB)" in err
    assert device.count == limit + 1
    assert device.largest <= CHUNK_SIZE


def test_picture_may_be_larger_than_other_files(
    run: Run, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_TEXT_FILE", CHUNK_SIZE)
    monkeypatch.setattr(files, "MAX_RECORD_FILE", CHUNK_SIZE)
    png = picture.read_bytes()
    comment = b"\0\x20\0\0" + b"teXt" + bytes(2**21) + b"\0\0\0\0"
    picture.write_bytes(png[:33] + comment + png[33:])
    for framing in ("guess", "png"):
        assert run("unpack", picture, "--framing", framing)[:2] == (0, "rd br snst\n")
    use_stdin(monkeypatch, io.BytesIO(picture.read_bytes()))
    assert run("unpack", "-")[:2] == (0, "rd br snst\n")
    picture.write_bytes(bytes(2**21))
    assert "file too large (limit 1 MiB)" in run("unpack", picture)[2]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux only")
def test_file_without_a_size_is_read(run: Run) -> None:
    code, _, err = run("unpack", "/proc/self/status")
    assert (code, err.count("\n")) == (1, 1)
    assert "text without a record" in err


def test_sparse_file_is_not_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    path.touch()
    os.truncate(path, 2**40)
    for command in COMMANDS:
        code, out, err = run(command, path)
        assert (code, (out + err).count("file too large (limit 64 MiB)") > 0) == (1, True)


def test_small_file_takes_little_address_space(record: Path) -> None:
    """Reading asked for 512 MiB at once, whatever the size of the file."""
    limit = 500_000_000
    code = (
        "import resource, sys; from semcodec.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit})); "
        f"sys.exit(main(['unpack', '{record}']) or main(['unpack', '-']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], input=record.read_bytes(), capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout == b"rd bt bl vtr\n" * 2


def test_memory_error_is_a_sentence(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(files, "read_blocks", fail)
        code, _, err = run("unpack", record)
        assert (code, err) == (2, f"semcodec: Cannot read {record}: it does not fit into memory.\n")
    monkeypatch.setattr(semcodec, "unpack", fail)
    code, _, err = run("unpack", record)
    assert (code, err) == (2, "semcodec: Out of memory: use a smaller input, or free memory.\n")


@pytest.mark.parametrize("reader", [Reader(b"a", MemoryError()), Reader(MemoryError())])
def test_memory_error_in_the_library_is_an_input_error(reader: Reader) -> None:
    with pytest.raises(InputError, match="does not fit into memory"):
        read_source(reader, 100)


@pytest.mark.usefixtures("requests")
def test_recording_that_cannot_be_opened_is_named(run: Run, record: Path) -> None:
    """A loop of links ended in a traceback, and a pipe was read forever."""
    loop, pipe = record.parent / "loop", record.parent / "pipe"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    command = ("decode", record, "-o", record.with_suffix(".png"), "--painter", "openai")
    for path, reason in ((loop, "too many levels of symbolic links"), (pipe, "it is a pipe")):
        code, _, err = run(*command, "--replay", path)
        assert (code, err.count("\n")) == (2, 1)
        assert f"{path} cannot be used as a recording: {reason}" in err


@pytest.mark.parametrize("command", ["pack", "skeleton", "decompress"])
def test_argument_that_is_not_in_the_encoding_of_the_locale(run: Run, command: str) -> None:
    code, _, err = run(command, "a", os.fsdecode(b"\xff\xfe"))
    assert (code, err.count("\n")) == (2, 1)
    encoding = sys.getfilesystemencoding()
    assert f"argument \\udcff\\udcfe is not text in the encoding of this locale, {encoding}:" in err
