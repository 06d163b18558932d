"""Registered extensions: valid and invalid values, and their canonical encodings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.bitstream import extension, extensions, leb128, pack, repack, unpack, validate
from semcodec.bitstream.extensions import Value
from semcodec.bitstream.parser import Parser
from semcodec.errors import FormatError, InputError, UnsupportedError
from tests.each import for_each

TEXTS = ("describer", "writer", "painter", "prompts", "tool")
TYPES = {"describer": 2, "writer": 4, "painter": 6, "prompts": 8, "k": 10, "order": 12,
           "seed": 14, "tool": 16, "comment": 18,
           "layout": 20, "colors": 22, "sketch": 24}  # fmt: skip

BOX = bytes.fromhex("042093f8")  #: the example of §5.8: word 1, a box from 8, 4 to 20, 32

Case = tuple[str, Value, bytes]


def test_registered_extensions_have_their_types() -> None:
    assert {name: row.type for name, row in extensions.BY_NAME.items()} == TYPES


def valid_cases() -> list[Case]:
    """Return names, values and bytes, including both ends of each range."""
    cases: list[Case] = [
        ("k", 1, b"\x01"), ("k", 12, b"\x0c"), ("k", 127, b"\x7f"), ("k", 128, b"\x80\x01"),
        ("k", 2**28 - 1, b"\xff\xff\xff\x7f"), ("order", "importance", b"\x01"),
        ("seed", 0, b"\0"), ("seed", 1, b"\x01"), ("seed", 255, b"\xff"),
        ("seed", 256, b"\x01\0"), ("seed", 65_536, b"\x01\0\0"), ("seed", 2**24, b"\x01\0\0\0"),
        ("seed", 2**32 - 1, b"\xff" * 4), ("comment", "n" * 4096, b"n" * 4096),
        ("comment", "ö", "ö".encode()),
    ]  # fmt: skip
    layers = {"layout": BOX, "colors": b"\xff" * 512, "sketch": b"`" + b"\xff" * 511}
    cases += [(name, value, value) for name, value in layers.items()]
    for name in TEXTS:
        cases += [(name, "n", b"n"), (name, "n" * 255, b"n" * 255), (name, " ~\xa0\u200b", b"")]
    return [(name, value, data or str(value).encode()) for name, value, data in cases]


@pytest.mark.parametrize(("name", "value", "data"), valid_cases(), ids=lambda v: repr(v)[:20])
def test_extension_can_be_given_by_name_or_by_type(name: str, value: Value, data: bytes) -> None:
    type_id = TYPES[name]
    assert extension(name, value) == (type_id, data)
    arguments = (
        {name: value}, [(name, value)], ((name, value),), [[name, value]],
        [(type_id, data)], [[type_id, data]],
    )  # fmt: skip
    packed = [pack("nn", extensions=pairs) for pairs in arguments]
    assert packed == packed[:1] * len(packed)
    record = unpack(packed[0])
    assert record.extensions == ((type_id, data),)
    assert record.metadata == {name: value}


INVALID_BYTES = [
    (10, b""), (10, b"\0"), (10, b"\x81\0"), (10, b"\x80"), (10, b"\1\1"), (10, b"\xff" * 5),
    (10, b"\x80\x80\x80\x80\x01"), (12, b""), (12, b"\0"), (12, b"\2"), (12, b"\1\1"),
    (14, b""), (14, b"\0\0"), (14, b"\0\7"), (14, b"\1" * 5), (14, b"\0\0\0\0"),
    (18, b""), (18, b"n" * 4097), (18, b"\xff"), (18, b"\n"),
    *((type_id, invalid) for type_id in (2, 4, 6, 8, 16) for invalid in (
        b"", b"n" * 256, b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\0",
        b"\x1f", b"\x7f", b"\xc2\x80", b"\xc2\x9f", b"\t",
    )),
    (20, b""), (20, BOX[:3]), (20, BOX + b"\0"), (20, BOX[:3] + b"\xf9"), (20, BOX * 2),
    (20, bytes(59)), (22, b""), (22, bytes(513)), (24, b""), (24, b" "), (24, b"!!"),
    (24, b" " * 513),
]  # fmt: skip


@for_each(INVALID_BYTES)
def test_invalid_extension_bytes_are_rejected_by_pack_and_unpack(
    type_id: int, value: bytes
) -> None:
    row = extensions.BY_TYPE[type_id]
    with pytest.raises(InputError, match=row.rule):
        pack("nn", extensions=[(type_id, value)])
    entry = leb128.write(type_id) + leb128.write(len(value)) + value
    data = b"\x04" + leb128.write(len(entry)) + entry + b"\x11"
    with pytest.raises(FormatError) as caught:
        unpack(data)
    error = caught.value
    assert (error.rule, error.verdict) == (row.rule, "invalid")
    assert error.offset == 8 * (1 + len(leb128.write(len(entry))))
    assert error.found == (value[:16].hex(" ") or "no bytes")
    assert error.expected == extensions.describe_valid(type_id)
    (finding,) = validate(data).findings
    assert (finding.rule, finding.offset) == (error.rule, error.offset)


@for_each(
    [
        ("k", 0), ("k", -1), ("k", 2**28), ("k", "3"), ("k", True), ("k", 1.0), ("k", None),
        ("order", "reading"), ("order", b"\1"), ("order", 1), ("order", None), ("order", []),
        ("seed", -1), ("seed", 2**32), ("seed", True), ("seed", "7"), ("seed", 7.0), ("seed", None),
        *((name, wrong) for name in ("layout", "colors", "sketch") for wrong in (
            b"", "00", 5, None, bytearray(BOX), [0],
        )),
        ("layout", BOX[:3]), ("colors", bytes(513)), ("sketch", b"!!"),
        ("comment", ""), ("comment", "n" * 4097), ("comment", "a\nb"), ("comment", 5),
        *((name, invalid) for name in TEXTS for invalid in (
            "", "n" * 256, "ö" * 128, "\ud800", "a\0", "\x7f", "\x9f", b"n", 5, None,
        )),
    ],
)  # fmt: skip
def test_invalid_extension_value_is_an_input_error(name: str, value: object) -> None:
    row = extensions.BY_NAME[name]
    for call in (lambda: extension(name, value), lambda: pack("nn", extensions={name: value})):
        with pytest.raises(InputError, match=rf"extension {name} takes .*\({row.rule}\)"):
            call()


@pytest.mark.parametrize("name", ["poet", "", "K", 2, None, ["k"]])
def test_unknown_extension_name_is_an_input_error(name: object) -> None:
    with pytest.raises(InputError, match="describer, writer, painter"):
        extension(name, "n")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(0, b"")], "SC-EXT-5"), ([(1, b"")], "SC-EXT-6"), ([(2**28 - 1, b"")], "SC-EXT-6"),
        ([(-2, b"")], "pair"), ([(2**28, b"")], "pair"), ([(True, b"n")], "pair"),
        ([(2.0, b"n")], "pair"), ([(26, "")], "pair"), ([(26, None)], "pair"), ([(26,)], "pair"),
        ([(26, b"", b"")], "pair"), ([26], "pair"), (["k"], "pair"), ([{10: b""}], "pair"),
        ({26: "n"}, "pair"), (5, "by name"), (None, "by name"), ("k", "by name"),
        ({("k", 1)}, "by name"), ([(2**27, b""), (2**27, b"n")], "once"),
        ([("k", 1), (10, b"\2")], "once"),
    ],
)  # fmt: skip
def test_malformed_extensions_argument_is_an_input_error(pairs: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pack("nn", extensions=pairs)


@pytest.mark.parametrize("value", ["01", "02"])
def test_order_of_a_bag_is_reported_after_its_value(value: str) -> None:
    report = validate(bytes.fromhex("44030c01") + bytes.fromhex(value))
    rules = ["SC-EXT-9", "SC-EXT-12"] if value == "02" else ["SC-EXT-12"]
    assert [(f.rule, f.offset) for f in report.findings] == [(rule, 16) for rule in rules]


def test_bag_with_an_order_is_not_written() -> None:
    record = unpack(pack("red bear", coding="bag"))
    order = (extension("order", "importance"),)
    for call in (
        lambda: pack("red bear", coding="bag", extensions=order),
        lambda: pack("red bear", keep="words", extensions={"order": "importance"}),
        lambda: pack("red bear", keep="words", extensions=[(12, b"\1")]),
        lambda: repack(record._replace(extensions=order)),
    ):
        with pytest.raises(InputError, match=r"no order: omit .*lexicon.*SC-EXT-12"):
            call()
    assert unpack(pack("red bear", extensions=order)).metadata == {"order": "importance"}


def test_private_extension_types_are_kept() -> None:
    entries = ((2**27, b""), (2**27 + 2, b"\xff" * 300), (2**28 - 2, b"\0"))
    assert unpack(pack("nn", extensions=entries[::-1])).extensions == entries
    assert unpack(pack("nn", extensions=dict(entries))).extensions == entries
    assert unpack(pack("nn", extensions=entries)).metadata == {}


@given(st.integers(0, 2**28 - 1))
def test_leb128_round_trips_and_truncation_is_detected(value: int) -> None:
    data = leb128.write(value)
    assert leb128.read(Parser(data)) == leb128.decode_canonical(data) == value
    assert len(data) == max(1, -(-value.bit_length() // 7))
    for end in range(len(data)):
        assert leb128.decode_canonical(data[:end]) is None
        with pytest.raises(FormatError, match="SC-HDR-3"):
            leb128.read(Parser(data[:end]))


def test_non_canonical_leb128_is_reported() -> None:
    for data, found, expected in (("8100", "81 00", "01"), ("ff8000", "ff 80 00", "7f"),
                                ("80808000", "80 80 80 00", "00")):  # fmt: skip
        findings: list[FormatError | UnsupportedError] = []
        leb128.read(Parser(bytes.fromhex(data), findings))
        (error,) = findings
        assert (error.rule, error.offset, error.found, error.expected) == (
            "SC-LEB-2", 0, found, expected
        )  # fmt: skip


@pytest.mark.parametrize(
    ("block", "violations"),
    [
        ("00", [("SC-EXT-2", 8)]),
        ("04", [("SC-EXT-1", 8)]),
        ("011a", [("SC-EXT-3", 24)]),
        ("019a", [("SC-EXT-3", 24)]),
        ("021a01", [("SC-EXT-3", 32)]),
        ("041a001a00", [("SC-EXT-4", 32)]),
        ("041c001a00", [("SC-EXT-4", 32)]),
        ("0400000000", [("SC-EXT-5", 16), ("SC-EXT-4", 32), ("SC-EXT-5", 32)]),
        ("060b000d001a00", [("SC-EXT-6", 16), ("SC-EXT-6", 32)]),
        ("040b000a00", [("SC-EXT-6", 16), ("SC-EXT-4", 32), ("SC-EXT-8", 32)]),
        ("039a0000", [("SC-LEB-2", 16)]),
        ("82001a0011", [("SC-LEB-2", 8)]),
    ],
)
def test_invalid_extension_block_has_findings_in_order(
    block: str, violations: list[tuple[str, int]]
) -> None:
    data = bytes.fromhex("04" + block)
    assert [(f.rule, f.offset) for f in validate(data).findings] == violations
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        unpack(data)
    assert (caught.value.rule, caught.value.offset) == violations[0]


def test_payload_error_after_a_block_is_not_an_extension_error() -> None:
    report = validate(b"\x64\x02\x1a\x00\xff")
    assert [(f.rule, f.offset) for f in report.findings] == [("SC-UTF-1", 32)]
