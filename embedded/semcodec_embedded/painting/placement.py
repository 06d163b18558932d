"""Place the subjects: how large each is drawn, where it stands, what it must not hide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.environment import Stage
from semcodec_embedded.painting.placed import Placed
from semcodec_embedded.painting.rules.interactions import on_a_table, under_umbrellas
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import Plan, Subject
from semcodec_embedded.painting.sizing import COLUMNS, columns_of, height_of
from semcodec_embedded.painting.sprites import SpriteInfo, library
from semcodec_embedded.painting.svg import HEIGHT

AFLOAT, WADING = 0.07, 0.26  #: the shares of a boat and of a cow that are under water
SHRINKINGS = 2  #: so many times a drawing shrinks by a quarter when there is no room for it
HIDDEN = 0.3  #: the share of a drawing that may lie behind another
AIRBORNE = frozenset(("skateboarding", "flying"))


def place(plan: Plan, stage: Stage, width: float, rng: np.random.Generator) -> list[Placed]:
    """Return all drawings, the farthest first; ``width`` is that of the picture in its units."""
    subjects = [_portrait(one, stage) for one in plan.subjects
                if one.sprites and _seen(one, stage)]  # fmt: skip
    sized = any(one.size for one in subjects)
    done: list[Placed] = []
    for index, one in sorted(enumerate(subjects), key=lambda pair: _precedence(pair[1])):
        rank = index if not sized else 0
        done.extend(_group(one, rank, len(subjects), plan, stage, width, done, rng, sized))
    if stage.kind == "room":
        done = on_a_table(done, plan)
    done = under_umbrellas(done)
    return sorted(done, key=lambda it: (it.stands not in ("wall", "air"), it.foot))


#: Figures from head to foot, and the faces of animals that have one.
WHOLE = ("person-standing", "man-standing", "woman-standing", "boy-standing", "girl-standing")
WALKING = ("-walking", "-running")
FACES = {
    "cat": "cat-face", "dog-standing": "dog-face", "horse": "horse-face", "cow": "cow-face",
    "pig": "pig-face", "rabbit": "rabbit-face", "tiger": "tiger-face", "monkey": "monkey-face",
    "mouse": "mouse-face", "panda-sitting": "panda", "koala-sitting": "koala", "fox-sitting": "fox",
    "lion-sitting": "lion", "frog-sitting": "frog", "hamster-sitting": "hamster",
}  # fmt: skip


def _seen(one: Subject, stage: Stage) -> bool:
    """Tell whether a subject must be drawn: rooms have windows and cabinets already."""
    if stage.room == "bedroom" and one.noun.rstrip("s") in ("pillow", "blanket", "bedding"):
        return False
    own = ("window", "cabinet", "cupboard", "curtain", "mirror", "picture")
    return stage.kind != "room" or bool(one.size) or one.noun.rstrip("s") not in own


def _portrait(subject: Subject, stage: Stage) -> Subject:
    """Return one who fills the picture as a half figure or a face: nobody's feet are seen."""
    first = subject.sprites[0]
    near = (subject.size == "huge" and subject.count == 1) or stage.kind == "table"
    if near and is_people(subject) and (first in WHOLE or first.endswith(WALKING)):
        feminine = "woman" in first or "girl" in first
        return replace(subject, sprites=("bust-woman" if feminine else "bust",))
    if subject.size == "huge" and subject.count == 1 and first in FACES:
        return replace(subject, sprites=(FACES[first],))
    return subject


def _precedence(subject: Subject) -> tuple[bool, int]:
    """Rank by size, so that large things find their place first; groups fill what is left."""
    return subject.count > 2, ("huge", "large", "", "medium", "small").index(subject.size)


