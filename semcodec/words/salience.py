"""Which words of a description matter most, by rule: the same on every machine.

Early, repeated, less common and paintable words matter more: whoever describes says the main thing
first, and says it again. The chooser then does what the receiver will do, and gives up a word that
would come back as another one for the next best: a wrong word tells less than none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec.errors import InputError
from semcodec.words.channel import WordChannel, same
from semcodec.words.skeletons import singulars
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize
from semcodec.words.vocabulary import vocabulary

TRIES: Final = 12  #: times the receiver is played; most descriptions need three
PATIENCE: Final = 16  #: words too long for the room that is left, until it counts as full
SPARE: Final = 16  #: of the room, the part in which words are tried one by one

# In eighths of a bit, as the tables.
LATER: Final = 3  #: what each word before takes away
AGAIN: Final = 8  #: what each repetition adds
MAX_AGAIN: Final = 3  #: repetitions that count


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """A description to choose from, and how much may be chosen.

    Attributes:
        description: any text.
        k: words at most.
        max_bits: that they may cost, or None.
        medium: the coding that will carry them.
    """

    description: str
    k: int
    max_bits: int | None
    medium: WordChannel

    def allows(self, words: Sequence[str]) -> bool:
        """Tell whether ``words`` keep the limits."""
        if len(words) > self.k or not self.medium.holds(words):
            return False
        return self.max_bits is None or self.medium.bits(words) <= self.max_bits


@dataclass(slots=True)
class Candidate:
    """One word of the description: its place there, how much it matters, how it is spelled."""

    place: int
    weight: int
    word: str


def salient(task: SelectionRequest, found: Iterable[Candidate]) -> list[str]:
    """Return the weightiest words of ``found`` that come back, in reading order.

    Where not even one comes back, the weightiest is sent all the same.

    Raises:
        InputError: there is no word, or none is within the limits.
    """
    waiting = by_weight(found)
    last_resort = _weightiest(task, waiting)
    chosen: list[Candidate] = []
    for attempt in range(2 * TRIES):
        if attempt < TRIES:  # then no more are added, and what is left settles
            chosen, waiting = _filled(chosen, waiting, task)
        asked, chosen = len(chosen), _those_that_come_back(chosen, task.medium)
        if len(chosen) == asked:
            break
    return _words(chosen) or [last_resort]


def candidates(task: SelectionRequest) -> list[Candidate]:
    """Return the words that can be sent, in reading order."""
    said = [word for word in tokenize(task.description) if task.medium.sends(word)]
    telling = [word for word in said if word not in STOPWORDS and len(word) > 1] or said
    counts = Counter(telling)
    distinct = [word for word in counts if not any(form in counts for form in singulars(word))]
    return [
        Candidate(place, _weight(word, place, counts[word]), word)
        for place, word in enumerate(distinct)
    ]


def by_weight(found: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates, the weightiest first; of equals the one that was said first."""
    return sorted(found, key=lambda one: (-one.weight, one.place))


def recoverable(words: Sequence[str], medium: WordChannel) -> list[str]:
    """Return the words that a receiver reads right, in the number it reads them in."""
    chosen = [Candidate(place, 0, word) for place, word in enumerate(words)]
    for _ in range(TRIES):
        asked, chosen = len(chosen), _those_that_come_back(chosen, medium)
        if len(chosen) == asked:
            break
    return _words(chosen)


def _weight(word: str, place: int, count: int) -> int:
    return vocabulary().weight(word) - LATER * place + AGAIN * min(count - 1, MAX_AGAIN)


def _weightiest(task: SelectionRequest, waiting: list[Candidate]) -> str:
    if not waiting:
        raise InputError("There is no word of the letters a to z in this description.")
    fitting = next((one.word for one in waiting if task.allows([one.word])), None)
    if fitting is None:
        raise InputError("Not even one word keeps this limit: allow more bytes or bits.")
    return fitting


def _filled(
    chosen: list[Candidate], waiting: list[Candidate], task: SelectionRequest
) -> tuple[list[Candidate], list[Candidate]]:
    """Return as many candidates as the limits allow, and those that still wait."""
    sure = _sure(chosen, waiting, task)
    chosen = _in_order([*chosen, *waiting[:sure]])
    left: list[Candidate] = []
    for one in waiting[sure:]:
        more = _in_order([*chosen, one])
        if len(left) < PATIENCE and task.allows(_words(more)):
            chosen = more
        else:
            left.append(one)
    return chosen, left


def _sure(chosen: list[Candidate], waiting: list[Candidate], task: SelectionRequest) -> int:
    """Return how many of ``waiting`` fit with so much to spare that not each has to be tried.

    A word may cost less for one that is added, but not so much less.
    """
    if task.max_bits is not None:
        task = replace(task, max_bits=task.max_bits * (SPARE - 1) // SPARE)
    return bisect_left(
        range(1, min(len(waiting), task.k) + 1),
        True,
        key=lambda count: not task.allows(_words(_in_order([*chosen, *waiting[:count]]))),
    )


def _in_order(some: Iterable[Candidate]) -> list[Candidate]:
    return sorted(some, key=lambda one: one.place)


def _those_that_come_back(chosen: list[Candidate], medium: WordChannel) -> list[Candidate]:
    received = medium.reads(_words(chosen))
    return [
        Candidate(one.place, one.weight, word)
        for one, word in zip(chosen, received, strict=True)
        if same(one.word, word)
    ]


def _words(chosen: Iterable[Candidate]) -> list[str]:
    return [one.word for one in chosen]
