"""Numbers that come out the same on every machine: logarithms and draws without a library of C.

A processor's or a library's own logarithm differs in its last bit from another's, and one bit is
enough for another table. Sums, products, quotients and square roots are the same everywhere.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit

LN2: Final = 0.6931471805599453
TERMS: Final = 12  #: of the series; the last one is below the precision of a double

#: No sum is put in another order; a division by 0 would be no error, and there is none.
compiled = njit(error_model="numpy")


@compiled
def ln(x: float) -> float:
    """Return the natural logarithm of ``x``, above 0."""
    twos = 0
    while x > math.sqrt(2):
        x, twos = x / 2, twos + 1
    while x < math.sqrt(0.5):
        x, twos = x * 2, twos - 1
    ratio = (x - 1) / (x + 1)
    power, total = ratio, 0.0
    for term in range(TERMS):
        total += power / (2 * term + 1)
        power *= ratio * ratio
    return 2 * total + twos * LN2


@compiled
def three_quarters(x: float) -> float:
    """Return ``x`` to the power 3/4."""
    root = math.sqrt(x)
    return root * math.sqrt(root)


@compiled
def seven_tenths(x: float) -> float:
    """Return ``x`` to the power 45/64."""
    root = math.sqrt(x)
    eighth = math.sqrt(math.sqrt(root))
    sixteenth = math.sqrt(eighth)
    return root * eighth * sixteenth * math.sqrt(math.sqrt(sixteenth))


def seeded(seed: int) -> np.ndarray:
    """Return the state of a generator: one number, which every draw changes."""
    return np.array([seed], np.uint64)


@compiled
def draw(state: np.ndarray) -> float:
    """Return a number from 0 up to 1, and move ``state`` on (splitmix64)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    x = state[0]
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.float64(x >> np.uint64(11)) / 9007199254740992.0


@compiled
def shuffle(items: np.ndarray, state: np.ndarray) -> None:
    """Put ``items`` in another order, every one as likely."""
    for at in range(len(items) - 1, 0, -1):
        other = int(draw(state) * (at + 1))
        items[at], items[other] = items[other], items[at]
