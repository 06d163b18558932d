"""Escaped words: those outside the vocabulary, letter by letter (spec §K.5).

These are names, numbers and misspellings. The probability of a letter depends on the two letters
before it, from a table of logits; there are no vectors here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from semcodec.coding.logistic import BIAS_SCALE, logistic
from semcodec.coding.range_coder import Coder
from semcodec.coding.tables import LETTER_CODES, PREV_LETTERS, Tables

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789"
MAX_WORD_LETTERS: Final = 63  #: characters in one escaped word
MAX_ESCAPED_LETTERS: Final = 1_024  #: characters in all escaped words of a record

_CODES: Final = {char: code for code, char in enumerate(ALPHABET)}
_START: Final = LETTER_CODES  #: the previous letter's "code" before the first letter
#: The class of each code, and last that of _START: 0 to 25 for a letter in either case; 26 for
#: digits, hyphen and apostrophe; 27 for _START. Classes, of which there are fewer than codes, keep
#: the table small.
_CLASSES: Final = [_CODES[char.lower()] if char.isalpha() else 26 for char in ALPHABET] + [27]
_CODE_BITS: Final = 6
#: By the signed byte of the table; negative ones are indices from the end.
_PROBABILITIES: Final = [logistic(BIAS_SCALE * byte) for byte in (*range(128), *range(-128, 0))]


def is_encodable(word: str) -> bool:
    """Return whether ``word`` is 1 to 63 characters of the alphabet."""
    return 0 < len(word) <= MAX_WORD_LETTERS and all(char in _CODES for char in word)


def within_letter_limit(words: Iterable[str]) -> bool:
    """Return whether one record may contain all of ``words`` as escaped words."""
    return sum(map(len, words)) <= MAX_ESCAPED_LETTERS


def code_letters(coder: Coder, tables: Tables, word: str) -> str:
    """Code an escaped word, and return it.

    A flag precedes each letter but the first; 1 ends the word. A word of 63 letters has no flag at
    its end. A decoder ignores ``word`` (see ``range_coder``).
    """
    codes: list[int] = []
    for index in range(MAX_WORD_LETTERS):
        row = LETTER_CODES * (PREV_LETTERS * _CLASSES[_prev(codes, 2)] + _prev(codes, 1))
        is_end = index >= len(word)
        if index and coder.code_bit(_probability(tables, row), is_end):
            break
        codes.append(_code_letter(coder, tables, row, 0 if is_end else _CODES[word[index]]))
    return "".join(ALPHABET[code] for code in codes)


def _prev(codes: Sequence[int], distance: int) -> int:
    return codes[-distance] if len(codes) >= distance else _START


def _code_letter(coder: Coder, tables: Tables, row: int, code: int) -> int:
    """Code the six bits of a letter's code, the highest first, and return the code."""
    node = 1
    for shift in range(_CODE_BITS - 1, -1, -1):
        node = 2 * node + coder.code_bit(_probability(tables, row + node), code >> shift & 1)
    return node - LETTER_CODES


def _probability(tables: Tables, index: int) -> int:
    return _PROBABILITIES[tables.letter_logits[index]]
