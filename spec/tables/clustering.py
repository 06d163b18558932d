"""Order the frequent words as the leaves of a binary tree in which similar words are neighbors.

Words get vectors by a truncated singular value decomposition of their co-occurrence (positive
pointwise mutual information, as in Levy and Goldberg 2014), computed by orthogonal iteration. Then
the set of words is bisected along the direction in which the vectors differ most, and each half
again, until every word is alone.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from adagrad import Sequences
from reproducible import jit, ln, power_3_4, uniform
from word_model import FREQUENT_WORDS

DIM: Final = 64  #: components of a vector
ROUNDS: Final = 12  #: rounds of orthogonal iteration
WINDOW: Final = 8  #: maximum distance in a list at which words co-occur
MAX_LIST: Final = 40  #: words; a longer list describes one image, but many things
LIST_WEIGHT: Final = 0.3  #: of a co-occurrence in a list, relative to successive words
ROW_PRIOR: Final = 5.0  #: added to the count of a row, so that rare words have little influence
COLUMN_PRIOR: Final = 1.0
PMI_SHIFT: Final = 0.3  #: subtracted from the pointwise mutual information
AXIS_ROUNDS: Final = 12  #: rounds of power iteration for the first axis of a bisection
REFINEMENTS: Final = 10  #: rounds of refining a bisection, as in k-means with two equal clusters


class Cooccurrence(NamedTuple):
    """A sparse matrix (CSR) of the association of the words of rows and columns."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def cluster_words(sequences: Sequences, probabilities: np.ndarray) -> np.ndarray:
    """Return the present numbers of the frequent words, in their new order."""
    following = _count(sequences, nearby=False)
    blocks = [_associate(following, 1.0), _associate(following.T, 1.0)]
    blocks.append(_associate(_count(sequences, nearby=True), LIST_WEIGHT))
    vectors = _word_vectors(blocks)
    weights = np.ascontiguousarray(probabilities[:FREQUENT_WORDS])
    numbers = np.arange(FREQUENT_WORDS)
    size = FREQUENT_WORDS
    while size > 1:
        for start in range(0, FREQUENT_WORDS, size):
            part = numbers[start : start + size]
            part[:] = bisect(part, vectors, weights)
        size //= 2
    return numbers


def _count(sequences: Sequences, nearby: bool) -> np.ndarray:
    counts = np.zeros((FREQUENT_WORDS, FREQUENT_WORDS), np.int32)
    if nearby:
        count_nearby(sequences, counts)
    else:
        count_following(sequences, counts)
    return counts


def _associate(counts: np.ndarray, weight: float) -> Cooccurrence:
    rows, columns = np.nonzero(counts)
    values = counts[rows, columns] * weight
    starts = np.searchsorted(rows, np.arange(FREQUENT_WORDS + 1))
    return positive_pmi(starts, columns, values)


def _word_vectors(blocks: list[Cooccurrence]) -> np.ndarray:
    """Return a unit vector for each word, from the singular vectors of all blocks side by side."""
    basis = np.zeros((FREQUENT_WORDS, DIM))
    init_basis(basis)
    for _ in range(ROUNDS):
        image = np.zeros_like(basis)
        for block in blocks:
            add_gram_product(block, basis, image)
        basis = image
        lengths = orthonormalize(basis)
    return scale_rows(basis, lengths)


@jit
def count_following(sequences: Sequences, counts: np.ndarray) -> None:
    """Count the pairs of successive words."""
    for index in range(len(sequences.weights)):
        for position in range(sequences.starts[index] + 1, sequences.starts[index + 1]):
            first, second = sequences.numbers[position - 1], sequences.numbers[position]
            if first < FREQUENT_WORDS and second < FREQUENT_WORDS:
                counts[first, second] += 1


@jit
def count_nearby(sequences: Sequences, counts: np.ndarray) -> None:
    """Count the pairs of words that are near each other in lists."""
    for index in range(len(sequences.weights)):
        start, end = sequences.starts[index], sequences.starts[index + 1]
        if not sequences.is_list[index] or end - start > MAX_LIST:
            continue
        for position in range(start, end):
            for other in range(max(start, position - WINDOW), min(end, position + WINDOW + 1)):
                first, second = sequences.numbers[position], sequences.numbers[other]
                if position != other and first < FREQUENT_WORDS and second < FREQUENT_WORDS:
                    counts[first, second] += 1


@jit
def positive_pmi(starts: np.ndarray, columns: np.ndarray, values: np.ndarray) -> Cooccurrence:
    """Return the positive pointwise mutual information of each pair, from counts.

    The counts of columns are smoothed by the power 3/4, and the result is shifted.
    """
    row_counts = np.full(FREQUENT_WORDS, ROW_PRIOR)
    column_counts = np.full(FREQUENT_WORDS, COLUMN_PRIOR)
    for row in range(FREQUENT_WORDS):
        for index in range(starts[row], starts[row + 1]):
            row_counts[row] += values[index]
            column_counts[columns[index]] += values[index]
    total = 0.0
    for column in range(FREQUENT_WORDS):
        column_counts[column] = power_3_4(column_counts[column])
        total += column_counts[column]
    for row in range(FREQUENT_WORDS):
        for index in range(starts[row], starts[row + 1]):
            expected = row_counts[row] * column_counts[columns[index]] / total
            values[index] = max(0.0, ln(values[index] / expected) - PMI_SHIFT)
    return Cooccurrence(starts, columns, values)


