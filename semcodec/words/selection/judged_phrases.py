"""Rank the phrases of a description with a judge, by the similarity that each adds for its bits.

The subject is first. Then always the phrase is next whose words, added to those before, gain most
similarity to the description per bit. Nothing depends on the limits, so that tighter limits select
a prefix of what wider ones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from semcodec.words.selection.candidate_phrases import CandidatePhrase
from semcodec.words.selection.candidates import words_of
from semcodec.words.selection.closed_loop import (
    BATCH_SIZE,
    MAX_CANDIDATES,
    MAX_WORK,
    TEXT_OVERHEAD,
    UNSCORED,
)
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.selection.similarity import Judge, scaled_similarities


def rank_by_judge(
    phrases: Sequence[CandidatePhrase], request: SelectionRequest, judge: Judge
) -> list[CandidatePhrase]:
    """Return ``phrases`` in the order of their gain; the first stays the first.

    Phrases after the first ``MAX_CANDIDATES``, and those beyond ``request.max_words``, keep their
    order.

    Raises:
        BackendError: the judge failed.
    """
    if len(phrases) < 2:
        return list(phrases)
    return _PhraseRanker(phrases, request, judge).rank()


@dataclass(slots=True)
class _Option:
    """A phrase that is not ranked yet.

    Attributes:
        phrase: the phrase.
        place: its position among the phrases by rule, which decides between equal gains.
        gain: the gain of similarity per bit at the last scoring, in millionths.
        similarity: the similarity of the ranked words and this phrase then, in millionths.
        scored_at: the number of ranked phrases then, or -1.
    """

    phrase: CandidatePhrase
    place: int
    gain: Fraction = UNSCORED
    similarity: int = 0
    scored_at: int = -1


class _PhraseRanker:
    """Repeatedly takes the phrase with the largest gain.

    A phrase usually gains less, the more there is. So an option whose fresh gain is above all old
    ones is taken as the best, and only options with higher gains are scored again.
    """

    def __init__(
        self, phrases: Sequence[CandidatePhrase], request: SelectionRequest, judge: Judge
    ) -> None:
        self._request, self._judge = request, judge
        self._ranked = [phrases[0]]
        self._pending = [
            _Option(phrase, place) for place, phrase in enumerate(phrases[1:MAX_CANDIDATES])
        ]
        self._rest = phrases[MAX_CANDIDATES:]
        self._words = words_of(phrases[0].members)
        self._bits = request.channel.fractional_bits(self._words)
        self._work_left = MAX_WORK
        [self._similarity] = self._judge_texts([self._words])

    def rank(self) -> list[CandidatePhrase]:
        """Return all phrases."""
        while self._pending and self._work_left > 0 and len(self._words) < self._request.max_words:
            best = self._next_best()
            self._pending.remove(best)
            self._ranked.append(best.phrase)
            self._words += words_of(best.phrase.members)
            self._bits = self._request.channel.fractional_bits(self._words)
            self._similarity = best.similarity
        self._pending.sort(key=_order)
        return [*self._ranked, *(option.phrase for option in self._pending), *self._rest]

    def _next_best(self) -> _Option:
        """Return the option with the largest gain, which is fresh unless the judge read enough."""
        now = len(self._ranked)
        while True:
            self._pending.sort(key=_order)
            best = self._pending[0]
            if best.scored_at == now or self._work_left <= 0:
                return best
            stale = [option for option in self._pending if option.scored_at < now]
            self._score(stale[:BATCH_SIZE], now)

    def _score(self, options: Sequence[_Option], now: int) -> None:
        """Update the gains of ``options``."""
        texts = [self._words + words_of(option.phrase.members) for option in options]
        similarities = self._judge_texts(texts)
        for option, words, similarity in zip(options, texts, similarities, strict=True):
            bits = self._request.channel.fractional_bits(words) - self._bits
            option.gain = Fraction(similarity - self._similarity, max(1, bits))
            option.similarity, option.scored_at = similarity, now

    def _judge_texts(self, texts: Sequence[list[str]]) -> list[int]:
        self._work_left -= sum(TEXT_OVERHEAD + len(words) for words in texts)
        joined = [" ".join(words) for words in texts]
        return scaled_similarities(self._judge, self._request.description, joined)


def _order(option: _Option) -> tuple[Fraction, int]:
    return -option.gain, option.place
