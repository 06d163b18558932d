"""Train on lists of words as sets: at each split of the word tree, which sides have words.

The traversal is depth first, low numbers first, as in semcodec.coding.bag. So words are found in
ascending order, and the words found so far predict the others.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from adagrad import (
    MAX_WORDS,
    DecisionWeights,
    F,
    LearningRates,
    Sequences,
    adagrad_step,
    sample_words,
    train_decision,
)
from reproducible import jit
from word_model import (
    DECISIONS,
    DIM,
    FREQUENT_WORDS,
    Model,
    decision_at,
    inverse_root,
    size_bucket,
)

MAX_SET: Final = 500  #: words; longer lists are not trained on


@jit
def train_sets(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    rates: LearningRates,
    rng: np.ndarray,
) -> None:
    """Train on every list once, in the given order; ``squares`` are AdaGrad's sums."""
    words = np.zeros(MAX_WORDS, np.int64)
    for index in order:
        count = sample_words(sequences, index, rng, words)
        if 0 < count <= MAX_SET:
            numbers = np.sort(words[:count])
            _train_one(numbers, sequences.weights[index], model, squares, decisions, rates)


@jit
def _train_one(
    numbers: np.ndarray,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    rates: LearningRates,
) -> None:
    """Train all splits of one set; the vectors behind the features are updated at the end."""
    bucket = size_bucket(len(numbers))
    totals = _prefix_sums(numbers, model.history)
    gradients, bucket_gradient = np.zeros_like(totals), np.zeros(DIM, F)
    stack = np.zeros((len(numbers) + 1, 3), np.int64)  # start and end in numbers, depth
    stack[0, 1] = len(numbers)
    height = 1
    while height:
        height -= 1
        start, end, depth = stack[height]
        decision, _ = decision_at(numbers[start], depth)
        if decision < 0:
            continue
        middle = split_index(numbers, start, end, depth)
        if decisions.is_trained[decision]:
            any_words = middle > start, middle < end
            scale = F(inverse_root(start) / 256)
            features = totals[start] * scale + model.buckets[bucket]
            gradient = _train_split(decisions, decision, any_words, features, weight, rates)
            for k in range(DIM):
                gradients[start, k] += gradient[k] * scale
                bucket_gradient[k] += gradient[k]
        if middle < end:
            stack[height] = middle, end, depth + 1
            height += 1
        if middle > start:  # pushed last, so the low side comes first
            stack[height] = start, middle, depth + 1
            height += 1
    vector, sums = model.buckets[bucket], squares.buckets[bucket]
    adagrad_step(vector, sums, bucket_gradient, F(1), rates.vector, F(0))
    _train_history(numbers, model.history, squares.history, gradients, rates)


@jit
def split_index(numbers: np.ndarray, start: int, end: int, depth: int) -> int:
    """Return the index where the high side begins, for words with equal bits before ``depth``."""
    middle = start
    while middle < end and decision_at(numbers[middle], depth)[1] == 0:
        middle += 1
    return middle


@jit
def _prefix_sums(numbers: np.ndarray, history: np.ndarray) -> np.ndarray:
    """Return the sums of the history vectors before each word, and then the sum of all."""
    totals = np.zeros((len(numbers) + 1, DIM), F)
    for index in range(len(numbers)):
        word = min(numbers[index], FREQUENT_WORDS)
        for k in range(DIM):
            totals[index + 1, k] = totals[index, k] + history[word, k]
    return totals


@jit
def _train_split(
    decisions: DecisionWeights,
    decision: int,
    any_words: tuple[bool, bool],
    features: np.ndarray,
    weight: np.float32,
    rates: LearningRates,
) -> np.ndarray:
    """Train the flags of one split, and return the gradient of the features.

    The flag of the high side is implied, and not trained, if the low side has no words.
    """
    gradient = np.zeros(DIM, F)
    low, high = int(any_words[0]), int(any_words[1])
    train_decision(decisions, decision, low, features, gradient, weight, rates)
    if any_words[0]:
        train_decision(decisions, decision + DECISIONS, high, features, gradient, weight, rates)
    return gradient


@jit
def _train_history(
    numbers: np.ndarray,
    history: np.ndarray,
    squares: np.ndarray,
    gradients: np.ndarray,
    rates: LearningRates,
) -> None:
    """Update the history vector of each word with the gradients of all splits after it."""
    gradient = np.zeros(DIM, F)
    for index in range(len(numbers) - 1, -1, -1):
        word = min(numbers[index], FREQUENT_WORDS)
        for k in range(DIM):
            gradient[k] += gradients[index + 1, k]
        adagrad_step(history[word], squares[word], gradient, F(1), rates.vector, rates.decay)
