"""Descriptions of the bundled photographs, of composed pictures, and of blank ones."""

from __future__ import annotations

import functools
import re
from importlib import resources
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

import semcodec
from semcodec.errors import BackendError, InputError
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.tokenizer import tokenize
from semcodec_embedded import describer, onnx_models
from semcodec_embedded.colors import NAMES, to_lab_thumbnail
from semcodec_embedded.describer import EmbeddedDescriber
from semcodec_embedded.detector import Box, Detection
from semcodec_embedded.fusion import Evidence
from semcodec_embedded.scene import Scene
from tests.profiles import examples

DESCRIBER = EmbeddedDescriber()


def photo(name: str) -> Image.Image:
    data = resources.files("semcodec_embedded").joinpath("photos", f"{name}.jpg").read_bytes()
    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("name", ["astronaut", "cat", "coffee"])
@pytest.mark.parametrize("quality", [75, 85, 95])
def test_noise_of_jpeg_does_not_change_the_description(name: str, quality: int) -> None:
    file = BytesIO()
    photo(name).save(file, "JPEG", quality=quality, subsampling=0)
    assert DESCRIBER.describe(Image.open(file)) == describe_photo(name)


def test_table_that_fills_the_picture_is_the_floor() -> None:
    table = Detection("table", 0.9, Box(0.0, 0.0, 1.0, 1.0))
    cup = Detection("cup", 0.9, Box(0.4, 0.3, 0.6, 0.7))
    evidence = Evidence((cup, table), (), ("table",), {})
    assert describer._without_surfaces(evidence).objects == (cup,)
    corner = Detection("table", 0.9, Box(0.0, 0.5, 1.0, 1.0))
    for kept in (Evidence((cup, table), (), (), {}), Evidence((cup, corner), (), ("table",), {})):
        assert describer._without_surfaces(kept) == kept


@functools.cache
def describe_photo(name: str) -> str:
    """Return the description of a bundled photograph, which is computed only once."""
    return DESCRIBER.describe(photo(name))


def words(image: Image.Image) -> list[str]:
    return tokenize(DESCRIBER.describe(image))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat", {"cat", "huge", "brown"}),
        ("coffee", {"cup", "coffee", "table"}),
        ("astronaut", {"person", "astronaut", "spacesuit"}),
    ],
)
def test_description_of_a_bundled_photograph_has_its_main_words(
    name: str, expected: set[str]
) -> None:
    assert expected <= set(tokenize(describe_photo(name)))


def picture_with_cups(*left_edges: int) -> Image.Image:
    """Return a gray picture with a cup of coffee at each of the given left edges."""
    canvas = Image.new("RGB", (800, 800), (128, 128, 128))
    for left in left_edges:
        canvas.paste(photo("coffee").resize((360, 240)), (left, 260))
    return canvas


def panorama(*names: str) -> Image.Image:
    """Return photographs in a row, each 300 x 200 pixels."""
    row = Image.new("RGB", (300 * len(names), 200))
    for index, name in enumerate(names):
        row.paste(ImageOps.fit(photo(name), (300, 200)), (300 * index, 0))
    return row


def test_both_ends_of_a_panorama_are_described() -> None:
    """Squeezed into the square input of a network, none of the objects would be recognized."""
    text = DESCRIBER.describe(panorama("cat", "astronaut", "coffee"))
    assert re.search(r"cat (at|on) the left", text)
    assert re.search(r"cup.* (at|on) the right", text)
    assert "person" in text


def test_objects_of_a_panorama_in_portrait_format_are_described() -> None:
    column = Image.new("RGB", (300, 600))
    for index, name in enumerate(("cat", "astronaut", "coffee")):
        column.paste(panorama(name), (0, 200 * index))
    assert {"cat", "person", "cup"} <= set(words(column.resize((300, 900))))


