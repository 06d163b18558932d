"""Functions agree about the same data: unpack, validate and inspect, in every framing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.bitstream import (
    PROFILES,
    RULES,
    Field,
    Limits,
    Models,
    api,
    embed_png,
    extract_png,
    framing,
    inspect,
    pack,
    record_codec,
    repack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.bitstream.framing import text as text_
from semcodec.bitstream.header import SIZE_CODES
from semcodec.bitstream.parser import Parser
from semcodec.errors import FormatError, InputError, SemcodecError, UnsupportedError
from tests.png_files import HEADER, PIXELS, SIGNATURE, build_chunk, build_png

RECORD = build_chunk(b"seMC", pack("nn"))
CHUNK_OFFSET = 8 * (len(SIGNATURE) + len(HEADER))  #: in bits, of the chunk after IHDR


PNG_WITH_RECORD = build_png(RECORD)

# --- every record in every framing ---------------------------------------------------------

_word = st.text("ntsrhldcmfgpbkv", min_size=1, max_size=8)
_texts = st.one_of(
    st.tuples(st.just("nibble"), st.lists(_word, max_size=9).map(" ".join)),
    st.tuples(st.just("utf8"), st.text(st.characters(exclude_categories=("Cs",)), max_size=30)),
)
_side = st.one_of(st.integers(1, 40_000), st.integers(1, 2**31 - 1))
_id = st.one_of(st.integers(0, 300), st.integers(0, 2**28 - 1))
_name = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
_metadata: dict[str, st.SearchStrategy[Any]] = {
    "painter": _name,
    "k": st.integers(1, 2**28 - 1),
    "order": st.just("importance"),
    "seed": st.integers(0, 2**32 - 1),
    "comment": _name,
}


@st.composite
def values(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw a text, and the options of ``pack`` without framing and check."""
    coding, text = draw(_texts)
    model_ids = st.tuples(_id, _id, _id, _id).map(lambda ids: Models(0, *ids))
    return text, {
        "coding": coding,
        "size": draw(st.one_of(st.sampled_from(SIZE_CODES), st.tuples(_side, _side))),
        "models": draw(st.one_of(_id.map(Models), model_ids)),
        "extensions": draw(st.fixed_dictionaries({}, optional=_metadata)),
    }


@given(values())
def test_records_round_trip_through_all_framings(record_values: tuple[str, dict[str, Any]]) -> None:
    text, options = record_values
    first = record = unpack(pack(text, **options))
    assert record.metadata == options["extensions"]
    for name in ("file", "url", "sequence", "qr", "bare"):
        data = repack(record, framing=name)
        (record,) = unpack_all(data) if name == "sequence" else [unpack(data)]
        assert record[:5] == first[:5]
        assert (record.framing, record.check) == (name, framing.DEFAULT_CHECKS[name])
        assert unpack(embed_png(build_png(), record))[:5] == first[:5]
    assert record == first


@given(values(), st.sampled_from(framing.OUTPUT_FRAMINGS))
def test_field_map_contains_every_bit(record_values: tuple[str, dict[str, Any]], name: str) -> None:
    text, options = record_values
    data = pack(text, **options, framing=name, check="crc8")
    fields = inspect(data, framing="sequence" if name == "sequence" else "auto")
    core = pack(text, **options, check="crc8") if name in framing.TEXT_FRAMINGS else data
    assert "".join(map(digits, fields)) == "".join(f"{byte:08b}" for byte in core)
    assert {field.name.removeprefix("0."): field.value for field in fields}[
        "header.check"
    ] == "crc8"


def digits(field: Field) -> str:
    """Return the bits of a field as binary digits."""
    has_whole_bytes = field.offset % 8 == field.bits % 8 == 0
    return f"{int(field.raw, 16):0{field.bits}b}" if has_whole_bytes else field.raw


_chunk = st.builds(
    build_chunk, st.sampled_from((b"tEXt", b"tIME", b"abCd", b"seMC")), st.binary(max_size=9)
)


