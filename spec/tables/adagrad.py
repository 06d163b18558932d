"""Stochastic gradient descent with AdaGrad (Duchi, Hazan and Singer 2011) for one binary decision.

Each weight has its own learning rate: the common rate divided by the square root of the sum of its
squared gradients so far. Weights of rare words thus keep moving while those of frequent words
settle. The loss is the coding cost (cross entropy), so the gradient of a logit is the probability
minus the bit.

All arithmetic consists of 32-bit sums, products, quotients and square roots in a fixed order, so
that the same inputs give the same bytes.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from reproducible import inline, jit, uniform
from word_model import DIM, LOGISTIC_TABLE

F: Final = np.float32
PROBABILITIES: Final = (LOGISTIC_TABLE / 65536).astype(F)
THINNING_SHARE: Final = 0.6  #: share of the lists that lose some of their words
MIN_KEEP_RATE: Final = 0.2  #: minimum share of the words that such a list keeps
MAX_WORDS: Final = 5000  #: words in one sequence
LANES: Final = 16  #: partial sums of a dot product; DIM is a multiple of it


class Sequences(NamedTuple):
    """Training sequences as numbers of words, concatenated."""

    numbers: np.ndarray
    starts: np.ndarray  #: start of each sequence in ``numbers``, then the end of the last one
    weights: np.ndarray
    is_list: np.ndarray  #: False for sentences


class DecisionWeights(NamedTuple):
    """Weights of one set of decisions, with AdaGrad's sums of squared gradients."""

    vectors: np.ndarray
    biases: np.ndarray
    vector_squares: np.ndarray
    bias_squares: np.ndarray
    is_trained: np.ndarray  #: False where there is too little data: the initial weights stay


class LearningRates(NamedTuple):
    """Learning rates of weights and biases, and the weight decay."""

    vector: np.float32
    bias: np.float32
    decay: np.float32


class Schedule(NamedTuple):
    """Learning rates that fall from a share of the given ones to another, during an epoch."""

    vector: np.float32
    bias: np.float32
    decay: np.float32
    first_share: np.float32
    last_share: np.float32


@jit
def rates_at(schedule: Schedule, position: int, count: int) -> LearningRates:
    """Return the learning rates for the sequence at ``position`` of ``count``."""
    fall = (schedule.first_share - schedule.last_share) * F(position) / F(count)
    share = schedule.first_share - fall
    return LearningRates(schedule.vector * share, schedule.bias * share, schedule.decay)


@inline
def logistic(logit: np.float32) -> np.float32:
    """Return the probability of a 1: the interpolated table of the format, as a float."""
    position = min(abs(logit), F(7.999)) * F(4)
    low = int(position)
    p1 = PROBABILITIES[low] + (PROBABILITIES[low + 1] - PROBABILITIES[low]) * (position - F(low))
    return p1 if logit >= 0 else F(1) - p1


@inline
def dot(vectors: np.ndarray, row: int, features: np.ndarray, products: np.ndarray) -> np.float32:
    """Return the dot product of a row of ``vectors`` and ``features``.

    The products are added up in halves, in an order that is the same everywhere and that a
    processor can compute in parallel. ``products`` is memory for them.
    """
    for k in range(DIM):
        products[k] = vectors[row, k] * features[k]
    for start in range(LANES, DIM, LANES):
        for k in range(LANES):
            products[k] += products[start + k]
    for k in range(8):
        products[k] += products[k + 8]
    for k in range(4):
        products[k] += products[k + 4]
    return (products[0] + products[2]) + (products[1] + products[3])


@inline
def adagrad_step(
    weights: np.ndarray,
    squares: np.ndarray,
    row: int,
    gradient: np.ndarray,
    scale: np.float32,
    rate: np.float32,
    decay: np.float32,
) -> None:
    """Update a row of ``weights`` in place with ``scale * gradient`` and weight decay."""
    for k in range(DIM):
        slope = gradient[k] * scale + decay * weights[row, k]
        square = squares[row, k] + slope * slope
        squares[row, k] = square
        weights[row, k] -= rate * slope / math.sqrt(square)


@inline
def train_decision(
    decisions: DecisionWeights,
    index: int,
    bit: int,
    features: np.ndarray,
    feature_gradient: np.ndarray,
    products: np.ndarray,
    weight: np.float32,
    rates: LearningRates,
) -> None:
    """Update one decision, and add the gradient of its features to ``feature_gradient``."""
    vectors = decisions.vectors
    p1 = logistic(decisions.biases[index] + dot(vectors, index, features, products))
    error = (p1 - F(bit)) * weight
    decisions.bias_squares[index] += error * error
    decisions.biases[index] -= rates.bias * error / math.sqrt(decisions.bias_squares[index])
    for k in range(DIM):  # uses the vector before its update
        feature_gradient[k] += error * vectors[index, k]
    squares = decisions.vector_squares
    adagrad_step(vectors, squares, index, features, error, rates.vector, rates.decay)


@jit
def sample_words(sequences: Sequences, index: int, rng: np.ndarray, output: np.ndarray) -> int:
    """Copy a sequence, or some of the words of a list, to ``output``; return the number of words.

    Thinned lists teach the model pairs of words that are further apart in the descriptions, as in
    the short lists that encoders send.
    """
    keep_rate = 2.0
    if sequences.is_list[index] and uniform(rng) < THINNING_SHARE:
        keep_rate = uniform(rng) * (1 - MIN_KEEP_RATE) + MIN_KEEP_RATE
    count = 0
    for position in range(sequences.starts[index], sequences.starts[index + 1]):
        if keep_rate > 1 or uniform(rng) < keep_rate:
            output[count] = sequences.numbers[position]
            count += 1
    return count
