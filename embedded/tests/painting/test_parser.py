"""Parsing of prompts into subjects, colors, moods and activities."""

from __future__ import annotations

import itertools

import pytest

from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.rules.clothing import GOWNS, LOWER, WORN
from semcodec_embedded.painting.scene import Subject
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.vocabulary import roles
from tests.each import for_each


def subjects(prompt: str) -> tuple[Subject, ...]:
    return parse_prompt(prompt).subjects


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
    ("prompt", "is_gray"),
    [
        ("white clock center gray background black", True),
        ("black person white door gray background", True),
        ("white bus gray road", False),
        ("red clock gray background black", False),
    ],
)
def test_black_and_white_photograph_is_inferred_from_its_colors(prompt: str, is_gray: bool) -> None:
    assert ("gray" in parse_prompt(prompt).moods) == is_gray


@pytest.mark.parametrize("prompt", ["orange", "orange left"])
def test_orange_without_a_noun_is_a_fruit(prompt: str) -> None:
    assert [subject.noun for subject in subjects(prompt)] == ["tangerine"]


def test_orange_before_a_noun_is_a_color() -> None:
    assert [(subject.noun, subject.colors) for subject in subjects("orange cat")] == [
        ("cat", ("orange",))
    ]


def test_repeated_noun_only_adds_its_color() -> None:
    [cat] = subjects("cat table red cat")
    assert (cat.count, cat.colors) == (1, ("red",))


@pytest.mark.parametrize(
    ("prompt", "count"), [("dogs", 3), ("books", 1), ("flowers", 3), ("some dogs", 3)]
)
def test_plural_without_a_number_has_a_default_count(prompt: str, count: int) -> None:
    assert subjects(prompt)[0].count == count


@pytest.mark.parametrize("name", ["mercedes", "canvas", "headquarters"])
def test_name_that_ends_in_s_is_one_thing(name: str) -> None:
    assert [subject.count for subject in subjects(f"red {name}")] == [1]


@pytest.mark.parametrize("part", ["wall", "background"])
def test_dark_part_is_black(part: str) -> None:
    assert parse_prompt(f"dark {part} dog").color_of(part) == "black"


def test_stated_color_replaces_an_inferred_one() -> None:
    assert parse_prompt("gray cat background red background").color_of("background") == "red"


def test_clothing_of_a_person_is_not_an_object() -> None:
    [man] = subjects("man hat red shirt")
    assert man.colors == ("red",)
    assert [subject.noun for subject in subjects("hat")] == ["hat"]


@pytest.mark.parametrize("prompt", ["man face", "portrait", "portrait woman"])
def test_portrait_fills_the_picture(prompt: str) -> None:
    [subject] = subjects(prompt)
    assert subject.size == "huge"


def test_people_beyond_the_actor_of_an_activity_are_an_audience() -> None:
    actor, audience = subjects("three men skateboarding")
    assert (actor.sprites, actor.count) == (("skateboarder",), 1)
    assert (audience.count, audience.size) == (2, "small")


@pytest.mark.parametrize(
    ("prompt", "activity", "ground"),
    [
        ("man surfboard", "surfing", "water"),
        ("surfboard", "", ""),
        ("dog running", "running", ""),
    ],
)
def test_activity_is_implied_by_its_equipment(prompt: str, activity: str, ground: str) -> None:
    scene = parse_prompt(prompt)
    assert (scene.activity, scene.ground) == (activity, ground)


def test_activity_adds_its_typical_objects() -> None:
    assert ("soccer-ball",) in [subject.sprites for subject in subjects("children soccer")]
    assert [subject.noun for subject in subjects("birthday party")] == ["cake", "balloons"]


def test_snowmobile_includes_its_rider() -> None:
    assert [subject.sprites for subject in subjects("man snowmobile")] == [("snowmobile",)]


def test_longest_phrase_is_parsed_first() -> None:
    scene = parse_prompt("dark night hot air balloon")
    assert (scene.moods, scene.sky) == (frozenset(), {"night"})
    assert len(scene.subjects) == 1


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("couple", [("people", 2)]),
        ("elderly couple garden flowers", [("people", 2), ("flowers", 3)]),
        ("couple bench", [("people", 2), ("bench", 1)]),
        ("couple dogs", [("dogs", 2)]),
        ("couple red cars", [("cars", 2)]),
        ("family", [("family", 3)]),
        ("fishermen", [("fishermen", 3)]),
        ("skiers", [("", 3)]),
        ("skateboarders", [("", 3)]),
    ],
)
def test_people_are_counted(prompt: str, expected: list[tuple[str, int]]) -> None:
    assert [(subject.noun, subject.count) for subject in subjects(prompt)] == expected


