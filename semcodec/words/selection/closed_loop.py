"""Select words with a judge, for the most similarity per bit of the payload.

Four strategies compete, and the judge decides: adding one word at a time, always the one with the
largest gain per bit; the first content words that fit; the beginning of the description, unchanged
with its function words; and the words that salience selects. For a short description and a wide
limit the beginning is best; for a narrow limit, single words are.

Closed loop means that the encoder runs the decoder: the judge compares the description not with the
words that are sent, but with the text that a decoder returns for them (``received_text``). So a
word that is restored as another one does not count for what it meant, a set is judged in the order
in which it is decoded, and all costs are those of the coder itself. If the encoder judged its own
words instead, it would measure a text that no painter sees, and fill ``nibble`` with words that are
restored as others. Tested by test_set_is_judged_in_decoded_order,
test_selected_words_are_restored_from_skeletons and test_limits_are_kept in
tests/words/selection/test_closed_loop.py; that ``received_text`` is None for a word that is
restored as another one, by test_text_that_a_decoder_returns in test_channel.py beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from semcodec._bisection import largest
from semcodec.words.selection.candidate_finder import find_candidates, find_sendable
from semcodec.words.selection.candidates import (
    Candidate,
    drop_unsupported,
    in_reading_order,
    keep_recoverable,
    respelled,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.minimum import find_required
from semcodec.words.selection.request import Selection, SelectionRequest
from semcodec.words.selection.salience import select_by_salience
from semcodec.words.selection.similarity import (
    MILLION,
    SALIENCE,
    Judge,
    judge_name,
    scaled_similarities,
)
from semcodec.words.stopwords import FUNCTION_WORDS

MAX_CANDIDATES: Final = 64  #: candidates that are scored, those with the highest weights
BATCH_SIZE: Final = 8  #: texts scored at once; fewer are not faster, more are often not needed
MAX_WORK: Final = 6_000  #: words that the judge reads (a few seconds); then old scores are used
TEXT_OVERHEAD: Final = 2  #: words added to the length of each text, for the fixed cost of a text
UNSCORED: Final = Fraction(MILLION + 1)  #: above any gain, so that each candidate is scored once
REJECTED: Final = Fraction(-2 * MILLION)  #: the gain of a word that is restored as another one


def select_by_similarity(request: SelectionRequest, judge: Judge) -> Selection:
    """Return the words whose decoded text is most similar to the description, within the limits.

    Raises:
        InputError: the description has no words, or none is within the limits.
        BackendError: the judge failed.
    """
    candidates = find_candidates(request)
    by_salience = select_by_salience(request, candidates)
    required = find_required(request, candidates)
    selections = {
        "gain": _GreedySelector(request, judge, candidates, required).select(),
        "sentence": leading_text(request, candidates, required),
        "first": first_content_words(request, candidates, required),
        SALIENCE: by_salience,
    }
    strategy = _pick_best(selections, request, judge)
    words = request.channel.received(selections[strategy])
    return Selection(words, strategy, judge_name(judge))


def _pick_best(selections: dict[str, list[str]], request: SelectionRequest, judge: Judge) -> str:
    """Return the strategy whose decoded text is most similar; in a tie, the first."""
    received = {
        strategy: request.channel.received_text(words)
        for strategy, words in selections.items()
        if words
    }
    texts = {strategy: text for strategy, text in received.items() if text is not None}
    similarities = scaled_similarities(judge, request.description, list(texts.values()))
    scores = dict(zip(texts, similarities, strict=True))
    return max(scores, key=scores.__getitem__, default=SALIENCE)


def leading_text(
    request: SelectionRequest,
    candidates: Sequence[Candidate] = (),
    required: Sequence[Candidate] = (),
) -> list[str]:
    """Return the beginning of the description, without function words and modifiers at its end.

    What the description states is not there is left out. Empty for a coding that does not keep the
    order of words, and if the beginning lacks what is ``required``.
    """
    if not request.channel.keeps_order:
        return []
    leading = longest_prefix(request, find_sendable(request))
    nouns = {candidate.index: candidate.head for candidate in candidates if candidate.is_dependent}
    while leading and (
        FUNCTION_WORDS.issuperset(leading[-1].words)
        or nouns.get(leading[-1].index, -1) > leading[-1].index
    ):
        leading.pop()
    return _words_if_complete(keep_recoverable(leading, request.channel), required)


def first_content_words(
    request: SelectionRequest,
    candidates: Sequence[Candidate],
    required: Sequence[Candidate] = (),
) -> list[str]:
    """Return the required words and the first others that fit beside them, in reading order."""
    indices = {candidate.index for candidate in required}
    others = [candidate for candidate in candidates if candidate.index not in indices]

    def first(count: int) -> list[Candidate]:
        return in_reading_order([*required, *others[:count]])

    count = largest(len(others), lambda count: request.fits(words_of(first(count))))
    kept = drop_unsupported(keep_recoverable(first(count), request.channel))
    return _words_if_complete(kept, required)


def _words_if_complete(selected: Sequence[Candidate], required: Sequence[Candidate]) -> list[str]:
    """Return the words of ``selected``; none if it lacks a required candidate."""
    indices = {candidate.index for candidate in selected}
    is_complete = all(candidate.index in indices for candidate in required)
    return words_of(selected) if is_complete else []


def longest_prefix(request: SelectionRequest, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the longest beginning of ``candidates`` within the limits."""
    count = largest(len(candidates), lambda count: request.fits(words_of(candidates[:count])))
    return list(candidates[:count])


