"""The bonus of number words in the restoration of words from skeletons.

The tables know words of descriptions, where ``army`` and ``fire`` are more frequent than ``room``
and ``four``. But numbers are spelled in several words, digit by digit, so a number word is likely
beside another one, and digits repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from semcodec.words.numbers.words import CARDINALS, DECADES, JOINTS, ORDINALS, TEENS

#: In eightieths of a bit: 4 bits for a number word right after another one, or with one word such
#: as "by" between them. There is no penalty for repetition then.
NUMBER_BONUS: Final = 320
#: After a noun that numbers follow: 23 captions of COCO have "room with two", 8 "room with tv".
LABEL_BONUS: Final = 320
UNIT_BONUS: Final = 640  #: for a unit after a number
#: For a decade after its century: "nineteen eighties" has the skeletons of "nineteen eight".
DECADE_BONUS: Final = 4_000

LABELS: Final = frozenset("room number route platform gate bus tram jersey highway".split())


#: Units that are more likely after a number than the words with the same skeletons.
UNITS: Final = frozenset("cent cents meter meters liter litre litres".split())
DEGREES: Final = frozenset(("degree", "degrees"))
#: For "celsius", which is "class" elsewhere.
DEGREE_BONUS: Final = 1_600


def number_bonus(word: str, before: Sequence[str]) -> int:
    """Return by how much a number word is less costly after the last two words ``before`` it."""
    if not before:
        return 0
    last = before[-1]
    if word in UNITS and last in CARDINALS:
        return UNIT_BONUS
    if word == "celsius" and last in DEGREES:
        return DEGREE_BONUS
    if last in TEENS and word in DECADES:
        return DECADE_BONUS
    if last in CARDINALS:
        return NUMBER_BONUS if word in CARDINALS or word in ORDINALS else 0
    if word in CARDINALS and last in LABELS:
        return LABEL_BONUS
    is_joined = last in JOINTS and before[0] in CARDINALS
    return 2 * NUMBER_BONUS if is_joined and word in CARDINALS else 0
