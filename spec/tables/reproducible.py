"""Numerics with the same result on every machine: logarithms, powers and random numbers.

The last bit of a logarithm differs between processors and math libraries, and one bit is enough to
change a table. IEEE sums, products, quotients and square roots are the same everywhere, so only
these are used here, in a fixed order.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit

LN2: Final = 0.6931471805599453
SERIES_TERMS: Final = 12  #: the last one is below the precision of a double
EXP_TERMS: Final = 13  #: likewise, for numbers up to half of LN2

#: Without fastmath, so no sum is reordered. Division by zero would not raise; there is none.
jit = njit(error_model="numpy")
#: For functions of an inner loop: a call would count references to every array.
inline = njit(error_model="numpy", inline="always")


@jit
def ln(x: float) -> float:
    """Return the natural logarithm of ``x``, which must be positive, by the series of artanh."""
    twos = 0
    while x > math.sqrt(2):
        x, twos = x / 2, twos + 1
    while x < math.sqrt(0.5):
        x, twos = x * 2, twos - 1
    ratio = (x - 1) / (x + 1)
    power, total = ratio, 0.0
    for term in range(SERIES_TERMS):
        total += power / (2 * term + 1)
        power *= ratio * ratio
    return 2 * total + twos * LN2


@jit
def exp(x: float) -> float:
    """Return e to the power ``x``, which must not be positive; 0 below -80."""
    if x < -80:
        return 0.0
    halvings = int(-x / LN2 + 0.5)
    rest = x + halvings * LN2
    total, term = 1.0, 1.0
    for index in range(1, EXP_TERMS):
        term *= rest / index
        total += term
    return math.ldexp(total, -halvings)


@jit
def power_3_4(x: float) -> float:
    """Return ``x`` to the power 3/4."""
    root = math.sqrt(x)
    return root * math.sqrt(root)


@jit
def power_45_64(x: float) -> float:
    """Return ``x`` to the power 45/64, about 0.7: 1/2 + 1/8 + 1/16 + 1/64."""
    root = math.sqrt(x)
    eighth = math.sqrt(math.sqrt(root))
    sixteenth = math.sqrt(eighth)
    return root * eighth * sixteenth * math.sqrt(math.sqrt(sixteenth))


def make_rng(seed: int) -> np.ndarray:
    """Return the state of a random number generator: one number, which every draw updates."""
    return np.array([seed], np.uint64)


@jit
def uniform(rng: np.ndarray) -> float:
    """Return a random number in [0, 1) and update ``rng`` (splitmix64)."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    x = rng[0]
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.float64(x >> np.uint64(11)) / 9007199254740992.0


@jit
def permute(items: np.ndarray, rng: np.ndarray) -> None:
    """Shuffle ``items`` in place (Fisher-Yates)."""
    for index in range(len(items) - 1, 0, -1):
        other = int(uniform(rng) * (index + 1))
        items[index], items[other] = items[other], items[index]
