"""Restore words from skeletons: tables supply candidates, the rest of the list chooses among them.

``brd`` alone is restored as "bird"; after ``snv`` (snow) it becomes "board". The skeletons on
both sides rank the candidates for each skeleton (``skeleton_context``), and a beam search looks for
the sequence of words with the lowest cost, given also the words before each one. Every restored
word has the skeleton that was received (spec, annex B). For a skeleton that no known word has, a
pronounceable word is made up; a known word with another skeleton is never returned instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from semcodec.words.healing import heal
from semcodec.words.history import History, empty_history
from semcodec.words.numbers.bonus import number_bonus
from semcodec.words.skeleton_context import BIT, Candidate, rank_candidates
from semcodec.words.written_skeletons import Written, parse_skeletons

#: Hypotheses kept after each word. With eight, hardly more words are right (bench/words.py counts
#: them).
BEAM_WIDTH: Final = 4
MAX_REMEMBERED: Final = 4_096  #: words after which an ``IncrementalRestorer`` forgets its contexts

REPETITION_PENALTY: Final = 8 * BIT  #: for repeating one of the last words
REPETITION_REACH: Final = 3  #: how many words back that is


class _Hypothesis(NamedTuple):
    """One way to restore the skeletons so far.

    Attributes:
        cost: lower is better.
        words: one for each skeleton.
        history: the same words, for the costs of the next one.
    """

    cost: int
    words: tuple[str, ...]
    history: History


_Extension = tuple[int, int, str]  #: the cost, the rank of the hypothesis, the next word


def decompress(skeletons: str | Sequence[str]) -> list[str]:
    """Return the likeliest word for each skeleton.

    A word has the skeleton that was given: ``skeleton(" ".join(words))`` returns the skeletons
    again. Only where no known word has it, the skeleton is taken for that of another word with a
    slip: two letters swapped, one too many, one or several missing. ``readings`` returns these
    slips, and the other words that a skeleton may stand for.

    >>> decompress("ndn trdtnl rch vndv")
    ['indian', 'traditional', 'arch', 'window']
    >>> decompress("ndn trdtln rch wndw")
    ['indian', 'traditional', 'arch', 'window']

    Args:
        skeletons: at most 4096 skeletons, in a list or separated by single spaces. Letters other
            than ``ntsrhldcmfgpbkv`` are replaced by the rule of ``skeleton``; a number in digits
            is returned as it is.

    Raises:
        InputError: an item has no consonant or is several words, or there are too many.
    """
    written = parse_skeletons(skeletons)
    return [written.numbers.get(at, word) for at, word in enumerate(restore(written))]


def restore(written: Written) -> list[str]:
    """Return a word for each skeleton, also a number word for each number."""
    return heal(written, lambda listed: search(listed, empty_history(), written), empty_history)


class IncrementalRestorer:
    """Restores lists of skeletons that share beginnings, without repeating all of the work.

    It remembers the costs of words in the contexts that it has seen. Threads must not share it.
    """

    def __init__(self) -> None:
        """Start with no skeletons."""
        self._start, self._restored = empty_history(), 0

    def decompress(self, skeletons: list[str]) -> list[str]:
        """Restore ``skeletons`` like the function ``decompress``, without validating them."""
        self._restored += len(skeletons)
        if self._restored > MAX_REMEMBERED:
            self._start, self._restored = empty_history(), len(skeletons)
        start = self._start
        return heal(Written(skeletons, [], {}), lambda listed: search(listed, start), lambda: start)


def search(skeletons: Sequence[str], start: History, written: Written | None = None) -> list[str]:
    """Return a word with each skeleton; a made-up word for one that no known word has."""
    beam = [_Hypothesis(0, (), start)]
    del start  # so that contexts before those of the beam can be freed, in a long list
    for at, candidates in enumerate(rank_candidates(skeletons)):
        if written and written.texts:
            candidates = [Candidate(c.cost + written.cost(at, c.word), c.word) for c in candidates]
        beam = _extend_beam(beam, candidates)
    return list(beam[0].words)


def _extend_beam(beam: list[_Hypothesis], candidates: list[Candidate]) -> list[_Hypothesis]:
    """Return the best hypotheses after one more skeleton."""
    # Invariant: the beam has at most BEAM_WIDTH hypotheses, the best first, and each of them has
    # one word for each skeleton so far, with that skeleton. Selection runs this search to find out
    # what a decoder will return, so every machine must return the same words. Therefore all costs
    # are integers, whose sum does not depend on the order; floats could round differently on
    # another processor, and decide otherwise between two almost equal hypotheses. Equal costs are
    # ordered by the rank of the extended hypothesis, then by the word, so never by the order of a
    # set, a hash or a locale. Tested by test_frozen (the words themselves),
    # test_hash_order_and_locale_change_nothing, test_restored_words_have_the_given_skeletons and
    # test_incremental_restorer_returns_what_decompress_does.
    extensions = sorted(
        (hypothesis.cost + _cost(candidate, hypothesis), rank, candidate.word)
        for rank, hypothesis in enumerate(beam)
        for candidate in candidates
    )
    # Computing the coding's cost takes most of the time, so an only candidate goes without it. The
    # costs, and so the results, depend on this: it is not an optimization that could be left out.
    if len(candidates) > 1:
        extensions = _best_with_coding_cost(extensions, beam)
    return [_extended(beam[rank], word, cost) for cost, rank, word in extensions[:BEAM_WIDTH]]


def _best_with_coding_cost(
    extensions: list[_Extension], beam: list[_Hypothesis]
) -> list[_Extension]:
    """Return the best of the sorted ``extensions`` after adding the cost in the coding.

    A coding cost is never negative. The search can therefore end at the first extension that even
    without it costs more than the worst of the best so far: no later one can be among the best.
    """
    best: list[_Extension] = []
    for context_cost, rank, word in extensions:
        if len(best) == BEAM_WIDTH and context_cost > best[-1][0]:
            break
        cost = context_cost + beam[rank].history.cost(word)
        best = sorted([*best, (cost, rank, word)])[:BEAM_WIDTH]
    return best


def _cost(candidate: Candidate, hypothesis: _Hypothesis) -> int:
    """Return the cost of ``candidate`` after ``hypothesis`` without that in the coding."""
    if bits := number_bonus(candidate.word, hypothesis.words[-2:]):
        return candidate.cost - BIT * bits
    is_repetition = candidate.word in hypothesis.words[-REPETITION_REACH:]
    return candidate.cost + REPETITION_PENALTY * is_repetition


def _extended(hypothesis: _Hypothesis, word: str, cost: int) -> _Hypothesis:
    return _Hypothesis(cost, (*hypothesis.words, word), hypothesis.history.extended(word))
