"""Checkers that need no prompt: a painter's own account of its picture, and a description.

``SceneChecker`` costs nothing and errs only where the painter errs about itself. The other one
reads a description of the picture; docs/checkers.md has what both are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from semcodec.backends.description_answers import answers_from_description
from semcodec.backends.isolation import backend_name
from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec.backends.protocols import Answer, Describer, SceneReporter
from semcodec.pipeline import validation
from semcodec.words import matching
from semcodec.words.matching import Relation, noun_relation
from semcodec.words.object_words import SURROUNDINGS
from semcodec.words.predicates import Predicate

if TYPE_CHECKING:
    from PIL.Image import Image

#: The share of a drawing that must be in the frame and not covered: if a third is missing, it is
#: often the part that makes it recognizable, such as the head of an animal.
MIN_VISIBLE: Final = 0.7
#: The center of what is "left" or "right", as a share of the width, and the same for the height.
#: The middle third is wider than it is, because large objects cannot be far from the center.
MAX_LEFT, MIN_RIGHT = 0.45, 0.55
MIN_CENTER, MAX_CENTER = 0.3, 0.7


class SceneChecker:
    """Checks statements on the account that a painter gives of its own picture.

    Args:
        painter: a painter that reports its pictures.
    """

    name: str

    def __init__(self, painter: SceneReporter) -> None:
        self._painter = painter
        self.name = backend_name(painter)

    def check(self, image: Image, predicates: Sequence[Predicate]) -> list[Answer]:
        """Return the answers; all are ``"unsure"`` if the painter did not make ``image``."""
        scene = self._painter.painted_scene(image)
        if scene is None:
            return ["unsure"] * len(predicates)
        return [answer_from_object(each, find_object(scene, each.noun)) for each in predicates]

    def find(self, image: Image, noun: str) -> PaintedObject | None:
        """Return what the painter drew for ``noun`` in ``image``; None if it does not know."""
        scene = self._painter.painted_scene(image)
        return None if scene is None else find_object(scene, noun)


def find_object(scene: PaintedScene, noun: str) -> PaintedObject | None:
    """Return the object that was drawn for ``noun``, or None.

    The same word is better than its plural, and that is better than a narrower or a wider noun or
    a phrase with the noun, such as "bowl soup" for "bowl". Otherwise the more visible one is used.
    """
    rated = [(_rank(noun, each.noun), each) for each in scene.objects]
    best = max(rated, key=lambda pair: (pair[0], pair[1].count > 0, pair[1].visible), default=None)
    return best[1] if best is not None and best[0] > 0 else None


def _rank(noun: str, painted: str) -> int:
    if noun.lower() == painted.lower():
        return 3  # of "person" and "people", each has its own drawings
    relation = noun_relation(noun, painted)
    if relation is Relation.SAME:
        return 2
    return int(relation is not Relation.OTHER or noun.lower() in painted.lower().split())


def answer_from_object(predicate: Predicate, painted: PaintedObject | None) -> Answer:
    """Return whether a statement holds for the object that was painted for its noun.

    Args:
        predicate: a statement.
        painted: None if the painter does not report the noun: then the answer is ``"unsure"``.
    """
    if painted is None:
        return "unsure"
    if painted.count < 1:
        return "no"
    if predicate.kind == "noun":
        return _to_answer(painted.visible >= MIN_VISIBLE)
    if predicate.kind == "count":
        return _answer_count(predicate.value, painted.count)
    if predicate.kind == "color":
        return _answer_color(predicate.value, painted)
    if predicate.kind == "size":
        return _answer_size(predicate.value, painted)
    return _answer_place(predicate.value, painted)


def _to_answer(holds: bool) -> Answer:
    return "yes" if holds else "no"


def _answer_count(value: str, count: int) -> Answer:
    limits = matching.count_limits(value)
    if limits is None:
        return "unsure"
    low, high = limits
    return _to_answer(low <= count and (high is None or count <= high))


def _answer_color(value: str, painted: PaintedObject) -> Answer:
    wanted = matching.color_names(value)
    applied = matching.color_names(" ".join(painted.colors))
    return _to_answer(bool(wanted & applied)) if wanted else "unsure"


def _answer_size(value: str, painted: PaintedObject) -> Answer:
    """Compare sizes; surroundings, such as mountains, have none of their own."""
    wanted, applied = matching.size_name(value), matching.size_name(painted.size)
    is_scenery = painted.noun.lower() in SURROUNDINGS and not painted.size
    return "unsure" if not wanted or is_scenery else _to_answer(wanted == applied)


def _answer_place(value: str, painted: PaintedObject) -> Answer:
    match matching.place_name(value):
        case "left":
            return _to_answer(painted.x < MAX_LEFT)
        case "right":
            return _to_answer(painted.x > MIN_RIGHT)
        case "center":
            return _to_answer(MIN_CENTER < painted.x < MAX_CENTER)
        case "top":
            return _to_answer(painted.y < 0.5)
        case "bottom":
            return _to_answer(painted.y > 0.5)
        case _:
            return "unsure"


class DescriptionChecker:
    """Checks statements on the description of a picture by any describer.

    Args:
        describer: describes the picture once for each call of ``check``.
    """

    name: str

    def __init__(self, describer: Describer) -> None:
        self._describer = describer
        self.name = f"{backend_name(describer)} description"

    def check(self, image: Image, predicates: Sequence[Predicate]) -> list[Answer]:
        """Return the answers; see ``answers_from_description``."""
        description = self._describer.describe(image)
        text = validation.check_description(description, self._describer)
        return answers_from_description(text, predicates)
