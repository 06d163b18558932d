"""Judges for tests: a small deterministic one, and one that returns chosen values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from semcodec.words import Judge, SelectionRequest, make_channel
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.tokenizer import tokenize


class OverlapJudge:
    """Returns the cosine of two sets of words, in which a word counts its weight, 1 by default."""

    name = "overlap"

    def __init__(self, **weights: float) -> None:
        self.weights = weights
        self.words_read = 0

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        described = set(tokenize(description))
        self.words_read += sum(len(text.split()) for text in texts)
        return [self._cosine(described, set(text.split())) for text in texts]

    def _cosine(self, a: set[str], b: set[str]) -> float:
        shared = self._square(a & b)
        return shared / math.sqrt(self._square(a) * self._square(b)) if shared else 0.0

    def _square(self, words: set[str]) -> float:
        return sum(self.weights.get(word, 1.0) ** 2 for word in sorted(words))


class FunctionJudge:
    """Returns the result of ``function`` for the texts, valid or not."""

    name = "function"

    def __init__(self, function: Callable[[Sequence[str]], Any]) -> None:
        self.similarities = lambda description, texts: function(texts)


def skeleton_bits(words: Sequence[str]) -> int:
    """Return the bits of the skeletons of ``words``, 4 for each letter and space."""
    return 4 * len(" ".join(map(skeleton_of_word, words)))


def selection_request(
    description: str,
    max_bits: int | None,
    coding: str = "lexicon",
    max_words: int = 1000,
    judge: Judge | None = None,
) -> SelectionRequest:
    """Return a request that costs 4 bits per symbol of the skeletons in every coding."""
    channel = make_channel(coding, skeleton_bits)
    return SelectionRequest(description, max_words, max_bits, channel, judge)
