"""A writer writes the items of ``pack``, each in one call, and nothing after a part of one."""

from __future__ import annotations

import gzip
import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from semcodec.bitstream import (
    Record,
    SequenceReader,
    SequenceWriter,
    embed_png,
    pack,
    read_sequence,
    unpack,
    unpack_all,
    unpack_sequence,
    write_sequence,
)
from semcodec.errors import FormatError, InputError
from tests import profiles
from tests.png_files import build_png

A, B = (pack(text, framing="sequence") for text in ("rd br", "large red boat"))


class Writes(io.RawIOBase):
    """A raw file that writes as many bytes as each of these results, or raises it."""

    def __init__(self, *results: object) -> None:
        self.results, self.written = list(results), b""

    def write(self, data: Any) -> Any:
        result = self.results.pop(0) if self.results else len(data)
        if isinstance(result, BaseException):
            raise result
        if isinstance(result, int):
            self.written += bytes(data[:result])
        return result


def test_items_are_those_of_pack() -> None:
    file = io.BytesIO()
    writer = SequenceWriter(file)
    assert writer.write(unpack(pack("rd br"))) == len(A)
    assert writer.write(pack("large red boat")) == len(B)
    assert file.getvalue() == A + B
    assert write_sequence(file, unpack_all(A + B)) == 2
    assert file.getvalue() == (A + B) * 2
    assert write_sequence(file, []) == 0


def test_records_in_every_framing_are_written() -> None:
    png = embed_png(build_png(), pack("rd br"))
    url = pack("rd br", framing="url")
    data: list[Any] = [pack("rd br", framing="file"), url, url.decode(), bytearray(A[1:]), png]
    file = io.BytesIO()
    write_sequence(file, [*data, *map(unpack, data)])
    assert file.getvalue() == A * 10


def test_check_is_kept_in_a_sequence_or_requested() -> None:
    checked = pack("rd br", framing="sequence", check="crc16")
    file = io.BytesIO()
    write_sequence(file, unpack_all(checked))
    write_sequence(file, [pack("rd br")], check="crc16")
    assert file.getvalue() == checked * 2
    write_sequence(file, unpack_all(checked), check="none")
    assert file.getvalue() == checked * 2 + A
    with pytest.raises(InputError, match="check"):
        SequenceWriter(file, check="crc64")  # type: ignore[arg-type]


def test_what_a_sequence_cannot_contain_is_refused_and_writes_nothing() -> None:
    file = io.BytesIO()
    writer = SequenceWriter(file)
    record = unpack(pack("red boat", coding="bag"))
    for value in (
        record._replace(text=" ".join(reversed(record.words))),
        record._replace(version=2),
        record._replace(coding="utf8", text="x" * 70_000),
        None,
        3,
        "rd br",
        Path("x"),
    ):
        with pytest.raises(InputError):
            writer.write(value)  # type: ignore[arg-type]
    with pytest.raises(FormatError, match="SC-FRM-1"):
        writer.write(b"")
    assert file.getvalue() == b""
    assert writer.write(record) == len(file.getvalue())


def test_arguments_are_checked() -> None:
    for file in (None, "x.seq", b"", object()):
        with pytest.raises(InputError, match="mode 'wb'"):
            SequenceWriter(file)  # type: ignore[arg-type]
    for records in (unpack(A[1:]), A, "x", 3, None):
        with pytest.raises(InputError, match="as a list"):
            write_sequence(io.BytesIO(), records)  # type: ignore[arg-type]


def test_each_item_is_one_call_of_write() -> None:
    calls = []

    class File:
        def write(self, data: bytes) -> None:  # the result of many objects that are not files
            calls.append(data)

    write_sequence(File(), unpack_all(A + B))
    assert calls == [A, B]


def test_one_record_is_written_before_the_next_is_taken() -> None:
    file = io.BytesIO()

    def records() -> Iterator[Record]:
        yield unpack(pack("rd br"))
        assert file.getvalue() == A
        yield unpack(pack("large red boat"))

    write_sequence(file, records())


# --- files ----------------------------------------------------------------------------------------


