"""What a prompt states is not there is not painted, and the text of a sign is lettered."""

from __future__ import annotations

import numpy as np
import pytest

from semcodec_embedded.painter import EmbeddedPainter
from semcodec_embedded.painting import captions
from semcodec_embedded.painting.parser import parse_prompt

SIZE = (160, 120)


@pytest.mark.parametrize(
    ("prompt", "nouns"),
    [
        ("street no people", []),
        ("A quiet street with no people and no cars.", []),
        ("beach no people no boats dog", ["dog"]),
        ("street neither cars nor people dog", ["dog"]),
        ("no red car blue house", ["house"]),
        ("nobody street dog", ["dog"]),
        ("no one street dog", ["dog"]),
        ("man not smiling red hat", ["man"]),
        ("A beach without umbrellas, two dogs", ["dogs"]),
        ("This is not a dog but a cat.", ["cat"]),
        ("The street is empty of people. A dog sits.", ["dog"]),
        ("car-free street", []),
        ("leafless tree", ["leafless tree"]),
        ("not only a dog but also a cat", ["dog", "cat"]),
        ("two people no dog", ["people"]),
    ],
)
def test_negated_nouns_are_not_in_the_scene(prompt: str, nouns: list[str]) -> None:
    assert [subject.noun for subject in parse_prompt(prompt).subjects] == nouns


def test_colors_of_negated_nouns_color_nothing() -> None:
    [house] = parse_prompt("no red car blue house").subjects
    assert house.colors == ("blue",)


def test_place_after_a_negation_in_a_list_is_kept() -> None:
    assert parse_prompt("no people street").ground == "road"
    assert parse_prompt("lake no birds flying mountain").background == ("mountains",)


@pytest.mark.parametrize("prompt", ["sky no clouds", "cloudless sky", "A sky without any clouds."])
def test_sky_without_clouds(prompt: str) -> None:
    assert parse_prompt(prompt).sky == {"cloudless"}
    clouds = np.asarray(EmbeddedPainter().paint("beach cloudy sky", SIZE, 0), np.int16)[:30]
    bare = np.asarray(EmbeddedPainter().paint(f"beach {prompt}", SIZE, 0), np.int16)[:30]
    assert (bare.min(axis=2) > 215).mean() < (clouds.min(axis=2) > 215).mean()


def test_nothing_but_negations_is_a_card() -> None:
    scene = parse_prompt("No people, no cars.")
    assert not scene.is_paintable
    assert captions.notice(scene, is_card=True).startswith("The words name nothing")


@pytest.mark.parametrize("prompt", ["no entry sign brick house", "a “no entry” sign and a house"])
def test_text_of_a_sign_is_lettered_and_not_painted(prompt: str) -> None:
    scene = parse_prompt(prompt)
    assert scene.sign_texts == ("no entry",)
    assert [subject.noun for subject in scene.subjects] == ["sign", "house"]
    with_text = EmbeddedPainter().paint(prompt, SIZE, 0)
    height = round(SIZE[1] * 0.13)
    caption = np.asarray(with_text)[-height:]
    assert (caption.min(axis=2) > 230).mean() > 0.7
    assert caption.min() < 120