def _group(
    one: Subject, rank: int, kinds: int, plan: Plan, stage: Stage, width: float,
    done: Sequence[Placed], rng: np.random.Generator, sized: bool,
) -> Iterator[Placed]:  # fmt: skip
    """Yield the drawings of one subject."""
    names = [one.sprites[int(k)] for k in _variants(len(one.sprites), one.count, rng)]
    nature = library().infos[names[0]]
    if names[0] == "fence":
        yield from _fence(one, stage, width)
        return
    used = sum(it.width for it in done if it.stands == nature.stands)
    free = width if one.count < 3 else max(0.55 * width, width - used)
    height = height_of(one, names[0], nature, rank, kinds, stage, free, sized)
    left, right = _gap(done, width) if one.count > 2 else (0.0, width)
    columns = columns_of(one, right - left, height * aspect(names[0]), rng)
    taken = [it for it in done if it.name != "fence"]
    for index, (name, x) in enumerate(zip(names, (left + x for x in columns), strict=True)):
        own = height * (1 if one.count == 1 else 0.92 + 0.16 * rng.random())
        foot, stands = _foot(one, nature, own, plan, stage, sized, rng)
        if one.count > 3 and "row" not in one.places and stands in ("ground", "water", "surface"):
            foot, own = _scattered(foot, own, stage, rng)
        colors = _colours(one, index)
        sunk = AFLOAT if nature.stands == "water" else WADING
        put = Placed(name, x, foot, own * aspect(name), own, colors, stands,
                     _flips(name, x, width, rng), sunk)  # fmt: skip
        tall = nature.height >= 4.5 and not sized
        put = _beside(put, taken, one, width, 0 if tall else SHRINKINGS)
        taken.append(put)
        yield put


def _gap(done: Sequence[Placed], width: float) -> tuple[float, float]:
    """Return the ends of the widest part of the picture where nothing stands, if it is wide."""
    ends = sorted((max(0.0, it.box[0]), it.box[2]) for it in done if it.name != "fence")
    widest, reached = (0.0, 0.0), 0.0
    for left, right in [*ends, (width, width)]:
        if left - reached > widest[1] - widest[0]:
            widest = (reached, left)
        reached = max(reached, right)
    return widest if widest[1] - widest[0] > 0.45 * width else (0.0, width)


def _fence(one: Subject, stage: Stage, width: float) -> Iterator[Placed]:
    """Yield a fence across the whole picture."""
    wide = 230.0 if one.size in ("huge", "large") else 150.0
    foot = HEIGHT * min(0.95, stage.horizon + 0.34 * (1 - stage.horizon) + wide / 2400)
    for index in range(int(width / wide) + 1):
        yield Placed("fence", (index + 0.5) * wide, foot, wide, wide / aspect("fence"),
                     one.colors, "ground")  # fmt: skip


def _variants(kinds: int, count: int, rng: np.random.Generator) -> list[int]:
    """Return which of the drawings each one is: all alike at first, then in turn."""
    start = int(rng.integers(min(kinds, 4)))
    return [(start + index) % kinds if count > 1 or kinds > 2 else 0 for index in range(count)]


def _foot(
    one: Subject, nature: SpriteInfo, height: float, plan: Plan, stage: Stage, sized: bool,
    rng: np.random.Generator,
) -> tuple[float, str]:  # fmt: skip
    """Return where the lower edge is and what carries the drawing there."""
    top, deep = stage.horizon * HEIGHT, (1 - stage.horizon) * HEIGHT
    stands = _carrier(nature.stands, one, plan, stage)
    if stage.kind == "table" and one.sprites[0].startswith("bust"):
        return top + 6, "none"
    close = one.sprites[0].startswith("bust") or one.sprites[0] in FACES.values()
    if close or (nature.home == "studio" and one.size == "huge"):
        return HEIGHT + 4, "none"
    if stands in ("air", "wall"):
        if stage.kind == "table" and stands == "wall":
            return min(top - 20, top * 0.5 + height / 2), stands
        middle = 0.24 if "top" in one.places else 0.72 if "bottom" in one.places else 0.36
        if stage.kind in ("sky", "underwater", "space", "studio") and middle == 0.36:
            middle = 0.48
        lift = (rng.random() - 0.5) * 110 if one.count > 1 and stands == "air" else 0.0
        return max(height + 12, middle * HEIGHT + height / 2 + lift), stands
    near = min(0.93, 0.1 + 0.95 * height / HEIGHT)
    if not sized and nature.height < 4.5:
        near = max(near, 0.5)
    if nature.height >= 4.5 and stands in ("ground", "islet"):
        near = min(near, 0.34 if stands == "ground" else 0.2)
    if "top" in one.places:
        near = min(near, 0.14)
    if "bottom" in one.places:
        near = 0.96
    foot = top + deep * near
    if stage.kind == "studio":
        foot = HEIGHT * (0.97 if "bottom" in one.places else 0.88)
    if stands == "jump":
        foot -= 0.14 * HEIGHT
    return min(HEIGHT * 0.985, max(foot, height + 24)), stands


