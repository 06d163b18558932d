"""Numbers that a text has in words: three, twenty-one, two-thirds, three million, two and a half.

A number of one word stays that word, which costs fewer bits than its digits; a longer one becomes
digits, since words that belong together could be separated.
"""

from __future__ import annotations

import re
from typing import Final

from semcodec.words.numbers import forms as number_forms
from semcodec.words.numbers import words as number_words
from semcodec.words.numbers.forms import Form
from semcodec.words.numbers.words import CARDINALS, DECADES, SCALES, leading_number
from semcodec.words.stopwords import FUNCTION_WORDS

MAX_WORDS: Final = 24  #: words in one number
MAX_DENOMINATOR: Final = 10

#: After these words, and before a function word, "one" is a pronoun.
_BEFORE_PRONOUN: Final = frozenset("no another any every some each this that which the".split())
_ROUND: Final = frozenset(("hundred", *SCALES))
_DENOMINATORS: Final = {
    name: value
    for value in range(2, MAX_DENOMINATOR + 1)
    for count in (1, 2)
    for name in (
        number_words.denominator(value, count),
        f"{number_words.spell_ordinal(str(value))[-1]}{'s' if count > 1 else ''}",
    )
    if name not in ("second", "seconds")
}

_WORD: Final = re.compile("[A-Za-z]{1,12}(?![A-Za-z0-9'])")
_AND_A_HALF: Final = re.compile("[ -](?:and[ -])?a[ -]half(?![A-Za-z])", re.IGNORECASE)
_NEXT_WORD: Final = re.compile("[ ]([A-Za-z]{2,})")
_PREVIOUS_WORD: Final = re.compile("([A-Za-z]+) $")
_LOOK_BEHIND: Final = 12  #: characters, for the word before "one"


def match_phrase(text: str, start: int) -> tuple[Form, int] | None:
    """Return the form of the number whose words start at ``start``, and the index after it.

    The parts are the words themselves, so that a text of plain words stays as it is.
    """
    found = _match(text, start)
    if found is None:
        return None
    form, end = found
    return Form(form.word, tuple(re.split("[ -]", text[start:end].lower()))), end


def _match(text: str, start: int) -> tuple[Form, int] | None:
    words, ends = _number_words(text, start)
    while words:
        digits, count = leading_number(words)
        if not count:
            return None
        del words[count:], ends[count:]
        if found := _with_ending(text, digits, ends[-1]):
            return found
        if not _starts_compound(text, ends[-1]):
            break
        words.pop()  # "two-story" is one word, and no number
        ends.pop()
    if not words:
        return None
    if len(words) > 1:
        return _form(digits, words), ends[-1]
    is_number = words[0] not in _ROUND and not _is_pronoun(text, start, words[0], ends[0])
    return (Form(words[0], ()), ends[0]) if is_number else None


def _number_words(text: str, start: int) -> tuple[list[str], list[int]]:
    """Return the cardinal number words from ``start`` on in lower case, and their ends."""
    words: list[str] = []
    ends: list[int] = []
    index = start
    while len(words) < MAX_WORDS and (match := _WORD.match(text, index)):
        word = match[0].lower()
        is_joined = word in ("and", "point") and bool(words)
        if word in CARDINALS or (word == "point" and is_joined):
            words.append(word)
            ends.append(match.end())
        elif not (word == "and" and is_joined and words[-1] in _ROUND):
            break
        index = match.end() + 1
        if text[match.end() : index] not in (" ", "-"):
            break
    return words, ends


def _with_ending(text: str, digits: str, end: int) -> tuple[Form, int] | None:
    """Return the form of a number that ends as a fraction, an ordinal number or a decade."""
    if not digits.isdigit():
        return None  # decimals
    if match := _AND_A_HALF.match(text, end):
        return Form(f"{digits}-and-half", ()), match.end()
    mark, match = text[end : end + 1], _WORD.match(text, end + 1)
    if mark not in (" ", "-") or not match or not mark:
        return None
    word = match[0].lower()
    # Not "one third base", and not "twenty second clip".
    is_fraction = mark == "-" or word.endswith("s") or word == "half" or _is_of(text, match.end())
    is_ordinal = mark == "-" or word != "second"
    if is_fraction and int(digits) < _DENOMINATORS.get(word, 0):
        return number_forms.fraction(int(digits), _DENOMINATORS[word]), match.end()
    if word in DECADES and len(digits) == 2:
        decade = f"{digits}{DECADES.index(word) + 2}0s"
        return Form(decade, ()), match.end()
    ordinal = number_words.value_of([*number_words.spell(digits, "cardinal"), word])
    if is_ordinal and len(digits) > 1 and ordinal and not ordinal.isdigit():
        return Form(ordinal, ()), match.end()
    return None


def _is_of(text: str, index: int) -> bool:
    return text.startswith(" of ", index)


def _starts_compound(text: str, end: int) -> bool:
    """Return whether a hyphen joins another word to the number that ends at ``end``."""
    return text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum()


def _is_pronoun(text: str, start: int, word: str, end: int) -> bool:
    """Return whether ``word`` is "one" as in "no one" and "one of them"."""
    if word != "one":
        return False
    before = _PREVIOUS_WORD.search(text[max(0, start - _LOOK_BEHIND) : start])
    after = _NEXT_WORD.match(text, end)
    is_alone = after is None or after[1].lower() in FUNCTION_WORDS
    return is_alone or (before is not None and before[1].lower() in _BEFORE_PRONOUN)


def _form(digits: str, words: list[str]) -> Form:
    """Return the form of a number of several words; millions keep their word."""
    scale = words[-1]
    if scale in ("million", "billion", "trillion"):
        count = digits[: -SCALES[scale]]
        return Form(f"{count}-{scale}", ())
    return number_forms.amount(digits)
