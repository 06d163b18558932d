"""What words cost with the finished table: whole numbers only, as whoever reads a file has it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from letter_model import CODE_BITS, END, START, contexts
from reproducible import compiled
from train_sets import parted
from word_model import (
    COMMON,
    NONE,
    ROWS,
    SPELLED,
    SQUASH,
    D,
    Model,
    bucket,
    damping,
    even_bits,
    state,
    turn,
)

ONE_SIDE: Final = 1.011  #: bits for a half of numbers that no row foretells, in a set
BOTH_SIDES: Final = 7.0


@compiled
def price(logit: int, bit: int) -> float:
    """Return what an outcome costs in bits; ``logit`` is in parts of 64."""
    z = min(511, max(-511, logit))
    place, fine = abs(z) >> 4, abs(z) & 15
    chance = SQUASH[place] + (((SQUASH[place + 1] - SQUASH[place]) * fine) >> 4)
    if (z >= 0) != (bit == 1):
        chance = 65536 - chance
    return -math.log2(chance / 65536)


@compiled
def told(rows: np.ndarray, biases: np.ndarray, row: int, bit: int, context: np.ndarray) -> float:
    """Return what one decision costs in a context."""
    logit = 8 * biases[row]
    for k in range(D):
        logit += rows[row, k] * context[k]
    return price(logit, bit)


@compiled
def in_order(words: np.ndarray, model: Model, is_helper: np.ndarray) -> float:
    """Return what words cost in their order, in bits, without the letters of spelled ones."""
    cost, helpers = 0.0, 0
    total = np.zeros(D, np.int64)
    for at in range(len(words)):
        last = min(words[at - 1], COMMON) if at > 0 else NONE
        other = min(words[at - 2], COMMON) if at > 1 else NONE
        kind = state(at, helpers, at > 0 and is_helper[last])
        context = model.previous[last] + model.before[other] + model.states[kind]
        context = context + ((total * damping(at)) >> 8)
        depth = 0
        row, bit = turn(words[at], depth)
        while row >= 0:
            cost += told(model.rows, model.biases, row, bit, context)
            depth += 1
            row, bit = turn(words[at], depth)
        cost += even_bits(words[at])
        word = min(words[at], COMMON)
        total += model.earlier[word]
        helpers += is_helper[word]
    return cost


@compiled
def as_set(words: np.ndarray, model: Model) -> float:
    """Return what words cost as a set, in bits, without the letters of spelled ones."""
    sent = np.sort(words)
    size, cost = bucket(len(words)), 0.0
    totals = np.zeros((len(words) + 1, D), np.int64)
    for at in range(len(words)):
        totals[at + 1] = totals[at] + model.earlier[min(sent[at], COMMON)]
    stack = [(0, len(words), 0)]
    while len(stack):
        start, end, depth = stack.pop()
        row, _ = turn(sent[start], depth)
        if row < 0:
            cost += _unforetold(sent[start], end - start)
            continue
        middle = parted(sent, start, end, depth)
        context = ((totals[start] * damping(start)) >> 8) + model.buckets[size]
        lower, upper = int(middle > start), int(middle < end)
        cost += told(model.set_rows, model.set_biases, row, lower, context)
        if lower:
            cost += told(model.set_rows, model.set_biases, row + ROWS, upper, context)
        if upper:
            stack.append((middle, end, depth + 1))
        if lower:
            stack.append((start, middle, depth + 1))
    return cost


@compiled
def _unforetold(number: int, count: int) -> float:
    """Return about what the rest of ``count`` numbers costs that begin like ``number``."""
    if number == SPELLED:
        return 0.0
    return count * even_bits(number) * ONE_SIDE + (count - 1) * (BOTH_SIDES - ONE_SIDE)


def spelled(word: str, letters: np.ndarray) -> float:
    """Return what the letters of a word cost, in bits."""
    cost = 0.0
    for (second, before), after in contexts(word):
        logits = letters[second, before]
        if before != START:
            cost += price(8 * int(logits[0]), int(after == END))
        for shift in range(CODE_BITS) if after != END else ():
            node = (1 << shift) | (after >> (CODE_BITS - shift))
            cost += price(8 * int(logits[node]), after >> (CODE_BITS - 1 - shift) & 1)
    return cost


class Measure:
    """Adds up what words cost."""

    def __init__(
        self, model: Model, numbers: dict[str, int], is_helper: np.ndarray, letters: np.ndarray
    ) -> None:
        self._model, self._numbers = model, numbers
        self._is_helper, self._letters = is_helper, letters

    def is_listed(self, word: str) -> bool:
        """Tell whether ``word`` has a number."""
        return word in self._numbers

    def ordered(self, words: list[str]) -> float:
        """Return what a sequence costs, in bits."""
        return in_order(self._of(words), self._model, self._is_helper) + self.letters(words)

    def unordered(self, words: list[str]) -> float:
        """Return what a set costs, in bits."""
        return as_set(self._of(words), self._model) + self.letters(words)

    def letters(self, words: list[str]) -> float:
        """Return what the letters of those words cost that are not listed."""
        return sum(spelled(word, self._letters) for word in words if word not in self._numbers)

    def _of(self, words: list[str]) -> np.ndarray:
        return np.array([self._numbers.get(word, SPELLED) for word in words], np.int64)
