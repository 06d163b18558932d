"""The letter table for escaped words: probabilities of a letter, or the end, after two letters.

A letter is coded by a flag, which is 0 if the word continues, and by the six bits of its code, the
highest first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from reproducible import ln
from word_model import MAX_BIAS, SCALE

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789"
CODES: Final = {letter: code for code, letter in enumerate(ALPHABET)}
CODE_BITS: Final = 6
END: Final = len(ALPHABET)  #: the next letter's "code" at the end of a word
START: Final = len(ALPHABET)  #: the previous letter's "code" at the start of a word
#: Classes of the letter two positions back, of which there are CLASSES: 0 to 25 for letters in
#: either case, OTHER for other characters, NO_LETTER for none.
OTHER, NO_LETTER, CLASSES = 26, 27, 28
PAIR_PRIOR: Final = 16.0  #: pseudo-counts after two letters, distributed as after the last letter
SINGLE_PRIOR: Final = 2.0  #: pseudo-counts after the last letter, distributed evenly

Context = tuple[int, int]


def contexts(word: str) -> Iterator[tuple[Context, int]]:
    """Yield the context and the code of each letter and of the end."""
    codes = [START, *(CODES[letter] for letter in word), END]
    prev2_class = NO_LETTER
    for prev, code in pairwise(codes):
        yield (prev2_class, prev), code
        prev2_class = NO_LETTER if prev == START else letter_class(prev)


def letter_class(code: int) -> int:
    """Return the class of a letter two positions back: the letter without its case."""
    letter = ALPHABET[code].lower()
    return ord(letter) - ord("a") if letter.isalpha() else OTHER


def irregular_words(entries: Iterable[str]) -> list[str]:
    """Return the parts of a dictionary's entries that have not only lower-case letters."""
    parts = sorted({part for entry in entries for part in entry.split("_")})
    return [
        part
        for part in parts
        if part and set(part) <= set(ALPHABET) and not re.fullmatch("[a-z]+", part)
    ]


def make_table(words: Iterable[str]) -> np.ndarray:
    """Return the quantized logits, shape (CLASSES, 65, 64): the end, then the nodes of the code."""
    pairs: Counter[tuple[Context, int]] = Counter(
        transition for word in words for transition in contexts(word)
    )
    singles: Counter[tuple[int, int]] = Counter()
    for ((_, prev), code), count in pairs.items():
        singles[prev, code] += count
    logits = np.zeros((CLASSES, START + 1, len(ALPHABET)), np.int64)
    uniform, codes = [1 / (END + 1)] * (END + 1), range(END + 1)
    for prev in range(START + 1):
        backoff = _smooth([singles[prev, code] for code in codes], uniform, SINGLE_PRIOR)
        for prev2_class in range(CLASSES):
            counts = [pairs[(prev2_class, prev), code] for code in codes]
            logits[prev2_class, prev] = _logits(_smooth(counts, backoff, PAIR_PRIOR))
    return logits


def _smooth(counts: list[int], backoff: list[float], weight: float) -> list[float]:
    """Return probabilities from counts plus ``weight`` pseudo-counts, which follow ``backoff``."""
    total = sum(counts) + weight
    return [
        (count + weight * probability) / total
        for count, probability in zip(counts, backoff, strict=True)
    ]


def _logits(probabilities: list[float]) -> list[int]:
    """Return the logits of the end and of each node of the code's tree."""
    masses = [0.0] * len(ALPHABET) + probabilities[:END]
    for node in range(len(ALPHABET) - 1, 0, -1):
        masses[node] = masses[2 * node] + masses[2 * node + 1]
    end = [_logit(probabilities[END], masses[1])]
    return end + [_logit(masses[2 * node + 1], masses[2 * node]) for node in range(1, END)]


def _logit(one: float, zero: float) -> int:
    return max(-MAX_BIAS, min(MAX_BIAS, round(SCALE * ln(one / zero))))
