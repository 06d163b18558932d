"""Train the model on sequences and on sets in turn, because both share the history vectors."""

from __future__ import annotations

from typing import Final

import numpy as np
from adagrad import DecisionWeights, F, LearningRates, Sequences
from reproducible import jit, make_rng, permute, uniform
from train_sequences import train_sequences
from train_sets import train_sets
from word_model import COUNTS, DECISIONS, DIM, MAX_BIAS, MAX_WEIGHT, SCALE, Model, decision_at

EPOCHS: Final = 5
VECTOR_RATE: Final = 0.07  #: learning rate in the first epoch
BIAS_RATE: Final = 0.1
WEIGHT_DECAY: Final = 0.005
FINAL_RATE_SHARE: Final = (
    0.05  #: share of the learning rates that would remain after the last epoch
)
MIN_NODE_WEIGHT: Final = 50  #: minimum weight of the words below a decision for training it
EMBEDDING_INIT: Final = 0.06  #: initial weights of word vectors are in -EMBEDDING_INIT to this
DECISION_INIT: Final = 0.02
ADAGRAD_INIT: Final = 1.0  #: initial sum of squared gradients of a weight
BIAS_ADAGRAD_INIT: Final = 8.0
HIGH_SIDE_BIAS: Final = -2.0  #: initial logit for words on the high side too


def train(sequences: Sequences, biases: np.ndarray, is_function_word: np.ndarray) -> Model:
    """Return the trained weights.

    Args:
        sequences: the training sequences.
        biases: the initial logits of the decisions, from the frequencies of the words.
        is_function_word: a flag for each frequent word, for rare words and for NO_WORD.
    """
    rng = make_rng(1)
    weights = node_weights(sequences.numbers, sequences.starts, sequences.weights)
    is_trained = weights >= MIN_NODE_WEIGHT
    model = _init_model(biases, is_trained, rng)
    squares = Model(
        *(
            np.full_like(part, ADAGRAD_INIT if part.ndim == 2 else BIAS_ADAGRAD_INIT)
            for part in model
        )
    )
    single = DecisionWeights(
        model.decisions, model.biases, squares.decisions, squares.biases, is_trained
    )
    double = DecisionWeights(
        model.set_decisions, model.set_biases, squares.set_decisions, squares.set_biases, is_trained
    )
    order = np.arange(len(sequences.weights))
    lists = order[sequences.is_list]
    for epoch in range(EPOCHS):
        share = 1 - (1 - FINAL_RATE_SHARE) * epoch / EPOCHS
        rates = LearningRates(F(VECTOR_RATE * share), F(BIAS_RATE * share), F(WEIGHT_DECAY))
        permute(order, rng)
        train_sequences(sequences, order, model, squares, single, is_function_word, rates, rng)
        permute(lists, rng)
        train_sets(sequences, lists, model, squares, double, rates, rng)
        print(f"epoch {epoch + 1} of {EPOCHS}", flush=True)
    return model


def quantize(model: Model) -> Model:
    """Return the weights as integers in units of ``1 / SCALE``, as they are in the file."""
    limits = (MAX_WEIGHT if part.ndim == 2 else MAX_BIAS for part in model)
    return Model(*(_quantize(part, limit) for part, limit in zip(model, limits, strict=True)))


def _quantize(part: np.ndarray, limit: int) -> np.ndarray:
    return np.clip(np.rint(part * F(SCALE)), -limit, limit).astype(np.int64)


def _init_model(biases: np.ndarray, is_trained: np.ndarray, rng: np.ndarray) -> Model:
    """Return the initial model; decisions that are not trained have biases only."""
    parts = {
        name: np.zeros(count if "biases" in name else (count, DIM), F)
        for name, count in COUNTS.items()
    }
    model = Model(**parts)
    for part in (model.prev, model.prev2, model.history, model.buckets):
        uniform_init(part, EMBEDDING_INIT, rng)
    for part in (model.decisions, model.set_decisions):
        uniform_init(part, DECISION_INIT, rng)
    model.decisions[~is_trained] = 0
    model.set_decisions[~np.concatenate([is_trained, is_trained])] = 0
    model.biases[:] = biases
    # A set's first flag is for the low side, that is, for a bit 0
    model.set_biases[:DECISIONS] = -biases
    model.set_biases[DECISIONS:] = HIGH_SIDE_BIAS
    return model


@jit
def uniform_init(part: np.ndarray, limit: float, rng: np.ndarray) -> None:
    """Fill ``part`` with random numbers from ``-limit`` to ``limit``."""
    for row in range(len(part)):
        for k in range(DIM):
            part[row, k] = (2 * uniform(rng) - 1) * limit


@jit
def node_weights(numbers: np.ndarray, starts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return for each decision the total weight of the words that it helps to code."""
    total = np.zeros(DECISIONS)
    for index in range(len(weights)):
        for position in range(starts[index], starts[index + 1]):
            depth = 0
            decision, _ = decision_at(numbers[position], depth)
            while decision >= 0:
                total[decision] += weights[index]
                depth += 1
                decision, _ = decision_at(numbers[position], depth)
    return total
