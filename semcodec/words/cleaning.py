"""Clean a text before words are cut from it: unseen characters change no word (spec §B.1).

Texts of models and of web pages contain soft hyphens, zero-width characters, character references,
marks of Markdown and HTML, typographic variants of letters, and letters of other scripts that look
like Latin ones. Each of them splits a word, or makes it another word, although the text looks
right. Case, accents and whole words of other scripts stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import ucd_3_2_0

from semcodec.coding.tables import load_tables
from semcodec.words import homoglyphs

MAX_MARKS: Final = 8  #: combining marks after one letter; more are decoration, and are left out

#: The version is fixed, so that words do not depend on the version of Python. Characters that
#: Unicode has added since 3.2 have no decompositions here: they stay as they are, and separate
#: English words. Those that people write English with, such as small capitals, are in
#: ``_LETTER_FORMS``.
_UNICODE: Final = ucd_3_2_0

#: Code points without a visible form by definition (Default_Ignorable_Code_Point: soft hyphen,
#: zero-width characters, fillers, bidirectional marks, variation selectors, tags), and controls
#: that are not white space. Unicode reserves these ranges, so later versions add no others.
_INVISIBLE: Final = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x90\x98-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Marks that Unicode has added since 3.2, or that compose with no letter: overlays, enclosures.
_DECORATION: Final = r"\u0350-\u035f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_VANISHING: Final = re.compile(f"[{_INVISIBLE}{_DECORATION}]+")

#: A reference needs its semicolon, except for those that are often written without one.
_REFERENCE: Final = re.compile(
    r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|&(?:amp|nbsp|quot|lt|gt|shy)(?![A-Za-z0-9;=])"
)
_INLINE: Final = """
a abbr b big cite code del em font i ins kbd mark q s small span strong tt u wbr
"""
_BLOCK: Final = """
article blockquote body br caption center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6
head header hr html img li main nav ol p pre section sub sup table tbody td tfoot th thead title tr
ul
"""


def _tags(names: str) -> re.Pattern[str]:
    return re.compile(rf"</?(?:{'|'.join(names.split())})(?:\s[^<>]*+)?/?>", re.I)


_INLINE_TAG: Final = _tags(_INLINE)
_BLOCK_TAG: Final = _tags(_BLOCK)
_CHAT_TOKEN: Final = re.compile(r"<\|[A-Za-z0-9_]{1,32}\|>")  #: of a model's chat template
_POWER: Final = re.compile(r"<sup>([23])</sup>", re.I)
_POWERS: Final = {"2": "²", "3": "³"}

_LINE_END: Final = re.compile(r"\\[nrt](?![a-z])|\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SOFT_LINE_END: Final = re.compile(r"\u00ad[ \t]*\n[ \t]*")
_LINK_TARGET: Final = re.compile(r"\]\([^()\s]*(?:\s\"[^\"()]*\")?\)")
_LINE_MARK: Final = re.compile(r"^[ \t]{0,16}(?:#{1,6}|[>*+•‣▪●◦–-])[ \t]+", re.M)
_LINE_NUMBER: Final = re.compile(r"^[ \t]{0,16}\(?[0-9]{1,2}[.)][ \t]+(?=\S)", re.M)
_RULE: Final = re.compile(r"^[ \t]{0,16}(?:[-=_*]{3,}|`{3,}[a-z]{0,16})[ \t]*$", re.M)
#: Emphasis and code; an asterisk between digits or spaces is a sign of multiplication.
_EMPHASIS: Final = re.compile(
    r"\*{2,}|~~+|(?<![\s\d])\*|\*(?![\s\d])|(?<![A-Za-z0-9])`|`(?![A-Za-z0-9])"
)
_QUOTATION: Final = re.compile(r"''|``")
_DASH: Final = re.compile(r"(?<=[^\s-])--+(?=\S)")

_PRIME: Final = re.compile(r"(?<=[A-Za-z])\u2032")  #: after a digit it states feet or minutes
_MARKED_LETTER: Final = re.compile(r"([^\s\u0300-\u036f])([\u0300-\u036f]+)")
_WRAPPED: Final = re.compile(r"([A-Za-z]{1,32})-[ \t]*\n[ \t]*([a-z]{1,32})")
#: Scripts without spaces: their characters are not in one word with Latin letters.
_UNSPACED: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_SCRIPT_CHANGE: Final = re.compile(
    rf"(?<=[A-Za-z])(?=[{_UNSPACED}])|(?<=[{_UNSPACED}])(?=[A-Za-z])"
)
_BLANKS: Final = re.compile(r"[ \t\x1f\u2800]+")
_LINE_ENDS: Final = re.compile(r" ?\n[ \n]*")

#: Characters that compatibility decomposition would turn into a different number: 5² is not 52.
_NUMERIC: Final = frozenset("¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅟↉⁄²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋°′″")
_APOSTROPHES: Final = (
    "\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u00b4\u055a\u05f3\ua78c"
    "\uff07\u2035"
)
_QUOTES: Final = (
    "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f\u301d\u301e\u05f4"
    "\uff02"
)
_HYPHENS: Final = "\u2010\u2011\u2212\u02d7\ufe63\uff0d\u058a\u2043"

#: Rows of letters in special forms, over their plain forms: small capitals, raised and lowered.
_LETTER_FORMS: Final = (
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("ᵃᵇᶜᵈᵉᶠᵍⁱᵏᵐᵒᵖᵗᵘᵛᶻ", "abcdefgikmoptuvz"),
    ("ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ", "ABDEGHIJKLMNOPRTUVW"),
    ("ₐₑₒₓₕₖₗₘₙₚₛₜᵢᵣᵤᵥⱼ", "aeoxhklmnpstiruvj"),
)
#: The first of 26 letters each: in parentheses, squares, filled circles and filled squares.
_FIRST_FRAMED: Final = (0x1F110, 0x1F130, 0x1F150, 0x1F170)

_FOLDED: Final = {
    **dict(pair for rows in _LETTER_FORMS for pair in zip(*rows, strict=True)),
    **{chr(first + index): chr(65 + index) for first in _FIRST_FRAMED for index in range(26)},
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys(_HYPHENS, "-"),
    **dict.fromkeys("™℠®©ª\ufffc\ufffd", " "),
    # Bytes of Windows-1252 that were read as Latin-1.
    **dict(zip("\x91\x92\x93\x94\x95\x96\x97", "''\"\" –—", strict=True)),
    "º": "°",
}


def clean_text(text: str) -> str:
    """Return ``text`` without what a reader does not see, in the plain forms of its characters.

    The result has single spaces, and single line ends where lines or blocks end. Case, accents,
    emoji, words of other scripts, fractions and superscript digits stay.

    Args:
        text: any text; it takes linear time, and never raises.

    >>> clean_text("A light\\u00adhouse &amp; a **\\u0430pple** tree")
    'A lighthouse & a apple tree'
    """
    text = _remove_tags(_resolve_references(_remove_tags(text)))
    text = _SOFT_LINE_END.sub("", _LINE_END.sub("\n", text))
    text = re.sub(r"[^\x00-\x7f]", _fold, _VANISHING.sub("", text))
    text = _MARKED_LETTER.sub(_compose, _PRIME.sub("'", text))
    text = _SCRIPT_CHANGE.sub(" ", _remove_marks(homoglyphs.fold(text)))
    text = _WRAPPED.sub(_join, _BLANKS.sub(" ", text))
    return _LINE_ENDS.sub("\n", text).strip()


def _resolve_references(text: str) -> str:
    """Return ``text`` with characters for references such as ``&amp;``, also if escaped twice."""
    if "&" not in text:
        return text
    from html import unescape  # its table has 2,231 names, which most texts do not need

    for _ in range(2):
        text = _REFERENCE.sub(lambda match: unescape(match[0]), text)
    return text


def _remove_tags(text: str) -> str:
    """Return ``text`` without the tags of HTML: a block ends the line, others join their words."""
    if "<" not in text:
        return text
    text = _POWER.sub(lambda match: _POWERS[match[1]], _CHAT_TOKEN.sub(" ", text))
    return _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))


def _remove_marks(text: str) -> str:
    """Return ``text`` without the marks of Markdown, and with plain quotation marks and dashes."""
    text = _LINE_MARK.sub("", _LINK_TARGET.sub("] ", _RULE.sub("", text)))
    if len(_LINE_NUMBER.findall(text)) > 1:  # a single one may be a number that the picture shows
        text = _LINE_NUMBER.sub("", text)
    text = _EMPHASIS.sub("", _QUOTATION.sub('"', text))
    return _DASH.sub("—", text.replace("`", "'").replace("_", " "))


def _fold(match: re.Match[str]) -> str:
    return _fold_character(match[0])


@lru_cache(maxsize=4096)
def _fold_character(char: str) -> str:
    """Return the plain form of a character.

    Characters are folded one at a time, because normalizing a whole text would sort runs of accents
    in quadratic time, and a hostile text can have 100,000 of them.
    """
    if char in _NUMERIC:
        return char
    if char in _FOLDED:
        return _FOLDED[char]
    category = _UNICODE.category(char)
    if category in ("Zs", "Cs"):  # half of a surrogate pair is not a character
        return " "
    plain = _UNICODE.normalize("NFKC", char)
    if category == "No" and plain != char:
        return f" {plain} "  # two circled digits are two numbers
    # An accent that stands alone decomposes into a space and a mark.
    return " " if plain.startswith(" ") else plain


def _compose(match: re.Match[str]) -> str:
    """Return a letter with its accents in the composed form, at most ``MAX_MARKS`` of them."""
    return _UNICODE.normalize("NFC", match[1] + match[2][:MAX_MARKS])


def _join(match: re.Match[str]) -> str:
    """Return a word that a line end divides; its hyphen stays if the parts are not one word."""
    joined = match[1] + match[2]
    is_word = len(match[1]) > 1 and joined.lower() in load_tables().numbers
    return joined if is_word else f"{match[1]}-{match[2]}"  # two-story, T-shirt
