"""Mentions: each noun of a list of words with its number, colors, size and places.

A received list has no function words, so only the order of the words tells what belongs together:
a number, color or size belongs to the next noun, and a place to the noun before it, or to the one
after it if the list begins with a place. A pair that the order does not prove is left out, because
a wrong statement about a picture does more harm than a missing one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from semcodec.words.numbers.words import leading_number
from semcodec.words.object_words import (
    BODY_PARTS,
    COMPOUNDS,
    GROUPS,
    LIKELY_VERBS,
    PLACES,
    PLAIN_SURROUNDINGS,
    QUANTIFIERS,
    SMALL_WORDS,
    SURROUNDINGS,
    WORN_VERBS,
    Part,
    is_compound,
    is_known,
    is_plural,
    part_of,
)
from semcodec.words.structure import UNIT_WORDS

MAX_NUMBER: Final = 20  #: more objects than these cannot be counted in a picture
MAX_NOUN: Final = 64  #: characters; a word of ``lexicon`` has at most 63
MAX_NAME_WORDS: Final = 4  #: of a name with capitals, such as Golden Gate Bridge
_MARKS: Final = ".,;:!?\"'()[]{}*_\u201c\u201d\u2018\u2019\u2026"
_PEOPLE: Final = frozenset("baby boy boys child children girl girls kid kids".split())


@dataclass(slots=True)
class Mention:
    """A noun, and what the words state about it, as it is in the words.

    Attributes:
        noun: one word, or several of a compound noun or a name, with single spaces.
        count: the number of objects; ``""`` if the words do not state it.
        colors: the names of colors.
        size: the word of size, or ``""``.
        places: the words for places in the picture.
        is_object: whether the noun can be pointed at; otherwise only its colors can be checked.
    """

    noun: str
    count: str = ""
    colors: list[str] = field(default_factory=list)
    size: str = ""
    places: list[str] = field(default_factory=list)
    is_object: bool = True

    @property
    def head(self) -> str:
        """The last word of the noun, in lower case."""
        return self.noun.rsplit(" ", 1)[-1].lower()


@dataclass(frozen=True, slots=True)
class Item:
    """One word of the list, or several that are one number or noun."""

    part: Part
    text: str
    lower: str
    is_last_of_text: bool = False  #: whether a sentence mark follows


def find_mentions(words: Sequence[str]) -> list[Mention]:
    """Return the nouns of ``words`` in order, each with what belongs to it; in linear time."""
    return _Reader(list(read_items(words))).read()


def find_nouns(words: Sequence[str]) -> list[Mention]:
    """Return the nouns of a list without an order, such as those of a ``bag``.

    "fire" is not a noun if "hydrant" is there as well.
    """
    lowers = [word.lower() for word in words]
    known = set(lowers)
    return [
        Mention(item.text)
        for item in map(_single_item, words)
        if item.part is Part.NOUN
        and item.lower not in LIKELY_VERBS
        and 0 < len(item.text) <= MAX_NOUN
        and not any((item.lower, other) in COMPOUNDS for other in known)
    ]


def _single_item(word: str) -> Item:
    text = word.strip(_MARKS)
    return Item(part_of(text.lower()), text, text.lower())


def count_limits(value: str) -> tuple[int, int | None] | None:
    """Return the fewest and the most objects that a number can mean; None for "at least".

    >>> count_limits("two"), count_limits("7"), count_limits("several"), count_limits("red")
    ((2, 2), (7, 7), (3, None), None)
    """
    value = value.lower()
    if value in QUANTIFIERS:
        return QUANTIFIERS[value]
    digits = value if value.isdecimal() else leading_number(value.split())[0]
    if not digits.isdecimal() or len(digits) > 3:
        return None
    return int(digits), int(digits)


def read_items(words: Sequence[str]) -> Iterator[Item]:
    """Yield the items of a list: numbers and compound nouns are joined."""
    texts = [word.strip(_MARKS) for word in words]
    ends = [word[-1:] in ".;:!?" for word in words]
    lowers = [text.lower() for text in texts]
    has_case = any(text.islower() and text not in SMALL_WORDS for text in texts)
    index = 0
    while index < len(texts):
        part, length = _match(texts, lowers, index, has_case)
        text = " ".join(texts[index : index + length])
        lower = " ".join(lowers[index : index + length])
        index += length
        if text:
            yield Item(part, text, lower, ends[index - 1])


def _match(
    texts: Sequence[str], lowers: Sequence[str], index: int, has_case: bool
) -> tuple[Part, int]:
    """Return what the words from ``index`` on are, and how many of them belong together."""
    word = lowers[index]
    if has_case and (length := _name_length(texts, index)) > 1:
        return Part.NOUN, length
    if word.isdecimal():
        return Part.COUNT, 1
    digits, length = leading_number(lowers[index : index + MAX_NAME_WORDS])
    if length:
        return (Part.NEGATION if digits == "0" else Part.COUNT), length
    length = 1
    while index + length < len(lowers) and length < MAX_NAME_WORDS:
        if not is_compound(lowers[index + length - 1], lowers[index + length]):
            break
        length += 1
    return (Part.NOUN, length) if length > 1 else (part_of(word), 1)


def _name_length(texts: Sequence[str], index: int) -> int:
    """Return the number of words of the name with capitals at ``index``; 0 if there is none."""
    end = index
    while end < len(texts) and end - index < MAX_NAME_WORDS and texts[end].istitle():
        if texts[end].lower() in SMALL_WORDS:
            return 0
        end += 1
    return end - index


class _Reader:
    """One pass over the items.

    Between two items, ``_count``, ``_colors`` and ``_size`` wait for a noun, and ``_near`` is the
    noun to which a place that comes now would belong. Whatever is not a noun, its attribute or
    its place clears what waits.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._mentions: list[Mention] = []
        self._near: Mention | None = None
        self._is_negated = self._is_worn = False
        self._places: list[str] = []
        parts = [item.part for item in items if item.part is not Part.LINK]
        self._places_first = bool(parts) and _begins_with_place(parts)
        self._clear()

    def read(self) -> list[Mention]:
        """Return the mentions."""
        for index, item in enumerate(self._items):
            self._add(index, item)
            if item.is_last_of_text:
                self._clear()
                self._near, self._is_negated, self._places = None, False, []
        return self._mentions

    def _clear(self) -> None:
        self._count, self._colors, self._size = "", list[str](), ""
        self._last_part = Part.OTHER

    def _add(self, index: int, item: Item) -> None:
        if item.part is Part.POSITION:
            self._add_position(index, item)
        elif item.part is Part.NOUN and self._is_noun(index):
            self._add_noun(index, item)
        elif item.part is Part.LINK:
            self._count, self._colors, self._size = "", [], ""
        else:
            self._near = None
            self._add_attribute(index, item)
        self._last_part = item.part

    def _add_attribute(self, index: int, item: Item) -> None:
        """Add a number, color or size, which waits for its noun, or clear what waits."""
        if item.part is Part.COUNT:
            self._clear()
            self._count = item.text
        elif item.part is Part.COLOR:
            is_run = self._last_part is Part.COLOR
            self._colors = [*self._colors, item.text] if is_run else [item.text]
        elif item.part is Part.SIZE:
            self._size = item.text
        elif item.part is Part.NEGATION:
            self._clear()
            self._is_negated = True
        elif item.part is Part.PARTICIPLE:
            self._colors, self._size, self._places = [], "", []
        elif item.part is not Part.ADJECTIVE:
            if item.lower in PLAIN_SURROUNDINGS and self._colors and not self._is_negated:
                colors = self._colors
                self._mentions.append(Mention(item.text, colors=colors, is_object=False))
            self._clear()
            self._places, self._is_negated = [], False
        self._is_worn = item.lower in WORN_VERBS

    def _is_noun(self, index: int) -> bool:
        """Return whether an item that may be a noun is one: "a watch", but not "people watch"."""
        item, following = self._items[index], self._following(index)
        if len(item.text) > MAX_NOUN:
            return False
        is_attributed = self._last_part in (Part.COLOR, Part.SIZE, Part.COUNT, Part.ADJECTIVE)
        if item.lower in LIKELY_VERBS and not is_attributed:
            return False
        if item.lower in GROUPS and following is not None and is_plural(following.lower):
            return False
        if " " in item.lower or is_known(item.lower) or following is None:
            return True
        return following.part is not Part.NOUN  # a name before its noun: Shetland pony

    def _following(self, index: int) -> Item | None:
        return self._items[index + 1] if index + 1 < len(self._items) else None

    def _add_noun(self, index: int, item: Item) -> None:
        if self._is_negated:
            self._is_negated, self._near = False, None
            self._clear()
            return
        mention = Mention(item.text, colors=self._colors)
        mention.size = "" if self._is_young(mention) else self._size
        following = self._following(index)
        waits = False
        if self._count:
            if self._agrees(mention.head):
                mention.count = self._count
            elif following is not None and following.part is Part.NOUN:
                waits = is_plural(following.lower) and not is_plural(mention.head)
        count = self._count
        if self._places and _can_have_place(mention):
            mention.places = self._places
        self._mentions.append(mention)
        self._near, self._is_worn = (None if self._is_worn else mention), False
        self._clear()
        self._places = []
        self._count = count if waits else ""

    def _is_young(self, mention: Mention) -> bool:
        """Return whether the size is about age: a little girl is as large as a girl."""
        return self._size.lower() == "little" and mention.head in _PEOPLE

    def _agrees(self, head: str) -> bool:
        """Return whether the number that waits can be that of a noun: two dogs, one dog."""
        limits = count_limits(self._count)
        if limits is None or not 0 < limits[0] <= MAX_NUMBER or head in UNIT_WORDS:
            return False
        if limits == (1, 1):
            return self._count.lower() == "one" and not is_plural(head)
        return is_plural(head)

    def _add_position(self, index: int, item: Item) -> None:
        """Add a place to the noun before it or, if the list begins with a place, after it."""
        following = self._following(index)
        # Left of the house, left arm
        is_relative = following is not None and following.lower in BODY_PARTS | {"of"}
        waited = self._count or self._colors or self._size
        if waited and self._last_part is not Part.POSITION:
            self._near = None  # "black top": the noun of the color is missing
        self._count, self._colors, self._size = "", [], ""
        if item.lower not in PLACES or is_relative:
            return
        if self._places_first and not self._ends_list(index):
            self._near = None
            self._places = [*self._places, item.text]
        elif self._near is not None and _can_have_place(self._near):
            self._near.places.append(item.text)

    def _ends_list(self, index: int) -> bool:
        """Return whether no noun follows a place, so that it can only be about the one before."""
        return all(item.part is not Part.NOUN for item in self._items[index + 1 :])


def _begins_with_place(parts: Sequence[Part]) -> bool:
    """Return whether a place comes before the first noun."""
    for part in parts:
        if part is Part.POSITION:
            return True
        if part is Part.NOUN:
            return False
    return False


def _can_have_place(mention: Mention) -> bool:
    return mention.head not in SURROUNDINGS and mention.head not in BODY_PARTS
