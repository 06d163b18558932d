"""The columns of the table of words that restoration needs, and the bytes of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final, NamedTuple

import numpy as np
from reproducible import ln
from restoration_samples import (
    WeightedList,
    number_lists,
    rank_skeletons,
    weighted_lists,
)
from samples import Corpus, TfIdf
from train_restoration import Candidates, Restoration, train_restoration

from semcodec.coding.tables import load_tables
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import NEVER

CONTEXTS: Final = 10_000  #: how many skeletons have vectors, the most frequent ones
VECTOR_WORDS: Final = 16_000  #: how many words have vectors, the most frequent ones
TEXT_SHARE: Final = 0.1  #: of the initial probability of a word, for that in texts, not in lists
PRIOR_UNIT: Final = 8  #: priors are in eighths of a nat
COMPONENT_UNIT: Final = 8  #: components of vectors are in eighths
MAX_COMPONENT: Final = 7  #: so that a component has four bits


class Columns(NamedTuple):
    """The words and their columns; see ``semcodec.words.vocabulary.Vocabulary``."""

    words: list[str]
    priors: list[int]
    contexts: list[int]
    left_vectors: bytes
    right_vectors: bytes
    list_vectors: bytes
    vector_words: list[int]
    word_vectors: bytes
    endings: list[str]


def restoration_columns(
    corpora: list[Corpus], probability: dict[str, float], names: Collection[str]
) -> Columns:
    """Train, and return the columns.

    Args:
        corpora: the training texts.
        probability: of each word of the table, without context.
        names: words that are never restored.
    """
    lists = [item for item in weighted_lists(corpora, TfIdf(corpora)) if item.words]
    share = _shares(lists, probability)
    words = sorted(
        share, key=lambda word: (skeleton_of_word(word), word in names, -share[word], word)
    )
    skeletons = rank_skeletons(lists, [word for word in words if word not in names])
    endings = sorted({word[-2:] for word in words})
    candidates = _candidates(words, names, skeletons, endings)
    numbered = number_lists(lists, words, skeletons)
    priors = np.array([ln(share[word]) for word in words])
    model = train_restoration(numbered, candidates, CONTEXTS, priors)
    kept = sorted(range(CONTEXTS), key=lambda index: int(candidates.first[index]))
    rows = [*kept, CONTEXTS, CONTEXTS + 1, CONTEXTS + 2]
    ambiguous = _ambiguous_words(candidates)
    frequent = sorted(ambiguous, key=lambda number: -share[words[number]])[:VECTOR_WORDS]
    return Columns(
        words=words,
        priors=[_prior(model, number, word, names) for number, word in enumerate(words)],
        contexts=[int(candidates.first[index]) for index in kept],
        left_vectors=_pack(model.left[rows]),
        right_vectors=_pack(model.right[rows]),
        list_vectors=_pack(model.whole[rows]),
        vector_words=sorted(frequent),
        word_vectors=_pack(_word_rows(model, sorted(frequent), candidates)),
        endings=endings,
    )


def table_bytes(
    costs: list[int], saliences: list[int], compounds: list[int], columns: Columns
) -> bytes:
    """Return the bytes of the file, as semcodec/words/vocabulary.py parses it."""
    numbers = load_tables().numbers
    counts = [
        len(columns.words), len(compounds), len(columns.contexts), len(columns.vector_words),
        len(columns.endings),
    ]  # fmt: skip
    return b"".join(
        [
            np.array(counts, "<u4").tobytes(),
            np.array([numbers[word] for word in columns.words], "<u2").tobytes(),
            bytes(costs), bytes(saliences), bytes(columns.priors),
            np.array(compounds, "<u4").tobytes(),
            np.array(columns.contexts, "<u2").tobytes(),
            columns.left_vectors, columns.right_vectors, columns.list_vectors,
            np.array(columns.vector_words, "<u2").tobytes(),
            columns.word_vectors,
            "".join(columns.endings).encode("ascii"),
        ]
    )  # fmt: skip


def _shares(lists: list[WeightedList], probability: dict[str, float]) -> dict[str, float]:
    """Return the probability of each word in the lists, smoothed with that in texts."""
    weights: Counter[str] = Counter()
    for words, weight in lists:
        for word in words:
            weights[word] += weight  # type: ignore[assignment]  # a float
    total = sum(weights.values())
    return {
        word: (1 - TEXT_SHARE) * weights[word] / total + TEXT_SHARE * probability[word]
        for word in probability
    }


def _candidates(
    words: list[str], names: Collection[str], skeletons: list[str], endings: list[str]
) -> Candidates:
    """Return the ranges of ``words``, which are sorted by skeleton, for each of ``skeletons``."""
    ranges: dict[str, tuple[int, int]] = {}
    for number, word in enumerate(words):
        if word not in names:
            skeleton = skeleton_of_word(word)
            ranges[skeleton] = ranges.get(skeleton, (number, 0))[0], number + 1
    pairs = [ranges.get(skeleton, (0, 0)) for skeleton in skeletons]
    indices = {ending: index for index, ending in enumerate(endings)}
    return Candidates(
        np.array([first for first, _ in pairs], np.int64),
        np.array([last for _, last in pairs], np.int64),
        np.array([indices[word[-2:]] for word in words], np.int64),
    )


def _ambiguous_words(candidates: Candidates) -> list[int]:
    """Return the words that share their skeleton with others."""
    pairs = zip(candidates.first.tolist(), candidates.last.tolist(), strict=True)
    return [number for first, last in pairs if last - first > 1 for number in range(first, last)]


def _prior(model: Restoration, number: int, word: str, names: Collection[str]) -> int:
    if word in names:
        return NEVER
    return min(NEVER - 1, max(0, round(-float(model.priors[number]) * PRIOR_UNIT)))


def _word_rows(model: Restoration, numbers: list[int], candidates: Candidates) -> np.ndarray:
    """Return the vectors of the words, each with that of its ending, then those of the endings."""
    own = model.words[numbers] + model.endings[candidates.endings[numbers]]
    return np.concatenate([own, model.endings])


def _pack(vectors: np.ndarray) -> bytes:
    """Return vectors with four bits for each component, the first one in the high half."""
    scaled = np.rint(vectors * np.float32(COMPONENT_UNIT))
    digits = (np.clip(scaled, -MAX_COMPONENT, MAX_COMPONENT) + 8).astype(np.uint8)
    return (digits[:, ::2] << 4 | digits[:, 1::2]).tobytes()
