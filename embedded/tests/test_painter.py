"""The painter accepts any prompt and size, is deterministic, and paints what the words describe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from semcodec_embedded.backend import EmbeddedBackend
from semcodec_embedded.painter import (
    MAX_AREA,
    MAX_ASPECT,
    MAX_SIDE,
    EmbeddedPainter,
    canvas_size,
)
from semcodec_embedded.painting.compositing import draw_sprite
from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.scene import Looks, PlacedSprite
from tests.profiles import examples

SMALL = (96, 96)
WORDS = (
    "two ten many red blue orange black white huge small dog people boat car cat cake table desk "
    "kitchen street sky water snow grass wall background below left right top bottom row across "
    "night foggy dark bright photograph surfing riding horse shapes texture brick window fence"
).split()


def paint(prompt: str, size: tuple[int, int] = SMALL, seed: int = 0) -> NDArray[np.float32]:
    return np.asarray(EmbeddedPainter().paint(prompt, size, seed), np.float32)


@examples(25)
@given(st.text(max_size=60), st.integers(1, 80), st.integers(1, 80), st.integers(0, 2**31))
def test_any_text_is_painted(prompt: str, width: int, height: int, seed: int) -> None:
    picture = EmbeddedPainter().paint(prompt, (width, height), seed)
    assert (picture.size, picture.mode) == ((width, height), "RGB")


@examples(60)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_list_of_known_words_is_painted(words: list[str]) -> None:
    assert paint(" ".join(words), (48, 48)).shape == (48, 48, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (900, 2), (33, 64), (640, 360)])
def test_picture_has_the_requested_size(size: tuple[int, int]) -> None:
    assert EmbeddedPainter().paint("red boat", size, 0).size == size


@pytest.mark.parametrize("size", [(200, 200), (960, 192), (192, 960), (1600, 100), (60, 960)])
def test_ball_is_round_in_a_picture_of_any_aspect(size: tuple[int, int]) -> None:
    red, green, blue = np.moveaxis(paint("large red ball", size), 2, 0)
    rows, columns = np.nonzero((red > 150) & (green < 90) & (blue < 90))
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1, abs=0.1)
    assert np.ptp(columns) > min(size) / 4


def test_panorama_is_painted_with_all_its_pixels() -> None:
    """At most 1536 pixels on the longer side would be enlarged, and blurred, for 2256 x 464."""
    assert [canvas_size(size) for size in ((2256, 464), (256, 4096), (1248, 832))] == [
        (2256, 464), (256, 4096), (1248, 832),
    ]  # fmt: skip
    assert canvas_size((4096, 4096)) == (1536, 1536)
    assert canvas_size((1, 1)) == (96, 96)
    assert EmbeddedBackend().paintable_size((4096, 4096)) == (1536, 1536)


@given(st.integers(1, 4096), st.integers(1, 4096))
def test_canvas_for_the_size_of_a_canvas_is_the_same(width: int, height: int) -> None:
    """So a decoder that paints at the size of the canvas gets a picture without resampling."""
    canvas = canvas_size((width, height))
    assert canvas_size(canvas) == canvas
    assert max(canvas) <= max(MAX_SIDE, MAX_AREA // min(canvas))
    assert max(canvas) <= MAX_ASPECT * min(canvas)


@pytest.mark.parametrize("prompt", ["", "two dog grass", "kitchen oven", "red shapes", "zxqv"])
def test_same_arguments_paint_the_same_pixels(prompt: str) -> None:
    assert np.array_equal(paint(prompt, seed=3), paint(prompt, seed=3))


def test_another_seed_paints_another_picture() -> None:
    assert not np.array_equal(paint("dog grass", seed=1), paint("dog grass", seed=2))


def test_pixels_do_not_depend_on_earlier_pictures() -> None:
    first = paint("red bus street")
    paint("blue bus street night")
    assert np.array_equal(first, paint("red bus street"))


def test_markup_in_a_prompt_is_ignored() -> None:
    assert paint('"/><image href="file:///etc/passwd"/>').shape == (96, 96, 3)


@pytest.mark.parametrize("noun", ["boat", "car", "parrot", "bus", "chair", "flowers", "vase"])
def test_color_word_changes_the_color_of_the_object(noun: str) -> None:
    red, blue = (paint(f"large {color} {noun}", (128, 128)) for color in ("red", "blue"))
    warmth = red[..., 0] - red[..., 2], blue[..., 0] - blue[..., 2]
    assert (warmth[0] > 60).sum() > (warmth[1] > 60).sum() + 100
    assert (warmth[1] < -60).sum() > (warmth[0] < -60).sum() + 100


@pytest.mark.parametrize("scene", ["street car", "boat lake", "house", "people beach"])
def test_night_is_darker_than_day(scene: str) -> None:
    assert paint(f"{scene} night").mean() < paint(scene).mean() - 25


def test_dark_is_darker_and_bright_is_brighter() -> None:
    dark, plain, bright = (paint(f"dog grass {mood}").mean() for mood in ("dark", "", "bright"))
    assert dark < plain < bright


@pytest.mark.parametrize("mood", ["black and white photograph", "black white photograph"])
def test_black_and_white_photograph_has_no_color(mood: str) -> None:
    picture = paint(f"red car street {mood}")
    assert np.array_equal(picture[..., 0], picture[..., 1])
    assert np.array_equal(picture[..., 1], picture[..., 2])


@pytest.mark.parametrize(
    ("prompt", "channel"),
    [("green background", 1), ("red background", 0), ("dog blue wall", 2), ("dog green grass", 1)],
)
def test_color_word_changes_the_color_of_the_surroundings(prompt: str, channel: int) -> None:
    assert paint(prompt).mean((0, 1)).argmax() == channel


def test_color_word_changes_clothing_and_not_skin() -> None:
    plain, red = (paint(f"huge {color} person gray background") for color in ("", "red"))
    face = slice(50, 60), slice(44, 52)
    assert np.abs(plain[face] - red[face]).mean() < 6
    assert red[90:, 30:66, 0].mean() > plain[90:, 30:66, 0].mean() + 40


@pytest.mark.parametrize(
    "prompt",
    [
        "fish coral underwater ocean",
        "rocket space stars planet",
        "train railway tracks",
        "cars traffic city street night",
        "tennis player court stadium",
        "camel desert sand dunes",
        "palm tree beach sand waves",
        "skier snow mountain",
        "lake forest mountains reflection",
        "old brick wall door",
        "wooden wall cat",
        "tiled bathroom toilet sink",
        "kitchen oven refrigerator",
        "bedroom bed lamp",
        "living room couch television window",
        "desk laptop keyboard mouse",
        "birthday party cake balloons",
        "market street shops awnings",
        "village houses church hill",
        "hot air balloon clouds sky",
        "sunset sea sailboat",
        "rain umbrella street",
        "foggy bridge river",
        "garden flowers leaves butterfly",
        "abstract red green yellow shapes",
        "huge brown cat",
        "statue gray background",
    ],
)
def test_every_setting_is_painted(prompt: str) -> None:
    picture = paint(prompt)
    assert picture.std() > 12, "more than one flat color"
    assert not np.array_equal(picture, paint("zxqv"))


def test_grass_is_beside_the_street_and_the_street_is_gray() -> None:
    plain, grassy = (paint(f"street car{words}") for words in ("", " green grass"))
    strip, road = slice(55, 62), slice(80, 92)
    greenness = [
        (picture[rows, :12, 1] - picture[rows, :12, 0]).mean()
        for picture in (plain, grassy)
        for rows in (strip, road)
    ]
    assert greenness[2] > max(greenness[0], 0) + 15
    assert abs(greenness[3]) < 12


def test_skateboard_has_its_color() -> None:
    plain, red, blue = (
        render("skateboarder", (96, 96), ("green",), Looks(gear_color=color))
        for color in ("", "red", "blue")
    )
    changed = np.any(np.asarray(red) != np.asarray(blue), axis=-1)
    assert changed[80:].mean() > 0.1
    assert not changed[:80].any()
    assert np.asarray(plain)[changed].tolist() != np.asarray(red)[changed].tolist()


def test_wall_replaces_the_sky() -> None:
    sky, wall = (paint(f"{words} car road")[:40].mean((0, 1)) for words in ("", "brick wall"))
    assert sky[2] > sky[0]
    assert wall[0] > wall[2]


def test_landscape_without_objects_has_a_stream() -> None:
    def blue_pixels(prompt: str) -> int:
        lower = paint(prompt)[64:]
        return int((lower[..., 2] > lower[..., 1]).sum())

    assert blue_pixels("grass") > blue_pixels("sheep grass") + 50


def test_backdrop_differs_from_an_object_of_its_color() -> None:
    same, other = (paint(f"{color} parrot red background")[:10] for color in ("red", "blue"))
    assert same.mean() < other.mean() - 10


def test_flipped_sprite_is_mirrored() -> None:
    left, right = (Image.new("RGB", (100, 100), "white") for _ in range(2))
    sprite = PlacedSprite("horse", 500.0, 900.0, 800.0, 700.0, (), "ground")
    draw_sprite(left, sprite, ())
    draw_sprite(right, replace(sprite, flipped=True), ())
    assert left.tobytes() == right.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes()
    assert left.tobytes() != right.tobytes()


def test_haze_lightens_a_sprite() -> None:
    near, far = (Image.new("RGB", (100, 100), "white") for _ in range(2))
    sprite = PlacedSprite("horse", 500.0, 900.0, 800.0, 700.0, (), "ground")
    for picture, amount in ((near, 0.0), (far, 0.5)):
        draw_sprite(picture, sprite, [((255, 255, 255), amount)])
    assert np.asarray(far).mean() > np.asarray(near).mean() + 10


def test_windows_of_a_city_shine_at_night() -> None:
    city, field = (paint(f"{place} night", (192, 128)) for place in ("city", "meadow"))
    assert ((city[..., 0] > 190) & (city[..., 2] < 170)).sum() > 200
    assert ((field[..., 0] > 190) & (field[..., 2] < 170)).sum() < 20


def test_subject_stands_out_at_night() -> None:
    lower = paint("white horse meadow night", (128, 96))[52:]
    assert (lower.min(-1) > 140).sum() > 200
