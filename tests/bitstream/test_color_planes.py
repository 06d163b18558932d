"""Color planes: prefixes, the decisions that bytes determine, and work that is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.coding import color_planes
from semcodec.coding.color_chances import CHANCES
from semcodec.coding.color_planes import (
    COEFFICIENTS,
    CONTEXTS,
    MAX_BYTES,
    MAX_MAGNITUDE,
    PLANES,
    SIDE,
    count_decisions,
    decode,
    encode,
)
from tests.profiles import examples

Sparse = dict[int, int]  #: values of coefficients by index; the others are 0


def _coefficients(sparse: Sparse) -> list[int]:
    return [sparse.get(index, 0) for index in range(COEFFICIENTS)]


def pictures() -> st.SearchStrategy[Sparse]:
    """Return coefficients that are mostly 0, as those of pictures are, or extreme."""
    low = st.integers(0, 3 * 6 * SIDE).filter(lambda index: index % SIDE < 6)
    values = st.integers(-200, 200) | st.sampled_from((-5000, -MAX_MAGNITUDE, MAX_MAGNITUDE))
    return st.dictionaries(low | st.integers(0, COEFFICIENTS - 1), values, max_size=12)


@examples(12)
@given(pictures(), st.integers(1, MAX_BYTES))
def test_a_shorter_encoding_is_a_prefix(sparse: Sparse, size: int) -> None:
    coefficients = _coefficients(sparse)
    whole = encode(coefficients)
    assert 1 <= len(whole) <= MAX_BYTES
    assert encode(coefficients, size) == whole[:size]


@examples(15)
@given(pictures(), st.integers(1, 60), st.binary(max_size=6))
def test_a_prefix_determines_bits_of_the_encoder(sparse: Sparse, size: int, more: bytes) -> None:
    whole = encode(_coefficients(sparse))[:size]
    coarse, finer = decode(whole), decode(whole + more)
    for index, (value, plane) in enumerate(zip(coarse.values, coarse.planes, strict=True)):
        source = sparse.get(index, 0)
        shift = PLANES - 1 - plane
        if value:
            assert abs(value) == min(abs(source), MAX_MAGNITUDE) >> shift
            assert (value < 0) == (source < 0)
            more_bits = finer.planes[index] - plane
            assert more_bits >= 0
            assert abs(finer.values[index]) >> more_bits == abs(value)


def test_short_values_determine_all_bits() -> None:
    coefficients = _coefficients({0: -3, SIDE * SIDE: MAX_MAGNITUDE, COEFFICIENTS - 1: 1})
    coarse = decode(encode(coefficients))
    assert list(coarse.values) == coefficients
    assert {coarse.planes[index] for index, value in enumerate(coefficients) if value} == {10}


@examples(15)
@given(st.binary(max_size=MAX_BYTES) | st.sampled_from((b"\0" * 512, b"\xff" * 512)))
def test_any_bytes_are_a_layer(data: bytes) -> None:
    decoded = decode(data)
    assert len(decoded.values) == len(decoded.planes) == COEFFICIENTS
    for value, plane in zip(decoded.values, decoded.planes, strict=True):
        assert abs(value) < 2 << plane < 4096
        assert value or not plane


def test_bytes_after_the_limit_are_ignored() -> None:
    data = bytes(range(256)) * 2
    assert decode(data) == decode(data + b"\x55")


@pytest.mark.parametrize("mean", [-398, -211, 5])
def test_the_last_byte_determines_the_last_bits(mean: int) -> None:
    data = encode(_coefficients({0: mean}))
    assert decode(data).values[0] == mean
    assert decode(data[:-1]).planes[0] < PLANES - 1


def test_decisions_are_counted_for_training() -> None:
    counts = count_decisions(_coefficients({0: MAX_MAGNITUDE, 1: -1}), 2)
    assert len(counts) == CONTEXTS == len(CHANCES)
    assert counts[color_planes.REFINEMENT] == [0, 1]
    assert counts[color_planes.GROWTH] == [1, 1]
    zeros, ones = map(sum, zip(*counts[color_planes.SIGNIFICANCE :], strict=True))
    assert (zeros, ones) == (4, 1)  # both colors in both planes, and the mean lightness


def test_neighbors_tell_what_to_expect() -> None:
    """Coefficients beside others take fewer bits than the same number far apart."""
    block = {SIDE * row + column: 40 for row in range(4, 8) for column in range(4, 8)}
    apart = {SIDE * 5 * row + 5 * column: 40 for row in range(4) for column in range(4)}
    spread = {index + 2 * SIDE + 2: value for index, value in apart.items()}
    assert len(encode(_coefficients(block))) < 0.8 * len(encode(_coefficients(spread)))
