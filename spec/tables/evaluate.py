"""The cost of words with the finished tables, in integers as in a decoder, except for log2."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from letter_model import CODE_BITS, END, START, contexts
from reproducible import jit
from train_sets import split_index
from word_list import number_of
from word_model import (
    DIM,
    ESCAPE,
    LOGISTIC_TABLE,
    NO_WORD,
    SET_DECISIONS,
    Model,
    decision_at,
    inverse_root,
    set_decision_at,
    size_bucket,
    text_state,
    uniform_bits,
    vector_index,
)

ONE_SIDE_BITS: Final = 1.011  #: cost of a split of rare words in a set with words on one side
BOTH_SIDES_BITS: Final = 7.0


@jit
def bit_cost(logit: int, bit: int) -> float:
    """Return the cost of a bit; ``logit`` is in 64ths of a nat."""
    logit = min(511, max(-511, logit))
    index, fraction = abs(logit) >> 4, abs(logit) & 15
    low, high = LOGISTIC_TABLE[index], LOGISTIC_TABLE[index + 1]
    probability = low + (((high - low) * fraction) >> 4)
    if (logit >= 0) != (bit == 1):
        probability = 65536 - probability
    return -math.log2(probability / 65536)


@jit
def decision_cost(
    vectors: np.ndarray, biases: np.ndarray, decision: int, bit: int, features: np.ndarray
) -> float:
    """Return the cost of one decision's bit in bits."""
    logit = 8 * biases[decision]
    for k in range(DIM):
        logit += vectors[decision, k] * features[k]
    return bit_cost(logit, bit)


@jit
def sequence_cost(words: np.ndarray, model: Model, is_function_word: np.ndarray) -> float:
    """Return the cost of words in order, in bits, without the letters of escaped words."""
    cost, function_words = 0.0, 0
    total = np.zeros(DIM, np.int64)
    for index in range(len(words)):
        prev = vector_index(words[index - 1]) if index > 0 else NO_WORD
        prev2 = vector_index(words[index - 2]) if index > 1 else NO_WORD
        state = text_state(index, function_words, index > 0 and is_function_word[prev])
        features = model.prev[prev] + model.prev2[prev2] + model.states[state]
        features = features + ((total * inverse_root(index)) >> 8)
        depth = 0
        decision, bit = decision_at(words[index], depth)
        while decision >= 0:
            cost += decision_cost(model.decisions, model.biases, decision, bit, features)
            depth += 1
            decision, bit = decision_at(words[index], depth)
        cost += uniform_bits(words[index])
        word = vector_index(words[index])
        total += model.history[word]
        function_words += is_function_word[word]
    return cost


@jit
def set_cost(words: np.ndarray, model: Model) -> float:
    """Return the cost of words as a set, in bits, without the letters of escaped words."""
    numbers = np.sort(words)
    bucket, cost = size_bucket(len(words)), 0.0
    totals = np.zeros((len(words) + 1, DIM), np.int64)
    for index in range(len(words)):
        totals[index + 1] = totals[index] + model.history[vector_index(numbers[index])]
    stack = [(0, len(words), 0)]
    while len(stack):
        start, end, depth = stack.pop()
        decision, _ = set_decision_at(numbers[start], depth)
        if decision < 0:
            cost += _uniform_cost(numbers[start], end - start)
            continue
        middle = split_index(numbers, start, end, depth)
        features = ((totals[start] * inverse_root(start)) >> 8) + model.buckets[bucket]
        low, high = int(middle > start), int(middle < end)
        vectors, biases = model.set_decisions, model.set_biases
        cost += decision_cost(vectors, biases, decision, low, features)
        if low:
            cost += decision_cost(vectors, biases, decision + SET_DECISIONS, high, features)
        if high:
            stack.append((middle, end, depth + 1))
        if low:
            stack.append((start, middle, depth + 1))
    return cost


@jit
def _uniform_cost(number: int, count: int) -> float:
    """Return the approximate cost of the uniform bits of ``count`` rare words of one group."""
    if number >= ESCAPE:
        return 0.0
    both_sides = (count - 1) * (BOTH_SIDES_BITS - ONE_SIDE_BITS)
    return count * uniform_bits(number) * ONE_SIDE_BITS + both_sides


def letters_cost(word: str, letters: np.ndarray) -> float:
    """Return the cost of the letters of an escaped word, in bits."""
    cost = 0.0
    for (prev2_class, prev), code in contexts(word):
        logits = letters[prev2_class, prev]
        if prev != START:
            cost += bit_cost(8 * int(logits[0]), int(code == END))
        for shift in range(CODE_BITS) if code != END else ():
            node = (1 << shift) | (code >> (CODE_BITS - shift))
            cost += bit_cost(8 * int(logits[node]), code >> (CODE_BITS - 1 - shift) & 1)
    return cost


class CostModel:
    """The cost of lists of words with given tables, in bits."""

    def __init__(
        self,
        model: Model,
        numbers: dict[str, int],
        is_function_word: np.ndarray,
        letters: np.ndarray,
    ) -> None:
        self._model, self._numbers = model, numbers
        self._is_function_word, self._letters = is_function_word, letters

    def is_in_vocabulary(self, word: str) -> bool:
        """Return whether ``word`` or its small form has a number."""
        return number_of(word, self._numbers) != ESCAPE

    def sequence_bits(self, words: list[str]) -> float:
        """Return the cost of ``words`` in order."""
        escaped = [word for word in words if not self.is_in_vocabulary(word)]
        cost = sequence_cost(self._numbers_of(words), self._model, self._is_function_word)
        return cost + self.letter_bits(escaped)

    def set_bits(self, words: list[str]) -> float:
        """Return the cost of ``words`` as a set, in which capital forms are escaped."""
        escaped = [word for word in words if word not in self._numbers]
        return set_cost(self._numbers_of(words), self._model) + self.letter_bits(escaped)

    def letter_bits(self, escaped: list[str]) -> float:
        """Return the cost of the letters of escaped words."""
        return sum(letters_cost(word, self._letters) for word in escaped)

    def _numbers_of(self, words: list[str]) -> np.ndarray:
        return np.array([number_of(word, self._numbers) for word in words], np.int64)
