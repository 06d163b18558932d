"""Split any text into plain words: lower case a to z, no accents, numbers in words (spec §B.1).

The regular expression ``\\w+`` is not enough: it keeps letters of other scripts, which have no
symbols, and it loses the apostrophe that distinguishes a possessive from a plural.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import ucd_3_2_0

from semcodec.errors import InputError

MAX_TEXT: Final = 100_000  #: characters in a text; a description has about 2,000

#: The version is fixed: later versions decompose more characters, so words would change.
_UNICODE: Final = ucd_3_2_0

_UNITS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
""".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()

#: Letters that Unicode does not decompose into a base letter and an accent.
_LIGATURES: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})


def tokenize(text: str) -> list[str]:
    """Return the words of ``text`` in order, each of the letters a to z.

    Args:
        text: at most ``MAX_TEXT`` characters in any script; characters other than English letters
            and digits separate words.

    Raises:
        InputError: ``text`` is not a string, or too long.
    """
    if not isinstance(text, str):
        raise InputError("The text has the wrong type: give a string.")
    if len(text) > MAX_TEXT:
        raise InputError(f"The text has over {MAX_TEXT} characters: give less of it.")
    return [word for token in _WORD.findall(normalize(text)) for word in _to_words(token)]


def normalize(text: str) -> str:
    """Return ``text`` in lower case without accents; other characters stay as they are."""
    # Case is folded twice, since some characters decompose into capitals: U+3392 becomes MHz.
    decomposed = "".join(map(_decompose, text.casefold())).casefold()
    base = "".join(char for char in decomposed if not _UNICODE.combining(char))
    return base.translate(_LIGATURES).translate(_APOSTROPHES)


@lru_cache(maxsize=4096)
def _decompose(char: str) -> str:
    """Return a character as a base letter and its accents.

    Characters are decomposed one at a time, because normalizing a whole text would sort runs of
    accents in quadratic time, and a hostile text can have 100,000 of them.
    """
    return _UNICODE.normalize("NFKD", char)


def _to_words(token: str) -> list[str]:
    """Return the words of a number, or a word without its apostrophe and possessive s."""
    if token[0].isdigit():
        return _number_in_words(token)
    word, _, ending = token.partition("'")
    return [word if ending in ("", "s") else word + ending]


def _number_in_words(digits: str) -> list[str]:
    """Return a number of one or two digits in words, and a longer one digit by digit."""
    value = int(digits) if len(digits) < 3 else -1
    if value < 0:
        return [_UNITS[int(digit)] for digit in digits]
    if value < len(_UNITS):
        return [_UNITS[value]]
    tens, unit = divmod(value, 10)
    return [_TENS[tens - 2], *([_UNITS[unit]] if unit else [])]