def _carrier(stands: str, one: Subject, plan: Plan, stage: Stage) -> str:
    """Return what carries a drawing on this stage."""
    if stage.kind in ("sky", "underwater", "space") and stands != "wall":
        return "air"
    if plan.activity in AIRBORNE and one.sprites[0] == "skateboarder":
        return "jump"
    light = library().infos[one.sprites[0]].height > 3
    if stands == "air" and stage.kind in ("table", "room", "studio") and not light:
        return "ground"
    if stands == "water" and stage.ground != "water":
        return "ground"
    if stands in ("ground", "surface") and stage.ground == "water":
        return "islet" if library().infos[one.sprites[0]].height >= 4.5 else "water"
    if stands == "wall" and stage.kind == "outdoors":
        return "ground"
    return stands


def _scattered(
    foot: float, height: float, stage: Stage, rng: np.random.Generator
) -> tuple[float, float]:
    """Return foot and height of one of many: some stand nearer and are larger."""
    deep = (1 - stage.horizon) * HEIGHT
    shift = (rng.random() - 0.5) * 0.42 * deep
    moved = min(0.985 * HEIGHT, max(stage.horizon * HEIGHT + 0.08 * deep, foot + shift))
    return moved, height * (1 + (moved - foot) / HEIGHT)


def _colours(one: Subject, index: int) -> tuple[str, ...]:
    """Return the colours of one of several: two colours for several objects go one to each."""
    if one.count > 1 and len(one.colors) > 1:
        return (one.colors[index % len(one.colors)],)
    return one.colors


def _flips(name: str, x: float, width: float, rng: np.random.Generator) -> bool:
    """Tell whether to mirror a drawing: most look to the left, so those on the left turn round."""
    if any(part in name for part in ("sign", "clock", "keyboard", "laptop", "book", "bust")):
        return False
    return x < width * 0.4 or (x < width * 0.6 and rng.random() < 0.3)


def _beside(
    put: Placed, taken: Sequence[Placed], one: Subject, width: float, rounds: int = SHRINKINGS
) -> Placed:
    """Return ``put`` moved sideways to where it hides least; a said place is left only a little."""
    said = any(place in COLUMNS for place in one.places)
    half = min(put.width / 2, width * 0.46)
    options = [replace(put, x=min(width - half, max(half, put.x + shift * width)))
               for shift in np.linspace(-0.45, 0.45, 31)]  # fmt: skip
    strict = 1.5 if said else 4.0 if one.count > 1 else 0.8
    best = min(options, key=lambda it: _cost(it, taken) + abs(it.x - put.x) / width * strict)
    if _cost(best, taken) > HIDDEN and one.count == 1 and rounds:
        return _beside(_smaller(put), taken, one, width, rounds - 1)
    hidden = [it for it in taken if it.stands == best.stands and it.height > best.height
              and _common(best, it) > HIDDEN * best.width * best.height]  # fmt: skip
    if hidden and rounds and best.stands in ("ground", "surface"):
        nearer = max(it.foot for it in hidden) + 18 + 0.06 * best.height
        return replace(best, foot=max(best.foot, min(HEIGHT * 0.985, nearer)))
    return best


def _smaller(put: Placed) -> Placed:
    """Return ``put`` at three quarters of its size, on the same ground."""
    return replace(put, width=put.width * 0.75, height=put.height * 0.75)


def _cost(put: Placed, taken: Sequence[Placed]) -> float:
    """Return how much of ``put`` and of others would be hidden; 1 is all of one drawing."""
    return sum(_common(put, other) / min(put.width * put.height, other.width * other.height)
               for other in taken)  # fmt: skip


def _common(first: Placed, second: Placed) -> float:
    left, top, right, bottom = first.box
    other_left, other_top, other_right, other_bottom = second.box
    wide = min(right, other_right) - max(left, other_left)
    high = min(bottom, other_bottom) - max(top, other_top)
    return max(0.0, wide) * max(0.0, high)
