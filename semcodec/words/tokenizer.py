"""Cut any text into plain words: small letters a to z, no accents, digits spelled (spec §B.1).

A newcomer would expect ``\\w+`` to do. It would keep letters of other scripts, which no skeleton
can carry, and lose the apostrophe that tells a possessive from a plural.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import ucd_3_2_0

from semcodec.errors import InputError

MAX_TEXT: Final = 100_000  #: characters of a text that are looked at; a description has 2,000

#: Frozen: a later Unicode takes more characters apart, and words would change.
_UNICODE: Final = ucd_3_2_0

_UNITS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
""".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()

#: Letters that Unicode does not take apart into a base letter and an accent.
_LIGATURES: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})


def tokenize(text: str) -> list[str]:
    """Return the words of ``text`` in order, each of the letters a to z.

    Raises:
        InputError: ``text`` is no string, or longer than ``MAX_TEXT``.
    """
    if not isinstance(text, str):
        raise InputError("Give the text as a string.")
    if len(text) > MAX_TEXT:
        raise InputError(f"The text has over {MAX_TEXT} characters: give less of it.")
    return [word for found in _WORD.findall(plain(text)) for word in _spoken(found)]


def plain(text: str) -> str:
    """Return ``text`` in small letters without accents; what is no letter stays as it is."""
    apart = "".join(map(_apart, text.casefold())).casefold()
    bare = "".join(char for char in apart if not _UNICODE.combining(char))
    return bare.translate(_LIGATURES).translate(_APOSTROPHES)


@lru_cache(maxsize=4096)
def _apart(char: str) -> str:
    """Return a letter and its accents: one at a time, for long runs of accents sort slowly."""
    return _UNICODE.normalize("NFKD", char)


def _spoken(found: str) -> list[str]:
    """Return a number as it is said, and a word without its apostrophe and possessive s."""
    if found[0].isdigit():
        return _number(found)
    word, _, ending = found.partition("'")
    return [word if ending in ("", "s") else word + ending]


def _number(digits: str) -> list[str]:
    """Return a number up to 99 as it is said, a longer one digit by digit."""
    value = int(digits) if len(digits) < 3 else -1
    if value < 0:
        return [_UNITS[int(digit)] for digit in digits]
    if value < len(_UNITS):
        return [_UNITS[value]]
    tens, unit = divmod(value, 10)
    return [_TENS[tens - 2], *([_UNITS[unit]] if unit else [])]
