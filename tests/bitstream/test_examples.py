"""Hand-computed examples of records, and every kind of invalid argument."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from semcodec.bitstream import (
    RULES,
    Limits,
    Models,
    Record,
    checksums,
    extension,
    inspect,
    leb128,
    pack,
    record_codec,
    repack,
    unpack,
    validate,
)
from semcodec.coding import nibble
from semcodec.errors import FormatError, InputError, UnsupportedError


def test_bytes_of_default_records() -> None:
    assert pack("ndn trdtnl rch vndv").hex() == "00171024721604850f17f0"
    assert pack(["ndn", "trdtnl", "rch", "vndv"]) == pack(("ndn", "trdtnl", "rch", "vndv"))
    assert pack("", coding="nibble") == b"\0"
    assert unpack(b"\0") == Record("", "nibble", (1024, 1024), Models(), (), "bare", "none", 1)


def test_overhead_of_bare_and_file_framing() -> None:
    payload = len(unpack(pack("ct n grss")).payload)
    assert len(pack("ct n grss")) == payload + 1
    assert len(pack("ct n grss", framing="file")) == payload + 4


def test_checks_have_the_published_check_values() -> None:
    assert checksums.crc8(b"123456789") == 0xDF
    assert checksums.compute(2, b"123456789").hex() == "29b1"
    assert checksums.compute(3, b"123456789").hex() == "cbf43926"


def test_derived_properties_of_a_record() -> None:
    extensions = {"k": 12, "painter": "brush 3"}
    record = unpack(pack("rd br", extensions=extensions, coding="auto"))
    assert (record.words, record.k, record.payload_bits) == (["rd", "br"], 12, 24)
    assert record.metadata == {"painter": "brush 3", "k": 12}
    assert unpack(pack("rd br", extensions=[(2**27, b"")])).k == 2
    assert unpack(pack("Öl und Blut", coding="auto")).coding == "utf8"
    assert unpack(pack("Öl", coding="utf8")).payload_bits == 24


def test_models_can_be_given_by_value_name_or_row() -> None:
    assert (
        pack("n", coding="nibble", models="local")
        == pack("n", coding="nibble", models=2)
        == pack("n", coding="nibble", models=Models(2))
    )
    assert pack("n", coding="nibble", models="unspecified") == pack("n", coding="nibble")
    assert (Models(2).name, Models(99).name, Models(writer=1).name) == ("local", None, None)


def test_data_can_be_bytes_bytearray_or_memoryview() -> None:
    data = pack("n", coding="nibble", framing="file")
    assert unpack(bytearray(data)) == unpack(memoryview(data)) == unpack(data, framing="file")
    with pytest.raises(UnsupportedError):
        unpack(data, framing="bare")
    with pytest.raises(FormatError) as caught:
        unpack(pack("n", coding="nibble"), framing="file")
    assert (caught.value.rule, caught.value.offset) == ("SC-FRM-2", 0)


def test_message_about_unencodable_text_mentions_skeleton() -> None:
    with pytest.raises(InputError, match="skeleton"):
        pack("window", coding="nibble")


@pytest.mark.parametrize(
    "text", [" n", "n ", "n  n", "N", "\0", "é", "\ud800", "n\n", ["n n"], [""], [" "], [1], 5,
             None, b"n", {"n"}, "n " * 4097 + "n"],
)  # fmt: skip
def test_invalid_text_is_an_input_error(text: object) -> None:
    with pytest.raises(InputError):
        pack(text, coding="nibble")


@pytest.mark.parametrize(
    "options",
    [
        {"coding": "zip"}, {"coding": 0}, {"coding": None}, {"size": (0, 1)}, {"size": (1, 2**31)},
        {"size": 5}, {"size": (1, 2, 3)}, {"size": (True, 1)}, {"size": (1, 1.0)}, {"size": "ab"},
        {"models": "other"}, {"models": -1}, {"models": 2**28}, {"models": None}, {"models": True},
        {"framing": "auto"}, {"framing": 1}, {"check": "crc64"}, {"check": 1},
        {"framing": "file", "check": "none"}, {"extensions": None}, {"extensions": [5]},
        {"extensions": [(1, b"")]}, {"extensions": [(0, b"")]}, {"extensions": [(2, b"")]},
        {"extensions": [(2, b"\xff")]}, {"extensions": [(2, b"\x7f")]}, {"extensions": [(20, "")]},
        {"extensions": [(2, b"a" * 256)]}, {"extensions": [(10, b"\0")]},
        {"extensions": [(10, b"")]}, {"extensions": [(True, b"")]}, {"extensions": [(2**28, b"")]},
        {"extensions": [(2**27, b"")] * 2},
        {"extensions": [(2 * n, b"n") for n in range(2**26, 2**26 + 99)]},
        {"extensions": [(2**27, b"n" * 65_536)]},
    ],
)  # fmt: skip
def test_invalid_option_is_an_input_error(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        pack("nt", **options)


@pytest.mark.parametrize("coding", ["nibble", "lexicon", "bag", "utf8", "auto"])
def test_unpaired_surrogate_is_an_input_error(coding: str) -> None:
    with pytest.raises(InputError):
        pack("a\ud800", coding=coding)


def test_invalid_arguments_of_all_functions_are_input_errors() -> None:
    released = memoryview(b"\0")
    released.release()
    calls = [
        lambda: unpack("00"),
        lambda: unpack(None),
        lambda: unpack(released),
        lambda: unpack(b"\0", framing="gif"),
        lambda: unpack(b"\0", limits=5),
        lambda: validate(5),
        lambda: validate(b"\0", limits=5),
        lambda: inspect(5),
        lambda: Limits(max_words=-1),
        lambda: Limits(max_words=True),
        lambda: Models(1, 2),
        lambda: extension("k", 0),
        lambda: extension("k", "3"),
        lambda: extension("poet", "x"),
        lambda: extension(["poet"], "x"),
        lambda: extension("writer", 5),
        lambda: extension("writer", "\ud800"),
        lambda: extension("order", "alphabet"),
        lambda: extension("seed", 2**32),
        lambda: extension("seed", -1),
        lambda: extension("comment", "x" * 4097),
        lambda: repack("n"),
        lambda: repack(unpack(b"\0")._replace(version=2)),
        lambda: repack(unpack(b"\0")._replace(text="window")),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()


def test_inspect_covers_every_bit() -> None:
    data = pack(
        "rd br", framing="file", size=(1000, 777), models=Models(describer=300),
        extensions=[("k", 12), ("painter", "x")],
    )  # fmt: skip
    fields = inspect(data)
    end = 0
    for field in fields:
        assert field.offset == end
        end += field.bits
    assert end == 8 * len(data)
    values = {field.name: field.value for field in fields}
    assert values["header.check"] == "crc8"
    assert values["size.short.width"] == 1000
    assert values["models.describer"] == 300
    assert values["extensions.1.type"] == 10
    assert values["payload"] == "rd br"


def test_inspect_shows_interpreted_values() -> None:
    def value(data: bytes, field: str) -> int | str:
        return {field.name: field.value for field in inspect(data)}[field]

    assert value(pack("n", coding="nibble", size=(512, 512)), "size.code") == "512x512"
    assert value(pack("n", coding="nibble", size=(2**31 - 1, 1)), "size.long.width") == 2**31 - 1
    assert value(pack("n", coding="nibble", models="local"), "models.set") == "local"
    assert value(pack("n", coding="nibble", models=77), "models.set") == 77
    assert value(pack("Öl", coding="utf8"), "payload") == "Öl"
    assert value(b"\x02\x7f\x11", "size.code") == 127  # unassigned codes are shown as numbers
    assert value(pack("red bear", coding="lexicon"), "payload") == "red bear"
    assert (
        validate(bytes.fromhex(RULES["SC-LEX-1"].example_hex)).fields[-1].value
        == RULES["SC-LEX-1"].example_hex[2:]
    )
    assert inspect(pack("n", coding="nibble"))[1].raw == "00"


def test_inspect_raises_if_data_cannot_be_read() -> None:
    for data, kind in ((b"", FormatError), (b"\x80", UnsupportedError), (b"\x60\xff", FormatError)):
        with pytest.raises(kind):
            inspect(data)


def test_verdict_is_the_most_severe_outcome_of_the_findings() -> None:
    report = validate(b"\xb5\x1a\x02\x00\x01\x00\x00\x10\x00")
    assert [(f.rule, f.offset) for f in report.findings] == [
        ("SC-FRM-3", 19), ("SC-SIZ-2", 24), ("SC-NIB-1", 32), ("SC-NIB-2", 44), ("SC-NIB-3", 64),
    ]  # fmt: skip
    assert (report.verdict, report.ok, len(report.fields)) == ("invalid", False, 9)
    assert validate(b"\x02\x7f").verdict == "unsupported"
    assert validate(b"\x0a\x7f\x11").verdict == "invalid"
    assert validate(b"").verdict == "malformed"
    assert validate(pack("n", coding="nibble")).verdict == "valid"


def test_error_message_has_the_offset() -> None:
    with pytest.raises(FormatError) as caught:
        unpack(b"\x00\x10\x01")
    assert "byte 2, bit 0" in str(caught.value)
    assert caught.value.verdict == "invalid"


def test_decode_canonical_leb128_rejects_other_encodings() -> None:
    encodings = (b"", b"\x7f", b"\x80\x01", b"\x81\x00", b"\x80")
    assert [*map(leb128.decode_canonical, encodings)] == [None, 127, 128, None, None]
    assert leb128.decode_canonical(b"\x80" * 4 + b"\1") is None
    assert nibble.is_canonical_spacing("")


class Incomparable:
    """A value that raises an exception when it is compared, like an array."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


