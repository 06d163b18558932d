"""Any bytes in any framing: encoding undoes decoding, and a PNG file keeps its other chunks.

An input is the name of a property and its bytes: the characters of a text form, the data of a
chunk, the chunks of a PNG file, a PNG file in which to embed a record, or a sequence, which is also
read as a stream.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from zlib import crc32

from hypothesis import strategies as st

from fuzz import malformed
from semcodec.bitstream import Limits, embed_png, extract_png, repack, unpack, unpack_all, validate
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.choices import Framing
from semcodec.errors import SemcodecError
from tests import annex_c
from tests.png_files import SIGNATURE, build_chunk, build_png, iter_chunks, repair_crcs
from tests.streams import read_pieces, read_whole

Input = tuple[str, bytes]

CORE: Final = bytes.fromhex("001710")  #: the record that is embedded


def _check_text_form(framing: Framing, body: bytes) -> None:
    text = PREFIXES[framing] + body
    record = unpack(text)
    assert record.framing == framing
    assert repack(record) == text
    assert unpack(text.decode("ascii")) == record


def _check_chunk_data(core: bytes) -> None:
    png = build_png(build_chunk(b"seMC", core))
    record = unpack(png)
    assert extract_png(png) == core
    assert embed_png(build_png(), core) == png
    assert repack(record, framing="bare", check="none") == core


def _check_chunks(chunks: bytes) -> None:
    _check_embedding(SIGNATURE + chunks)


def _check_embedding(png: bytes) -> None:
    """Embed a record: every other byte of the file must be kept."""
    embedded = embed_png(png, CORE)
    assert extract_png(embedded) == CORE
    assert validate(embedded).ok
    chunks = list(iter_chunks(png))
    expected = [png[c.offset : c.end] for c in chunks if c.kind != b"seMC"]
    expected.insert(1, build_chunk(b"seMC", CORE))
    assert embedded == b"".join([SIGNATURE, *expected, png[chunks[-1].end :]])
    assert embed_png(embedded, CORE) == embedded


def _check_sequence(data: bytes) -> None:
    _check_pieces(data)
    try:
        records = list(unpack_all(data))
    except SemcodecError:
        assert not validate(data, framing="sequence").ok
        raise
    assert b"".join(map(repack, records)) == data
    assert len(records) <= len(data) // 2
    assert validate(data, framing="sequence").ok
    assert [record.as_dict() for record in records] == annex_c.decode_sequence(data)


def _check_pieces(data: bytes) -> None:
    """Read the sequence as a stream: its pieces must not matter, nor an item that is not kept."""
    size = 1 + crc32(data) % 7
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    for limits in (Limits(), Limits(max_bytes=size)):
        assert read_pieces(pieces, limits) == read_whole(data, limits)


CHECKS: Final[dict[str, Callable[[bytes], None]]] = {
    "url": partial(_check_text_form, "url"),
    "qr": partial(_check_text_form, "qr"),
    "chunk data": _check_chunk_data,
    "chunks": _check_chunks,
    "png": _check_embedding,
    "sequence": _check_sequence,
}


def test_one_input(example: Input) -> None:
    """Check one framing; data that is not accepted is not a finding."""
    name, data = example
    try:
        CHECKS[name](data)
    except SemcodecError:
        return


_cores = st.integers(1, 3).flatmap(malformed.cores)
_extra_chunks = st.lists(
    st.tuples(
        st.sampled_from((b"tEXt", b"seMC", b"gAMA", b"IDAT")), st.binary(min_size=4, max_size=4)
    ),
    max_size=3,
)
_png_files = _extra_chunks.map(lambda chunks: build_png(*(build_chunk(*chunk) for chunk in chunks)))


@st.composite
def _sequences(draw: st.DrawFn) -> bytes:
    """Return up to four records with their lengths."""
    records = draw(st.lists(st.one_of(malformed.cores(0), _cores), max_size=4))
    return b"".join(draw(malformed.leb128(len(record))) + record for record in records)


def inputs() -> st.SearchStrategy[Input]:
    """Return the strategy for inputs: records in each framing, one in three of them edited."""
    framings = {
        "url": _cores.map(lambda core: malformed.wrap("url", core)[5:]),
        "qr": _cores.map(lambda core: malformed.wrap("qr", core)[5:]),
        "chunk data": malformed.cores(0),
        "chunks": _png_files.flatmap(malformed.edits).map(repair_crcs).map(lambda png: png[8:]),
        "png": _png_files,
        "sequence": _sequences(),
    }
    return malformed.name_inputs(framings)


def from_record(data: bytes, framing: str) -> list[Input]:
    """Return the data as an input of its own framing; the core of a bare record is chunk data."""
    if framing == "sequence":
        return [("sequence", data)]
    framing, core = annex_c.unwrap(data)
    if framing in PREFIXES:
        return [(framing, data[len(PREFIXES[framing]) :])]
    if framing == "png":
        return [("png", data)]
    return [("chunk data", core or b"")]
