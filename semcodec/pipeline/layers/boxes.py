"""Which boxes of words are worth their bytes, and their edges in 32nds.

A box takes 2.5 bytes, and the first of a word one byte more. A painter draws one thing for each, so
a box that repeats another or that a word does not ask for makes a picture worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil, floor
from typing import Final

from semcodec._boxes import area, iou
from semcodec.backends.guides import Box
from semcodec.bitstream.layers import MAX_BOXES, MAX_WORD, MAX_WORD_BOXES, PARTS, Group
from semcodec.words.matching import HYPONYMS, count_limits
from semcodec.words.mentions import find_several
from semcodec.words.object_words import FRUITS, SURROUNDINGS, Part, part_of
from semcodec.words.plurals import singular

MAX_SAME_IOU: Final = 0.7  #: intersection over union above which two boxes are of one thing
#: Shares of the picture, 2 and 4 of 32 x 32 parts; a smaller thing is a dot.
MIN_FIRST_AREA: Final = 0.002  #: of the largest thing of a word
MIN_AREA: Final = 0.004  #: of its other things
FULL: Final = PARTS - 1  #: parts of the width and the height from which a box is the whole picture
#: Surfaces that a detector finds below other things; a box of the whole picture states nothing.
SURFACES: Final = frozenset(("bed", "counter", "desk", "floor", "rug", "table"))
#: Words for so many people that none of them is placed.
CROWDS: Final = frozenset(("crowd", "crowds", "audience", "spectators"))
#: Words of a list that name nothing, whatever a locator returns for them.
NOT_THINGS: Final = frozenset((
    Part.COUNT, Part.COLOR, Part.SIZE, Part.POSITION, Part.NEGATION, Part.LINK,
))  # fmt: skip
#: What may be between a number and its noun: four large black birds.
BETWEEN: Final = frozenset((Part.COLOR, Part.SIZE, Part.ADJECTIVE, Part.PARTICIPLE))

Edges = tuple[int, int, int, int]  #: left, top, right and bottom in 32nds


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box that may be sent.

    Attributes:
        index: the index of its word.
        box: its edges in shares of the picture.
        edges: the same in 32nds.
    """

    index: int
    box: Box
    edges: Edges

    @property
    def area(self) -> float:
        """The area as a share of the picture."""
        return area(self.box)


def choose_boxes(words: Sequence[str], located: Sequence[Sequence[Box]]) -> list[PlacedBox]:
    """Return the boxes to send, the most valuable first, at most 16.

    A word for one thing has one box, the largest. A word for several things has up to 8, and none
    if there are more or if the words name a crowd: the word describes it in fewer bytes. A number
    before it is the limit: "two parrots" have the largest two. First comes the largest box of each
    word, by area, and then further ones.

    Args:
        words: the words of the record, in the order in which a decoder returns them.
        located: for each word, valid boxes in shares of the picture.
    """
    chosen: list[list[PlacedBox]] = []
    lower = [word.lower() for word in words[: MAX_WORD + 1]]
    several = find_several(words[: MAX_WORD + 1])
    has_crowd = not CROWDS.isdisjoint(lower)
    for index, (word, boxes) in enumerate(zip(lower, located, strict=False)):
        known = [other.box for group in chosen for other in group]
        if has_crowd and word in several and _is_of_people(word):
            chosen.append([])
            continue
        placed = _boxes_of_word(index, word, boxes, known)
        placed = placed[: _stated_number(lower, index) if word in several else 1]
        chosen.append(placed if len(placed) <= MAX_WORD_BOXES else [])
    firsts = [group[0] for group in chosen if group]
    others = [box for group in chosen for box in group[1:]]
    return [*_byarea(firsts), *_byarea(others)][:MAX_BOXES]


def make_layout(boxes: Iterable[PlacedBox]) -> tuple[Group, ...]:
    """Return the groups of a layout: the boxes of each word, in the order of the format."""
    by_word: dict[int, set[Edges]] = {}
    for box in boxes:
        by_word.setdefault(box.index, set()).add(box.edges)
    return tuple(Group(index, tuple(sorted(edges))) for index, edges in sorted(by_word.items()))


