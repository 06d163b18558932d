"""Reports, field maps and rate breakdowns, in every framing and for damaged data."""

from __future__ import annotations

import io
import pickle

import pytest
from PIL import Image

from semcodec.bitstream import (
    Field,
    Limits,
    Models,
    embed_png,
    extension,
    inspect,
    pack,
    rate_breakdown,
    unpack,
    validate,
)
from semcodec.coding import bag
from semcodec.errors import FormatError, InputError, UnsupportedError

NAMES = {"describer": "a", "writer": "b", "painter": "c", "prompts": "d", "tool": "t"}


def make_png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (1, 1)).save(out, "PNG")
    return out.getvalue()


def check_contiguous(fields: list[Field] | tuple[Field, ...]) -> int:
    """Return the end of contiguous ``fields`` in bits, which have as many digits as bits."""
    end = fields[0].offset
    for field in fields:
        assert field.offset == end
        digits = len(field.raw) * (4 if field.bits % 8 == field.offset % 8 == 0 else 1)
        assert digits == field.bits
        end += field.bits
    return end


@pytest.mark.parametrize("check", ["crc8", "crc16", "crc32"])
@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "url", "qr", "png"])
def test_every_bit_belongs_to_a_field(framing: str, check: str) -> None:
    core = pack("rd br", check=check, size=(1000, 777), extensions={"seed": 300, "comment": "ö"})
    data = {
        "bare": core,
        "png": embed_png(make_png(), core),
    }.get(framing) or pack(
        "rd br", framing=framing, check=check, size=(1000, 777),
        extensions={"seed": 300, "comment": "ö"},
    )  # fmt: skip
    fields = inspect(data, framing="sequence" if framing == "sequence" else "auto")
    expected = core if framing in ("url", "qr") else data
    assert check_contiguous(fields) == 8 * len(expected)
    values = {field.name.removeprefix("0."): field.value for field in fields}
    assert (values["payload"], values["extensions.0.value"]) == ("rd br", 300)
    assert values["extensions.1.value"] == "ö"


@pytest.mark.parametrize(
    "data",
    [
        b"\xb5\x1a\x02", b"\x02\x81\xf3", b"\x04\x05\x1a\x00", b"\x01\x81\x81\x81\x81\x01",
        b"\x80\x11", b"\xff\xd8\xff", b"\xb5nothing", b"\xb5\x1a\x80", b"semc:", b"SEMQ:::::",
        b"semc:CB+D", make_png(), make_png()[:20], b"\x60\xff", b"\x02\x7f\x11", b"\x18\x00\x00",
    ],
)  # fmt: skip
def test_field_map_of_broken_data_covers_every_bit(data: bytes) -> None:
    report = validate(data)
    assert not report.ok
    assert report.verdict in ("malformed", "unsupported")
    if report.framing not in ("url", "qr") or report.fields[-1].name == "unread":
        assert check_contiguous(report.fields) == 8 * len(data)


def test_field_map_ends_with_the_unread_bytes() -> None:
    report = validate(b"\x02\x81\xf3")
    assert [field.name for field in report.fields][-1] == "unread"
    assert validate(b"").fields == ()


def test_field_map_is_empty_beyond_a_limit() -> None:
    report = validate(pack("n" * 100, coding="nibble"), limits=Limits(max_bytes=10))
    assert (report.verdict, report.fields) == ("unsupported", ())


def test_findings_have_found_and_expected_values() -> None:
    (finding,) = validate(b"\x02\x80\xff\x81\xff\x11").findings
    assert (finding.found, finding.expected) == ("512x512 in 4 bytes", "code 1")
    (finding,) = validate(b"\x08\x11\x00").findings
    assert (finding.found, finding.expected) == ("00", "43")
    (finding,) = validate(bytes.fromhex("0402020011")).findings
    assert finding.found == "no bytes"
    (finding,) = validate(bytes.fromhex("040302018011")).findings
    assert (finding.found, finding.expected[:14]) == ("80", "1 to 255 bytes")


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        (b"semc:CP/whg", "/", "characters of url"),
        (b"semc:CO\xc3\x96", "c3", "characters of url"),
        (b"semc:COp", "p", "o"),
        (b"SEMQ::::", ":::, 91124", "up to 65535"),
        (b"semc:C", "1 character", "one more or one less"),
    ],
)
def test_findings_in_text_forms_have_found_and_expected_values(
    text: bytes, found: str, expected: str
) -> None:
    (finding,) = validate(text).findings
    assert (finding.found, finding.expected) == (found, expected)


