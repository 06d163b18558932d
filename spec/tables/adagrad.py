"""What ordered and unordered training share: one decision, and what is learnt from it.

Nothing but sums, products, quotients and square roots of 32 bits in a fixed order, so the same
inputs give the same bytes. Every weight has a rate of its own: the more it has moved, the less.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from reproducible import compiled, draw
from word_model import SQUASH, D

F: Final = np.float32
ODDS: Final = (SQUASH / 65536).astype(F)
THINNED: Final = 0.6  #: share of the lists of words of which some are left out
MIN_KEPT: Final = 0.2  #: share of such a list's words that stay
LONGEST: Final = 5000


class Texts(NamedTuple):
    """Sequences of word numbers, one after the other."""

    numbers: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    lists: np.ndarray  #: True where a sequence is a list of words and no sentence


class Decisions(NamedTuple):
    """The rows of one kind of training: their weights, and how much those have moved."""

    rows: np.ndarray
    biases: np.ndarray
    row_squares: np.ndarray
    bias_squares: np.ndarray
    trained: np.ndarray  #: False where a row keeps what counts say


class Rates(NamedTuple):
    """How far weights and biases move, and how much weights shrink."""

    weight: np.float32
    bias: np.float32
    shrink: np.float32


@compiled
def squash(z: np.float32) -> np.float32:
    """Return the chance that goes with a logit."""
    place = min(abs(z), F(7.999)) * F(4)
    low = int(place)
    chance = ODDS[low] + (ODDS[low + 1] - ODDS[low]) * (place - F(low))
    return chance if z >= 0 else F(1) - chance


@compiled
def dot(a: np.ndarray, b: np.ndarray) -> np.float32:
    """Return the sum of products, as four sums that do not wait for each other."""
    one, two, three, four = F(0), F(0), F(0), F(0)
    for k in range(0, D, 4):
        one += a[k] * b[k]
        two += a[k + 1] * b[k + 1]
        three += a[k + 2] * b[k + 2]
        four += a[k + 3] * b[k + 3]
    return (one + two) + (three + four)


@compiled
def learn(
    weights: np.ndarray,
    squares: np.ndarray,
    gradient: np.ndarray,
    scale: np.float32,
    rate: np.float32,
    shrink: np.float32,
) -> None:
    """Move ``weights`` against ``gradient``, the less the more they have moved."""
    for k in range(D):
        slope = gradient[k] * scale + shrink * weights[k]
        squares[k] += slope * slope
        weights[k] -= rate * slope / math.sqrt(squares[k])


@compiled
def code_bit(
    decisions: Decisions,
    row: int,
    bit: int,
    context: np.ndarray,
    back: np.ndarray,
    weight: np.float32,
    rates: Rates,
) -> None:
    """Learn from one decision, and add to ``back`` how the context should have been."""
    vector = decisions.rows[row]
    chance = squash(decisions.biases[row] + dot(vector, context))
    miss = (chance - F(bit)) * weight
    decisions.bias_squares[row] += miss * miss
    decisions.biases[row] -= rates.bias * miss / math.sqrt(decisions.bias_squares[row])
    for k in range(D):
        back[k] += miss * vector[k]
    learn(vector, decisions.row_squares[row], context, miss, rates.weight, rates.shrink)


@compiled
def pick(texts: Texts, one: int, dice: np.ndarray, into: np.ndarray) -> int:
    """Copy a sequence, or some of its words if it is a list, and return how many."""
    kept = 2.0
    if texts.lists[one] and draw(dice) < THINNED:
        kept = draw(dice) * (1 - MIN_KEPT) + MIN_KEPT
    count = 0
    for at in range(texts.starts[one], texts.starts[one + 1]):
        if kept > 1 or draw(dice) < kept:
            into[count] = texts.numbers[at]
            count += 1
    return count
