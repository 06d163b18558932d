"""A stream of records has the records, rules and offsets of the whole sequence."""

from __future__ import annotations

import gzip
import io
import os
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.bitstream import (
    Limits,
    Record,
    SequenceReader,
    leb128,
    pack,
    read_sequence,
    record_codec,
    unpack_all,
)
from semcodec.errors import FormatError, InputError, UnsupportedError
from semcodec.sources import PIECE_SIZE
from tests import profiles
from tests.bitstream.test_vectors import VECTORS, vector_data
from tests.each import for_each
from tests.streams import drain, read_pieces, read_whole

A, B, C = (pack(text, framing="sequence") for text in ("rd br", "large red boat", "snst"))
SEQUENCES = [vector for vector in VECTORS if vector["framing"] == "sequence"]
SMALL = [vector for vector in SEQUENCES if len(vector["data"]) < 200]


def one_by_one(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


def limits_of(vector: dict[str, Any]) -> Limits:
    return Limits(**vector.get("limits", {}))


# --- the results do not depend on the pieces ------------------------------------------------------


@for_each(SMALL, name=lambda vector: vector["name"])
def test_vector_in_pieces_has_the_results_of_the_whole(vector: dict[str, Any]) -> None:
    data, limits = vector_data(vector), limits_of(vector)
    expected = read_whole(data, limits)
    assert read_pieces([data], limits) == expected
    assert read_pieces(one_by_one(data), limits) == expected
    for end in range(1, min(len(data), 8)):
        assert read_pieces([data[:end], data[end:]], limits) == expected


@profiles.at_night
@for_each(vector for vector in SEQUENCES if vector not in SMALL)
def test_large_vector_in_pieces_has_the_results_of_the_whole(vector: dict[str, Any]) -> None:
    data, limits = vector_data(vector), limits_of(vector)
    assert read_pieces(one_by_one(data), limits) == read_whole(data, limits)


def test_vectors_of_sequences_break_every_rule_of_an_item() -> None:
    rules = {result[0] for v in SMALL for result in read_whole(vector_data(v), limits_of(v))}
    assert {"SC-SEQ-1", "SC-SEQ-2", "SC-LEB-1", "SC-LEB-2", "SC-LIM-1"} <= rules


#: The cores of items: valid ones, and those that break a rule of the core; also an extension whose
#: length has no end, which breaks SC-LEB-1 but does not end the sequence.
CORES = (
    *(item[1:] for item in (A, B, C)),
    *map(bytes.fromhex, ("", "00", "ff", "8000", "0010", "0111", "6061ff", "080011", "0480808080")),
    pack("n t s r", check="crc8"),
    bytes(130),
)
LENGTHS = (b"", b"\x80", b"\x80\x80", b"\x80\x80\x80")  #: to put after the bytes of a length


@st.composite
def sequences(draw: st.DrawFn) -> bytes:
    """Return items, some with a length that is not minimal or has no end, perhaps cut."""
    data = bytearray()
    for core, zeros, left_out in draw(st.lists(ITEMS, max_size=6)):
        head = bytearray(leb128.write(len(core)))
        if zeros:
            head[-1] |= 128
            head += LENGTHS[zeros] + b"\0"
        data += head + core[left_out:]
    return bytes(data[: len(data) - draw(st.sampled_from((0, 0, 0, 1, 2, 9)))])


ITEMS = st.tuples(
    st.sampled_from(CORES), st.sampled_from((0, 0, 0, 0, 0, 1, 2, 3)), st.sampled_from((0, 0, 0, 1))
)


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """Return a sequence, or any bytes, in pieces."""
    data = draw(st.one_of(sequences(), sequences(), st.binary(max_size=30)))
    ends = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


@given(pieces(), st.sampled_from((0, 1, 2, 6, 65_536)))
def test_results_do_not_depend_on_the_pieces(parts: list[bytes], max_bytes: int) -> None:
    limits, data = Limits(max_bytes=max_bytes, max_words=3), b"".join(parts)
    assert read_pieces(parts, limits) == read_whole(data, limits)


@given(pieces())
def test_first_error_is_that_of_unpack_all(parts: list[bytes]) -> None:
    """All of it: message, found, expected."""

    def read(records: Iterator[Record]) -> list[Any]:
        found: list[Any] = []
        try:
            found.extend(records)
        except (FormatError, UnsupportedError) as error:
            found.append([str(error), vars(error), type(error)])
        return found

    def in_pieces() -> Iterator[Record]:
        reader = SequenceReader()
        for piece in parts:
            yield from reader.feed(piece)
        reader.close()

    expected = read(unpack_all(b"".join(parts)))
    assert read(in_pieces()) == expected
    assert read(read_sequence(Reads(*filter(None, parts)))) == expected


# --- records are returned as soon as they are there -----------------------------------------------


def test_record_is_returned_with_its_last_byte() -> None:
    reader = SequenceReader()
    for piece in one_by_one(A)[:-1]:
        assert list(reader.feed(piece)) == []
        assert reader.position == 0
    (record,) = reader.feed(A[-1:] + B[:3])
    assert (record.text, reader.position) == ("rd br", len(A))
    assert next(reader, None) is None
    assert [record.text for record in reader.feed(B[3:])] == ["large red boat"]
    reader.close()
    assert reader.position == len(A + B)


def test_bytes_that_were_not_read_stay() -> None:
    reader = SequenceReader()
    assert reader.feed(A + B) is reader
    assert next(reader).text == "rd br"
    assert [record.text for record in reader.feed(C)] == ["large red boat", "snst"]


def test_number_of_records_is_not_limited() -> None:
    limits = Limits(max_records=1, max_sequence_words=0)
    assert len(read_pieces([A + B + C], limits)) == 3


def test_pieces_may_be_any_bytes_and_are_copied() -> None:
    changing = bytearray(A)
    spread = memoryview(bytes(byte for byte in A for _ in "12"))[::2]
    for piece in (changing, memoryview(A), spread):
        reader = SequenceReader().feed(piece)
        changing[:] = b"\1\xff"
        assert [record.text for record in reader] == ["rd br"]


def test_values_that_are_not_bytes_are_refused() -> None:
    reader = SequenceReader()
    for value in ("semc:KB5b7w", None, 3, [1], Path("x")):
        with pytest.raises(InputError):
            reader.feed(value)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="piece of a sequence must be bytes"):
        reader.feed([1])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="read it as binary"):
        reader.feed("semc:KB5b7w")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Limits"):
        SequenceReader(limits=3)  # type: ignore[arg-type]
    assert len(list(reader.feed(A))) == 1


