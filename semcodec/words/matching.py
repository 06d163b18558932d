"""Whether two words mean the same: nouns, colors, sizes and numbers of a picture.

A checker compares what was received with what a describer or a painter calls it: a "ship" is a
boat, "grey" is gray, and a "huge" house is large. The tables are short: a pair that they lack only
makes a checker unsure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from semcodec.words.numbers.words import leading_number
from semcodec.words.object_words import PLACES, QUANTIFIERS
from semcodec.words.plurals import singular


class Relation(Enum):
    """What a noun that was found is to the one that was looked for."""

    SAME = "same"  #: dogs and dog, sofa and couch
    NARROWER = "narrower"  #: a woman is a person
    WIDER = "wider"  #: a person may be a woman
    OTHER = "other"


def _groups(text: str) -> dict[str, str]:
    """Return for each word the first one of its line."""
    lines = [line.split() for line in text.strip().splitlines()]
    return {word.replace("_", " "): words[0] for words in lines for word in words}


#: Words for one color, the most common one first.
COLORS: Final = _groups(
    """
    red crimson scarlet burgundy maroon
    orange amber rust peach salmon copper
    yellow gold golden blonde blond ocher ochre
    green lime olive emerald
    teal turquoise cyan
    blue navy indigo
    purple violet lavender lilac mauve
    pink magenta
    brown bronze
    beige tan cream ivory khaki
    gray grey silver charcoal
    black
    white
    """
)
#: Words for one size.
SIZES: Final = _groups(
    """
    small tiny little mini miniature petite smaller smallest
    large big huge enormous giant gigantic immense massive oversized bigger biggest larger largest
    tall towering
    """
)
#: Words for one thing.
SYNONYMS: Final = _groups(
    """
    couch sofa
    car automobile
    bicycle bike
    motorcycle motorbike
    airplane plane aeroplane aircraft jet
    television tv
    phone cellphone smartphone telephone
    person human individual figure
    child kid
    cup mug
    road street highway roadway
    vessel ship
    forest woods
    trash garbage
    rock boulder stone
    ocean sea
    sidewalk pavement
    photo photograph picture
    refrigerator fridge
    computer laptop
    """
)
#: For each general noun, the nouns that it covers.
HYPONYMS: Final[Mapping[str, frozenset[str]]] = {
    line.split()[0]: frozenset(line.split()[1:])
    for line in """
    person man woman boy girl child baby lady guy skier surfer player crowd family couple
    animal dog cat horse cow sheep bear elephant zebra giraffe bird fox lion tiger deer goat pig
    bird eagle owl duck goose swan parrot penguin vulture flamingo pelican chicken peacock gull
    boat sailboat canoe ship vessel speedboat gondola kayak ferry yacht
    vehicle car truck bus van motorcycle taxi suv jeep automobile
    building house church tower skyscraper castle mosque temple barn palace cathedral cottage
    tree pine palm
    tower lighthouse
    plant flower tree bush shrub
    food pizza cake sandwich soup salad bread burger donut
    fruit apple banana orange
    water ocean sea lake river pool
    truck pickup firetruck
    train locomotive
    """.strip().splitlines()
}


def synonyms(word: str) -> list[str]:
    """Return the other words for the thing that ``word`` names, in singular or plural."""
    group = SYNONYMS.get(singular(word))
    return [
        other for other, first in SYNONYMS.items() if first == group and other != singular(word)
    ]


def noun_relation(wanted: str, found: str) -> Relation:
    """Return what ``found`` is to ``wanted``: both are nouns, in any number and case.

    Of nouns of several words, the last one decides: a fire truck is a truck.
    """
    first, second = _normal(wanted), _normal(found)
    if first == second:
        return Relation.SAME
    if first.rsplit(" ", 1)[-1] == second.rsplit(" ", 1)[-1]:
        # A "red fire truck" is a truck, but a truck may be another one.
        return Relation.NARROWER if len(second) > len(first) else Relation.WIDER
    first, second = first.rsplit(" ", 1)[-1], second.rsplit(" ", 1)[-1]
    if SYNONYMS.get(first, first) == SYNONYMS.get(second, second):
        return Relation.SAME
    if _covers(first, second):
        return Relation.NARROWER
    return Relation.WIDER if _covers(second, first) else Relation.OTHER


def color_names(value: str) -> frozenset[str]:
    """Return the common names of the colors in a word: those of "blue-gray" are blue and gray."""
    pieces = value.lower().replace("-", " ").split()
    return frozenset(COLORS[piece] for piece in pieces if piece in COLORS)


def size_name(value: str) -> str:
    """Return the common name of a size, or "" for another word."""
    return SIZES.get(value.lower(), "")


def place_name(value: str) -> str:
    """Return left, center, right, top or bottom, or "" for another word."""
    return PLACES.get(value.lower(), "")


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


def _normal(noun: str) -> str:
    """Return a noun in lower case, its last word in the singular."""
    *before, last = noun.lower().split() or [""]
    return " ".join([*before, singular(last)])


def _covers(general: str, word: str) -> bool:
    return word in HYPONYMS.get(general, ())
