"""Select words in order of importance, so that the first words of a record are a smaller record.

A list is made phrase by phrase, and no decision depends on the limits: a tighter limit only ends
the list earlier. Truncating a record therefore gives the words that a tighter limit selects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from semcodec._bisection import largest
from semcodec.words.numbers.words import is_number_word
from semcodec.words.selection.candidate_phrases import CandidatePhrase, find_candidate_phrases
from semcodec.words.selection.candidates import (
    Candidate,
    respelled,
    restore,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.channel import WordChannel
from semcodec.words.selection.judged_phrases import rank_by_judge
from semcodec.words.selection.minimum import find_required, select_minimum
from semcodec.words.selection.request import SelectionRequest

#: Words of which each is tried by itself; further ones in blocks as large, because a decoder is run
#: for each try.
BLOCK_WORDS: Final = 64


def select_by_importance(request: SelectionRequest, candidates: Sequence[Candidate]) -> list[str]:
    """Return the candidates in order of importance, as many as are within the limits.

    With tighter limits, the result is a prefix of it, as long as the phrase of the subject is
    within them; else it is the subject with the words about it that fit. Of the first
    ``BLOCK_WORDS`` words a decoder restores every prefix, except one that ends inside a number.

    Args:
        request: its judge, if there is one, decides the importance of all but the subject.
        candidates: in reading order; their weights are the importance without a judge.

    Raises:
        InputError: there are no candidates, or the subject is not within the limits.
        BackendError: the judge failed.
    """
    required = find_required(request, candidates)
    minimum = select_minimum(request, candidates, required)
    ranked = list_by_importance(request, candidates, required)
    selected = cut_to_limits(words_of(ranked), request)
    subject = next((candidate for candidate in ranked if candidate.is_subject), None)
    if subject is not None and len(selected) < _end_of(subject, ranked):
        return _shorten_subject(subject, ranked, request) or words_of(minimum)
    return request.channel.received(selected) if selected else words_of(minimum)


def cut_to_limits(words: Sequence[str], request: SelectionRequest) -> list[str]:
    """Return the longest prefix of ``words`` within the limits that does not end inside a number.

    Without a number there, truncating the record of all words leaves the same words.
    """
    count = largest(
        min(len(words), request.max_words), lambda count: _may_fit(words[:count], request)
    )
    # In lexicon, fewer words can have a longer payload, so the last try may exceed the limit.
    while count and not request.fits(words[:count]):
        count -= 1
    # Only nibble spells a number as several words.
    is_inside = request.coding == "nibble" and is_number_word("".join(words[count : count + 1]))
    while is_inside and count and is_number_word(words[count - 1]):
        count -= 1
    return list(words[:count])


def _may_fit(words: Sequence[str], request: SelectionRequest) -> bool:
    """Return whether the bits of the words, without the end of the payload, are within the limit.

    They never fall with more words, so that the last list for which it holds is found by bisection.
    """
    if not request.channel.fits_record(words):
        return False
    limit = request.max_bits
    return limit is None or request.channel.fractional_bits(words) <= limit


def _end_of(subject: Candidate, ranked: Sequence[Candidate]) -> int:
    """Return the number of words up to the end of the subject."""
    return len(words_of(ranked[: ranked.index(subject) + 1]))


def _shorten_subject(
    subject: Candidate, ranked: Sequence[Candidate], request: SelectionRequest
) -> list[str]:
    """Return the subject with as many words before it as fit, the most important first."""
    before = list(ranked[: ranked.index(subject)])
    while before:
        before.remove(sort_by_weight(before)[-1])
        shorter = [*before, subject]
        if request.fits(words_of(shorter)) and _is_restored(shorter, request.channel):
            return words_of(shorter)
    return []


def list_by_importance(
    request: SelectionRequest, candidates: Sequence[Candidate], required: Sequence[Candidate]
) -> list[Candidate]:
    """Return candidates in order of importance, at least as many as are within the limits.

    ``required`` are the subject and, if a decoder restores it only beside another word, that word.
    """
    # Invariant: what is appended depends on the words before it and on the channel, never on the
    # limits, which only end the list. Otherwise a tighter limit could select other words instead of
    # a prefix. Tested by test_tighter_limits_select_prefixes.
    phrases = find_candidate_phrases(candidates)
    if request.judge is not None:
        phrases = rank_by_judge(phrases, request, request.judge)
    ranked = _RankedList(request.channel)
    if required and phrases[0].noun.is_subject:
        ranked.append(phrases[0])
        ranked.candidates = ranked.candidates or list(required)
    for block in _split_blocks(phrases):
        if len(block) == 1:
            ranked.append(block[0])
        else:
            ranked.append_block(block)
        words = words_of(ranked.candidates)
        if len(words) >= request.max_words or not _may_fit(words, request):
            break
    return ranked.candidates


def _split_blocks(phrases: Sequence[CandidatePhrase]) -> Iterator[Sequence[CandidatePhrase]]:
    """Yield the first phrases one by one, and the others in blocks of about ``BLOCK_WORDS``."""
    block: list[CandidatePhrase] = []
    words = waiting = 0
    for phrase in phrases:
        block.append(phrase)
        waiting += len(words_of(phrase.members))
        if words < BLOCK_WORDS or waiting >= BLOCK_WORDS:
            yield block
            words, waiting, block = words + waiting, 0, []
    yield from filter(None, [block])


class _RankedList:
    """Candidates in order of importance, all of which a decoder restores.

    Attributes:
        candidates: the candidates.
    """

    def __init__(self, channel: WordChannel) -> None:
        self.candidates: list[Candidate] = []
        self._channel = channel
        self._last_noun = -1

    def append(self, phrase: CandidatePhrase) -> None:
        """Append what a decoder restores of a phrase: without its noun, nothing."""
        if self._has(phrase.noun):
            return
        members = phrase.members
        if phrase.relation is not None and phrase.after_noun == self._last_noun:
            members = (phrase.relation, *members)
        for attempt in (members, (phrase.noun,)):  # a word before the noun may spoil it
            extended = self.candidates
            for member in attempt:
                extended = self._extend(extended, member)
            if any(candidate.index == phrase.noun.index for candidate in extended):
                self.candidates, self._last_noun = extended, phrase.noun.index
                return

    def append_block(self, phrases: Sequence[CandidatePhrase]) -> None:
        """Append those of several phrases that a decoder restores, at once to save time."""
        left = [phrase for phrase in phrases if not self._has(phrase.noun)]
        while left:
            extended = [*self.candidates, *(other for phrase in left for other in phrase.members)]
            restored = _restored_indices(extended, self._channel)
            if len(restored) == len(extended):
                self.candidates = extended
                return
            kept = [
                phrase
                for phrase in left
                if all(other.index in restored for other in phrase.members)
            ]
            left = kept if len(kept) < len(left) else left[: len(left) // 2]

    def _has(self, candidate: Candidate) -> bool:
        return any(other.index == candidate.index for other in self.candidates)

    def _extend(self, selected: list[Candidate], candidate: Candidate) -> list[Candidate]:
        """Return ``selected`` with a candidate, in the first spelling that a decoder restores."""
        if self._has(candidate):
            return selected
        while True:
            extended = [*selected, candidate]
            if _is_restored(extended, self._channel):
                return extended
            if not candidate.others:
                return selected
            candidate = respelled(candidate)


def _is_restored(candidates: Sequence[Candidate], channel: WordChannel) -> bool:
    return len(_restored_indices(candidates, channel)) == len(candidates)


def _restored_indices(candidates: Sequence[Candidate], channel: WordChannel) -> set[int]:
    """Return the indices of the candidates that a decoder restores as they are spelled."""
    spellings = {candidate.index: candidate.others for candidate in candidates}
    return {
        candidate.index
        for candidate in restore(candidates, channel)
        if candidate.others == spellings[candidate.index]
    }
