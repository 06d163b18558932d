"""People look as the words state, and are neutral otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

from semcodec_embedded.painter import EmbeddedPainter
from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.environment import choose_environment
from semcodec_embedded.painting.figures import AGES, CUTS, GARMENTS, SEX_OF_CUT, restyle
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.palette import NAMED
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.placement import place_subjects
from semcodec_embedded.painting.recolor import HAIR_TONES, SKIN_TONES
from semcodec_embedded.painting.scene import Looks, PlacedSprite, Subject
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT

NEUTRAL_NOUNS = (
    "person people human adult crowd worker pedestrian tourist passenger spectator player visitor "
    "customer audience team group individual teenager friend parent neighbor child kid children "
    "toddler baby infant family portrait face elderly senior"
).split()


def person(prompt: str) -> Subject:
    people = [item for item in parse_prompt(prompt).subjects if item.sprites[0] in everyone()]
    assert len(people) == 1, people
    return people[0]


def everyone() -> frozenset[str]:
    return sprite_library().people


def place(prompt: str, seed: int = 0) -> list[PlacedSprite]:
    scene = parse_prompt(prompt)
    return place_subjects(scene, choose_environment(scene), HEIGHT, seeded_rng(prompt, seed))


@pytest.mark.parametrize("noun", NEUTRAL_NOUNS)
def test_person_without_stated_looks_is_neutral(noun: str) -> None:
    subject = person(noun)
    assert (subject.looks.sex, subject.looks.skin) == ("", "")
    for name in subject.sprites:
        assert not name.startswith(("man-", "woman-"))
        assert not {name.split("-")[2]} & set(SEX_OF_CUT) if name.count("-") > 2 else True


def test_no_person_without_stated_looks_has_dark_hair() -> None:
    for name in (
        "figure-adult-neutral-trousers",
        "person-walking",
        "skateboarder",
        "tennis-player",
    ):
        pixels = np.asarray(render(name, (96, 192), ()), np.int16)
        head = pixels[:40][pixels[:40, :, 3] > 200]
        is_dark_brown = (np.abs(head[:, :3] - np.array([84, 57, 48])).max(1) < 25).mean()
        assert is_dark_brown < 0.08, name  # eyes are dark too


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("person", "figure-adult-neutral-trousers"),
        ("man", "figure-adult-short-trousers"),
        ("woman", "figure-adult-long-trousers"),
        ("female", "figure-adult-long-trousers"),
        ("female person", "figure-adult-long-trousers"),
        ("person dress", "figure-adult-neutral-dress"),
        ("woman red dress", "figure-adult-long-dress"),
        ("child", "figure-child-neutral-trousers"),
        ("boy", "figure-child-short-trousers"),
        ("girl", "figure-child-long-trousers"),
        ("girl dress", "figure-child-long-dress"),
        ("baby", "figure-baby"),
        ("elderly", "figure-old-neutral-trousers"),
        ("old person", "figure-old-neutral-trousers"),
        ("old man", "figure-old-ring-trousers"),
        ("man elderly", "figure-old-ring-trousers"),
        ("old woman bench", "figure-old-bun-trousers"),
        ("grandmother", "figure-old-bun-trousers"),
        ("elderly woman short hair", "figure-old-short-trousers"),
        ("bald man", "figure-adult-bald-trousers"),
        ("bearded man", "figure-adult-beard-trousers"),
        ("man beard", "figure-adult-beard-trousers"),
        ("woman long hair", "figure-adult-long-trousers"),
        ("person long red hair", "figure-adult-long-trousers"),
        ("woman surfing", "woman-surfing"),
        ("man surfing", "man-surfing"),
        ("person surfing", "person-surfing"),
        ("surfer", "person-surfing"),
        ("girl riding bicycle", "woman-biking"),
        ("runner", "person-running"),
        ("rider", "horse-racing"),
        ("astronaut", "astronaut-uniformed"),
    ],
)
def test_stated_age_sex_hair_and_garment_select_the_drawing(prompt: str, expected: str) -> None:
    assert person(prompt).sprites[0] == expected


@pytest.mark.parametrize(
    ("prompt", "hair"),
    [
        ("person", ""), ("woman", ""), ("old woman", "gray"), ("grandfather", "gray"),
        ("elderly person white hair", "white"), ("blond woman", "yellow"),
        ("blonde girl red dress", "yellow"), ("woman blond red dress", "yellow"),
        ("girl red hair", "red"), ("redhead", "red"), ("man black hair", "black"),
        ("brunette woman", "brown"), ("dark-haired man", "black"), ("boy hair green", ""),
    ],
)  # fmt: skip
def test_stated_hair_color(prompt: str, hair: str) -> None:
    assert person(prompt).looks.hair == hair


@pytest.mark.parametrize(
    ("prompt", "skin"),
    [
        ("dark skinned woman", "dark"),
        ("woman pale skin", "light"),
        ("black woman", ""),
        ("man", ""),
    ],
)
def test_stated_skin(prompt: str, skin: str) -> None:
    assert person(prompt).looks.skin == skin


def test_traits_belong_to_the_person_that_they_describe() -> None:
    girl, boy = parse_prompt("girl red hair boy black hair").subjects
    assert (girl.looks.hair, boy.looks.hair) == ("red", "black")
    blond, bald = parse_prompt("blond girl bald man").subjects
    assert (blond.looks.hair, blond.looks.cut, bald.looks.cut) == ("yellow", "", "bald")


@pytest.mark.parametrize("prompt", ["old house", "man old house", "male lion", "ancient temple"])
def test_trait_of_a_thing_does_not_describe_a_person(prompt: str) -> None:
    subjects = parse_prompt(prompt).subjects
    assert all(item.looks.age == "" for item in subjects)
    assert sum(item.sprites[0] in everyone() for item in subjects) == ("man" in prompt)


def test_blond_animal_has_blond_fur() -> None:
    [dog] = parse_prompt("blond dog").subjects
    assert dog.colors == ("yellow",)


def test_clothes_below_the_waist_do_not_color_the_shirt() -> None:
    man = person("man red shirt blue jeans")
    assert (man.colors, man.looks.lower_color) == (("red",), "blue")


def test_several_people_differ_in_their_clothes() -> None:
    colors = [sprite.colors for sprite in place("five people")]
    assert len(set(colors)) == 5
    assert {sprite.colors for sprite in place("five red people")} == {("red",)}


def test_clothes_depend_on_the_seed_and_places_do_not_depend_on_clothes() -> None:
    assert len({place("person", seed)[0].colors for seed in range(8)}) > 2
    plain, red = place("two people grass"), place("two red people grass")
    assert [sprite.name for sprite in plain] == [sprite.name for sprite in red]


def test_children_and_babies_are_smaller() -> None:
    heights = [place(f"{noun} tree")[0].height for noun in ("man", "boy", "baby")]
    adult, child, *_ = sorted(sprite.height for sprite in place("family"))[::-1]
    assert heights == sorted(heights, reverse=True)
    assert child < 0.85 * adult


@pytest.mark.parametrize("noun", ["person", "woman", "child", "old man", "doctor"])
def test_huge_person_does_not_fill_the_picture_with_a_face(noun: str) -> None:
    [half] = place(f"huge {noun} gray background")
    assert half.name.endswith("-half")
    assert half.height <= 0.87 * HEIGHT
    picture = EmbeddedPainter().paint(f"huge {noun} gray background", (200, 200), 0)
    corners = np.asarray(picture, np.int16)[:24].reshape(-1, 3)
    assert (corners.max(1) - corners.min(1) < 40).mean() > 0.9  # gray background above the head


def test_portrait_of_an_astronaut_shows_the_suit_and_no_shirt() -> None:
    [half] = place("huge orange person astronaut spacesuit gray background")
    assert half.name == "astronaut-uniformed-half"
    for name, is_same in (("astronaut", True), ("police-officer", False)):
        bust, portrait = (
            render(drawing, (128, 128), ()) for drawing in (name, f"{name}-uniformed-half")
        )
        assert (ImageChops.difference(bust, portrait).getbbox() is None) == is_same


def test_every_figure_is_whole() -> None:
    for name in (f"figure-{age}-{cut}-trousers" for age in AGES for cut in CUTS):
        picture = render(name, (128, 256), ())
        left, top, right, bottom = picture.getbbox() or (64, 64, 64, 64)
        assert max(left, top, 128 - right, 256 - bottom) <= 2
        assert sprite_library().infos[name].support == "ground"


def test_figures_differ_in_every_part() -> None:
    names = [
        restyle("figure-adult-neutral-trousers", Looks(age=age, cut=cut, garment=garment))
        for age in AGES
        for cut in CUTS
        for garment in GARMENTS
    ]
    pictures = {render(name, (48, 96), ()).tobytes() for name in names}
    assert len(pictures) == len(set(names)) == len(AGES) * len(CUTS) * len(GARMENTS)


@pytest.mark.parametrize("hair", [tone for tone in HAIR_TONES if tone])
def test_hair_is_recolored_alone(hair: str) -> None:
    name = "figure-adult-long-trousers"
    plain, colored = (render(name, (64, 128), ("blue",), Looks(hair=tone)) for tone in ("", hair))
    assert plain.crop((0, 0, 64, 30)).tobytes() != colored.crop((0, 0, 64, 30)).tobytes()
    assert plain.crop((0, 80, 64, 128)).tobytes() == colored.crop((0, 80, 64, 128)).tobytes()


@pytest.mark.parametrize("skin", SKIN_TONES)
def test_skin_is_recolored(skin: str) -> None:
    picture = render("figure-adult-bald-trousers", (64, 128), (), Looks(skin=skin))
    face = picture.getpixel((32, 12))
    assert isinstance(face, tuple)
    assert max(abs(a - b) for a, b in zip(face[:3], SKIN_TONES[skin], strict=True)) < 12


def test_trousers_are_recolored() -> None:
    picture = render("figure-adult-short-trousers", (64, 128), (), Looks(lower_color="red"))
    leg = Image.Image.getpixel(picture, (22, 100))
    assert isinstance(leg, tuple)
    assert max(abs(a - b) for a, b in zip(leg[:3], NAMED["red"], strict=True)) < 30
