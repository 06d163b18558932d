"""Word the objects: how many, how large, which colour, what, and where for the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from semcodec_embedded.detector import Box

NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SIZES = ((0.5, "huge"), (0.15, "large"), (0.03, ""), (0.0, "small"))  #: by share of the picture
THIRDS = ("left", "center", "right")
CROWD = 6  #: so many small people are a crowd
FAR_LARGER = 4.0  #: the area by which one person stands out of the others
PLURALS = {
    "person": "people", "sheep": "sheep", "fish": "fish", "deer": "deer", "skis": "skis",
    "wolf": "wolves", "knife": "knives", "bookshelf": "bookshelves", "mouse": "mice",
    "goose": "geese",
}  # fmt: skip
UNIMPORTANT = {
    "table": 0.05, "chair": 0.4, "bed": 0.6, "bench": 0.5, "tie": 0.3, "handbag": 0.3, "book": 0.4,
    "plant": 0.7, "bottle": 0.6, "fork": 0.5, "spoon": 0.5, "knife": 0.5, "skis": 0.5,
}  # fmt: skip
MAIN = frozenset((
    "person", "cat", "dog", "horse", "bird", "parrot", "bear", "elephant", "zebra", "giraffe",
    "cow", "sheep", "bus", "train", "airplane", "motorcycle", "boat", "sailboat",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """One object as a viewer sees it; ``colour`` may be empty."""

    noun: str
    colour: str
    box: Box

    @property
    def weight(self) -> float:
        """How much it matters: larger, nearer to the middle, and alive is more."""
        x, y = self.box.centre
        middle = 1.3 - abs(x - 0.5) - abs(y - 0.5) / 2
        kind = 1.5 if self.noun in MAIN else UNIMPORTANT.get(self.noun, 1.0)
        return float(self.box.area**0.5) * middle * kind


def phrases(things: Sequence[Thing]) -> list[str]:
    """Return one phrase for each group of equal objects, the most important first."""
    heaps = [list(heap) for _, heap in groupby(sorted(things, key=_by_noun), lambda t: t.noun)]
    groups = [group for heap in heaps for group in _split(heap)]
    groups.sort(key=lambda group: -sum(thing.weight for thing in group[:3]))
    return [_phrase(group) for group in groups]


def _by_noun(thing: Thing) -> tuple[str, float]:
    return thing.noun, -thing.weight


def _split(heap: list[Thing]) -> list[list[Thing]]:
    """Part one large person from the small ones behind; other objects stay together."""
    first, *others = heap
    behind = max((thing.box.area for thing in others), default=1.0)
    if first.noun == "person" and first.box.area > FAR_LARGER * behind:
        return [[first], others]
    return [heap]


def _phrase(group: Sequence[Thing]) -> str:
    first = max(group, key=lambda thing: thing.box.area)
    noun = first.noun
    if noun == "person" and len(group) >= CROWD and first.box.area < SIZES[2][0]:
        return f"crowd of people {place(group)}".strip()
    words = [_count(group), size(first.box), _colours(group), noun]
    if len(group) > 1:
        words[3] = plural(noun)
    return " ".join(word for word in [*words, place(group)] if word)


def _count(group: Sequence[Thing]) -> str:
    return NUMBERS[len(group)] if len(group) < len(NUMBERS) else "many"


def size(box: Box) -> str:
    """Return the word for the share of the picture that ``box`` fills; medium goes unsaid."""
    return next(word for least, word in SIZES if box.area >= least)


def _colours(group: Sequence[Thing]) -> str:
    """Return the colour of the group, or the two colours of a pair from left to right."""
    from_left = sorted(group, key=lambda thing: thing.box.centre[0])
    names = list(dict.fromkeys(thing.colour for thing in from_left if thing.colour))
    if len(group) == 2 and len(names) == 2:
        return " and ".join(names)
    common = max(names, key=lambda name: sum(t.colour == name for t in group), default="")
    agreed = sum(thing.colour == common for thing in group)
    return common if agreed * 2 > len(group) else ""


def plural(noun: str) -> str:
    """Return ``noun`` for more than one."""
    if noun in PLURALS:
        return PLURALS[noun]
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def place(group: Sequence[Thing]) -> str:
    """Return where the group is for the viewer."""
    sides = [THIRDS[min(2, int(thing.box.centre[0] * 3))] for thing in group]
    if len(group) == 1:
        return _one_place(group[0].box, sides[0])
    if len(set(sides)) == 1:
        return f"in the {sides[0]}" if sides[0] == "center" else f"on the {sides[0]}"
    if len(group) == 2 and set(sides) != {"center"}:
        ordered = sorted(set(sides), key=THIRDS.index)
        return f"at the {ordered[0]} and {ordered[1]}"
    return "in a row" if _row(group) else "across"


def _row(group: Sequence[Thing]) -> bool:
    heights = [thing.box.centre[1] for thing in group]
    return max(heights) - min(heights) < 0.12


def _one_place(box: Box, side: str) -> str:
    """Return the place of one object; one that fills the picture has none."""
    if box.area > SIZES[0][0]:
        return ""
    middle = box.centre[1]
    level = "top" if middle < 0.33 else "bottom" if middle > 0.7 else ""
    if side == "center":
        return f"at the {level}" if level else "in the center"
    return f"at the {level} {side}".replace("  ", " ")
