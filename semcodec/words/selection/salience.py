"""Select the most important words by rule, with the same result on every machine.

Early, repeated, uncommon and paintable words have a higher weight, because a describer names the
main thing first and repeats it. Selection then runs the decoder, and replaces a word that would be
restored as another one by the next best: a wrong word misleads a painter more than a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from semcodec._bisection import largest
from semcodec.words.selection.candidates import (
    Candidate,
    drop_empty_fillers,
    drop_unsupported,
    has_subject,
    in_reading_order,
    keep_recoverable,
    restore,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.channel import WordChannel
from semcodec.words.selection.minimum import find_required, select_minimum
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.structure import RELATIONS

MAX_ROUNDS: Final = 12  #: rounds in which words are added; most descriptions need three
MAX_MISSES: Final = 16  #: words that do not fit, after which no others are tried
SAFETY_FRACTION: Final = 16  #: the last 1/16 of the bits is filled word by word


def select_by_salience(request: SelectionRequest, candidates: Sequence[Candidate]) -> list[str]:
    """Return the candidates with the highest weights that a decoder restores, in reading order.

    The subject is one of them, if a decoder restores it by itself. If it would not restore a single
    candidate, the one with the highest weight that fits is returned anyway.

    Raises:
        InputError: there are no candidates, or the subject is not within the limits.
    """
    # Invariant: the decoder restores every word of the result. This cannot be decided word by word,
    # because the restoration of a skeleton depends on the words around it: adding or dropping a
    # word can change others. Hence the rounds: fill up to the limits, run the decoder, and drop the
    # words that it misreads (or spell a number in another way), until a round changes nothing. With
    # a single round the record would contain words that no painter sees. A dropped word is not
    # added again, and after MAX_ROUNDS rounds words are only dropped, so the loop settles. Tested
    # by test_selected_words_are_recoverable and test_largest_k_on_a_long_text_ends.
    required = find_required(request, candidates)
    minimum = select_minimum(request, candidates, required)
    pending = sort_by_weight(candidates)
    selected: list[Candidate] = []
    for _ in range(MAX_ROUNDS):
        selected, pending = _fill(selected, pending, request)
        kept = drop_unsupported(_restore(selected, request.channel))
        restored = _within_limits(kept, request)
        if restored == selected:
            break
        selected = restored
    selected = _within_limits(keep_recoverable(selected, request.channel), request)
    if required and not has_subject(selected):
        selected = around_subject(required, selected, request)
    selected = _extend(selected, candidates, request)
    kept = drop_empty_fillers(selected)
    if len(kept) < len(selected):  # a decoder may restore the others in another way now
        kept = keep_recoverable(kept, request.channel)
    return words_of(kept or minimum)


def _restore(selected: list[Candidate], channel: WordChannel) -> list[Candidate]:
    """Return the restored candidates; only repeats are dropped if one of them is misread.

    The same word twice is often misread, and with it the words that follow.
    """
    restored = restore(selected, channel)
    kept = {candidate.index for candidate in restored}
    misread = [candidate for candidate in selected if candidate.index not in kept]
    if any(candidate.is_repeat for candidate in misread):
        return [other for other in selected if other.index in kept or not other.is_repeat]
    return restored


def around_subject(
    required: list[Candidate], others: list[Candidate], request: SelectionRequest
) -> list[Candidate]:
    """Return the subject with as many of ``others`` as possible.

    A decoder misreads the subject beside all of them. So either one of them is left out, or they
    are added one by one.
    """
    options = [_extend(required, others, request)]
    known = {candidate.index for candidate in required}
    both = in_reading_order(
        [*required, *(candidate for candidate in others if candidate.index not in known)]
    )
    for left_out in sort_by_weight(others)[:-MAX_MISSES:-1]:
        rest = [candidate for candidate in both if candidate.index != left_out.index]
        kept = _within_limits(keep_recoverable(rest, request.channel), request)
        if has_subject(kept):
            options.append(kept)
    return max(options, key=len)


def _extend(
    selected: list[Candidate], others: Iterable[Candidate], request: SelectionRequest
) -> list[Candidate]:
    """Return ``selected`` with those of ``others`` beside which a decoder restores all of it."""
    indices = {candidate.index for candidate in selected}
    misses = 0
    for candidate in sort_by_weight(other for other in others if other.index not in indices):
        extended = in_reading_order([*selected, candidate])
        # In nibble, the noun may be lacking because it is misread, so its color is sent, but not
        # its number or position, which another noun would get.
        is_other = not (candidate.is_number or candidate.key in RELATIONS)
        is_left = request.coding == "nibble" and is_other
        if not is_left and len(drop_unsupported(extended)) < len(extended):
            continue
        fits = request.fits(words_of(extended))
        restored = _respell(extended, request.channel) if fits else []
        # A number may have got a longer spelling.
        if len(restored) == len(extended) and request.fits(words_of(restored)):
            selected = restored
        elif (misses := misses + 1) == MAX_MISSES:
            break
    return selected


def _respell(selected: list[Candidate], channel: WordChannel) -> list[Candidate]:
    """Return the restored candidates, with the first spellings that a decoder restores.

    A misread spelling of a number can spoil the words around it, so none of them is dropped before.
    """
    while True:
        restored = restore(selected, channel)
        others = {candidate.index: candidate.others for candidate in selected}
        respelled = {
            candidate.index: candidate
            for candidate in restored
            if candidate.others != others[candidate.index]
        }
        if not respelled:
            return restored
        selected = [respelled.get(candidate.index, candidate) for candidate in selected]


def _within_limits(selected: list[Candidate], request: SelectionRequest) -> list[Candidate]:
    """Return ``selected`` without its lightest, as many as exceed the limits.

    Another spelling of a number may be longer than the one for which there was space.
    """
    while selected and not request.fits(words_of(selected)):
        selected = in_reading_order(sort_by_weight(selected)[:-1])
    return selected


def _fill(
    selected: list[Candidate], pending: list[Candidate], request: SelectionRequest
) -> tuple[list[Candidate], list[Candidate]]:
    """Return ``selected`` with as many more as the limits allow, and the other candidates."""
    safe = _safe_prefix(selected, pending, request)
    selected = in_reading_order([*selected, *pending[:safe]])
    rejected: list[Candidate] = []
    for candidate in pending[safe:]:
        extended = in_reading_order([*selected, candidate])
        if len(rejected) < MAX_MISSES and request.fits(words_of(extended)):
            selected = extended
        else:
            rejected.append(candidate)
    return selected, rejected


def _safe_prefix(
    selected: list[Candidate], pending: list[Candidate], request: SelectionRequest
) -> int:
    """Return how many of ``pending`` certainly fit, so that they need not be tried one by one.

    An added word can make another one cheaper, but by less than the fraction left free here.
    """
    if request.max_bits is not None:
        safe_bits = max(1, request.max_bits * (SAFETY_FRACTION - 1) // SAFETY_FRACTION)
        request = replace(request, max_bits=safe_bits)
    return largest(
        min(len(pending), request.max_words),
        lambda count: request.fits(words_of(in_reading_order([*selected, *pending[:count]]))),
    )
