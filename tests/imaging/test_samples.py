"""Samples of more than 8 bits are shown in their range, without the values that mean nothing."""

from __future__ import annotations

import struct
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec import imaging
from tests.images import encode_image
from tests.picture_files import SIZE, build_tiff

COUNT = SIZE[0] * SIZE[1]
NAN, INFINITY = float("nan"), float("inf")
BACKGROUND = (0, 0, 255)


def load(data: Any) -> Image.Image:
    return imaging.load(data, BACKGROUND).image


def ramp(low: float, high: float, code: str) -> array[Any]:
    """Return samples that rise from ``low`` to ``high`` by columns."""
    step = (high - low) / (SIZE[0] - 1)
    values = [low + step * (index % SIZE[0]) for index in range(COUNT)]
    return array(code, values if code in "fd" else [round(value) for value in values])


def levels(image: Image.Image) -> list[int]:
    pixels = [image.getpixel((x, 0)) for x in range(SIZE[0])]
    assert all(len(set(pixel)) == 1 for pixel in pixels)
    return [pixel[0] for pixel in pixels]


@pytest.mark.parametrize(
    ("samples", "bits", "sample_format"),
    [
        (ramp(1000, 2000, "f"), 32, 3),
        (ramp(-5, -1, "f"), 32, 3),
        (ramp(0, 1, "f"), 32, 3),
        (ramp(-500, 9000, "h"), 16, 2),
        (ramp(-(10**6), 10**9, "i"), 32, 2),
        (ramp(5, 4 * 10**9, "I"), 32, 1),
    ],
)
def test_range_is_stretched(samples: array[Any], bits: int, sample_format: int) -> None:
    found = levels(load(build_tiff(samples.tobytes(), bits, sample_format)))
    assert found[0] == 0
    assert found[-1] == 255
    assert found == sorted(found)
    assert abs(found[6] - 255 * 6 / 11) < 3


@pytest.mark.parametrize(("options", "top"), [({}, 15), ({"max_sample": 4095}, 255)])
def test_range_of_16_bits_is_fixed(options: dict[str, int], top: int) -> None:
    found = levels(load(build_tiff(ramp(0, 4095, "H").tobytes(), 16, **options)))
    assert found[-1] == top


def test_12_bits() -> None:
    bits = "".join(f"{value:012b}" for value in ramp(0, 4095, "H"))
    data = build_tiff(int(bits, 2).to_bytes(len(bits) // 8, "big"), 12)
    assert levels(load(data))[:: SIZE[0] - 1] == [0, 255]


def test_white_is_zero() -> None:
    found = levels(load(build_tiff(ramp(0, 65535, "H").tobytes(), 16, photometric=0)))
    assert found[:: SIZE[0] - 1] == [255, 0]


@pytest.mark.parametrize(
    ("marker", "no_data"),
    [
        (-9999.0, ""),
        (-32768.0, ""),
        (3.4028234663852886e38, ""),
        (-3.4028234663852886e38, ""),
        (NAN, ""),
        (INFINITY, ""),
        (-INFINITY, ""),
        (-1234.0, "-1234"),
        (1500.0, "1500.0"),
        (NAN, "nan"),
        (-9999.0, "garbage"),
    ],
)
def test_float_without_data_is_transparent(marker: float, no_data: str) -> None:
    samples = ramp(1000, 2000, "f")
    samples[3 * SIZE[0] : 4 * SIZE[0]] = array("f", [marker] * SIZE[0])
    image = load(build_tiff(samples.tobytes(), 32, 3, no_data=no_data))
    assert image.getpixel((0, 3)) == image.getpixel((11, 3)) == BACKGROUND
    assert levels(image)[:: SIZE[0] - 1] == [0, 255]


@pytest.mark.parametrize(
    ("code", "bits", "sample_format", "marker", "no_data"),
    [
        ("h", 16, 2, -32768, ""),
        ("i", 32, 2, -9999, ""),
        ("i", 32, 2, -2147483648, ""),
        ("h", 16, 2, 0, "0"),
        ("H", 16, 1, 0, "0"),
        ("H", 16, 1, 65535, "65535"),
        ("B", 8, 1, 0, "0"),
    ],
)
def test_integer_without_data_is_transparent(
    code: str, bits: int, sample_format: int, marker: int, no_data: str
) -> None:
    samples = ramp(10, 250, code)
    samples[3 * SIZE[0] : 4 * SIZE[0]] = array(code, [marker] * SIZE[0])
    image = load(build_tiff(samples.tobytes(), bits, sample_format, no_data=no_data))
    assert image.getpixel((5, 3)) == BACKGROUND
    assert BACKGROUND not in [image.getpixel((x, 0)) for x in range(SIZE[0])]


def test_lowest_value_that_is_not_a_marker_is_shown() -> None:
    samples = ramp(-9998, -5, "f")
    assert levels(load(build_tiff(samples.tobytes(), 32, 3)))[0] == 0


def test_only_markers() -> None:
    everywhere_nan = build_tiff(array("f", [NAN] * COUNT).tobytes(), 32, 3)
    loaded = imaging.load(everywhere_nan)
    assert "entirely transparent" in loaded.notices[0]
    one_value = build_tiff(array("f", [-9999.0] * COUNT).tobytes(), 32, 3)
    assert levels(load(one_value)) == [128] * SIZE[0]


def test_missing_samples_of_a_large_image_are_not_mixed_with_others() -> None:
    image = Image.new("F", (4097, 4200), 100.0)
    image.paste(200.0, (0, 0, 4097, 1000))
    for column in range(0, 4097, 3):
        image.paste(-9999.0, (column, 0, column + 1, 4200))
    colors = load(encode_image(image, "TIFF")).getcolors()
    assert colors is not None
    assert {color for _, color in colors} <= {BACKGROUND, (0, 0, 0), (255, 255, 255)}


@given(st.lists(st.floats(width=32), min_size=COUNT, max_size=COUNT))
def test_any_floats(values: list[float]) -> None:
    data = build_tiff(struct.pack(f"<{COUNT}f", *values), 32, 3)
    assert imaging.load(data).image.size == SIZE


@given(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=COUNT, max_size=COUNT),
    st.sampled_from([1, 2]),
)
def test_any_integers(values: list[int], sample_format: int) -> None:
    data = build_tiff(struct.pack(f"<{COUNT}i", *values), 32, sample_format)
    assert imaging.load(data).image.size == SIZE


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I;16L"])
def test_pil_images_of_16_bits(mode: str) -> None:
    image = Image.new("I;16", (3, 3), 0x8000)
    if mode != "I;16":
        order = "big" if mode == "I;16B" else "little"
        image = Image.frombytes(mode, (3, 3), (0x8000).to_bytes(2, order) * 9)  # type: ignore[arg-type]
    assert imaging.load(image).image.getpixel((1, 1)) == (128, 128, 128)


@pytest.mark.parametrize("level", [0x4000, 0x8000, 0xC000])
def test_16_bits_of_every_format(level: int) -> None:
    image = Image.new("I;16", (3, 3), level)
    for file_format in ("PNG", "TIFF", "PPM", "JPEG2000"):
        loaded = imaging.load(encode_image(image, file_format)).image
        assert abs(loaded.getpixel((1, 1))[0] - (level >> 8)) <= 1, file_format
