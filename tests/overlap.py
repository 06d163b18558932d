"""Judges for tests: small, deterministic, and what a foreign one may do wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from semcodec.words.channel import WordChannel, medium
from semcodec.words.salience import SelectionRequest
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.tokenizer import tokenize


class Overlap:
    """The cosine of two sets of words; some weigh more than one."""

    name = "overlap"

    def __init__(self, **weights: float) -> None:
        self.weights = weights
        self.read = 0  # words

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        said = set(tokenize(description))
        self.read += sum(len(text.split()) for text in texts)
        return [self._cosine(said, set(text.split())) for text in texts]

    def _cosine(self, a: set[str], b: set[str]) -> float:
        both = self._square(a & b)
        return both / math.sqrt(self._square(a) * self._square(b)) if both else 0.0

    def _square(self, words: set[str]) -> float:
        return sum(self.weights.get(word, 1.0) ** 2 for word in sorted(words))


class Foreign:
    """A judge that answers what a function says."""

    name = "foreign"

    def __init__(self, answer: Callable[[Sequence[str]], Any]) -> None:
        self.similarities = lambda description, texts: answer(texts)


def symbols(words: Sequence[str]) -> int:
    """Return the bits of words at four bits a symbol of their skeletons."""
    return 4 * len(" ".join(map(skeleton_of_word, words)))


def task(
    description: str, bits: int | None, coding: str = "lexicon", k: int = 1000
) -> SelectionRequest:
    return SelectionRequest(description, k, bits, whole(coding))


def whole(coding: str) -> WordChannel:
    return medium(coding, symbols)
