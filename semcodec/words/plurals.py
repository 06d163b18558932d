"""Singular and plural of nouns in lower case, most often right.

The rule of ``skeletons`` is part of the format and is simpler; this one serves the comparison of
nouns, where "buses" is "bus" and "knives" is "knife".
"""

from __future__ import annotations

from typing import Final

from semcodec.words.closed_classes import IRREGULAR_PLURALS
from semcodec.words.vocabulary import vocabulary

_IRREGULAR: Final = {
    "calves": "calf", "cacti": "cactus", "children": "child", "feet": "foot", "geese": "goose",
    "glasses": "glass", "halves": "half", "knives": "knife", "leaves": "leaf", "loaves": "loaf",
    "men": "man", "mice": "mouse", "oxen": "ox", "people": "person",
    "scarves": "scarf", "shelves": "shelf", "teeth": "tooth", "thieves": "thief",
    "wolves": "wolf", "women": "woman",
}  # fmt: skip
#: Nouns with the same form for one and for several.
_UNMARKED: Final = frozenset(
    """
    aircraft bison cattle deer elk fish moose salmon series sheep shrimp species squid swine
    trout
    """.split()
)
#: Nouns that end like a plural.
_SINGULARS: Final = frozenset(
    """
    atlas bus campus canvas chess christmas circus compass gas glass grass lens mattress news
    tennis texas walrus
    """.split()
)

#: Nouns in the singular form that name several things.
_COLLECTIVES: Final = frozenset(
    """
    audience bunch cluster couple crew crowd cutlery family flock fleet food fruit furniture group
    herd livestock luggage pack pair row silverware stack team traffic trio wildlife
    """.split()
)


def singular(word: str) -> str:
    """Return the singular of a noun in lower case; the noun itself if it is not a plural."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _UNMARKED or word in _SINGULARS:
        return word
    if word.endswith("men") and _is_known(f"{word[:-3]}man"):
        return f"{word[:-3]}man"
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    forms = [word[:-1]]
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("ies") and len(word) > 4:
        forms.insert(0, f"{word[:-3]}y")
    known = next(filter(_is_known, forms), "")
    if word.endswith(("us", "is", "as")) or _is_known(word):
        return known or word  # a word of the vocabulary without a singular there: series, octopus
    return known or forms[0]


def is_plural(word: str) -> bool:
    """Return whether a noun can mean several: dogs, people, sheep; "glass" cannot."""
    return word in _UNMARKED or word in IRREGULAR_PLURALS or singular(word) != word


def names_several(word: str) -> bool:
    """Return whether a noun in lower case can name several things: dogs, sheep, family."""
    return is_plural(word) or word in _COLLECTIVES


def _is_known(word: str) -> bool:
    return vocabulary().number(word) is not None
