"""Framings: a record is the same in each, is detected by its first bytes and has one encoding."""

from __future__ import annotations

import base64
import io
import itertools
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from fuzz import strategies
from semcodec.bitstream import (
    Limits,
    embed_png,
    extract_png,
    framing,
    pack,
    repack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.bitstream.framing import png
from semcodec.bitstream.framing import text as text_
from semcodec.bitstream.parser import Parser
from semcodec.errors import FormatError, InputError, UnsupportedError
from tests.png_files import END, build_chunk, split_chunks

TEXT = "rd br snst"
ALL_FIELDS: dict[str, Any] = {
    "size": (1000, 777),
    "models": "local",
    "extensions": {"k": 3, "order": "importance", "seed": 7, "comment": "hi"},
}


def make_png(size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG", dpi=(72, 72))
    return out.getvalue()


@pytest.mark.parametrize("name", ["bare", "file", "url", "qr"])
def test_record_is_the_same_in_every_framing(name: str) -> None:
    data = pack(TEXT, framing=name, **ALL_FIELDS)
    record = unpack(data)
    assert (record.framing, record.text, record.metadata["seed"]) == (name, TEXT, 7)
    assert unpack(data, framing=name) == record
    assert repack(record) == data
    for other in ("bare", "file", "url", "qr"):
        reframed = unpack(repack(record, framing=other))
        assert reframed == record._replace(framing=other, check=reframed.check)
        assert repack(reframed, framing=name, check=record.check) == data


def test_repack_keeps_or_changes_the_check() -> None:
    record = unpack(pack("n", coding="nibble", framing="file", check="crc32"))
    assert unpack(repack(record)).check == "crc32"
    assert unpack(repack(record, framing="url")).check == "crc8"
    assert unpack(repack(record, framing="bare")).check == "none"
    assert unpack(repack(record, check="crc16")).check == "crc16"
    with pytest.raises(InputError, match="requires a check"):
        repack(record, framing="qr", check="none")


def test_text_forms_can_be_bytes_or_strings() -> None:
    for name, alphabet in (("url", text_.BASE64), ("qr", text_.BASE45)):
        text = pack(TEXT, framing=name).decode("ascii")
        assert set(text[5:].encode()) <= set(alphabet)
        assert unpack(text).text == TEXT
        assert validate(text).ok
    for invalid in ("00", "semc", "semc:ö", ""):
        with pytest.raises(InputError, match="as bytes"):
            unpack(invalid)


def test_base64_and_base45_follow_their_rfcs() -> None:
    core = pack(TEXT, check="crc8")
    assert pack(TEXT, framing="url")[5:] == base64.urlsafe_b64encode(core).rstrip(b"=")
    assert text_.write("qr", b"AB")[5:] == b"BB8"  # the example of RFC 9285
    assert text_.write("qr", b"ietf!")[5:] == b"QED8WEX0"
    assert text_.write("qr", b"Hello!!")[5:] == b"%69 VD92EX0"


@given(st.binary(max_size=40), st.sampled_from(("url", "qr")))
def test_text_form_of_any_bytes_round_trips(core: bytes, name: str) -> None:
    text = text_.write(name, core)
    if core:
        assert text_.read(Parser(text), name).data == core


@given(st.data(), st.sampled_from(("url", "qr")))
def test_accepted_text_form_is_canonical(data: st.DataObject, name: str) -> None:
    alphabet = text_.BASE64 if name == "url" else text_.BASE45
    body = bytes(data.draw(st.lists(st.sampled_from(alphabet), max_size=12)))
    text = text_.PREFIXES[name] + body
    try:
        core = text_.read(Parser(text), name).data
    except FormatError:
        return
    assert text_.write(name, core) == text


def test_framing_is_detected_by_the_first_bytes() -> None:
    for name in ("bare", "file", "url", "qr"):
        assert framing.detect_framing(pack(TEXT, framing=name)) == name
    assert framing.detect_framing(make_png()) == "png"
    for first in range(0x80):
        assert framing.detect_framing(bytes([first, 0x15])) == "bare"


PREFIXES_IN_ANY_CASE = [
    bytes(letters) + b":"
    for prefix in (b"semc", b"semq")
    for letters in itertools.product(*zip(prefix, prefix.upper(), strict=True))
]


@pytest.mark.parametrize("prefix", PREFIXES_IN_ANY_CASE)
def test_no_other_record_starts_like_a_text_form_in_any_case(prefix: bytes) -> None:
    """So a program that guesses may recognize the prefixes in any case (§7.7)."""
    canonical = {text_.PREFIXES["url"].lower(): "url", text_.PREFIXES["qr"].lower(): "qr"}
    assert prefix.lower() in canonical  # the prefixes differ in a letter, not only in case
    assert prefix[:1] not in (framing.MAGIC[:1], png.SIGNATURE[:1])
    for rest in (b"", b"\0", b"\0" * 9, b"\x11\x43"):  # S = 1, and the size code is reserved
        findings = validate(prefix + rest, framing="bare").findings
        assert ("SC-SIZ-1", 8) in [(finding.rule, finding.offset) for finding in findings]


@given(strategies.pack_arguments())
def test_record_in_a_text_form_starts_with_its_prefix_and_no_other_record_does(
    arguments: strategies.PackArguments,
) -> None:
    text, options = arguments
    name = options["framing"]
    assume(name != "sequence")  # it is never detected, because it can start with any byte
    start = pack(text, **options)[:5].lower()
    assert (start == b"semc:") == (name == "url")
    assert (start == b"semq:") == (name == "qr")


# --- sequences ---------------------------------------------------------------------------------


def test_concatenated_sequences_are_a_sequence() -> None:
    texts = ["rd br", "", "snst " * 60 + "n"]
    data = b"".join(pack(text, coding="nibble", framing="sequence") for text in texts)
    records = list(unpack_all(data))
    assert [record.text for record in records] == texts
    assert {record.framing for record in records} == {"sequence"}
    assert b"".join(map(repack, records)) == data
    assert list(unpack_all(b"")) == []
    assert validate(data, framing="sequence").ok


def test_sequence_is_read_lazily() -> None:
    records = unpack_all(pack("n", coding="nibble", framing="sequence") + b"\x05\0")
    assert next(records).text == "n"
    with pytest.raises(FormatError) as caught:
        next(records)
    assert (caught.value.rule, caught.value.offset) == ("SC-SEQ-2", 40)


def test_sequence_must_be_read_with_unpack_all() -> None:
    with pytest.raises(InputError, match="unpack_all"):
        unpack(b"\1\0", framing="sequence")
    with pytest.raises(InputError):
        unpack_all(5)


def test_long_item_of_a_sequence_is_read() -> None:
    text = "n" * 131_070
    (record,) = unpack_all(pack(text, framing="sequence"))
    assert record.text == text


# --- PNG ---------------------------------------------------------------------------------------


def test_record_is_embedded_in_a_png() -> None:
    png_data = embed_png(make_png(), pack(TEXT, framing="file", **ALL_FIELDS))
    record = unpack(png_data)
    assert (record.framing, record.check, record.text) == ("png", "none", TEXT)
    assert extract_png(png_data) == pack(TEXT, **ALL_FIELDS)
    assert Image.open(io.BytesIO(png_data)).size == (4, 3)
    assert embed_png(png_data, record) == png_data
    assert unpack(embed_png(png_data, pack("n", coding="nibble"))).text == "n"


def test_png_record_needs_another_framing_to_repack() -> None:
    record = unpack(embed_png(make_png(), pack("n", coding="nibble")))
    for call in (lambda: repack(record), lambda: pack("n", coding="nibble", framing="png")):
        with pytest.raises(InputError, match="embed_png"):
            call()


@given(st.lists(st.tuples(st.sampled_from((b"tEXt", b"zzZz", b"IDAT")), st.binary(max_size=20))))
def test_embedding_keeps_every_other_chunk(chunk_list: list[tuple[bytes, bytes]]) -> None:
    head = make_png()[:33]
    chunks = [build_chunk(kind, data) for kind, data in (*chunk_list, (b"IEND", b""))]
    png_data = b"".join([head, *chunks, b"after"])
    with_record = embed_png(png_data, pack(TEXT))
    start = with_record.index(png.CHUNK_TYPE) - 4
    end = start + 12 + len(pack(TEXT))
    assert with_record[:start] + with_record[end:] == png_data


def test_embedding_into_invalid_png_is_rejected() -> None:
    invalid = [b"", b"GIF89a", make_png()[:40]]
    for data in invalid:
        with pytest.raises(FormatError):
            embed_png(data, pack("n", coding="nibble"))
    with pytest.raises(InputError, match="IHDR"):
        embed_png(make_png()[:8] + make_png()[33:], pack("n", coding="nibble"))
    with pytest.raises(FormatError) as caught:
        extract_png(make_png())
    assert caught.value.rule == "SC-PNG-3"


def test_embedding_counts_the_chunk_of_the_record() -> None:
    core, whole = pack("n", coding="nibble"), make_png()
    count = len(split_chunks(whole))
    assert extract_png(png.embed(whole, core, count + 1)) == core
    with pytest.raises(InputError, match=f"{count + 1} chunks, and the limit is {count}"):
        png.embed(whole, core, count)


@pytest.mark.no_cover
def test_record_is_not_embedded_beyond_the_limit_of_chunks() -> None:
    """``unpack`` must be able to read the output of ``embed_png``, within its limit of chunks."""
    max_chunks, record = Limits().max_chunks, pack("n", coding="nibble")
    head = make_png()[:33]
    empty = build_chunk(b"prIv")
    almost = embed_png(head + empty * (max_chunks - 3) + END, record)
    assert unpack(almost).text == "n"
    assert unpack(embed_png(almost, pack("t", coding="nibble"))).text == "t"  # replaces the record
    with pytest.raises(InputError, match=r"65537 chunks.*limit is 65536: save .*fewer"):
        embed_png(head + empty * (max_chunks - 2) + END, record)
    with pytest.raises(UnsupportedError, match="SC-LIM-4"):
        embed_png(head + empty * (max_chunks - 1) + END, record)


def test_max_bytes_applies_to_the_record_and_not_to_the_png() -> None:
    png_data = embed_png(make_png((2000, 1500)) + b"\0" * 100_000, pack("n", coding="nibble"))
    assert unpack(png_data).text == "n"


@pytest.mark.parametrize("text", ["rd bt", "", "Semc:AA", "semc:\u00e9"])
def test_message_about_a_string_names_the_prefixes_in_a_readable_sentence(text: str) -> None:
    with pytest.raises(InputError, match="semc: or SEMQ: ") as caught:
        unpack(text)
    assert "::" not in str(caught.value)


@pytest.mark.parametrize("value", ["file.png", "semc:tRoAAAA", 3, None])
def test_png_file_that_is_not_bytes_is_an_input_error(value: Any) -> None:
    with pytest.raises(InputError, match="PNG file must be bytes"):
        embed_png(value, pack("rd bt"))
