"""Packed vectors give the results of loops over the components (spec §K.3, §K.4)."""

from __future__ import annotations

import random
from array import array
from math import isqrt

import pytest

from semcodec.coding import packed_vectors, tables
from semcodec.coding.logistic import logistic
from semcodec.coding.packed_vectors import (
    MAX_COMPONENT,
    VECTOR_SIZE,
    bit_probability,
    pack_row,
    pack_vector,
    row_table,
    scaled,
    split,
    vector_table,
)

MAX_WORDS = 4_096  #: of words.restoration, more than in any coding
Vector = list[int]


def to_bytes(vector: Vector) -> bytes:
    return array("b", vector).tobytes()


def random_vector(rng: random.Random) -> Vector:
    """Return a vector with many extreme components."""
    extremes = (-MAX_COMPONENT, MAX_COMPONENT, rng.randint(-MAX_COMPONENT, MAX_COMPONENT))
    return [rng.choice(extremes) for _ in range(VECTOR_SIZE)]


def test_packed_vectors_equal_loops() -> None:
    rng, wide = random.Random(1), 0
    for _ in range(300):
        count = rng.choice((0, 1, 2, 15, 16, 17, 511, MAX_WORDS))
        word, row, others = (random_vector(rng) for _ in range(3))
        nonzero = rng.choice((1, 4, VECTOR_SIZE))
        row = rng.sample([*row[:nonzero], *[0] * (VECTOR_SIZE - nonzero)], VECTOR_SIZE)
        bias = rng.choice((-128, -9, 0, 9, 127))
        weight = isqrt(65536 // (count + 1))
        features = [
            other + (weight * count * component >> 8)
            for other, component in zip(others, word, strict=True)
        ]
        logit = 8 * bias + sum(a * b for a, b in zip(row, features, strict=True))
        mean = scaled(count * pack_vector(to_bytes(word)), count)
        parts = split(pack_vector(to_bytes(others)) + mean)
        assert bit_probability(pack_row(bias, to_bytes(row)), parts) == logistic(logit)
        wide += abs(logit) > 511
    assert 70 < wide < 230  # logits within the table of probabilities, and beyond it


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("count", [0, 1, 2, 255, 512, MAX_WORDS])
def test_largest_dot_products_do_not_overflow(sign: int, count: int) -> None:
    largest = pack_vector(to_bytes([MAX_COMPONENT] * VECTOR_SIZE))
    features = split(3 * largest + scaled(count * largest, count))
    row = pack_row(0, to_bytes([sign * MAX_COMPONENT] * VECTOR_SIZE))
    assert bit_probability(row, features) == logistic(511 * sign)
    features = split(-3 * largest + scaled(-count * largest, count))
    assert bit_probability(row, features) == logistic(-511 * sign)


@pytest.mark.parametrize("logit", [-1024, -512, -511, -510, -1, 0, 1, 510, 511, 512, 1023])
def test_row_with_a_bias_alone(logit: int) -> None:
    """A vector adds what the multiples of 8 leave."""
    row = pack_row(logit // 8, to_bytes([1] + [0] * (VECTOR_SIZE - 1)))
    features = split(pack_vector(to_bytes([logit % 8] + [0] * (VECTOR_SIZE - 1))))
    assert bit_probability(row, features) == logistic(logit)


def test_components_of_the_tables_keep_dot_products_small() -> None:
    data = tables.read_file()
    parts = [array("b", part) for part in tables._split(data)]
    vectors = [*parts[:6], parts[7]]
    assert max(max(map(abs, part)) for part in vectors) <= MAX_COMPONENT


def test_tables_hold_a_bounded_number_of_packed_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_vectors, "MAX_PACKED", 2)
    components = to_bytes([1, *[0] * (VECTOR_SIZE - 1)] * 5)
    for table in (vector_table(components), row_table(components, [0] * 5)):
        expected = table[0]
        for index in (*range(5), *range(5)):
            assert table[index] == expected
            assert len(table) <= 2
