"""Select the most important words that fit, from words that a model has ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from semcodec._bisection import largest
from semcodec.words.presence import Presence
from semcodec.words.selection.candidate_finder import find_candidates, find_sendable
from semcodec.words.selection.candidates import (
    Candidate,
    drop_empty_fillers,
    has_subject,
    in_reading_order,
    keep_recoverable,
    words_of,
)
from semcodec.words.selection.channel import same_lemma
from semcodec.words.selection.importance import select_by_importance
from semcodec.words.selection.minimum import find_required, select_minimum
from semcodec.words.selection.request import IMPORTANCE, SelectionRequest
from semcodec.words.selection.salience import around_subject
from semcodec.words.structure import FILLERS

MAX_INDEX: Final = 1 << 20  #: above the index of any token of a description
MAX_LATER: Final = 16  #: words that are tried after the first one that does not fit


def select_ranked(ranked: Sequence[str], request: SelectionRequest) -> list[str]:
    """Return the words of ``ranked`` that fit and that a decoder restores, the first before others.

    If a word does not fit, shorter ones after it may: at most ``MAX_LATER`` are tried.

    They are in the order in which they first occur in the description, and written as they are
    there; a word that is not in the description follows the word before it in ``ranked``. A word
    that is only negated in the description is left out. The subject of the description is one of
    them, if a decoder returns it, even if it is not in ``ranked``.

    Args:
        ranked: distinct words, the most important first.
        request: its judge is not used.

    Raises:
        InputError: there are no words, or the subject is not within the limits.
    """
    by_rule = find_candidates(request)
    candidates = list(_candidates(ranked, request, by_rule))
    required = find_required(request, by_rule)
    others = [
        candidate
        for candidate in candidates
        if not any(same_lemma(candidate.key, other.key) for other in required)
    ]
    if request.order == IMPORTANCE:
        subject = [other for other in by_rule if other.is_subject]
        by_rank = replace(request, judge=None)
        return select_by_importance(by_rank, _by_rank(candidates, subject))
    minimum = select_minimum(request, candidates, required)

    def leading(count: int) -> list[Candidate]:
        return in_reading_order([*required, *others[:count]])

    count = largest(len(others), lambda count: request.fits(words_of(leading(count))))
    selected = leading(count)
    for candidate in others[count + 1 : count + 1 + MAX_LATER]:
        extended = in_reading_order([*selected, candidate])
        if request.fits(words_of(extended)):
            selected = extended
    recoverable = keep_recoverable(selected, request.channel)
    if required and not has_subject(recoverable):
        recoverable = around_subject(required, recoverable, request)
    return words_of(drop_empty_fillers(recoverable) or minimum)


def arrange_by_importance(words: Sequence[str], request: SelectionRequest) -> list[str]:
    """Return ``words``, which were selected in reading order, in order of importance by rule.

    Those that are not within the limits or that a decoder would misread are left out.

    Raises:
        InputError: as for ``select_ranked``.
    """
    by_rule = find_candidates(request)
    weights = {candidate.key: candidate.weight for candidate in by_rule}
    unique = dict.fromkeys(words)
    ranked = sorted(unique, key=lambda word: -weights.get(word.lower(), 0))
    return select_ranked(ranked, request)


def _by_rank(ranked: Sequence[Candidate], subject: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates in reading order, weighed by their rank; ``subject`` comes first."""
    by_key = {candidate.key: candidate for candidate in subject}
    used = {candidate.index for candidate in subject}
    for rank, candidate in enumerate(ranked):
        if candidate.key in by_key or any(
            same_lemma(candidate.key, other.key) for other in subject
        ):
            continue
        # A word that is not in the description has the index of the one before it, or none.
        is_described = candidate.index >= 0 and candidate.index not in used
        index = candidate.index if is_described else MAX_INDEX + rank
        used.add(index)
        by_key[candidate.key] = replace(candidate, index=index, weight=-rank)
    return in_reading_order(by_key.values())


def _candidates(
    ranked: Sequence[str], request: SelectionRequest, by_rule: Sequence[Candidate]
) -> Iterator[Candidate]:
    """Yield the candidates for ranked words, with the index of the first one in the description."""
    described: dict[str, Candidate] = {}
    for candidate in (*by_rule, *find_sendable(request)):
        described.setdefault(candidate.key, candidate)
    index = -1
    for word in Presence(request.description).drop_negated(ranked):
        for candidate in find_sendable(replace(request, description=word)):
            found = described.get(candidate.key, candidate)
            index = found.index if candidate.key in described else index
            yield replace(found, index=index, is_filler=found.key in FILLERS)
