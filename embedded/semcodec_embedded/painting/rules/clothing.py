"""Put on people what the words say that they wear; a hat beside a woman is hers."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import Plan, Subject

GOWNS = frozenset(("dress", "gown", "skirt", "saree", "kimono", "bridesmaid"))
WORN = frozenset((
    "hat", "cap", "shirt", "t-shirt", "jersey", "sweater", "jacket", "coat", "tie", "jeans",
    "pants", "trouser", "shoe", "shoes", "glasses", "sunglasses", "helmet", "scarf", "glove",
    "gloves", "uniform", "suit", "swimsuit", "bikini", "beard", "boot", "sock", "sneaker",
    "hoodie", "blouse", "outfit", "costume", "vest", "wetsuit", "clothing",
    "clothes", "pant", "jean", "short", "shorts", "watch", "necktie", "beanie", "hair", "backpack",
))  # fmt: skip
PORTRAITS = frozenset(("portrait", "face", "head", "selfie", "beard"))


def dressed(plan: Plan) -> Plan:
    """Return ``plan`` with its clothes on its people; without people they stay things."""
    people = next((one for one in plan.subjects if is_people(one)), None)
    if people is None:
        return plan
    worn = [one for one in plan.subjects if _noun(one) in WORN | GOWNS | PORTRAITS]
    rest = [one for one in plan.subjects if one not in worn]
    wearing = people
    for one in worn:
        wearing = _wears(wearing, one)
    return replace(plan, subjects=tuple(wearing if one is people else one for one in rest))


def _wears(people: Subject, cloth: Subject) -> Subject:
    """Return ``people`` in ``cloth``, whose colour is theirs unless they have one."""
    colored = replace(people, colors=people.colors or cloth.colors)
    if _noun(cloth) in GOWNS:
        return replace(colored, sprites=("woman-dress",))
    if _noun(cloth) in PORTRAITS and people.count == 1:
        return replace(colored, size="huge")
    return colored


def _noun(subject: Subject) -> str:
    noun = subject.noun
    return noun if noun in WORN | GOWNS else noun.removesuffix("s")