def test_incomparable_argument_is_an_input_error() -> None:
    for call in (
        lambda: pack("n", coding="nibble", framing=Incomparable()),
        lambda: pack("n", coding=Incomparable()),
        lambda: unpack(b"\0", framing=Incomparable()),
        lambda: validate(b"\0", framing=Incomparable(), profile=None),
        lambda: validate(b"\0", profile=Incomparable()),
        lambda: repack(unpack(b"\0"), framing=Incomparable()),
        lambda: repack(unpack(b"\0"), check=Incomparable()),
        lambda: extension("order", Incomparable()),
    ):
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize(
    "text", ["", "n", "nt", "ndn trdtnl rch vndv", "n" * record_codec.MAX_FAST_SYMBOLS]
)
def test_default_record_uses_the_fast_path(text: str) -> None:
    packed = record_codec.write_default(text)
    assert packed == pack(text, coding="nibble")
    assert packed is not None
    assert record_codec.read_default(packed) == unpack(packed)


def test_long_text_uses_the_general_path() -> None:
    text = "nt " * 4000 + "n"
    assert unpack(pack(text)).text == text


def test_import_does_not_load_heavy_modules() -> None:
    heavy = "{'construct', 'numpy', 'PIL'}"
    code = f"import sys, semcodec.bitstream; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_errors_can_be_pickled() -> None:
    error = FormatError("SC-PAY-2", "Padding.", 12, "invalid")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.rule, copy.offset, copy.verdict) == (
        str(error),
        "SC-PAY-2",
        12,
        "invalid",
    )
