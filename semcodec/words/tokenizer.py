"""Split any text into plain words: lower case a to z, no accents, numbers in words (spec §B.1).

The regular expression ``\\w+`` is not enough: it keeps letters of other scripts, which have no
symbols, it cuts numbers such as ``1,000``, and it loses the apostrophe that distinguishes a
possessive from a plural.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final
from unicodedata import ucd_3_2_0

from semcodec.errors import InputError
from semcodec.words.abbreviations import find_abbreviations
from semcodec.words.cleaning import clean_text
from semcodec.words.homoglyphs import has_foreign_letter
from semcodec.words.numbers import Number, find_numbers

MAX_TEXT: Final = 100_000  #: characters in a text; a description has about 2,000

#: The version is fixed: later versions decompose more characters, so words would change.
_UNICODE: Final = ucd_3_2_0

#: Letters that Unicode does not decompose into a base letter and an accent.
_LIGATURES: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
    | {"Æ": "Ae", "Œ": "Oe", "Ø": "O", "Đ": "D", "Ð": "D", "Þ": "Th", "Ł": "L", "ẞ": "SS"}
)
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})
_INSIDE_WORDS: Final = "'-"
_WORD: Final = re.compile(r"[^\s'-]+(?:(?:'-|['-])[^\s'-]+)*'?")
_PLAIN: Final = re.compile(r"[a-z]+(?:'[a-z]+)*")
_SENTENCE_END: Final = frozenset(".!?:;\n•(")


def tokenize(text: str) -> list[str]:
    """Return the words of ``text`` in order, each of the letters a to z (spec §B.1).

    Args:
        text: at most ``MAX_TEXT`` characters in any script; characters other than English letters
            and digits separate words.

    Raises:
        InputError: ``text`` is not a string, or too long.
    """
    spans = find_spans(clean_text(check_text(text)))
    return [
        word
        for written, number in ((span.text, span.number) for span in spans)
        for word in (plain_words(written) if number is None else number.spoken)
    ]


def check_text(text: str) -> str:
    """Return ``text`` if it is a string of at most ``MAX_TEXT`` characters.

    Raises:
        InputError: it is not.
    """
    if not isinstance(text, str):
        raise InputError("The text has the wrong type: give a string.")
    if len(text) > MAX_TEXT:
        raise InputError(f"The text has over {MAX_TEXT} characters: give less of it.")
    return text


@dataclass(frozen=True, slots=True)
class Span:
    """A word or a number in the cleaned text."""

    start: int
    end: int
    text: str
    number: Number | None
    starts_sentence: bool
    sentence: int


def find_spans(cleaned: str) -> Iterator[Span]:
    """Yield the words and numbers of a text in order."""
    separated = "".join(map(_separate, cleaned.translate(_APOSTROPHES)))
    end, sentence, is_first = 0, 0, True
    for start, stop, text, number in _find_positions(separated, cleaned):
        if start and not _SENTENCE_END.isdisjoint(cleaned[end:start]):
            sentence, is_first = sentence + 1, True
        yield Span(start, stop, text, number, is_first, sentence)
        end, is_first = stop, False


def _find_positions(separated: str, cleaned: str) -> Iterator[tuple[int, int, str, Number | None]]:
    """Yield numbers and abbreviations, and the words in the gaps between them."""
    numbers = find_numbers(cleaned)
    whole: list[tuple[int, int, str, Number | None]] = [
        (number.start, number.end, separated[number.start : number.end], number)
        for number in numbers
    ]
    whole += [(found.start, found.end, found.text, None) for found in find_abbreviations(cleaned)]
    position = 0
    for part in sorted(whole, key=itemgetter(0, 1)):
        if part[0] >= position:  # a number and an abbreviation can overlap, as in 7 p.m.
            yield from _find_words(separated, position, part[0])
            yield part
            position = part[1]
    yield from _find_words(separated, position, len(separated))


def _find_words(separated: str, start: int, end: int) -> Iterator[tuple[int, int, str, None]]:
    for match in _WORD.finditer(separated, start, end):
        yield match.start(), match.end(), match[0], None


@lru_cache(maxsize=4096)
def _separate(char: str) -> str:
    """Return a character of a word unchanged, and a space for any other."""
    is_part = char in _INSIDE_WORDS or _UNICODE.category(char)[0] in "LMN"
    return char if is_part else " "


def plain_words(text: str) -> list[str]:
    """Return the words of the letters a to z in one word, without apostrophes and possessive s."""
    # A word of mixed scripts is not halved: its letters a to z are not a word.
    return (
        [] if has_foreign_letter(text) else [_close_up(word) for word in _PLAIN.findall(fold(text))]
    )


def _close_up(word: str) -> str:
    return word.removesuffix("'s").replace("'", "")


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents; other characters stay as they are."""
    # Case is folded twice, since some characters decompose into capitals: U+3392 becomes MHz.
    return fold_accents(text.casefold()).casefold().translate(_APOSTROPHES)


def fold_accents(text: str) -> str:
    """Return ``text`` with base letters in place of accented ones."""
    if text.isascii():
        return text
    decomposed = "".join(map(_decompose, text))
    base = "".join(char for char in decomposed if not _UNICODE.combining(char))
    return base.translate(_LIGATURES)


@lru_cache(maxsize=4096)
def _decompose(char: str) -> str:
    """Return a character as a base letter and its accents.

    Characters are decomposed one at a time, because normalizing a whole text would sort runs of
    accents in quadratic time, and a hostile text can have 100,000 of them.
    """
    return _UNICODE.normalize("NFKD", char)
