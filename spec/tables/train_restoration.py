"""Train the classifier that restores words from skeletons (semcodec/words/skeleton_context.py).

The loss is the cross entropy of the right word among the words with its skeleton; the features are
the skeletons around it. Rare words share the vectors of their last two letters: during training
each word has the sum of both vectors, so that a rare one starts as an average word of its kind,
such as a plural. AdaGrad as in ``adagrad``, in 32-bit arithmetic in a fixed order.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from reproducible import exp, jit, make_rng, permute, uniform
from restoration_samples import UNKNOWN, Lists

F: Final = np.float32
DIM: Final = 48  #: components of a vector
WINDOW: Final = np.array([1.0, 0.5, 0.25], F)  #: weights of skeletons one, two, three places away
REACH: Final = len(WINDOW)
MAX_COMPARED: Final = 24  #: words with one skeleton that are compared, by prior
EPOCHS: Final = 3
RATE: Final = 0.1  #: learning rate in the first epoch; it falls to a third of it
SQUARES: Final = 1.0  #: initial sum of squared gradients of a weight
INIT: Final = 0.17  #: initial context vectors are in -INIT to this
DROPPED_SHARE: Final = 0.1  #: of the positions that are predicted without the whole list
MIN_ERROR: Final = 0.001  #: smaller errors of a probability are not learned from
MAX_WORDS: Final = 1000  #: words in one list


class Restoration(NamedTuple):
    """The weights, or AdaGrad's sums of their squared gradients."""

    left: np.ndarray  #: by number of a skeleton; then rare ones, start, end
    right: np.ndarray
    whole: np.ndarray  #: for a skeleton anywhere in the list
    words: np.ndarray
    endings: np.ndarray
    priors: np.ndarray


class Candidates(NamedTuple):
    """The words with each skeleton, and the ending of each word."""

    first: np.ndarray  #: by number of a skeleton: its first word
    last: np.ndarray  #: the word after its last one
    endings: np.ndarray  #: by number of a word


def train_restoration(
    lists: Lists, candidates: Candidates, contexts: int, priors: np.ndarray
) -> Restoration:
    """Return the trained weights.

    Args:
        lists: the training lists.
        candidates: the words with each skeleton.
        contexts: how many skeletons have vectors of their own, the most frequent ones.
        priors: the initial logits of the words.
    """
    rng = make_rng(5)
    shape = (contexts + 3, DIM)
    model = Restoration(
        left=_random(shape, rng),
        right=_random(shape, rng),
        whole=_random(shape, rng),
        words=np.zeros((len(priors), DIM), F),
        endings=np.zeros((int(candidates.endings.max()) + 1, DIM), F),
        priors=priors.astype(F),
    )
    squares = Restoration(*(np.full_like(part, SQUARES) for part in model))
    order = np.arange(len(lists.weights))
    for epoch in range(EPOCHS):
        permute(order, rng)
        rate = F(RATE * (1 - epoch / EPOCHS))
        _train_epoch(lists, order, candidates, model, squares, rate, rng)
        print(f"restoration: epoch {epoch + 1} of {EPOCHS}", flush=True)
    return model


@jit
def _random(shape: tuple[int, int], rng: np.ndarray) -> np.ndarray:
    weights = np.zeros(shape, F)
    for row in range(shape[0]):
        for k in range(shape[1]):
            weights[row, k] = F((2 * uniform(rng) - 1) * INIT)
    return weights


@jit
def _train_epoch(
    lists: Lists,
    order: np.ndarray,
    candidates: Candidates,
    model: Restoration,
    squares: Restoration,
    rate: np.float32,
    rng: np.ndarray,
) -> None:
    """Train on every list once, in the given order."""
    padded = np.zeros(MAX_WORDS + 2 * REACH, np.int64)
    total, total_gradient = np.zeros(DIM, F), np.zeros(DIM, F)
    for index in order:
        first = lists.starts[index]
        count = min(lists.starts[index + 1] - first, MAX_WORDS)
        _sum_list(lists.skeletons[first : first + count], model.whole, padded, total)
        total_gradient[:] = 0
        scale = F(1 / math.sqrt(max(count, 1)))
        for position in range(count):
            word = lists.words[first + position]
            skeleton = lists.skeletons[first + position]
            low = candidates.first[skeleton]
            high = min(candidates.last[skeleton], low + MAX_COMPARED)
            if word == UNKNOWN or word >= high or high - low < 2:
                continue
            used = F(0) if uniform(rng) < DROPPED_SHARE else scale
            around = padded[position : position + 2 * REACH + 1]
            gradient = _train_position(
                word,
                (low, high),
                around,
                used * total,
                candidates.endings,
                model,
                squares,
                lists.weights[index],
                rate,
            )
            total_gradient += used * gradient
        for context in padded[REACH : REACH + count]:
            _step(model.whole[context], squares.whole[context], total_gradient, F(1), rate)


