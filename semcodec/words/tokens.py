"""Tokens: the words, names and numbers of a text, each in the form that a coding can carry.

The plain words of ``tokenizer`` are not enough: ``T-shirt``, ``O'Brien``, ``Paris`` and ``747``
can be sent as they are, and a word that the text negates must not be sent at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from semcodec.coding import escapes
from semcodec.words.abbreviations import without_ampersand
from semcodec.words.cleaning import clean_text
from semcodec.words.homographs import is_noun
from semcodec.words.letter_case import Written, fold_case
from semcodec.words.names import cut_word
from semcodec.words.negation import find_negated, find_negative_names, is_privative
from semcodec.words.numbers import Number
from semcodec.words.tokenizer import Span, check_text, find_spans, fold_accents, plain_words


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a name or a number of a text, in the form that each coding can carry.

    Attributes:
        start: index of its first character in the cleaned text.
        end: index after its last character.
        text: as ``utf8`` carries it: any letters, accents, capitals.
        word: as ``lexicon`` and ``bag`` carry it, over a-zA-Z0-9'-; empty if they cannot.
        plain: as ``nibble`` carries it: words of the letters a to z; empty for another script.
        number: the number, if it is one.
        is_negated: whether the text states that it is not there, or not so.
        is_name: whether it is part of a name or the text of a sign, such as ``no`` of ``no entry``.
        is_noun: whether it is a noun that looks like a function word: a tin ``can``.
    """

    start: int
    end: int
    text: str
    word: str
    plain: tuple[str, ...]
    number: Number | None = None
    is_negated: bool = False
    is_name: bool = False
    is_noun: bool = False


def find_tokens(text: str) -> list[Token]:
    """Return the tokens of ``text`` in reading order.

    >>> [token.word for token in find_tokens("O'Brien's T-shirt in room 1,000")]
    ["O'Brien", 'T-shirt', 'in', 'room', '1000']

    Raises:
        InputError: ``text`` is not a string, or too long.
    """
    cleaned = clean_text(check_text(text))
    words = list(find_spans(cleaned))
    negated, names = find_negated(cleaned), find_negative_names(cleaned)
    folded = fold_case([Written(word.text, word.starts_sentence, word.sentence) for word in words])
    return [
        replace(
            _make_token(part, word),
            is_negated=_is_inside(word.start, negated),
            is_name=_is_inside(word.start, names),
            is_noun=is_noun(folded[index], *_neighbors(index, words, folded, cleaned)),
        )
        for index, word in enumerate(words)
        for part in _parts(index, words, folded, cleaned)
    ]


def _parts(index: int, words: Sequence[Span], folded: Sequence[str], cleaned: str) -> list[str]:
    """Return the words to send for one word; a number or a negation such as ``car-free`` is one."""
    if words[index].number is not None or is_privative(folded[index]):
        return [folded[index]]
    return cut_word(folded[index], *_neighbors(index, words, folded, cleaned))


def _neighbors(
    index: int, words: Sequence[Span], folded: Sequence[str], cleaned: str
) -> tuple[str, str]:
    """Return the words before and after one; empty if punctuation is between them."""
    return (
        folded[index - 1] if index and _is_blank(words, index - 1, cleaned) else "",
        folded[index + 1] if _is_blank(words, index, cleaned) else "",
    )


def _is_blank(words: Sequence[Span], index: int, cleaned: str) -> bool:
    """Return whether only a space is between a word and the next one, if there is one."""
    return index + 1 < len(words) and cleaned[words[index].end : words[index + 1].start] == " "


def _make_token(text: str, span: Span) -> Token:
    number = span.number
    if number is not None:
        forms = number.written, number.word, number.spoken
    else:
        word = _codable(fold_accents(without_ampersand(text)))
        forms = text, word, tuple(plain_words(text))
    return Token(span.start, span.end, *forms, number)


def _codable(word: str) -> str:
    return word if escapes.is_encodable(word) else ""


def _is_inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether one of ``spans``, which are in order, contains a position."""
    index = bisect_right(spans, position, key=itemgetter(0)) - 1
    return index >= 0 and position < spans[index][1]
