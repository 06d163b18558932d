"""Train on words in their order: each is foretold from the two before and the sum of all."""

from __future__ import annotations

import numpy as np
from adagrad import LONGEST, Decisions, F, Rates, Texts, code_bit, learn, pick
from reproducible import compiled
from word_model import COMMON, NONE, D, Model, damping, state, turn


@compiled
def train_ordered(
    texts: Texts,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: Decisions,
    is_helper: np.ndarray,
    rates: Rates,
    dice: np.ndarray,
) -> None:
    """Learn from every sequence once."""
    words = np.zeros(LONGEST, np.int64)
    for one in order:
        count = pick(texts, one, dice, words)
        _learn_one(words[:count], texts.weights[one], model, squares, decisions, is_helper, rates)


@compiled
def _learn_one(
    words: np.ndarray,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: Decisions,
    is_helper: np.ndarray,
    rates: Rates,
) -> None:
    context, back, total = np.zeros(D, F), np.zeros(D, F), np.zeros(D, F)
    rate, shrink, helpers = rates.weight, rates.shrink, 0
    for at in range(len(words)):
        last = min(words[at - 1], COMMON) if at > 0 else NONE
        other = min(words[at - 2], COMMON) if at > 1 else NONE
        kind = state(at, helpers, at > 0 and is_helper[last])
        damped = F(damping(at) / 256)
        for k in range(D):
            context[k] = model.previous[last, k] + model.before[other, k]
            context[k] += model.states[kind, k] + total[k] * damped
            back[k] = 0
        _foretell(words[at], decisions, context, back, weight, rates)
        learn(model.states[kind], squares.states[kind], back, F(1), rate, F(0))
        learn(model.previous[last], squares.previous[last], back, F(1), rate, shrink)
        learn(model.before[other], squares.before[other], back, F(1), rate, shrink)
        _look_back(words[: at + 1], model.earlier, squares.earlier, back, damped, rates, total)
        helpers += is_helper[min(words[at], COMMON)]


@compiled
def _foretell(
    word: int,
    decisions: Decisions,
    context: np.ndarray,
    back: np.ndarray,
    weight: np.float32,
    rates: Rates,
) -> None:
    """Learn from all decisions that tell one word."""
    depth = 0
    row, bit = turn(word, depth)
    while row >= 0:
        if decisions.trained[row]:
            code_bit(decisions, row, bit, context, back, weight, rates)
        depth += 1
        row, bit = turn(word, depth)


@compiled
def _look_back(
    words: np.ndarray,
    earlier: np.ndarray,
    squares: np.ndarray,
    back: np.ndarray,
    damped: np.float32,
    rates: Rates,
    total: np.ndarray,
) -> None:
    """Learn what the words before the last one mean for it, and add up ``total`` with it."""
    total[:] = 0
    for at in range(len(words)):
        word = min(words[at], COMMON)
        if at < len(words) - 1:
            learn(earlier[word], squares[word], back, damped, rates.weight, rates.shrink)
        for k in range(D):
            total[k] += earlier[word, k]
