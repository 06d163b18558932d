"""Word the objects: how many, how large, which colour, what, and where for the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from semcodec_embedded.detector import Box

NUMBER_WORDS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SIZE_WORDS = (
    (0.5, "huge"),
    (0.15, "large"),
    (0.03, ""),
    (0.0, "small"),
)  #: by share of the picture
POSITIONS = ("left", "center", "right")
MIN_CROWD = 6  #: so many small people are a crowd
MIN_AREA_RATIO = 4.0  #: the area by which one person stands out of the others
PLURALS = {
    "person": "people", "sheep": "sheep", "fish": "fish", "deer": "deer", "skis": "skis",
    "wolf": "wolves", "knife": "knives", "bookshelf": "bookshelves", "mouse": "mice",
    "goose": "geese",
}  # fmt: skip
NOUN_WEIGHTS = {
    "table": 0.05, "chair": 0.4, "bed": 0.6, "bench": 0.5, "tie": 0.3, "handbag": 0.3, "book": 0.4,
    "plant": 0.7, "bottle": 0.6, "fork": 0.5, "spoon": 0.5, "knife": 0.5, "skis": 0.5,
}  # fmt: skip
MAIN_NOUNS = frozenset((
    "person", "cat", "dog", "horse", "bird", "parrot", "bear", "elephant", "zebra", "giraffe",
    "cow", "sheep", "bus", "train", "airplane", "motorcycle", "boat", "sailboat",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DescribedObject:
    """One object as a viewer sees it; ``color`` may be empty."""

    noun: str
    color: str
    box: Box

    @property
    def weight(self) -> float:
        """How much it matters: larger, nearer to the middle, and alive is more."""
        x, y = self.box.center
        middle = 1.3 - abs(x - 0.5) - abs(y - 0.5) / 2
        kind = 1.5 if self.noun in MAIN_NOUNS else NOUN_WEIGHTS.get(self.noun, 1.0)
        return float(self.box.area**0.5) * middle * kind


def object_phrases(things: Sequence[DescribedObject]) -> list[str]:
    """Return one phrase for each group of equal objects, the most important first."""
    clusters = [
        list(cluster) for _, cluster in groupby(sorted(things, key=_sort_key), lambda t: t.noun)
    ]
    clusters = [cluster for cluster in clusters for cluster in _split_cluster(cluster)]
    clusters.sort(key=lambda cluster: -sum(described.weight for described in cluster[:3]))
    return [_cluster_phrase(cluster) for cluster in clusters]


def _sort_key(described: DescribedObject) -> tuple[str, float]:
    return described.noun, -described.weight


def _split_cluster(cluster: list[DescribedObject]) -> list[list[DescribedObject]]:
    """Part one large person from the small ones behind; other objects stay together."""
    first, *others = cluster
    behind = max((described.box.area for described in others), default=1.0)
    if first.noun == "person" and first.box.area > MIN_AREA_RATIO * behind:
        return [[first], others]
    return [cluster]


def _cluster_phrase(cluster: Sequence[DescribedObject]) -> str:
    first = max(cluster, key=lambda described: described.box.area)
    noun = first.noun
    if noun == "person" and len(cluster) >= MIN_CROWD and first.box.area < SIZE_WORDS[2][0]:
        return f"crowd of people {position_phrase(cluster)}".strip()
    words = [_number_word(cluster), size_word(first.box), _color_words(cluster), noun]
    if len(cluster) > 1:
        words[3] = plural(noun)
    return " ".join(word for word in [*words, position_phrase(cluster)] if word)


def _number_word(cluster: Sequence[DescribedObject]) -> str:
    return NUMBER_WORDS[len(cluster)] if len(cluster) < len(NUMBER_WORDS) else "many"


def size_word(box: Box) -> str:
    """Return the word for the share of the picture that ``box`` fills; medium goes unsaid."""
    return next(word for least, word in SIZE_WORDS if box.area >= least)


def _color_words(cluster: Sequence[DescribedObject]) -> str:
    """Return the colour of the group, or the two colours of a pair from left to right."""
    from_left = sorted(cluster, key=lambda described: described.box.center[0])
    names = list(dict.fromkeys(described.color for described in from_left if described.color))
    if len(cluster) == 2 and len(names) == 2:
        return " and ".join(names)
    common = max(names, key=lambda name: sum(t.color == name for t in cluster), default="")
    agreed = sum(described.color == common for described in cluster)
    return common if agreed * 2 > len(cluster) else ""


def plural(noun: str) -> str:
    """Return ``noun`` for more than one."""
    if noun in PLURALS:
        return PLURALS[noun]
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def position_phrase(cluster: Sequence[DescribedObject]) -> str:
    """Return where the group is for the viewer."""
    sides = [POSITIONS[min(2, int(described.box.center[0] * 3))] for described in cluster]
    if len(cluster) == 1:
        return _single_position(cluster[0].box, sides[0])
    if len(set(sides)) == 1:
        return f"in the {sides[0]}" if sides[0] == "center" else f"on the {sides[0]}"
    if len(cluster) == 2 and set(sides) != {"center"}:
        ordered = sorted(set(sides), key=POSITIONS.index)
        return f"at the {ordered[0]} and {ordered[1]}"
    return "in a row" if _is_row(cluster) else "across"


def _is_row(cluster: Sequence[DescribedObject]) -> bool:
    heights = [described.box.center[1] for described in cluster]
    return max(heights) - min(heights) < 0.12


def _single_position(box: Box, side: str) -> str:
    """Return the place of one object; one that fills the picture has none."""
    if box.area > SIZE_WORDS[0][0]:
        return ""
    middle = box.center[1]
    level = "top" if middle < 0.33 else "bottom" if middle > 0.7 else ""
    if side == "center":
        return f"at the {level}" if level else "in the center"
    return f"at the {level} {side}".replace("  ", " ")
