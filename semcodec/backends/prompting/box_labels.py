"""Find the word that a label of a box means, though models rarely copy a word exactly.

"dogs", "Dog.", "3. dog", "a brown dog" and "dog in a boat" all mean the word *dog*; "stop sign"
means *sign*, because a noun of several words has its boxes at the last one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from semcodec.backends.prompting.parsing import WORD
from semcodec.words.matching import SYNONYMS
from semcodec.words.plurals import singular
from semcodec.words.stopwords import FUNCTION_WORDS

MAX_LABEL: Final = 200  #: characters of a label that are read
MAX_CACHED: Final = 1000  #: different labels of one answer


class LabelMatcher:
    """Finds the words that labels mean.

    Args:
        words: the words of a record, in order.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [tuple(_tokens(word)) for word in words]
        self._places: dict[str, list[int]] = {}
        for index, tokens in enumerate(self._words):
            if tokens:
                self._places.setdefault(_singular(tokens), []).append(index)
        self._candidates = lru_cache(MAX_CACHED)(self._find)

    def find(self, labels: Iterable[str], counts: Sequence[int]) -> int | None:
        """Return the index of the word that the first meaningful label of a box means, or None.

        If the word occurs several times, it is the occurrence whose words before it are in the
        label; else the one that has the fewest boxes so far, so that "dog ... dog" gets one each.

        Args:
            labels: the label of the box, and the keys of what it is in, the nearest first.
            counts: the number of boxes that each word has so far.
        """
        for label in labels:
            places, tokens = self._candidates(label[:MAX_LABEL])
            if places:
                return min(
                    places, key=lambda place: (-self._common(place, tokens), counts[place], place)
                )
        return None

    def _common(self, place: int, tokens: frozenset[str]) -> int:
        """Return how many of the words directly before ``place`` are in a label."""
        common = 0
        while common < place and tokens.issuperset(self._words[place - common - 1]):
            common += 1
        return common

    def _find(self, label: str) -> tuple[list[int], frozenset[str]]:
        """Return the places of the word that ``label`` means, and the words of the label."""
        tokens = _tokens(label)
        head = _head(tokens)
        whole = self._places.get(_singular(tokens), [])
        found = (self._places.get(_singular((token,))) for token in (*head[::-1], *tokens[::-1]))
        places = whole or next(filter(None, found), []) or self._find_synonym(head[-1:])
        return places, frozenset(tokens)

    def _find_synonym(self, nouns: Sequence[str]) -> list[int]:
        """Return the places of another word for the thing: that of couch is sofa."""
        group = SYNONYMS.get(_singular(nouns), None)
        if group is None:
            return []
        return next((p for word, p in self._places.items() if SYNONYMS.get(word) == group), [])


def _tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, with each character in one form only."""
    return WORD.findall(unicodedata.normalize("NFC", text).casefold())


def _head(tokens: Sequence[str]) -> Sequence[str]:
    """Return the tokens up to the first function word after a noun: "man" of "man on a horse"."""
    content = [token not in FUNCTION_WORDS for token in tokens]
    start = content.index(True) if True in content else 0
    end = content.index(False, start) if False in content[start:] else len(tokens)
    return tokens[start:end]


def _singular(tokens: Sequence[str]) -> str:
    return " ".join([*tokens[:-1], *map(singular, tokens[-1:])])
