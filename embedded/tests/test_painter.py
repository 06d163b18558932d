"""The painter accepts any prompt and size, is deterministic, and shows what the words describe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from semcodec_embedded.painter import EmbeddedPainter
from semcodec_embedded.painting.environment import choose_environment
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.placement import place_subjects
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.svg import HEIGHT
from tests.profiles import examples

SMALL = (96, 96)
WORDS = (
    "two ten many red blue orange black white huge small dog people boat car cat cake table desk "
    "kitchen street sky water snow grass wall background below left right top bottom row across "
    "night foggy dark bright photograph surfing riding horse shapes texture brick window fence"
).split()


def paint(prompt: str, size: tuple[int, int] = SMALL, seed: int = 0) -> NDArray[np.float32]:
    return np.asarray(EmbeddedPainter().paint(prompt, size, seed), np.float32)


def place(prompt: str, seed: int = 0) -> list[PlacedSprite]:
    scene = parse_prompt(prompt)
    return place_subjects(scene, choose_environment(scene), HEIGHT, seeded_rng(prompt, seed))


@examples(25)
@given(st.text(max_size=60), st.integers(1, 80), st.integers(1, 80), st.integers(0, 2**31))
def test_every_text_gives_a_picture(prompt: str, width: int, height: int, seed: int) -> None:
    picture = EmbeddedPainter().paint(prompt, (width, height), seed)
    assert (picture.size, picture.mode) == ((width, height), "RGB")


@examples(60)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_every_list_of_known_words_gives_a_picture(words: list[str]) -> None:
    assert paint(" ".join(words), (48, 48)).shape == (48, 48, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (900, 2), (33, 64), (640, 360)])
def test_picture_has_the_requested_size(size: tuple[int, int]) -> None:
    assert EmbeddedPainter().paint("red boat", size, 0).size == size


def test_large_picture_has_the_requested_size() -> None:
    assert EmbeddedPainter().paint("boat", (4096, 4096), 0).size == (4096, 4096)


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


def test_empty_prompt_is_a_landscape() -> None:
    assert choose_environment(parse_prompt("")).kind == "outdoors"
    assert paint("").std() > 10


@pytest.mark.parametrize("noun", ["boat", "car", "parrot", "bus", "chair", "flowers", "vase"])
def test_color_word_changes_the_color_of_the_object(noun: str) -> None:
    red, blue = (paint(f"large {color} {noun}", (128, 128)) for color in ("red", "blue"))
    warmth = red[..., 0] - red[..., 2], blue[..., 0] - blue[..., 2]
    assert (warmth[0] > 60).sum() > (warmth[1] > 60).sum() + 100
    assert (warmth[1] < -60).sum() > (warmth[0] < -60).sum() + 100


def test_two_colors_of_a_pair_go_one_to_each() -> None:
    birds = sorted(place("two large red yellow parrots left right"), key=lambda sprite: sprite.x)
    assert [bird.colors for bird in birds] == [("red",), ("yellow",)]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("boat", 1), ("two boat", 2), ("two boats", 2), ("boats", 3), ("ten sheep", 10),
     ("three red cars", 3), ("crowd of people", 12), ("two dogs one cat", 3)],
)  # fmt: skip
def test_number_of_sprites(prompt: str, count: int) -> None:
    assert len(place(prompt)) == count


@pytest.mark.parametrize("noun", ["dog", "boat", "tree", "person", "bus"])
def test_left_is_left_of_right(noun: str) -> None:
    columns = [place(f"{noun} {side}")[0].x for side in ("left", "center", "right")]
    assert columns == sorted(columns)
    assert columns[0] < 450 < 550 < columns[2]


def test_pair_left_and_right_does_not_overlap() -> None:
    first, second = sorted(place("two dogs left right"), key=lambda sprite: sprite.x)
    assert first.box[2] < second.box[0]


def test_size_words_are_ordered_by_height() -> None:
    heights = [place(f"{size} dog")[0].height for size in ("small", "large", "huge")]
    assert heights == sorted(heights)
    assert heights[0] * 2 < heights[1]


@pytest.mark.parametrize(
    "prompt",
    ["two large dogs", "dog cat horse", "large red car left large blue bus right", "cup bowl fork"],
)
def test_sprites_overlap_little(prompt: str) -> None:
    sprites = place(prompt)
    for index, sprite in enumerate(sprites):
        for other in sprites[index + 1 :]:
            overlap = min(sprite.box[2], other.box[2]) - max(sprite.box[0], other.box[0])
            assert overlap < 0.6 * min(sprite.width, other.width)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "large red car left small blue bus right",
            [("bus-side", 770, 648, 106, False), ("automobile", 288, 757, 365, True)],
        ),
        (
            "boat lake house",
            [("house", 248, 600, 492, True), ("sailboat", 500, 798, 523, True)],
        ),
        (
            "four sheep meadow house person",
            [
                ("house", 500, 696, 492, True),
                ("man-standing", 170, 770, 348, False),
                ("ewe", 386, 785, 163, True),
                ("ewe", 78, 808, 155, True),
                ("ewe", 619, 809, 153, False),
                ("ewe", 848, 842, 153, False),
            ],
        ),
    ],
)
def test_placement_is_deterministic(
    prompt: str, expected: list[tuple[str, int, int, int, bool]]
) -> None:
    """Recorded x, baseline and height: they change if the generator is called in another order."""
    sprites = place(prompt)
    assert [(sprite.name, sprite.flipped) for sprite in sprites] == [
        (name, flipped) for name, *_, flipped in expected
    ]
    for sprite, (_, *numbers, _) in zip(sprites, expected, strict=True):
        assert [sprite.x, sprite.baseline_y, sprite.height] == pytest.approx(numbers, abs=1)


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


@pytest.mark.parametrize(
    ("prompt", "kind", "ground"),
    [
        ("boat", "outdoors", "water"),
        ("car", "outdoors", "road"),
        ("cow", "outdoors", "grass"),
        ("train", "outdoors", "tracks"),
        ("airplane", "sky", ""),
        ("cat", "room", "floor"),
        ("toilet", "room", "floor"),
        ("pizza", "table", "table"),
        ("laptop brown desk", "table", "desk"),
        ("fish", "underwater", ""),
        ("rocket astronaut space", "space", ""),
        ("man skiing", "outdoors", "snow"),
        ("parrot brown background", "studio", ""),
        ("red green shapes gray background", "shapes", ""),
        ("people tennis", "outdoors", "court"),
    ],
)
def test_environment_follows_from_the_words(prompt: str, kind: str, ground: str) -> None:
    environment = choose_environment(parse_prompt(prompt))
    assert (environment.kind, environment.ground) == (kind, ground)


@pytest.mark.parametrize(
    ("prompt", "sprite"),
    [
        ("man riding wave surfboard ocean", "person-surfing"),
        ("person large surfboard surfing on a wave", "person-surfing"),
        ("man skateboard skateboarding jump", "skateboarder"),
        ("girl riding brown horse", "horse-racing"),
        ("man bicycle riding", "person-biking"),
        ("six people playing baseball on a field", "baseball-player"),
        ("woman red dress", "woman-dress"),
        ("huge red person", "bust"),
        ("huge woman", "bust"),
    ],
)
def test_people_are_drawn_in_the_pose_of_the_activity(prompt: str, sprite: str) -> None:
    assert sprite in {item.name.removesuffix("-woman") for item in place(prompt)}


def test_color_word_changes_clothing_and_not_skin() -> None:
    plain, red = (paint(f"huge {color} person gray background") for color in ("", "red"))
    face = slice(50, 60), slice(44, 52)
    assert np.abs(plain[face] - red[face]).mean() < 6
    assert red[90:, 30:66, 0].mean() > plain[90:, 30:66, 0].mean() + 40


@pytest.mark.parametrize(
    ("prompt", "part", "color"),
    [
        ("huge gray statue background", "background", "gray"),
        ("huge red person brown background below", "below", "red"),
        ("two brown laptops green wall desk", "ground", "green"),
        ("gray bus street green trees pink road", "ground", "pink"),
        ("red boat water", "ground", ""),
        ("parrot brown background green", "below", "green"),
    ],
)
def test_color_that_is_not_repeated_is_inferred(prompt: str, part: str, color: str) -> None:
    assert parse_prompt(prompt).color_of(part) == color


@pytest.mark.parametrize(
    ("prompt", "gray"),
    [
        ("white clock center gray background black", True),
        ("black person white door gray background", True),
        ("white bus gray road", False),
        ("red clock gray background black", False),
    ],
)
def test_black_and_white_photograph_is_inferred_from_its_colors(prompt: str, gray: bool) -> None:
    assert ("gray" in parse_prompt(prompt).moods) == gray


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
def test_every_setting_has_a_picture_of_its_own(prompt: str) -> None:
    picture = paint(prompt)
    assert picture.std() > 12, "more than one flat color"
    assert not np.array_equal(picture, paint("zxqv"))


def test_animal_that_fills_the_picture_shows_its_face() -> None:
    assert [sprite.name for sprite in place("huge brown cat")] == ["cat-face"]
    assert [sprite.name for sprite in place("large brown cat")] == ["cat"]
