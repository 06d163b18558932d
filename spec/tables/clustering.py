"""Put the common words in an order in which neighbours are used alike.

Words that keep the same company get vectors that point the same way; then the whole is halved, and
each half again, where the vectors fall apart most, until every word stands alone.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from adagrad import Texts
from reproducible import compiled, draw, ln, three_quarters
from word_model import COMMON

SIZE: Final = 64  #: of a vector
ROUNDS: Final = 30  #: from which on vectors stay as they are
NEAR: Final = 8  #: words of a list that keep company
LONGEST_LIST: Final = 40  #: a longer list is of one picture, but not of one thing
AMONG: Final = 0.3  #: weight of company in a list
FEW: Final = 5.0  #: sightings that are no evidence, added to those of a row
FEW_OTHERS: Final = 1.0  #: the same of a column
CHANCE: Final = 0.3  #: company that is so much likelier than chance is no evidence yet
AXIS_ROUNDS: Final = 30
HALVINGS: Final = 10


class Company(NamedTuple):
    """How much likelier than chance a column's word is next to a row's: a sparse matrix."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def order(texts: Texts, chances: np.ndarray) -> np.ndarray:
    """Return the common words' numbers so far, in the order of their numbers to be."""
    after = _counted(texts, near=False)
    blocks = [_company(after, 1.0), _company(after.T, 1.0)]
    blocks.append(_company(_counted(texts, near=True), AMONG))
    vectors = _vectors(blocks)
    weights = np.ascontiguousarray(chances[:COMMON])
    numbers = np.arange(COMMON)
    size = COMMON
    while size > 1:
        for start in range(0, COMMON, size):
            part = numbers[start : start + size]
            part[:] = halved(part, vectors, weights)
        size //= 2
    return numbers


def _counted(texts: Texts, near: bool) -> np.ndarray:
    counts = np.zeros((COMMON, COMMON), np.int32)
    if near:
        count_near(texts, counts)
    else:
        count_after(texts, counts)
    return counts


def _company(counts: np.ndarray, weight: float) -> Company:
    rows, columns = np.nonzero(counts)
    values = counts[rows, columns] * weight
    starts = np.searchsorted(rows, np.arange(COMMON + 1))
    return likelier(starts, columns, values)


def _vectors(blocks: list[Company]) -> np.ndarray:
    """Return one vector a word, of length 1: the main directions of all its company."""
    basis = np.zeros((COMMON, SIZE))
    begin(basis)
    for _ in range(ROUNDS):
        image = np.zeros_like(basis)
        for block in blocks:
            reflect(block, basis, image)
        basis = image
        lengths = straighten(basis)
    return scaled(basis, lengths)


@compiled
def count_after(texts: Texts, counts: np.ndarray) -> None:
    """Count which word follows which."""
    for one in range(len(texts.weights)):
        for at in range(texts.starts[one] + 1, texts.starts[one + 1]):
            first, second = texts.numbers[at - 1], texts.numbers[at]
            if first < COMMON and second < COMMON:
                counts[first, second] += 1


@compiled
def count_near(texts: Texts, counts: np.ndarray) -> None:
    """Count which words are near each other in lists."""
    for one in range(len(texts.weights)):
        start, end = texts.starts[one], texts.starts[one + 1]
        if not texts.lists[one] or end - start > LONGEST_LIST:
            continue
        for at in range(start, end):
            for other in range(max(start, at - NEAR), min(end, at + NEAR + 1)):
                first, second = texts.numbers[at], texts.numbers[other]
                if at != other and first < COMMON and second < COMMON:
                    counts[first, second] += 1


@compiled
def likelier(starts: np.ndarray, columns: np.ndarray, values: np.ndarray) -> Company:
    """Return the logarithms of how much likelier than chance each pair is, where it is."""
    of_row, of_column = np.full(COMMON, FEW), np.full(COMMON, FEW_OTHERS)
    for row in range(COMMON):
        for at in range(starts[row], starts[row + 1]):
            of_row[row] += values[at]
            of_column[columns[at]] += values[at]
    total = 0.0
    for column in range(COMMON):
        of_column[column] = three_quarters(of_column[column])
        total += of_column[column]
    for row in range(COMMON):
        for at in range(starts[row], starts[row + 1]):
            chance = of_row[row] * of_column[columns[at]] / total
            values[at] = max(0.0, ln(values[at] / chance) - CHANCE)
    return Company(starts, columns, values)


