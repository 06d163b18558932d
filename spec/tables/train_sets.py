"""Train on lists of words as sets: at each split of the word tree, which sides have words.

The traversal is depth first, low numbers first, as in semcodec.coding.bag. So words are found in
ascending order, and the words found so far predict the others.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from adagrad import (
    MAX_WORDS,
    DecisionWeights,
    F,
    LearningRates,
    Schedule,
    Sequences,
    adagrad_step,
    rates_at,
    sample_words,
    train_decision,
)
from reproducible import inline, jit
from word_model import (
    DIM,
    SET_DECISIONS,
    Model,
    inverse_root,
    set_decision_at,
    size_bucket,
    vector_index,
)

MAX_SET: Final = 500  #: words; longer lists are not trained on


class Buffers(NamedTuple):
    """Memory for one set, allocated once."""

    features: np.ndarray
    gradient: np.ndarray
    bucket_gradient: np.ndarray
    products: np.ndarray
    totals: np.ndarray  #: sums of the history vectors before each word
    gradients: np.ndarray  #: by the number of words before a split
    stack: np.ndarray


def train_sets(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    schedule: Schedule,
    rng: np.ndarray,
) -> None:
    """Train on every list once, in the given order; ``squares`` are AdaGrad's sums."""
    features, gradient, bucket_gradient, products = (np.zeros(DIM, F) for _ in range(4))
    totals, gradients = (np.zeros((MAX_SET + 1, DIM), F) for _ in range(2))
    stack = np.zeros((MAX_SET + 1, 3), np.int64)
    buffers = Buffers(features, gradient, bucket_gradient, products, totals, gradients, stack)
    _train_all(sequences, order, model, squares, decisions, schedule, rng, buffers)


@jit
def _train_all(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    schedule: Schedule,
    rng: np.ndarray,
    buffers: Buffers,
) -> None:
    words = np.zeros(MAX_WORDS, np.int64)
    for position, index in enumerate(order):
        rates = rates_at(schedule, position, len(order))
        count = sample_words(sequences, index, rng, words)
        if 0 < count <= MAX_SET:
            numbers = np.sort(words[:count])
            weight = sequences.weights[index]
            _train_one(numbers, weight, model, squares, decisions, rates, buffers)


@jit
def _train_one(
    numbers: np.ndarray,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    rates: LearningRates,
    buffers: Buffers,
) -> None:
    """Train all splits of one set; the vectors behind the features are updated at the end."""
    bucket, count = size_bucket(len(numbers)), len(numbers)
    totals, gradients, features = buffers.totals, buffers.gradients, buffers.features
    gradient, bucket_gradient = buffers.gradient, buffers.bucket_gradient
    _add_prefix_sums(numbers, model.history, totals)
    gradients[: count + 1] = 0
    bucket_gradient[:] = 0
    stack = buffers.stack  # start and end in numbers, depth
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, count, 0
    height = 1
    while height:
        height -= 1
        start, end, depth = stack[height, 0], stack[height, 1], stack[height, 2]
        decision, _ = set_decision_at(numbers[start], depth)
        if decision < 0:
            continue
        middle = split_index(numbers, start, end, depth)
        if decisions.is_trained[decision]:
            scale = F(inverse_root(start) / 256)
            for k in range(DIM):
                features[k] = totals[start, k] * scale + model.buckets[bucket, k]
                gradient[k] = 0
            low, high = int(middle > start), int(middle < end)
            _train_split(decisions, decision, low, high, buffers, weight, rates)
            for k in range(DIM):
                gradients[start, k] += gradient[k] * scale
                bucket_gradient[k] += gradient[k]
        if middle < end:
            stack[height, 0], stack[height, 1], stack[height, 2] = middle, end, depth + 1
            height += 1
        if middle > start:  # pushed last, so the low side comes first
            stack[height, 0], stack[height, 1], stack[height, 2] = start, middle, depth + 1
            height += 1
    adagrad_step(model.buckets, squares.buckets, bucket, bucket_gradient, F(1), rates.vector, F(0))
    _train_history(numbers, model.history, squares.history, gradients, gradient, rates)


@jit
def split_index(numbers: np.ndarray, start: int, end: int, depth: int) -> int:
    """Return the index where the high side begins, for words with equal bits before ``depth``."""
    middle = start
    while middle < end and set_decision_at(numbers[middle], depth)[1] == 0:
        middle += 1
    return middle


@inline
def _add_prefix_sums(numbers: np.ndarray, history: np.ndarray, totals: np.ndarray) -> None:
    """Set ``totals`` to the sums of the history vectors before each word, and of all."""
    totals[0] = 0
    for index in range(len(numbers)):
        word = vector_index(numbers[index])
        for k in range(DIM):
            totals[index + 1, k] = totals[index, k] + history[word, k]


@inline
def _train_split(
    decisions: DecisionWeights,
    decision: int,
    low: int,
    high: int,
    buffers: Buffers,
    weight: np.float32,
    rates: LearningRates,
) -> None:
    """Train the flags of one split, and add up the gradient of the features.

    The flag of the high side is implied, and not trained, if the low side has no words.
    """
    features, gradient, products = buffers.features, buffers.gradient, buffers.products
    train_decision(decisions, decision, low, features, gradient, products, weight, rates)
    if low:
        decision += SET_DECISIONS
        train_decision(decisions, decision, high, features, gradient, products, weight, rates)


@inline
def _train_history(
    numbers: np.ndarray,
    history: np.ndarray,
    squares: np.ndarray,
    gradients: np.ndarray,
    gradient: np.ndarray,
    rates: LearningRates,
) -> None:
    """Update the history vector of each word with the gradients of all splits after it."""
    gradient[:] = 0
    for index in range(len(numbers) - 1, -1, -1):
        for k in range(DIM):
            gradient[k] += gradients[index + 1, k]
        word = vector_index(numbers[index])
        adagrad_step(history, squares, word, gradient, F(1), rates.vector, rates.decay)
