"""Words that are in no list, letter by letter (spec §K.5): names, numbers, misspellings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from semcodec.coding.logistic import LOGIT_SCALE, logistic
from semcodec.coding.range_coder import Coder
from semcodec.coding.tables import LETTER_CODES, PREV_LETTERS, Lexicon

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789"
MAX_WORD_LETTERS: Final = 63  #: characters of a spelled word
MAX_ESCAPED_LETTERS: Final = 1_024  #: characters of all spelled words of a record

_CODES: Final = {char: code for code, char in enumerate(ALPHABET)}
_START: Final = LETTER_CODES  #: stands for the character before the first
_CLASSES: Final = [_CODES[char.lower()] if char.isalpha() else 26 for char in ALPHABET] + [27]
_DEPTH: Final = 6  #: bits of a character's code


def is_encodable(word: str) -> bool:
    """Tell whether ``word`` is of the alphabet and not too long."""
    return 0 < len(word) <= MAX_WORD_LETTERS and all(char in _CODES for char in word)


def code_letters(coder: Coder, tables: Lexicon, word: str) -> str:
    """Code ``word``, or read one."""
    said: list[int] = []
    for _ in range(MAX_WORD_LETTERS):
        context = LETTER_CODES * (PREV_LETTERS * _CLASSES[_at(said, 2)] + _at(said, 1))
        wanted = _CODES[word[len(said)]] if len(said) < len(word) else None
        if said and coder.code_bit(
            logistic(LOGIT_SCALE * tables.letters[context]), int(wanted is None)
        ):
            break
        said.append(_character(coder, tables, context, wanted or 0))
    return "".join(ALPHABET[code] for code in said)


def _at(said: list[int], back: int) -> int:
    return said[-back] if len(said) >= back else _START


def _character(coder: Coder, tables: Lexicon, context: int, wanted: int) -> int:
    node = 1
    for place in range(_DEPTH - 1, -1, -1):
        chance = logistic(LOGIT_SCALE * tables.letters[context + node])
        node = 2 * node + coder.code_bit(chance, wanted >> place & 1)
    return node - LETTER_CODES


def within_letter_limit(words: Iterable[str]) -> bool:
    """Tell whether one record may spell as much as ``words``, which its coding has to spell."""
    return sum(map(len, words)) <= MAX_ESCAPED_LETTERS
