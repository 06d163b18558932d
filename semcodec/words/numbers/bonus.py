"""The bonus of number words in the restoration of words from skeletons.

The tables know words of descriptions, where ``army`` and ``fire`` are more frequent than ``room``
and ``four``. But numbers are spelled in several words, digit by digit, so a number word is likely
beside another one, and digits repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from semcodec.words.numbers.words import CARDINALS, DECADES, JOINTS, ORDINALS, TEENS

#: In bits: for any number word, and for one with many letters. These are rare, and the words with
#: their skeletons are not (elven, fortune); but a wrong number is worse than another wrong word.
ANY_NUMBER_BONUS: Final = 1
LONG_NUMBER_BONUS: Final = 3
MIN_LONG: Final = 5  #: letters of a long number word
#: In bits: for a number word right after another one, or with one word such as "by" between them.
#: Repetition is not penalized then.
NUMBER_BONUS: Final = 4
#: After a noun that numbers follow: 23 captions of COCO have "room with two", 8 "room with tv".
LABEL_BONUS: Final = 4
UNIT_BONUS: Final = 8  #: for a unit after a number
#: For a decade after its century: "nineteen eighties" has the skeletons of "nineteen eight".
DECADE_BONUS: Final = 50

LABELS: Final = frozenset("room number route platform gate bus tram jersey highway".split())


#: Units that are more likely after a number than the words with the same skeletons.
UNITS: Final = frozenset("cent cents meter meters liter litre litres".split())
DEGREES: Final = frozenset(("degree", "degrees"))
#: For "celsius", which is "class" elsewhere.
DEGREE_BONUS: Final = 20
#: Words that may get a bonus, however unlikely they are otherwise.
BONUS_WORDS: Final = frozenset((*CARDINALS, *ORDINALS, *DECADES, *UNITS, "celsius"))


def number_bonus(word: str, before: Sequence[str]) -> int:
    """Return by how many bits a number word costs less after the last two words ``before`` it."""
    if not before:
        return _bonus_of_any(word)
    last = before[-1]
    if word in UNITS and last in CARDINALS:
        return UNIT_BONUS
    if word == "celsius" and last in DEGREES:
        return DEGREE_BONUS
    if last in TEENS and word in DECADES:
        return DECADE_BONUS
    if last in CARDINALS and (word in CARDINALS or word in ORDINALS):
        return NUMBER_BONUS
    if word in CARDINALS and last in LABELS:
        return LABEL_BONUS
    if word in CARDINALS and last in JOINTS and before[0] in CARDINALS:
        return 2 * NUMBER_BONUS
    return _bonus_of_any(word)


def _bonus_of_any(word: str) -> int:
    if word not in CARDINALS and word not in ORDINALS:
        return 0
    return LONG_NUMBER_BONUS if len(word) >= MIN_LONG else ANY_NUMBER_BONUS
