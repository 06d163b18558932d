"""Decide which capitals of a text are part of a word (``Paris``, ``NASA``) and which are not.

The first word of a sentence, headings in title case, and texts in capitals are written in small
letters: their capitals state nothing, and each costs 6 to 10 bits in ``lexicon``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.words.vocabulary import vocabulary

MIN_HEADING_WORDS: Final = 4  #: words of a sentence in which most are capitalized
MAX_CAPITALIZED_PERCENT: Final = 60  #: of the words of a sentence; more are a heading


@dataclass(frozen=True, slots=True)
class Written:
    """A word as it is written.

    Attributes:
        text: the word with its capitals.
        starts_sentence: whether it is the first word of a sentence.
        sentence: number of the sentence.
    """

    text: str
    starts_sentence: bool
    sentence: int


def fold_case(words: Sequence[Written]) -> list[str]:
    """Return the words with the capitals that are part of them."""
    capitalized = Counter(word.sentence for word in words if word.text[:1].isupper())
    totals = Counter(word.sentence for word in words)
    headings = {
        sentence
        for sentence, total in totals.items()
        if total >= MIN_HEADING_WORDS
        and 100 * capitalized[sentence] > MAX_CAPITALIZED_PERCENT * total
    }
    small = {word.text for word in words if word.text.islower()}
    inside = {word.text for word in words if not word.starts_sentence} - small
    return [_fold(word, headings, small, inside) for word in words]


def _fold(word: Written, headings: set[int], small: set[str], names: set[str]) -> str:
    """Return one word; ``small`` and ``names`` are forms that occur elsewhere in the text."""
    text, lower = word.text, word.text.lower()
    if text == lower or _has_inner_capital(text):
        return text if word.sentence not in headings or not text.isupper() else lower
    if word.sentence in headings or lower in small:
        return lower
    if word.starts_sentence and text not in names:
        return lower if vocabulary().number(lower) is not None else text
    return text


def _has_inner_capital(text: str) -> bool:
    return any(char.isupper() for char in text[1:])
