"""Infer what the objects mean together: an activity, a place, the contents of a bowl.

A person with a board is surfing; a room with an oven is a kitchen. Such words are worth more to a
painter than the objects one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from semcodec_embedded.fusion import Evidence


class Activity(NamedTuple):
    """A rule: the phrase applies where one noun of each group is present."""

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
RIDER_OVERLAP = 0.2  #: share of the smaller box, of rider or mount, that lies inside the other
# Probabilities of the classifier. They are far below those of fusion.py, because the rest of the
# picture leaves little else that it could be.
MIN_SKI_PROBABILITY = 0.1  #: where there are people in snow or mountains
MIN_ROCKET_PROBABILITY = 0.06  #: behind a person under a helmet
MIN_HELMET_PROBABILITY = 0.25
MIN_CONTENT_PROBABILITY = 0.3  #: that there is food in a bowl, or coffee in a cup
MIN_FOOD_PROBABILITY = 0.12  #: from which the food is named

#: Places of labels.toml that are worth a word, and the word.
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
    """Return a phrase for what the people do, empty if unknown."""
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


def implied_nouns(activity: str) -> frozenset[str]:
    """Return the nouns that ``activity`` implies, so that they need no word: tennis, a racket."""
    return frozenset(
        noun for rule in ACTIVITIES if rule.phrase == activity for noun in rule.requisites
    )


def _has_rider(evidence: Evidence) -> bool:
    """Tell whether a person sits on an animal or a bike, judged by how far their boxes overlap."""
    people = [detection.box for detection in evidence.objects if detection.noun == "person"]
    mounts = [detection.box for detection in evidence.objects if detection.noun in MOUNTS]
    return any(
        rider.intersection(mount) > RIDER_OVERLAP * min(rider.area, mount.area)
        for rider in people
        for mount in mounts
    )


def infer_place(evidence: Evidence) -> str:
    """Return the word for the most likely place that has one, empty if none has."""
    for place in evidence.places:
        if place == "room":
            rooms = (word for word, furniture in ROOM_WORDS if evidence.has(*furniture))
            return next(rooms, PLACE_WORDS[place])
        if place in PLACE_WORDS:
            return PLACE_WORDS[place]
    return ""


def with_contents(phrase: str, evidence: Evidence) -> str:
    """Return ``phrase`` with the contents of its bowl or cup, if they are likely."""
    probability = evidence.nouns.get
    if " bowl" in phrase and probability("food", 0.0) > MIN_CONTENT_PROBABILITY:
        food = max(FOODS, key=lambda food: probability(food, 0.0))
        name = food if probability(food, 0.0) > MIN_FOOD_PROBABILITY else "food"
        return phrase.replace(" bowl", f" bowl of {name}", 1)
    if " cup" in phrase and probability("coffee", 0.0) > MIN_CONTENT_PROBABILITY:
        return phrase.replace(" cup", " cup of coffee", 1)
    return phrase


def flower_phrase(evidence: Evidence, accents: Sequence[str]) -> str:
    """Return flowers in one or two colors, if there is a plant among colors that leaves lack.

    Args:
        evidence: what was recognized.
        accents: the vivid colors of the picture, the strongest first.
    """
    if not evidence.has("plant", "vase"):
        return ""
    bright = [name for name in accents if name in FLOWER_COLORS][:2]
    return f"{' and '.join(bright)} flowers" if bright else ""
