"""Infer what the objects mean together: an activity, a place, what a bowl holds.

A person on a board is surfing, an oven stands in a kitchen. Such words say more to a painter than
the objects do one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from semcodec_embedded.fusion import Evidence

#: What happens where one noun of each group is present; the first that fits is said.
ACTIVITIES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("person",), ("surfboard",), "surfing on a wave"),
    (("person",), ("skis", "snowboard"), "skiing down snow"),
    (("person",), ("tennis racket", "racket"), "playing tennis on a court"),
    (("person",), ("skateboard",), "skateboarding jump"),
    (("person",), ("baseball", "baseball bat", "baseball glove"), "playing baseball on a field"),
    (("person",), ("frisbee",), "playing frisbee"),
    (("person",), ("kite",), "flying a kite"),
    (("person",), ("horse",), "riding"),
    (("person",), ("motorcycle", "bicycle"), "riding"),
    (("person",), ("football", "ball", "basketball", "volleyball"), "playing with a ball"),
    (("cake",), ("candle",), "birthday party"),
    (("person",), ("laptop", "computer"), "working"),
)
MOUNTS = ("horse", "motorcycle", "bicycle", "elephant")
RIDER_OVERLAP = 0.2  #: the share of the smaller box that a rider and the ridden have in common
MIN_SKI_PROBABILITY = (
    0.1  #: the classifier's doubt about skis is enough where there are people and mountains
)
MIN_ROCKET_PROBABILITY = 0.06  #: the same for a rocket behind a person under a helmet
MIN_HELMET_PROBABILITY = 0.25

PLACE_WORDS = {
    "kitchen": "kitchen",
    "bathroom": "bathroom",
    "bedroom": "bedroom",
    "room": "room",
    "street": "street",
    "railway": "railway",
}
#: What a room is called by what stands in it.
ROOM_WORDS = (("bedroom", ("bed",)), ("living room", ("couch", "television")))
FOODS = ("noodles", "soup", "salad", "vegetables", "broccoli", "fruit", "meat", "banana", "orange")
FLOWER_COLORS = ("red", "pink", "yellow", "purple", "orange")


def infer_activity(evidence: Evidence) -> str:
    """Return what the people do, or nothing."""
    if not evidence.has("person"):
        return "birthday" if evidence.has("cake") and evidence.has("candle") else ""
    chance = evidence.nouns.get
    if chance("skis", 0.0) > MIN_SKI_PROBABILITY and {"snow", "mountains"} & set(evidence.places):
        return "skiing down snow"
    if (
        chance("helmet", 0.0) > MIN_HELMET_PROBABILITY
        and chance("rocket", 0.0) > MIN_ROCKET_PROBABILITY
    ):
        return "astronaut in a spacesuit"
    for who, what, activity in ACTIVITIES:
        if (
            evidence.has(*who)
            and evidence.has(*what)
            and (activity != "riding" or _has_rider(evidence))
        ):
            return activity
    return ""


def implied_nouns(activity: str) -> frozenset[str]:
    """Return the nouns that ``activity`` says already: who plays tennis has a racket."""
    return frozenset(noun for _, what, name in ACTIVITIES if name == activity for noun in what)


def _has_rider(evidence: Evidence) -> bool:
    """Tell whether someone sits on something."""
    people = [one.box for one in evidence.objects if one.noun == "person"]
    ridden = [one.box for one in evidence.objects if one.noun in MOUNTS]
    pairs = [(rider, mount) for rider in people for mount in ridden]
    return any(
        rider.intersection(mount) > RIDER_OVERLAP * min(rider.area, mount.area)
        for rider, mount in pairs
    )


def infer_place(evidence: Evidence) -> str:
    """Return the place, if it has a name that says more than its ground."""
    for place in evidence.places:
        if place in PLACE_WORDS:
            named = (name for name, things in ROOM_WORDS if evidence.has(*things))
            return next(named, PLACE_WORDS[place]) if place == "room" else PLACE_WORDS[place]
    return ""


def with_contents(phrase: str, evidence: Evidence) -> str:
    """Return ``phrase`` with what its bowl or cup holds."""
    if " bowl" in phrase:
        likely = max(FOODS, key=lambda food: evidence.nouns.get(food, 0.0))
        if evidence.nouns.get("food", 0.0) > 0.3:
            food = likely if evidence.nouns.get(likely, 0.0) > 0.12 else "food"
            return phrase.replace(" bowl", f" bowl of {food}", 1)
    if " cup" in phrase and evidence.nouns.get("coffee", 0.0) > 0.3:
        return phrase.replace(" cup", " cup of coffee", 1)
    return phrase


def flower_phrase(evidence: Evidence, accents: Sequence[str]) -> str:
    """Return flowers, where a plant stands among colours that leaves do not have."""
    if not evidence.has("plant", "vase"):
        return ""
    bright = [name for name in accents if name in FLOWER_COLORS][:2]
    return f"{' and '.join(bright)} flowers" if bright else ""
