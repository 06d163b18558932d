"""The sources of the vectors: one line each, written by hand from the specification.

The bytes are hex literals. Only checks, text forms and PNG chunks are computed, without the code of
the library, so that a bug there does not become a vector: the checks by Annex C of the
specification, the chunks by tests/png_files.py, layouts by tests/layouts.py, text forms here.
``make_vectors.py`` adds the expected record and verdict, and writes the files.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parents[1]))
from tests.annex_c import append_check, compute_check
from tests.layouts import ROW, bits, group
from tests.png_files import END as IEND
from tests.png_files import HEADER as IHDR
from tests.png_files import PIXELS as IDAT
from tests.png_files import SIGNATURE
from tests.png_files import build_chunk as chunk
from tests.png_files import build_png as png

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class VectorSource(NamedTuple):
    """One vector before it is written.

    Attributes:
        rule: id of the rule that the vector tests.
        kind: "obeys" or "breaks"; data that breaks this rule breaks no other one. "several": see
            several_sources.py.
        slug: name of the vector among those of the rule.
        comment: description of the test.
        data: the bytes.
        text: text of a valid record; of a sequence, the texts joined by " | ".
        offset: position of the violation, in bits.
        options: "framing", "limits", "profile" or "flags"; of "several", "findings" and "clause".
    """

    rule: str
    kind: str
    slug: str
    comment: str
    data: bytes
    text: str
    offset: int
    options: dict[str, Any]


ALL: list[VectorSource] = []

#: A non-canonical encoding: a decoder that accepts it does not validate enough.
NON_CANONICAL = ("second-spelling",)
#: Announces data that is missing, or is meant to do harm.
HOSTILE = ("hostile",)


def obeys(rule: str, slug: str, comment: str, data: bytes | str, text: str, **options: Any) -> None:
    """Add data that obeys ``rule``, and its text."""
    ALL.append(VectorSource(rule, "obeys", slug, comment, _bytes(data), text, 0, options))


def breaks(
    rule: str, slug: str, comment: str, data: bytes | str, offset: int, **options: Any
) -> None:
    """Add data that breaks ``rule`` at bit ``offset``, and no other rule."""
    ALL.append(VectorSource(rule, "breaks", slug, comment, _bytes(data), "", offset, options))


def _bytes(data: bytes | str) -> bytes:
    return bytes.fromhex(data) if isinstance(data, str) else data


# --- computed parts ----------------------------------------------------------------------------


def check(data: bytes | str) -> bytes:
    """Return a core with the check that its first byte states."""
    return append_check(_bytes(data))


def file(data: bytes | str) -> bytes:
    """Return a file with a core and its check."""
    return b"\xb5\x1a" + check(data)


def url(data: bytes | str) -> bytes:
    """Return the text form for URLs of a core and its check."""
    return b"semc:" + base64.urlsafe_b64encode(check(data)).rstrip(b"=")


def qr(data: bytes | str) -> bytes:
    """Return the text form for QR codes of a core and its check."""
    core, out = check(data), "SEMQ:"
    for index in range(0, len(core), 2):
        pair = core[index : index + 2]
        value = int.from_bytes(pair, "big")
        digits = (value, value // 45, value // 45**2)[: len(pair) + 1]
        out += "".join(BASE45[digit % 45] for digit in digits)
    return out.encode()


def symbols_with_alphabet(form: Callable[[str], bytes], alphabet: str) -> str:
    """Return a nibble payload in hex whose text form has every character of ``alphabet``."""
    rng = random.Random(45)  # noqa: S311  # not a secret
    while True:
        symbols = "".join(rng.choices("123456789abcdef", k=400))
        if {*form("08" + symbols)[5:].decode()} == {*alphabet}:
            return symbols


def nibble_text(symbols: str) -> str:
    """Return the text of symbols given in hex."""
    return "".join(" ntsrhldcmfgpbkv"[int(symbol, 16)] for symbol in symbols)


def record(core: bytes | str) -> bytes:
    """Return a seMC chunk with a core."""
    return chunk(b"seMC", _bytes(core))


def entry(type_id: int, value: bytes | str) -> str:
    """Return the hex of an extension block of one entry, whose lengths are below 16,384."""
    value = _bytes(value)
    whole = bytes([type_id]) + _leb128(len(value)) + value
    return (_leb128(len(whole)) + whole).hex()


def _leb128(number: int) -> bytes:
    return bytes([number] if number < 128 else [number & 127 | 128, number >> 7])


AT_CHUNK = 8 * (len(SIGNATURE) + len(IHDR))  #: offset of the first seMC chunk, in bits
NN = "11"  #: the payload "nn"

# --- framings (§7) -----------------------------------------------------------------------------

obeys("SC-FRM-1", "one-byte", "one byte is a record with the empty text", "00", "")
breaks("SC-FRM-1", "no-byte", "no bytes", "", 0)
breaks("SC-FRM-1", "empty-file", "a file without a record", "b5 1a", 16)
breaks("SC-FRM-1", "empty-url", "a text form without a record", b"semc:", 40)
breaks("SC-FRM-1", "empty-qr", "a text form without a record", b"SEMQ:", 40)
breaks("SC-FRM-1", "empty-chunk", "a chunk without a record", png(record("")), AT_CHUNK + 64)
obeys("SC-FRM-2", "file", "a file", file("08 17 10"), "ndn")
breaks(
    "SC-FRM-2",
    "other-second-byte",
    "B5 without 1A; everything else is correct",
    "b5 1b 08 11 43",
    0,
)
breaks("SC-FRM-2", "half-a-magic", "only the first byte of the magic", "b5", 0)
breaks("SC-FRM-2", "bare-read-as-file", "a bare record read with framing file",
       "08 11 43", 0, framing="file")  # fmt: skip
obeys("SC-FRM-3", "crc16", "a file with CRC-16", file("10 11"), "nn")
obeys("SC-FRM-3", "crc32", "a file with CRC-32", file("18 11"), "nn")
obeys("SC-FRM-3", "url", "a text form with CRC-8", url("08 11"), "nn")
breaks("SC-FRM-2", "png-read-as-file", "a PNG file read with framing file", png(record("00 11")), 0,
       framing="file")  # fmt: skip
breaks("SC-FRM-3", "file", "a file without a check", "b5 1a 00 11", 19)
breaks("SC-FRM-3", "url", "a text form without a check", b"semc:ABE", 3)
breaks("SC-FRM-3", "qr", "a text form without a check", qr("00 11"), 3)

obeys("SC-SEQ-1", "no-item", "an empty sequence has no records", "", "", framing="sequence")
obeys("SC-SEQ-1", "one-item", "one item of one byte: the empty text", "01 00", "",
      framing="sequence")  # fmt: skip
obeys("SC-SEQ-1", "two-items", "two concatenated sequences are a sequence", "02 00 12 03 00 34 50",
      "nt | srh", framing="sequence")  # fmt: skip
obeys("SC-SEQ-1", "checked-item", "an item with CRC-8", "03 08 11 43", "nn", framing="sequence")
breaks("SC-SEQ-1", "empty-first", "an empty item; the next one is still decoded",
       "00 02 00 11", 0, framing="sequence")  # fmt: skip
breaks("SC-SEQ-1", "empty-last", "an empty item at the end", "02 00 11 00", 24,
       framing="sequence")  # fmt: skip
obeys("SC-SEQ-2", "long-item", "an item of 128 bytes; its length takes two bytes",
      "80 01 00" + NN * 127, "nn" * 127, framing="sequence")  # fmt: skip
breaks("SC-SEQ-2", "cut-item", "a length beyond the end", "03 00 11", 24, framing="sequence")
breaks("SC-SEQ-2", "cut-length", "a truncated length", "02 00 11 80", 32, framing="sequence")
breaks("SC-SEQ-2", "huge-length", "a length of 2^28-1 with one byte present: do not allocate",
       "ff ff ff 7f 00", 40, framing="sequence", flags=HOSTILE)  # fmt: skip

obeys("SC-TXT-1", "url", "the text form for URLs", url("08 17 10"), "ndn")
obeys("SC-TXT-1", "qr", "the text form for QR codes", qr("08 17 10"), "ndn")
obeys("SC-TXT-1", "bare-r", "a bare record whose first byte is the letter s, without `semc:`",
      check("73 01 63 c3 96"), "Ö")  # fmt: skip
breaks("SC-TXT-1", "other-case", "mixed upper and lower case", b"Semc:COo", 0, framing="url")
breaks("SC-TXT-1", "lower-case-qr", "the prefix of the QR form in lower case", b"semq:+01M1", 0,
       framing="qr")  # fmt: skip
breaks("SC-TXT-1", "url-as-qr", "the URL form read with framing qr", url("08 11"), 0, framing="qr")
breaks("SC-TXT-1", "qr-as-url", "the QR form read with framing url", qr("08 11"), 0, framing="url")
breaks("SC-TXT-1", "bare-as-qr", "bytes that are not a text form", "00 11", 0, framing="qr")
breaks("SC-TXT-1", "no-colon", "the prefix without its colon", b"semc", 0, framing="url")
obeys("SC-TXT-2", "url-alphabet", "`-` and `_` in base64url", url("68 6f 3e 3f"), "o>?")
for _form, _alphabet in ((url, BASE64URL), (qr, BASE45)):
    _symbols = symbols_with_alphabet(_form, _alphabet)
    obeys("SC-TXT-2", f"{_form.__name__}-whole-alphabet", "every character of the alphabet",
          _form("08" + _symbols), nibble_text(_symbols))  # fmt: skip
breaks(
    "SC-TXT-2",
    "plus",
    "`+` is in standard base64, not in base64url",
    b"semc:CO7w3+Av",
    80,
    flags=NON_CANONICAL,
)
breaks(
    "SC-TXT-2",
    "slash",
    "`/` is in standard base64, not in base64url",
    b"semc:CP/whg",
    56,
    flags=NON_CANONICAL,
)
breaks("SC-TXT-2", "padding", "padding with `=`", b"semc:COo=", 64, flags=NON_CANONICAL)
breaks(
    "SC-TXT-2", "line-end", "a line end in the text", url("08 11") + b"\n", 72, flags=NON_CANONICAL
)
breaks("SC-TXT-2", "space-inside", "a space in base64url", b"semc:CB FD", 56, flags=NON_CANONICAL)
breaks("SC-TXT-2", "not-ascii", "a byte over 7f", b"semc:CB\xc3\x96", 56)
breaks(
    "SC-TXT-2",
    "lower-case-qr",
    "a lower-case letter in base45",
    b"SEMQ:+01m1",
    64,
    flags=NON_CANONICAL,
)
obeys("SC-TXT-3", "url-2-over", "a length of 2 modulo 4", url("08 17 10"), "ndn")
obeys("SC-TXT-3", "url-3-over", "a length of 3 modulo 4", url("08"), "")
obeys("SC-TXT-3", "qr-2-over", "an odd number of bytes in base45", qr("08 11"), "nn")
breaks("SC-TXT-3", "url-1-over", "a length of 1 modulo 4", b"semc:CBFDA", 80)
breaks("SC-TXT-3", "qr-1-over", "a length of 1 modulo 3", qr("10 11") + b"0", 96)
obeys("SC-TXT-4", "url-zero-bits", "two unused bits, both 0", url("08"), "")
breaks("SC-TXT-4", "url-2-bits", "one of two unused bits is 1",
       url("08")[:-1] + bytes([url("08")[-1] + 1]), 56, flags=NON_CANONICAL)  # fmt: skip
breaks("SC-TXT-4", "url-4-bits", "one of four unused bits is 1",
       url("08 17 10")[:-1] + bytes([url("08 17 10")[-1] + 8]), 80,
       flags=NON_CANONICAL)  # fmt: skip
obeys("SC-TXT-5", "largest", "a group of 65535", qr("08 11 ff ff"), "nnvvvv")
breaks(
    "SC-TXT-5",
    "pair",
    "a group that would be a valid record modulo 65536",
    b"SEMQ:3MX",
    40,
    flags=NON_CANONICAL,
)
breaks("SC-TXT-5", "largest-pair", "`:::`, the largest possible group", b"SEMQ::::", 40)
breaks("SC-TXT-5", "single", "a last group of 256", qr("10 11") + b"V5", 88, flags=NON_CANONICAL)

PIXEL = png(record("00 17 10"))
obeys("SC-PNG-1", "signature", "a PNG image with a record", PIXEL, "ndn")
breaks("SC-PNG-1", "line-ends", "a signature with converted line endings",
       PIXEL.replace(b"\r\n", b"\n", 1), 0)  # fmt: skip
breaks("SC-PNG-1", "last-byte", "a wrong last byte of the signature",
       PIXEL.replace(b"\x0a\0", b"\x0b\0", 1), 0)  # fmt: skip
breaks("SC-PNG-1", "one-byte", "only the byte 89", "89", 0)
breaks("SC-PNG-1", "bare-as-png", "a bare record read with framing png", "00 11", 0, framing="png")
obeys("SC-PNG-2", "after-iend", "data after IEND is ignored", PIXEL + b"\0after", "ndn")
obeys("SC-PNG-2", "chunks-around", "other chunks before and after, unknown ones included",
      png(chunk(b"tEXt", b"Title\0x"), record("00 17 10"), chunk(b"zzZz", b"\0" * 9)),
      "ndn")  # fmt: skip
breaks("SC-PNG-2", "cut-in-chunk", "truncated in the last chunk", PIXEL[:-1], 8 * (len(PIXEL) - 12))
breaks("SC-PNG-2", "cut-in-data", "truncated in the chunk's data", PIXEL[: AT_CHUNK // 8 + 13],
       AT_CHUNK)  # fmt: skip
breaks("SC-PNG-2", "no-iend", "truncated between chunks", PIXEL[:-12], 8 * (len(PIXEL) - 12))
breaks("SC-PNG-2", "long-chunk", "a chunk length of 2^31-1: do not allocate",
       SIGNATURE + bytes.fromhex("7f ff ff ff") + b"IDAT", 64, flags=HOSTILE)  # fmt: skip
breaks("SC-PNG-2", "signature-only", "only the signature", SIGNATURE, 64)
obeys(
    "SC-PNG-3",
    "late",
    "the chunk right before IEND",
    SIGNATURE + IHDR + IDAT + record("00 11") + IEND,
    "nn",
)
breaks("SC-PNG-3", "plain-picture", "an image without a record", png(), 8 * len(png()))
breaks("SC-PNG-3", "other-case", "a chunk whose type differs in case is another chunk",
       png(chunk(b"seMc", b"\0\x11")), 8 * len(PIXEL) - 8)  # fmt: skip
obeys("SC-PNG-4", "one", "one chunk", png(record("00 11")), "nn")
breaks(
    "SC-PNG-4", "two", "two identical chunks", png(record("00 11"), record("00 11")), AT_CHUNK + 112
)
obeys("SC-PNG-4", "after-iend", "a second chunk after IEND is not part of the file",
      png(record("00 11")) + record("00 12"), "nn")  # fmt: skip
obeys("SC-PNG-5", "crc", "the chunk's CRC is correct", png(record("00 34 50")), "srh")
breaks("SC-PNG-5", "crc", "the last bit of the chunk's CRC flipped",
       png(chunk(b"seMC", b"\0\x11", zlib.crc32(b"seMC\0\x11") ^ 1)), AT_CHUNK + 80)  # fmt: skip
obeys("SC-PNG-6", "no-check", "no check in the chunk", png(record("02 0d 11")), "nn")
breaks("SC-PNG-6", "crc8", "a correct check inside the chunk", png(record(check("08 11"))),
       AT_CHUNK + 64 + 3, flags=NON_CANONICAL)  # fmt: skip

# --- header (§5.1) and check (§5.6) ------------------------------------------------------------

obeys("SC-HDR-1", "version-1", "version 1", "00 11", "nn")
breaks("SC-HDR-1", "escape", "the escape to later versions", "80 11", 0)
breaks("SC-HDR-1", "file-read-as-bare", "a file read with framing bare", file("08 11"), 0,
       framing="bare")  # fmt: skip
breaks("SC-HDR-1", "png-read-as-bare", "a PNG file read with framing bare", png(record("00 11")), 0,
       framing="bare")  # fmt: skip
breaks("SC-HDR-1", "magic-twice", "the magic twice", "b5 1a b5 1a", 16)
breaks("SC-HDR-1", "jpeg", "the start of a JPEG file", "ff d8 ff e0 00 10", 0)
breaks("SC-HDR-1", "version-2-in-url", "a later version in a text form", b"semc:gBE", 0)
obeys("SC-HDR-3", "size", "a size field of four bytes", "02 81 f3 83 08", "")
obeys("SC-HDR-3", "every-field", "every field at once", file(
    "0f 81 f3 83 08 00 ac 02 00 00 00 06 06 01 78 0a 01 0c 47 0d 40"), "rd br")  # fmt: skip
breaks("SC-HDR-3", "size-cut", "a four-byte size truncated to three bytes", "02 81 f3 83", 32)
breaks(
    "SC-HDR-3",
    "long-size-cut",
    "an eight-byte size truncated to seven bytes",
    "02 c0 00 40 00 00 00 00",
    64,
)
breaks("SC-HDR-3", "no-size", "S = 1 but no size follows", "02", 8)
breaks("SC-HDR-3", "no-models", "M = 1 but no models follow", "01", 8)
breaks("SC-HDR-3", "three-ids", "three of four ids", "01 00 01 02 03", 40)
breaks("SC-HDR-3", "no-block", "X = 1 but no block follows", "04", 8)
breaks("SC-HDR-3", "three-bytes-of-four", "an integer truncated after three continuation bits",
       "01 80 80 80", 32)  # fmt: skip
breaks("SC-HDR-3", "half-an-integer", "an integer truncated after a continuation bit", "01 80", 16)
breaks("SC-HDR-3", "check-is-no-field", "a size that would extend into the check",
       check("0a 81 f3 83"), 32)  # fmt: skip
obeys("SC-CHK-1", "empty-crc32", "an empty text and CRC-32", check("18"), "")
obeys("SC-CHK-1", "empty-crc8", "an empty text and CRC-8", check("08"), "")
breaks("SC-CHK-1", "no-byte", "no bytes where the check needs one", "08", 8)
breaks("SC-CHK-1", "one-byte", "one byte where the check needs two", "10 00", 16)
breaks("SC-CHK-1", "two-bytes", "two bytes where the check needs four", "18 00 00", 24)
for _kind, _first in (("crc8", "08"), ("crc16", "10"), ("crc32", "18")):
    _good = check(_first + "17 10")
    obeys("SC-CHK-2", _kind, "the check matches", _good, "ndn")
    breaks("SC-CHK-2", f"{_kind}-last-bit", "the last bit of the check flipped",
           _good[:-1] + bytes([_good[-1] ^ 1]), 24)  # fmt: skip
    breaks("SC-CHK-2", f"{_kind}-payload", "a bit of the payload flipped",
           _good[:1] + b"\x16" + _good[2:], 24)  # fmt: skip
obeys("SC-CHK-2", "digits", "the nine digits that CRCs are compared with, as a text",
      check("68 31 32 33 34 35 36 37 38 39"), "123456789")  # fmt: skip
breaks("SC-CHK-2", "magic-included", "a CRC that includes the magic",
       b"\xb5\x1a\x08\x11" + compute_check(1, b"\xb5\x1a\x08\x11"), 32)  # fmt: skip
breaks("SC-CHK-2", "crc16-little", "CRC-16 in little-endian order", "10 11 6c 1c", 16)
breaks("SC-CHK-2", "kind-flipped", "KK flipped from CRC-16 to CRC-8", "08 11 1c 6c", 24)

# --- integers (§2.3), size (§5.2), models (§5.3) -----------------------------------------------

obeys("SC-LEB-1", "largest", "model set 2^28-1", "01 ff ff ff 7f 11", "nn")
breaks("SC-LEB-1", "five-bytes", "2^28, in five bytes", "01 80 80 80 80 01 11", 8)
breaks("SC-LEB-1", "length", "the length of a block in five bytes", "04 80 80 80 80 01 11", 8)
breaks("SC-LEB-1", "four-bytes", "the fourth byte has its top bit set, and the data ends",
       "01 80 80 80 80", 8)  # fmt: skip
breaks("SC-LEB-1", "item-length", "an item's length: four bytes with their top bit set",
       "80 80 80 80", 0, framing="sequence")  # fmt: skip
breaks("SC-LEB-1", "endless", "an integer without an end", "01 ff ff ff ff ff ff ff ff ff", 8,
       flags=HOSTILE)  # fmt: skip
obeys("SC-LEB-2", "two-bytes", "model set 128", "01 80 01 11", "nn")
obeys("SC-LEB-2", "three-bytes", "model set 16384", "01 80 80 01 11", "nn")
breaks("SC-LEB-2", "set", "model set 1 in two bytes", "01 81 00 11", 8, flags=NON_CANONICAL)
breaks(
    "SC-LEB-2",
    "set-three",
    "model set 128 in three bytes",
    "01 80 81 00 11",
    8,
    flags=NON_CANONICAL,
)
breaks(
    "SC-LEB-2", "id", "writer 2 in two bytes", "01 00 01 82 00 00 00 11", 24, flags=NON_CANONICAL
)
breaks("SC-LEB-2", "block-length", "a block's length in two bytes", "04 82 00 1a 00 11", 8,
       flags=NON_CANONICAL)  # fmt: skip
breaks("SC-LEB-2", "type", "a type in two bytes", "04 03 9a 00 00 11", 16, flags=NON_CANONICAL)
breaks("SC-LEB-2", "value-length", "a value's length in two bytes", "04 03 1a 80 00 11", 24,
       flags=NON_CANONICAL)  # fmt: skip
breaks("SC-LEB-2", "item-length", "an item's length in two bytes", "82 00 00 11", 0,
       framing="sequence", flags=NON_CANONICAL)  # fmt: skip
obeys("SC-SIZ-1", "code-20", "code 20: 4032 x 3024", "02 14 11", "nn")
obeys("SC-SIZ-1", "code-41", "code 41, the last one: 960 x 1088", "02 29 11", "nn")
obeys("SC-SIZ-1", "codes-1-to-41", "a sequence with a record of each code from 1 to 41",
      " ".join(f"03 02 {code:02x} 11" for code in range(1, 42)), " | ".join(["nn"] * 41),
      framing="sequence")  # fmt: skip
breaks("SC-SIZ-1", "code-42", "code 42", "02 2a 11", 8)
breaks("SC-SIZ-1", "code-127", "code 127", "02 7f 11", 8)
breaks("SC-SIZ-1", "code-69", "code 69, which is never assigned", "02 45 11", 8)
breaks("SC-SIZ-1", "code-101", "code 101, which is never assigned", "02 65 11", 8)
breaks(
    "SC-SIZ-1", "semq", "a bare record that starts like `SEMQ:` in lower case", check(b"semq:"), 8
)
breaks("SC-SIZ-1", "s-upper", "a bare record that starts like `semc:` in mixed case",
       check(b"Semc:\0"), 8)  # fmt: skip
breaks("SC-SIZ-1", "e-upper", "a bare record that starts like `SEMQ:` in mixed case",
       check(b"sEMQ:"), 8)  # fmt: skip
breaks("SC-SIZ-1", "semc-upper", "a bare record that starts like `semc:` in upper case",
       check(b"SEMC:\0"), 8)  # fmt: skip
obeys("SC-SIZ-2", "no-field", "1024 x 1024 is encoded as no size field", "00 11", "nn")
breaks("SC-SIZ-2", "code-0", "code 0", "02 00 11", 8, flags=NON_CANONICAL)
breaks(
    "SC-SIZ-2", "short", "1024 x 1024 in four bytes", "02 81 ff 83 ff 11", 8, flags=NON_CANONICAL
)
obeys("SC-SIZ-3", "code", "512 x 512 is code 1", "02 01 11", "nn")
breaks("SC-SIZ-3", "short", "512 x 512 in four bytes", "02 80 ff 81 ff 11", 8, flags=NON_CANONICAL)
breaks(
    "SC-SIZ-3", "code-41", "960 x 1088 in four bytes", "02 81 df 84 3f 11", 8, flags=NON_CANONICAL
)
breaks("SC-SIZ-3", "last", "4032 x 3024 in four bytes", "02 87 df 8b cf 11", 8, flags=NON_CANONICAL)
obeys("SC-SIZ-4", "short", "32768 x 1 in four bytes", "02 bf ff 80 00 11", "nn")
obeys("SC-SIZ-4", "long", "32769 x 1 needs eight", "02 c0 00 40 00 00 00 00 00 11", "nn")
obeys("SC-SIZ-4", "smallest", "1 x 1", "02 80 00 00 00 11", "nn")
breaks("SC-SIZ-4", "long", "32768 x 1 in eight bytes", "02 c0 00 3f ff 80 00 00 00 11", 8,
       flags=NON_CANONICAL)  # fmt: skip
obeys("SC-SIZ-5", "largest", "2^31-1 on both sides: decode it, do not allocate",
      "02 ff ff ff ff 7f ff ff fe 11", "nn", flags=HOSTILE)  # fmt: skip
breaks("SC-SIZ-5", "width", "a width of 2^31", "02 ff ff ff ff 80 00 00 00 11", 10)
breaks("SC-SIZ-5", "height", "a height of 2^31", "02 c0 00 00 00 7f ff ff ff 11", 41)
obeys("SC-MOD-1", "painter", "a painter, other roles unspecified", "01 00 00 00 07 00 11", "nn")
obeys("SC-MOD-1", "set-99", "model set 99, which is not registered, is accepted", "01 63 11", "nn")
obeys("SC-MOD-1", "unknown-ids", "four unregistered ids are accepted",
      "01 00 ff 7f fe 7f fd 7f fc 7f 11", "nn")  # fmt: skip
breaks("SC-MOD-1", "nothing", "four ids of 0", "01 00 00 00 00 00 11", 8, flags=NON_CANONICAL)

# --- extensions (§5.4) -------------------------------------------------------------------------

obeys("SC-EXT-1", "to-the-end", "a block to the end of the record", "04 02 1a 00", "")
breaks("SC-EXT-1", "one-over", "a length one byte beyond the end", "04 03 1a 00", 8)
breaks("SC-EXT-1", "into-the-check", "a block that extends into the check", check("0c 03 1a 00"), 8)
breaks("SC-EXT-1", "huge", "a length of 2^28-1: do not allocate", "04 ff ff ff 7f 1a", 8,
       flags=HOSTILE)  # fmt: skip
obeys("SC-EXT-2", "one-entry", "one empty entry", "04 02 1a 00 11", "nn")
breaks("SC-EXT-2", "empty", "an empty block", "04 00 11", 8, flags=NON_CANONICAL)
obeys("SC-EXT-3", "filled", "a value to the end of its block", "04 03 1a 01 41 11", "nn")
breaks("SC-EXT-3", "value-over", "a value beyond the end of its block", "04 03 1a 02 41 11", 40)
breaks("SC-EXT-3", "no-length", "a type without a length", "04 01 1a 11", 24)
breaks("SC-EXT-3", "half-a-type", "a truncated type", "04 01 9a 11", 24)
obeys("SC-EXT-4", "two", "types 26 and 28", "04 04 1a 00 1c 00 11", "nn")
obeys("SC-EXT-4", "far", "types 2 and 300", "04 06 02 01 78 ac 02 00 11", "nn")
breaks("SC-EXT-4", "descending", "types 28 and 26", "04 04 1c 00 1a 00 11", 32, flags=NON_CANONICAL)
breaks("SC-EXT-4", "twice", "type 26 twice", "04 04 1a 00 1a 00 11", 32)
obeys("SC-EXT-5", "lowest", "type 2, the lowest even one", "04 03 02 01 61 11", "nn")
breaks("SC-EXT-5", "zero", "type 0", "04 02 00 00 11", 16)
obeys("SC-EXT-6", "even", "an unknown even type is kept", "04 04 ac 02 01 ff 11", "nn")
breaks("SC-EXT-6", "odd", "an unknown odd type", "04 02 0b 00 11", 16)
breaks("SC-EXT-6", "largest-odd", "type 2^28-1, odd", "04 05 ff ff ff 7f 00 11", 16)
obeys("SC-EXT-7", "painter", "a painter named brush", "04 07 06 05 62 72 75 73 68 11", "nn")
obeys("SC-EXT-7", "two-bytes", "a name of one letter in two bytes", "04 04 02 02 c3 b6 11", "nn")
obeys("SC-EXT-7", "tool", "a tool", "04 08 10 06 74 6f 6f 6c 20 31 11", "nn")
obeys("SC-EXT-7", "longest", "a name of 255 bytes", "04 82 02 02 ff 01" + "61" * 255 + "11", "nn")
breaks("SC-EXT-7", "empty", "an empty name", "04 02 02 00 11", 16)
breaks("SC-EXT-7", "not-utf8", "a name that is not UTF-8", "04 03 04 01 ff 11", 16)
breaks("SC-EXT-7", "overlong-nul", "a NUL in two bytes", "04 04 04 02 c0 80 11", 16)
breaks("SC-EXT-7", "line-feed", "a line feed in a name", "04 03 08 01 0a 11", 16)
breaks("SC-EXT-7", "delete", "U+007F in a name", "04 03 08 01 7f 11", 16)
breaks("SC-EXT-7", "c1", "U+0085 in a name", "04 04 08 02 c2 85 11", 16)
breaks("SC-EXT-7", "escape", "an escape sequence for terminals", "04 05 10 03 1b 5b 4a 11", 16,
       flags=HOSTILE)  # fmt: skip
breaks("SC-EXT-7", "too-long", "a name of 256 bytes", "04 83 02 02 80 02" + "61" * 256 + "11", 24)
obeys("SC-EXT-8", "more-than-words", "12 words requested, one present", "04 03 0a 01 0c 11", "nn")
obeys("SC-EXT-8", "two-bytes", "K of 200", "04 04 0a 02 c8 01 11", "nn")
breaks("SC-EXT-8", "zero", "K of 0", "04 03 0a 01 00 11", 16)
breaks("SC-EXT-8", "long", "K of 1 in two bytes", "04 04 0a 02 81 00 11", 16, flags=NON_CANONICAL)
breaks("SC-EXT-8", "two", "two integers", "04 04 0a 02 01 01 11", 16)
breaks("SC-EXT-8", "five-bytes", "a K of five bytes breaks this rule and not SC-LEB-1",
       "04 07 0a 05 80 80 80 80 01 11", 16)  # fmt: skip
breaks("SC-EXT-8", "none", "no integer", "04 02 0a 00 11", 16)
breaks(
    "SC-EXT-8", "unended", "an integer truncated after a continuation bit", "04 03 0a 01 80 11", 16
)
obeys("SC-EXT-9", "importance", "most important word first", "04 03 0c 01 01 12 01", "nt n")
breaks("SC-EXT-9", "reading", "reading order, which is encoded as no extension",
       "04 03 0c 01 00 11", 16, flags=NON_CANONICAL)  # fmt: skip
breaks("SC-EXT-9", "other", "an order that is not defined", "04 03 0c 01 02 11", 16)
breaks("SC-EXT-9", "empty", "no bytes", "04 02 0c 00 11", 16)
breaks("SC-EXT-9", "two-bytes", "two bytes", "04 04 0c 02 01 00 11", 16)
obeys("SC-EXT-10", "zero", "seed 0", "04 03 0e 01 00 11", "nn")
obeys("SC-EXT-10", "seven", "seed 7", "04 03 0e 01 07 11", "nn")
obeys("SC-EXT-10", "largest", "seed 2^32-1", "04 06 0e 04 ff ff ff ff 11", "nn")
breaks(
    "SC-EXT-10",
    "leading-zero",
    "seed 7 in two bytes",
    "04 04 0e 02 00 07 11",
    16,
    flags=NON_CANONICAL,
)
breaks("SC-EXT-10", "empty", "no bytes", "04 02 0e 00 11", 16)
breaks("SC-EXT-10", "five-bytes", "seed 2^32", "04 07 0e 05 01 00 00 00 00 11", 16)
obeys("SC-EXT-11", "comment", "a comment", "04 04 12 02 68 69 11", "nn")
obeys("SC-EXT-11", "longest", "a comment of 4096 bytes",
      "04 83 20 12 80 20" + "61" * 4096 + "11", "nn")  # fmt: skip
breaks("SC-EXT-11", "empty", "an empty comment", "04 02 12 00 11", 16)
breaks("SC-EXT-11", "line-feed", "a comment of two lines", "04 05 12 03 61 0a 62 11", 16)
breaks("SC-EXT-11", "too-long", "a comment of 4097 bytes",
       "04 84 20 12 81 20" + "61" * 4097 + "11", 24)  # fmt: skip
obeys("SC-EXT-12", "seed", "a bag with a seed", "44 03 0e 01 07", "")
obeys("SC-EXT-12", "lexicon", "an order in a lexicon", "24 03 0c 01 01", "")
obeys("SC-EXT-12", "utf8", "an order in utf8", "64 03 0c 01 01 62 20 61", "b a")
breaks("SC-EXT-12", "empty-bag", "an order in a bag without words", "44 03 0c 01 01", 16)
breaks("SC-EXT-12", "second-entry", "K, and an order in a bag", "44 06 0a 01 02 0c 01 01", 40)

# --- layers (§5.8) -----------------------------------------------------------------------------


def layout_obeys(slug: str, comment: str, *groups: str, core: str = "04", payload: str = "12 01",
                 text: str = "nt n") -> None:  # fmt: skip
    """Add a valid record with a layout; by default, its text has two words."""
    obeys("SC-EXT-13", slug, comment, core + entry(20, bits("".join(groups))) + payload, text)


def layout_breaks(slug: str, comment: str, value: bytes | str, **options: Any) -> None:
    """Add a record whose layout breaks SC-EXT-13; a string is binary digits."""
    value = bits(value) if isinstance(value, str) else value
    breaks("SC-EXT-13", slug, comment, "04" + entry(20, value) + "12 01",
           16 if len(value) < 126 else 24, **options)  # fmt: skip


layout_obeys("example", "the example of the clause: a box for the second word",
             group(1, (8, 4, 20, 32)))  # fmt: skip
layout_obeys("smallest-box", "a value of zeros: word 0, one box of 1/32", group(0, (0, 0, 1, 1)))
layout_obeys("whole-picture", "a box of the whole picture", group(0, (0, 0, 32, 32)))
layout_obeys("last-corner", "a box of 1/32 at the right and the bottom", group(0, (31, 31, 32, 32)))
layout_obeys("one-edge", "boxes that differ only in the bottom edge",
             group(0, (1, 2, 3, 4), (1, 2, 3, 5)))  # fmt: skip
layout_obeys("first-edge", "boxes ascend by their first edges",
             group(0, (1, 31, 32, 32), (2, 0, 3, 1)))  # fmt: skip
layout_obeys("two-words", "boxes of two words, which are equal",
             group(0, (1, 2, 3, 4)), group(1, (1, 2, 3, 4)))  # fmt: skip
layout_obeys("later-word-earlier-box", "only the boxes of one word ascend",
             group(0, (9, 9, 10, 10)), group(1, (1, 2, 3, 4)))  # fmt: skip
layout_obeys("word-63", "the largest index", group(0, ROW[0]), group(63, ROW[0]))
layout_obeys("beyond-the-words", "a word that the record does not have is ignored",
             group(2, ROW[0]))  # fmt: skip
layout_obeys("no-words", "a layout in a record without words", group(0, ROW[0]), payload="",
             text="")  # fmt: skip
layout_obeys("bag", "in a bag the index follows the order that a decoder returns",
             group(0, ROW[0]), core="44", payload="", text="")  # fmt: skip
layout_obeys("utf8", "in utf8 words are counted between white space", group(1, ROW[0]), core="64",
             payload="20 61 09 62 0a", text=" a\tb\n")  # fmt: skip
layout_obeys("eight-boxes", "eight boxes of one word", group(0, *ROW))
layout_obeys("sixteen-boxes", "sixteen boxes of two words, which is the most",
             group(0, *ROW), group(1, *ROW))  # fmt: skip
layout_obeys("sixteen-words", "sixteen words with a box each: 58 bytes, without padding",
             *(group(word, ROW[0]) for word in range(0, 64, 4)))  # fmt: skip
layout_obeys("no-padding", "four words and five boxes fill whole bytes", group(0, *ROW[:2]),
             *(group(word, ROW[0]) for word in (1, 2, 3)))  # fmt: skip
layout_obeys("seven-bits", "the longest padding, seven bits", group(0, *ROW[:2]))
layout_breaks("empty", "no group", b"")
layout_breaks("three-bytes", "a group has more than three bytes", bytes(3))
layout_breaks("padding", "the last bit of the padding is 1", group(0, ROW[0]) + "001")
layout_breaks("padding-first", "the first bit of the padding is 1", group(0, ROW[0]) + "100")
layout_breaks("zero-byte", "a zero byte after the padding", group(0, ROW[0]) + "0" * 11,
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("eight-bits", "a zero byte instead of padding",
              group(0, *ROW[:2]) + "".join(group(word, ROW[0]) for word in (1, 2, 3)) + "0" * 8,
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("27-bits", "27 bits after the last group: too many for padding, too few for a group",
              group(0, ROW[0]) + "0" * 27)  # fmt: skip
layout_breaks("28-bits", "28 bits after the last group, the first six of them a larger index",
              "".join(group(word, ROW[0]) for word in range(4)) + f"{4:06b}" + "0" * 22,
              )  # fmt: skip
layout_breaks("cut", "the last group is truncated by one byte",
              bits(group(0, ROW[0]) + group(1, *ROW[:2]))[:-1])  # fmt: skip
layout_breaks("cut-bit", "the last bit of the last group is missing",
              bits(group(0, (0, 0, 1, 1), (1, 0, 2, 32)))[:-1])  # fmt: skip
layout_breaks("cut-box", "a group announces two boxes and has one", "000000 001" + "0" * 23)
layout_breaks("word-twice", "two groups of one word", group(1, ROW[0]) + group(1, ROW[1]),
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("descending-words", "words 1 and 0", group(1, ROW[0]) + group(0, ROW[0]),
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("zero-words", "four zero bytes after a group are a second group of word 0",
              group(0, ROW[0]) + "000" + "0" * 32)  # fmt: skip
layout_breaks("no-width", "right is left", group(0, (5, 0, 5, 1)))
layout_breaks("no-height", "bottom is top", group(0, (0, 5, 1, 5)))
layout_breaks("right-before-left", "right is less than left", group(0, (9, 0, 5, 1)))
layout_breaks("second-box-no-height", "only the second box is empty",
              group(0, (0, 0, 1, 1), (4, 5, 8, 5)))  # fmt: skip
layout_breaks("box-twice", "two equal boxes of one word", group(0, ROW[0], ROW[0]),
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("descending-boxes", "boxes in descending order", group(0, ROW[1], ROW[0]),
              flags=NON_CANONICAL)  # fmt: skip
layout_breaks("descending-bottom", "boxes that descend only in the bottom edge",
              group(0, (1, 2, 3, 5), (1, 2, 3, 4)), flags=NON_CANONICAL)  # fmt: skip
layout_breaks("17-boxes", "seventeen boxes of three words",
              group(0, *ROW) + group(1, *ROW) + group(2, ROW[0]))  # fmt: skip
layout_breaks("17-words", "seventeen words with a box each",
              "".join(group(word, ROW[0]) for word in range(17)))  # fmt: skip
layout_breaks("long", "a layout of 128 bytes: its type has another offset", bytes(128),
              flags=HOSTILE)  # fmt: skip
obeys("SC-EXT-14", "one-byte", "one byte of colors", "04" + entry(22, "00") + "11", "nn")
obeys("SC-EXT-14", "any-bytes", "any bytes are colors", "04" + entry(22, "ff 00 80") + "11", "nn")
obeys("SC-EXT-14", "longest", "512 bytes of colors", "04" + entry(22, "ff" * 512) + "11", "nn")
breaks("SC-EXT-14", "empty", "no bytes", "04" + entry(22, "") + "11", 16)
breaks("SC-EXT-14", "too-long", "513 bytes", "04" + entry(22, "ff" * 513) + "11", 24)
for _grid in (32, 48, 64, 96):
    obeys("SC-EXT-15", f"grid-{_grid}", f"a grid of {_grid}, and one byte",
          "04" + entry(24, bytes([_grid, 0])) + "11", "nn")  # fmt: skip
obeys("SC-EXT-15", "longest", "a grid, and 511 bytes",
      "04" + entry(24, "60" + "ff" * 511) + "11", "nn")  # fmt: skip
breaks("SC-EXT-15", "empty", "no bytes", "04" + entry(24, "") + "11", 16)
breaks("SC-EXT-15", "grid-alone", "a grid without a sketch", "04" + entry(24, "20") + "11", 16)
breaks("SC-EXT-15", "too-long", "a grid, and 512 bytes",
       "04" + entry(24, "60" + "ff" * 512) + "11", 24)  # fmt: skip
for _grid in (0, 1, 31, 33, 80, 128, 160):
    breaks("SC-EXT-15", f"grid-{_grid}", f"a grid of {_grid}",
           "04" + entry(24, bytes([_grid, 0])) + "11", 16)  # fmt: skip

# --- payload (§6) ------------------------------------------------------------------------------

obeys("SC-NIB-1", "letter", "the first symbol is n", "00 10", "n")
obeys(
    "SC-NIB-1", "all-symbols", "every letter once", "00 12 34 56 78 9a bc de f0", "ntsrhldcmfgpbkv"
)
obeys("SC-NIB-1", "paper", "a text like those of the paper", "00 17 10 24 72 16 04 85 0f 17 f0",
      "ndn trdtnl rch vndv")  # fmt: skip
breaks("SC-NIB-1", "space", "the first symbol is a space", "00 01", 8)
breaks(
    "SC-NIB-1",
    "padded-empty",
    "the empty text with a byte of padding",
    "00 00",
    8,
    flags=NON_CANONICAL,
)
obeys("SC-NIB-2", "one-space", "one space between words", "00 10 10", "n n")
breaks("SC-NIB-2", "one-byte", "two spaces in one byte", "00 11 00 11", 20)
breaks("SC-NIB-2", "two-bytes", "two spaces across a byte boundary", "00 10 01", 16)
breaks("SC-NIB-2", "many", "two double spaces: the first one is reported", "00 10 01 10 01", 16)
obeys("SC-NIB-3", "padding", "an odd number of symbols, padded with one space", "00 11 10", "nnn")
obeys("SC-NIB-3", "no-padding", "an even number of symbols, without padding", "00 11 11", "nnnn")
breaks(
    "SC-NIB-3", "byte-of-padding", "a whole byte of padding", "00 11 11 00", 24, flags=NON_CANONICAL
)
obeys("SC-UTF-1", "unicode", "any Unicode text", "60 c3 96 c5 bc 20 f0 9f a6 8a", "Öż 🦊")
obeys("SC-UTF-1", "empty", "the empty text", "60", "")
obeys("SC-UTF-1", "spaces", "spaces are preserved", "60 20 20 41 20", "  A ")
obeys("SC-UTF-1", "white-space", "words are split at U+0085, U+001C, U+00A0 and U+3000",
      "60" + "a\x85b\x1cc\xa0d\u3000e".encode().hex(), "a\x85b\x1cc\xa0d\u3000e")  # fmt: skip
obeys("SC-UTF-1", "no-white-space", "words are not split at U+180E, U+200B, U+2060 and U+FEFF",
      "60" + "\ufeffa\u180eb\u200bc\u2060d".encode().hex(),
      "\ufeffa\u180eb\u200bc\u2060d")  # fmt: skip
obeys("SC-UTF-1", "controls", "control characters are text; escape them when showing it",
      "60 1b 5b 4a 00", "\x1b[J\0", flags=HOSTILE)  # fmt: skip
obeys("SC-UTF-1", "symbols", "a text that nibble could represent too", "60 6e 74", "nt")
obeys("SC-UTF-1", "borders", "the first and last characters of each length, and beside surrogates",
      "60 7f c2 80 df bf e0 a0 80 ed 9f bf ee 80 80 ef bf bf f0 90 80 80 f4 8f bf bf",
      "\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff")  # fmt: skip
breaks("SC-UTF-1", "stray", "a stray byte", "60 41 ff", 16)
breaks("SC-UTF-1", "overlong", "an overlong slash", "60 c0 af", 8, flags=NON_CANONICAL)
breaks("SC-UTF-1", "overlong-3", "U+07FF in three bytes", "60 e0 9f bf", 8, flags=NON_CANONICAL)
breaks("SC-UTF-1", "overlong-4", "U+FFFF in four bytes", "60 f0 8f bf bf", 8, flags=NON_CANONICAL)
breaks("SC-UTF-1", "surrogate", "an unpaired surrogate", "60 ed a0 80", 8)
breaks("SC-UTF-1", "cut", "a truncated character", "60 41 f0 9f a6", 16)
breaks("SC-UTF-1", "beyond", "a character beyond U+10FFFF", "60 f4 90 80 80", 8)

# --- coded words (§6.5 to §6.7, Annex K): frozen, because they cannot be written by hand -------

CODED = json.loads(Path(__file__).with_name("coding_vectors.json").read_text("utf-8"))
for _row in CODED:
    _data = {"lexicon": "20", "bag": "40"}[_row["coding"]] + _row["payload"]
    _flags = {"flags": HOSTILE} if len(_data) > 400 and _row["kind"] == "breaks" else {}
    _slug = f"{_row['coding']}-{_row['slug']}"
    if _row["kind"] == "obeys":
        obeys(_row["rule"], _slug, _row["comment"], _data, _row["text"])
    else:
        breaks(_row["rule"], _slug, _row["comment"], _data, 8, **_flags)

# --- limits (§9.3) -----------------------------------------------------------------------------

obeys(
    "SC-LIM-1", "bytes", "three bytes, three allowed", "00 11 11", "nnnn", limits={"max_bytes": 3}
)
breaks("SC-LIM-1", "bytes", "four bytes, three allowed", "00 11 11 11", 24, limits={"max_bytes": 3})
breaks("SC-LIM-1", "text-form", "nine characters, eight allowed", url("08 11"), 64,
       limits={"max_bytes": 8})  # fmt: skip
obeys("SC-LIM-1", "file", "of a file only the core counts", file("08 11"), "nn",
      limits={"max_bytes": 3})  # fmt: skip
obeys("SC-LIM-1", "items", "each item has its own limit, without its length",
      "03 00 11 11 03 00 12 34", "nnnn | ntsr", framing="sequence",
      limits={"max_bytes": 3})  # fmt: skip
obeys("SC-LIM-1", "picture", "of a PNG file only the record counts", png(record("00 11")), "nn",
      limits={"max_bytes": 2})  # fmt: skip
obeys("SC-LIM-2", "words", "two words, two allowed", "00 10 10", "n n", limits={"max_words": 2})
obeys("SC-LIM-2", "k", "a K of 12 and two words, two allowed", "04 03 0a 01 0c 10 10", "n n",
      limits={"max_words": 2})  # fmt: skip
breaks("SC-LIM-2", "words", "three words, two allowed", "00 10 10 10", 8, limits={"max_words": 2})
obeys("SC-LIM-3", "entries", "one entry, one allowed", "04 02 1a 00 11", "nn",
      limits={"max_extensions": 1})  # fmt: skip
breaks("SC-LIM-3", "entries", "two entries, one allowed", "04 04 1a 00 1c 00 11", 32,
       limits={"max_extensions": 1})  # fmt: skip
obeys("SC-LIM-4", "chunks", "four chunks, four allowed", png(record("00 11")), "nn",
      limits={"max_chunks": 4})  # fmt: skip
breaks("SC-LIM-4", "chunks", "four chunks, three allowed", png(record("00 11")),
       8 * len(png(record("00 11")) + b"") - 96, limits={"max_chunks": 3})  # fmt: skip
breaks("SC-PNG-2", "limit-at-end", "two chunks, two allowed, and no IEND",
       png(record("00 11"))[:47], 376, limits={"max_chunks": 2})  # fmt: skip
breaks("SC-PNG-2", "limit-cut", "two chunks, two allowed, and one byte of a third",
       png(record("00 11"))[:48], 376, limits={"max_chunks": 2})  # fmt: skip
obeys("SC-LIM-5", "records", "two records, two allowed", "01 00 01 00", " | ", framing="sequence",
      limits={"max_records": 2})  # fmt: skip
breaks("SC-LIM-5", "records", "three records, two allowed", "01 00 01 00 01 00", 32,
       framing="sequence", limits={"max_records": 2})  # fmt: skip


def coded_item(coding: str, slug: str) -> bytes:
    """Return an item of a sequence with the payload of a vector of a coding of words."""
    [payload] = [row["payload"] for row in CODED if (row["coding"], row["slug"]) == (coding, slug)]
    core = {"lexicon": b"\x20", "bag": b"\x40"}[coding] + bytes.fromhex(payload)
    return _length(core) + core


def _length(core: bytes) -> bytes:
    return bytes([len(core)] if len(core) < 128 else [len(core) % 128 + 128, len(core) // 128])


TWO, ONE = coded_item("lexicon", "two"), coded_item("bag", "one-word")  #: red bear; bear
FREE = bytes.fromhex("03 00 10 10 04 60 61 20 62")  #: two words each in nibble and utf8
obeys("SC-LIM-6", "below", "three words, four allowed", TWO + ONE, "red bear | bear",
      framing="sequence", limits={"max_sequence_words": 4})  # fmt: skip
obeys("SC-LIM-6", "at", "three words, three allowed", ONE + TWO, "bear | red bear",
      framing="sequence", limits={"max_sequence_words": 3})  # fmt: skip
obeys("SC-LIM-6", "other-codings", "words of nibble and utf8 are not counted", FREE + ONE,
      "n n | a b | bear", framing="sequence", limits={"max_sequence_words": 1})  # fmt: skip
obeys("SC-LIM-6", "none", "no words of lexicon and bag, none allowed",
      FREE + bytes.fromhex("01 20 01 40"), "n n | a b |  | ", framing="sequence",
      limits={"max_sequence_words": 0})  # fmt: skip
breaks("SC-LIM-6", "above", "three words, two allowed", TWO + FREE + ONE, 8 * len(TWO + FREE),
       framing="sequence", limits={"max_sequence_words": 2})  # fmt: skip
breaks("SC-LIM-6", "first-item", "two words in the first item, one allowed", TWO + ONE, 0,
       framing="sequence", limits={"max_sequence_words": 1})  # fmt: skip
breaks("SC-LIM-6", "then-cut", "two words, one allowed; the next item is truncated",
       TWO + ONE[:1], 0, framing="sequence", limits={"max_sequence_words": 1})  # fmt: skip

# --- the floor of the limits (§9.3): every decoder accepts these -------------------------------

obeys("SC-LIM-1", "floor", "4096 bytes", "60" + "61" * 4095, "a" * 4095)
obeys("SC-LIM-1", "floor-url", "a text form of 4096 characters", url("68" + "61" * 3066),
      "a" * 3066)  # fmt: skip
obeys("SC-LIM-2", "floor", "512 words", "00" + "10" * 512, " ".join("n" * 512))
obeys("SC-LIM-3", "floor", "16 extensions",
      "04 20" + "".join(f"{kind:02x}00" for kind in range(80, 112, 2)) + "11", "nn")  # fmt: skip
obeys("SC-LIM-4", "floor", "1024 chunks",
      png(record("00 11"), *[chunk(b"zzZz", b"")] * 1020), "nn")  # fmt: skip
obeys("SC-LIM-5", "floor", "256 records", "01 00" * 256, " | " * 255, framing="sequence")
obeys("SC-LIM-6", "floor", "4096 words in 8 items of lexicon",
      coded_item("lexicon", "many") * 8,
      " | ".join([next(row["text"] for row in CODED if row["slug"] == "many")] * 8),
      framing="sequence")  # fmt: skip

# --- profiles (§11) ----------------------------------------------------------------------------

NAMES = "02 01 61 04 01 62 06 01 63 08 01 64"
ARCHIVE = file(f"1c 10 {NAMES} 10 02 74 31 47 0d 40")
for _number in range(1, 6):
    obeys(f"SC-PRO-{_number}", "tiny", "what the profile tiny allows", check("0b 0d 02 11"), "nn",
          profile="tiny")  # fmt: skip
breaks("SC-PRO-1", "file", "a file", file("08 11"), 16, profile="tiny")
breaks("SC-PRO-1", "png", "a PNG file", png(record("00 11")), AT_CHUNK + 64, profile="tiny")
breaks("SC-PRO-1", "url", "a text form; the place is in its core", url("08 11"), 0, profile="tiny")
breaks("SC-PRO-1", "qr", "a text form; the place is in its core", qr("08 11"), 0, profile="tiny")
breaks("SC-PRO-2", "crc32", "CRC-32", check("18 11"), 3, profile="tiny")
breaks("SC-PRO-2", "crc16", "CRC-16", check("10 11"), 3, profile="tiny")
breaks("SC-PRO-3", "size", "1000 x 777", "02 81 f3 83 08 11", 6, profile="tiny")
for _slug, _ids in (("ids", "00 00 07 00"), ("describer", "07 00 00 00"),
                    ("writer", "00 07 00 00"), ("prompts", "00 00 00 01")):  # fmt: skip
    breaks("SC-PRO-4", _slug, "a model id", f"01 00 {_ids} 11", 7, profile="tiny")
breaks("SC-PRO-5", "extension", "a seed", "04 03 0e 01 07 11", 5, profile="tiny")
obeys("SC-PRO-6", "file", "a file", file("08 11"), "nn", profile="file")
obeys("SC-PRO-6", "no-item", "an empty sequence breaks no rule of a profile", "", "",
      framing="sequence", profile="file")  # fmt: skip
breaks("SC-PRO-6", "png", "a PNG file", png(record("00 11")), AT_CHUNK + 64, profile="file")
breaks("SC-PRO-6", "qr", "a text form; the place is in its core", qr("08 11"), 0, profile="file")
breaks("SC-PRO-6", "url", "a text form; the place is in its core", url("08 11"), 0, profile="file")
breaks("SC-PRO-6", "bare", "a bare record", "08 11 43", 0, profile="file")
for _number in range(7, 11):
    obeys(f"SC-PRO-{_number}", "archive", "what the profile archive requires", ARCHIVE, "rd br",
          profile="archive")  # fmt: skip
breaks("SC-PRO-7", "bare", "a bare record", ARCHIVE[2:], 0, profile="archive")
breaks("SC-PRO-8", "crc8", "CRC-8", file(f"0c 10 {NAMES} 10 02 74 31 47 0d 40"), 19,
       profile="archive")  # fmt: skip
breaks("SC-PRO-8", "crc16", "CRC-16", file(f"14 10 {NAMES} 10 02 74 31 47 0d 40"), 19,
       profile="archive")  # fmt: skip
breaks("SC-PRO-9", "unnamed", "the prompt set is not named",
       file("1c 0d 02 01 61 04 01 62 06 01 63 10 02 74 31 47 0d 40"), 21,
       profile="archive")  # fmt: skip
for _slug, _role in (("describer", "02 01 61"), ("writer", "04 01 62"), ("painter", "06 01 63")):
    breaks("SC-PRO-9", f"no-{_slug}", f"the {_slug} is not named",
           file(f"1c 0d {NAMES.replace(_role + ' ', '')} 10 02 74 31 47 0d 40"), 21,
           profile="archive")  # fmt: skip
breaks("SC-PRO-10", "no-tool", "the tool is not named", file(f"1c 0c {NAMES} 47 0d 40"), 21,
       profile="archive")  # fmt: skip