def move_boxes(
    boxes: Sequence[PlacedBox], old: Sequence[str], new: Sequence[str]
) -> list[PlacedBox]:
    """Return the boxes whose words are also in another list, with their indexes there."""
    indexes = _occurrences(new)
    moved = zip(boxes, (_occurrence(old, box.index) for box in boxes), strict=True)
    return [replace(box, index=indexes[key]) for box, key in moved if key in indexes]


def _occurrences(words: Sequence[str]) -> dict[tuple[str, int], int]:
    return {_occurrence(words, index): index for index in range(min(len(words), MAX_WORD + 1))}


def _occurrence(words: Sequence[str], index: int) -> tuple[str, int]:
    """Return the singular of a word, and how often it occurs before ``index``.

    In ``nibble``, a word that is sent among fewer others may have another form.
    """
    forms = [singular(word.lower()) for word in words[: index + 1]]
    return forms[index], forms[:index].count(forms[index])


def quantize(box: Box) -> Edges:
    """Return the edges of ``box`` in 32nds: of those next to its own, the ones that fit it best."""
    left, top, right, bottom = (edge * PARTS for edge in box)
    lefts, tops = (_near(edge, 0) for edge in (left, top))
    rights, bottoms = (_near(edge, 1) for edge in (right, bottom))
    candidates = [
        edges
        for edges in product(lefts, tops, rights, bottoms)
        if edges[0] < edges[2] and edges[1] < edges[3]
    ]
    exact = left, top, right, bottom
    return max(candidates, key=lambda edges: iou(exact, edges))


def _near(edge: float, lowest: int) -> set[int]:
    """Return the whole 32nds next to an edge; a right or lower edge is at least 1."""
    return {min(max(whole, lowest), PARTS - 1 + lowest) for whole in (floor(edge), ceil(edge))}


def _boxes_of_word(
    index: int, word: str, boxes: Sequence[Box], known: Sequence[Box]
) -> list[PlacedBox]:
    """Return the boxes of one word, the largest first; ``known`` are those of words before it."""
    if not _is_thing(word):
        return []
    distinct = list(_without_repetitions(sorted(boxes, key=area, reverse=True), known))
    visible = [box for box in distinct[:1] if area(box) >= MIN_FIRST_AREA]
    visible += [box for box in distinct[1:] if area(box) >= MIN_AREA]
    placed = [PlacedBox(index, box, quantize(box)) for box in visible]
    placed = [box for box in placed if not (word in SURFACES and _is_full(box.edges))]
    return list({box.edges: box for box in placed}.values())


def _stated_number(words: Sequence[str], index: int) -> int | None:
    """Return the number of things that a number before a noun states; None if it is open."""
    for word in reversed(words[:index]):
        if limits := count_limits(word):
            return limits[1]
        if part_of(word) not in BETWEEN:
            return None
    return None


def _is_thing(word: str) -> bool:
    """Return whether a word can name a thing with a place of its own."""
    if word in SURROUNDINGS or count_limits(word) is not None:
        return False
    return word in FRUITS or part_of(word) not in NOT_THINGS


def _is_of_people(word: str) -> bool:
    return word in CROWDS or singular(word) in {"person", *HYPONYMS["person"]}


def _without_repetitions(boxes: Iterable[Box], known: Sequence[Box]) -> Iterator[Box]:
    """Yield the boxes of things that have no other box yet."""
    seen = list(known)
    for box in boxes:
        if not any(iou(box, other) > MAX_SAME_IOU for other in seen):
            seen.append(box)
            yield box


def _is_full(edges: Edges) -> bool:
    return edges[2] - edges[0] >= FULL and edges[3] - edges[1] >= FULL


def _byarea(boxes: Iterable[PlacedBox]) -> list[PlacedBox]:
    return sorted(boxes, key=lambda box: -box.area)
