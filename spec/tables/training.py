"""Train the model on sequences and on sets in turn, because both share the history vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from adagrad import DecisionWeights, F, Schedule, Sequences
from reproducible import jit, make_rng, permute, uniform
from train_sequences import train_sequences
from train_sets import train_sets
from word_model import (
    COUNTS,
    DECISIONS,
    DIM,
    MAX_BIAS,
    MAX_WEIGHT,
    SCALE,
    SET_DECISIONS,
    Model,
    decision_at,
)


class Stage(NamedTuple):
    """A part of the training, with its own weights of the sequences and its own schedule.

    Attributes:
        epochs: how many times each sequence is used.
        vector_rate: the learning rate of vectors at its beginning.
        vector_squares: the initial sum of squared gradients of a weight. A higher one makes the
            first steps smaller, so that a later stage does not undo an earlier one.
        bias_squares: the same for a bias.
    """

    epochs: int
    vector_rate: float
    vector_squares: float
    bias_squares: float


STAGES: Final = (Stage(3, 0.07, 1.0, 8.0), Stage(2, 0.05, 20.0, 60.0))
BIAS_RATE: Final = 0.1
WEIGHT_DECAY: Final = 0.005
FINAL_RATE_SHARE: Final = 0.05  #: share of the learning rates that remains at the end of a stage
MIN_NODE_WEIGHT: Final = 50  #: minimum weight of the words below a decision for training it
EMBEDDING_INIT: Final = 0.06  #: initial weights of word vectors are in -EMBEDDING_INIT to this
DECISION_INIT: Final = 0.02
HIGH_SIDE_BIAS: Final = -2.0  #: initial logit for words on the high side too


def train(by_stage: Sequence[Sequences], biases: np.ndarray, is_function_word: np.ndarray) -> Model:
    """Return the trained weights.

    Args:
        by_stage: the training sequences of each stage; the first one has all words.
        biases: the initial logits of the decisions, from the frequencies of the words.
        is_function_word: a flag for each frequent word, for rare words and for NO_WORD.
    """
    rng = make_rng(1)
    first = by_stage[0]
    is_trained = node_weights(first.numbers, first.starts, first.weights) >= MIN_NODE_WEIGHT
    model = _init_model(biases, is_trained, rng)
    for number, (stage, sequences) in enumerate(zip(STAGES, by_stage, strict=True)):
        print(f"stage {number + 1}: {len(sequences.numbers)} words", flush=True)
        _train_stage(stage, sequences, model, is_trained, is_function_word, rng)
    return model


def _train_stage(
    stage: Stage,
    sequences: Sequences,
    model: Model,
    is_trained: np.ndarray,
    is_function_word: np.ndarray,
    rng: np.ndarray,
) -> None:
    squares = Model(
        *(
            np.full_like(part, stage.vector_squares if part.ndim == 2 else stage.bias_squares)
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
    for epoch in range(stage.epochs):
        shares = (
            1 - (1 - FINAL_RATE_SHARE) * number / stage.epochs for number in (epoch, epoch + 1)
        )
        rates = Schedule(F(stage.vector_rate), F(BIAS_RATE), F(WEIGHT_DECAY), *map(F, shares))
        permute(order, rng)
        train_sequences(sequences, order, model, squares, single, is_function_word, rates, rng)
        permute(lists, rng)
        train_sets(sequences, lists, model, squares, double, rates, rng)
        print(f"epoch {epoch + 1} of {stage.epochs}", flush=True)


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
    in_sets = is_trained[:SET_DECISIONS]
    model.set_decisions[~np.concatenate([in_sets, in_sets])] = 0
    model.biases[:] = biases
    # A set's first flag is for the low side, that is, for a bit 0
    model.set_biases[:SET_DECISIONS] = -biases[:SET_DECISIONS]
    model.set_biases[SET_DECISIONS:] = HIGH_SIDE_BIAS
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
