"""Cut a word as it is written into the words that are sent, and keep names whole.

``T-shirt``, ``Coca-Cola``, ``O'Brien`` and ``McDonald's`` are names of things: in parts they are
other things. In ``two-story``, ``light-blue`` and *the dog's* the parts are the words that matter,
and each of them is in the vocabulary: a word that is not costs 40 to 60 bits in ``lexicon``, one
that is 8 to 20.
"""

from __future__ import annotations

import re
from typing import Final

from semcodec.coding.tables import FREQUENT_WORDS, load_tables
from semcodec.words.stopwords import FUNCTION_WORDS

#: Endings of contractions after an apostrophe; what is before them is a function word.
_CONTRACTED: Final = frozenset(("re", "ve", "ll", "d", "m"))
_ARTICLES: Final = frozenset(("a", "an"))
#: Nouns after which a name with 's is that of a business or a building, and not of an owner.
_BUSINESSES: Final = frozenset(
    """
    ad advert advertisement app bakery bar billboard brand burger cafe cathedral chapel chain church
    coffeehouse college company deli denim department diner drive-in drive-through drive-thru eatery
    franchise fries garage grill hospital hotel ice jeans label logo mall market museum outlet
    parade pharmacy pizzeria pub restaurant restaurants salon school shop shops sign signage signs
    store storefront stores supermarket tavern warehouse
    """.split()
)
_LATIN_ABBREVIATIONS: Final = frozenset("eg ie etc vs cf approx incl".split())
_NAME_PREFIXES: Final = frozenset(("al", "el"))
_AND: Final = frozenset(("n", "n'", "'n", "'n'"))
_AND_BETWEEN: Final = re.compile(r"(?<=\w)'n'(?=\w)", re.I)
MAX_SHORT_PART: Final = 2  #: letters of a part that is seldom a word: wi-fi, re-open


def cut_word(text: str, previous: str = "", following: str = "") -> list[str]:
    """Return the words to send for one word with its hyphens and apostrophes; none for ``e.g.``.

    Args:
        text: a word with the capitals that are part of it.
        previous: the word before it; empty if it is the first one or punctuation is between them.
        following: the word after it; empty in the same cases.

    >>> cut_word("light-blue"), cut_word("Coca-Cola"), cut_word("dog's", "the", "bowl")
    (['light', 'blue'], ['Coca-Cola'], ['dog'])
    """
    if "&" in text:
        return [text]
    text = _AND_BETWEEN.sub("-n-", text)  # rock'n'roll
    word = _resolve_apostrophe(text, previous, following)
    return _split_at_hyphens(word) if word.lower() not in _LATIN_ABBREVIATIONS else []


def is_listed(word: str) -> bool:
    """Return whether a word, as it is, is in the vocabulary of ``lexicon``."""
    return word in load_tables().numbers


def is_frequent(word: str) -> bool:
    """Return whether a word in small letters is one of the frequent ones."""
    return load_tables().numbers.get(word, FREQUENT_WORDS) < FREQUENT_WORDS


def _resolve_apostrophe(text: str, previous: str, following: str) -> str:
    """Return a word without a possessive ending, and the first word of a contraction."""
    text = text.rstrip("'")
    stem, _, ending = text.rpartition("'")
    if not stem:
        return text
    ending = ending.lower()
    if ending == "s":
        return text if _is_brand(stem, previous, following) else stem
    if ending == "t" and stem[-1] in "nN":
        return "not"
    return stem if ending in _CONTRACTED else text


def _is_brand(stem: str, previous: str, following: str) -> bool:
    """Return whether a name with 's is one that has it always, such as ``Levi's``.

    An owner is followed by a thing, and has no article: *Wendy's dog*, but *a Wendy's*.
    """
    if not stem[0].isupper() or "'" in stem:
        return False
    has_inner_capital = any(map(str.isupper, stem[1:])) and not stem.isupper()
    is_possession = following.islower() and following not in _BUSINESSES | FUNCTION_WORDS
    return has_inner_capital or previous in ("St", *_ARTICLES) or not is_possession


def _split_at_hyphens(text: str) -> list[str]:
    parts = [part for part in text.split("-") if part]
    if len(parts) < 2:
        return parts
    if not _AND.isdisjoint(part.lower() for part in parts[1:-1]):  # rock-'n'-roll
        return [part for part in parts if part.lower() not in _AND]
    if _is_name(parts):
        return ["-".join(parts)]
    joined = "".join(parts).lower()
    has_odd_part = any(len(part) <= MAX_SHORT_PART or not is_listed(part.lower()) for part in parts)
    return [joined] if has_odd_part and is_listed(joined) else parts


def _is_name(parts: list[str]) -> bool:
    """Return whether the parts with hyphens are the name of one thing.

    It has a single letter (``T-shirt``, ``e-mail``, ``jack-o'-lantern``), a digit, or capitals at
    both ends (``Coca-Cola``, ``Stratford-upon-Avon``).
    """
    first, last = parts[0], parts[-1]
    if len(first) == 1 or len(last) == 1 or any(part.endswith("'") for part in parts):
        return True
    if any(char.isdigit() for part in parts for char in part):
        return True
    return last[0].isupper() and (first[0].isupper() or first in _NAME_PREFIXES)
