"""The class of a word: thing, idea, modifier or verb, by a frozen table.

A word has one class, whatever is around it; ``phrases`` decides by position what a word of two
classes is ("a train" and "dogs train"). The class of a word outside the table is decided by its
ending; without a known ending it is a thing, because most of these words are names.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Final

from semcodec.words.vocabulary import vocabulary

FILE: Final = "classes-1.bin"


class WordClass(IntEnum):
    """What a word usually is in a description."""

    OTHER = 0  #: an adverb or a function word
    THING = 1  #: a noun for what can be seen: dog, people, tower
    IDEA = 2  #: any other noun: sunset, game, composition
    MODIFIER = 3  #: an adjective or an ordinal: red, wooden, first
    VERB = 4  #: a form of a verb: sits, standing, parked
    THING_OR_VERB = 5  #: a thing whose name is a verb as well: stand, watches, bear
    IDEA_OR_VERB = 6  #: any other noun that is a verb as well: walk, touch


#: Of words outside the table, in this order.
ENDINGS: Final = (
    ("ly", WordClass.OTHER),
    (("istic", "esque", "ical", "ous", "ful", "less", "like", "ish", "ive", "able", "ible"),
     WordClass.MODIFIER),
    (("ing", "ed"), WordClass.VERB),
    (("ss", "us", "is"), WordClass.THING),
    ("s", WordClass.THING_OR_VERB),
)  # fmt: skip


@cache
def class_of(word: str) -> WordClass:
    """Return the class of a word of the letters a to z, in lower case."""
    number = vocabulary().number(word)
    if number is None:
        return next((kind for ends, kind in ENDINGS if word.endswith(ends)), WordClass.THING)
    byte = _table()[number // 2]
    return WordClass(byte >> 4 if number % 2 else byte & 15)


@cache
def _table() -> bytes:
    """Return the table: four bits for each word of the vocabulary, the lower half first."""
    return resources.files(__package__).joinpath("tables", FILE).read_bytes()
