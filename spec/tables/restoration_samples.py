"""The lists of words to train the restoration on, as numbers of skeletons and of words.

A list has the content words of a description, or the most informative ones of them; there are also
whole descriptions with their function words, because a text can be packed as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

import numpy as np
from reproducible import make_rng, permute
from samples import GLOSSES, MAX_TEXT, Corpus, TfIdf

from semcodec.words.skeletons import skeleton_of_word

PHRASES: Final = "phrases"
#: Factors of the weights of sources; the texts of people have the most words that no list has.
FACTORS: Final = {
    "cmcbench-gpt4v.txt": 0.75,
    "cmcbench-qwen.txt": 0.75,
    "human-paragraphs.txt": 2.0,
    "pali-paragraphs.txt": 1.5,
    GLOSSES: 2.5,
    PHRASES: 0.3,
}
#: Weights of the lists of the most informative words, by their length, relative to those of their
#: descriptions.
SHORTENED_WEIGHTS: Final = {6: 0.7, 12: 0.7, 24: 0.7}
#: Of very short lists. Their words are any of the first ones: the rarest are not the main things.
SHORT_WEIGHTS: Final = {1: 0.3, 2: 0.3, 4: 0.4}
MAX_FIRST: Final = 12  #: words of a description that may be in a very short list
TEXT_WEIGHT: Final = 0.25  #: of a whole description
UNKNOWN: Final = -1  #: the number of a word or of a skeleton outside the tables


class WeightedList(NamedTuple):
    """Words of one description, and their weight."""

    words: list[str]
    weight: float


class Lists(NamedTuple):
    """Lists of skeletons and of the words that these stand for, concatenated."""

    skeletons: np.ndarray  #: numbers of skeletons by frequency, the most frequent is 0
    words: np.ndarray  #: numbers of words
    starts: np.ndarray  #: start of each list, then the end of the last one
    weights: np.ndarray


def weighted_lists(corpora: list[Corpus], scorer: TfIdf) -> Iterator[WeightedList]:
    """Yield the lists and texts of all descriptions; every word has a skeleton."""
    rng = make_rng(6)
    for corpus in corpora:
        weight = corpus.weight * FACTORS.get(corpus.name, 1.0)
        for description in corpus.descriptions:
            text = description.plain[:MAX_TEXT]
            yield WeightedList(list(filter(skeleton_of_word, text)), TEXT_WEIGHT * weight)
            content = list(filter(skeleton_of_word, scorer.content_words(text)))
            yield WeightedList(content, weight)
            for length, factor in SHORTENED_WEIGHTS.items():
                if length < len(content):
                    yield WeightedList(scorer.top(content, length, jitter=True), factor * weight)
            for length, factor in SHORT_WEIGHTS.items():
                if length < len(content):
                    yield WeightedList(_some(content, length, rng), factor * weight)


def _some(content: list[str], length: int, rng: np.ndarray) -> list[str]:
    """Return ``length`` of the first words, in order."""
    indices = np.arange(min(len(content), MAX_FIRST))
    permute(indices, rng)
    return [content[index] for index in sorted(indices[:length].tolist())]


def rank_skeletons(lists: list[WeightedList], words: Collection[str]) -> list[str]:
    """Return all skeletons, those of ``words`` first, each by frequency."""
    known = set(map(skeleton_of_word, words))
    weights: Counter[str] = Counter()
    for texts, weight in lists:
        for word in texts:
            weights[skeleton_of_word(word)] += weight  # type: ignore[assignment]  # a float
    return sorted(
        weights, key=lambda skeleton: (skeleton not in known, -weights[skeleton], skeleton)
    )


def number_lists(lists: list[WeightedList], words: list[str], skeletons: list[str]) -> Lists:
    """Return the lists as numbers, which are the indices in ``words`` and in ``skeletons``."""
    word_numbers = {word: number for number, word in enumerate(words)}
    skeleton_numbers = {skeleton: number for number, skeleton in enumerate(skeletons)}
    flat = [word for item in lists for word in item.words]
    return Lists(
        np.array([skeleton_numbers[skeleton_of_word(word)] for word in flat], np.int64),
        np.array([word_numbers.get(word, UNKNOWN) for word in flat], np.int64),
        np.concatenate([[0], np.cumsum([len(item.words) for item in lists])]).astype(np.int64),
        np.array([item.weight for item in lists], np.float32),
    )