@compiled
def begin(basis: np.ndarray) -> None:
    """Fill the basis with numbers of no meaning."""
    dice = np.array([3], np.uint64)
    for row in range(COMMON):
        for k in range(SIZE):
            basis[row, k] = draw(dice) - 0.5


@compiled
def reflect(block: Company, basis: np.ndarray, image: np.ndarray) -> None:
    """Add the matrix times its mirror image times ``basis`` to ``image``."""
    between = np.zeros((COMMON, SIZE))
    for row in range(COMMON):
        for at in range(block.starts[row], block.starts[row + 1]):
            column, value = block.columns[at], block.values[at]
            for k in range(SIZE):
                between[column, k] += value * basis[row, k]
    for row in range(COMMON):
        for at in range(block.starts[row], block.starts[row + 1]):
            column, value = block.columns[at], block.values[at]
            for k in range(SIZE):
                image[row, k] += value * between[column, k]


@compiled
def straighten(basis: np.ndarray) -> np.ndarray:
    """Make the columns of ``basis`` square to each other and of length 1; return their lengths."""
    lengths = np.zeros(SIZE)
    products = np.zeros(SIZE)
    for k in range(SIZE):
        products[:] = 0
        for row in range(COMMON):
            for other in range(k):
                products[other] += basis[row, other] * basis[row, k]
        total = 0.0
        for row in range(COMMON):
            for other in range(k):
                basis[row, k] -= products[other] * basis[row, other]
            total += basis[row, k] * basis[row, k]
        lengths[k] = math.sqrt(total)
        for row in range(COMMON):
            basis[row, k] /= lengths[k]
    return lengths


@compiled
def scaled(basis: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the rows, each of length 1, of the columns stretched by the matrix's own lengths."""
    vectors = np.zeros((COMMON, SIZE))
    for row in range(COMMON):
        total = 1e-18
        for k in range(SIZE):
            vectors[row, k] = basis[row, k] * math.sqrt(math.sqrt(lengths[k]))
            total += vectors[row, k] * vectors[row, k]
        for k in range(SIZE):
            vectors[row, k] /= math.sqrt(total)
    return vectors


@compiled
def halved(part: np.ndarray, vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return ``part`` with the words first that fall to one side."""
    count = len(part)
    points, masses = np.zeros((count, SIZE)), _masses(part, weights)
    for at in range(count):
        points[at] = vectors[part[at]]
    middle = _mean(points, masses, np.arange(count))
    for at in range(count):
        for k in range(SIZE):
            points[at, k] -= middle[k]
    sides = np.argsort(_along(points, _axis(points, masses)), kind="mergesort")
    half = count // 2
    for _ in range(HALVINGS):
        axis = _mean(points, masses, sides[half:]) - _mean(points, masses, sides[:half])
        sides = np.argsort(_along(points, axis), kind="mergesort")
    return part[sides]


@compiled
def _masses(part: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how much each word weighs: the most usual ones alike, and a few words all alike."""
    masses = np.ones(len(part))
    if len(part) > 4:
        most = np.sort(weights[part])[len(part) * 9 // 10]
        for at in range(len(part)):
            masses[at] = math.sqrt(min(weights[part[at]], most))
    return masses


@compiled
def _mean(points: np.ndarray, masses: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    total, mass = np.zeros(SIZE), 0.0
    for at in chosen:
        mass += masses[at]
        for k in range(SIZE):
            total[k] += masses[at] * points[at, k]
    return total / mass


@compiled
def _along(points: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return how far each point lies along ``axis``."""
    places = np.zeros(len(points))
    for at in range(len(points)):
        for k in range(SIZE):
            places[at] += points[at, k] * axis[k]
    return places


@compiled
def _axis(points: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Return the direction in which the points spread most."""
    axis = np.zeros(SIZE)
    dice = np.array([len(points)], np.uint64)
    for k in range(SIZE):
        axis[k] = draw(dice) - 0.5
    for _ in range(AXIS_ROUNDS):
        places, total = _along(points, axis), 1e-18
        axis[:] = 0
        for at in range(len(points)):
            for k in range(SIZE):
                axis[k] += places[at] * masses[at] * points[at, k]
        for k in range(SIZE):
            total += axis[k] * axis[k]
        axis /= math.sqrt(total)
    return axis
