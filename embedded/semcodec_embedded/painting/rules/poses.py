"""Let people do what the words say: a person who surfs is one drawing, on one board, on a wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from semcodec_embedded.painting.scene import Plan, Subject
from semcodec_embedded.painting.sprites import find


@dataclass(frozen=True, slots=True)
class Act:
    """How an activity looks.

    Attributes:
        actors: drawings of someone who does it.
        gear: nouns that are part of those drawings.
        ground: where it happens when the words name no ground.
        most: this many do it, the others watch; 0 for all.
        brings: a drawing that comes with them.
        anyone: whether an animal may do it as well.
    """

    actors: tuple[str, ...]
    gear: frozenset[str] = frozenset()
    ground: str = ""
    most: int = 0
    brings: str = ""
    anyone: bool = False


ACTS = {
    "surfing": Act(("person-surfing",), frozenset(("surfboard", "board")), "water"),
    "skiing": Act(("skier",), frozenset(("ski", "skier", "skiing", "snowboard")), "snow"),
    "snowboarding": Act(("snowboarder",), frozenset(("snowboard", "snowboarder")), "snow"),
    "tennis": Act(("tennis-player",), frozenset(("racket", "tennis racket")), "court", 2),
    "skateboarding": Act(("skateboarder",), frozenset(("skateboard", "skateboarder")), "", 1),
    "baseball": Act(
        ("baseball-player",), frozenset(("baseball", "baseball bat", "bat", "baseball glove")),
        "court", 1,
    ),
    "frisbee": Act(("frisbee-player",), frozenset(("frisbee",)), "grass", 1),
    "soccer": Act(
        ("person-running", "woman-running"), frozenset(("ball", "soccer ball", "football")),
        "grass", 0, "soccer-ball",
    ),
    "swimming": Act(("person-swimming",), ground="water", anyone=True),
    "walking": Act(("person-walking", "woman-walking", "man-walking"), anyone=True),
    "running": Act(("person-running", "woman-running"), anyone=True),
    "dancing": Act(("woman-dancing", "man-dancing")),
    "space": Act(("astronaut",), frozenset(("helmet",))),
}  # fmt: skip
PEOPLE = frozenset((
    "person", "people", "man", "woman", "boy", "girl", "child", "kid", "guy", "lady", "men",
    "women", "children", "kids", "boys", "girls", "player", "players", "athlete", "somebody",
    "family", "human", "adult", "male", "female", "crowd", "group", "team", "teenager", "rider",
    "astronaut",
))  # fmt: skip
#: Who rides what, as one drawing; the noun is of the ridden.
MOUNTED = {
    "horse": "horse-racing", "pony": "horse-racing", "bicycle": "person-biking",
    "bike": "person-biking", "motorcycle": "motorcyclist", "motorbike": "motorcyclist",
    "moped": "motorcyclist", "scooter": "motorcyclist",
    "snowmobile": "snowmobile", "skateboard": "skateboarder", "surfboard": "person-surfing",
    "surf": "person-surfing", "boat": "person-rowing-boat", "canoe": "person-rowing-boat",
}  # fmt: skip


#: What people beside such a thing are doing, although nobody says so.
IMPLIED = {
    "skateboard": "skateboarding", "surfboard": "surfing", "skis": "skiing",
    "snowboard": "snowboarding", "racket": "tennis", "tennis racket": "tennis",
    "baseball bat": "baseball", "frisbee": "frisbee",
}  # fmt: skip


def act(plan: Plan) -> Plan:
    """Return ``plan`` with its people at what they do."""
    if not plan.activity and any(is_people(one) for one in plan.subjects):
        done = [IMPLIED[one.noun] for one in plan.subjects if one.noun in IMPLIED]
        plan = replace(plan, activity=done[0] if done else "")
    if plan.activity == "party":
        return _with_cake(plan)
    if plan.activity == "riding" or (not plan.activity and _on_snowmobile(plan)):
        return _riding(plan)
    if plan.activity not in ACTS:
        return plan
    return _acting(plan, ACTS[plan.activity])


def _on_snowmobile(plan: Plan) -> bool:
    """Tell whether there is a snowmobile, whose drawing has a rider already."""
    return any(one.noun == "snowmobile" for one in plan.subjects)


def is_people(subject: Subject) -> bool:
    """Tell whether ``subject`` is someone."""
    last = subject.noun.rsplit(" ", 1)[-1]
    return last in PEOPLE or last.rstrip("s") in PEOPLE


def _acting(plan: Plan, how: Act) -> Plan:
    """Put the actors in the place of the people, or of the gear if nobody was named."""
    gear = [
        one for one in plan.subjects if one.noun in how.gear or one.noun.rstrip("s") in how.gear
    ]
    rest = [one for one in plan.subjects if one not in gear]
    people = [one for one in rest if is_people(one)]
    if not (people or gear) and rest and how.anyone:
        return plan
    if not people:
        lead = replace(gear[0], noun="", colors=()) if gear else Subject("", (), size="large")
        rest, people = [lead, *rest], [lead]
    acting = [part for one in rest for part in (_cast(one, how) if one in people[:2] else [one])]
    if how.brings:
        acting.append(Subject("", (how.brings,), 1, "small"))
    return replace(plan, subjects=tuple(acting), ground=plan.ground or how.ground)


def _cast(people: Subject, how: Act) -> list[Subject]:
    """Return the actors among ``people`` and, if only some can act, the others behind them."""
    actors = replace(people, sprites=how.actors)
    if not how.most or people.count <= how.most:
        return [actors]
    others = replace(
        people, count=people.count - how.most, size="small", places=("across",), noun="people"
    )
    return [replace(actors, count=how.most, size=people.size or "large", places=()), others]


def _riding(plan: Plan) -> Plan:
    """Seat the people on what can be ridden, as far as there are people."""
    mounts = [one for one in plan.subjects if _mounted(one)]
    people = [one for one in plan.subjects if is_people(one)]
    if not mounts:
        return plan
    mount = mounts[0]
    riders = people[0] if people else Subject("", ())
    together = replace(mount, sprites=(_mounted(mount),), size=mount.size or riders.size,
                       count=max(mount.count, riders.count if people else 1))  # fmt: skip
    seated = [together if one is mount else one for one in plan.subjects if one is not riders]
    return replace(plan, subjects=tuple(seated))


def _mounted(subject: Subject) -> str:
    return MOUNTED.get(subject.noun) or MOUNTED.get(subject.noun.rstrip("s"), "")


def _with_cake(plan: Plan) -> Plan:
    """Add the cake and the balloons that a birthday has."""
    found: Sequence[Subject] = plan.subjects
    if not any("cake" in one.noun for one in found):
        found = (*found, Subject("cake", find("cake")))
    if not any("balloon" in one.noun for one in found):
        found = (*found, Subject("balloons", find("balloon"), 3, "small", (), ("top",)))
    return replace(plan, subjects=tuple(found))