def test_files_of_every_kind(tmp_path: Path) -> None:
    path, packed = tmp_path / "x.seq", tmp_path / "x.seq.gz"
    for _ in range(2):
        with path.open("ab") as file:
            write_sequence(file, unpack_all(A))
        with path.open("ab", buffering=0) as raw:
            write_sequence(raw, unpack_all(B))
    assert path.read_bytes() == (A + B) * 2
    with gzip.open(packed, "wb") as zipped:
        write_sequence(zipped, unpack_all(A + B))
    with gzip.open(packed, "rb") as zipped:
        assert list(read_sequence(zipped)) == unpack_sequence(A + B)


def test_sockets() -> None:
    left, right = socket.socketpair()
    with left, right:
        write_sequence(left, unpack_all(A))
        with left.makefile("wb") as file:
            write_sequence(file, unpack_all(B))
        left.close()
        assert list(read_sequence(right)) == unpack_sequence(A + B)


def test_sendall_is_used_where_write_sends_a_part() -> None:
    class SslSocket(Writes):
        sent = b""

        def sendall(self, data: bytes) -> None:
            self.sent += data

    connection = SslSocket()
    assert write_sequence(connection, unpack_all(A + B)) == 2
    assert (connection.sent, connection.written) == (A + B, b"")


def test_short_writes_are_continued() -> None:
    file = Writes(1, 1, 2)
    assert write_sequence(file, unpack_all(A + B)) == 2
    assert file.written == A + B


def test_non_blocking_file_without_room_can_be_tried_again() -> None:
    file = Writes(None)
    writer = SequenceWriter(file)
    with pytest.raises(InputError, match="non-blocking"):
        writer.write(pack("rd br"))
    writer.write(pack("rd br"))
    assert file.written == A


@pytest.mark.parametrize(
    "result", [OSError(28, "full"), TypeError("bytes"), StopIteration(), 0, -1, 99, "x", None]
)
def test_nothing_is_written_after_a_part_of_an_item(result: object) -> None:
    file = Writes(2, result)
    writer = SequenceWriter(file)
    with pytest.raises(InputError):
        writer.write(pack("rd br"))
    written = file.written
    assert written.startswith(A[:2])
    with pytest.raises(InputError, match="part of a record"):
        writer.write(pack("rd br"))
    assert file.written == written


def test_interrupted_write_is_not_continued() -> None:
    writer = SequenceWriter(Writes(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        writer.write(pack("rd br"))
    with pytest.raises(InputError, match="part of a record"):
        writer.write(pack("rd br"))


def test_messages_name_the_reason() -> None:
    with pytest.raises(InputError, match=r"No space left on device\): after fixing this, open"):
        SequenceWriter(Writes(OSError(28, "No space left on device"))).write(A[1:])
    with pytest.raises(InputError, match=r"got 'bytes'\): open it again with mode 'ab'"):
        SequenceWriter(io.StringIO()).write(A[1:])  # type: ignore[arg-type]


# --- after a crash --------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
import semcodec
with open(sys.argv[1], "ab", buffering=0) as file:
    writer = semcodec.SequenceWriter(file)
    for _ in range(3):
        writer.write(semcodec.pack("rd br"))
    file.write(semcodec.pack("large red boat", framing="sequence")[:4])
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@profiles.at_night
def test_file_of_a_killed_process_can_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "x.seq"
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode == -9
    continue_file(path)
    assert path.read_bytes() == A * 3 + B


@pytest.mark.parametrize("length", range(len(A)))
def test_file_that_ends_with_a_part_of_an_item_can_be_continued(
    tmp_path: Path, length: int
) -> None:
    path = tmp_path / "x.seq"
    path.write_bytes(A + B + A[:length])
    continue_file(path)
    assert path.read_bytes() == A + B + B


def continue_file(path: Path) -> None:
    """Cut off a part of an item at the end, and append a record, as docs/container.md does."""
    with path.open("r+b") as file:
        records = read_sequence(file)
        try:
            for _ in records:
                pass
        except FormatError as error:
            if error.rule != "SC-SEQ-2":
                raise
            file.truncate(records.position)
        file.seek(0, io.SEEK_END)
        write_sequence(file, unpack_all(B))


def test_reader_reads_what_a_writer_writes_in_both_directions() -> None:
    file = io.BytesIO()
    texts = ["rd br", "large red boat", "", "x" * 300, "a b"]
    write_sequence(file, [pack(text) for text in texts])
    reader = SequenceReader()
    assert [record.text for record in reader.feed(file.getbuffer())] == texts
    reader.close()
