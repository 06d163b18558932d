"""Sizes: what is asked for is a size that the model paints, and near to what is wanted."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semcodec.backends.openai import image_sizes
from semcodec.backends.openai.image_sizes import LOCAL_AREA, MAX_AREA, MIN_AREA, OLD_SIZES, STEP

SIDES = st.integers(1, 4096)
SIZES = st.tuples(SIDES, SIDES)
OLD_MODELS = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "chatgpt-image-latest"]
LARGEST_SIDE = 3840  #: of gpt-image-2


@given(SIZES, st.sampled_from(["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-3"]))
def test_openai_is_asked_for_sizes_that_it_paints(wanted: tuple[int, int], model: str) -> None:
    width, height = image_sizes.nearest(model, wanted, is_openai=True)
    assert width % STEP == height % STEP == 0
    assert max(width, height) <= 3 * min(width, height)
    assert MIN_AREA <= width * height <= MAX_AREA
    assert max(width, height) <= LARGEST_SIDE


@given(SIZES, st.sampled_from(["flux", "sd-turbo", "gpt-image-1"]))
def test_others_are_asked_for_sizes_that_models_at_home_paint(
    wanted: tuple[int, int], model: str
) -> None:
    width, height = image_sizes.nearest(model, wanted, is_openai=False)
    assert width % STEP == height % STEP == 0
    assert min(width, height) >= STEP
    assert max(width, height) <= 3 * min(width, height)
    assert width * height <= LOCAL_AREA


@given(
    SIZES,
    st.sampled_from(["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "chatgpt-image-latest"]),
)
def test_old_models_paint_three_sizes(wanted: tuple[int, int], model: str) -> None:
    assert image_sizes.nearest(model, wanted, is_openai=True) in OLD_SIZES


@example((120, 278), False, "gpt-image-2")  # the shorter side is 7.5 steps
@given(SIZES, st.booleans(), st.sampled_from(["gpt-image-2", "gpt-image-1"]))
def test_a_size_turned_is_turned(wanted: tuple[int, int], is_openai: bool, model: str) -> None:
    width, height = image_sizes.nearest(model, wanted, is_openai)
    if max(wanted) >= 1.3 * min(wanted) and min(wanted) >= 64:  # else one step is too much
        assert (width > height) == (wanted[0] > wanted[1])
        assert image_sizes.nearest(model, wanted[::-1], is_openai) == (height, width)


@given(st.integers(45, 90), st.integers(45, 90))
def test_a_size_that_can_be_painted_is_asked_for(width: int, height: int) -> None:
    wanted = (width * STEP, height * STEP)
    assert MIN_AREA > 44 * 44 * STEP * STEP
    if MIN_AREA <= wanted[0] * wanted[1] <= MAX_AREA:
        assert image_sizes.nearest("gpt-image-2", wanted, is_openai=True) == wanted


@given(SIZES)
def test_the_aspect_is_kept_as_far_as_it_can_be(wanted: tuple[int, int]) -> None:
    width, height = image_sizes.nearest("gpt-image-2", wanted, is_openai=True)
    aspect = min(max(wanted[0] / wanted[1], 1 / 3), 3)
    assert 0.9 < (width / height) / aspect < 1.1


@pytest.mark.parametrize(
    ("model", "wanted", "is_openai", "asked"),
    [
        ("gpt-image-2", (1024, 1024), True, (1024, 1024)),
        ("gpt-image-2", (64, 64), True, (816, 816)),
        ("gpt-image-2", (4096, 4096), True, (1920, 1920)),
        ("gpt-image-2", (1, 4096), True, (480, 1408)),
        ("gpt-image-1", (1000, 1000), True, (1024, 1024)),
        ("gpt-image-1", (3000, 1000), True, (1536, 1024)),
        ("gpt-image-1", (600, 1000), True, (1024, 1536)),
        ("sd", (512, 512), False, (512, 512)),
        ("sd", (1920, 1080), False, (1360, 768)),
        ("sd", (1, 1), False, (16, 16)),
    ],
)
def test_examples(
    model: str, wanted: tuple[int, int], is_openai: bool, asked: tuple[int, int]
) -> None:
    assert image_sizes.nearest(model, wanted, is_openai) == asked


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [
        ((1024, 1024), "low", 196),
        ((1024, 1024), "medium", 1756),
        ((1024, 1024), "high", 7024),
        ((1024, 1024), "auto", 7024),
        ((1024, 1024), "unheard of", 7024),
    ],
)
def test_tokens_of_a_painted_picture(size: tuple[int, int], quality: str, tokens: int) -> None:
    assert image_sizes.tokens("gpt-image-2", size, quality) == tokens
    wide, tall = (1536, 1024), (1024, 1536)
    assert image_sizes.tokens("m", wide, quality) == image_sizes.tokens("m", tall, quality)


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [((1024, 1024), "low", 272), ((1536, 1024), "medium", 1584), ((1024, 1536), "auto", 6240)],
)
def test_tokens_of_the_old_families(size: tuple[int, int], quality: str, tokens: int) -> None:
    for model in ("gpt-image-1.5", "chatgpt-image-latest"):
        assert image_sizes.tokens(model, size, quality) == tokens
