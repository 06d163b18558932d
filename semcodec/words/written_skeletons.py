"""Skeletons as people and models write them, folded to the symbols of ``nibble`` by the rule.

``wndw`` has letters that are not symbols, so it was not made by the reference rule (spec, annex B).
Its letters are then more exact than its skeleton ``vndv``: the word has them in the same order, and
ends with the s of a plural only if one is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from semcodec.coding import nibble
from semcodec.errors import InputError
from semcodec.words.skeleton_context import BIT
from semcodec.words.skeletons import is_abbreviation, singular, skeleton_of_word
from semcodec.words.tokenizer import tokenize

MAX_WORDS: Final = 4_096  #: the default limit of a record
MAX_SHOWN: Final = 40  #: characters of a text in a message
LETTERS_COST: Final = 12 * BIT  #: of a word without the letters that are written
PLURAL_COST: Final = 8 * BIT  #: of a plural if no s is written
_is_skeleton: Final = re.compile(f"[{nibble.SYMBOLS.strip()}]+").fullmatch


class Written(NamedTuple):
    """A list of skeletons.

    Attributes:
        skeletons: in the sixteen symbols, without the space.
        texts: as they were written, in small letters; none if the list has only symbols.
        numbers: the items with digits, by position. They are not skeletons: they stay as they are.
    """

    skeletons: list[str]
    texts: list[str]
    numbers: dict[int, str]

    def cost(self, at: int, word: str) -> int:
        """Return the cost of a word whose letters or number differ from those that are written."""
        if not self.texts:
            return 0
        text = self.texts[at]
        is_unlike = not is_abbreviation(text, word)
        is_other_number = singular(word) != word and not text.endswith("s")
        return LETTERS_COST * is_unlike + PLURAL_COST * is_other_number


def parse_skeletons(skeletons: object) -> Written:
    """Return a list of skeletons, or a text with a single space between them, as ``Written``.

    Raises:
        InputError: an item has no consonant or several words, or there are too many items.
    """
    if isinstance(skeletons, str):
        skeletons = skeletons.split(" ") if skeletons else []
    if not isinstance(skeletons, list | tuple):
        raise InputError("Skeletons have the wrong type: give a string, or a list of strings.")
    if len(skeletons) > MAX_WORDS:
        raise InputError(f"There are more than {MAX_WORDS} skeletons: give fewer.")
    for skeleton in skeletons:
        if not isinstance(skeleton, str):
            raise _not_a_skeleton(skeleton)
    if all(map(_is_skeleton, skeletons)):
        return Written(list(skeletons), [], {})
    return _fold(skeletons)


def _fold(items: Sequence[str]) -> Written:
    numbers = {at: item for at, item in enumerate(items) if _is_number(item)}
    texts = [_only_word(item, at in numbers) for at, item in enumerate(items)]
    return Written(list(map(skeleton_of_word, texts)), texts, numbers)


def _is_number(item: str) -> bool:
    return any(map(str.isdecimal, item)) and item.split() == [item]


def _only_word(item: str, is_number: bool) -> str:
    """Return the word of an item, in small letters; of a number, the first one that it is read as.

    That word only stands for the number beside other skeletons.
    """
    words = [word for word in tokenize(item) if skeleton_of_word(word)]
    if is_number:
        return words[0] if words else "one"
    if len(words) != 1 or item.split() != [item]:
        raise _not_a_skeleton(item)
    return words[0]


def _not_a_skeleton(item: object) -> InputError:
    return InputError(
        f"{str(item)[:MAX_SHOWN]!r} is not a skeleton: give the consonants of one word, with "
        "single spaces between skeletons."
    )