# --- the end --------------------------------------------------------------------------------------


def test_closing_twice_and_feeding_after_it() -> None:
    reader = SequenceReader()
    assert len(list(reader.feed(A))) == 1
    reader.close()
    reader.close()
    with pytest.raises(InputError, match="closed"):
        reader.feed(b"")
    assert list(reader) == []


def test_cut_item_is_reported_once() -> None:
    reader = SequenceReader()
    assert len(list(reader.feed(A + B[:4]))) == 1
    with pytest.raises(FormatError) as caught:
        reader.close()
    assert (caught.value.rule, caught.value.offset) == ("SC-SEQ-2", 8 * len(A + B[:4]))
    assert reader.position == len(A)
    reader.close()
    assert list(reader) == []


def test_records_can_be_read_after_closing_and_the_error_comes_after_them() -> None:
    reader = SequenceReader().feed(A + B + C[:-1])
    reader.close()
    assert list(drain(reader)) == [*unpack_all(A + B), ("SC-SEQ-2", 8 * len(A + B + C) - 8)]
    assert list(reader) == []
    reader = SequenceReader().feed(A)
    reader.close()
    assert len(list(reader)) == 1


def test_sequence_ends_after_a_length_without_an_end() -> None:
    reader = SequenceReader().feed(A + b"\x80\x80\x80\x80" + B)
    assert list(drain(reader)) == [*unpack_all(A), ("SC-LEB-1", 8 * len(A))]
    assert list(reader) == []
    reader.close()
    with pytest.raises(InputError, match="without an end"):
        reader.feed(B)


def test_length_without_an_end_is_reported_with_its_fourth_byte() -> None:
    reader = SequenceReader()
    assert list(drain(reader.feed(b"\x80\x80\x80"))) == []
    assert list(drain(reader.feed(b"\x80"))) == [("SC-LEB-1", 0)]


def test_reading_goes_on_after_other_rules() -> None:
    data = A + b"\0" + B + b"\x82\0\0\x10" + b"\1\xff" + b"\2\0\0" + C
    rules = ["SC-SEQ-1", "SC-LEB-2", "SC-HDR-1", "SC-NIB-1"]
    found = read_pieces(one_by_one(data))
    assert [result[0] for result in found if not isinstance(result, Record)] == rules
    assert [result for result in found if isinstance(result, Record)] == [*unpack_all(A + B + C)]