@given(st.lists(_chunk, max_size=5), st.binary(max_size=9), values())
def test_embedding_again_replaces_the_record(
    chunk_list: list[bytes], tail: bytes, record_values: tuple[str, dict[str, Any]]
) -> None:
    bare = pack(record_values[0], **record_values[1])
    other_chunks = [item for item in chunk_list if item[4:8] != b"seMC"]
    once = embed_png(build_png(*chunk_list) + tail, bare)
    assert once == build_png(build_chunk(b"seMC", bare), *other_chunks) + tail
    assert extract_png(once) == bare
    other = embed_png(once, pack("rd", coding="nibble", framing="file"))
    assert (
        other == build_png(build_chunk(b"seMC", pack("rd", coding="nibble")), *other_chunks) + tail
    )
    assert embed_png(other, bare) == once


# --- each core has one text form ------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("name", "size", "cores"), [("url", 2, 2**8), ("qr", 2, 2**8), ("qr", 3, 2**16)]
)
def test_each_short_core_has_one_text_form(name: str, size: int, cores: int) -> None:
    alphabet = text_.BASE64 if name == "url" else text_.BASE45
    texts = (
        text_.PREFIXES[name] + bytes(body) for body in itertools.product(alphabet, repeat=size)
    )
    valid = [text for text in texts if rule_of(text, name) is None]
    assert len(valid) == cores
    assert len({text_.read(Parser(text), name).data for text in valid}) == cores


@pytest.mark.parametrize("name", ["url", "qr"])
def test_text_form_accepts_exactly_its_alphabet(name: str) -> None:
    alphabet = text_.BASE64 if name == "url" else text_.BASE45
    for char in range(256):
        rejected = rule_of(text_.PREFIXES[name] + bytes([ord("0"), char]), name) == "SC-TXT-2"
        assert rejected == (char not in alphabet)


def rule_of(text: bytes, name: str) -> str | None:
    """Return the first rule of the text form that ``text`` breaks."""
    try:
        text_.read(Parser(text), name)
    except FormatError as error:
        return error.rule
    return None


@pytest.mark.no_cover
def test_longest_text_form_is_read() -> None:
    # The sizes include the first byte and the CRC-8.
    for name, max_core_bytes in (("url", 49_148), ("qr", 43_687)):
        text = "n" * (2 * (max_core_bytes - 2))
        data = pack(text, framing=name)
        assert len(data) <= 65_536
        assert unpack(data).text == text
        with pytest.raises(SemcodecError, match="65536"):
            pack(text + "n", framing=name)


# --- fast path and general path -------------------------------------------------------------

_near_symbols = st.text(" ntsrhldcmfgpbkvxé", max_size=12)


@given(_near_symbols)
def test_fast_path_and_general_path_agree(text: str) -> None:
    """Compare both on texts with a few invalid characters, and on the bytes of such texts."""
    try:
        packed = api.serialize(api.build_record(text, coding="nibble"))
    except InputError:
        packed = None
    assert record_codec.write_default(text) == packed
    payload = "".join(f"{' ntsrhldcmfgpbkv'.find(symbol) % 16:x}" for symbol in text)
    data = b"\0" + bytes.fromhex(payload + "0" * (len(payload) % 2))
    try:
        record = record_codec.read_record(Parser(data), "bare", Limits())
    except FormatError:
        record = None
    assert record_codec.read_default(data) == record


# --- unpack and validate -------------------------------------------------------------------


@given(st.binary(max_size=30), st.sampled_from(("auto", *framing.INPUT_FRAMINGS, "sequence")))
def test_unpack_and_validate_agree(data: bytes, name: str) -> None:
    for start in (b"", b"\xb5\x1a", b"semc:", b"SEMQ:", PNG_WITH_RECORD[:33], PNG_WITH_RECORD[:41]):
        check_agreement(start + data, name)


def test_unpack_and_validate_agree_on_damaged_png() -> None:
    for index in range(len(PNG_WITH_RECORD)):
        check_agreement(PNG_WITH_RECORD[:index], "auto")
        check_agreement(
            PNG_WITH_RECORD[:index]
            + bytes([PNG_WITH_RECORD[index] ^ 0x20])
            + PNG_WITH_RECORD[index + 1 :],
            "auto",
        )


def check_agreement(data: bytes, name: str) -> None:
    report = validate(data, framing=name)
    first = first_error(data, name)
    assert first == (report.findings[0][:2] if report.findings else None)
    assert report.ok == (report.verdict == "valid") == (first is None)
    total = total_bits(report.fields)
    assert total == 8 * len(data) or report.framing in framing.TEXT_FRAMINGS


