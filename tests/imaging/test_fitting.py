"""The size that keeps the aspect of a photograph, and what is cut away."""

from __future__ import annotations

from fractions import Fraction
from operator import sub
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from semcodec import pack
from semcodec.errors import InputError
from semcodec.imaging.fitting import (
    AUTO_AREA,
    CODED_SIZES,
    FITS,
    MAX_AUTO_ASPECT,
    MAX_CUT,
    MAX_DESCRIBED_SIDE,
    SIDE_STEP,
    choose_size,
    cut_share,
    describe_cut,
    described_size,
    explicit_size,
    fit_photograph,
)

RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)

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
    assert 917_504 <= width * height <= 1_179_648


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


class TestFit:
    """The describer's image of a photograph, for each ``fit``."""

    def test_cover_cuts_both_sides_equally(self) -> None:
        image = Image.new("RGB", (300, 100), "white")
        image.paste(RED, (100, 0, 200, 100))
        cropped = fit_photograph(image, (1024, 1024))
        assert cropped.size == (1024, 1024)
        assert colors(cropped, (5, 5), (1018, 1018)) == [RED, RED]

    @pytest.mark.parametrize("is_portrait", [False, True])
    def test_contain_continues_the_colors_of_the_edges(self, is_portrait: bool) -> None:
        image = Image.new("RGB", (300, 100), WHITE)
        image.paste(RED, (0, 0, 300, 20))
        image.paste(BLUE, (0, 80, 300, 100))
        turned = image.transpose(Image.Transpose.ROTATE_90) if is_portrait else image
        padded = fit_photograph(turned, (1024, 1024), "contain")
        if is_portrait:
            padded = padded.transpose(Image.Transpose.ROTATE_270)
        assert padded.size == (1024, 1024)
        assert colors(padded, (5, 5), (512, 512), (1018, 330)) == [RED, WHITE, RED]
        assert colors(padded, (5, 1018), (1018, 700), (5, 690)) == [BLUE, BLUE, BLUE]

    def test_contain_shows_the_whole_photograph(self) -> None:
        image = Image.new("RGB", (300, 100), WHITE)
        image.paste(RED, (0, 0, 30, 100))
        image.paste(BLUE, (270, 0, 300, 100))
        padded = fit_photograph(image, (1024, 1024), "contain")
        assert colors(padded, (5, 512), (512, 512), (1018, 512)) == [RED, WHITE, BLUE]
        assert colors(padded, (5, 5), (512, 5), (1018, 5)) == [RED, WHITE, BLUE]

    def test_stretch_keeps_both_ends(self) -> None:
        image = Image.new("RGB", (300, 100), "white")
        image.paste(RED, (0, 0, 50, 100))
        image.paste(BLUE, (250, 0, 300, 100))
        stretched = fit_photograph(image, (1024, 1024), "stretch")
        assert stretched.size == (1024, 1024)
        assert colors(stretched, (5, 5), (5, 1018), (1018, 5)) == [RED, RED, BLUE]

    @pytest.mark.parametrize("fit", ["fill", "", None, ["cover"]])
    def test_unknown_fit_is_an_input_error(self, fit: Any) -> None:
        with pytest.raises(InputError, match="cover, contain, stretch"):
            fit_photograph(Image.new("RGB", (3, 3)), (4, 4), fit)

    @pytest.mark.parametrize("fit", FITS)
    @pytest.mark.parametrize("photograph", [(1, 1), (16, 16), (1, 5000), (5000, 1), (3, 2000)])
    @pytest.mark.parametrize("size", ["auto", (1024, 1024), (1, 5000), (2**31 - 1, 1)])
    def test_tiny_and_long_photographs(
        self, fit: str, photograph: tuple[int, int], size: tuple[int, int] | str
    ) -> None:
        target = choose_size(photograph) if isinstance(size, str) else size
        fitted = fit_photograph(Image.new("RGB", photograph, RED), target, fit)
        assert fitted.size == described_size(target)
        (least_green, _) = fitted.split()[1].getextrema()
        assert least_green == RED[1]

    def test_ends_of_a_panorama_are_kept(self) -> None:
        image = Image.new("RGB", (2482, 512), "white")
        image.paste(RED, (0, 0, 40, 512))
        image.paste(BLUE, (2442, 0, 2482, 512))
        fitted = fit_photograph(image, choose_size(image.size))
        assert fitted.size == (2257, 464)
        assert colors(fitted, (10, 200), (2245, 200)) == [RED, BLUE]


class TestDescribedSize:
    """Its longer side is 1024 pixels, and a panorama has more."""

    @pytest.mark.parametrize(
        ("size", "described"),
        [
            ((64, 48), (1024, 768)),
            ((2**31 - 1, 2**30), (1024, 512)),
            ((3000, 1000), (1536, 512)),
            ((2256, 464), (2257, 464)),
            ((256, 4096), (256, 4096)),
            ((1, 2**31 - 1), (1, 4096)),
        ],
    )
    def test_examples(self, size: tuple[int, int], described: tuple[int, int]) -> None:
        assert described_size(size) == described

    @given(PHOTOGRAPHS, st.integers(64, 2048))
    def test_limits(self, size: tuple[int, int], side: int) -> None:
        longest, shortest = sorted(described_size(size, side), reverse=True)
        assert side <= longest <= max(side, MAX_DESCRIBED_SIDE)
        assert longest * shortest <= side * side
        assert described_size(size[::-1], side) == described_size(size, side)[::-1]


def test_a_clause_states_more_than_four_percent() -> None:
    assert describe_cut("It", (1000, 960), (1024, 1024)) == ""
    clause = describe_cut("It", (1000, 959), (1024, 1024))
    assert clause == "It is 1000 x 959 pixels: 4 % of it was cut away for 1024 x 1024"
    assert "99 % of it" in describe_cut("It", (1, 5000), (1024, 1024))


def colors(image: Image.Image, *positions: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Return the color of each position: the nearest of the colors of the tests."""
    values: list[Any] = [image.getpixel(position) for position in positions]
    return [
        min((RED, BLUE, WHITE), key=lambda color: sum(map(abs, map(sub, color, value))))
        for value in values
    ]


def test_cut_is_a_share_of_the_photograph() -> None:
    assert cut_share((768, 512), (1024, 1024)) == Fraction(1, 3)
    assert cut_share((512, 768), (1024, 1024)) == Fraction(1, 3)
    assert cut_share((768, 512), (1248, 832)) == 0


@pytest.mark.parametrize("size", [(768, 512), (2048, 1365), (640, 480), (4032, 3024), (256, 256)])
def test_smaller_and_larger_sizes_with_a_code_are_not_chosen(size: tuple[int, int]) -> None:
    assert len(pack("nn", coding="nibble", size=size)) == BARE_BYTES + 1
    assert size not in CODED_SIZES
    assert choose_size(size) != size


def test_a_megapixel_is_the_area_of_the_default_size() -> None:
    assert (1024, 1024) in CODED_SIZES
    assert AUTO_AREA == 1024 * 1024
