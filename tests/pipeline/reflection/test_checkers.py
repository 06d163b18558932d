"""Checkers by rule: the account of a painter, and descriptions."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from semcodec.backends import description_answers
from semcodec.backends.description_answers import answers_from_description
from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec.errors import InvalidResponseError
from semcodec.pipeline.reflection.checkers import DescriptionChecker, SceneChecker
from semcodec.words import matching, predicates
from semcodec.words.predicates import Predicate, PredicateKind, find_predicates

IMAGE = Image.new("RGB", (8, 8))


class Reporter:
    """A painter that knows what it drew."""

    def __init__(self, *objects: PaintedObject) -> None:
        self._scene = PaintedScene(objects)

    def painted_scene(self, image: Image.Image) -> PaintedScene | None:
        return self._scene if image is IMAGE else None


class Describer:
    """Describes every picture with the same text."""

    name = "fixed"

    def __init__(self, text: Any) -> None:
        self._text = text

    def describe(self, image: Image.Image) -> str:
        return self._text  # type: ignore[no-any-return]  # of any type, on purpose


@pytest.mark.parametrize(
    ("painted", "kind", "value", "answer"),
    [
        (PaintedObject("dogs", 2), "noun", "", "yes"),
        (PaintedObject("dogs", 2, visible=0.71), "noun", "", "yes"),
        (PaintedObject("dogs", 2, visible=0.69), "noun", "", "no"),
        (PaintedObject("dogs", 0, visible=0.0), "noun", "", "no"),
        (PaintedObject("puppy"), "noun", "", "unsure"),
        (PaintedObject("dogs", 2), "count", "two", "yes"),
        (PaintedObject("dogs", 2), "count", "3", "no"),
        (PaintedObject("dogs", 4), "count", "several", "yes"),
        (PaintedObject("dogs", 2), "count", "several", "no"),
        (PaintedObject("dogs", colors=("gray",)), "color", "grey", "yes"),
        (PaintedObject("dogs", colors=("gray", "red")), "color", "blue-red", "yes"),
        (PaintedObject("dogs", colors=("gray",)), "color", "red", "no"),
        (PaintedObject("dogs"), "color", "red", "no"),
        (PaintedObject("dogs", size="huge"), "size", "large", "yes"),
        (PaintedObject("dogs", size="small"), "size", "large", "no"),
        (PaintedObject("dogs"), "size", "large", "no"),
        (PaintedObject("dogs", x=0.44), "place", "left", "yes"),
        (PaintedObject("dogs", x=0.46), "place", "left", "no"),
        (PaintedObject("dogs", x=0.56), "place", "rightmost", "yes"),
        (PaintedObject("dogs", x=0.54), "place", "right", "no"),
        (PaintedObject("dogs", x=0.31), "place", "middle", "yes"),
        (PaintedObject("dogs", x=0.29), "place", "center", "no"),
        (PaintedObject("dogs", y=0.4), "place", "top", "yes"),
        (PaintedObject("dogs", y=0.4), "place", "bottom", "no"),
        (PaintedObject("dogs", 0, colors=("red",)), "color", "red", "no"),
    ],
)
def test_answers_from_a_painters_account(
    painted: PaintedObject, kind: PredicateKind, value: str, answer: str
) -> None:
    checker = SceneChecker(Reporter(PaintedObject("cat", 5, colors=("red",)), painted))

    assert checker.check(IMAGE, [Predicate(kind, "dogs", value)]) == [answer]


def test_the_painter_knows_only_its_own_pictures() -> None:
    checker = SceneChecker(Reporter(PaintedObject("dog")))

    assert checker.check(IMAGE.copy(), [Predicate("noun", "dog")]) == ["unsure"]
    assert checker.find(IMAGE.copy(), "dog") is None
    assert checker.find(IMAGE, "dogs") == PaintedObject("dog")


def test_mountains_in_the_distance_have_no_size_of_their_own() -> None:
    checker = SceneChecker(Reporter(PaintedObject("mountains")))

    assert checker.check(IMAGE, [Predicate("size", "mountains", "large")]) == ["unsure"]


def test_an_object_is_found_in_a_phrase_of_the_painter() -> None:
    bowl = PaintedObject("bowl soup", colors=("orange",))
    checker = SceneChecker(Reporter(bowl, PaintedObject("table")))

    assert checker.find(IMAGE, "bowl") == bowl
    assert checker.find(IMAGE, "spoon") is None


def test_a_person_is_not_one_of_the_people() -> None:
    people, person = PaintedObject("people", 3), PaintedObject("person", visible=0.8)
    checker = SceneChecker(Reporter(people, person))

    assert checker.find(IMAGE, "person") == person
    assert checker.find(IMAGE, "people") == people


def test_the_more_visible_of_two_objects_is_found() -> None:
    hidden, visible = PaintedObject("dog", visible=0.2), PaintedObject("dog", visible=0.9)
    missing = PaintedObject("dog", 0, visible=1.0)
    for objects in ((hidden, visible, missing), (missing, visible, hidden)):
        assert SceneChecker(Reporter(*objects)).find(IMAGE, "dog") == visible


def test_the_same_noun_is_better_than_a_narrower_one() -> None:
    flower, plant = PaintedObject("flower"), PaintedObject("plants", 0, visible=0.1)
    checker = SceneChecker(Reporter(flower, plant))

    assert checker.find(IMAGE, "plant") == plant
    assert SceneChecker(Reporter(flower)).find(IMAGE, "plant") == flower


@pytest.mark.parametrize(
    ("words", "description", "answers"),
    [
        ("two brown dogs", "Two brown dogs.", "yes yes yes"),
        ("two brown dogs", "Three white dogs on a lawn.", "yes no no"),
        ("two brown dogs", "A brown dog.", "yes no yes"),
        ("two brown dogs", "Dogs in a park.", "yes unsure unsure"),
        ("two brown dogs", "A cat on a table.", "no no no"),
        ("two brown dogs", "Zwei braune Hunde auf dem Sofa.", "unsure unsure unsure"),
        ("several dogs", "Seven dogs.", "yes yes"),
        ("person", "A woman with a hat.", "yes"),
        ("person", "Three people.", "yes"),
        ("two people", "Two persons.", "yes yes"),
        ("woman", "A person with a hat.", "unsure"),
        ("red truck", "A red fire truck.", "yes yes"),
        ("gray sofa", "A grey couch.", "yes yes"),
        ("blue sky boat", "A white ship on a lake.", "yes unsure unsure"),
        ("large boat", "A tiny boat.", "yes no"),
        ("large boat", "A huge boat.", "yes yes"),
        ("boat left", "On the left, a boat.", "yes yes"),
        ("boat left", "A boat in the top right corner of the picture.", "yes no"),
        ("boat left", "A boat at the top.", "yes unsure"),
        ("white dog", "A black dog and a white dog.", "yes yes"),
        ("blue wall", "There is a wall. The wall is blue.", "yes yes"),
        ("boat", "There are no boats, but a red car.", "no"),
    ],
)
def test_answers_from_a_description(words: str, description: str, answers: str) -> None:
    predicates = find_predicates(words.split())

    assert answers_from_description(description, predicates) == answers.split()
    assert DescriptionChecker(Describer(description)).check(IMAGE, predicates) == answers.split()


def test_a_description_of_another_type_is_an_error() -> None:
    with pytest.raises(InvalidResponseError):
        DescriptionChecker(Describer(None)).check(IMAGE, [Predicate("noun", "dog")])


@pytest.mark.parametrize("module", [matching, predicates, description_answers])
def test_examples_in_docstrings(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
