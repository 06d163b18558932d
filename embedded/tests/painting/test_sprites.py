"""Sprites: every noun of the describer has one, every sprite renders, and the data is small."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from semcodec_embedded.painting.drawing import bounding_box, render
from semcodec_embedded.painting.palette import NAMED, from_hex, from_lch, to_hex, to_lch
from semcodec_embedded.painting.recolor import FILL, recolor
from semcodec_embedded.painting.sprites import find_sprites, sprite_library
from semcodec_embedded.painting.vocabulary import roles, singular_candidates, split_prompt

PACKAGE = resources.files("semcodec_embedded")
LABELS = tomllib.loads(PACKAGE.joinpath("labels.toml").read_text("utf-8"))
NOUNS = sorted({*LABELS["detector"], *LABELS["nouns"], *LABELS["hyponyms"]} - {""})
MAX_SPRITE_BYTES = 2_000_000  #: total size of the sprite data in the package


def test_every_noun_of_the_describer_is_a_drawing_or_a_part_of_the_scene() -> None:
    assert [noun for noun in NOUNS if not find_sprites(noun) and noun not in roles()] == []


def test_every_plural_of_the_describer_is_found() -> None:
    plurals = ["people", "wolves", "knives", "mice", "geese", "buses", "benches", "sheep", "cows"]
    assert [plural for plural in plurals if not find_sprites(plural)] == []


def test_every_listed_drawing_exists() -> None:
    library = sprite_library()
    with_noun = {name for names in library.by_noun.values() for name in names}
    families = tomllib.loads(PACKAGE.joinpath("sprites", "nouns.toml").read_text("utf-8"))["family"]
    listed = {name for family in families for name in family["sprites"]}
    assert listed - set(library.bodies) == set()
    assert with_noun <= set(library.infos)
    assert set(library.bodies) <= set(library.infos)


def test_every_drawing_renders() -> None:
    for name in sprite_library().bodies:
        _, _, width, height = bounding_box(name)
        assert width > 8, name
        assert height > 8, name


@pytest.mark.parametrize("color", ["red", "black", "white"])
def test_drawn_sprites_render_in_color(color: str) -> None:
    drawn = tomllib.loads(PACKAGE.joinpath("sprites", "drawn.toml").read_text("utf-8"))["drawings"]
    for name in drawn:
        assert render(name, (24, 24), (color,)).getbbox(), name


def test_drawings_contain_no_text_links_or_scripts() -> None:
    for name, body in sprite_library().bodies.items():
        assert not re.search(r"<script|<text|<image|<foreign|https?:|data:|\son\w+=", body), name


def test_sprite_data_is_small() -> None:
    folder = PACKAGE.joinpath("sprites")
    sizes = [len(file.read_bytes()) for file in folder.iterdir() if file.is_file()]
    assert sum(sizes) < MAX_SPRITE_BYTES


def test_recolor_changes_the_main_color_and_not_outlines() -> None:
    body = '<rect fill="#cc2222" width="128" height="90"/><circle fill="#222222" r="20"/>'
    fills = FILL.findall(recolor(body, ("blue",), False))
    red, _, blue = from_hex(fills[0])
    assert blue > red + 60
    assert fills[1] == "#222222"


def test_colors_round_trip_through_oklch() -> None:
    for color in NAMED.values():
        converted = from_lch(to_lch(from_hex(to_hex(color))))
        assert max(abs(a - b) for a, b in zip(color, converted, strict=True)) <= 2


@pytest.mark.parametrize(
    ("plural", "singular"),
    [("dogs", "dog"), ("berries", "berry"), ("benches", "bench"), ("knives", "knife")],
)
def test_plurals_have_their_singular_among_the_candidates(plural: str, singular: str) -> None:
    assert singular in singular_candidates(plural)


def test_prompt_is_split_into_words() -> None:
    assert split_prompt("Two T-shirts, 'red' <b>!") == ["two", "t-shirts", "red", "b"]
    assert split_prompt("a Jack-o'-lantern") == ["a", "jack", "o", "lantern"]