@pytest.mark.parametrize(("width", "phrase"), [(200, "large red boat"), (600, "large boat")])
def test_subject_of_a_panorama_has_no_color(width: int, phrase: str) -> None:
    """It may be anywhere, and the middle is only one window of many."""
    picture = Image.new("RGB", (width, 200), "gray")
    picture.paste((200, 0, 0), (width // 4, 40, width * 3 // 4, 160))
    assert describer._describe_label(to_lab_thumbnail(picture), "boat") == phrase


def test_mirrored_picture_swaps_left_and_right() -> None:
    left = set(words(picture_with_cups(20)))
    right = set(words(ImageOps.mirror(picture_with_cups(20))))
    assert "left" in left - right
    assert "right" in right - left


def test_two_objects_are_counted() -> None:
    assert "two" in words(picture_with_cups(20, 420))
    assert "two" not in words(picture_with_cups(220))


def test_color_of_an_object_is_described() -> None:
    cup = photo("coffee")
    blue = Image.merge("RGB", (cup.getchannel("B"), cup.getchannel("G"), cup.getchannel("R")))
    assert "blue" not in describe_photo("coffee").lower()
    assert "blue" in DESCRIBER.describe(blue).lower()


def landscape(sky: tuple[int, int, int], ground: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", (300, 300), sky)
    picture.paste(ground, (0, 170, 300, 300))
    return picture


def test_sky_and_grass_are_described_by_color() -> None:
    text = DESCRIBER.describe(landscape((90, 150, 235), (60, 140, 50))).lower()
    assert "blue" in text
    assert "green" in text


def test_gray_photograph_is_monochrome() -> None:
    assert "monochrome" in DESCRIBER.describe(ImageOps.grayscale(photo("coffee"))).lower()
    assert "monochrome" not in describe_photo("coffee").lower()


def shapes() -> Image.Image:
    picture = Image.new("RGB", (200, 200), (235, 235, 225))
    ImageDraw.Draw(picture).rectangle((10, 20, 60, 180), fill=(220, 20, 30))
    return picture


def test_picture_without_objects_is_described_by_colors_and_positions() -> None:
    text = DESCRIBER.describe(shapes()).lower()
    assert "abstract red" in text
    assert "left" in text


WITHOUT_OBJECTS = {
    "one pixel": Image.new("RGB", (1, 1), (200, 20, 20)),
    "black": Image.new("RGB", (64, 64)),
    "white": Image.new("RGB", (64, 64), "white"),
    "a line": Image.new("RGB", (2000, 1), (9, 90, 200)),
    "a column": Image.new("RGB", (1, 2000), (9, 90, 200)),
    "noise": Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)),
    "a gradient": Image.linear_gradient("L").convert("RGB"),
    "shapes": shapes(),
}


@pytest.mark.parametrize("name", WITHOUT_OBJECTS)
def test_blank_and_tiny_pictures_are_described(name: str) -> None:
    description_words = words(WITHOUT_OBJECTS[name])
    assert len(description_words) >= 2
    assert all(map(skeleton_of_word, description_words))
    assert words(WITHOUT_OBJECTS[name]) == description_words


@examples(15)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_word_of_a_description_has_a_skeleton(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    text = DESCRIBER.describe(Image.fromarray(pixels).resize((80, 60)))
    assert text
    assert not re.search("[0-9]", text)
    assert [word for word in tokenize(text) if not skeleton_of_word(word)] == []


GREEN, STONE, SKIN = (60, 140, 50), (180, 180, 180), (224, 172, 125)


@pytest.mark.parametrize(("material", "noun"), [(STONE, "statue"), (SKIN, "person")])
def test_large_person_without_skin_is_a_statue(material: tuple[int, int, int], noun: str) -> None:
    picture = Image.new("RGB", (100, 100), GREEN)
    picture.paste(material, (20, 10, 80, 90))
    person = Detection("person", 0.9, Box(0.2, 0.1, 0.8, 0.9))
    view = to_lab_thumbnail(picture)
    assert describer._describe_object(picture, view, person).noun == noun
    gray = to_lab_thumbnail(picture.convert("L").convert("RGB"))
    assert describer._describe_object(picture, gray, person).noun == "person"


def test_described_color_is_not_repeated() -> None:
    assert describer._without_repetition("white below", "white wall") == ""
    assert describer._without_repetition("brown below", "white wall") == "brown below"
    assert describer._without_repetition("white snow", "white wall") == "white snow"
    assert describer._without_repetition("brown background", "huge brown cat") == ""
    assert describer._without_repetition("gray background", "huge brown cat") == "gray background"


@pytest.mark.parametrize("name", ["cat", "coffee", "astronaut"])
def test_background_of_a_record_has_its_color(name: str) -> None:
    words = semcodec.encode(photo(name), backend="embedded").record.words
    for before, word in pairwise((*words[:1], *words)):
        assert word != "background" or before in NAMES


@pytest.mark.parametrize(("noun", "first"), [("chair", "lighthouse"), ("person", "person")])
def test_subject_comes_before_unimportant_objects(noun: str, first: str) -> None:
    picture = Image.new("RGB", (100, 100), GREEN)
    detection = Detection(noun, 0.9, Box(0.4, 0.4, 0.5, 0.5))
    evidence = Evidence((detection,), ("lighthouse",), (), {})
    sentences = describer._sentences(
        picture, to_lab_thumbnail(picture), evidence, Scene("", "", ())
    )
    assert first in next(sentences)


def test_truncated_image_is_an_input_error() -> None:
    data = BytesIO()
    photo("cat").save(data, "PNG")
    truncated = Image.open(BytesIO(data.getvalue()[:2000]))
    with pytest.raises(InputError, match="cannot be read"):
        DESCRIBER.describe(truncated)


def test_missing_network_is_a_backend_error() -> None:
    with pytest.raises(BackendError, match="Cannot run the network") as caught:
        onnx_models.run("missing.onnx", np.zeros((1, 3), np.float32))
    assert (caught.value.backend, caught.value.stage) == ("embedded", "describe")
