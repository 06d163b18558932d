"""Tell an answer about the request from a description of a picture, by its words as a whole.

Phrases (``answers``) recognize only the wordings in their tables; "the file seems to be corrupted"
has many more forms. Here each word has a weight, the logarithm of how much more often answers
without a picture contain it than descriptions do: that of ``upload`` is high, that of ``left`` low.
The mean of a whole answer decides. spec/tables/make_answer_words.py computes the weights;
bench/blind_answers.py counts what is found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from semcodec.words.vocabulary import UNKNOWN_COST, vocabulary

MIN_MEAN: Final = 6  #: tenths of a bit for each word; from here on, an answer is without a picture
MIN_WORDS: Final = 3  #: a shorter answer is weighed as if it had so many
MAX_COMMON_COST: Final = 104  #: eighths of a bit, of words that are common in descriptions
MIN_COMMON_SHARE: Final = 8  #: one such word in so many, and not in the table: a description
COMMON_WEIGHT: Final = -25  #: tenths of a bit, of a common word that is not in the table
OTHER_WEIGHT: Final = -7  #: of any other word that is not in the table
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")


def is_about_the_request(text: str) -> bool:
    """Return whether the words of an English text are those of an answer without a picture.

    >>> is_about_the_request("Unfortunately, the attachment could not be opened.")
    True
    >>> is_about_the_request("Unfortunately, the boat is upside down.")
    False
    """
    words = find_words(text)
    table = _weights()
    common = sum(word not in table and _is_common(word) for word in words)
    total = sum(_weight(word, table) for word in words)
    is_description = common * MIN_COMMON_SHARE >= max(1, len(words))
    return not is_description and total >= MIN_MEAN * max(MIN_WORDS, len(words))


def find_words(text: str) -> set[str]:
    """Return the different words of a text, in small letters, with apostrophes."""
    return set(_WORD.findall(text.lower().replace("\u2019", "'")))


def _weight(word: str, table: Mapping[str, int]) -> int:
    default = COMMON_WEIGHT if _is_common(word) else OTHER_WEIGHT
    return table.get(word, default)


def _is_common(word: str) -> bool:
    number = vocabulary().number(word)
    cost = UNKNOWN_COST if number is None else vocabulary().costs[number]
    return cost <= MAX_COMMON_COST


@cache
def _weights() -> dict[str, int]:
    """Return the weights in the table, in tenths of a bit."""
    data = (resources.files(__package__) / "answer_words.toml").read_text("utf-8")
    rows = tomllib.loads(data)["weights"]
    return {word: int(weight) for weight, words in rows.items() for word in words.split()}