def first_error(data: bytes, name: str) -> tuple[str, int] | None:
    try:
        list(unpack_all(data)) if name == "sequence" else unpack(data, framing=name)
    except (FormatError, UnsupportedError) as error:
        return error.rule, error.offset
    return None


def total_bits(fields: Sequence[Field]) -> int:
    """Return the number of bits of fields, which must be contiguous from bit 0."""
    end = 0
    for field in fields:
        assert field.offset == end
        assert field.bits > 0
        end += field.bits
    return end


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (SIGNATURE, ("SC-PNG-2", 64, "0 more bytes")),
        (SIGNATURE + HEADER[:11], ("SC-PNG-2", 64, "11 more bytes")),
        (SIGNATURE + HEADER, ("SC-PNG-2", CHUNK_OFFSET, "0 more bytes")),
        (SIGNATURE + HEADER + PIXELS[:14], ("SC-PNG-2", CHUNK_OFFSET, "14 more bytes")),
        (
            SIGNATURE + HEADER + PIXELS[:-1],
            ("SC-PNG-2", CHUNK_OFFSET, f"{len(PIXELS) - 1} more bytes"),
        ),
        (build_png()[:-1], ("SC-PNG-2", 8 * len(build_png()[:-12]), "11 more bytes")),
        (build_png() + RECORD, ("SC-PNG-3", 8 * len(build_png() + RECORD), "no chunk seMC")),
        (build_png(RECORD, RECORD), ("SC-PNG-4", CHUNK_OFFSET + 112, "2 chunks seMC")),
        (build_png(RECORD[:-1] + b"\0"), ("SC-PNG-5", CHUNK_OFFSET + 80, "1c b4 b5 00")),
        (build_png(build_chunk(b"seMC")), ("SC-FRM-1", CHUNK_OFFSET + 64, "no bytes")),
        (build_png(build_chunk(b"seMC", b"\x18")), ("SC-PNG-6", CHUNK_OFFSET + 67, "KK = 3")),
        (build_png(build_chunk(b"seMC", b"\x80")), ("SC-HDR-1", CHUNK_OFFSET + 64, "80")),
        (build_png(build_chunk(b"seMC", b"\x02")), ("SC-HDR-3", CHUNK_OFFSET + 72, "0 more bytes")),
    ],
)
def test_png_errors_have_the_right_offset(data: bytes, expected: tuple[str, int, str]) -> None:
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        unpack(data)
    error: Any = caught.value
    assert (error.rule, error.offset, error.found) == expected


def test_png_findings_are_in_reading_order() -> None:
    bad = build_chunk(b"seMC", b"\x0a\x00\x11\x00")[:-1] + b"\0"
    assert [(f.rule, f.offset) for f in validate(build_png(bad, bad)).findings] == [
        ("SC-PNG-4", CHUNK_OFFSET + 128), ("SC-PNG-5", CHUNK_OFFSET + 96),
        ("SC-PNG-6", CHUNK_OFFSET + 67), ("SC-CHK-2", CHUNK_OFFSET + 88),
        ("SC-SIZ-2", CHUNK_OFFSET + 72),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "size", "violations"),
    [
        ("80ff81ff", (512, 512), [("SC-SIZ-3", 8)]),
        ("81ff83ff", (1024, 1024), [("SC-SIZ-2", 8)]),
        ("bfffffff", (32_768, 32_768), []),
        ("80000000", (1, 1), []),
        ("c0003fffffffffff", (32_768, 2**31), [("SC-SIZ-5", 41)]),
        ("c000400000000000", (32_769, 1), []),
        ("c00000ff800001ff", (512, 512), [("SC-SIZ-3", 8), ("SC-SIZ-4", 8)]),
        ("c00001ff800003ff", (1024, 1024), [("SC-SIZ-2", 8), ("SC-SIZ-4", 8)]),
        ("c00000078000000f", (16, 16), [("SC-SIZ-4", 8)]),
        ("ffffffffffffffff", (2**31, 2**31), [("SC-SIZ-5", 10), ("SC-SIZ-5", 41)]),
        ("ffffffff7ffffffe", (2**31 - 1, 2**31 - 1), []),
    ],
)
def test_explicit_size_field_has_values_and_findings(
    field: str, size: tuple[int, int], violations: list[tuple[str, int]]
) -> None:
    data = b"\x02" + bytes.fromhex(field) + b"\x11"
    report = validate(data)
    assert [(f.rule, f.offset) for f in report.findings] == violations
    form = "short" if len(field) == 8 else "long"
    values_by_name = {f.name: f.value for f in report.fields}
    assert (values_by_name[f"size.{form}.width"], values_by_name[f"size.{form}.height"]) == size
    assert violations or unpack(data).size == size


