"""Train the model: sequences and sets take turns, for they share what earlier words mean."""

from __future__ import annotations

from typing import Final

import numpy as np
from adagrad import Decisions, F, Rates, Texts
from reproducible import compiled, draw, seeded, shuffle
from train_sequences import train_ordered
from train_sets import train_unordered
from word_model import MAX_BIAS, MOST, ROWS, SIZES, UNIT, D, Model, turn

EPOCHS: Final = 5
RATE: Final = 0.07  #: of weights, before the first epoch
BIAS_RATE: Final = 0.1
SHRINK: Final = 0.005
LAST: Final = 0.05  #: share of the rates that is left after the last epoch
MIN_TRAFFIC: Final = 50  #: weight of words below which a row keeps what counts say
#: How far from 0 weights begin, so that no two start alike.
MEANINGS: Final = 0.06
ROWS_SPREAD: Final = 0.02
MOVED: Final = 1.0  #: how much weights count as moved before the first time
BIAS_MOVED: Final = 8.0
BOTH_HALVES: Final = -2.0  #: logit of the upper half's having words too


def train(texts: Texts, biases: np.ndarray, is_helper: np.ndarray) -> Model:
    """Return the weights; ``biases`` are the logits of the rows as counts say."""
    dice = seeded(1)
    trained = traffic(texts.numbers, texts.starts, texts.weights) >= MIN_TRAFFIC
    model = _fresh(biases, trained, dice)
    squares = Model(*(np.full_like(one, MOVED if one.ndim == 2 else BIAS_MOVED) for one in model))
    single = Decisions(model.rows, model.biases, squares.rows, squares.biases, trained)
    double = Decisions(
        model.set_rows, model.set_biases, squares.set_rows, squares.set_biases, trained
    )
    every = np.arange(len(texts.weights))
    lists = every[texts.lists]
    for epoch in range(EPOCHS):
        left = 1 - (1 - LAST) * epoch / EPOCHS
        rates = Rates(F(RATE * left), F(BIAS_RATE * left), F(SHRINK))
        shuffle(every, dice)
        train_ordered(texts, every, model, squares, single, is_helper, rates, dice)
        shuffle(lists, dice)
        train_unordered(texts, lists, model, squares, double, rates, dice)
        print(f"epoch {epoch + 1} of {EPOCHS}", flush=True)
    return model


def rounded(model: Model) -> Model:
    """Return the weights as whole parts of ``UNIT``, as the table has them."""
    most = (MOST if part.ndim == 2 else MAX_BIAS for part in model)
    return Model(*(_whole(part, limit) for part, limit in zip(model, most, strict=True)))


def _whole(part: np.ndarray, most: int) -> np.ndarray:
    return np.clip(np.rint(part * F(UNIT)), -most, most).astype(np.int64)


def _fresh(biases: np.ndarray, trained: np.ndarray, dice: np.ndarray) -> Model:
    """Return a model that knows what counts say; the weights of untrained rows are 0."""
    parts = {
        name: np.zeros(rows if "biases" in name else (rows, D), F) for name, rows in SIZES.items()
    }
    model = Model(**parts)
    for part in (model.previous, model.before, model.earlier, model.buckets):
        fill(part, MEANINGS, dice)
    for part in (model.rows, model.set_rows):
        fill(part, ROWS_SPREAD, dice)
    model.rows[~trained] = 0
    model.set_rows[~np.concatenate([trained, trained])] = 0
    model.biases[:] = biases
    model.set_biases[:ROWS] = -biases
    model.set_biases[ROWS:] = BOTH_HALVES
    return model


@compiled
def fill(part: np.ndarray, spread: float, dice: np.ndarray) -> None:
    """Fill ``part`` with draws from both sides of 0."""
    for row in range(len(part)):
        for k in range(D):
            part[row, k] = (2 * draw(dice) - 1) * spread


@compiled
def traffic(numbers: np.ndarray, starts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weight of the words that each row helps to tell."""
    total = np.zeros(ROWS)
    for one in range(len(weights)):
        for at in range(starts[one], starts[one + 1]):
            depth = 0
            row, _ = turn(numbers[at], depth)
            while row >= 0:
                total[row] += weights[one]
                depth += 1
                row, _ = turn(numbers[at], depth)
    return total
