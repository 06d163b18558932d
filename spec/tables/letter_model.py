"""The table for words that are not listed: which letter follows which two, or the end.

A letter is six decisions, the top bit of its code first, after the decision that the word goes on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from reproducible import ln
from word_model import MAX_BIAS, UNIT

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789"
CODES: Final = {letter: code for code, letter in enumerate(ALPHABET)}
CODE_BITS: Final = 6
END: Final = len(ALPHABET)  #: as what follows
START: Final = len(ALPHABET)  #: as the letter before
OTHER, NOTHING, CLASSES = 26, 27, 28  #: of the letter before that: no letter, none
EXACT: Final = 16.0  #: sightings of two letters from which they outweigh the last alone
LAST: Final = 2.0  #: the same of the last letter and none

Context = tuple[int, int]


def contexts(word: str) -> Iterator[tuple[Context, int]]:
    """Yield the two letters before and what follows, for each letter and the end."""
    codes = [START, *(CODES[letter] for letter in word), END]
    second = NOTHING
    for before, after in pairwise(codes):
        yield (second, before), after
        second = NOTHING if before == START else letter_class(before)


def letter_class(code: int) -> int:
    """Return the class of a letter that is two letters back: which one, without its case."""
    letter = ALPHABET[code].lower()
    return ord(letter) - ord("a") if letter.isalpha() else OTHER


def odd_words(entries: Iterable[str]) -> list[str]:
    """Return the parts of a dictionary's entries that are not just small letters."""
    parts = sorted({part for entry in entries for part in entry.split("_")})
    return [
        part
        for part in parts
        if part and set(part) <= set(ALPHABET) and not re.fullmatch("[a-z]+", part)
    ]


def table(words: Iterable[str]) -> np.ndarray:
    """Return the logits: for each context the end, then every node of the code."""
    pairs: Counter[tuple[Context, int]] = Counter(
        found for word in words for found in contexts(word)
    )
    by_last: Counter[tuple[int, int]] = Counter()
    for ((_, before), after), count in pairs.items():
        by_last[before, after] += count
    logits = np.zeros((CLASSES, START + 1, len(ALPHABET)), np.int64)
    even, follows = [1 / (END + 1)] * (END + 1), range(END + 1)
    for before in range(START + 1):
        wide = _mixed([by_last[before, after] for after in follows], even, LAST)
        for second in range(CLASSES):
            seen = [pairs[(second, before), after] for after in follows]
            logits[second, before] = _logits(_mixed(seen, wide, EXACT))
    return logits


def _mixed(seen: list[int], wide: list[float], weight: float) -> list[float]:
    """Return chances from sightings, where few of them do not outweigh the ``wide`` chances."""
    total = sum(seen) + weight
    return [(count + weight * chance) / total for count, chance in zip(seen, wide, strict=True)]


def _logits(chances: list[float]) -> list[int]:
    """Return the logits of the end and of each node, from the chances of what follows."""
    masses = [0.0] * len(ALPHABET) + chances[:END]
    for node in range(len(ALPHABET) - 1, 0, -1):
        masses[node] = masses[2 * node] + masses[2 * node + 1]
    ends = [_logit(chances[END], masses[1])]
    return ends + [_logit(masses[2 * node + 1], masses[2 * node]) for node in range(1, END)]


def _logit(yes: float, no: float) -> int:
    return max(-MAX_BIAS, min(MAX_BIAS, round(UNIT * ln(yes / no))))