def test_two_leading_spaces_are_two_findings() -> None:
    rules = [(finding.rule, finding.offset) for finding in validate(b"\x00\x00\x11").findings]
    assert rules == [("SC-NIB-1", 8), ("SC-NIB-2", 12)]


def test_pickled_errors_keep_found_and_expected() -> None:
    for data in (b"\x02\x80\xff\x81\xff\x11", b"\x02\x7f\x11"):
        with pytest.raises((FormatError, UnsupportedError)) as caught:
            unpack(data)
        error = caught.value
        copy = pickle.loads(pickle.dumps(error))
        assert (copy.found, copy.expected, copy.rule) == (error.found, error.expected, error.rule)
        assert error.found
        assert error.expected


def test_items_after_a_broken_item_are_validated() -> None:
    items = [b"\x02\x00\x01", b"\x01\x00", b"\x03\x01\x81\x00", b"\x00", b"\x02\x60\xff", b"\x09\0"]
    report = validate(b"".join(items), framing="sequence")
    assert [(f.rule, f.offset) for f in report.findings] == [
        ("SC-NIB-1", 16), ("SC-LEB-2", 56), ("SC-SEQ-1", 72), ("SC-UTF-1", 96), ("SC-SEQ-2", 120),
    ]  # fmt: skip
    assert report.verdict == "malformed"
    assert check_contiguous(report.fields) == 8 * len(b"".join(items))
    with pytest.raises(FormatError):
        inspect(b"".join(items), framing="sequence")


