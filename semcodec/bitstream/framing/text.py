"""A core as characters: base64url for URLs and chats, base45 for QR codes (spec §7.4).

Both are one to one: a text that another text also decodes to is refused. No bare record starts
with either prefix, because its second byte would be a size code that is never assigned.
"""

from __future__ import annotations

import base64
from typing import Final

from semcodec.bitstream.parser import Parser

PREFIXES: Final = {"url": b"semc:", "qr": b"SEMC:"}  #: by framing
BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  #: RFC 4648 §5
BASE45: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  #: RFC 9285, as in QR codes
_ALPHABETS: Final = {"url": BASE64, "qr": BASE45}
_GROUPS: Final = {"url": 4, "qr": 3}  #: characters that carry whole bytes together
_VALUE_OF: Final = {char: value for value, char in enumerate(BASE45)}


def write(framing: str, core: bytes) -> bytes:
    """Return the text form of ``core`` in ASCII."""
    body = base64.urlsafe_b64encode(core).rstrip(b"=") if framing == "url" else _to_base45(core)
    return PREFIXES[framing] + body


def length(framing: str, core: int) -> int:
    """Return how many characters ``write`` gives for a core of ``core`` bytes."""
    group = _GROUPS[framing]  # of characters, for one byte less
    return len(PREFIXES[framing]) - (-core * group // (group - 1))


def read(cursor: Parser, framing: str) -> Parser:
    """Return a cursor over the core of the text under ``cursor``.

    Raises:
        FormatError: SC-TXT-1 to 5.
    """
    prefix, text = PREFIXES[framing], cursor.data
    if not text.startswith(prefix):
        cursor.stop("SC-TXT-1", 0, _shown(text[: len(prefix)]), prefix.decode())
    _rule_characters(cursor, framing, len(prefix))
    body = text[len(prefix) :]
    core = _of_base64(cursor, body) if framing == "url" else _of_base45(cursor, body)
    if not core:
        cursor.stop("SC-FRM-1", 8 * len(text), "no bytes", "at least one byte")
    return Parser(core, cursor.findings)


def _rule_characters(cursor: Parser, framing: str, start: int) -> None:
    body = cursor.data[start:]
    if strange := body.translate(None, _ALPHABETS[framing]):
        at = start + body.index(strange[0])
        cursor.stop("SC-TXT-2", 8 * at, _shown(strange[:1]), f"characters of {framing}")
    if len(body) % _GROUPS[framing] == 1:
        found = f"{len(body)} characters"
        cursor.stop("SC-TXT-3", 8 * len(cursor.data), found, "one more or one less")


def _of_base64(cursor: Parser, body: bytes) -> bytes:
    core = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    right = base64.urlsafe_b64encode(core).rstrip(b"=")
    if right != body:
        at = 8 * (len(cursor.data) - 1)
        cursor.broken("SC-TXT-4", at, _shown(body[-1:]), _shown(right[-1:]))
    return core


def _to_base45(core: bytes) -> bytes:
    out = bytearray()
    for at in range(0, len(core), 2):
        pair = core[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            out.append(BASE45[digit])
    return bytes(out)


def _of_base45(cursor: Parser, body: bytes) -> bytes:
    core = bytearray()
    start = len(cursor.data) - len(body)
    for at in range(0, len(body), 3):
        group = body[at : at + 3]
        value = sum(_VALUE_OF[char] * 45**place for place, char in enumerate(group))
        most = 256 ** (len(group) - 1) - 1
        if value > most:
            cursor.stop("SC-TXT-5", 8 * (start + at), f"{_shown(group)}, {value}", f"up to {most}")
        core += value.to_bytes(len(group) - 1, "big")
    return bytes(core)


def _shown(data: bytes) -> str:
    return data.decode("latin-1") if data.isascii() else data.hex(" ")
