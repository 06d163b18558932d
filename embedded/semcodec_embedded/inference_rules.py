"""Infer facts from combinations of objects: an activity, a place, the contents of a bowl.

A person with a board is surfing; a room with an oven is a kitchen. Such words help a painter more
than a list of the objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from semcodec_embedded.fusion import Evidence


class Activity(NamedTuple):
    """A rule: the phrase applies if one of ``actors`` and one of ``requisites`` is present."""

    actors: tuple[str, ...]
    requisites: tuple[str, ...]
    phrase: str


#: The first rule that matches is used.
ACTIVITIES = (
    Activity(("person",), ("surfboard",), "surfing on a wave"),
    Activity(("person",), ("skis", "snowboard"), "skiing down snow"),
    Activity(("person",), ("tennis racket", "racket"), "playing tennis on a court"),
    Activity(("person",), ("skateboard",), "skateboarding jump"),
    Activity(
        ("person",), ("baseball", "baseball bat", "baseball glove"), "playing baseball on a field"
    ),
    Activity(("person",), ("frisbee",), "playing frisbee"),
    Activity(("person",), ("kite",), "flying a kite"),
    Activity(("person",), ("horse",), "riding"),
    Activity(("person",), ("motorcycle", "bicycle"), "riding"),
    Activity(("person",), ("football", "ball", "basketball", "volleyball"), "playing with a ball"),
    Activity(("cake",), ("candle",), "birthday party"),
    Activity(("person",), ("laptop", "computer"), "working"),
)
MOUNTS = ("horse", "motorcycle", "bicycle", "elephant")
RIDER_OVERLAP = 0.2  #: share of the smaller box (rider or mount) that is inside the other
# Probabilities of the classifier. They are far lower than in fusion.py, because the rest of the
# picture already rules out most alternatives.
MIN_SKI_PROBABILITY = 0.1  #: if there are people in snow or mountains
MIN_ROCKET_PROBABILITY = 0.06  #: if there are a person and a helmet
MIN_HELMET_PROBABILITY = 0.25
MIN_CONTENT_PROBABILITY = 0.3  #: for food in a bowl, or coffee in a cup
MIN_FOOD_PROBABILITY = 0.12  #: above which the kind of food is named

#: The words for those places of labels.toml that descriptions mention.
PLACE_WORDS = {
    "kitchen": "kitchen",
    "bathroom": "bathroom",
    "bedroom": "bedroom",
    "room": "room",
    "street": "street",
    "railway": "railway",
}
#: More specific words for a room, by its furniture.
ROOM_WORDS = (("bedroom", ("bed",)), ("living room", ("couch", "television")))
FOODS = ("noodles", "soup", "salad", "vegetables", "broccoli", "fruit", "meat", "banana", "orange")
FLOWER_COLORS = ("red", "pink", "yellow", "purple", "orange")


def infer_activity(evidence: Evidence) -> str:
    """Return a phrase for the activity of the people; empty if unknown."""
    if not evidence.has("person"):
        return "birthday" if evidence.has("cake") and evidence.has("candle") else ""
    probability = evidence.nouns.get
    is_on_slope = not {"snow", "mountains"}.isdisjoint(evidence.places)
    if is_on_slope and probability("skis", 0.0) > MIN_SKI_PROBABILITY:
        return "skiing down snow"
    has_helmet = probability("helmet", 0.0) > MIN_HELMET_PROBABILITY
    if has_helmet and probability("rocket", 0.0) > MIN_ROCKET_PROBABILITY:
        return "astronaut in a spacesuit"
    for actors, requisites, phrase in ACTIVITIES:
        if phrase == "riding" and not _has_rider(evidence):
            continue
        if evidence.has(*actors) and evidence.has(*requisites):
            return phrase
    return ""


def nouns_implied_by(activity: str) -> frozenset[str]:
    """Return nouns that need no mention, because ``activity`` implies them (tennis: racket)."""
    return frozenset(
        noun for rule in ACTIVITIES if rule.phrase == activity for noun in rule.requisites
    )


def _has_rider(evidence: Evidence) -> bool:
    """Return whether a person rides an animal or a bike: whether their boxes overlap enough."""
    people = [detection.box for detection in evidence.objects if detection.noun == "person"]
    mounts = [detection.box for detection in evidence.objects if detection.noun in MOUNTS]
    return any(
        rider.intersection(mount) > RIDER_OVERLAP * min(rider.area, mount.area)
        for rider in people
        for mount in mounts
    )


def infer_place(evidence: Evidence) -> str:
    """Return the word for the most likely place that has a word; empty if there is none."""
    for place in evidence.places:
        if place == "room":
            rooms = (word for word, furniture in ROOM_WORDS if evidence.has(*furniture))
            return next(rooms, PLACE_WORDS[place])
        if place in PLACE_WORDS:
            return PLACE_WORDS[place]
    return ""


def with_contents(phrase: str, evidence: Evidence) -> str:
    """Return ``phrase``, extended by the likely contents of its bowl or cup."""
    probability = evidence.nouns.get
    if " bowl" in phrase and probability("food", 0.0) > MIN_CONTENT_PROBABILITY:
        food = max(FOODS, key=lambda food: probability(food, 0.0))
        name = food if probability(food, 0.0) > MIN_FOOD_PROBABILITY else "food"
        return phrase.replace(" bowl", f" bowl of {name}", 1)
    if " cup" in phrase and probability("coffee", 0.0) > MIN_CONTENT_PROBABILITY:
        return phrase.replace(" cup", " cup of coffee", 1)
    return phrase


def flower_phrase(evidence: Evidence, accents: Sequence[str]) -> str:
    """Return a phrase for flowers in one or two colors; empty if there are probably none.

    Flowers are inferred from a plant or vase together with vivid colors that leaves do not have.

    Args:
        evidence: the recognized objects.
        accents: the vivid colors of the picture, the most frequent first.
    """
    if not evidence.has("plant", "vase"):
        return ""
    bright = [name for name in accents if name in FLOWER_COLORS][:2]
    return f"{' and '.join(bright)} flowers" if bright else ""
