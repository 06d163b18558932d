"""From a word to its consonants: the reference rule (spec, annex B).

Three steps in this order: the plural goes, doubled letters become one, each letter becomes its
symbol or none. Folding a letter that is no symbol into the one that sounds most like it keeps
``window`` and ``window pane`` apart from ``nd``; dropping it would not.
"""

from __future__ import annotations

import re
from typing import Final

from semcodec.errors import InputError
from semcodec.words.tokens import tokens

VOWELS: Final = "aeiouy"
#: What a letter that is no symbol becomes.
FOLDED: Final = {"w": "v", "q": "k", "x": "ks", "z": "s", "j": "g"}

_TO_SYMBOLS: Final = str.maketrans({**dict.fromkeys(VOWELS, ""), **FOLDED})
_DOUBLED: Final = re.compile(r"([a-z])\1+")


def skeleton(text: str) -> str:
    """Return the skeletons of the words of ``text``, separated by single spaces.

    >>> skeleton("Indian traditional arch window")
    'ndn trdtnl rch vndv'

    Raises:
        InputError: a word has no consonant, or there is no word.
    """
    words = tokens(text)
    if not words:
        raise InputError("There is no word of the letters a to z or digits in this text.")
    return " ".join(map(_needed, words))


def of_word(word: str) -> str:
    """Return the skeleton of one word of the letters a to z; empty if it has no consonant."""
    return _DOUBLED.sub(r"\1", singular(word)).translate(_TO_SYMBOLS)


def singular(word: str) -> str:
    """Return ``word`` without the s of a plural.

    ``glass``, ``bus`` and ``tennis`` keep theirs, and so does a word of three letters or less.
    """
    is_plural = len(word) > 3 and word[-1] == "s" and word[-2] not in "siu"
    return word[:-1] if is_plural else word


def _needed(word: str) -> str:
    if bones := of_word(word):
        return bones
    raise InputError(
        f"The word {word!r} has no consonant, so it has no skeleton: leave it out or say it "
        "with another word."
    )
