"""Compare the words that a skeleton may stand for, and heal skeletons with a slip (spec, B.4).

The cost of a word is that of the slip, plus that of the word and of the next ones in the coding
``lexicon``, which knows the words before each, less its fit with the skeletons on both sides. A
word for a skeleton with a slip is never a number: another number is worse than no number.

Healing changes no other word of the list. So a list without slips is restored as if there were no
healing, and what an encoder tries by adding and dropping words stays comparable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from semcodec.words.history import History
from semcodec.words.numbers.bonus import BONUS_WORDS
from semcodec.words.skeleton_context import (
    BIT,
    find_features,
    fit_in_context,
    has_candidates,
    pronounceable,
)
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.slips import find_corrections, is_name
from semcodec.words.vocabulary import vocabulary
from semcodec.words.written_skeletons import Written

#: Half of the cost of a word by itself is added: the coding finds rare words too likely where they
#: fit.
OWN_COST_SHARE: Final = 2
#: A quarter of the fit of a word with the skeletons around it is subtracted: the tables compare
#: only words with one skeleton.
CONTEXT_SHARE: Final = 4
MAX_LISTED: Final = 192  #: words that are compared in context: the likeliest without it
MAX_COMPARED: Final = 48  #: words whose costs after the words before are compared
MAX_KEPT: Final = 24  #: words whose effect on the next words is compared
REACH: Final = 2  #: next words whose costs are compared
#: Skeletons of one list that are compared with others, so that 4096 of them take a second or two.
MAX_PLACES: Final = 256
#: By which a made-up word costs less than its letters in the coding. A word that costs more for a
#: skeleton with a slip is not used: the skeleton is that of a name, or of another unknown word.
MADE_UP_DISCOUNT: Final = 8 * BIT
DOUBT: Final = 8 * BIT  #: by which a word must cost less to change the words beside it

#: Returns a word for each skeleton of a list; the same for equal lists.
Search = Callable[[Sequence[str]], list[str]]


class Scored(NamedTuple):
    """A word for a skeleton, and its cost: lower is better."""

    cost: int
    word: str


class Place(NamedTuple):
    """Where a skeleton is in a list.

    Attributes:
        written: the list.
        at: the position in it.
        features: its feature vector, from ``find_features``.
        history: the words before it.
        following: the words after it; only ``REACH`` of them are used.
    """

    written: Written
    at: int
    features: Sequence[int]
    history: History
    following: Sequence[str]

    @property
    def skeleton(self) -> str:
        """The received skeleton."""
        return self.written.skeletons[self.at]


def heal(written: Written, search: Search, start: Callable[[], History]) -> list[str]:
    """Return the words that ``search`` finds, with others for skeletons that no known word has.

    Args:
        written: the received skeletons.
        search: returns a word for each skeleton of a list, a made-up one if none is known.
        start: returns the empty history. It is not kept, so that longer ones can be freed.
    """
    skeletons = written.skeletons
    words = search(skeletons)
    slips = _find_slips(skeletons)
    if not slips:
        return words
    # The words beside a slip are chosen by the skeletons around them, so they are found again with
    # the skeleton that is meant, if there is little doubt about it; and then the word for the slip,
    # with those words beside it.
    corrected = list(skeletons)
    for at, word in zip(slips, _heal_slips(written, words, slips, start, DOUBT), strict=True):
        corrected[at] = skeleton_of_word(word)
    words = search(corrected)
    for at, word in zip(slips, _heal_slips(written, words, slips, start), strict=True):
        words[at] = word
    return words


def _find_slips(skeletons: Sequence[str]) -> list[int]:
    """Return the positions of the skeletons that no known word has, at most ``MAX_PLACES``."""
    unknown = [at for at, skeleton in enumerate(skeletons) if not has_candidates(skeleton)]
    return [at for at in unknown if not is_name(skeletons[at])][:MAX_PLACES]


def _heal_slips(
    written: Written,
    words: Sequence[str],
    slips: Sequence[int],
    start: Callable[[], History],
    doubt: int = 0,
) -> Iterator[str]:
    """Yield the best word for each of ``slips`` beside ``words``.

    It is a made-up word, unless another costs less by more than ``doubt``.
    """
    features = find_features([skeleton_of_word(word) for word in words])
    history, done = start(), 0
    for at in slips:
        for word in words[done:at]:
            history = history.extended(word)
        done = at
        place = Place(written, at, features[at], history, words[at + 1 : at + 1 + REACH])
        made_up = pronounceable(place.skeleton)
        scored = compare(place, [made_up])
        costs = {word: cost for cost, word in scored}
        yield scored[0].word if scored[0].cost + doubt < costs[made_up] else made_up


def compare(place: Place, others: Iterable[str]) -> list[Scored]:
    """Return the words for a place, the best first, at most ``MAX_KEPT``.

    Args:
        place: the skeleton.
        others: words with this skeleton, the first of which is kept in any case; the words with
            other skeletons are added.
    """
    words = list(dict.fromkeys((*others, *_likely_words(place.skeleton, place.features))))
    costs = {word: cost_at(place, word) for word in words}
    kept = sorted(words, key=lambda word: (word != words[0], costs[word], word))[:MAX_KEPT]
    return sorted(Scored(costs[word] + _cost_of_following(place, word), word) for word in kept)


def cost_at(place: Place, word: str) -> int:
    """Return the cost of a word at a place, without that of the words after it."""
    cost = 2 * place.history.cost(word)  # it returns half of the cost
    cost += place.written.cost(place.at, word)
    number = vocabulary().number(word)
    if number is None or pronounceable(place.skeleton) == word:
        return cost - MADE_UP_DISCOUNT
    cost += BIT * _slip_bits(place.skeleton).get(skeleton_of_word(word), 0)
    return cost + _own_cost(number) - _context_value(number, place.features)


def _cost_of_following(place: Place, word: str) -> int:
    cost, history = 0, place.history.extended(word)
    for other in place.following[:REACH]:
        cost += 2 * history.cost(other)
        history = history.extended(other)
    return cost


def _likely_words(skeleton: str, features: Sequence[int]) -> list[str]:
    """Return the words with other skeletons that fit the context best."""
    words = vocabulary().words
    ranked = sorted(
        (cost - _context_value(number, features), words[number])
        for cost, number in _listed(skeleton)
    )
    return [word for _, word in ranked[:MAX_COMPARED]]


@lru_cache(maxsize=4_096)
def _listed(skeleton: str) -> tuple[tuple[int, int], ...]:
    """Return the costs without context, and the numbers, of words with other skeletons."""
    tables = vocabulary()
    costs = sorted(
        (BIT * correction.bits + _own_cost(number), number)
        for correction in find_corrections(skeleton)
        for number in tables.candidates(correction.skeleton)
        if tables.words[number] not in BONUS_WORDS
    )
    return tuple(costs[:MAX_LISTED])


def _own_cost(number: int) -> int:
    return BIT * vocabulary().costs[number] // (8 * OWN_COST_SHARE)


def _context_value(number: int, features: Sequence[int]) -> int:
    return fit_in_context(number, features) // CONTEXT_SHARE


@lru_cache(maxsize=4_096)
def _slip_bits(skeleton: str) -> dict[str, int]:
    return {correction.skeleton: correction.bits for correction in find_corrections(skeleton)}
