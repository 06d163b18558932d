"""Select the most important words by rule, with the same result on every machine.

Early, repeated, uncommon and paintable words have a higher weight, because a describer names the
main thing first and repeats it. Selection then runs the decoder, and replaces a word that would be
restored as another one by the next best: a wrong word misleads a painter more than a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from semcodec._bisection import largest
from semcodec.errors import InputError
from semcodec.words.foreign_words import why_no_words
from semcodec.words.selection.candidates import (
    Candidate,
    in_reading_order,
    keep_recoverable,
    restore,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.request import SelectionRequest

MAX_ROUNDS: Final = 12  #: rounds in which words are added; most descriptions need three
MAX_MISSES: Final = 16  #: words that do not fit, after which no others are tried
SAFETY_FRACTION: Final = 16  #: the last 1/16 of the bits is filled word by word


def select_by_salience(request: SelectionRequest, candidates: Iterable[Candidate]) -> list[str]:
    """Return the candidates with the highest weights that a decoder restores, in reading order.

    If it would not restore a single one, the candidate with the highest weight that fits is
    returned anyway.

    Raises:
        InputError: there are no candidates, or none is within the limits.
    """
    # Invariant: the decoder restores every word of the result. This cannot be decided word by word,
    # because the restoration of a skeleton depends on the words around it: adding or dropping a
    # word can change others. Hence the rounds: fill up to the limits, run the decoder, and drop the
    # words that it misreads (or spell a number in another way), until a round changes nothing. With
    # a single round the record would contain words that no painter sees. A dropped word is not
    # added again, and after MAX_ROUNDS rounds words are only dropped, so the loop settles. Tested
    # by test_selected_words_are_recoverable and test_largest_k_on_a_long_text_ends.
    pending = sort_by_weight(candidates)
    fallback = _weightiest_fitting(request, pending)
    selected: list[Candidate] = []
    for _ in range(MAX_ROUNDS):
        selected, pending = _fill(selected, pending, request)
        restored = _within_limits(restore(selected, request.channel), request)
        if restored == selected:
            break
        selected = restored
    selected = keep_recoverable(selected, request.channel)
    return words_of(_within_limits(selected, request)) or list(fallback)


def _weightiest_fitting(request: SelectionRequest, pending: list[Candidate]) -> tuple[str, ...]:
    """Return the words of the candidate with the highest weight that fits by itself."""
    if not pending:
        message = (
            "The description has no words that the coding can encode: give one with words of the "
            "letters a to z."
        )
        raise InputError(why_no_words(request.description, request.coding) or message)
    fitting = (candidate.words for candidate in pending if request.fits(candidate.words))
    words = next(fitting, None)
    if words is None:
        raise InputError("Not even one word fits this limit: allow more bytes or bits.")
    return words


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
