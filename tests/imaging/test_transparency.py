"""Transparent images are put onto a background on which they are visible."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image, ImageDraw

import semcodec
from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging.transparency import DARK, GRAY, WHITE, choose_background, parse_background
from tests.images import RED, encode_image, scene
from tests.picture_files import build_png

CLEAR = (0, 0, 0, 0)


def draw(*discs: tuple[str, tuple[int, int, int, int]], size: tuple[int, int] = (64, 32)) -> Any:
    image = Image.new("RGBA", size, CLEAR)
    for color, box in discs:
        ImageDraw.Draw(image).ellipse(box, fill=color)
    return image


LEFT, RIGHT, MIDDLE = (2, 2, 28, 28), (34, 2, 60, 28), (4, 4, 59, 27)


@pytest.mark.parametrize(
    ("image", "background"),
    [
        (draw(("black", MIDDLE)), WHITE),
        (draw(("red", MIDDLE)), WHITE),
        (draw(("yellow", MIDDLE)), WHITE),
        (draw(("gray", MIDDLE)), WHITE),
        (draw(("white", MIDDLE)), DARK),
        (draw(("#f0f0f0", MIDDLE)), DARK),
        (draw(("black", LEFT), ("white", RIGHT)), GRAY),
        (draw(("black", MIDDLE), ("white", (20, 10, 40, 20))), WHITE),  # white inside of black
        (draw(("black", MIDDLE), ("white", (6, 6, 57, 25))), WHITE),  # even if it is nearly all
        (draw(("white", MIDDLE), ("black", (20, 10, 40, 20))), DARK),
        (draw(), WHITE),
        (Image.new("RGBA", (9, 9), (255, 255, 255, 90)), DARK),
        (Image.new("RGBA", (9, 9), (0, 0, 0, 90)), WHITE),
        (Image.new("RGBA", (1, 1), (255, 255, 255, 0)), WHITE),
    ],
)
def test_background_is_chosen_by_the_outline(image: Any, background: Any) -> None:
    assert choose_background(image) == background
    large = image.resize((image.width * 30, image.height * 30), Image.Resampling.NEAREST)
    assert choose_background(large) == background


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "GIF", "TIFF", "AVIF"])
@pytest.mark.parametrize("color", ["white", "black"])
def test_logo_of_one_color_is_visible(color: str, file_format: str) -> None:
    data = encode_image(draw((color, MIDDLE)), file_format)
    low, high = imaging.load(data).image.convert("L").getextrema()
    assert high - low > 150


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "RGBa", "La"])
def test_modes_with_alpha(mode: str) -> None:
    image = draw(("black", MIDDLE))
    if mode == "La":
        image = image.convert("LA")
    image = image.quantize(4) if mode in ("P", "PA") else image.convert(mode)
    if mode == "PA":
        image = Image.merge("PA", (image.convert("L"), draw(("black", MIDDLE)).getchannel("A")))
    loaded = imaging.load(image, "#00ff00").image
    assert loaded.getpixel((0, 0)) == (0, 255, 0)
    assert max(loaded.getpixel((32, 16))) < 30


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("transparent", ["lowest", "middle", "highest"])
def test_gray_png_with_a_transparent_level(depth: int, transparent: str) -> None:
    top = (1 << depth) - 1
    level = {"lowest": 0, "middle": top // 3, "highest": top}[transparent]
    shown = 0 if level else top
    data = build_png(depth, 0, lambda x, _: [level if x < 4 else shown], transparent=[level])
    loaded = imaging.load(data, "#204060").image
    assert loaded.getpixel((0, 0)) == (32, 64, 96)
    assert loaded.getpixel((11, 7)) == ((255,) * 3 if shown else (0, 0, 0))


@pytest.mark.parametrize("depth", [8, 16])
def test_color_png_with_a_transparent_color(depth: int) -> None:
    color = (18, 86, 154) if depth == 8 else (0x1234, 0x5678, 0x9ABC)
    other = (255, 0, 0) if depth == 8 else (65535, 0, 0)
    data = build_png(depth, 2, lambda x, _: color if x < 4 else other, transparent=color)
    loaded = imaging.load(data, "white").image
    assert loaded.getpixel((0, 0)) == WHITE
    assert loaded.getpixel((11, 7)) == (255, 0, 0)


@pytest.mark.parametrize("color_type", [4, 6])
def test_16_bits_with_alpha(color_type: int) -> None:
    bands = {4: 1, 6: 3}[color_type]
    data = build_png(
        16, color_type, lambda x, _: [0] * (bands + 1) if x < 4 else [65535] * (bands + 1)
    )
    loaded = imaging.load(data, "navy").image
    assert loaded.getpixel((0, 0)) == (0, 0, 128)
    assert loaded.getpixel((11, 7)) == WHITE


def test_image_without_transparency_has_no_background() -> None:
    data = encode_image(scene(), "PNG")
    assert imaging.load(data, "navy").image.tobytes() == scene().tobytes()


def test_entirely_transparent_image_has_a_notice() -> None:
    loaded = imaging.load(encode_image(draw(), "PNG"))
    assert "entirely transparent" in loaded.notices[0]
    assert loaded.image.getcolors() == [(64 * 32, WHITE)]


@pytest.mark.parametrize(
    ("background", "color"),
    [
        ("auto", None),
        ("white", WHITE),
        ("White", WHITE),
        ("#fff", WHITE),
        ("#ff8000", (255, 128, 0)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ((1, 2, 3), (1, 2, 3)),
        ([1, 2, 3], (1, 2, 3)),
    ],
)
def test_colors(background: Any, color: Any) -> None:
    assert parse_background(background) == color


@pytest.mark.parametrize(
    "background",
    [
        "",
        "whiite",
        "#12",
        "#12345678",
        "rgba(1,2,3,4)",
        "x" * 10**6,
        b"white",
        None,
        3,
        object(),
        (1, 2),
        (1, 2, 300),
        (1.0, 2, 3),
        (True, 2, 3),
    ],
)
def test_invalid_colors(background: Any) -> None:
    with pytest.raises(InputError, match="use auto, a name such as white, or #rrggbb") as caught:
        parse_background(background)
    assert len(str(caught.value)) < 200
    with pytest.raises(InputError, match="Invalid background"):
        semcodec.encode(scene(), background=background)


def test_background_of_encode() -> None:
    image = draw((f"rgb{RED}", MIDDLE))
    assert semcodec.encode(image, background="blue").image.getpixel((1, 1)) == (0, 0, 255)
    assert semcodec.encode(image).image.getpixel((1, 1)) == WHITE
