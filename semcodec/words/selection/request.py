"""The input of the selection of words, with its limits, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from semcodec.choices import WordOrder, check_choice, values_of
from semcodec.errors import InputError
from semcodec.words.selection.channel import WordChannel
from semcodec.words.selection.similarity import SALIENCE, Judge, judge_name

WORD_ORDERS: Final[tuple[WordOrder, ...]] = values_of(WordOrder)
READING, IMPORTANCE = WORD_ORDERS
MAX_K: Final = 1_000  #: words; a page of text


def check_order(order: object, coding: str) -> None:
    """Check that ``order`` is known and that ``coding`` keeps it.

    Raises:
        InputError: one of them is not so.
    """
    if check_choice("order", order, WORD_ORDERS) == IMPORTANCE and coding == "bag":
        raise InputError(
            "The coding bag does not keep the order of words: use another coding, or order reading."
        )


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """A description to select words from, and the limits of the selection.

    Attributes:
        description: any text.
        max_words: limit on the number of words, 1..MAX_K.
        max_bits: limit on the bits of the payload, 1 or more; None for no limit.
        channel: the coding that will carry the words.
        judge: compares words with the description; None selects by salience.
        is_auto: whether ``max_words`` was chosen by the gain of the words (``marginal_gain``), so
            that a known name comes before all other words.
        order: ``"reading"`` for words in the order of the description, or ``"importance"`` for
            phrases in order of importance, the subject first.

    Raises:
        InputError: ``max_words`` or ``max_bits`` is out of range, or ``order`` is unknown or not
            one that the coding keeps.
    """

    description: str
    max_words: int
    max_bits: int | None
    channel: WordChannel
    judge: Judge | None = None
    is_auto: bool = False
    order: WordOrder = "reading"

    def __post_init__(self) -> None:
        """Check the limits and the order."""
        check_order(self.order, self.coding)
        if type(self.max_words) is not int or not 1 <= self.max_words <= MAX_K:
            raise InputError(f"k must be an integer from 1 to {MAX_K}: give a number of words.")
        if self.max_bits is not None and (type(self.max_bits) is not int or self.max_bits < 1):
            raise InputError("max_bits must be an integer over 0: give a number of bits, or None.")

    @property
    def coding(self) -> str:
        """The name of the coding, such as ``"lexicon"``."""
        return self.channel.coding

    def fits(self, words: Sequence[str]) -> bool:
        """Return whether ``words`` are within the limits, and fit in one record."""
        if len(words) > self.max_words or not self.channel.fits_record(words):
            return False
        return self.max_bits is None or self.channel.payload_bits(words) <= self.max_bits

    def as_dict(self) -> dict[str, Any]:
        """Return the request in JSON types, with the names of the coding and the judge."""
        return {
            "description": self.description,
            "max_words": self.max_words,
            "max_bits": self.max_bits,
            "coding": self.coding,
            "judge": judge_name(self.judge),
            "order": self.order,
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected words, and how they were selected.

    Attributes:
        words: in the order of the request.
        strategy: the strategy whose words were best: ``"gain"`` (one word at a time, by gain per
            bit), ``"sentence"`` (the beginning of the description), ``"first"`` (its first content
            words), ``"salience"`` (by rule), or ``"model"`` (ranked by a language model).
        judge: name of the judge that compared the words, ``"salience"`` if there was none.
    """

    words: list[str]
    strategy: str = SALIENCE
    judge: str = SALIENCE