@jit
def _sum_list(
    skeletons: np.ndarray, vectors: np.ndarray, padded: np.ndarray, total: np.ndarray
) -> None:
    """Write the contexts of a list to ``padded``, with its ends, and their sum to ``total``."""
    rare = len(vectors) - 3
    padded[:REACH] = rare + 1
    padded[REACH + len(skeletons) : 2 * REACH + len(skeletons)] = rare + 2
    total[:] = 0
    for position in range(len(skeletons)):
        context = min(skeletons[position], rare)
        padded[REACH + position] = context
        total += vectors[context]


@jit
def _train_position(
    word: int,
    words: tuple[int, int],
    around: np.ndarray,
    features: np.ndarray,
    endings: np.ndarray,
    model: Restoration,
    squares: Restoration,
    weight: np.float32,
    rate: np.float32,
) -> np.ndarray:
    """Train on one word, and return the gradient of its features.

    Args:
        word: the right word.
        words: the first word with its skeleton, and the one after the last.
        around: the contexts on both sides, with that of the word in the middle.
        features: those of the whole list, to which the neighbors are added.
        endings: by number of a word.
        model: the weights.
        squares: AdaGrad's sums.
        weight: of the list.
        rate: the learning rate.
    """
    for distance in range(1, REACH + 1):
        before, after = around[REACH - distance], around[REACH + distance]
        features += WINDOW[distance - 1] * (model.left[before] + model.right[after])
    gradient = np.zeros(DIM, F)
    _train_words(word, words, endings, model, squares, features, gradient, weight, rate)
    for distance in range(1, REACH + 1):
        before, after = around[REACH - distance], around[REACH + distance]
        factor = WINDOW[distance - 1]
        _step(model.left[before], squares.left[before], gradient, factor, rate)
        _step(model.right[after], squares.right[after], gradient, factor, rate)
    return gradient


@jit
def _train_words(
    word: int,
    words: tuple[int, int],
    endings: np.ndarray,
    model: Restoration,
    squares: Restoration,
    features: np.ndarray,
    gradient: np.ndarray,
    weight: np.float32,
    rate: np.float32,
) -> None:
    """Update the words with one skeleton, and add up the gradient of the features."""
    low, high = words
    logits = np.zeros(high - low, F)
    best = F(-1e30)
    for other in range(low, high):
        vector, ending = model.words[other], model.endings[endings[other]]
        logit = model.priors[other]
        for k in range(DIM):
            logit += (vector[k] + ending[k]) * features[k]
        logits[other - low] = logit
        best = max(best, logit)
    total = F(0)
    for index in range(high - low):
        logits[index] = F(exp(logits[index] - best))
        total += logits[index]
    for other in range(low, high):
        error = logits[other - low] / total - F(other == word)
        if abs(error) < MIN_ERROR:
            continue
        error *= weight
        squares.priors[other] += error * error
        model.priors[other] -= rate * error / math.sqrt(squares.priors[other])
        ending = endings[other]
        for k in range(DIM):  # uses the vectors before their update
            gradient[k] += error * (model.words[other, k] + model.endings[ending, k])
        _step(model.words[other], squares.words[other], features, error, rate)
        _step(model.endings[ending], squares.endings[ending], features, error, rate)


@jit
def _step(
    weights: np.ndarray,
    squares: np.ndarray,
    gradient: np.ndarray,
    scale: np.float32,
    rate: np.float32,
) -> None:
    """Update a vector in place with ``scale * gradient``."""
    for k in range(DIM):
        slope = gradient[k] * scale
        squares[k] += slope * slope
        weights[k] -= rate * slope / math.sqrt(squares[k])
