"""The choice of the environment by the words of a prompt and the habitats of its subjects."""

from __future__ import annotations

import pytest

from semcodec_embedded.painting.environment import Environment, choose_environment
from semcodec_embedded.painting.parser import parse_prompt


def environment_of(prompt: str) -> Environment:
    return choose_environment(parse_prompt(prompt))


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
    ("prompt", "kind"),
    [
        ("underwater room fish", "underwater"),
        ("kitchen grass cat", "room"),
        ("grass table cup", "outdoors"),
        ("woman birthday party wall", "table"),
        ("car gray background", "outdoors"),
        ("huge car gray background", "studio"),
        ("huge brown cat", "studio"),
        ("brown cat", "room"),
        ("huge two cats", "room"),
        ("huge brown cat sofa", "room"),
        ("huge brown cat snow", "outdoors"),
    ],
)
def test_environment_follows_from_the_word_with_precedence(prompt: str, kind: str) -> None:
    assert environment_of(prompt).kind == kind


@pytest.mark.parametrize(
    ("prompt", "ground", "background"),
    [
        ("brick wall car road", "road", ()),  # the wall closes the view
        ("hills coast", "sand", ("hills", "coast")),
        ("mountains trees", "grass", ("mountains", "grove")),  # tall trees would hide the mountains
        ("trees hills", "grass", ("hills", "trees")),
        ("cat bus", "road", ("city",)),  # a pet beside a bus is in a street
        ("bus water", "sand", ("coast",)),  # a bus cannot float
        ("train lake", "tracks", ("coast",)),
    ],
)
def test_ground_and_background_follow_from_the_words(
    prompt: str, ground: str, background: tuple[str, ...]
) -> None:
    environment = environment_of(prompt)
    assert (environment.ground, environment.background) == (ground, background)


@pytest.mark.parametrize(
    ("prompt", "ground"),
    [("village church", "grass"), ("waterfall forest", "water"), ("skier", "snow"),
     ("people beach umbrella", "sand"), ("city", "road")],
)  # fmt: skip
def test_ground_follows_from_setting_and_subject(prompt: str, ground: str) -> None:
    assert choose_environment(parse_prompt(prompt)).ground == ground


def test_space_is_sunny() -> None:
    environment = choose_environment(parse_prompt("astronaut moon"))
    assert (environment.kind, environment.light) == ("space", "day")


@pytest.mark.parametrize("noun", ["man", "woman", "person"])
def test_pose_of_a_stated_sex_has_the_same_surroundings(noun: str) -> None:
    environment = choose_environment(parse_prompt(f"{noun} running"))
    assert (environment.kind, environment.ground) == ("outdoors", "grass")
