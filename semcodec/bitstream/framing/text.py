"""Text forms of a core: base64url for URLs and chats, base45 for QR codes (spec §7.4).

Each core has exactly one text in each form; other texts that would decode to it are refused. No
bare record starts with either prefix in any mix of upper and lower case, because its second byte
would be a size code that will never be assigned. The prefixes differ in a letter and not only in
case, because programs that open links write the scheme of a URI in lower case.
"""

from __future__ import annotations

import base64
from typing import Final

from semcodec._wording import plural
from semcodec.bitstream.parser import Parser
from semcodec.choices import Framing

PREFIXES: Final[dict[Framing, bytes]] = {"url": b"semc:", "qr": b"SEMQ:"}  #: by framing
BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  #: RFC 4648 §5
BASE45: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  #: RFC 9285, as in QR codes
_ALPHABETS: Final = {"url": BASE64, "qr": BASE45}
_GROUP_CHARS: Final = {"url": 4, "qr": 3}  #: this many characters encode one byte fewer
_BASE45_DIGITS: Final = {char: digit for digit, char in enumerate(BASE45)}


def write(framing: Framing, core: bytes) -> bytes:
    """Return the text form of ``core`` in ASCII."""
    body = _encode_base64(core) if framing == "url" else _encode_base45(core)
    return PREFIXES[framing] + body


def read(parser: Parser, framing: Framing) -> Parser:
    """Return a parser for the core in the text that ``parser`` reads.

    Raises:
        FormatError: SC-TXT-1 to 5, SC-FRM-1.
    """
    prefix, text = PREFIXES[framing], parser.data
    if not text.startswith(prefix):
        parser.fail("SC-TXT-1", 0, _printable(text[: len(prefix)]), prefix.decode())
    _check_characters(parser, framing, len(prefix))
    body = text[len(prefix) :]
    core = _decode_base64(parser, body) if framing == "url" else _decode_base45(parser, body)
    if not core:
        parser.fail("SC-FRM-1", 8 * len(text), "no bytes", "at least one byte")
    return Parser(core, parser.findings)


def length(framing: Framing, core_bytes: int) -> int:
    """Return the number of characters in the text form of a core of ``core_bytes`` bytes."""
    group = _GROUP_CHARS[framing]
    return len(PREFIXES[framing]) - (-core_bytes * group // (group - 1))  # rounded up


def _check_characters(parser: Parser, framing: Framing, start: int) -> None:
    body = parser.data[start:]
    if invalid := body.translate(None, _ALPHABETS[framing]):
        index = start + body.index(invalid[0])
        found = _printable(invalid[:1])
        parser.fail("SC-TXT-2", 8 * index, found, f"characters of {framing}")
    # In both alphabets, a group of a single character cannot hold a byte.
    if len(body) % _GROUP_CHARS[framing] == 1:
        found = plural(len(body), "character")
        parser.fail("SC-TXT-3", 8 * len(parser.data), found, "one more or one less")


def _encode_base64(core: bytes) -> bytes:
    return base64.urlsafe_b64encode(core).rstrip(b"=")


def _decode_base64(parser: Parser, body: bytes) -> bytes:
    core = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    canonical = _encode_base64(core)
    if canonical != body:  # the unused bits of the last character are not 0
        offset = 8 * (len(parser.data) - 1)
        parser.report("SC-TXT-4", offset, _printable(body[-1:]), _printable(canonical[-1:]))
    return core


def _encode_base45(core: bytes) -> bytes:
    body = bytearray()
    for index in range(0, len(core), 2):
        pair = core[index : index + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):  # lowest digit first
            value, digit = divmod(value, 45)
            body.append(BASE45[digit])
    return bytes(body)


def _decode_base45(parser: Parser, body: bytes) -> bytes:
    core = bytearray()
    start = len(parser.data) - len(body)
    for index in range(0, len(body), 3):
        group = body[index : index + 3]
        value = sum(_BASE45_DIGITS[char] * 45**power for power, char in enumerate(group))
        maximum = 256 ** (len(group) - 1) - 1
        if value > maximum:
            found = f"{_printable(group)}, {value}"
            parser.fail("SC-TXT-5", 8 * (start + index), found, f"up to {maximum}")
        core += value.to_bytes(len(group) - 1, "big")
    return bytes(core)


def _printable(data: bytes) -> str:
    return data.decode("latin-1") if data.isascii() else data.hex(" ")
