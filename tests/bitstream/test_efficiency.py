"""No record is encoded, read or checked twice, and the overhead is computed without packing."""

from __future__ import annotations

import copy
import io
import pickle
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fuzz import engine
from semcodec.bitstream import (
    PROFILES,
    Models,
    Record,
    api,
    embed_png,
    extract_png,
    framing,
    layout,
    leb128,
    pack,
    profiles,
    rate_breakdown,
    record_codec,
    repack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.bitstream.header import SIZE_CODES
from semcodec.bitstream.record import kept_payload
from semcodec.coding import bag, codings, lexicon, tables
from semcodec.coding.tables import load_tables
from semcodec.errors import InputError
from tests import profiles as sampling
from tests.png_files import build_chunk

#: The same examples on every run, without a deadline.
reproducible = settings(derandomize=True, deadline=None, database=None)

TEXTS = {
    "nibble": "rd br snst",
    "lexicon": "red bear Paris",
    "bag": "red bear sunset",
    "utf8": "Öl",
}
ALL_FIELDS: dict[str, Any] = {
    "size": (1000, 777),
    "models": 300,
    "extensions": {"k": 3, "comment": "hi"},
}


def count_calls(monkeypatch: pytest.MonkeyPatch, *functions: Callable[..., Any]) -> Counter[str]:
    """Replace functions in their modules by functions that count their calls."""
    call_counts: Counter[str] = Counter()

    def count_function(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            call_counts[name] += 1
            return function(*args, **options)

        return run

    for function in functions:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        monkeypatch.setattr(
            f"{function.__module__}.{function.__name__}", count_function(function, name)
        )
    return call_counts


def embed_in_png(record: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(out, "PNG")
    return embed_png(out.getvalue(), record)


# --- overhead -----------------------------------------------------------------------------------

leb128_value = st.one_of(st.integers(0, 2**28 - 1), st.sampled_from((127, 128, 2**14 - 1, 2**14)))
side = st.one_of(st.integers(1, 40_000), st.integers(1, 2**31 - 1))
private = st.integers(2**26, 2**27 - 1).map(lambda n: 2 * n)
entries = st.dictionaries(private, st.binary(max_size=200))


@st.composite
def pack_options(draw: st.DrawFn) -> dict[str, Any]:
    framing_name = draw(st.sampled_from(framing.OUTPUT_FRAMINGS))
    checks = ("crc8", "crc16", "crc32", None, "none")[
        : 4 if framing_name in framing.CHECK_REQUIRED else 5
    ]
    return {
        "framing": framing_name,
        "check": draw(st.sampled_from(checks)),
        "size": draw(st.one_of(st.sampled_from(SIZE_CODES), st.tuples(side, side))),
        "models": draw(
            st.one_of(
                leb128_value.map(Models),
                st.tuples(*[leb128_value] * 4).map(lambda t: Models(0, *t)),
            )
        ),
        "extensions": sorted(draw(entries).items()),
    }


@reproducible
@given(pack_options(), st.sampled_from(sorted(TEXTS)), st.integers(0, 40))
def test_overhead_plus_payload_is_the_length_of_the_data(
    options: dict[str, Any], coding: str, repetitions: int
) -> None:
    text = TEXTS[coding]
    if coding != "bag":
        text = " ".join([text] * repetitions)
    record = api.build_record(text, coding=coding, **options)
    data = pack(text, coding=coding, **options)
    assert api.overhead(len(record.payload), **options) + len(record.payload) == len(data)
    unpacked = next(unpack_all(data)) if options["framing"] == "sequence" else unpack(data)
    assert (record, record.payload) == (unpacked, unpacked.payload)
    assert api.serialize(record) == data


@pytest.mark.parametrize("framing_name", framing.OUTPUT_FRAMINGS)
def test_overhead_is_the_length_without_the_payload(framing_name: str) -> None:
    for length in (0, 1, 40):
        data = pack("a" * length, coding="utf8", framing=framing_name)
        assert api.overhead(length, framing=framing_name) == len(data) - length


@pytest.mark.no_cover
@pytest.mark.parametrize("framing_name", framing.OUTPUT_FRAMINGS)
def test_overhead_for_payloads_of_many_lengths(framing_name: str) -> None:
    lengths = [*range(300), *range(16_370, 16_390), 40_000]
    for length in lengths:
        data = pack("a" * length, coding="utf8", framing=framing_name)
        assert api.overhead(length, framing=framing_name) == len(data) - length
    # Only a sequence stores the length of a core; the others grow evenly.
    long_cores = (2**21 - 1, 2**21) if framing_name == "sequence" else ()
    for core in (*range(1, 9), 127, 128, 2**14 - 1, 2**14, *long_cores):
        assert framing.length(framing_name, core) == len(framing.write(framing_name, bytes(core)))


def test_leb128_length_matches_the_encoding() -> None:
    for power in range(28):
        for value in (2**power - 1, 2**power, 2**power + 1):
            assert leb128.length(value) == len(leb128.write(value))


@pytest.mark.parametrize(
    "invalid",
    [{"framing": "png"}, {"framing": "box"}, {"framing": "file", "check": "none"}, {"size": (0, 1)},
     {"models": "unknown"}, {"extensions": {"seed": -1}}],
)  # fmt: skip
def test_overhead_validates_like_pack(invalid: dict[str, Any]) -> None:
    for call in (api.overhead, api.build_record):
        with pytest.raises(InputError):
            call(3 if call is api.overhead else "n", **invalid)


def test_rate_breakdown_counts_every_byte() -> None:
    for framing_name in ("bare", "file", "url", "qr"):
        data = pack("rd br", framing=framing_name, **ALL_FIELDS)
        breakdown = rate_breakdown(data)
        assert breakdown.bits("file") == 8 * len(data)
        assert breakdown.bits("file") == sum(entry.bits for entry in breakdown.entries[:-1])
    png_data = embed_in_png(pack("rd br", **ALL_FIELDS))
    assert rate_breakdown(png_data).bits("file") == 8 * (len(pack("rd br", **ALL_FIELDS)) + 12)


# --- a record keeps its payload -----------------------------------------------------------------


@pytest.mark.parametrize("coding", sorted(TEXTS))
def test_payload_is_encoded_once(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack(TEXTS[coding], coding=coding, framing="file", check="crc32", **ALL_FIELDS)
    png_data = embed_in_png(data)
    record = unpack(data)
    call_counts = count_calls(monkeypatch, codings.encode, lexicon.encode)
    assert api.serialize(api.build_record(TEXTS[coding], coding=coding)) == pack(
        TEXTS[coding], coding=coding
    )
    # For nibble, ``pack`` uses the fast path, which does not call codings.encode.
    assert call_counts["codings.encode"] == (1 if coding == "nibble" else 2)
    call_counts.clear()
    assert record.payload_bits == 8 * len(record.payload)
    assert repack(record) == data
    assert unpack(repack(record, framing="url")).payload == record.payload
    assert embed_png(png_data, data) == png_data
    assert extract_png(png_data) == repack(record, framing="bare")
    assert rate_breakdown(data).bits("payload") == record.payload_bits
    assert call_counts == {}


def test_auto_encodes_a_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    call_counts = count_calls(monkeypatch, lexicon.encode, bag.encode)
    pack(TEXTS["lexicon"])
    assert call_counts == {"lexicon.encode": 1}
    call_counts.clear()
    record = unpack(pack(TEXTS["bag"], keep="words"))
    assert record.coding == "bag"
    assert call_counts == {"bag.encode": 1}  # the decoder checks its own interval


def test_tables_are_loaded_only_if_they_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    codings._listed_without_vowels.cache_clear()
    call_counts = count_calls(monkeypatch, load_tables)
    monkeypatch.setattr(codings, "load_tables", tables.load_tables)
    pack("ndn trdtnl", coding="nibble")
    pack("roter Bär", coding="utf8")
    assert call_counts == {}
    for _ in range(3):
        pack("ndn trdtnl")
    assert call_counts == {"tables.load_tables": 1}


def test_nibble_and_utf8_never_load_the_tables() -> None:
    load_tables.cache_clear()
    for text, coding in (("ndn trdtnl", "nibble"), ("roter Bär", "utf8")):
        data = pack(text, coding=coding, framing="file", **ALL_FIELDS)
        assert unpack(data).text == text
        assert validate(data).ok
        assert repack(unpack(data)) == data
    assert load_tables.cache_info().currsize == 0
    assert unpack(pack("red", coding="lexicon")).text == "red"
    assert load_tables.cache_info().currsize == 1


def without_payload(record: Record) -> Record:
    return Record(*record)


@pytest.mark.parametrize("coding", sorted(TEXTS))
def test_kept_payload_is_not_part_of_the_value(coding: str) -> None:
    data = pack(TEXTS[coding], coding=coding, framing="file", **ALL_FIELDS)
    record, plain = unpack(data), without_payload(unpack(data))
    assert (kept_payload(record), kept_payload(plain)) == (
        data[-1 - len(record.payload) : -1],
        None,
    )
    assert (
        record == plain,
        hash(record) == hash(plain),
        repr(record) == repr(plain),
    ) == (True, True, True)
    assert {record: 1}[plain] == 1
    assert tuple(record) == tuple(plain)
    assert repack(plain) == data
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.dumps(record, protocol) == pickle.dumps(without_payload(record), protocol)
        copied = pickle.loads(pickle.dumps(record, protocol))
        assert (type(copied), copied, copied.payload) == (Record, record, record.payload)
    for copied in (
        copy.copy(record),
        copy.deepcopy(record),
        Record._make(record),
        record._replace(),
    ):
        assert (type(copied), copied, copied.payload) == (Record, record, record.payload)


def test_replaced_text_has_its_own_payload() -> None:
    record = unpack(pack("red bear", coding="lexicon"))
    other = record._replace(text="blue sky")
    assert other.payload == unpack(pack("blue sky", coding="lexicon")).payload != record.payload
    assert repack(other) == pack("blue sky", coding="lexicon")
    assert record._replace(coding="utf8").payload == b"red bear"
    with pytest.raises(InputError, match="caf"):
        _ = record._replace(text="caf\u00e9").payload


@pytest.mark.parametrize("coding", ["foo", "", None, 3, ["nibble"], "Nibble"], ids=repr)
def test_record_with_unknown_coding_has_no_payload(coding: Any) -> None:
    record = unpack(pack("bc", coding="nibble"))._replace(coding=coding)
    for access in (lambda: record.payload, lambda: record.payload_bits, lambda: repack(record)):
        for _ in range(2):  # the first use must not cache an invalid payload
            with pytest.raises(InputError, match="nibble, lexicon"):
                access()


def test_computed_payload_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    record = without_payload(unpack(pack("red bear", coding="lexicon")))
    call_counts = count_calls(monkeypatch, lexicon.encode)
    assert len({record.payload, record.payload}) == call_counts["lexicon.encode"] == 1
    repack(record)
    assert call_counts["lexicon.encode"] == 1


def test_record_is_immutable() -> None:
    for record in (unpack(pack("n", coding="nibble")), unpack(pack("red", coding="lexicon"))):
        for name in ("text", "payload", "anything"):
            with pytest.raises(AttributeError):
                setattr(record, name, b"")
            with pytest.raises(AttributeError):
                delattr(record, name)
        assert not hasattr(record, "anything")


# --- validate -----------------------------------------------------------------------------------


def sequence(*texts: str) -> bytes:
    return b"".join(pack(text, coding="nibble", framing="sequence", **ALL_FIELDS) for text in texts)


@pytest.mark.parametrize("profile", [None, *PROFILES])
@pytest.mark.parametrize(
    ("data", "framing_name", "records"),
    [
        (pack("rd br"), "auto", 1),
        (pack("red bear", coding="lexicon", framing="file", **ALL_FIELDS), "auto", 1),
        (pack("rd", coding="nibble", framing="url"), "auto", 1),
        (pack("rd", coding="nibble", framing="qr"), "auto", 1),
        (embed_in_png(pack("rd", coding="nibble")), "auto", 1),
        (sequence("rd", "", "br snst"), "sequence", 3),
        (b"", "sequence", 0),
    ],
)
def test_validate_reads_once_and_checks_each_profile_rule_once(
    data: bytes,
    framing_name: str,
    records: int,
    profile: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule_counts: Counter[str] = Counter()

    def count_rule(rule: profiles.ProfileRule) -> profiles.ProfileRule:
        def is_satisfied(record: Record) -> bool:
            rule_counts[rule.rule] += 1
            return rule.is_satisfied(record)

        return rule._replace(is_satisfied=is_satisfied)

    before = validate(data, framing=framing_name, profile=profile)
    monkeypatch.setattr(profiles, "PROFILE_RULES", tuple(map(count_rule, profiles.PROFILE_RULES)))
    call_counts = count_calls(
        monkeypatch,
        record_codec.read_core,
        framing.unwrap,
        framing.iter_sequence,
        layout.field_locations,
    )
    assert validate(data, framing=framing_name, profile=profile) == before
    reader = "framing.iter_sequence" if framing_name == "sequence" else "framing.unwrap"
    assert call_counts == Counter({reader: 1}) + Counter({"record_codec.read_core": records})
    assert rule_counts == Counter(
        {rule.rule: records for rule in profiles.PROFILE_RULES if records}
    )


def test_sequence_satisfies_a_profile_if_all_records_do() -> None:
    tiny, large = (
        pack("n", coding="nibble", framing="sequence"),
        pack("n", coding="nibble", framing="sequence", size=(1000, 777)),
    )
    for data, satisfied in (
        (b"", ()),
        (tiny * 2, ("tiny",)),
        (tiny + large, ()),
        (large + tiny, ()),
    ):
        assert validate(data, framing="sequence").profiles == satisfied


@pytest.mark.no_cover
@pytest.mark.sampled
def test_parser_and_layout_agree_on_the_field_map(
    record_property: sampling.RecordProperty,
) -> None:
    count = sampling.count(gate=500, nightly=20_000)
    record_property("inputs", count)
    verdicts = Counter[str]()
    for data in engine.near_records(sampling.seed(1), count):
        for framing_name in ("bare", "file"):
            report = validate(data, framing=framing_name)
            layout_fields = layout.field_locations(data, framing_name == "file")
            assert sum(field.bits for field in report.fields) == 8 * len(data)
            if {finding.rule for finding in report.findings} != {"SC-HDR-1"}:
                assert [field[:3] for field in report.fields] == [
                    location[:3] for location in layout_fields
                ]
                verdicts[report.verdict] += 1
    assert min(verdicts["valid"], verdicts["invalid"]) > count / 10, verdicts


def test_fields_of_broken_records_are_contiguous() -> None:
    """Also if the core is not at the start of the data, or an error or version stops the parser."""
    cores = [b"\x00\x11", b"\x80\x11", b"\x1a\x0d\x11", b"\x02", b"\x04\x02\x0b\x01", b"\x60\xff"]
    items = b"".join(bytes([len(core)]) + core for core in cores)
    reports = [validate(items + b"\x00\x05\x00", framing="sequence")]
    png_data, record_chunk = (
        embed_in_png(b"\x00\x11"),
        bytes.fromhex("0000000273654d4300111cb4b57a"),
    )
    for core in cores:
        chunk = build_chunk(b"seMC", core, crc=0)
        reports.append(validate(png_data.replace(record_chunk, chunk)))
    for report in reports:
        ends = [field.offset + field.bits for field in report.fields]
        assert [field.offset for field in report.fields] == [0, *ends[:-1]]
    names = [field.name for field in reports[0].fields]
    assert names.count("1.unread") == names.count("2.unread") == names.count("unread") == 1


def test_layout_maps_fields_if_the_parser_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    call_counts = count_calls(monkeypatch, layout.field_locations)
    for data in (
        pack("rd", coding="nibble", **ALL_FIELDS),
        b"\x02\x00\x11",
        b"\x04\x07\x0b\x00\x0b\x00\x81\x00\x00",
    ):
        assert validate(data).fields
        assert call_counts == {}
    truncated = b"\x1a\x0d\x11"  # too short for a check, but the size field is complete
    assert [field.name for field in validate(truncated).fields][6:] == ["size.code", "unread"]
    assert call_counts == {"layout.field_locations": 1}
