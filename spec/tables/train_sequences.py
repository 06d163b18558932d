"""Train on words in order: the last two words and the sum of all earlier ones predict the next."""

from __future__ import annotations

from typing import NamedTuple

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
    NO_WORD,
    Model,
    decision_at,
    inverse_root,
    text_state,
    vector_index,
)


class Buffers(NamedTuple):
    """Memory for one sequence, allocated once."""

    words: np.ndarray
    features: np.ndarray
    gradient: np.ndarray
    total: np.ndarray  #: sum of the history vectors so far
    products: np.ndarray
    history_gradients: np.ndarray  #: by position: the gradient of the sum of the earlier words


def _make_buffers() -> Buffers:
    features, gradient, total, products = (np.zeros(DIM, F) for _ in range(4))
    words, history_gradients = np.zeros(MAX_WORDS, np.int64), np.zeros((MAX_WORDS, DIM), F)
    return Buffers(words, features, gradient, total, products, history_gradients)


def train_sequences(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    is_function_word: np.ndarray,
    schedule: Schedule,
    rng: np.ndarray,
) -> None:
    """Train on every sequence once, in the given order; ``squares`` are AdaGrad's sums."""
    buffers = _make_buffers()
    _train_all(
        sequences, order, model, squares, decisions, is_function_word, schedule, rng, buffers
    )


@jit
def _train_all(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    is_function_word: np.ndarray,
    schedule: Schedule,
    rng: np.ndarray,
    buffers: Buffers,
) -> None:
    for position, index in enumerate(order):
        rates = rates_at(schedule, position, len(order))
        count = sample_words(sequences, index, rng, buffers.words)
        weight = sequences.weights[index]
        _train_one(count, weight, model, squares, decisions, is_function_word, rates, buffers)


@inline
def _train_one(
    count: int,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    is_function_word: np.ndarray,
    rates: LearningRates,
    buffers: Buffers,
) -> None:
    """Train on one sequence; the history vectors are updated at its end, once each."""
    words, features, gradient = buffers.words, buffers.features, buffers.gradient
    total, products, history_gradients = buffers.total, buffers.products, buffers.history_gradients
    rate, decay, function_words = rates.vector, rates.decay, 0
    total[:] = 0
    for index in range(count):
        prev = vector_index(words[index - 1]) if index > 0 else NO_WORD
        prev2 = vector_index(words[index - 2]) if index > 1 else NO_WORD
        state = text_state(index, function_words, index > 0 and is_function_word[prev])
        scale = F(inverse_root(index) / 256)
        for k in range(DIM):
            features[k] = model.prev[prev, k] + model.prev2[prev2, k]
            features[k] += model.states[state, k] + total[k] * scale
            gradient[k] = 0
        _train_word(words[index], decisions, features, gradient, products, weight, rates)
        adagrad_step(model.states, squares.states, state, gradient, F(1), rate, F(0))
        adagrad_step(model.prev, squares.prev, prev, gradient, F(1), rate, decay)
        adagrad_step(model.prev2, squares.prev2, prev2, gradient, F(1), rate, decay)
        word = vector_index(words[index])
        for k in range(DIM):
            history_gradients[index, k] = gradient[k] * scale
            total[k] += model.history[word, k]
        function_words += is_function_word[word]
    gradient[:] = 0
    for index in range(count - 2, -1, -1):
        for k in range(DIM):
            gradient[k] += history_gradients[index + 1, k]
        word = vector_index(words[index])
        adagrad_step(model.history, squares.history, word, gradient, F(1), rate, decay)


@inline
def _train_word(
    number: int,
    decisions: DecisionWeights,
    features: np.ndarray,
    gradient: np.ndarray,
    products: np.ndarray,
    weight: np.float32,
    rates: LearningRates,
) -> None:
    """Train all decisions that code one word, and add up the gradients of the features."""
    depth = 0
    decision, bit = decision_at(number, depth)
    while decision >= 0:
        if decisions.is_trained[decision]:
            train_decision(decisions, decision, bit, features, gradient, products, weight, rates)
        depth += 1
        decision, bit = decision_at(number, depth)
