"""Choose how many words a description needs, by what each further word gains for its bits.

Each content word of a description has a mass: its importance for a painter, higher for an earlier
and for a repeated word. The selected words cover their share of the mass of all. A further word
gains its mass times the share that is not covered yet, and costs the bits that it adds to the
payload. So the gain falls as words are added: fast if the description has few distinct facts,
slowly if it has many. The number of words is the one with the largest sum of gains minus the price
of the bits; for equal words, this is the last one that gains at least ``PRICES`` for each bit.

A known name gains as any other word does, but most of the rest is implied by it: how the Taj Mahal
looks need not be stated. The time of day and the weather are not implied, so they follow the name.

All numbers are integers, so that the result is the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from semcodec.words.language.foreign_words import find_foreign_tokens
from semcodec.words.phrases import simple_form
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.candidates import (
    SUBJECT_WEIGHT,
    Candidate,
    in_reading_order,
    keep_recoverable,
    sort_by_weight,
    words_of,
)
from semcodec.words.selection.known_names import find_known_name
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.skeletons import singulars
from semcodec.words.subject import PICTURE_WORDS
from semcodec.words.tokens import Token
from semcodec.words.vocabulary import UNKNOWN_SALIENCE, vocabulary

MIN_WORDS: Final = 6  #: of a description without a known name; a shorter one is sent as a whole
MAX_WORDS: Final = 48  #: more are lost on painters, and in most descriptions repeat what is there
#: The gain that pays for a bit, in hundredths of the units of mass. In each coding it is about 28
#: for a word of average cost: 10, 7.5, 18 and 52 bits for 24 words of a long description.
PRICES: Final[Mapping[str, int]] = {"lexicon": 280, "bag": 373, "nibble": 156, "utf8": 54}
HALF_MASS_RANK: Final = 64  #: preceding words after which a word has half the mass of the first
MAX_MENTIONS: Final = 4  #: repetitions that count
PICTURE_WORD_DIVISOR: Final = 4  #: of the mass of words about the picture: atmosphere, view
IMPLIED_DIVISOR: Final = 10  #: of the gain of words that a known name implies
#: What a name does not imply.
CONDITIONS: Final = frozenset(
    """
    autumn dawn dusk evening fireworks fog foggy lightning mist misty moonlight night nighttime
    rain rainbow rainy snow snowfall snowstorm snowy storm stormy sunrise sunset winter
    """.split()
)


def count_by_gain(request: SelectionRequest) -> int:
    """Return the number of words whose gain is worth their bits, 1..``request.max_words``.

    Limits on bits do not change it: if fewer words fit, fewer are selected.

    Raises:
        InputError: the description only states what is not there.
    """
    return min(_Gains(request, find_candidates(request)).count_words(), request.max_words)


def rank_by_gain(request: SelectionRequest, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates, a known name and the conditions with weights above the others."""
    return _Gains(request, candidates).candidates


class _Gains:
    """The content of one description.

    Attributes:
        candidates: in reading order, with weights in the order in which they are added.
    """

    def __init__(self, request: SelectionRequest, candidates: Sequence[Candidate]) -> None:
        tokens = find_foreign_tokens(request.description)
        self._channel = request.channel
        self._name = _find_sendable_name(request, candidates, tokens)
        self._masses = _find_masses(candidates, tokens)
        self.candidates = list(map(self._rank, candidates)) if self._name else list(candidates)

    def count_words(self) -> int:
        """Return the number of words with the largest sum of gains minus prices of bits."""
        # The price is in hundredths, and a gain is a mass times an uncovered share of ``total``: to
        # compare both as integers, everything is multiplied by 100 * total.
        total = max(1, sum(self._masses.values()))
        price = PRICES[self._channel.coding] * total
        selected: list[Candidate] = []
        covered = balance = bits_before = 0
        best, count = 0, 0
        for candidate in sort_by_weight(self.candidates):
            selected = in_reading_order([*selected, candidate])
            words = words_of(selected)
            if len(words) > MAX_WORDS:
                break
            bits = self._channel.fractional_bits(words)
            gain = 100 * self._masses[candidate.index] * (total - covered)
            balance += gain // self._divisor(candidate) - price * (bits - bits_before)
            if balance > best or self._is_needed(selected):
                best, count = balance, len(words)
            covered += self._masses[candidate.index]
            bits_before = bits
        return max(1, count)

    def _rank(self, candidate: Candidate) -> Candidate:
        """Return a candidate, right after the subject if it is a part of the name or a condition.

        The words of the name come first, because the first one alone may be another thing.
        """
        if candidate.index in self._name:
            return replace(candidate, weight=max(candidate.weight, SUBJECT_WEIGHT - 1))
        if candidate.key in CONDITIONS:
            weight = SUBJECT_WEIGHT // 2 - candidate.index
            return replace(candidate, weight=weight, is_dependent=False)
        return replace(candidate, weight=min(candidate.weight, SUBJECT_WEIGHT // 4))

    def _divisor(self, candidate: Candidate) -> int:
        is_implied = candidate.index not in self._name and candidate.key not in CONDITIONS
        return IMPLIED_DIVISOR if self._name and is_implied else 1

    def _is_needed(self, selected: Sequence[Candidate]) -> bool:
        """Return whether the last of the selected candidates is selected whatever it gains."""
        if not self._name:
            return len(words_of(selected)) <= MIN_WORDS
        return len(selected) <= len(self._name)


def _find_sendable_name(
    request: SelectionRequest, candidates: Sequence[Candidate], tokens: Sequence[Token]
) -> frozenset[int]:
    """Return the indices of the candidates of the known name; none if no decoder restores it."""
    indices = find_known_name(tokens, request.description)
    name = [candidate for candidate in candidates if candidate.index in indices]
    is_restored = len(keep_recoverable(name, request.channel)) == len(indices)
    return indices if is_restored else frozenset()


def _find_masses(candidates: Sequence[Candidate], tokens: Sequence[Token]) -> dict[int, int]:
    """Return the mass of each candidate by its index, 0 or more; the most common ones have 104."""
    mentions = Counter(map(simple_form, tokens))
    return {
        candidate.index: _mass(candidate, rank, mentions)
        for rank, candidate in enumerate(candidates)
    }


def _mass(candidate: Candidate, rank: int, mentions: Mapping[str, int]) -> int:
    key = candidate.key
    salience = UNKNOWN_SALIENCE if " " in key else vocabulary().salience(key)
    count = 1
    if not candidate.is_repeat:
        count = sum(mentions[form] for form in {key, *singulars(key)})
    half_mentions = 1 + min(MAX_MENTIONS, max(1, count))  # each repetition adds half
    mass = salience * half_mentions * HALF_MASS_RANK // (2 * (HALF_MASS_RANK + rank))
    return mass // PICTURE_WORD_DIVISOR if key in PICTURE_WORDS else mass
