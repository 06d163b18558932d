"""The items of a list of words or of a text; a number, a compound noun or a name is one item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.words.numbers.words import leading_number
from semcodec.words.object_words import SMALL_WORDS, Part, is_compound, is_known, part_of

MAX_NAME_WORDS: Final = 4  #: of a number, a name or a compound noun: Golden Gate Bridge
MAX_COMPOUND_WORDS: Final = 3  #: train conductor hat
SENTENCE_MARKS: Final = ".;:!?"
_MARKS: Final = SENTENCE_MARKS + ",\"'()[]{}*_\u201c\u201d\u2018\u2019\u2026"


@dataclass(frozen=True, slots=True)
class Item:
    """One word, or several that are one number or noun.

    Attributes:
        part: what it is.
        text: as it is in the words, without punctuation, with single spaces.
        lower: the same in lower case.
    """

    part: Part
    text: str
    lower: str


def read_sentences(words: Sequence[str]) -> Iterator[list[Item]]:
    """Yield the items of each sentence; a list without punctuation is one sentence."""
    has_case = any(word.islower() and word not in SMALL_WORDS for word in words)
    start = 0
    for end, word in enumerate(words, 1):
        ends_sentence = word[-1:] in SENTENCE_MARKS
        if ends_sentence or end == len(words):
            is_text = ends_sentence or start > 0
            yield list(_read_items(words[start:end], has_case, is_text))
            start = end


def make_item(word: str) -> Item:
    """Return the item of a single word."""
    text = word.strip(_MARKS)
    return Item(part_of(text.lower()), text, text.lower())


def _read_items(words: Sequence[str], has_case: bool, is_text: bool) -> Iterator[Item]:
    """Yield the items of one sentence.

    Args:
        words: the words.
        has_case: whether a capital letter means something.
        is_text: whether the first word has a capital letter because it is the first.
    """
    texts = [word.strip(_MARKS) for word in words]
    lowers = [text.lower() for text in texts]
    index = 0
    while index < len(words):
        window = slice(index, _window_end(words, index))
        is_name = has_case and not (is_text and index == 0 and is_known(lowers[0]))
        part, length = _match(texts[window], lowers[window], is_name)
        text, lower = (" ".join(each[index : index + length]) for each in (texts, lowers))
        index += length
        if text:
            yield Item(part, text, lower)


def _window_end(words: Sequence[str], start: int) -> int:
    """Return the end of the words that can be one item with that at ``start``."""
    end = start + 1
    while end < min(len(words), start + MAX_NAME_WORDS) and words[end - 1][-1:] not in _MARKS:
        end += 1
    return end


def _match(texts: Sequence[str], lowers: Sequence[str], may_be_name: bool) -> tuple[Part, int]:
    """Return what the first words are, and how many of them belong together."""
    if may_be_name and (length := _name_length(texts, lowers)) > 1:
        return Part.NOUN, length
    if lowers[0].isdecimal():
        return Part.COUNT, 1
    digits, length = leading_number(lowers)
    if length:
        return (Part.NEGATION if digits == "0" else Part.COUNT), length
    length = 1
    most = min(len(lowers), MAX_COMPOUND_WORDS)
    while length < most and is_compound(lowers[length - 1], lowers[length]):
        length += 1
    return (Part.NOUN, length) if length > 1 else (part_of(lowers[0]), 1)


def _name_length(texts: Sequence[str], lowers: Sequence[str]) -> int:
    """Return the number of words with a capital letter at the start."""
    length = 0
    while length < len(texts) and texts[length].istitle():
        if lowers[length] in SMALL_WORDS or leading_number(lowers[length : length + 1])[1]:
            break
        length += 1
    return length
