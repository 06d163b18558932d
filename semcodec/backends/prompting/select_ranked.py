"""Which of a model's words a record carries: the most important that fit, in reading order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from semcodec.errors import InputError
from semcodec.words.channel import medium
from semcodec.words.salience import SelectionRequest, recoverable
from semcodec.words.tokenizer import tokenize


def picked(
    ranked: Sequence[str], description: str, k: int, coding: str, max_bits: int | None
) -> list[str]:
    """Return the first words of ``ranked`` that keep the limits and come back from the coding.

    They stand as they are read in ``description``; a word that is not there follows the one that is
    before it in ``ranked``.

    Raises:
        InputError: not even one word keeps the limits.
    """
    task = SelectionRequest(description, k, max_bits, medium(coding))
    places = _places(ranked, description)
    sent = [word for word in ranked if task.medium.sends(word)]

    def first(count: int) -> list[str]:
        return sorted(sent[:count], key=places.__getitem__)

    fitting = bisect_right(range(1, len(sent) + 1), False, key=lambda n: not task.allows(first(n)))
    if not fitting:
        raise InputError("Not even one word keeps this limit: allow more bytes or bits.")
    return recoverable(first(fitting), task.medium) or first(fitting)


def _places(ranked: Sequence[str], description: str) -> dict[str, tuple[int, int]]:
    """Return where each word is read."""
    said: dict[str, int] = {}
    for at, word in enumerate(tokenize(description)):
        said.setdefault(word, at)
    places, last = {}, -1
    for rank, word in enumerate(ranked):
        last = said.get(word, last)
        places[word] = (last, rank)
    return places
