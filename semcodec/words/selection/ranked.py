"""Select the most important words that fit, from words that a model has ranked."""

from __future__ import annotations

from collections.abc import Sequence

from semcodec._bisection import largest
from semcodec.errors import InputError
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.selection.salience import keep_recoverable
from semcodec.words.tokenizer import tokenize


def select_ranked(ranked: Sequence[str], request: SelectionRequest) -> list[str]:
    """Return the first words of ``ranked`` that fit and that a decoder restores.

    They are in the order in which they first occur in the description; a word that is not in the
    description follows the word before it in ``ranked``.

    Args:
        ranked: distinct words, the most important first.
        request: its judge is not used.

    Raises:
        InputError: not even one word is within the limits.
    """
    positions = _reading_positions(ranked, request.description)
    sendable = [word for word in ranked if request.channel.can_send(word)]

    def leading(count: int) -> list[str]:
        return sorted(sendable[:count], key=positions.__getitem__)

    count = largest(len(sendable), lambda count: request.fits(leading(count)))
    if not count:
        raise InputError("Not even one word fits this limit: allow more bytes or bits.")
    return keep_recoverable(leading(count), request.channel) or leading(count)


def _reading_positions(ranked: Sequence[str], description: str) -> dict[str, tuple[int, int]]:
    """Return a sort key for each word: its index in the description, then its rank."""
    first_index: dict[str, int] = {}
    for index, word in enumerate(tokenize(description)):
        first_index.setdefault(word, index)
    positions, index = {}, -1
    for rank, word in enumerate(ranked):
        index = first_index.get(word, index)
        positions[word] = (index, rank)
    return positions
