"""Skeletons: the consonants of a word, by the reference rule (spec, annex B).

The rule has two steps: the s of a plural is removed, then vowels are removed and consonants become
symbols. A consonant that is not a symbol becomes the one that sounds most like it; if it were
removed, ``window`` would become ``nd``. Double letters stay, which costs 2 % more bits and saves
one word in eighty (spec/decisions/0002-skeletons.md).
"""

from __future__ import annotations

from typing import Final

from semcodec.errors import InputError
from semcodec.words.scripts import find_other_language, in_language
from semcodec.words.tokenizer import tokenize

VOWELS: Final = "aeiouy"
#: The symbols of the consonants that are not symbols themselves.
FOLDED: Final = {"w": "v", "q": "k", "x": "ks", "z": "s", "j": "g"}

#: For ``str.translate``: a consonant for each, nothing for a vowel.
TO_SYMBOLS: Final = str.maketrans({**dict.fromkeys(VOWELS, ""), **FOLDED})


def skeleton(text: str) -> str:
    """Return the skeletons of the words of ``text``, separated by single spaces.

    >>> skeleton("Indian traditional arch window")
    'ndn trdtnl rch vndv'

    Raises:
        InputError: a word has no consonant, or the text has no words.
    """
    words = tokenize(text)
    if not words:
        raise InputError(_why_no_words(text))
    return " ".join(map(_require_skeleton, words))


def skeleton_of_word(word: str) -> str:
    """Return the skeleton of one word of the letters a to z; empty if it has no consonant."""
    return singular(word).translate(TO_SYMBOLS)


def is_abbreviation(abbreviation: str, skeleton: str) -> bool:
    """Return whether ``skeleton`` contains the letters of ``abbreviation`` in the same order."""
    letters = iter(skeleton)  # the search for a letter continues after the previous letter
    return all(letter in letters for letter in abbreviation)


def singular(word: str) -> str:
    """Return ``word`` without the s of a plural.

    ``glass``, ``bus`` and ``tennis`` keep theirs, and so does a word of three letters or fewer. The
    rule is part of the format: a better one would change skeletons.
    """
    is_plural = len(word) > 3 and word[-1] == "s" and word[-2] not in "siu"
    return word[:-1] if is_plural else word


def singulars(word: str) -> list[str]:
    """Return the words of which ``word`` may be the plural, all with the same skeleton.

    For ``benches`` these are ``benche`` and ``bench``; a word that is not a plural has none.
    """
    if singular(word) == word:
        return []
    forms = [word[:-1]]
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    return [form for form in forms if skeleton_of_word(form) == skeleton_of_word(word)]


def _why_no_words(text: str) -> str:
    if language := find_other_language(text):
        return (
            f"The text is {in_language(language)}, and skeletons have only the letters a to z: "
            "give it in English."
        )
    return "The text has no words: give at least one of the letters a to z or digits."


def _require_skeleton(word: str) -> str:
    if skeleton := skeleton_of_word(word):
        return skeleton
    raise InputError(
        f"The word {word!r} has no consonant, so it has no skeleton: leave it out or use another "
        "word."
    )
