"""Find the words that a text states are not there or not so: "no people", "isn't smiling".

A painter and a sentence model read "no people" as people, so such words are not selected. The
tables of triggers, ends and false friends are in ``tables``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from semcodec.words.negation.finder import NegationFinder
from semcodec.words.negation.tables import PRIVATIVE_BEGINNINGS, PRIVATIVE_ENDINGS
from semcodec.words.negation.units import split_units

__all__ = ["find_negated", "find_negative_names", "is_privative"]

CACHE_SIZE: Final = 8  #: texts whose spans are kept


def find_negated(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are not there or not so, negating words included.

    >>> [text[start:end] for text in ["No cars, but a dog."] for start, end in find_negated(text)]
    ['No cars']

    Args:
        text: any text in its original case, by which names and signs are recognized.

    Returns:
        Start and end of each span in characters, in order and without overlaps.
    """
    return list(_find(text)[0])


def find_negative_names(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are written in the picture and only sound like negations.

    >>> find_negative_names("a no entry sign")
    [(2, 10)]
    """
    return list(_find(text)[1])


@lru_cache(maxsize=CACHE_SIZE)
def _find(text: str) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return the negated spans and the names of ``text``; selection needs both several times."""
    finder = NegationFinder(split_units(text))
    finder.read()
    return tuple(finder.spans()), tuple(finder.names())


def is_privative(word: str) -> bool:
    """Return whether a compound is a negation by itself, such as ``car-free`` and ``non-slip``.

    It has its meaning only as a whole: ``car free`` is a car for a painter.
    """
    lower = word.lower()
    return lower.startswith(PRIVATIVE_BEGINNINGS) or lower.endswith(PRIVATIVE_ENDINGS)