def test_record_can_be_read_again_after_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Record:
        raise KeyboardInterrupt

    reader = SequenceReader().feed(A)
    with monkeypatch.context() as patch:
        patch.setattr(record_codec, "read_core", interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(reader)
    assert next(reader).text == "rd br"


# --- memory and work ------------------------------------------------------------------------------


def peak_while_feeding(head: bytes, pieces: int) -> tuple[int, SequenceReader]:
    reader, piece = SequenceReader(), bytes(10_000)
    list(drain(reader.feed(A)))
    tracemalloc.start()
    list(drain(reader.feed(head)))
    for _ in range(pieces):
        list(drain(reader.feed(piece)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, reader


def test_item_over_the_limit_is_not_kept_and_refused_when_it_is_complete() -> None:
    length = 2_000_000
    peak, reader = peak_while_feeding(leb128.write(length), 199)
    assert peak < 400_000
    last = bytes(length - 199 * 10_000)
    results = list(drain(reader.feed(last + A)))
    start = len(A) + len(leb128.write(length))
    assert results == [("SC-LIM-1", 8 * (start + 65_536)), *unpack_all(A)]
    assert reader.position == 2 * len(A) + len(leb128.write(length)) + length


def test_length_that_is_never_reached_takes_no_memory() -> None:
    peak, reader = peak_while_feeding(leb128.write(leb128.MAX_VALUE), 50)
    assert peak < 400_000
    with pytest.raises(FormatError) as caught:
        reader.close()
    assert caught.value.rule == "SC-SEQ-2"
    assert caught.value.offset == 8 * (len(A) + 4 + 500_000)
    assert caught.value.found == "500000 more bytes"
    assert list(reader) == []


def test_first_byte_of_an_item_is_kept_also_if_none_may_be() -> None:
    item = leb128.write(2**21) + bytes(2**21)
    assert read_pieces([item], Limits(max_bytes=0)) == [("SC-LIM-1", 8 * len(leb128.write(2**21)))]


def test_records_that_were_read_are_freed() -> None:
    reader, item = SequenceReader(), pack("x" * 30_000, coding="utf8", framing="sequence")
    tracemalloc.start()
    count = sum(1 for _ in range(20) for _ in reader.feed(item))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20
    assert peak < 8 * len(item)


# --- file objects ---------------------------------------------------------------------------------


class Reads(io.RawIOBase):
    """A raw file that returns these results, one for each call."""

    def __init__(self, *results: bytes | Exception | None) -> None:
        self.results = list(results)

    def read(self, size: int = -1) -> Any:
        result = self.results.pop(0) if self.results else b""
        if isinstance(result, Exception):
            raise result
        return result


def texts(records: Iterator[Record]) -> list[str]:
    return [record.text for record in records]


def test_file_objects_of_every_kind_are_read(tmp_path: Path) -> None:
    path, packed = tmp_path / "x.seq", tmp_path / "x.seq.gz"
    path.write_bytes(A + B + C)
    packed.write_bytes(gzip.compress(A + B + C))
    expected = ["rd br", "large red boat", "snst"]
    with path.open("rb") as file, path.open("rb", buffering=0) as raw, gzip.open(packed) as zipped:
        for source in (file, raw, zipped, io.BytesIO(A + B + C)):
            records = read_sequence(source)
            assert texts(records) == expected
            assert records.position == len(A + B + C)
            assert list(records) == []
    with path.open("rb") as file:
        file.seek(len(A))
        assert texts(read_sequence(file)) == expected[1:]


def test_cut_file_is_an_error_after_its_records() -> None:
    records = read_sequence(io.BytesIO(A + B[:-1]))
    assert next(records).text == "rd br"
    with pytest.raises(FormatError, match="SC-SEQ-2"):
        next(records)
    assert (records.position, list(records)) == (len(A), [])


def test_reading_a_file_goes_on_after_an_error() -> None:
    records = read_sequence(io.BytesIO(A + b"\1\xff" + B + b"\x80" * 9 + C))
    assert list(drain(records)) == [
        *unpack_all(A),
        ("SC-HDR-1", 8 * len(A) + 8),
        *unpack_all(B),
        ("SC-LEB-1", 8 * len(A + B) + 16),
    ]


def test_limits_of_read_sequence() -> None:
    limits = Limits(max_bytes=4)
    results = list(drain(read_sequence(io.BytesIO(A + B), limits=limits)))
    assert results == read_whole(A + B, limits)
    assert ("SC-LIM-1", 8 * (len(A) + 1 + 4)) in results
    with pytest.raises(InputError, match="Limits"):
        read_sequence(io.BytesIO(), limits=None)  # type: ignore[arg-type]


def test_object_with_only_read_is_asked_for_no_more_than_the_next_item() -> None:
    class File:
        def __init__(self, data: bytes) -> None:
            self.file, self.read_so_far = io.BytesIO(data), 0
            self.calls: list[int] = []

        def read(self, size: int) -> bytes:
            data = self.file.read(size)
            self.read_so_far += len(data)
            self.calls.append(size)
            return data

    file = File(A + B + C)
    records = read_sequence(file)
    for end in (len(A), len(A + B), len(A + B + C)):
        next(records)
        assert file.read_so_far == records.position == end
    assert list(records) == []
    assert len(file.calls) == 2 * 3 + 1  # the length of an item, and the rest of it
    file = File(leb128.write(2**28 - 1))
    assert list(drain(read_sequence(file))) == [("SC-SEQ-2", 8 * 4)]
    assert max(file.calls) == PIECE_SIZE


def test_reader_of_a_file_takes_no_other_bytes() -> None:
    records = read_sequence(io.BytesIO(A + B))
    assert next(records).text == "rd br"
    with pytest.raises(InputError, match="feed bytes to a SequenceReader"):
        records.feed(C)
    assert texts(records) == ["large red boat"]


def test_partial_reads_and_a_file_without_bytes_yet() -> None:
    records = read_sequence(Reads(A[:2], None, A[2:] + B[:1], BlockingIOError(), B[1:]))
    for text in ("rd br", "large red boat"):
        with pytest.raises(InputError, match="non-blocking"):
            next(records)
        assert next(records).text == text
    assert list(records) == []


def test_file_that_cannot_be_read() -> None:
    records = read_sequence(Reads(A, OSError(5, "Input/output error"), B))
    assert next(records).text == "rd br"
    with pytest.raises(InputError, match="Input/output error"):
        next(records)
    assert texts(records) == ["large red boat"]
    for file in (io.StringIO("text"), Reads(3), Reads(StopIteration("x"))):  # type: ignore[arg-type]
        with pytest.raises(InputError):
            next(read_sequence(file))  # type: ignore[arg-type]
    for value in (A, "x.seq", None, Path("x.seq"), 3):
        with pytest.raises(InputError, match="opened with mode 'rb'"):
            read_sequence(value)  # type: ignore[arg-type]
    failures = (
        (io.UnsupportedOperation("read1"), "is not opened for this: open it again with mode 'rb'"),
        (
            ConnectionResetError(104, "Connection reset"),
            "reset\\): after fixing this, open it again.",
        ),
        (EOFError("cut"), "cannot be read \\(cut\\): after fixing this"),
        (ValueError("closed file"), "\\(closed file\\): open it again with mode 'rb'"),
    )
    for failure, message in failures:
        with pytest.raises(InputError, match=message):
            next(read_sequence(Reads(failure)))
    with pytest.raises(InputError, match="opened as text"):
        next(read_sequence(io.StringIO("text")))  # type: ignore[arg-type]


def open_socket(connection: socket.socket, kind: str) -> Any:
    """Return a socket as it is, or as a file object."""
    if kind == "socket":
        return connection
    return connection.makefile("rb", buffering=0 if kind == "raw" else None)


@pytest.mark.parametrize("kind", ["socket", "file", "raw", "pipe"])
def test_record_is_returned_before_more_bytes_arrive(kind: str) -> None:
    """The other end writes the next record only when this one was read, and would wait for ever."""
    if kind == "pipe":
        here, there = os.pipe()
        with open(here, "rb") as source, open(there, "wb", buffering=0) as pipe:
            check_dialogue(source, pipe.write, pipe.close)
        return
    left, right = socket.socketpair()
    with left, right:
        left.settimeout(10)
        source = open_socket(left, kind)
        check_dialogue(source, right.sendall, right.close)
        if kind != "socket":
            source.close()


def check_dialogue(source: Any, send: Any, finish: Any) -> None:
    received = threading.Semaphore(0)

    def other_end() -> None:
        for number, item in enumerate((A, B, C)):
            if number and not received.acquire(timeout=10):
                break  # then the records that are missing fail the test
            send(item[:3])
            send(item[3:])
        finish()

    thread = threading.Thread(target=other_end)
    thread.start()
    found = []
    for record in read_sequence(source):
        found.append(record.text)
        received.release()
    thread.join()
    assert found == ["rd br", "large red boat", "snst"]


@pytest.mark.parametrize("kind", ["socket", "file", "raw"])
def test_non_blocking_socket(kind: str) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        source = open_socket(left, kind)
        records = read_sequence(source)
        for item, text in ((A, "rd br"), (B, "large red boat")):
            right.sendall(item[:3])
            with pytest.raises(InputError, match="non-blocking"):
                next(records)
            right.sendall(item[3:])
            assert next(records).text == text
        right.close()
        assert list(records) == []
        if kind != "socket":
            source.close()
