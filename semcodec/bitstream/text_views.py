"""Read bytes as text, and undo what mail, web pages and editors do to text (spec §7.7).

A text form often arrives in an encoding of its carrier: percent-encoded in a link, escaped in JSON,
as HTML, or in UTF-16. The steps of ``UNDO`` undo one encoding after another, in linear time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final

from semcodec.forks import block_fork

MAX_TEXT: Final = 2**22  #: characters, or bytes before decoding, that are searched for a record

#: Longer marks first, because the mark of UTF-16 is the beginning of that of UTF-32.
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: The letters of a prefix in UTF-16 and UTF-32, without the zeros before the first one.
_WIDE_PREFIXES: Final = tuple(
    (re.compile(zeros.join((b"s", b"e", b"m", b"[cq]")), re.IGNORECASE), len(zeros) + 1, name)
    for zeros, name in ((b"\0", "utf-16"), (b"\0\0\0", "utf-32"))
)

#: Characters without width: joiners, directions, soft hyphens, variation selectors, fillers.
_INVISIBLE: Final = re.compile(
    "[\0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_FULL_WIDTH: Final = {0xFF01 + index: 0x21 + index for index in range(94)}
_SPACES: Final = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_LINE_ENDS: Final = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
_LIGATURES: Final = dict(
    zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
)
_BOX_SIDES: Final = dict.fromkeys((0x2502, 0x2503, 0x2551), "|")
_PLAIN: Final[dict[int, int | str]] = {
    **_FULL_WIDTH,
    **_SPACES,
    **_LINE_ENDS,
    **_LIGATURES,
    **_BOX_SIDES,
}
#: What text programs make of one hyphen, two hyphens and three periods.
_TYPOGRAPHY: Final = {
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), "-"),
    0x2014: "--",
    0x2026: "...",
}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED_BLANKS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_QUOTED_PRINTABLE: Final = re.compile(r"=(?:[ \t]*\r?\n|([0-9A-Fa-f]{2}))")
_FORM_FIELD: Final = re.compile(r"sem[cq]%(?:25)*3a[^\s&#\"'<>]*", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--[^<>]{0,500}-->")


def decode_texts(data: bytes) -> Iterator[str]:
    """Yield the texts that ``data`` can be: in UTF-16 or UTF-32 if it looks so, and in UTF-8.

    Bytes that are not valid become U+FFFD, which is not in a text form.
    """
    data = data[:MAX_TEXT]
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            yield data.decode(encoding, "replace")
            break
    else:
        yield from _decode_without_mark(data)
    yield data.decode("utf-8", "replace")


def _decode_without_mark(data: bytes) -> Iterator[str]:
    """Decode from the first prefix of a text form on, whose place shows the order of the bytes."""
    for pattern, width, name in _WIDE_PREFIXES:
        if match := pattern.search(data):
            # In big-endian order the letter is the last byte of its unit.
            order, start = ("-le", 0) if match.start() % width == 0 else ("-be", width - 1)
            yield data[match.start() - start :].decode(name + order, "replace")


def clean(text: str) -> str:
    """Return ``text`` without invisible characters, with plain letters, spaces and line ends."""
    text = text[:MAX_TEXT]
    return (
        _INVISIBLE.sub("", text) if text.isascii() else _INVISIBLE.sub("", text).translate(_PLAIN)
    )


def remove_tags(text: str) -> str:
    """Return ``text`` without the tags of HTML, which may also be inside a word (``<wbr>``)."""
    return _TAG.sub("", text) if "<" in text else text


def _join_quoted_printable(text: str) -> str:
    if "=" not in text:
        return text
    return _QUOTED_PRINTABLE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "", text)


def _unescape_backslashes(text: str) -> str:
    """Undo the escapes of JSON, of programming languages, and of Markdown (``\\_``)."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    digits, char = match[1] or match[2], match[3]
    return chr(int(digits, 16)) if digits else _ESCAPED_BLANKS.get(char, char)


def _unescape_html(text: str) -> str:
    if "&" not in text:
        return text
    with block_fork():  # a child forked during an import would wait for it forever
        import html  # its table of entities is large

    return clean(html.unescape(text))


def _unquote(text: str) -> str:
    """Undo percent-encoding, and the ``+`` for a space where the colon is encoded, too.

    The fields of a form on a web page have that ``+``; in other links it is a character of base45.
    """
    if "%" not in text:
        return text
    with block_fork():
        from urllib.parse import unquote

    return clean(unquote(_FORM_FIELD.sub(lambda match: match[0].replace("+", " "), text)))


def _undo_typography(text: str) -> str:
    return text if text.isascii() else text.translate(_TYPOGRAPHY)


#: Steps that give one view of a text after another: without what is invisible, then with one more
#: encoding undone, in the order from the outer to the inner one: mail, JSON, HTML, a link in it.
UNDO: Final[tuple[Callable[[str], str], ...]] = (
    clean,
    _undo_typography,  # before percent-encoding, because what follows a dash may look like it
    _join_quoted_printable,
    _unescape_backslashes,
    _unescape_html,
    _unquote,
    _unquote,  # a link in the query of another link is encoded twice
    _undo_typography,
)
