"""Find an API key in received text, also in another form, and remove it.

A server can send a key back in other letters (capitals, full width), with other characters between
the letters (blanks, hyphens, line ends, invisible ones), reversed, with escapes (percent-encoding,
HTML, JSON, quoted-printable), or encoded (base64 at any position of a longer text, such as
``user:key``, base32, hexadecimal, decimal, binary). All these forms contain the letters and digits
of the key, or of its encoded form, in order. So a text is *squeezed* to its letters and digits, in
lower case, and the squeezed forms of the key, its *needles*, are looked for in the result.

Squeezing is fast, but loses positions. They are only found if there is a needle, and then the
invariant is checked: **the returned text contains no form that this module finds**. If a form
cannot be located, such as one that was escaped twice, the whole text is replaced. Tested by
``test_no_form_of_a_key_is_shown``, for random keys in all forms.

A key can be a word, as that of a server at home. Ordinary text must survive, so the letters of such
a key are looked for as they are; only its encodings are no words.

All functions take linear time, and their callers limit the length of the texts. The slowest text,
4 MB of the key in another form, takes 0.6 seconds.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache
from typing import Final

REDACTED: Final = "[key]"
MIN_SECRET: Final = 6  #: characters; redacting a shorter key would remove ordinary words
MIN_LOOSE: Final = 8  #: letters and digits of a key whose letters may have others between them
MIN_NEEDLE: Final = 7  #: letters and digits of an encoded key
MIN_NEEDLE_IN_IMAGE: Final = 10  #: the same in an image, which contains all short ones by chance
MAX_WORD: Final = 15  #: letters; a longer key in small letters is not a word
MAX_DECODINGS: Final = 3  #: of escapes that are escaped themselves
MARGIN: Final = 4  #: characters around an encoded key that contain a part of it
#: What documents of servers without keys use as a key; common words among them.
PLACEHOLDERS: Final = frozenset(
    """
    unused empty none null ollama lm-studio lmstudio not-needed not-required no-key no-key-required
    no-api-key sk-no-key-required sk-no-key-needed dummy dummy-key fake-key anything placeholder
    """.split()
)
ESCAPE: Final = re.compile(
    r"%([0-9a-fA-F]{2})|=([0-9A-F]{2})|\\x([0-9a-fA-F]{2})|\\[uU]\{?([0-9a-fA-F]{4})\}?"
    r"|&#[xX]0*([0-9a-fA-F]{2,5});?|&#0*([0-9]{2,6});?"
)
#: What remains in a squeezed text, and the same with escapes and the names of HTML.
CHARACTER: Final = re.compile(r"[0-9A-Za-z]|[^\x00-\x7f]")
ESCAPE_OR_CHARACTER: Final = re.compile(rf"{ESCAPE.pattern}|&[A-Za-z]{{2,31}};|{CHARACTER.pattern}")
DECIMAL_GROUP: Final = 6  #: the group of ``ESCAPE`` that is not hexadecimal
ESCAPE_MARKS: Final = "%=\\&"
ENCODED_MARGIN: Final = re.compile(rf"[\w+/=-]{{0,{MARGIN}}}", re.ASCII)
_LETTERS: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"
_LOWER: Final = bytes(range(256)).lower()
_ROT13: Final = bytes.maketrans(_LETTERS[10:], _LETTERS[23:] + _LETTERS[10:23])
_OTHERS: Final = bytes(byte for byte in range(256) if bytes([byte]).lower() not in _LETTERS)
#: Blocks of Unicode with other forms of letters and digits: circled, mathematical, full width.
_FORMS: Final = ((0x80, 0x3400), (0xFF00, 0xFFF0), (0x1D400, 0x1D800), (0x1F100, 0x1F200))


class Redactor:
    """Removes one key from texts.

    Args:
        key: ASCII characters without blanks.
    """

    __slots__ = ("_exact", "_is_secret", "_key", "_loose", "_needles")

    def __init__(self, key: str) -> None:
        self._key = key
        self._is_secret = len(key) >= MIN_SECRET and key.lower() not in PLACEHOLDERS
        self._exact = re.compile("".join(map(_plain_or_percent_encoded, key)))
        squeezed = _squeeze(key)
        is_loose = len(squeezed) >= MIN_LOOSE and not _is_word(key)
        rotated = squeezed.translate(_ROT13)
        self._loose = (squeezed, squeezed[::-1], rotated) if is_loose else ()
        self._needles = tuple({n for n in _encoded(key) if len(n) >= MIN_NEEDLE})

    def redact(self, text: str) -> str:
        """Return ``text`` without any form of the key."""
        if not self._finds(text):
            return text
        cleaned = self._exact.sub(REDACTED, text)
        for is_decoded in (False, True):
            if self._finds(cleaned):
                cleaned = self._remove(cleaned, is_decoded)
        return REDACTED if self._finds(cleaned) else cleaned

    def leaks_in(self, data: bytes) -> bool:
        """Return whether ``data``, such as an image, contains a form of the key."""
        if not self._is_secret:
            return False
        squeezed = data.translate(_LOWER, _OTHERS)
        long = (n for n in (*self._loose, *self._needles) if len(n) >= MIN_NEEDLE_IN_IMAGE)
        return self._key.encode() in data or any(needle in squeezed for needle in long)

    def _finds(self, text: str) -> bool:
        if not self._is_secret or len(text) < MIN_SECRET:
            return False
        return any(
            self._key in reading or self._finds_squeezed(_squeeze(reading))
            for reading in _readings(text)
        )

    def _finds_squeezed(self, squeezed: bytes) -> bool:
        return any(needle in squeezed for needle in (*self._loose, *self._needles))

    def _remove(self, text: str, is_decoded: bool) -> str:
        """Return ``text`` without the needles in its squeezed form."""
        squeezed, starts, ends = _squeeze_with_positions(text, is_decoded)
        spans = []
        for needle in (*self._loose, *self._needles):
            at = squeezed.find(needle)
            while at >= 0:
                start, end = starts[at], ends[at + len(needle) - 1]
                spans.append(_widen(text, start, end) if needle in self._needles else (start, end))
                at = squeezed.find(needle, at + len(needle))
        return _replace(text, spans)


def _is_word(key: str) -> bool:
    """Return whether a key may be an ordinary word."""
    has_one_case = key.islower() or key.isupper() or key.istitle()
    return key.isalpha() and has_one_case and len(key) <= MAX_WORD


def _encoded(key: str) -> Iterator[bytes]:
    """Yield the squeezed forms of ``key`` in encodings that keep no letter of it."""
    data = key.encode()
    for encode, bits, bytes_in_group in ((base64.b64encode, 6, 3), (base64.b32encode, 5, 5)):
        for before in range(bytes_in_group):
            text = encode(bytes(before) + data).decode()
            # The first and the last character also depend on what is before and after the key.
            yield _squeeze(text[-(-8 * before // bits) : 8 * (before + len(data)) // bits])
    yield data.hex().encode()
    yield "".join(f"0x{byte:02x}" for byte in data).encode()
    yield "".join(map(str, data)).encode()
    yield "".join(f"{byte:08b}" for byte in data).encode()


def _readings(text: str) -> Iterator[str]:
    """Yield ``text`` as it is, and with its escapes replaced, once or several times."""
    yield text
    for _ in range(MAX_DECODINGS):
        if not any(mark in text for mark in ESCAPE_MARKS):
            return
        decoded = html.unescape(ESCAPE.sub(_unescape, text))
        if decoded == text:
            return
        yield decoded
        text = decoded


def _unescape(match: re.Match[str]) -> str:
    """Return the character of an escape."""
    return chr(int(match[match.lastindex or 0], 10 if match.lastindex == DECIMAL_GROUP else 16))


def _squeeze(text: str) -> bytes:
    """Return the letters and digits of ``text`` in lower case, in ASCII."""
    if not text.isascii():
        text = text.translate(_ascii_forms())
    return text.encode("ascii", "ignore").translate(_LOWER, _OTHERS)


@cache
def _ascii_forms() -> dict[int, str]:
    """Return the ASCII letter or digit of each character that is only another form of it."""
    forms = {}
    for first, end in _FORMS:
        for code in range(first, end):
            form = unicodedata.normalize("NFKC", chr(code))
            if len(form) == 1 and form.isascii() and form.isalnum():
                forms[code] = form
    return forms


def _squeeze_with_positions(text: str, is_decoded: bool) -> tuple[bytes, array[int], array[int]]:
    """Return the squeezed text, and the start and end in ``text`` of each of its characters."""
    squeezed, starts, ends = bytearray(), array("I"), array("I")
    for match in (ESCAPE_OR_CHARACTER if is_decoded else CHARACTER).finditer(text):
        char = match[0]
        if len(char) > 1:
            char = _unescape(match) if match.lastindex else html.unescape(char)
        for letter in char.lower().encode() if char.isascii() else _squeeze(char):
            if letter in _LETTERS:
                squeezed.append(letter)
                starts.append(match.start())
                ends.append(match.end())
    return bytes(squeezed), starts, ends


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range with the characters around an encoded key that encode a part of it."""
    before = ENCODED_MARGIN.match(text[max(0, start - MARGIN) : start][::-1])
    after = ENCODED_MARGIN.match(text, end)
    return start - len(before[0] if before else ""), after.end() if after else end


def _replace(text: str, spans: list[tuple[int, int]]) -> str:
    """Return ``text`` with each of the ranges, which may overlap, replaced."""
    parts, done = [], 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        if start >= done:
            parts += [text[done:start], REDACTED]
        done = end
    return "".join([*parts, text[done:]])


def _plain_or_percent_encoded(character: str) -> str:
    return f"(?:{re.escape(character)}|%(?i:{ord(character):02x}))"
