"""Read the numbers of a prompt: "3 dogs" counts, and "room 404" is lettered.

A number word of ``lexicon`` (404, 10h30, 20-dollars) and the spelled numbers of ``nibble`` (four
zero four) mean the same here. A count becomes one number before its noun; every other number is
taken out of the prompt, because it would be the count of the next noun, and is lettered if the
prompt has something with letters on it.
"""

from __future__ import annotations

import re
from typing import Final

from semcodec.words.numbers import LABELS, Number, find_numbers
from semcodec.words.numbers.words import value_of
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec_embedded.painting.vocabulary import singular_candidates

MAX_LETTERED: Final = 4  #: numbers that are lettered
MAX_COUNT_DIGITS: Final = 2  #: digits of a number that counts without a plural; 747 is a name
YEARS: Final = range(1700, 2100)
#: Nouns that count as plurals.
PLURALS: Final = frozenset("people men women children sheep fish geese deer mice feet".split())
#: Nouns that a number names even before a plural: "bus 12 passengers".
NAMED: Final = frozenset(
    "room number bus tram train route line platform gate flight highway jersey plate exit".split()
)
#: Things with letters or digits on them.
LETTERED_THINGS: Final = NAMED | frozenset(
    """
    banner billboard bill board button calendar check clock display door label license machine menu
    meter monitor newspaper odometer plaque player poster price pump scale scoreboard screen shirt
    sign signs sticker suitcase tag thermometer ticket timer watch
    """.split()
)

_WORD: Final = re.compile("[A-Za-z][A-Za-z'-]*")
_NEXT_WORDS: Final = re.compile(r"(?:\s+[A-Za-z][A-Za-z'-]*){1,3}")
_PREVIOUS_WORD: Final = re.compile(r"([A-Za-z'-]+)\s+$")
#: Forms of numbers that are not things themselves: 404, 1980s, 5km, 20-dollars, 10h30, 3-5.
_FORM: Final = re.compile(
    "(?:minus-)?[0-9]+(?:[hmx.'-]?[0-9]+)*-?(?:[a-z]{1,8}|[CF])?(?:-[0-9a-z]+)*"
)
#: What follows a number that is an age: "3 year old", "six-month-old".
_AGE: Final = re.compile(r"[\s-]+(year|month|week|day)s?[\s-]+old\b", re.IGNORECASE)
MIN_ELDERLY: Final = 65  #: years
_WINDOW: Final = 24  #: characters before a number in which its noun may stand


def read_numbers(prompt: str) -> tuple[str, tuple[str, ...]]:
    """Return ``prompt`` with counts in digits and no other numbers, and the numbers to letter.

    >>> read_numbers("three dogs room 404")
    ('3 dogs room ', ('404',))
    """
    parts: list[str] = []
    labels: list[str] = []
    position = 0
    for number in find_numbers(prompt):
        if age := _AGE.match(prompt, number.end):
            parts += [prompt[position : number.start], _in_years(number, age[1])]
            position = age.end()
            continue
        count = _count(number, prompt)
        if count is None and _is_word(number.word):
            continue  # half, F-16 and XIV are words for the painter
        if count is None:
            labels.append(_as_written(number.word))
        parts += [prompt[position : number.start], _in_prompt(count)]
        position = number.end
    has_letters = any(word.lower() in LETTERED_THINGS for word in _WORD.findall(prompt))
    shown = tuple(dict.fromkeys(labels))[:MAX_LETTERED] if has_letters else ()
    return "".join([*parts, prompt[position:]]), shown


def _count(number: Number, prompt: str) -> int | None:
    """Return how many things the number counts, or None if it counts none."""
    value = value_of([number.word]) or number.word
    if not value.isdigit() or value != str(int(value)):
        return None
    following = _NEXT_WORDS.match(prompt, number.end)
    words = following[0].lower().split() if following else []
    if not words or words[0] in FUNCTION_WORDS:
        return None
    before = _PREVIOUS_WORD.search(prompt[max(0, number.start - _WINDOW) : number.start])
    owner = before[1] if before else ""
    if number.word != value:  # a single number word; "room two couches" has two couches
        return None if owner == "number" else int(value)
    is_plural = any(map(_is_plural, words)) and int(value) not in YEARS
    is_label = owner.lower() in NAMED or (owner.lower() in LABELS and not is_plural)
    if is_label or owner[:1].isupper() or (len(value) > MAX_COUNT_DIGITS and not is_plural):
        return None
    return int(value)


def _in_years(number: Number, unit: str) -> str:
    """Return the word for an age; empty for one that does not show."""
    value = value_of([number.word]) or number.word
    is_elderly = unit.lower() == "year" and value.isdigit() and int(value) >= MIN_ELDERLY
    return "elderly" if is_elderly else ""


def _is_plural(word: str) -> bool:
    return word in PLURALS or bool(singular_candidates(word))


def _is_word(word: str) -> bool:
    """Return whether a number has letters that are not a form of digits, as F-16 and half."""
    return _FORM.fullmatch(word) is None and value_of([word]) is None


def _as_written(word: str) -> str:
    """Return a word of ``lexicon`` as a sign shows it: 10:30, 3.5, 20 dollars."""
    word = re.sub("^([0-9]{1,2})h([0-9]{2})", r"\1:\2", word)
    word = re.sub("(?<=[0-9])-point-(?=[0-9])", ".", word)
    return re.sub("-(?=[a-z])|(?<=[a-z])-", " ", word)


def _in_prompt(count: int | None) -> str:
    if count is None:
        return ""
    return str(count) if count else "no"