@pytest.mark.parametrize("data", [pack("red boat", coding="bag"), b"\x40\x01\x02\x03\x04"])
def test_word_payload_is_decoded_once(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    decode, payloads = bag.decode, []
    monkeypatch.setattr(bag, "decode", lambda payload: payloads.append(payload) or decode(payload))
    for function in (validate, inspect):
        function(data)
        assert payloads.pop() == data[1:]
        assert not payloads


def test_each_item_of_a_sequence_has_its_own_text() -> None:
    # Which payloads are not canonical depends on the tables.
    broken = next(data for n in range(256) if not validate(data := bytes([0x40, 1, 2, 3, n])).ok)
    items = pack("boat", coding="bag", framing="sequence"), bytes([len(broken)]) + broken, b"\0"
    last_item = pack("a pier", coding="lexicon", framing="sequence")
    fields = validate(b"".join([*items, last_item]), framing="sequence").fields
    texts = [field.value for field in fields if field.name.endswith("payload")]
    assert texts == ["boat", broken[1:].hex(), "a pier"]


# --- profiles ----------------------------------------------------------------------------------


def test_profiles_of_common_records() -> None:
    assert validate(pack("n", coding="nibble")).profiles == ("tiny",)
    assert validate(pack("n", coding="nibble", framing="file")).profiles == ("file",)
    assert validate(pack("n", coding="nibble", framing="url")).profiles == ()
    archive = pack("n", coding="nibble", framing="file", check="crc32", extensions=NAMES)
    assert validate(archive).profiles == ("file", "archive")
    assert validate(b"\0\0").profiles == ()


def test_violated_profile_leaves_the_record_valid() -> None:
    report = validate(
        pack("n", coding="nibble", models=Models(painter=7), check="crc16"), profile="tiny"
    )
    assert [(f.rule, f.offset) for f in report.findings] == [("SC-PRO-2", 3), ("SC-PRO-4", 7)]
    assert (report.verdict, report.ok) == ("valid", False)
    assert report.findings[1].found == "ids 0 0 7 0"


def test_empty_sequence_satisfies_no_profile() -> None:
    assert validate(b"", framing="sequence").profiles == ()


def test_empty_item_is_unread_in_the_field_map() -> None:
    assert inspect(b"\0\2\0\x11", framing="sequence")[0] == ("unread", 0, 8, "00", "00")
    assert validate(b"\0\2\0\x11", framing="sequence").verdict == "invalid"


def test_profile_findings_of_a_sequence_are_per_item() -> None:
    items = pack("n", coding="nibble", framing="sequence") + pack(
        "n", coding="nibble", framing="sequence", extensions={"seed": 1}
    )
    report = validate(items, framing="sequence", profile="tiny")
    assert [(f.rule, f.offset) for f in report.findings] == [("SC-PRO-5", 37)]


def test_invalid_record_has_no_profile_findings() -> None:
    report = validate(b"\x04\x00\x11", profile="tiny")
    assert [finding.rule for finding in report.findings] == ["SC-EXT-2"]


@pytest.mark.parametrize("profile", ["huge", 5, ""])
def test_unknown_profile_is_an_input_error(profile: object) -> None:
    with pytest.raises(InputError, match="profile"):
        validate(b"\0", profile=profile)  # type: ignore[arg-type]


# --- rate breakdown ----------------------------------------------------------------------------


def test_rate_breakdown_of_a_default_file() -> None:
    breakdown = rate_breakdown(pack("rd br", framing="file"))
    bits = {entry.name: entry.bits for entry in breakdown.entries}
    assert bits == {
        "payload": 24, "header": 8, "size": 0, "models": 0, "extensions": 0, "check": 8,
        "framing": 16, "file": 56,
    }  # fmt: skip
    assert breakdown.entries[-1].ubpp == 56 * 1_000_000 / 1024**2
    assert breakdown.bits("framing") == 16
    assert breakdown.ubpp("framing") == 16 * 1_000_000 / 1024**2
    assert rate_breakdown(pack("n", coding="nibble", size=(640, 480))).entries[
        0
    ].ubpp == 8 * 1_000_000 / (640 * 480)


def test_parts_of_a_rate_breakdown_add_up_to_the_file() -> None:
    for framing in ("bare", "file", "url", "qr"):
        data = pack(
            "rd br", framing=framing, size=(640, 480), models="local", extensions={"k": 9},
        )  # fmt: skip
        *parts, whole = rate_breakdown(data).entries
        assert sum(part.bits for part in parts) == whole.bits == 8 * len(data)


def test_rate_breakdown_of_png_counts_the_chunk() -> None:
    breakdown = rate_breakdown(embed_png(make_png(), pack("rd br")))
    assert (breakdown.bits("file"), breakdown.bits("framing")) == (8 * (4 + 12), 96)


def test_rate_breakdown_lists_out_of_band_information() -> None:
    def out_of_band(data: bytes) -> str:
        return "\n".join(rate_breakdown(data).out_of_band)

    listed = out_of_band(pack("n", coding="nibble"))
    for part in ("are a record", "no bit has changed", "skeletons", "none is stated", "seed"):
        assert part in listed
    assert (
        out_of_band(pack("n", coding="utf8", framing="file", models=2, extensions={"seed": 1}))
        == ""
    )
    named = pack(
        "n", coding="nibble", models=Models(writer=2), extensions={"describer": "x", "painter": "y"}
    )
    assert "for prompts" in out_of_band(named)
    assert "color chances" not in out_of_band(pack("n", coding="nibble"))
    colors = pack("n", coding="nibble", extensions={"colors": b"\1\2"})
    assert "color chances" in out_of_band(colors)
    assert "are a record" not in out_of_band(pack("n", coding="nibble", framing="url"))
    assert "no bit has changed" not in out_of_band(
        embed_png(make_png(), pack("n", coding="nibble"))
    )


def test_extensions_can_be_given_by_name_or_type() -> None:
    assert extension("order", "importance") == (12, b"\1")
    assert extension("seed", 0) == (14, b"\0")
    assert extension("seed", 65_536) == (14, b"\1\0\0")
    record = unpack(
        pack("n", coding="nibble", extensions=[("seed", 7), (2**27, b"x"), ["tool", "t 1"]])
    )
    assert record.extensions == ((14, b"\7"), (16, b"t 1"), (2**27, b"x"))
    assert record.metadata == {"seed": 7, "tool": "t 1"}
    for invalid in ({1: 2}, [("seed",)], [(14, b"\0\7")], [("k", 0)], "seed", {"seed": "7"}):
        with pytest.raises(InputError):
            pack("n", coding="nibble", extensions=invalid)


# --- field maps --------------------------------------------------------------------------------


def fields_without_header(
    data: bytes, framing: str = "auto"
) -> list[tuple[str, int, int, str, int | str]]:
    """Return the fields of ``data`` without those of the first byte."""
    return [tuple(f) for f in inspect(data, framing=framing) if "header." not in f.name]


def test_field_map_of_a_core() -> None:
    data = pack("nn", size=(1000, 777), models=Models(0, 3, 300), framing="file",
                extensions={"seed": 7})  # fmt: skip
    assert fields_without_header(data) == [
        ("magic", 0, 16, "b51a", "b51a"),
        ("size.short.form", 24, 2, "10", 2),
        ("size.short.width", 26, 15, "000001111100111", 1000),
        ("size.short.height", 41, 15, "000001100001000", 777),
        ("models.set", 56, 8, "00", 0),
        ("models.describer", 64, 8, "03", 3),
        ("models.writer", 72, 16, "ac02", 300),
        ("models.painter", 88, 8, "00", 0),
        ("models.prompts", 96, 8, "00", 0),
        ("extensions.length", 104, 8, "03", 3),
        ("extensions.0.type", 112, 8, "0e", 14),
        ("extensions.0.length", 120, 8, "01", 1),
        ("extensions.0.value", 128, 8, "07", 7),
        ("payload", 136, 8, "11", "nn"),
        ("check", 144, 8, data[-1:].hex(), data[-1:].hex()),
    ]
    assert [(f.offset, f.bits, f.raw, f.value) for f in inspect(data)[1:7]] == [
        (16, 1, "0", 0), (17, 2, "00", "nibble"), (19, 2, "01", "crc8"), (21, 1, "1", 1),
        (22, 1, "1", 1), (23, 1, "1", 1),
    ]  # fmt: skip


def test_field_map_of_model_sets_size_codes_and_unknown_extensions() -> None:
    assert fields_without_header(bytes.fromhex("010111"))[0] == ("models.set", 8, 8, "01", "openai")
    assert fields_without_header(bytes.fromhex("010211"))[0] == ("models.set", 8, 8, "02", "local")
    assert fields_without_header(bytes.fromhex("010411"))[0] == ("models.set", 8, 8, "04", 4)
    assert fields_without_header(bytes.fromhex("021411"))[0] == (
        "size.code",
        8,
        8,
        "14",
        "4032x3024",
    )
    assert fields_without_header(bytes.fromhex("04031a0161"))[3] == (
        "extensions.0.value",
        32,
        8,
        "61",
        "61",
    )


def test_field_map_of_a_png() -> None:
    data = embed_png(make_png(), pack("nn"))
    before, after = data[:33].hex(), data[47:].hex()
    assert fields_without_header(data) == [
        ("png.before", 0, 264, before, "33 bytes of the image"),
        ("png.length", 264, 32, "00000002", 2),
        ("png.type", 296, 32, "73654d43", "seMC"),
        ("payload", 336, 8, "11", "nn"),
        ("png.crc", 344, 32, data[43:47].hex(), data[43:47].hex()),
        ("png.after", 376, 8 * (len(data) - 47), after, f"{len(data) - 47} bytes of the image"),
    ]


def test_field_map_of_a_sequence() -> None:
    assert fields_without_header(bytes.fromhex("0200110100020034"), "sequence")[:2] == [
        ("0.length", 0, 8, "02", 2),
        ("0.payload", 16, 8, "11", "nn"),
    ]
    fields = validate(bytes.fromhex("02001100020012"), framing="sequence").fields
    fields_and_offsets = [(f.name, f.offset, f.bits) for f in fields if "header." not in f.name]
    assert fields_and_offsets == [
        ("0.length", 0, 8), ("0.payload", 16, 8), ("unread", 24, 8), ("1.length", 32, 8),
        ("1.payload", 48, 8),
    ]  # fmt: skip


def test_field_map_of_a_truncated_length() -> None:
    (field,) = validate(b"\x80", framing="sequence").fields
    assert field == ("unread", 0, 8, "80", "80")


def test_field_map_of_another_version_is_unread() -> None:
    for data, start in ((b"\xb5\x1a\x80\1", 0), (b"\x80\1", 0), (b"\xff", 0)):
        (field,) = validate(data).fields
        assert field == ("unread", start, 8 * len(data), data.hex(), data.hex())
    for data in (b"\xb5\x1a\x7f", b"\x7f"):
        assert validate(data).fields[-1].name != "unread" or len(validate(data).fields) > 1
    (field,) = validate(b"\x89PNG").fields
    assert field == ("unread", 0, 32, "89504e47", "89504e47")