@jit
def init_basis(basis: np.ndarray) -> None:
    """Fill the basis with random numbers."""
    rng = np.array([3], np.uint64)
    for row in range(FREQUENT_WORDS):
        for k in range(DIM):
            basis[row, k] = uniform(rng) - 0.5


@jit
def add_gram_product(block: Cooccurrence, basis: np.ndarray, image: np.ndarray) -> None:
    """Add M·Mᵀ·basis to ``image``, for the matrix M of ``block``."""
    product = np.zeros((FREQUENT_WORDS, DIM))
    for row in range(FREQUENT_WORDS):
        for index in range(block.starts[row], block.starts[row + 1]):
            column, value = block.columns[index], block.values[index]
            for k in range(DIM):
                product[column, k] += value * basis[row, k]
    for row in range(FREQUENT_WORDS):
        for index in range(block.starts[row], block.starts[row + 1]):
            column, value = block.columns[index], block.values[index]
            for k in range(DIM):
                image[row, k] += value * product[column, k]


@jit
def orthonormalize(basis: np.ndarray) -> np.ndarray:
    """Make the columns of ``basis`` orthonormal (Gram-Schmidt), and return their old lengths."""
    lengths = np.zeros(DIM)
    products = np.zeros(DIM)
    for k in range(DIM):
        products[:] = 0
        for row in range(FREQUENT_WORDS):
            for other in range(k):
                products[other] += basis[row, other] * basis[row, k]
        total = 0.0
        for row in range(FREQUENT_WORDS):
            for other in range(k):
                basis[row, k] -= products[other] * basis[row, other]
            total += basis[row, k] * basis[row, k]
        lengths[k] = math.sqrt(total)
        for row in range(FREQUENT_WORDS):
            basis[row, k] /= lengths[k]
    return lengths


@jit
def scale_rows(basis: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the rows as unit vectors, after scaling the columns by the root of singular values."""
    vectors = np.zeros((FREQUENT_WORDS, DIM))
    for row in range(FREQUENT_WORDS):
        total = 1e-18
        for k in range(DIM):
            vectors[row, k] = basis[row, k] * math.sqrt(math.sqrt(lengths[k]))
            total += vectors[row, k] * vectors[row, k]
        for k in range(DIM):
            vectors[row, k] /= math.sqrt(total)
    return vectors


@jit
def bisect(part: np.ndarray, vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return ``part`` sorted so that its first half is one of two clusters."""
    count = len(part)
    points, masses = np.zeros((count, DIM)), _masses(part, weights)
    for index in range(count):
        points[index] = vectors[part[index]]
    center = _mean(points, masses, np.arange(count))
    for index in range(count):
        for k in range(DIM):
            points[index, k] -= center[k]
    sides = np.argsort(_project(points, _principal_axis(points, masses)), kind="mergesort")
    half = count // 2
    for _ in range(REFINEMENTS):
        axis = _mean(points, masses, sides[half:]) - _mean(points, masses, sides[:half])
        sides = np.argsort(_project(points, axis), kind="mergesort")
    return part[sides]


@jit
def _masses(part: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mass of each word: the root of its probability, capped at the top tenth.

    In a part of up to four words all masses are equal.
    """
    masses = np.ones(len(part))
    if len(part) > 4:
        limit = np.sort(weights[part])[len(part) * 9 // 10]
        for index in range(len(part)):
            masses[index] = math.sqrt(min(weights[part[index]], limit))
    return masses


@jit
def _mean(points: np.ndarray, masses: np.ndarray, indices: np.ndarray) -> np.ndarray:
    total, mass = np.zeros(DIM), 0.0
    for index in indices:
        mass += masses[index]
        for k in range(DIM):
            total[k] += masses[index] * points[index, k]
    return total / mass


@jit
def _project(points: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return the coordinate of each point along ``axis``."""
    coordinates = np.zeros(len(points))
    for index in range(len(points)):
        for k in range(DIM):
            coordinates[index] += points[index, k] * axis[k]
    return coordinates


@jit
def _principal_axis(points: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Return the direction of the largest variance, by power iteration."""
    axis = np.zeros(DIM)
    rng = np.array([len(points)], np.uint64)
    for k in range(DIM):
        axis[k] = uniform(rng) - 0.5
    for _ in range(AXIS_ROUNDS):
        coordinates, total = _project(points, axis), 1e-18
        axis[:] = 0
        for index in range(len(points)):
            for k in range(DIM):
                axis[k] += coordinates[index] * masses[index] * points[index, k]
        for k in range(DIM):
            total += axis[k] * axis[k]
        axis /= math.sqrt(total)
    return axis
