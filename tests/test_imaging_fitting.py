"""The size that keeps the aspect of a photograph, and what is cut away."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semcodec import pack
from semcodec.imaging_fitting import (
    AUTO_AREA,
    CODED_SIZES,
    MAX_AUTO_ASPECT,
    MAX_CODE_AREA,
    MAX_CUT,
    MIN_CODE_AREA,
    SIDE_STEP,
    choose_size,
    cut_share,
    explicit_size,
)

SIDES = st.integers(1, 20_000)
PHOTOGRAPHS = st.tuples(SIDES, SIDES)
#: The bytes of a record of two letters without a size field.
BARE_BYTES = 2


@given(PHOTOGRAPHS)
@example((1, 20_000))
@example((20_000, 1))
@example((1, 16))
@example((256, 4097))
def test_at_most_four_percent_is_cut_away_up_to_the_greatest_aspect(
    photograph: tuple[int, int],
) -> None:
    size = choose_size(photograph)
    if max(photograph) <= MAX_AUTO_ASPECT * min(photograph):
        assert cut_share(photograph, size) <= MAX_CUT
    else:
        assert sorted(size) == [256, 4096]


@given(PHOTOGRAPHS)
def test_area_is_about_a_megapixel(photograph: tuple[int, int]) -> None:
    width, height = choose_size(photograph)
    assert MIN_CODE_AREA <= width * height <= MAX_CODE_AREA


@given(PHOTOGRAPHS)
def test_size_with_the_least_cut_is_chosen_from_those_with_a_code(
    photograph: tuple[int, int],
) -> None:
    size = choose_size(photograph)
    least = min(cut_share(photograph, coded) for coded in CODED_SIZES)
    if least <= MAX_CUT:
        assert size in CODED_SIZES
        assert cut_share(photograph, size) == least
    else:
        assert size not in CODED_SIZES
        assert size[0] % SIDE_STEP == size[1] % SIDE_STEP == 0


@given(PHOTOGRAPHS)
def test_explicit_size_cuts_less_than_one_percent(photograph: tuple[int, int]) -> None:
    size = explicit_size(photograph)
    if max(photograph) <= MAX_AUTO_ASPECT * min(photograph):
        assert cut_share(photograph, size) < Fraction(1, 100)


@given(PHOTOGRAPHS)
def test_portrait_is_the_turned_landscape(photograph: tuple[int, int]) -> None:
    assert choose_size(photograph[::-1]) == choose_size(photograph)[::-1]


@given(PHOTOGRAPHS, st.integers(2, 50))
def test_resolution_makes_no_difference(photograph: tuple[int, int], factor: int) -> None:
    width, height = photograph
    assert choose_size((width * factor, height * factor)) == choose_size(photograph)


@pytest.mark.parametrize(
    ("photograph", "size", "field_bytes"),
    [
        ((1, 1), (1024, 1024), 0),
        ((16, 16), (1024, 1024), 0),
        ((1000, 1010), (1024, 1024), 0),
        ((4032, 3024), (1152, 864), 1),
        ((480, 640), (864, 1152), 1),
        ((768, 512), (1248, 832), 1),
        ((426, 640), (832, 1248), 1),
        ((1536, 1024), (1248, 832), 1),
        ((1920, 1080), (1280, 720), 1),
        ((1080, 1920), (720, 1280), 1),
        ((2000, 1000), (1408, 704), 1),
        ((1080, 1350), (896, 1120), 1),
        ((3440, 1440), (1536, 640), 1),
        ((2560, 1080), (1536, 640), 1),
        ((2520, 1080), (1568, 672), 1),
        ((2560, 1600), (1280, 800), 1),
        ((2480, 3508), (864, 1216), 1),
        ((1170, 2532), (704, 1536), 1),
        ((1850, 1000), (1392, 752), 1),
        ((1152, 896), (1152, 896), 1),
        ((2482, 512), (2256, 464), 4),
        ((1, 5000), (256, 4096), 4),
    ],
)
def test_common_aspects(
    photograph: tuple[int, int], size: tuple[int, int], field_bytes: int
) -> None:
    assert choose_size(photograph) == size
    assert len(pack("nn", coding="nibble", size=size)) == BARE_BYTES + field_bytes


def test_cut_is_a_share_of_the_photograph() -> None:
    assert cut_share((768, 512), (1024, 1024)) == Fraction(1, 3)
    assert cut_share((512, 768), (1024, 1024)) == Fraction(1, 3)
    assert cut_share((768, 512), (1248, 832)) == 0


def test_a_megapixel_is_the_area_of_the_default_size() -> None:
    assert (1024, 1024) in CODED_SIZES
    assert AUTO_AREA == 1024 * 1024
