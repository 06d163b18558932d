"""Select the words of a description to send, by rule or with a judge.

``request`` has the input and output types, and ``channel`` models the effect of a coding on words.
A candidate (``candidates``) is sent whole or not at all; ``candidate_finder`` finds the content
words of a description with their importance, ``minimum`` the main noun, which every selection has.
``marginal_gain`` chooses how many words a description needs; ``known_names`` finds the name that
stands for most of it. The strategies are in ``salience`` (by rule), ``closed_loop`` (with a judge
from ``similarity``) and ``ranked`` (for words that a language model has ranked).
"""

from __future__ import annotations

from dataclasses import replace

from semcodec.choices import Coding, JudgeName, WordOrder
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.channel import WordChannel, make_channel
from semcodec.words.selection.closed_loop import select_by_similarity
from semcodec.words.selection.importance import cut_to_limits, select_by_importance
from semcodec.words.selection.marginal_gain import count_by_gain, rank_by_gain
from semcodec.words.selection.minimum import least_bits, required_words
from semcodec.words.selection.ranked import arrange_by_importance, select_ranked
from semcodec.words.selection.request import (
    IMPORTANCE,
    MAX_K,
    Selection,
    SelectionRequest,
    check_order,
)
from semcodec.words.selection.salience import select_by_salience
from semcodec.words.selection.similarity import SALIENCE, Judge, judge_name
from semcodec.words.selection.similarity import judge as find_judge
from semcodec.words.selection.traps import leave_out_traps

__all__ = [
    "select",
    "select_words",
    "select_ranked",
    "count_by_gain",
    "arrange_by_importance",
    "cut_to_limits",
    "least_bits",
    "required_words",
    "SelectionRequest",
    "Selection",
    "WordChannel",
    "make_channel",
    "Judge",
    "SALIENCE",
    "MAX_K",
    "IMPORTANCE",
    "check_order",
]


def select(
    description: str,
    k: int,
    *,
    coding: Coding = "nibble",
    max_bits: int | None = None,
    judge: Judge | JudgeName | None = None,
    order: WordOrder = "reading",
) -> list[str]:
    """Return at most ``k`` words of ``description``.

    The main noun is one of them under any limits, then its number and its color have the highest
    weight ("two parrots"). Each word is there once, except a number, size, color or place that is
    about several nouns ("gray statue gray background"). A "background" without such a word is not
    sent.

    With ``"nibble"`` these are the words that a decoder restores from their skeletons, so a plural
    may become a singular (``trees`` to ``tree``) and a word may be left out. There are fewer than
    ``k`` words if the description has no more content words, or if one record cannot hold them. If
    a decoder would not restore a single word, the word with the highest weight is returned anyway.

    Args:
        description: any text.
        k: limit on the number of words, 1..1000.
        coding: the coding of the record: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        max_bits: limit on the bits of the payload, which is whole bytes except in ``"nibble"``.
        judge: compares words with the description: ``"minilm"``, ``"auto"`` (the same if it is
            installed, else None) or an object. None selects words by rule, with the same result on
            every machine. With a judge the result may be the unchanged beginning of the
            description, in which a word may occur twice.
        order: ``"reading"`` for the order of the description. ``"importance"`` for phrases (a noun
            with the words about it) in order of importance, the subject first: tighter limits then
            select a prefix of what wider ones select, as long as it contains the subject. A noun
            is there once for each thing with its name ("red car blue car").

    Raises:
        InputError: an argument is invalid, the description has no words, or its main noun is not
            within the limits; the message states the bits that it needs.
        BackendError: the judge failed.
    """
    channel = make_channel(coding)
    return select_words(
        SelectionRequest(description, k, max_bits, channel, find_judge(judge), order=order)
    ).words


def select_words(request: SelectionRequest) -> Selection:
    """Return the selected words, and the strategy and the judge that selected them.

    Raises:
        InputError: the description has no words, or none is within the limits.
        BackendError: the judge failed.
    """
    if request.judge is not None and request.order != IMPORTANCE:
        selection = select_by_similarity(request, request.judge)
        return replace(selection, words=leave_out_traps(selection.words, request))
    candidates = find_candidates(request)
    ranked = rank_by_gain(request, candidates) if request.is_auto else candidates
    if request.order == IMPORTANCE:
        strategy = "gain" if request.judge else SALIENCE
        words = select_by_importance(request, ranked)
        return Selection(words, strategy, judge_name(request.judge))
    return Selection(leave_out_traps(select_by_salience(request, ranked), request))
