"""Choose the words of a description that are sent: by rule, or by what a judge says of them."""

from __future__ import annotations

from typing import Final

from semcodec.errors import InputError
from semcodec.words import closed_loop, similarity
from semcodec.words.channel import medium
from semcodec.words.closed_loop import Selection
from semcodec.words.salience import SelectionRequest
from semcodec.words.similarity import Judge

MAX_K: Final = 1_000  #: words; a page of text


def select(
    description: str,
    k: int,
    *,
    coding: str = "nibble",
    max_bits: int | None = None,
    judge: Judge | str | None = None,
) -> list[str]:
    """Return at most ``k`` words of ``description`` in reading order, each of them once.

    Under ``"nibble"`` they come back from their skeletons, so a word may change its number
    (``trees`` to ``tree``) or be left out. There are fewer than ``k`` if the description has no
    more to say, or one record cannot hold them. Where not even one comes back, the weightiest is
    sent all the same.

    Args:
        description: any text.
        k: words at most.
        coding: that will carry the words: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        max_bits: of the payload, which is whole bytes but in ``"nibble"``.
        judge: who compares words with the description: ``"minilm"``, ``"auto"`` (the same if it is
            installed), an object, or None: words are chosen by rule, the same on every machine.
            With a judge the beginning of the description may be returned as it stands, and a word
            twice.

    Raises:
        InputError: an option is at fault, there is no word, or none is within the limits.
        BackendError: the judge failed.
    """
    return choose(description, k, coding=coding, max_bits=max_bits, judge=judge).words


def choose(
    description: str,
    k: int,
    *,
    coding: str = "nibble",
    max_bits: int | None = None,
    judge: Judge | str | None = None,
) -> Selection:
    """Return the words that ``select`` returns, and how they were chosen."""
    if type(k) is not int or not 1 <= k <= MAX_K:
        raise InputError(f"K is a number of words from 1 to {MAX_K}.")
    if max_bits is not None and (type(max_bits) is not int or max_bits < 1):
        raise InputError("A limit on bits is an integer over 0.")
    task = SelectionRequest(description, k, max_bits, medium(coding))
    return closed_loop.choose(task, similarity.judge(judge))