@dataclass(slots=True)
class _Option:
    """A candidate that is not selected yet, with its last score.

    Attributes:
        candidate: the words, and their position in reading order.
        gain: the gain of similarity per bit at the last scoring, in millionths.
        similarity: the similarity of the selected words and this one then, in millionths.
        scored_at: the number of selected words then, or -1.
    """

    candidate: Candidate
    gain: Fraction = UNSCORED
    similarity: int = 0
    scored_at: int = -1


class _GreedySelector:
    """Repeatedly adds the word that gains most similarity per bit, until none fits or gains.

    Usually, the more words there are, the less another one gains, so a score from an earlier round
    is seldom too low. An option whose fresh score is above all old scores is therefore taken as the
    best, and only options with higher scores are scored again. Before the loop ends because no
    option gains, all of them are scored again.
    """

    def __init__(
        self,
        request: SelectionRequest,
        judge: Judge,
        candidates: Sequence[Candidate],
        required: Sequence[Candidate],
    ) -> None:
        weightiest = sort_by_weight(candidates)[:MAX_CANDIDATES]
        indices = {candidate.index for candidate in required}
        self._request, self._judge = request, judge
        self._pending = [_Option(other) for other in weightiest if other.index not in indices]
        self._fillers = {candidate.index for candidate in candidates if candidate.is_filler}
        self._selected = [_Option(candidate) for candidate in required]
        self._similarity = 0  # of the selected words, in millionths
        self._bits = 0
        self._work_left = MAX_WORK
        if required:
            self._start()

    def _start(self) -> None:
        """Measure the words that are selected from the start."""
        words = self._words_with()
        text = self._request.channel.received_text(words)
        texts = [text] if text is not None else []
        self._similarity = sum(scaled_similarities(self._judge, self._request.description, texts))
        self._bits = self._request.channel.fractional_bits(words)

    def select(self) -> list[str]:
        """Return the selected words, in reading order."""
        while (best := self._next_best()) is not None:
            self._pending.remove(best)
            self._selected = sorted(
                [*self._selected, best], key=lambda option: option.candidate.index
            )
            self._similarity = best.similarity
            self._bits = self._request.channel.fractional_bits(self._words_with())
        return words_of(drop_unsupported([option.candidate for option in self._selected]))

    def _next_best(self) -> _Option | None:
        """Return the option with the best fresh score, or None if none gains."""
        now = len(self._selected)
        while options := [option for option in self._pending if self._is_open(option.candidate)]:
            options.sort(key=lambda option: (-option.gain, option.candidate.index))
            best = options[0]
            if best.scored_at == now and best.gain > 0:
                return best
            stale = [option for option in options if option.scored_at < now][:BATCH_SIZE]
            if not stale:
                return None
            self._rescore(stale)
        return None

    def _is_open(self, candidate: Candidate) -> bool:
        """Return whether a candidate may be next: modifiers follow nouns, filler its modifier."""
        selected = [option.candidate for option in self._selected]
        if candidate.is_filler:
            return any(other.head == candidate.index for other in selected)
        if not candidate.is_dependent or candidate.head in self._fillers:
            return True
        return any(other.index == candidate.head for other in selected)

    def _rescore(self, options: list[_Option]) -> None:
        """Update the scores of ``options``, and drop those that do not fit."""
        recoverable: list[tuple[_Option, str]] = []
        for option in options:
            option.scored_at = len(self._selected)
            words = self._words_with(option)
            if not self._request.fits(words):
                self._pending.remove(option)
            elif (text := self._request.channel.received_text(words)) is not None:
                recoverable.append((option, text))
            elif option.candidate.others:  # spell a number in another way, in the next round
                option.candidate, option.scored_at = respelled(option.candidate), -1
            else:
                option.gain = REJECTED
        if self._work_left > 0:
            self._score(recoverable)

    def _score(self, options: list[tuple[_Option, str]]) -> None:
        """Score options by the texts that a decoder returns with them."""
        texts = [text for _, text in options]
        self._work_left -= sum(TEXT_OVERHEAD + text.count(" ") for text in texts)
        similarities = scaled_similarities(self._judge, self._request.description, texts)
        for (option, _), similarity in zip(options, similarities, strict=True):
            option.similarity = similarity
            bits = self._request.channel.fractional_bits(self._words_with(option)) - self._bits
            option.gain = Fraction(similarity - self._similarity, max(1, bits))

    def _words_with(self, *options: _Option) -> list[str]:
        both = sorted([*self._selected, *options], key=lambda option: option.candidate.index)
        return words_of(option.candidate for option in both)
