"""Select the words of a description that are sent: by rule, or by what a judge finds.

``request`` has the values that go in and out, and ``channel`` what a coding does to words. The
strategies are in ``salience`` (by rule), ``closed_loop`` (with a judge of ``similarity``) and
``ranked`` (for a language model that ranks words itself).
"""

from __future__ import annotations

from semcodec.words.selection.channel import WordChannel, make_channel
from semcodec.words.selection.closed_loop import select_by_similarity
from semcodec.words.selection.ranked import select_ranked
from semcodec.words.selection.request import MAX_K, Selection, SelectionRequest
from semcodec.words.selection.salience import find_candidates, select_by_salience
from semcodec.words.selection.similarity import SALIENCE, Judge
from semcodec.words.selection.similarity import judge as find_judge

__all__ = [
    "select",
    "select_words",
    "select_ranked",
    "SelectionRequest",
    "Selection",
    "WordChannel",
    "make_channel",
    "Judge",
    "SALIENCE",
    "MAX_K",
]


def select(
    description: str,
    k: int,
    *,
    coding: str = "nibble",
    max_bits: int | None = None,
    judge: Judge | str | None = None,
) -> list[str]:
    """Return at most ``k`` words of ``description`` in reading order, each of them once.

    Under ``"nibble"`` these are the words that a decoder restores from their skeletons, so a word
    may change its number (``trees`` to ``tree``) or be left out. There are fewer than ``k`` if the
    description has no more content words, or if one record cannot hold them. Where a decoder
    restores not even one, the weightiest word is returned all the same.

    Args:
        description: any text.
        k: limit on the number of words, 1..1000.
        coding: that will carry the words: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        max_bits: limit on the bits of the payload, which is whole bytes except in ``"nibble"``.
        judge: compares words with the description: ``"minilm"``, ``"auto"`` (the same if it is
            installed), an object, or None: words are selected by rule, the same on every machine.
            With a judge the beginning of the description may be returned as it stands, and a word
            twice.

    Raises:
        InputError: an argument is invalid, the description has no words, or none is within the
            limits.
        BackendError: the judge failed.
    """
    channel = make_channel(coding)
    return select_words(
        SelectionRequest(description, k, max_bits, channel, find_judge(judge))
    ).words


def select_words(request: SelectionRequest) -> Selection:
    """Return the words that ``select`` returns, and how they were selected.

    Raises:
        InputError: the description has no words, or none is within the limits.
        BackendError: the judge failed.
    """
    if request.judge is None:
        return Selection(select_by_salience(request, find_candidates(request)))
    return select_by_similarity(request, request.judge)
