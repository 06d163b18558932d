"""Infer what the objects mean together: an activity, a place, what a bowl holds.

A person on a board is surfing, an oven stands in a kitchen. Such words say more to a painter than
the objects do one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from semcodec_embedded.evidence import Evidence

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
RIDDEN = ("horse", "motorcycle", "bicycle", "elephant")
ASTRIDE = 0.2  #: the share of the smaller box that a rider and the ridden have in common
SKIING = 0.1  #: the classifier's doubt about skis is enough where there are people and mountains
SPACECRAFT = 0.06  #: the same for a rocket behind a person under a helmet
HELMET = 0.25

PLACES = {
    "kitchen": "kitchen",
    "bathroom": "bathroom",
    "bedroom": "bedroom",
    "room": "room",
    "street": "street",
    "railway": "railway",
}
#: What a room is called by what stands in it.
ROOMS = (("bedroom", ("bed",)), ("living room", ("couch", "television")))
FOODS = ("noodles", "soup", "salad", "vegetables", "broccoli", "fruit", "meat", "banana", "orange")
FLOWERS = ("red", "pink", "yellow", "purple", "orange")


def happening(evidence: Evidence) -> str:
    """Return what the people do, or nothing."""
    if not evidence.has("person"):
        return "birthday" if evidence.has("cake") and evidence.has("candle") else ""
    chance = evidence.nouns.get
    if chance("skis", 0.0) > SKIING and {"snow", "mountains"} & set(evidence.places):
        return "skiing down snow"
    if chance("helmet", 0.0) > HELMET and chance("rocket", 0.0) > SPACECRAFT:
        return "astronaut in a spacesuit"
    for who, what, activity in ACTIVITIES:
        if (
            evidence.has(*who)
            and evidence.has(*what)
            and (activity != "riding" or _rides(evidence))
        ):
            return activity
    return ""


def told(activity: str) -> frozenset[str]:
    """Return the nouns that ``activity`` says already: who plays tennis has a racket."""
    return frozenset(noun for _, what, name in ACTIVITIES if name == activity for noun in what)


def _rides(evidence: Evidence) -> bool:
    """Tell whether someone sits on something."""
    people = [one.box for one in evidence.objects if one.noun == "person"]
    ridden = [one.box for one in evidence.objects if one.noun in RIDDEN]
    pairs = [(rider, mount) for rider in people for mount in ridden]
    return any(
        rider.common(mount) > ASTRIDE * min(rider.area, mount.area) for rider, mount in pairs
    )


def whereabouts(evidence: Evidence) -> str:
    """Return the place, if it has a name that says more than its ground."""
    for place in evidence.places:
        if place in PLACES:
            named = (name for name, things in ROOMS if evidence.has(*things))
            return next(named, PLACES[place]) if place == "room" else PLACES[place]
    return ""


def held(phrase: str, evidence: Evidence) -> str:
    """Return ``phrase`` with what its bowl or cup holds."""
    if " bowl" in phrase:
        likely = max(FOODS, key=lambda food: evidence.nouns.get(food, 0.0))
        if evidence.nouns.get("food", 0.0) > 0.3:
            food = likely if evidence.nouns.get(likely, 0.0) > 0.12 else "food"
            return phrase.replace(" bowl", f" bowl of {food}", 1)
    if " cup" in phrase and evidence.nouns.get("coffee", 0.0) > 0.3:
        return phrase.replace(" cup", " cup of coffee", 1)
    return phrase


def flowers(evidence: Evidence, accents: Sequence[str]) -> str:
    """Return flowers, where a plant stands among colours that leaves do not have."""
    if not evidence.has("plant", "vase"):
        return ""
    bright = [name for name in accents if name in FLOWERS][:2]
    return f"{' and '.join(bright)} flowers" if bright else ""
