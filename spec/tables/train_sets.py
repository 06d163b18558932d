"""Train on lists of words as sets: which halves of the numbers have any of the words.

The numbers are halved, the lower half is told in full, then the upper one. So the words come in the
order of their numbers, and those told before foretell the rest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from adagrad import LONGEST, Decisions, F, Rates, Texts, code_bit, learn, pick
from reproducible import compiled
from word_model import COMMON, ROWS, D, Model, bucket, damping, turn

LONGEST_SET: Final = 500


@compiled
def train_unordered(
    texts: Texts,
    order: np.ndarray,
    model: Model,
    squares: Model,
    decisions: Decisions,
    rates: Rates,
    dice: np.ndarray,
) -> None:
    """Learn from every list once."""
    words = np.zeros(LONGEST, np.int64)
    for one in order:
        count = pick(texts, one, dice, words)
        if 0 < count <= LONGEST_SET:
            sent = np.sort(words[:count])
            _learn_one(sent, texts.weights[one], model, squares, decisions, rates)


@compiled
def _learn_one(
    sent: np.ndarray,
    weight: np.float32,
    model: Model,
    squares: Model,
    decisions: Decisions,
    rates: Rates,
) -> None:
    size = bucket(len(sent))
    totals = _totals(sent, model.earlier)
    backs, size_back = np.zeros_like(totals), np.zeros(D, F)
    stack = np.zeros((len(sent) + 1, 3), np.int64)
    stack[0, 1] = len(sent)
    high = 1
    while high:
        high -= 1
        start, end, depth = stack[high]
        row, _ = turn(sent[start], depth)
        if row < 0:
            continue
        middle = parted(sent, start, end, depth)
        if decisions.trained[row]:
            some = middle > start, middle < end
            damped = F(damping(start) / 256)
            context = totals[start] * damped + model.buckets[size]
            back = _halves(decisions, row, some, context, weight, rates)
            for k in range(D):
                backs[start, k] += back[k] * damped
                size_back[k] += back[k]
        if middle < end:
            stack[high] = middle, end, depth + 1
            high += 1
        if middle > start:
            stack[high] = start, middle, depth + 1
            high += 1
    learn(model.buckets[size], squares.buckets[size], size_back, F(1), rates.weight, F(0))
    _look_back(sent, model.earlier, squares.earlier, backs, rates)


@compiled
def parted(sent: np.ndarray, start: int, end: int, depth: int) -> int:
    """Return where the upper half begins, of words that were alike up to ``depth``."""
    middle = start
    while middle < end and turn(sent[middle], depth)[1] == 0:
        middle += 1
    return middle


@compiled
def _totals(sent: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Return the sum of what the words before each mean, and of all."""
    totals = np.zeros((len(sent) + 1, D), F)
    for at in range(len(sent)):
        word = min(sent[at], COMMON)
        for k in range(D):
            totals[at + 1, k] = totals[at, k] + earlier[word, k]
    return totals


@compiled
def _halves(
    decisions: Decisions,
    row: int,
    some: tuple[bool, bool],
    context: np.ndarray,
    weight: np.float32,
    rates: Rates,
) -> np.ndarray:
    """Learn whether the halves have words; if the lower has none, the upper must have some."""
    back = np.zeros(D, F)
    code_bit(decisions, row, int(some[0]), context, back, weight, rates)
    if some[0]:
        code_bit(decisions, row + ROWS, int(some[1]), context, back, weight, rates)
    return back


@compiled
def _look_back(
    sent: np.ndarray, earlier: np.ndarray, squares: np.ndarray, backs: np.ndarray, rates: Rates
) -> None:
    """Learn what each word means for all that were told after it."""
    back = np.zeros(D, F)
    for at in range(len(sent) - 1, -1, -1):
        word = min(sent[at], COMMON)
        for k in range(D):
            back[k] += backs[at + 1, k]
        learn(earlier[word], squares[word], back, F(1), rates.weight, rates.shrink)
