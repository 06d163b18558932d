"""NDEF messages, the content of NFC tags: write a record as a message, and find one in a message.

A record of semcodec is an NDEF record with the media type ``application/vnd.semcodec`` and a file
as its payload (spec §7.6). The first byte of an NDEF record has its flags: first and last of the
message, chunked, short (a payload length of 1 byte instead of 4), has an id, and 3 bits TNF, the
kind of the type. Layouts: NFC Forum, NDEF 1.0, RTD Text, URI and Smart Poster, Type 2 Tag.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from semcodec.bitstream import Record, repack, unpack
from semcodec.bitstream._arguments import as_bytes
from semcodec.carriers._choice import choose_record, find_records
from semcodec.errors import InputError

MEDIA_TYPE: Final = b"application/vnd.semcodec"
MAX_NDEF_RECORDS: Final = 256  #: of a message
MAX_NDEF_BYTES: Final = 2**20  #: of a message or a dump; a larger one is not read
MAX_SHORT_PAYLOAD: Final = 255  #: bytes of the payload of a short record

_FIRST, _LAST, _CHUNKED, _SHORT, _HAS_ID = 0x80, 0x40, 0x20, 0x10, 0x08  # flags
#: Values of TNF, which is the kind of the type.
_EMPTY, _WELL_KNOWN, _MEDIA, _URI, _EXTERNAL, _UNKNOWN = range(6)
_NULL_TLV, _MESSAGE_TLV, _LONG_LENGTH = 0x00, 0x03, 0xFF
_TLVS: Final = (_NULL_TLV, 0x01, 0x02, _MESSAGE_TLV, 0xFD)  #: also locks, memory and proprietary
_CAPABILITIES: Final = (0xE1, 0xE2)  #: the first byte of a capability container
#: What the first byte of a URI record stands for (RTD URI, table 3); others stand for nothing.
_URI_PREFIXES: Final = (
    "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:",
    "ftp://anonymous:anonymous@", "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://", "ftp://",
    "dav://", "news:", "telnet://", "imap:", "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:",
    "btspp://", "btl2cap://", "btgoep://", "tcpobex://", "irdaobex://", "file://", "urn:epc:id:",
    "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:", "urn:nfc:",
)  # fmt: skip


class NdefRecord(NamedTuple):
    """An NDEF record: its flags, its type and its payload."""

    flags: int
    type: bytes
    payload: bytes

    @property
    def tnf(self) -> int:
        """The kind of the type, 0..7."""
        return self.flags & 7

    @property
    def is_ours(self) -> bool:
        """Whether the record has our media type, in any case."""
        return self.tnf == _MEDIA and self.type.lower() == MEDIA_TYPE


class NdefError(InputError):
    """Data is not an NDEF message, or a damaged one.

    Attributes:
        is_ours: whether the damaged NDEF record has our media type.
        has_header: whether the NDEF record has a valid header.
    """

    has_header: bool
    is_ours: bool

    def __init__(self, message: str, record: NdefRecord | None = None) -> None:
        super().__init__(message)
        self.has_header, self.is_ours = record is not None, record is not None and record.is_ours


def write(record: bytes | str | Record) -> bytes:
    """Return an NDEF message of one record, with ``record`` as a file.

    Args:
        record: one record in any framing, or a ``Record``; a file is kept byte for byte.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``unpack``.

    Example:
        >>> import semcodec.carriers
        >>> file = semcodec.pack("rd bt", framing="file")
        >>> message = semcodec.carriers.ndef.write(file)
        >>> message[:3].hex(" "), message[3:27], message[27:] == file
        ('d2 18 07', b'application/vnd.semcodec', True)
    """
    value = record if isinstance(record, Record) else unpack(record)
    payload = repack(value, framing="file")
    flags = _FIRST | _LAST | _MEDIA
    if len(payload) <= MAX_SHORT_PAYLOAD:
        header = bytes([flags | _SHORT, len(MEDIA_TYPE), len(payload)])
    else:
        header = bytes([flags, len(MEDIA_TYPE)]) + len(payload).to_bytes(4, "big")
    return header + MEDIA_TYPE + payload


def read(data: bytes) -> bytes:
    """Return the record in an NDEF message, in the framing in which it is stored.

    It is the payload of an NDEF record with our media type, else a text form in a URI or text
    record. ``data`` may also be a dump of a tag: of the whole memory or of its part for users.

    Raises:
        InputError: ``data`` is not an NDEF message, is cut off or chunked, or has no record or
            several different ones.
    """
    data = as_bytes(data)
    problems = [NdefError("This is not an NDEF message: read the tag again, or name its dump.")]
    for message in _candidates(data):
        try:
            records = _parse(message)
        except NdefError as error:
            problems.append(error)
        else:
            return _choose(records)
    raise max(problems, key=lambda problem: (problem.is_ours, problem.has_header))


def find(data: bytes) -> bytes | None:
    """Return the record as ``read`` does, or None if ``data`` is something else.

    NDEF has no magic bytes. So a message must be complete, or its broken record must have our
    media type, which no other data has at this place.

    Raises:
        InputError: as for ``read``.
    """
    try:
        return read(data)
    except NdefError as error:
        if error.is_ours:
            raise
        return None


def _choose(records: list[NdefRecord]) -> bytes:
    """Return the record with our media type, else the one in the other NDEF records."""
    ours = [record.payload for record in records if record.is_ours]
    if ours and not find_records(ours):
        return ours[0]  # reading it gives the error
    contents = ours or [content for record in records for content in _contents(record)]
    return choose_record(
        contents, "The NDEF message", "write one to the tag with semcodec convert --ndef"
    )


def _contents(record: NdefRecord) -> Iterator[bytes]:
    """Yield what the record contains: a text, a URI, those of a smart poster, or its payload."""
    match record.tnf, record.type:
        case (1, b"U"):
            yield _read_uri(record.payload)
        case (1, b"T"):
            yield _read_text(record.payload)
        case (1, b"Sp"):  # a message in a message
            parts = [part for part in _parse(record.payload) if part.type in (b"U", b"T")]
            yield from (content for part in parts for content in _contents(part))
        case (3, uri):
            yield uri
        case _:
            yield record.payload


def _read_uri(payload: bytes) -> bytes:
    code = payload[0] if payload else 0
    prefix = _URI_PREFIXES[code] if code < len(_URI_PREFIXES) else ""
    return prefix.encode() + payload[1:]


def _read_text(payload: bytes) -> bytes:
    """Return the text of a text record in UTF-8, without its language."""
    status = payload[0] if payload else 0
    text = payload[1 + (status & 0x3F) :]
    if not status & 0x80:
        return text
    has_mark = text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return text.decode("utf-16" if has_mark else "utf-16-be", "replace").encode("utf-8", "replace")


# --- messages ------------------------------------------------------------------------------------


def _candidates(data: bytes) -> Iterator[bytes]:
    """Yield the parts of ``data`` that could be a message: itself, or the content of a dump."""
    first = data[0] if data else 0
    if len(data) > MAX_NDEF_BYTES:
        return
    if first >= _FIRST:
        yield data
    if data[12:13] == b"\xe1":  # Type 2 tag: page 3 has the capability container
        yield _find_message_tlv(data[16:])
    if first in _CAPABILITIES:  # Type 5 tag: its container has 8 bytes if the third is 0
        yield _find_message_tlv(data[4:] if data[2:3] != b"\0" else data[8:])
    yield _find_message_tlv(data)
    yield data[2 : 2 + int.from_bytes(data[:2], "big")]  # Type 4 tag: a length and the message


def _find_message_tlv(memory: bytes) -> bytes:
    """Return the value of the first TLV block that has a message, or no bytes."""
    start = 0
    while start + 1 < len(memory) and memory[start] in _TLVS:
        tlv, length, value = memory[start], memory[start + 1], start + 2
        if length == _LONG_LENGTH:
            length, value = int.from_bytes(memory[value : value + 2], "big"), value + 2
        if tlv == _MESSAGE_TLV:
            return memory[value : value + length]
        start = start + 1 if tlv == _NULL_TLV else value + length
    return b""


def _parse(message: bytes) -> list[NdefRecord]:
    """Return the records of ``message``; bytes after the last one are ignored.

    Raises:
        NdefError: a record is not valid, cut off or chunked, or there are too many.
    """
    records: list[NdefRecord] = []
    start = 0
    while not (records and records[-1].flags & _LAST):
        record, end = _parse_record(message, start)
        if bool(record.flags & _FIRST) != (not records) or not _has_valid_type(record):
            raise NdefError("This is not an NDEF message: a record has an invalid header.")
        if len(records) == MAX_NDEF_RECORDS:
            problem = f"The NDEF message has over {MAX_NDEF_RECORDS} records: write fewer."
            raise NdefError(problem, record)
        if record.flags & _CHUNKED:
            raise NdefError("The NDEF record is chunked: write it as one record.", record)
        if end > len(message):
            problem = f"a record ends at byte {end} of {len(message)}. Read the tag again."
            raise NdefError(f"The NDEF message is cut off: {problem}", record)
        records.append(record)
        start = end
    return records


def _parse_record(message: bytes, start: int) -> tuple[NdefRecord, int]:
    """Return the record at ``start``, and the position after it, which may be after the end."""

    position = start

    def read_int(size: int) -> int:
        nonlocal position
        position += size
        return int.from_bytes(message[position - size : position], "big")

    flags, type_length = read_int(1), read_int(1)
    payload_length = read_int(1 if flags & _SHORT else 4)
    id_length = read_int(1) if flags & _HAS_ID else 0
    payload = position + type_length + id_length
    end = payload + payload_length
    record_type = message[position : position + type_length]
    return NdefRecord(flags, record_type, message[payload:end]), end


def _has_valid_type(record: NdefRecord) -> bool:
    """Return whether the type fits its kind; this also tells NDEF from most other data."""
    if record.tnf in (_WELL_KNOWN, _MEDIA, _URI, _EXTERNAL):
        return bool(re.fullmatch(rb"[!-~]+", record.type))
    return record.tnf in (_EMPTY, _UNKNOWN) and not record.type
