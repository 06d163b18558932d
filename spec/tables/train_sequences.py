"""Train on words in order: the last two words and the sum of all earlier ones predict the next."""

from __future__ import annotations

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
    DIM,
    FREQUENT_WORDS,
    NO_WORD,
    Model,
    decision_at,
    inverse_root,
    text_state,
)


@jit
def train_sequences(
    sequences: Sequences,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    is_function_word: np.ndarray,
    rates: LearningRates,
    rng: np.ndarray,
) -> None:
    """Train on every sequence once, in the given order; ``squares`` are AdaGrad's sums."""
    words = np.zeros(MAX_WORDS, np.int64)
    for index in order:
        count = sample_words(sequences, index, rng, words)
        weight = sequences.weights[index]
        _train_one(words[:count], weight, model, squares, decisions, is_function_word, rates)


@jit
def _train_one(
    words: np.ndarray,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: DecisionWeights,
    is_function_word: np.ndarray,
    rates: LearningRates,
) -> None:
    features, gradient, total = np.zeros(DIM, F), np.zeros(DIM, F), np.zeros(DIM, F)
    rate, decay, function_words = rates.vector, rates.decay, 0
    for index in range(len(words)):
        prev = min(words[index - 1], FREQUENT_WORDS) if index > 0 else NO_WORD
        prev2 = min(words[index - 2], FREQUENT_WORDS) if index > 1 else NO_WORD
        state = text_state(index, function_words, index > 0 and is_function_word[prev])
        scale = F(inverse_root(index) / 256)
        for k in range(DIM):
            features[k] = model.prev[prev, k] + model.prev2[prev2, k]
            features[k] += model.states[state, k] + total[k] * scale
            gradient[k] = 0
        _train_word(words[index], decisions, features, gradient, weight, rates)
        adagrad_step(model.states[state], squares.states[state], gradient, F(1), rate, F(0))
        adagrad_step(model.prev[prev], squares.prev[prev], gradient, F(1), rate, decay)
        adagrad_step(model.prev2[prev2], squares.prev2[prev2], gradient, F(1), rate, decay)
        so_far = words[: index + 1]
        _train_history(so_far, model.history, squares.history, gradient, scale, rates, total)
        function_words += is_function_word[min(words[index], FREQUENT_WORDS)]


@jit
def _train_word(
    number: int,
    decisions: DecisionWeights,
    features: np.ndarray,
    gradient: np.ndarray,
    weight: np.float32,
    rates: LearningRates,
) -> None:
    """Train all decisions that code one word, and add up the gradients of the features."""
    depth = 0
    decision, bit = decision_at(number, depth)
    while decision >= 0:
        if decisions.is_trained[decision]:
            train_decision(decisions, decision, bit, features, gradient, weight, rates)
        depth += 1
        decision, bit = decision_at(number, depth)


@jit
def _train_history(
    words: np.ndarray,
    history: np.ndarray,
    squares: np.ndarray,
    gradient: np.ndarray,
    scale: np.float32,
    rates: LearningRates,
    total: np.ndarray,
) -> None:
    """Update the history vectors of all words but the last; add up all vectors in ``total``."""
    total[:] = 0
    for index in range(len(words)):
        word = min(words[index], FREQUENT_WORDS)
        if index < len(words) - 1:
            adagrad_step(history[word], squares[word], gradient, scale, rates.vector, rates.decay)
        for k in range(DIM):
            total[k] += history[word, k]
