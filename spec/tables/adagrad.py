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
from reproducible import jit, uniform
from word_model import DIM, LOGISTIC_TABLE

F: Final = np.float32
PROBABILITIES: Final = (LOGISTIC_TABLE / 65536).astype(F)
THINNING_SHARE: Final = 0.6  #: share of the lists that lose some of their words
MIN_KEEP_RATE: Final = 0.2  #: minimum share of the words that such a list keeps
MAX_WORDS: Final = 5000  #: words in one sequence


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


@jit
def logistic(logit: np.float32) -> np.float32:
    """Return the probability of a 1: the interpolated table of the format, as a float."""
    position = min(abs(logit), F(7.999)) * F(4)
    low = int(position)
    p1 = PROBABILITIES[low] + (PROBABILITIES[low + 1] - PROBABILITIES[low]) * (position - F(low))
    return p1 if logit >= 0 else F(1) - p1


@jit
def dot(a: np.ndarray, b: np.ndarray) -> np.float32:
    """Return the dot product, as four partial sums that a processor can compute in parallel."""
    sum0, sum1, sum2, sum3 = F(0), F(0), F(0), F(0)
    for k in range(0, DIM, 4):
        sum0 += a[k] * b[k]
        sum1 += a[k + 1] * b[k + 1]
        sum2 += a[k + 2] * b[k + 2]
        sum3 += a[k + 3] * b[k + 3]
    return (sum0 + sum1) + (sum2 + sum3)


@jit
def adagrad_step(
    weights: np.ndarray,
    squares: np.ndarray,
    gradient: np.ndarray,
    scale: np.float32,
    rate: np.float32,
    decay: np.float32,
) -> None:
    """Update a vector in place with ``scale * gradient`` and weight decay."""
    for k in range(DIM):
        slope = gradient[k] * scale + decay * weights[k]
        squares[k] += slope * slope
        weights[k] -= rate * slope / math.sqrt(squares[k])


@jit
def train_decision(
    decisions: DecisionWeights,
    index: int,
    bit: int,
    features: np.ndarray,
    feature_gradient: np.ndarray,
    weight: np.float32,
    rates: LearningRates,
) -> None:
    """Update one decision, and add the gradient of its features to ``feature_gradient``."""
    vector = decisions.vectors[index]
    p1 = logistic(decisions.biases[index] + dot(vector, features))
    error = (p1 - F(bit)) * weight
    decisions.bias_squares[index] += error * error
    decisions.biases[index] -= rates.bias * error / math.sqrt(decisions.bias_squares[index])
    for k in range(DIM):  # uses the vector before its update
        feature_gradient[k] += error * vector[k]
    squares = decisions.vector_squares[index]
    adagrad_step(vector, squares, features, error, rates.vector, rates.decay)


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
