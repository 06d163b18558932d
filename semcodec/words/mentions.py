"""Mentions: each noun of a list of words with its number, colors, size and places.

A received list has no function words, so only the order of the words tells what belongs together:
a number, color or size belongs to the next noun, and a place to the noun before it, or to the one
after it if the list begins with a place. A pair that the order does not prove is left out, because
a wrong statement about a picture does more harm than a missing one.

Texts are read as well, for the descriptions of pictures: there, function words tell more ("on the
left", "the wall is blue").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from semcodec.words.matching import count_limits
from semcodec.words.mention_items import Item, make_item, read_sentences
from semcodec.words.object_words import (
    BODY_PARTS,
    COMPOUNDS,
    FRUITS,
    GROUPS,
    LIKELY_VERBS,
    MEASURED,
    PLACES,
    PLAIN_SURROUNDINGS,
    SURROUNDINGS,
    WORN_VERBS,
    Part,
    is_known,
)
from semcodec.words.phrases import COPULAS
from semcodec.words.plurals import is_plural, names_several
from semcodec.words.structure import UNIT_WORDS
from semcodec.words.subject import PICTURE_WORDS

MAX_NUMBER: Final = 20  #: more objects than these cannot be counted in a picture
MAX_NOUN: Final = 64  #: characters of a word; one of ``lexicon`` has at most 63
#: People of whom "little" states the age.
CHILDREN: Final = frozenset("baby boy boys child children girl girls kid kids".split())
_ATTRIBUTES: Final = (Part.COUNT, Part.COLOR, Part.SIZE, Part.ADJECTIVE)


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


def find_mentions(words: Sequence[str]) -> list[Mention]:
    """Return the nouns of ``words`` in order, each with what belongs to it; in linear time.

    Args:
        words: a list of words, or those of a text with its punctuation.
    """
    found: list[Mention] = []
    for items in read_sentences(words):
        found += _Reader(items).read()
    return found


def find_several(words: Sequence[str]) -> frozenset[str]:
    """Return the words, in lower case, that name several things: by their form, or by a number.

    Skeletons are restored without the ending of the plural, so that "two parrot" is several, too.
    """
    limits = ((mention.head, count_limits(mention.count)) for mention in find_mentions(words))
    counted = {head for head, limit in limits if limit and (limit[1] is None or limit[1] > 1)}
    lower = {word.lower() for word in words}
    return frozenset(counted | {word for word in lower if names_several(word)})


def find_nouns(words: Sequence[str]) -> list[Mention]:
    """Return the nouns of a list without an order, such as those of a ``bag``.

    "fire" is not a noun if "hydrant" is there as well.
    """
    known = {word.lower() for word in words}
    firsts = {first for first, second in COMPOUNDS if second in known}
    return [
        Mention(item.text)
        for item in map(make_item, words)
        if item.part is Part.NOUN and item.lower not in LIKELY_VERBS and item.lower not in firsts
    ]


class _Reader:
    """One pass over the items of a sentence.

    Between two items, ``_count``, ``_colors``, ``_size`` and ``_places`` wait for a noun, ``_near``
    is the noun to which a place that comes now would belong, and ``_described`` the one before
    "is". An item that is not an attribute clears what waits.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._mentions: list[Mention] = []
        self._near: Mention | None = None
        self._described: Mention | None = None
        self._is_negated = self._is_worn = self._is_label = False
        self._places: list[str] = []
        self._places_first = _begins_with_place(items)
        nouns = (n for n in range(len(items) - 1, -1, -1) if items[n].part is Part.NOUN)
        self._last_noun = next(nouns, -1)  #: its position
        self._last = Part.OTHER
        self._clear()

    def read(self) -> list[Mention]:
        """Return the mentions."""
        for index, item in enumerate(self._items):
            if not self._is_joint(index):
                self._add(index, item)
                self._last = item.part
        return self._mentions

    def _clear(self) -> None:
        """Forget the number, colors and size that wait for a noun."""
        self._count, self._colors, self._size = "", list[str](), ""

    def _is_joint(self, index: int) -> bool:
        """Return whether an item is "and" between two attributes: red and blue, left and right."""
        following = self._part_after(index)
        if self._items[index].lower not in ("and", "or"):
            return False
        if self._last is Part.POSITION:
            return following in (Part.POSITION, Part.LINK)
        return self._last in _ATTRIBUTES and following in _ATTRIBUTES

    def _add(self, index: int, item: Item) -> None:
        if item.part is Part.POSITION:
            self._add_position(index, item)
        elif self._is_noun(index):
            self._add_noun(index, item)
        elif item.part is Part.LINK:
            self._clear()
            self._described = self._near if item.lower in COPULAS else self._described
        elif item.part in _ATTRIBUTES or self._is_name_before_noun(index):
            self._add_attribute(index, item)
        else:
            self._add_other(item)

    def _add_attribute(self, index: int, item: Item) -> None:
        """Let a number, color or size wait for its noun, or give it to the noun before "is"."""
        if item.part is Part.COUNT:
            self._clear()
            self._count = item.text
            self._is_label = self._last is Part.NOUN and item.lower.isdecimal()
        elif item.part is Part.COLOR:
            is_run = self._last is Part.COLOR
            self._colors = [*self._colors, item.text] if is_run else [item.text]
        elif item.part is Part.SIZE:
            self._size = item.text
        elif item.lower in MEASURED:
            self._count = ""  # a two storied building
        if self._described is not None and self._part_after(index) not in (*_ATTRIBUTES, Part.NOUN):
            self._described.colors += self._colors
            self._described.size = self._described.size or self._size
            self._clear()
        self._near = None

    def _add_other(self, item: Item) -> None:
        """Clear what waits, except the number before a participle: two parked cars."""
        self._near = self._described = None
        self._is_worn = item.lower in WORN_VERBS
        if item.part is Part.NEGATION:
            self._clear()
            self._is_negated = True
        elif item.part is Part.PARTICIPLE:
            self._colors, self._size, self._places = [], "", []
            self._count = "" if item.lower in MEASURED else self._count
        else:
            if item.lower in PLAIN_SURROUNDINGS and self._colors and not self._is_negated:
                self._mentions.append(Mention(item.text, colors=self._colors, is_object=False))
            self._clear()
            self._places, self._is_negated = [], False

    def _is_noun(self, index: int) -> bool:
        """Return whether an item that may be a noun is one: "a watch", but not "people watch"."""
        item, following = self._items[index], self._after(index)
        if item.lower in FRUITS and (self._last is Part.LINK or self._last_noun < 0):
            # "an orange"; at the end of a list, "orange" is more often a color without its noun.
            return self._part_after(index) not in (*_ATTRIBUTES, Part.NOUN, Part.PARTICIPLE)
        is_idea = item.part is Part.IDEA and self._last in (Part.COUNT, Part.COLOR)
        if not (item.part is Part.NOUN or is_idea):
            return False
        if self._count and item.lower in MEASURED and self._part_after(index) is Part.NOUN:
            return False  # a two lane road
        if item.lower in LIKELY_VERBS and self._last not in (*_ATTRIBUTES, Part.LINK):
            return False
        if item.lower in GROUPS and following is not None and is_plural(following.lower):
            return False
        return not self._is_name_before_noun(index)

    def _is_name_before_noun(self, index: int) -> bool:
        """Return whether a word is a name that the vocabulary lacks, before a noun: a Foo truck."""
        item = self._items[index]
        is_unknown = item.part is Part.NOUN and " " not in item.text and not is_known(item.lower)
        return is_unknown and self._part_after(index) is Part.NOUN

    def _add_noun(self, index: int, item: Item) -> None:
        """Add a mention with all that waits for a noun."""
        mention = Mention(item.text)
        count_waits = self._count if self._count_is_for_next(index, mention) else ""
        if not self._is_negated:
            mention.count = self._count if self._agrees(index, mention.head) else ""
            mention.colors, mention.size = self._colors, self._size
            if mention.head in CHILDREN and self._size.lower() == "little":
                mention.size = ""  # it is about the age: a little girl is as large as a girl
            mention.places = self._places if _can_have_place(mention) else []
            self._mentions.append(mention)
        self._near = None if self._is_worn or self._is_negated else mention
        self._is_negated = self._is_worn = False
        self._described = None
        self._clear()
        self._places, self._count = [], count_waits

    def _count_is_for_next(self, index: int, mention: Mention) -> bool:
        """Return whether a number is about the noun after this one: two street lamps."""
        following = self._after(index)
        if not self._count or following is None or following.part is not Part.NOUN:
            return False
        return is_plural(following.lower) and not is_plural(mention.head)

    def _agrees(self, index: int, head: str) -> bool:
        """Return whether the number that waits can be that of a noun: two dogs, one dog.

        Selection may send a singular in place of a plural. It is counted if nothing else explains
        the number: not "two lane road", nor "bus 12 stop".
        """
        limits = count_limits(self._count) if self._count else None
        if limits is None or not 0 < limits[0] <= MAX_NUMBER:
            return False
        if limits == (1, 1):
            is_countable = head not in SURROUNDINGS and not is_plural(head)
            return self._count.lower() == "one" and is_countable
        if is_plural(head):
            return head not in UNIT_WORDS
        is_first = self._part_after(index) is Part.NOUN
        return not (is_first or self._is_label or head in UNIT_WORDS)

    def _add_position(self, index: int, item: Item) -> None:
        """Add a place to the noun before it or, if the list begins with a place, after it."""
        self._clear()
        if self._last is Part.LINK and self._near is None and self._mentions:
            self._near = self._mentions[-1]  # "a cat lies at the bottom"
        if item.lower not in PLACES or self._is_relative(index):
            return
        # Without a noun after it, a place can only be about the one before.
        if self._places_first and index < self._last_noun:
            self._near = None
            self._places = [*self._places, item.text]
        elif self._near is not None and _can_have_place(self._near):
            self._near.places.append(item.text)

    def _is_relative(self, index: int) -> bool:
        """Return whether a place is not one in the picture: left of the house, left arm."""
        lowers = [item.lower for item in self._items[index + 1 : index + 4]]
        if lowers[:1] == ["of"]:
            return not any(word in PICTURE_WORDS for word in lowers[1:])
        is_on_top = self._items[index].lower == "top" and self._part_after(index) is Part.NOUN
        if is_on_top and self._last is not Part.POSITION:
            return True  # "vase top turtle" is a vase on top of a turtle
        return bool(lowers) and lowers[0] in BODY_PARTS

    def _after(self, index: int) -> Item | None:
        return self._items[index + 1] if index + 1 < len(self._items) else None

    def _part_after(self, index: int) -> Part | None:
        following = self._after(index)
        return None if following is None else following.part


def _begins_with_place(items: Sequence[Item]) -> bool:
    """Return whether a place comes before the first noun: left dog; on the left, a dog."""
    first = next((item for item in items if item.part in (Part.POSITION, Part.NOUN)), None)
    return first is not None and first.lower in PLACES


def _can_have_place(mention: Mention) -> bool:
    return mention.head not in SURROUNDINGS and mention.head not in BODY_PARTS
