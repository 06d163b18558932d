"""Phrase the objects: number, size, color, noun, and position in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from semcodec_embedded.detector import Box

NUMBER_WORDS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
HUGE, LARGE, MEDIUM = 0.5, 0.15, 0.03  #: minimum shares of the picture for each size
SIZE_WORDS = ((HUGE, "huge"), (LARGE, "large"), (MEDIUM, ""), (0.0, "small"))
POSITIONS = ("left", "center", "right")  #: the thirds of the width
MAX_TOP, MIN_BOTTOM = 0.3, 0.7  #: shares of the height, from the top, of centers
MAX_ROW_SPREAD = 0.12  #: share of the height within which the centers of a row must lie
MIN_CROWD = 6  #: number of people that form a crowd if all are small
MIN_AREA_RATIO = 4.0  #: of a person to any other, above which the person gets its own phrase
#: Irregular plurals; "skis" is already plural.
PLURALS = {
    "person": "people", "sheep": "sheep", "fish": "fish", "deer": "deer", "skis": "skis",
    "wolf": "wolves", "knife": "knives", "bookshelf": "bookshelves", "mouse": "mice",
    "goose": "geese",
}  # fmt: skip
MAIN_NOUN_WEIGHT = 1.5
MAIN_NOUNS = frozenset((
    "person", "cat", "dog", "horse", "bird", "parrot", "bear", "elephant", "zebra", "giraffe",
    "cow", "sheep", "bus", "train", "airplane", "motorcycle", "boat", "sailboat",
))  # fmt: skip
#: Weights of nouns that are rarely the subject; all other weights are 1.
NOUN_WEIGHTS = {
    "table": 0.05, "chair": 0.4, "bed": 0.6, "bench": 0.5, "tie": 0.3, "handbag": 0.3, "book": 0.4,
    "plant": 0.7, "bottle": 0.6, "fork": 0.5, "spoon": 0.5, "knife": 0.5, "skis": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DescribedObject:
    """One object with the words for it.

    Attributes:
        noun: the word in the description.
        color: a color word; empty if the color is not mentioned.
        box: its position in the picture.
    """

    noun: str
    color: str
    box: Box

    @property
    def weight(self) -> float:
        """The importance of the object: higher if it is large, near the center, or alive."""
        x, y = self.box.center
        centrality = 1.3 - abs(x - 0.5) - abs(y - 0.5) / 2
        default = NOUN_WEIGHTS.get(self.noun, 1.0)
        noun_weight = MAIN_NOUN_WEIGHT if self.noun in MAIN_NOUNS else default
        return float(self.box.area**0.5) * centrality * noun_weight


Cluster = Sequence[
    DescribedObject
]  #: one or more objects with the same noun, described by one phrase


def object_phrases(objects: Sequence[DescribedObject]) -> list[str]:
    """Return one phrase for each cluster of objects, the most important first."""
    ordered = sorted(objects, key=lambda item: (item.noun, -item.weight))
    clusters = [
        cluster
        for _, same_noun in groupby(ordered, attrgetter("noun"))
        for cluster in _split_cluster(list(same_noun))
    ]
    # At most three objects count, because a row of parked cars is not the subject.
    clusters.sort(key=lambda cluster: -sum(item.weight for item in cluster[:3]))
    return [_cluster_phrase(cluster) for cluster in clusters]


def _split_cluster(cluster: list[DescribedObject]) -> list[list[DescribedObject]]:
    """Separate one large person from smaller people in the background."""
    first, *others = cluster
    largest_other = max((item.box.area for item in others), default=1.0)
    if first.noun == "person" and first.box.area > MIN_AREA_RATIO * largest_other:
        return [[first], others]
    return [cluster]


def _cluster_phrase(cluster: Cluster) -> str:
    largest = max(cluster, key=lambda item: item.box.area)
    noun, position = largest.noun, position_phrase(cluster)
    if noun == "person" and len(cluster) >= MIN_CROWD and largest.box.area < MEDIUM:
        return f"crowd of people {position}".strip()
    if len(cluster) > 1:
        noun = plural(noun)
    words = [_number_word(cluster), size_word(largest.box), _color_words(cluster), noun, position]
    return " ".join(filter(None, words))


def _number_word(cluster: Cluster) -> str:
    return NUMBER_WORDS[len(cluster)] if len(cluster) < len(NUMBER_WORDS) else "many"


def size_word(box: Box) -> str:
    """Return the word for the size of ``box``; empty for a medium size."""
    return next(word for min_area, word in SIZE_WORDS if box.area >= min_area)


def _color_words(cluster: Cluster) -> str:
    """Return the color of most objects, or the two colors of a pair from left to right."""
    from_left = sorted(cluster, key=lambda item: item.box.center[0])
    names = list(dict.fromkeys(item.color for item in from_left if item.color))
    if len(cluster) == 2 and len(names) == 2:
        return " and ".join(names)
    counts = {name: sum(item.color == name for item in cluster) for name in names}
    most_common = max(counts, key=counts.__getitem__, default="")
    return most_common if counts.get(most_common, 0) * 2 > len(cluster) else ""


def plural(noun: str) -> str:
    """Return the plural of ``noun``."""
    if noun in PLURALS:
        return PLURALS[noun]
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def position_phrase(cluster: Cluster) -> str:
    """Return the position of the objects; empty for one object that fills the picture."""
    sides = [POSITIONS[min(2, int(item.box.center[0] * 3))] for item in cluster]
    if len(cluster) == 1:
        return _single_position(cluster[0].box, sides[0])
    if len(set(sides)) == 1:
        return f"in the {sides[0]}" if sides[0] == "center" else f"on the {sides[0]}"
    if len(cluster) == 2:
        first, second = sorted(set(sides), key=POSITIONS.index)
        return f"at the {first} and {second}"
    return "in a row" if _is_row(cluster) else "across"


def _is_row(cluster: Cluster) -> bool:
    heights = [item.box.center[1] for item in cluster]
    return max(heights) - min(heights) < MAX_ROW_SPREAD


def _single_position(box: Box, side: str) -> str:
    if box.area > HUGE:
        return ""
    height = box.center[1]
    level = "top" if height < MAX_TOP else "bottom" if height > MIN_BOTTOM else ""
    if side == "center":
        return f"at the {level}" if level else "in the center"
    return f"at the {level} {side}" if level else f"at the {side}"
