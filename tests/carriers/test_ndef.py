"""NDEF messages: as ndeflib reads and writes them, in dumps of tags, and damaged."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable

import ndef as ndeflib
import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.carriers import find_record, ndef
from semcodec.errors import InputError, SemcodecError
from tests.each import for_each

TEXT = "red boat on a lake"
FILE = semcodec.pack(TEXT, coding="lexicon", framing="file")
OTHER = semcodec.pack("brown cat", coding="lexicon", framing="file")
URL = semcodec.pack(TEXT, coding="lexicon", framing="url").decode()
OTHER_URL = semcodec.pack("brown cat", coding="lexicon", framing="url").decode()
MEDIA_TYPE = ndef.MEDIA_TYPE.decode()

OURS = ndeflib.Record(MEDIA_TYPE, "", FILE)
WEB = ndeflib.UriRecord("https://www.example.org/page")
#: Messages of another library that contain the record, and what ``read`` returns.
MESSAGES = {
    "alone": ([OURS], FILE),
    "with an id": ([ndeflib.Record(MEDIA_TYPE, "photograph", FILE)], FILE),
    "media type of earlier drafts": ([ndeflib.Record("image/vnd.semcodec", "", FILE)], FILE),
    "media type in upper case": ([ndeflib.Record(MEDIA_TYPE.upper(), "", FILE)], FILE),
    "after a web address": ([WEB, OURS], FILE),
    "before a web address": ([OURS, WEB], FILE),
    "twice": ([OURS, OURS], FILE),
    "beside a text form of another": ([ndeflib.TextRecord(OTHER_URL), OURS], FILE),
    "upper case beside another": (
        [ndeflib.TextRecord(OTHER_URL), ndeflib.Record(MEDIA_TYPE.upper(), "", FILE)],
        FILE,
    ),
    "text": ([ndeflib.TextRecord(URL)], URL.encode()),
    "text in German": ([ndeflib.TextRecord(URL, "de-AT")], URL.encode()),
    "text in UTF-16": ([ndeflib.TextRecord(URL, "en", "UTF-16")], URL.encode()),
    "text around a text form": ([ndeflib.TextRecord(f"Look: {URL}!")], URL.encode()),
    "web address": ([ndeflib.UriRecord(f"https://www.example.org/#{URL}")], URL.encode()),
    "URI": ([ndeflib.UriRecord(URL)], URL.encode()),
    "smart poster": ([ndeflib.SmartposterRecord(URL, "a boat")], URL.encode()),
    "title of a poster": ([ndeflib.SmartposterRecord("https://a.org", URL)], URL.encode()),
    "plain text": ([ndeflib.Record("text/plain", "", URL.encode())], URL.encode()),
}


def long_length(data: bytes) -> bytes:
    return bytes([len(data)]) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "big")


def tlv(message: bytes) -> bytes:
    return b"\x03" + long_length(message) + message + b"\xfe"


#: How readers of tags save a message.
DUMPS: dict[str, Callable[[bytes], bytes]] = {
    "message": lambda message: message,
    "message and what was behind it": lambda message: message + bytes(9),
    "TLV": tlv,
    "TLV after null": lambda m: b"\0" + tlv(m),
    "TLV after lock control": lambda m: b"\x01\x03\xa0\x0c\x34" + tlv(m) + bytes(7),
    "TLV after proprietary": lambda m: b"\xfd\x02\x03\x04" + tlv(m),
    "whole Type 2 tag": lambda m: bytes.fromhex("04a2b3c4d5e6f70812480000e1106d00") + tlv(m),
    "Type 5 tag": lambda m: b"\xe1\x40\x20\x01" + tlv(m),
    "large Type 5 tag": lambda m: b"\xe2\x40\x00\x01\0\0\x02\x04" + tlv(m),
    "Type 4 tag": lambda m: len(m).to_bytes(2, "big") + m + bytes(3),
}


def encode(*records: ndeflib.Record) -> bytes:
    return b"".join(ndeflib.message_encoder(records))


@pytest.mark.parametrize("size", [4, 100, 255, 256, 60_000])
def test_another_library_reads_what_we_write(size: int) -> None:
    file = semcodec.pack("x" * (size - 4), coding="utf8", framing="file")
    assert len(file) == size
    [record] = ndeflib.message_decoder(ndef.write(file))
    assert (record.type, record.name, record.data) == (MEDIA_TYPE, "", file)
    assert ndef.write(file) == encode(ndeflib.Record(MEDIA_TYPE, "", file))


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
def test_every_framing_is_written_as_a_file(framing: str) -> None:
    record = semcodec.pack(TEXT, coding="lexicon", framing=framing)
    assert ndef.read(ndef.write(record)) == FILE
    assert ndef.read(ndef.write(semcodec.unpack(record))) == FILE


@for_each(itertools.product(MESSAGES, DUMPS))
def test_record_is_found(name: str, dump: str) -> None:
    records, content = MESSAGES[name]
    data = DUMPS[dump](encode(*records))
    assert ndef.read(data) == ndef.find(data) == content
    assert find_record(data).text == TEXT


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("size", [255, 256, 60_000])
def test_long_message_is_found_in_a_dump(dump: str, size: int) -> None:
    if dump == "large Type 5 tag" and size > 2**15:
        pytest.skip("a TLV has at most 65,535 bytes")
    file = semcodec.pack("x" * (size - 30), coding="utf8", framing="file")
    assert ndef.find(DUMPS[dump](ndef.write(file))) == file


def test_text_in_utf16_without_a_mark_is_big_endian() -> None:
    payload = b"\x82en" + URL.encode("utf-16-be")
    assert ndef.read(encode(ndeflib.Record("urn:nfc:wkt:T", "", payload))) == URL.encode()


def test_absolute_uri_is_the_type_of_its_record() -> None:
    assert ndef.read(b"\xd3" + bytes([len(URL), 0]) + URL.encode()) == URL.encode()


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([WEB], "'https://www.example.org/page' and no record"),
        ([WEB, ndeflib.TextRecord("a\x1b[2Jb")], r"page' and 'a\x1b[2Jb' and no record"),
        ([ndeflib.TextRecord("x" * 99)], f"'{'x' * 59}…' and no record"),
        ([ndeflib.Record("image/png", "", b"\x89PNG\xff")], "5 bytes and no record"),
        ([ndeflib.TextRecord(c) for c in "abcde"], "'a' and 'b' and 'c' and 2 more and no record"),
        ([ndeflib.Record()], "nothing and no record"),
        ([OURS, ndeflib.Record(MEDIA_TYPE, "", OTHER)], "2 different records"),
        ([ndeflib.TextRecord(URL), ndeflib.UriRecord(OTHER_URL)], "2 different records"),
    ],
)
def test_message_states_what_a_tag_contains(records: list[ndeflib.Record], message: str) -> None:
    with pytest.raises(InputError) as raised:
        ndef.find(encode(*records))
    assert message in str(raised.value)


@pytest.mark.parametrize("payload", [b"", b"\xff\xff", FILE[:-1], FILE + b"\0"])
def test_damaged_payload_of_our_media_type_is_not_passed_over(payload: bytes) -> None:
    message = encode(ndeflib.Record(MEDIA_TYPE, "", payload), ndeflib.TextRecord(URL))
    assert ndef.find(message) == payload
    with pytest.raises(SemcodecError):
        find_record(message)


def test_damaged_text_form_is_reported_as_such() -> None:
    with pytest.raises(semcodec.FormatError, match="SC-CHK-2"):
        find_record(encode(ndeflib.TextRecord(URL[:-3] + "AAA")))


@pytest.mark.parametrize("dump", ["message", "TLV", "whole Type 2 tag"])
def test_chunked_record_is_refused(dump: str) -> None:
    message = bytearray(ndef.write(FILE))
    message[0] ^= 0x60  # not the last, chunked
    data = DUMPS[dump](bytes(message) + b"\x56\0\x01x")
    for function in (ndef.read, ndef.find, find_record):
        with pytest.raises(InputError, match="chunked: write it as one record"):
            function(data)


def test_message_with_our_media_type_counts_more_than_a_coincidence() -> None:
    dump = b"\x91\x01\xffT" + bytes.fromhex("d5e6f70812480000e1106d00")  # the serial number
    assert ndef.read(dump + tlv(ndef.write(FILE))) == FILE
    with pytest.raises(InputError, match=r"ends at byte 36 of 35"):
        ndef.find(dump + tlv(ndef.write(FILE)[:-1]))


def test_cut_message_is_refused() -> None:
    message = ndef.write(FILE)
    for size in range(3 + len(MEDIA_TYPE), len(message)):
        with pytest.raises(InputError, match=f"ends at byte {len(message)} of {size}"):
            ndef.find(message[:size])


@pytest.mark.parametrize(
    "data",
    [b"", b"\x03", b"hello world", FILE, URL.encode(), b"\x03\x00\xfe", b"\xff\xd8\xff\xe0" * 9,
     b"\x89PNG\r\n\x1a\n" + bytes(99), bytes(999), b"\xc0\0\0"[::-1], MEDIA_TYPE.encode() * 9],
)  # fmt: skip
def test_other_data_is_not_a_message(data: bytes) -> None:
    assert ndef.find(data) is None
    with pytest.raises(InputError, match="not an NDEF message"):
        ndef.read(data)


def test_number_of_records_and_bytes_are_limited() -> None:
    first, middle, last = b"\x91\x01\0T", b"\x11\x01\0T", b"\x51\x01\0T"
    with pytest.raises(InputError, match="nothing and no record"):
        ndef.read(first + middle * (ndef.MAX_NDEF_RECORDS - 2) + last)
    with pytest.raises(InputError, match="over 256 records"):
        ndef.read(first + middle * (ndef.MAX_NDEF_RECORDS - 1) + last)
    message = ndef.write(FILE)
    assert ndef.find(message + bytes(ndef.MAX_NDEF_BYTES - len(message))) == FILE
    assert ndef.find(message + bytes(ndef.MAX_NDEF_BYTES - len(message) + 1)) is None


@given(st.text(max_size=300))
def test_round_trip(text: str) -> None:
    file = semcodec.pack(text, coding="utf8", framing="file")
    assert ndef.read(ndef.write(file)) == ndef.find(ndef.write(file)) == file


@pytest.mark.fuzz
@given(st.binary(max_size=80), st.sampled_from(sorted(DUMPS)))
def test_random_bytes_raise_only_our_errors(data: bytes, dump: str) -> None:
    for function in (ndef.read, ndef.find):
        with contextlib.suppress(SemcodecError):
            function(DUMPS[dump](data))


@pytest.mark.fuzz
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(sorted(MESSAGES)),
    st.sampled_from(sorted(DUMPS)),
)
def test_damaged_messages_raise_only_our_errors(rng: random.Random, name: str, dump: str) -> None:
    data = bytearray(DUMPS[dump](encode(*MESSAGES[name][0])))
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    for function in (ndef.read, ndef.find):
        with contextlib.suppress(SemcodecError):
            found = function(bytes(data))
            assert found is None or len(found) < len(data) + len("https://www.")
