"""Requested image sizes are supported by the model and close to the wanted size."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semcodec.backends.openai.requests import (
    LEGACY_SIZES,
    MAX_AREA,
    MAX_AREA_ELSEWHERE,
    MIN_AREA,
    SIZE_STEP,
    image_output_tokens,
    supported_size,
)

SIDES = st.integers(1, 4096)
SIZES = st.tuples(SIDES, SIDES)
MAX_SIDE = 3840  #: of gpt-image-2


@given(SIZES, st.sampled_from(["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-3"]))
def test_openai_size_is_supported(size_wanted: tuple[int, int], model: str) -> None:
    width, height = supported_size(model, size_wanted, is_openai=True)
    assert width % SIZE_STEP == height % SIZE_STEP == 0
    assert max(width, height) <= 3 * min(width, height)
    assert MIN_AREA <= width * height <= MAX_AREA
    assert max(width, height) <= MAX_SIDE


@given(SIZES, st.sampled_from(["flux", "sd-turbo", "gpt-image-1"]))
def test_size_for_other_servers_is_supported(size_wanted: tuple[int, int], model: str) -> None:
    width, height = supported_size(model, size_wanted, is_openai=False)
    assert width % SIZE_STEP == height % SIZE_STEP == 0
    assert min(width, height) >= SIZE_STEP
    assert max(width, height) <= 3 * min(width, height)
    assert width * height <= MAX_AREA_ELSEWHERE


@given(
    SIZES,
    st.sampled_from(["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "chatgpt-image-latest"]),
)
def test_legacy_models_get_one_of_three_sizes(size_wanted: tuple[int, int], model: str) -> None:
    assert supported_size(model, size_wanted, is_openai=True) in LEGACY_SIZES


@example((120, 278), False, "gpt-image-2")  # the shorter side is 7.5 steps
@given(SIZES, st.booleans(), st.sampled_from(["gpt-image-2", "gpt-image-1"]))
def test_portrait_size_is_the_landscape_size_with_swapped_sides(
    size_wanted: tuple[int, int], is_openai: bool, model: str
) -> None:
    width, height = supported_size(model, size_wanted, is_openai)
    # For nearly square or very small sizes, rounding to a step can change the orientation.
    if max(size_wanted) >= 1.3 * min(size_wanted) and min(size_wanted) >= 64:
        assert (width > height) == (size_wanted[0] > size_wanted[1])
        assert supported_size(model, size_wanted[::-1], is_openai) == (height, width)


@given(st.integers(45, 90), st.integers(45, 90))
def test_supported_size_is_unchanged(width: int, height: int) -> None:
    size_wanted = (width * SIZE_STEP, height * SIZE_STEP)
    assert MIN_AREA > 44 * 44 * SIZE_STEP * SIZE_STEP
    if MIN_AREA <= size_wanted[0] * size_wanted[1] <= MAX_AREA:
        assert supported_size("gpt-image-2", size_wanted, is_openai=True) == size_wanted


@given(SIZES)
def test_aspect_is_kept_within_the_limits(size_wanted: tuple[int, int]) -> None:
    width, height = supported_size("gpt-image-2", size_wanted, is_openai=True)
    aspect = min(max(size_wanted[0] / size_wanted[1], 1 / 3), 3)
    assert 0.9 < (width / height) / aspect < 1.1


@pytest.mark.parametrize(
    ("model", "size_wanted", "is_openai", "expected"),
    [
        ("gpt-image-2", (1024, 1024), True, (1024, 1024)),
        ("gpt-image-2", (64, 64), True, (816, 816)),
        ("gpt-image-2", (4096, 4096), True, (1920, 1920)),
        ("gpt-image-2", (1, 4096), True, (480, 1408)),
        ("gpt-image-1", (1000, 1000), True, (1024, 1024)),
        ("gpt-image-1", (3000, 1000), True, (1536, 1024)),
        ("gpt-image-1", (600, 1000), True, (1024, 1536)),
        ("sd", (512, 512), False, (512, 512)),
        ("sd", (1920, 1080), False, (1440, 816)),
        ("sd", (1568, 672), False, (1568, 672)),
        ("sd", (1, 1), False, (16, 16)),
    ],
)
def test_supported_size_of_examples(
    model: str, size_wanted: tuple[int, int], is_openai: bool, expected: tuple[int, int]
) -> None:
    assert supported_size(model, size_wanted, is_openai) == expected


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [
        ((1024, 1024), "low", 196),
        ((1024, 1024), "medium", 1756),
        ((1024, 1024), "high", 7024),
        ((1024, 1024), "auto", 7024),
        ((1024, 1024), "unknown", 7024),
    ],
)
def test_tokens_of_a_painted_image(size: tuple[int, int], quality: str, tokens: int) -> None:
    assert image_output_tokens("gpt-image-2", size, quality) == tokens
    wide, tall = (1536, 1024), (1024, 1536)
    assert image_output_tokens("m", wide, quality) == image_output_tokens("m", tall, quality)


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [((1024, 1024), "low", 272), ((1536, 1024), "medium", 1584), ((1024, 1536), "auto", 6240)],
)
def test_tokens_of_legacy_models(size: tuple[int, int], quality: str, tokens: int) -> None:
    for model in ("gpt-image-1.5", "chatgpt-image-latest"):
        assert image_output_tokens(model, size, quality) == tokens
