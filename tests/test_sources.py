"""Bytes are read from paths, bytes and file objects; everything else is one InputError."""

from __future__ import annotations

import io
import mmap
import os
import pathlib
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from semcodec.errors import InputError
from semcodec.sources import CHUNK_SIZE, PIECE_SIZE, read_available, read_source

LIMIT = 100


class Reader:
    """A file object that has only ``read``."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = list(chunks)

    def read(self, size: int) -> Any:
        chunk = self.chunks.pop(0) if self.chunks else b""
        if isinstance(chunk, Exception):
            raise chunk
        return chunk


class Folder:
    """A path of another library."""

    def __init__(self, path: Any) -> None:
        self.path = path

    def __fspath__(self) -> Any:
        if isinstance(self.path, Exception):
            raise self.path
        return self.path


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes(kind: Any) -> None:
    assert read_source(kind(b"abc"), LIMIT) == b"abc"
    with pytest.raises(InputError, match="The data is too large: pass at most 2 bytes"):
        read_source(kind(b"abc"), 2)


def test_released_memoryview() -> None:
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(InputError, match="released"):
        read_source(view, LIMIT)


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "a ü.bin"
    path.write_bytes(b"abc")
    for source in (path, str(path), Folder(str(path)), Folder(os.fsencode(path))):
        assert read_source(source, LIMIT) == b"abc"
    assert read_source(path, 3) == b"abc"
    with pytest.raises(InputError, match="too large: pass at most 2 bytes"):
        read_source(path, 2)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(InputError, match="huge is too large: pass at most 512 MiB"):
        read_source(path, 2**29)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "The path is empty"),
        ("no/such.jpg", "There is no file no/such.jpg: check"),
        ("~/no-such.jpg", "expanduser"),
        ("a\0b", "null"),
        ("\ud800", "There is no file|surrogate|encode"),
        ("x" * 5000, "too long"),
        (".", "is a directory: pass a file in it"),
        (pathlib.Path("."), "is a directory"),
        ("https://example.org/a.jpg", "A URL is not opened: download the file"),
        ("HTTP://example.org/a.jpg", "A URL is not opened"),
        ("file:///tmp/a.jpg", "A URL is not opened"),
        ("data:image/png;base64,iVBOR", "A data URL is not opened"),
        ("data:image/png;base64," + "a" * 9999, "A data URL is not opened: download .* its path.$"),
        (Folder(RuntimeError("no")), "The path has no name"),
        (Folder(3), "The path has no name"),
        (None, "Cannot read NoneType: pass a path, bytes, or a file"),
        (3, "Cannot read int"),
        (["a.jpg"], "Cannot read list"),
        (io.StringIO("abc"), "opened as text"),
        (Reader(None), "returned no bytes"),
        (Reader(b"a", "b"), "opened as text"),
        (Reader(b"a", 3), "returned no bytes"),
        (Reader(OSError(5, "Input/output error")), "cannot be read .Input/output error"),
        (Reader(b"a", ZeroDivisionError()), "cannot be read .ZeroDivisionError"),
        (Reader(bytes(60), bytes(60)), "The file object is too large"),
        (Reader(bytes(10**6)), "The file object is too large"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_input_error(source: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_source(source, LIMIT)


def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "private"
    path.write_bytes(b"abc")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputError, match="No permission to read"):
        read_source(path, LIMIT)


def test_file_objects(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        assert read_source(file, LIMIT) == b"abc"
        assert not file.closed
        with pytest.raises(InputError, match=r"at its end: call seek\(0\)"):
            read_source(file, LIMIT)
    with pytest.raises(InputError, match="closed file"):
        read_source(file, LIMIT)
    with path.open() as text, pytest.raises(InputError, match="mode 'rb'"):
        read_source(text, LIMIT)
    with path.open("rb", buffering=0) as raw, mmap.mmap(raw.fileno(), 0, access=1) as mapped:
        assert read_source(mapped, LIMIT) == b"abc"
        assert read_source(raw, LIMIT) == b"abc"
    with tempfile.NamedTemporaryFile() as temporary:
        temporary.write(b"abc")
        temporary.seek(0)
        assert read_source(temporary, LIMIT) == b"abc"
    file_at_1 = io.BytesIO(b"abc")
    file_at_1.seek(1)
    assert read_source(file_at_1, LIMIT) == b"bc"
    assert read_source(io.BytesIO(), LIMIT) == b""


def test_chunks_are_joined() -> None:
    reader = Reader(b"a", bytearray(b"b"), memoryview(b"c"))
    assert read_source(reader, LIMIT) == b"abc"
    large = bytes(range(256)) * (CHUNK_SIZE // 256 * 2 + 1)
    assert read_source(io.BytesIO(large), len(large)) == large


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_pipes_and_devices_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="/dev/zero is too large"):
        read_source("/dev/zero", 10 * CHUNK_SIZE)
    assert read_source("/dev/null", LIMIT) == b""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"abc",))
    writer.start()
    assert read_source(pipe, LIMIT) == b"abc"
    writer.join()


# --- streams --------------------------------------------------------------------------------------


class Sized:
    """A file object with some of the methods of a stream, which records its calls."""

    def __init__(self, *names: str, result: Any = b"ab") -> None:
        self.calls: list[tuple[str, int]] = []
        self.result = result
        for name in names:
            setattr(self, name, partial(self.call, name))

    def call(self, name: str, size: int) -> Any:
        self.calls.append((name, size))
        return self.result


@pytest.mark.parametrize(
    ("names", "call"),
    [
        (("read", "read1"), ("read1", PIECE_SIZE)),
        (("recv",), ("recv", PIECE_SIZE)),
        (("read", "read1", "recv"), ("read1", PIECE_SIZE)),
        (("read",), ("read", 3)),
    ],
)
def test_no_method_waits_for_more_than_needed(names: tuple[str, ...], call: Any) -> None:
    file = Sized(*names)
    assert read_available(file, 3) == b"ab"
    assert file.calls == [call]


def test_raw_file_is_asked_for_a_whole_piece(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(2 * PIECE_SIZE))
    with path.open("rb", buffering=0) as raw:
        assert len(read_available(raw, 3) or b"") == PIECE_SIZE


def test_end_and_missing_bytes_differ() -> None:
    assert read_available(Sized("read1", "read", result=b""), 3) == b""
    assert read_available(Sized("recv", result=b""), 3) == b""
    for chunk in (None, BlockingIOError()):
        assert read_available(Reader(chunk), 3) is None


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes that do not block")
def test_pipe_that_does_not_block() -> None:
    here, there = os.pipe()
    os.set_blocking(here, False)
    with open(here, "rb") as file:
        assert read_available(file, 3) is None
        os.write(there, b"a")
        assert read_available(file, 3) == b"a"
        assert read_available(file, 3) is None
        os.close(there)
        assert read_available(file, 3) == b""


@pytest.mark.parametrize(
    ("chunk", "message"),
    [("text", "opened as text"), (3, "no bytes"), (OSError(5, "full"), r"cannot be read \(full\)")],
)
def test_stream_that_cannot_be_read_is_an_input_error(chunk: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_available(Reader(chunk), 3)