@pytest.mark.parametrize(
    ("prompt", "sprite", "sex"),
    [
        ("woman doctor", "health-worker-uniformed", "female"),
        ("man yoga", "person-in-lotus-position", "male"),
        ("man park yoga", "person-in-lotus-position", "male"),
        ("man karate", "ninja-uniformed", "male"),
        ("girl climbing", "person-climbing", "female"),
        ("man hands pockets", "figure-adult-short-trousers", "male"),
        ("woman standing", "figure-adult-long-trousers", "female"),
        ("woman running", "woman-running", "female"),
        ("man boat lake", "man-rowing-boat", "male"),
        ("man suit tie", "person-in-tuxedo-uniformed", "male"),
        ("woman suits", "person-in-tuxedo-uniformed", "female"),
        ("man legs beach", "figure-adult-short-trousers", "male"),
    ],
)
def test_words_about_one_person_are_one_subject(prompt: str, sprite: str, sex: str) -> None:
    [subject] = subjects(prompt)
    assert (subject.sprites[0], subject.looks.sex) == (sprite, sex)


@for_each(itertools.product(sorted(WORN | LOWER | GOWNS), ["", "s"]))
def test_clothing_neither_removes_nor_adds_people(noun: str, ending: str) -> None:
    [subject] = subjects(f"two men {noun}{ending}")
    assert (subject.noun, subject.count) == ("men", 2)


def test_no_known_word_removes_a_person() -> None:
    people = sprite_library().people
    for word in {*sprite_library().by_noun, *roles()}:
        shown = subjects(f"two men {word}")
        assert any(set(subject.sprites) & people for subject in shown), word


@pytest.mark.parametrize(
    "prompt", ["pregnant woman", "muslim woman", "french woman", "serious woman", "woman afro"]
)
def test_keyword_of_an_emoji_is_not_an_object_beside_a_person(prompt: str) -> None:
    assert [subject.noun for subject in subjects(prompt)] == ["woman"]


@pytest.mark.parametrize("prompt", ["crowd people snow", "people crowd snow"])
def test_people_of_a_crowd_are_one_subject(prompt: str) -> None:
    [crowd] = subjects(prompt)
    assert crowd.noun == "crowd"
    assert set(crowd.words) == {"crowd", "people"}
    assert crowd.count == subjects("crowd")[0].count


def test_two_adjacent_nouns_for_people_are_two_people() -> None:
    assert [subject.noun for subject in subjects("man woman")] == ["man", "woman"]


@pytest.mark.parametrize(
    ("prompt", "sprites"),
    [
        ("biker motorcycle", ["motorcyclist"]),
        ("two riders dirt bikes", ["motorcyclist"]),
        ("cyclist bicycle", ["person-biking"]),
        ("cyclist boat", ["person-biking", "sailboat"]),
    ],
)
def test_rider_and_mount_are_one_drawing(prompt: str, sprites: list[str]) -> None:
    assert [subject.sprites[0] for subject in subjects(prompt)] == sprites


def test_many_people_do_not_row_their_boats() -> None:
    assert [subject.sprites[0] for subject in subjects("five people boat lake")][1] == "sailboat"


def test_village_has_houses() -> None:
    assert [subject.noun for subject in subjects("village")] == ["houses"]
    assert [subject.noun for subject in subjects("village house")] == ["house"]


def test_baby_before_an_animal_is_a_young_animal() -> None:
    [elephant] = subjects("baby elephant savanna")
    assert (elephant.noun, elephant.size) == ("elephant", "medium")
    assert [subject.noun for subject in subjects("baby crib")] == ["baby", "crib"]


def test_little_child_has_its_natural_size() -> None:
    assert [subject.size for subject in subjects("little girl small dog")] == ["", "small"]
    assert subjects("little dog")[0].size == "small"


@pytest.mark.parametrize(
    ("prompt", "nouns"),
    [
        ("brown cat green eyes red nose", ["cat"]),
        ("head woman green eyes", ["woman"]),
        ("huge green eye", ["eye"]),  # of a body that is not in the picture
        ("house wings", ["house", "wings"]),
        ("bird feathers", ["bird"]),
    ],
)
def test_body_part_is_not_drawn_beside_its_body(prompt: str, nouns: list[str]) -> None:
    assert [subject.noun for subject in subjects(prompt)] == nouns


@pytest.mark.parametrize(
    "word",
    "rises stands stripes angle emerges collar jumps throws catches climbs bites stops".split(),
)
def test_verb_or_abstract_word_is_not_an_object(word: str) -> None:
    assert [subject.noun for subject in subjects(f"tower {word}")] == ["tower"]
