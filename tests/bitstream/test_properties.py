"""Properties of all inputs: oracles agree, each value has one encoding, damage is detected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import engine
from fuzz.strategies import layouts
from semcodec.bitstream import Models, Record, layout, pack, repack, unpack, validate
from semcodec.bitstream.header import SIZE_CODES
from semcodec.errors import FormatError, SemcodecError, UnsupportedError
from tests import annex_c
from tests.profiles import RecordProperty, count, examples, seed


def unpack_or_none(data: bytes) -> Record | None:
    try:
        return unpack(data)
    except SemcodecError:
        return None


def decode(data: bytes) -> dict[str, Any] | str:
    """Return the record of ``data`` as plain values, or the id of the first broken rule."""
    try:
        return unpack(data).as_dict()
    except (FormatError, UnsupportedError) as error:
        return error.rule


def write_by_layout(data: bytes, is_file: bool) -> bytes:
    """Return ``data`` after parsing and writing it with the layout declaration."""

    def without_streams(value: Any) -> Any:  # containers hold the parsed stream
        if isinstance(value, dict):
            return {name: without_streams(part) for name, part in value.items() if name != "_io"}
        return [without_streams(part) for part in value] if isinstance(value, list) else value

    return layout.build(without_streams(layout.parse(data, is_file)), is_file)


# --- values -------------------------------------------------------------------------------

word = st.text("ntsrhldcmfgpbkv", min_size=1, max_size=8)
side = st.one_of(st.integers(1, 40_000), st.integers(1, 2**31 - 1))
model_id = st.one_of(st.integers(0, 300), st.integers(0, 2**28 - 1))
name_value = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60).map(
    str.encode
)
entries = st.dictionaries(st.integers(2**26, 2**27 - 1).map(lambda n: 2 * n), st.binary(max_size=9))
known = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((2, 4, 6, 8), name_value),
        10: st.just(b"\x0c"),
        20: layouts(),
        22: st.binary(min_size=1, max_size=512),
        24: st.just(b"`\0"),
    },
)


@st.composite
def options(draw: st.DrawFn) -> dict[str, Any]:
    framing = draw(st.sampled_from(("bare", "file")))
    checks = ("none", "crc8", "crc16", "crc32")[framing == "file" :]
    return {
        "size": draw(st.one_of(st.sampled_from(SIZE_CODES), st.tuples(side, side))),
        "models": draw(
            st.one_of(
                model_id.map(Models),
                st.tuples(model_id, model_id, model_id, model_id).map(lambda t: Models(0, *t)),
            )
        ),
        "framing": framing,
        "check": draw(st.sampled_from(checks)),
        "extensions": sorted((draw(entries) | draw(known)).items()),
    }


nibble_text = st.lists(word, max_size=12).map(" ".join)
utf8_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(nibble_text, options())
def test_nibble_records_round_trip(text: str, pack_options: dict[str, Any]) -> None:
    record = unpack(pack(text, coding="nibble", **pack_options))
    assert record.text == text
    assert record.extensions == tuple(pack_options.pop("extensions"))
    assert {key: getattr(record, key) for key in pack_options} == pack_options


@given(utf8_text, options())
def test_utf8_records_round_trip(text: str, pack_options: dict[str, Any]) -> None:
    record = unpack(pack(text, coding="utf8", **pack_options))
    assert (record.text, record.coding) == (text, "utf8")


@given(nibble_text, options())
def test_layout_and_annex_c_read_packed_records(text: str, pack_options: dict[str, Any]) -> None:
    data = pack(text, coding="nibble", **pack_options)
    assert write_by_layout(data, pack_options["framing"] == "file") == data
    assert annex_c.decode(data) == unpack(data).as_dict()


@pytest.mark.parametrize(
    "pack_options",
    [
        {},
        {"framing": "file"},
        {"size": (1000, 777), "check": "crc16", "extensions": {"k": 3, "seed": 7}},
        {"size": (2**31 - 1, 1), "models": Models(0, 1, 2, 300, 4), "framing": "file"},
        {
            "models": 2,
            "check": "crc32",
            "framing": "file",
            "extensions": {"layout": {0: [(0, 0, 9, 9)]}},
        },
    ],
)
@pytest.mark.parametrize("text", ["", "rd bt"])
def test_layout_writes_the_record_that_it_reads(text: str, pack_options: dict[str, Any]) -> None:
    data = pack(text, coding="nibble", **pack_options)
    assert write_by_layout(data, pack_options.get("framing") == "file") == data


@pytest.mark.parametrize(
    "data", [b"", b"\x02", b"\x02\x81\xf3", b"\x04\x03\x1a", b"\x01" + b"\x80" * 4]
)
def test_layout_rejects_truncated_data(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        layout.parse(data, is_file=False)
    assert (caught.value.rule, caught.value.offset) == ("SC-HDR-3", 8 * len(data))


@examples(300)
@given(st.binary(max_size=40))
def test_parser_and_annex_c_agree_on_any_bytes(data: bytes) -> None:
    assert decode(data) == annex_c.decode(data)


@pytest.mark.no_cover
@pytest.mark.sampled
def test_parser_and_annex_c_agree_on_near_records(record_property: RecordProperty) -> None:
    input_count = count(gate=1_000, nightly=50_000)
    record_property("inputs", input_count)
    for data in engine.near_records(seed(1), input_count):
        result = decode(data)
        assert result == annex_c.decode(data) or str(result).startswith("SC-LIM"), data.hex()


@pytest.mark.no_cover
def test_parser_and_annex_c_agree_on_every_two_byte_payload() -> None:
    for value in range(0x10000):
        data = b"\0" + value.to_bytes(2, "big")
        assert decode(data) == annex_c.decode(data)


@pytest.mark.no_cover
@pytest.mark.sampled
def test_accepted_data_is_canonical_and_other_data_raises_semcodec_errors(
    record_property: RecordProperty,
) -> None:
    accepted, input_count = 0, count(gate=2_000, nightly=50_000)
    record_property("inputs", input_count)
    for data in engine.near_records(seed(1), input_count):
        record = unpack_or_none(data)
        accepted += record is not None
        if record is not None and record.framing != "png":
            assert repack(record) == data, data.hex()
        if record is not None and record.framing in ("bare", "file"):
            assert write_by_layout(data, record.framing == "file") == data, data.hex()
    assert accepted > input_count // 5


@pytest.mark.no_cover
@pytest.mark.parametrize("rest", [b"", b"\x11", b"\x01\x01", b"\x01\x02\x0c\x00\x11"])
def test_parser_and_annex_c_agree_on_every_first_byte(rest: bytes) -> None:
    for first in range(256):
        data = bytes([first]) + rest
        assert decode(data) == annex_c.decode(data)
        assert validate(data).ok == (unpack_or_none(data) is not None)


def damage_copies(data: bytes) -> Iterator[bytes]:
    yield from (data[:end] for end in range(len(data)))
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


@pytest.mark.no_cover
@pytest.mark.parametrize("check", ["crc8", "crc16", "crc32"])
@pytest.mark.parametrize(
    "text",
    ["", "n", "ct n grss", "ndn trdtnl rch vndv", "rd br snst lk mntn gld sk brd fl " * 2 + "t"],
)
def test_damaged_file_is_rejected(text: str, check: str) -> None:
    for data in damage_copies(pack(text, coding="nibble", framing="file", check=check)):
        with pytest.raises(SemcodecError):
            unpack(data)
        assert not validate(data).ok
