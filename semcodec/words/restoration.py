"""Restore words from skeletons: tables supply candidates, preceding words choose among them.

``ct`` alone is restored as "cat"; after ``nt`` and ``cld`` it may become "coat". A beam search
looks for the sequence of words with the lowest cost. Every restored word has the skeleton that was
received (spec, annex B). For a skeleton that no known word has, a pronounceable word is made up; a
known word with another skeleton is never returned instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from semcodec.coding import lexicon, nibble
from semcodec.coding.lexicon import ESCAPE
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.tables import load_tables
from semcodec.errors import InputError
from semcodec.words.numbers.bonus import number_bonus
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import UNKNOWN_COST, Vocabulary, vocabulary

MAX_WORDS: Final = 4_096  #: the default limit of a record
#: Hypotheses kept after each word. With eight, hardly more words are right (bench/words.py counts
#: them).
BEAM_WIDTH: Final = 4
MAX_CANDIDATES: Final = 8  #: words tried for one skeleton, the most common first

# Costs are integers, and lower is better. The table's cost of a word is in eighths of a bit, the
# coding's in sixteenths; with these weights a bit of either counts 80.
WORD_WEIGHT: Final = 10  #: of the word's own cost in the tables
CODING_WEIGHT: Final = 5  #: of the word's cost in the coding ``lexicon``
#: Of the pairs with the last known word, the one before it, and the one before that.
PAIR_WEIGHTS: Final = (7, 3, 2)
REPETITION_PENALTY: Final = 640  #: 8 bits, for repeating one of the last three known words
_is_skeleton: Final = re.compile(f"[{nibble.SYMBOLS.strip()}]+").fullmatch


class _Hypothesis(NamedTuple):
    """One way to restore the skeletons so far.

    Attributes:
        cost: lower is better.
        words: one for each skeleton.
        recent: numbers of the last known words, the latest first.
        context: the same words in the probability model of the coding ``lexicon``.
    """

    cost: int
    words: tuple[str, ...]
    recent: tuple[int, ...]
    context: SequenceContext


class _Candidate(NamedTuple):
    """A word that a skeleton may stand for; its cost, and its number in the tables or -1."""

    word: str
    cost: int
    number: int


_Extension = tuple[int, int, _Candidate]  #: the cost, the rank of the hypothesis, the next word


def decompress(skeletons: str | Sequence[str]) -> list[str]:
    """Return a word for each skeleton; ``skeleton(" ".join(words))`` returns the skeletons again.

    >>> decompress("ndn trdtnl rch vndv")
    ['indian', 'traditional', 'arch', 'window']

    Args:
        skeletons: at most 4096 skeletons in the letters ``ntsrhldcmfgpbkv``, in a list or
            separated by single spaces.

    Raises:
        InputError: an item is not a skeleton, or there are too many.
    """
    beam = _initial_beam()
    for skeleton in _validate(skeletons):
        beam = _extend_beam(beam, skeleton)
    return list(beam[0].words)


class IncrementalRestorer:
    """Restores lists of skeletons that share beginnings, without repeating the work for those.

    It keeps a beam for each skeleton of the last list, so it is meant for hundreds of words, not
    for thousands. Threads must not share it.
    """

    def __init__(self) -> None:
        """Start with no skeletons."""
        self._skeletons: list[str] = []
        self._beams = [_initial_beam()]  # before the first skeleton, and after each

    def decompress(self, skeletons: list[str]) -> list[str]:
        """Restore ``skeletons`` like the function ``decompress``, without validating them."""
        pairs = zip(self._skeletons, skeletons, strict=False)
        shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        del self._beams[shared + 1 :]
        for skeleton in skeletons[shared:]:
            self._beams.append(_extend_beam(self._beams[-1], skeleton))
        self._skeletons = skeletons
        return list(self._beams[-1][0].words)


def pronounceable(skeleton: str) -> str:
    """Return a made-up word that has this skeleton and differs from it as little as possible.

    A skeleton is its own skeleton, unless its last s looks like a plural.
    """
    return skeleton if skeleton_of_word(skeleton) == skeleton else f"{skeleton[:-1]}us"


def _validate(skeletons: object) -> list[str]:
    if isinstance(skeletons, str):
        skeletons = skeletons.split(" ") if skeletons else []
    if not isinstance(skeletons, list | tuple):
        raise InputError("Skeletons have the wrong type: give a string, or a list of strings.")
    if len(skeletons) > MAX_WORDS:
        raise InputError(f"There are more than {MAX_WORDS} skeletons: give fewer.")
    for skeleton in skeletons:
        if not isinstance(skeleton, str) or not _is_skeleton(skeleton):
            raise InputError(
                f"{str(skeleton)[:40]!r} is not a skeleton: give letters of"
                f"{nibble.SYMBOLS}, with single spaces between skeletons."
            )
    return list(skeletons)


def _initial_beam() -> list[_Hypothesis]:
    return [_Hypothesis(0, (), (vocabulary().start,), SequenceContext(load_tables()))]


def _candidates(skeleton: str, tables: Vocabulary) -> list[_Candidate]:
    """Return the words that ``skeleton`` may stand for, at least one."""
    numbers = tables.candidates(skeleton)[:MAX_CANDIDATES]
    if not numbers:
        return [_Candidate(pronounceable(skeleton), UNKNOWN_COST, -1)]
    return [_Candidate(tables.words[number], tables.costs[number], number) for number in numbers]


def _extend_beam(beam: list[_Hypothesis], skeleton: str) -> list[_Hypothesis]:
    """Return the best hypotheses after one more skeleton."""
    # Invariant: the beam has at most BEAM_WIDTH hypotheses, the best first, and each of them has
    # one word for each skeleton so far, with that skeleton. Selection runs this search to find out
    # what a decoder will return, so every machine must return the same words. Therefore all costs
    # are integers, whose sum does not depend on the order; floats could round differently on
    # another processor, and decide otherwise between two almost equal hypotheses. Equal costs are
    # ordered by the rank of the extended hypothesis, then by the candidate, so never by the
    # order of a set, a hash or a locale. Tested by test_frozen (the words themselves),
    # test_hash_order_and_locale_change_nothing, test_restored_words_have_the_given_skeletons and
    # test_incremental_restorer_returns_what_decompress_does.
    tables = vocabulary()
    candidates = _candidates(skeleton, tables)
    extensions = sorted(
        (hypothesis.cost + _table_cost(candidate, hypothesis, tables), rank, candidate)
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
    probabilities = [BitProbabilities(hypothesis.context) for hypothesis in beam]
    best: list[_Extension] = []
    for table_cost, rank, candidate in extensions:
        if len(best) == BEAM_WIDTH and table_cost > best[-1][0]:
            break
        coding_cost = lexicon.bit_cost_16ths(probabilities[rank], candidate.word)
        cost = table_cost + CODING_WEIGHT * coding_cost
        best = sorted([*best, (cost, rank, candidate)])[:BEAM_WIDTH]
    return best


def _table_cost(candidate: _Candidate, hypothesis: _Hypothesis, tables: Vocabulary) -> int:
    """Return the cost of ``candidate`` after ``hypothesis`` according to the tables alone."""
    cost = WORD_WEIGHT * candidate.cost
    if candidate.number < 0:
        return cost
    for weight, earlier in zip(PAIR_WEIGHTS, hypothesis.recent, strict=False):
        cost -= weight * tables.association(earlier, candidate.number)
    if bonus := number_bonus(candidate.word, hypothesis.words[-2:]):
        return cost - bonus
    return cost + REPETITION_PENALTY * (candidate.number in hypothesis.recent)


def _extended(hypothesis: _Hypothesis, candidate: _Candidate, cost: int) -> _Hypothesis:
    recent = hypothesis.recent
    if candidate.number >= 0:
        recent = (candidate.number, *recent)[: len(PAIR_WEIGHTS)]
    number = load_tables().numbers.get(candidate.word, ESCAPE)
    words = (*hypothesis.words, candidate.word)
    return _Hypothesis(cost, words, recent, hypothesis.context.extended(number))
