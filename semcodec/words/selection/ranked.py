"""Select the most important words that fit, from words that a model has ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from semcodec._bisection import largest
from semcodec.errors import InputError
from semcodec.words.presence import Presence
from semcodec.words.selection.candidates import (
    Candidate,
    find_sendable,
    in_reading_order,
    keep_recoverable,
    words_of,
)
from semcodec.words.selection.request import SelectionRequest


def select_ranked(ranked: Sequence[str], request: SelectionRequest) -> list[str]:
    """Return the first words of ``ranked`` that fit and that a decoder restores.

    They are in the order in which they first occur in the description, and written as they are
    there; a word that is not in the description follows the word before it in ``ranked``. A word
    that is only negated in the description is left out.

    Args:
        ranked: distinct words, the most important first.
        request: its judge is not used.

    Raises:
        InputError: not even one word is within the limits.
    """
    candidates = list(_candidates(ranked, request))

    def leading(count: int) -> list[Candidate]:
        return in_reading_order(candidates[:count])

    count = largest(len(candidates), lambda count: request.fits(words_of(leading(count))))
    if not count:
        raise InputError("Not even one word fits this limit: allow more bytes or bits.")
    recoverable = keep_recoverable(leading(count), request.channel)
    return words_of(recoverable if recoverable else leading(count))


def _candidates(ranked: Sequence[str], request: SelectionRequest) -> Iterator[Candidate]:
    """Yield the candidates for ranked words, with the index of the first one in the description."""
    described: dict[str, Candidate] = {}
    for candidate in find_sendable(request):
        described.setdefault(candidate.key, candidate)
    index = -1
    for word in Presence(request.description).drop_negated(ranked):
        for candidate in find_sendable(replace(request, description=word)):
            found = described.get(candidate.key, candidate)
            index = found.index if candidate.key in described else index
            yield replace(found, index=index)
