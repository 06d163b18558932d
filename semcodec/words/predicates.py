"""Predicates: what a list of words promises about a picture, as statements that can be checked.

"two brown dogs" promises that there are dogs, that there are two of them, and that they are brown.
The rules use the words alone, because a decoder has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal, TypeAlias

from semcodec.words.language import detect
from semcodec.words.language.scores import ENGLISH
from semcodec.words.mentions import MAX_NOUN, Mention, find_mentions, find_nouns
from semcodec.words.object_words import PLACES, SURROUNDINGS

#: What a predicate is about: a noun that is present, or its number, color, size or place.
PredicateKind: TypeAlias = Literal["noun", "count", "color", "size", "place"]
#: Statements about one picture. A model checks all of them in one call; 24 words make about 20.
MAX_PREDICATES: Final = 64
MAX_WORDS: Final = 2_000  #: words that are read, in a tenth of a second; most records have 4 to 80
MAX_DETECTED: Final = 200  #: words from which the language is detected
HORIZONTAL: Final = ("left", "center", "right")
VERTICAL: Final = ("top", "bottom")


@dataclass(frozen=True, slots=True)
class Predicate:
    """One statement about a picture that follows from the words.

    Attributes:
        kind: what the statement is about.
        noun: the noun as it is in the words, such as ``"dogs"``.
        value: the number, color, size or place as it is in the words; ``""`` for kind ``"noun"``.
    """

    kind: PredicateKind
    noun: str
    value: str = ""

    @property
    def text(self) -> str:
        """The predicate in words, such as ``"two dogs"``; identifies it in a trace."""
        parts = (self.noun, self.value) if self.kind == "place" else (self.value, self.noun)
        return " ".join(filter(None, parts))


def find_predicates(words: Sequence[str], *, ordered: bool = True) -> list[Predicate]:
    """Return the predicates of ``words``, the most important first; at most ``MAX_PREDICATES``.

    Nouns come before numbers, numbers before colors, colors before sizes, and sizes before places;
    within a kind the order is that of the words. The first predicate is about the subject: the
    first noun that is not part of the surroundings.

    A statement is left out where the words do not prove it: places of a noun that contradict each
    other, numbers over 20, sizes such as "wide", what is negated, and all words of a language other
    than English, as nothing tells which of them are nouns. So the list can be empty.

    Args:
        words: the words of a record, in reading order.
        ordered: whether the order of the words means something. It does not for the coding ``bag``
            (``record.coding == "bag"``): then the only statements are that nouns are present.

    Example:
        >>> [predicate.text for predicate in find_predicates(["two", "brown", "dogs", "left"])]
        ['dogs', 'two dogs', 'brown dogs', 'dogs left']
    """
    # A word that is too long for a noun ends the phrase around it, as a full stop does.
    words = [word if len(word) <= MAX_NOUN else "." for word in words[:MAX_WORDS]]
    if detect(" ".join(words[:MAX_DETECTED])).language != ENGLISH:
        return []
    mentions = find_mentions(words) if ordered else find_nouns(words)
    by_kind = (_nouns(mentions), _counts(mentions), _colors(mentions), _sizes(mentions))
    found = [*chain.from_iterable(by_kind), *_places(mentions)]
    return list(dict.fromkeys(found))[:MAX_PREDICATES]


def _nouns(mentions: Sequence[Mention]) -> Iterator[Predicate]:
    """Yield the nouns, the subject first."""
    objects = [mention for mention in mentions if mention.is_object]
    subject = next((each for each in objects if each.head not in SURROUNDINGS), None)
    for mention in ([subject] if subject else []) + objects:
        yield Predicate("noun", mention.noun)


def _counts(mentions: Sequence[Mention]) -> Iterator[Predicate]:
    """Yield the numbers; of two numbers of one noun, the first."""
    seen: set[str] = set()
    for mention in mentions:
        if mention.count and mention.noun.lower() not in seen:
            seen.add(mention.noun.lower())
            yield Predicate("count", mention.noun, mention.count)


def _colors(mentions: Sequence[Mention]) -> Iterator[Predicate]:
    return (Predicate("color", each.noun, color) for each in mentions for color in each.colors)


def _sizes(mentions: Sequence[Mention]) -> Iterator[Predicate]:
    return (Predicate("size", each.noun, each.size) for each in mentions if each.size)


def _places(mentions: Sequence[Mention]) -> Iterator[Predicate]:
    """Yield the places of the nouns that are at one place only: not "plants left right"."""
    places: dict[str, list[tuple[str, str]]] = {}
    for mention in mentions:
        places.setdefault(mention.noun.lower(), []).extend(
            (mention.noun, value) for value in mention.places
        )
    for values in places.values():
        for axis in (HORIZONTAL, VERTICAL):
            along = [value for value in values if PLACES[value[1].lower()] in axis]
            if len({PLACES[value.lower()] for _, value in along}) == 1:
                yield Predicate("place", *along[0])
