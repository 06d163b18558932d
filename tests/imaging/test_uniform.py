"""Pictures that show nothing are told from dark, plain or noisy ones that show something."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from semcodec.imaging.uniform import describe_uniform, is_transparent
from tests.images import scene

SIZE = (320, 240)


def filled(color: str) -> Image.Image:
    return Image.new("RGB", SIZE, color)


def noisy(image: Image.Image, sigma: int) -> Image.Image:
    noise = Image.effect_noise(image.size, sigma).convert("RGB")
    return Image.blend(image, noise, 0.1)


def as_jpeg(image: Image.Image) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=30)
    return Image.open(io.BytesIO(out.getvalue()))


def dotted(color: str, dot: str, side: int) -> Image.Image:
    image = filled(color)
    ImageDraw.Draw(image).rectangle((100, 100, 99 + side, 99 + side), dot)
    return image


def checkered() -> Image.Image:
    """Return fine squares of two grays, whose average is the same everywhere."""
    image = Image.new("L", (320, 320), 90)
    image.putdata([90 + 100 * ((x + y) % 2) for y in range(320) for x in range(320)])
    return image


@pytest.mark.parametrize(
    ("image", "description"),
    [
        (filled("black"), "black"),
        (filled("#0a0508"), "black"),
        (filled("white"), "white"),
        (filled("#804020"), "of a single color (#804020)"),
        (filled("black").convert("L"), "black"),
        (filled("black").convert("1"), "black"),
        (filled("red").convert("P"), "of a single color (#ff0000)"),
        (as_jpeg(filled("black")), "black"),
        (noisy(filled("black"), 20), "black"),
        (Image.new("RGB", (1, 1)), "black"),
        (Image.new("RGBA", SIZE), "fully transparent"),
        (Image.new("RGBA", SIZE, (255, 0, 0, 0)), "fully transparent"),
        (Image.new("LA", SIZE), "fully transparent"),
        (Image.new("RGBA", SIZE, "white"), "white"),
    ],
)
def test_picture_of_nothing_is_described(image: Image.Image, description: str) -> None:
    assert describe_uniform(image) == description


@pytest.mark.parametrize(
    "image",
    [
        scene(),
        scene().point([value // 10 for value in range(256)] * 3),
        dotted("black", "white", 20),
        dotted("white", "gray", 20),
        Image.linear_gradient("L"),
        Image.radial_gradient("L"),
        Image.effect_noise(SIZE, 80),
        checkered(),
        scene().filter(ImageFilter.GaussianBlur(20)),
        dotted("black", "white", 20).convert("RGBA"),
    ],
)
def test_picture_of_something_is_not_described(image: Image.Image) -> None:
    assert describe_uniform(image) == ""


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"])
def test_every_mode_is_described(mode: str) -> None:
    image = Image.new(mode, SIZE)
    assert describe_uniform(image)
    assert not is_transparent(image)
