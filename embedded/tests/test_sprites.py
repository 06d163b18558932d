"""Every noun of the describer means a drawing, every drawing renders, and all are small enough."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from semcodec_embedded.painting.drawing import bounding_box, render
from semcodec_embedded.painting.palette import NAMED, from_hex, from_lch, to_hex, to_lch
from semcodec_embedded.painting.recolor import FILL, recolor
from semcodec_embedded.painting.sprites import find, library
from semcodec_embedded.painting.vocabulary import roles, singulars, words_of

PACKAGE = resources.files("semcodec_embedded")
LABELS = tomllib.loads(PACKAGE.joinpath("labels.toml").read_text("utf-8"))
NOUNS = sorted({*LABELS["detector"], *LABELS["nouns"], *LABELS["hyponyms"]} - {""})
LARGEST = 2_000_000  #: bytes of sprite data that may be shipped


def test_every_noun_of_the_describer_is_a_drawing_or_a_part_of_the_scene() -> None:
    assert [noun for noun in NOUNS if not find(noun) and noun not in roles()] == []


def test_every_plural_of_the_describer_is_found() -> None:
    plurals = ["people", "wolves", "knives", "mice", "geese", "buses", "benches", "sheep", "cows"]
    assert [plural for plural in plurals if not find(plural)] == []


def test_every_named_drawing_exists() -> None:
    known = library()
    named = {name for names in known.index.values() for name in names}
    families = tomllib.loads(PACKAGE.joinpath("sprites", "nouns.toml").read_text("utf-8"))["family"]
    listed = {name for family in families for name in family["sprites"]}
    assert listed - set(known.bodies) == set()
    assert named <= set(known.infos)
    assert set(known.bodies) <= set(known.infos)


def test_every_drawing_renders() -> None:
    for name in library().bodies:
        _, _, width, height = bounding_box(name)
        assert width > 8, name
        assert height > 8, name


@pytest.mark.parametrize("color", ["red", "black", "white"])
def test_our_drawings_take_colors(color: str) -> None:
    drawn = tomllib.loads(PACKAGE.joinpath("sprites", "drawn.toml").read_text("utf-8"))["drawings"]
    for name in drawn:
        assert render(name, (24, 24), (color,)).getbbox(), name


def test_drawings_hold_no_words_links_or_scripts() -> None:
    for name, body in library().bodies.items():
        assert not re.search(r"<script|<text|<image|<foreign|https?:|data:|\son\w+=", body), name


def test_the_data_is_small() -> None:
    folder = PACKAGE.joinpath("sprites")
    assert sum(len(file.read_bytes()) for file in folder.iterdir() if file.is_file()) < LARGEST


def test_a_color_moves_only_what_it_should() -> None:
    body = '<rect fill="#cc2222" width="128" height="90"/><circle fill="#222222" r="20"/>'
    fills = FILL.findall(recolor(body, ("blue",), False))
    red, _, blue = from_hex(fills[0])
    assert blue > red + 60
    assert fills[1] == "#222222"


def test_colors_survive_the_way_there_and_back() -> None:
    for color in NAMED.values():
        there = from_lch(to_lch(from_hex(to_hex(color))))
        assert max(abs(a - b) for a, b in zip(color, there, strict=True)) <= 2


@pytest.mark.parametrize(
    ("plural", "singular"),
    [("dogs", "dog"), ("berries", "berry"), ("benches", "bench"), ("knives", "knife")],
)
def test_plurals_have_singulars(plural: str, singular: str) -> None:
    assert singular in singulars(plural)


def test_words_are_split_plainly() -> None:
    assert words_of("Two T-shirts, 'red' <b>!") == ["two", "t-shirts", "red", "b"]
