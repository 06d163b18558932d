"""The least that a selection has: the subject of the description, or one word if it has none.

The subject is not required if no decoder returns it, such as "ivy" in ``nibble``, or if the coding
cannot encode it: more bytes would not help.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from semcodec._wording import plural
from semcodec.errors import InputError
from semcodec.words.language.foreign_words import why_no_words
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.candidates import (
    Candidate,
    in_reading_order,
    keep_recoverable,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.request import SelectionRequest

MAX_COMPANIONS: Final = 16  #: words that are tried beside a subject that is misread by itself


def least_bits(request: SelectionRequest) -> int:
    """Return the least ``max_bits`` with which words can be selected, whatever ``request`` has.

    With it and more bits, the subject of the description is selected. Nothing is judged, so that it
    can be checked before a model is paid.

    Raises:
        InputError: the description has no words that the coding can encode, or each of them takes
            more than ``max_words`` (a number in ``nibble``).
    """
    candidates = find_candidates(request)
    required = find_required(request, candidates)
    return _count_bits(request, [required] if required else [[other] for other in candidates])


def required_words(request: SelectionRequest) -> list[str]:
    """Return the words that every selection has, whatever its limits; empty if there are none."""
    return words_of(find_required(request, find_candidates(request)))


def find_required(request: SelectionRequest, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the subject as a decoder returns it; empty if it is not required.

    If no decoder returns it by itself, it comes with the first word with which one does.
    """
    unlimited = replace(request, max_bits=None)
    subject = next((candidate for candidate in candidates if candidate.is_subject), None)
    if subject is None or not unlimited.fits(subject.words):
        return []
    others = [other for other in sort_by_weight(candidates) if other is not subject]
    for companions in [[], *([other] for other in others[:MAX_COMPANIONS])]:
        both = in_reading_order([subject, *companions])
        if unlimited.fits(words_of(both)):
            restored = keep_recoverable(both, request.channel)
            if len(restored) == len(both):
                return restored
    return []


def select_minimum(
    request: SelectionRequest, candidates: Sequence[Candidate], required: list[Candidate]
) -> list[Candidate]:
    """Return the required candidates, else the one with the highest weight that fits by itself.

    Raises:
        InputError: there are no candidates, or what is required is not within the limits.
    """
    options = [required] if required else [[option] for option in sort_by_weight(candidates)]
    selected = next((option for option in options if request.fits(words_of(option))), None)
    if selected is None:
        bits = _count_bits(request, options)
        need = f", for the subject {' '.join(words_of(required))!r}" if required else ""
        raise InputError(
            f"Not even one word fits in {request.max_bits} bits: allow at least {bits}{need}."
        )
    return selected


def _count_bits(request: SelectionRequest, options: Sequence[Sequence[Candidate]]) -> int:
    """Return the payload bits of the option that has the fewest, within the limit on words.

    Raises:
        InputError: there are no options, or none is within the limit on words.
    """
    if not options:
        message = (
            "The description has no words that the coding can encode: give one with words of the "
            "letters a to z."
        )
        raise InputError(why_no_words(request.description, request.coding) or message)
    texts = list(map(words_of, options))
    shortest = min(texts, key=len)
    if len(shortest) > request.max_words:
        raise InputError(
            f"Not even one number or name fits in {plural(request.max_words, 'word')}: allow at "
            f"least {len(shortest)}, for {' '.join(shortest)!r}."
        )
    short = [words for words in texts if len(words) <= request.max_words]
    return min(map(request.channel.payload_bits, short))