def test_field_map_names_registered_model_sets() -> None:
    values_by_name = [
        {f.name: f.value for f in inspect(pack("n", coding="nibble", models=row))}
        for row in (1, 2, 3, 4)
    ]
    assert [fields["models.set"] for fields in values_by_name] == ["openai", "local", "embedded", 4]


def test_only_registered_model_sets_have_names() -> None:
    names = ["unspecified", "openai", "local", "embedded", None]
    assert [Models(row).name for row in (0, 1, 2, 3, 4)] == names


def test_error_lists_eight_invalid_characters() -> None:
    with pytest.raises(SemcodecError, match="'a' 'e' 'i' 'o' 'u' 'w' 'x' 'y'"):
        pack("aeiouwxyza", coding="nibble")


def test_empty_data_has_no_fields() -> None:
    for name in ("auto", *framing.INPUT_FRAMINGS, "sequence"):
        assert validate(b"", framing=name).fields == ()


def test_each_profile_is_satisfied_or_has_findings() -> None:
    names = {"describer": "d", "writer": "w", "painter": "p", "prompts": "q", "tool": "t"}
    for data in (
        pack("nn"),
        pack("nn", check="crc16", size=(1, 1), models=Models(writer=1), extensions=names),
        pack("nn", framing="file"),
        pack("nn", framing="file", check="crc32", extensions=names),
        pack("nn", framing="url"),
        PNG_WITH_RECORD,
    ):
        satisfied = validate(data).profiles
        for profile in PROFILES:
            report = validate(data, profile=profile)
            assert (report.verdict, report.profiles) == ("valid", satisfied)
            assert report.ok == (profile in satisfied)
            assert {RULES[f.rule].profile for f in report.findings} <= {profile}


# --- limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "limits", "expected"),
    [
        (pack("nnn"), "auto", Limits(max_bytes=2), ("SC-LIM-1", 16)),
        (pack("nn", framing="url"), "auto", Limits(max_bytes=8), ("SC-LIM-1", 64)),
        (pack("nn", framing="sequence") * 2, "sequence", Limits(max_bytes=1), ("SC-LIM-1", 16)),
        (PNG_WITH_RECORD, "auto", Limits(max_bytes=1), ("SC-LIM-1", CHUNK_OFFSET + 72)),
        (pack("n n", coding="nibble"), "auto", Limits(max_words=1), ("SC-LIM-2", 8)),
        (pack("n n", coding="utf8"), "auto", Limits(max_words=1), ("SC-LIM-2", 8)),
        (
            pack("n", coding="nibble", extensions={"seed": 1}),
            "auto",
            Limits(max_extensions=0),
            ("SC-LIM-3", 16),
        ),
        (
            PNG_WITH_RECORD,
            "auto",
            Limits(max_chunks=3),
            ("SC-LIM-4", 8 * (len(PNG_WITH_RECORD) - 12)),
        ),
        (b"\x01\x00" * 3, "sequence", Limits(max_records=2), ("SC-LIM-5", 32)),
    ],
)
def test_no_fields_are_mapped_beyond_a_limit(
    data: bytes, name: str, limits: Limits, expected: tuple[str, int]
) -> None:
    report = validate(data, framing=name, limits=limits)
    assert report.findings[0][:2] == expected
    assert (report.verdict, report.fields, report.profiles) == ("unsupported", (), ())
    unlimited = validate(data, framing=name)
    assert unlimited.ok
    assert unlimited.fields


@pytest.mark.parametrize("words", [4_096, 4_097, 8_001, 16_000])
def test_fast_path_enforces_the_limit_of_words(words: int) -> None:
    data = b"\0" + b"\x10" * words
    if words <= Limits().max_words:
        assert unpack(data).words == ["n"] * words
        return
    with pytest.raises(UnsupportedError) as caught:
        unpack(data)
    assert (caught.value.rule, caught.value.found) == ("SC-LIM-2", f"{words} words")
