"""From skeletons back to words: the tables give the candidates, the words before them pick.

A beam search. ``ct`` alone is a cat; after ``nt`` and ``cld`` it may be a coat. Integers only and
ties broken by spelling, so that every machine reads the same words. Whatever comes back has the
skeleton that came in: a skeleton that no known word has is made pronounceable instead of guessed.
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
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import UNKNOWN, Vocabulary, vocabulary

BEAM: Final = 4  #: readings kept after each word; eight read hardly a word more right
MAX_CANDIDATES: Final = 8  #: words tried for one skeleton, the most common first
CONTEXT: Final = (7, 3, 2)  #: weight of the word before, of the one before that, and so on
SCALE: Final = 10  #: weight of a word's own cost
CODED: Final = 5  #: weight of what the coding ``lexicon`` takes for it: of a bit the same weight
REPEATED: Final = 640  #: cost of saying a word twice: descriptions of a dozen words do not
_SKELETON: Final = re.compile(f"[{nibble.SYMBOLS.strip()}]+").fullmatch
MAX_WORDS: Final = 4_096  #: as many as a record may hold


class _Reading(NamedTuple):
    """The words so far: what they cost (lower is better), and what stands before the next one."""

    cost: int
    words: tuple[str, ...]
    recent: tuple[int, ...]
    order: SequenceContext


class _Option(NamedTuple):
    """A word that a skeleton can be, with its cost and its number, which is -1 if it is unknown."""

    word: str
    cost: int
    number: int


_Longer = tuple[int, int, _Option]  # what a reading costs, the one that it goes on from, the word


def decompress(skeletons: str | Sequence[str]) -> list[str]:
    """Return a word for each of ``skeletons``: ``skeleton(" ".join(words))`` gives them again.

    >>> decompress("ndn trdtnl rch vndv")
    ['indian', 'traditional', 'arch', 'window']

    Raises:
        InputError: something in it is no skeleton.
    """
    readings = _unread()
    for received in _checked(skeletons):
        readings = _read_on(readings, received)
    return list(readings[0].words)


class IncrementalRestorer:
    """Decompresses again and again: what begins like the last time is read on from there.

    It keeps a reading for each word, so it is for hundreds of words, not for thousands.
    """

    def __init__(self) -> None:
        """Start with nothing read."""
        self._skeletons: list[str] = []
        self._readings = [_unread()]  # after each skeleton, from none to all

    def decompress(self, skeletons: list[str]) -> list[str]:
        """Return what ``decompress`` returns for the same skeletons, each of them one."""
        pairs = zip(self._skeletons, skeletons, strict=False)
        alike = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        del self._readings[alike + 1 :]
        for received in skeletons[alike:]:
            self._readings.append(_read_on(self._readings[-1], received))
        self._skeletons = skeletons
        return list(self._readings[-1][0].words)


def _unread() -> list[_Reading]:
    return [_Reading(0, (), (vocabulary().start,), SequenceContext(load_tables()))]


def _checked(skeletons: object) -> list[str]:
    if isinstance(skeletons, str):
        skeletons = skeletons.split(" ") if skeletons else []
    if not isinstance(skeletons, list | tuple):
        raise InputError("Give skeletons as a string, or as a list of strings.")
    if len(skeletons) > MAX_WORDS:
        raise InputError(f"These are over {MAX_WORDS} skeletons: give fewer.")
    for received in skeletons:
        if not isinstance(received, str) or not received or not _SKELETON(received):
            raise InputError(
                f"{str(received)[:40]!r} is no skeleton: it is letters of"
                f"{nibble.SYMBOLS}, with single spaces between skeletons."
            )
    return list(skeletons)


def _options(received: str, tables: Vocabulary) -> list[_Option]:
    """Return the words that ``received`` can be."""
    found = tables.candidates(received)[:MAX_CANDIDATES]
    if not found:
        return [_Option(pronounceable(received), UNKNOWN, -1)]
    return [_Option(tables.words[at], tables.costs[at], at) for at in found]


def _read_on(readings: list[_Reading], received: str) -> list[_Reading]:
    """Return the best readings that are one word longer."""
    tables = vocabulary()
    options = _options(received, tables)
    longer = sorted(
        (reading.cost + _cost(option, reading, tables), rank, option)
        for rank, reading in enumerate(readings)
        for option in options
    )
    if len(options) > 1:  # else there is no choice, and the long way is long
        longer = _best(longer, readings)
    return [_longer(readings[rank], option, cost) for cost, rank, option in longer[:BEAM]]


def _best(longer: list[_Longer], readings: list[_Reading]) -> list[_Longer]:
    """Return the best of ``longer``, with what the coding takes for the last word.

    It takes something, so who costs more without it than the worst of the best is not asked.
    """
    chances = [BitProbabilities(reading.order) for reading in readings]
    best: list[_Longer] = []
    for cost, rank, option in longer:
        if len(best) == BEAM and cost > best[-1][0]:
            break
        cost += CODED * lexicon.bit_cost_16ths(chances[rank], option.word)
        best = sorted([*best, (cost, rank, option)])[:BEAM]
    return best


def _cost(option: _Option, reading: _Reading, tables: Vocabulary) -> int:
    """Return what ``option`` costs after ``reading`` by the table of words alone."""
    total = SCALE * option.cost
    if option.number < 0:
        return total
    for weight, before in zip(CONTEXT, reading.recent, strict=False):
        total -= weight * tables.gain(before, option.number)
    return total + REPEATED * (option.number in reading.recent)


def _longer(reading: _Reading, option: _Option, cost: int) -> _Reading:
    recent = reading.recent
    if option.number >= 0:
        recent = (option.number, *recent)[: len(CONTEXT)]
    order = reading.order.extended(load_tables().numbers.get(option.word, ESCAPE))
    return _Reading(cost, (*reading.words, option.word), recent, order)


def pronounceable(received: str) -> str:
    """Return a made-up word with the skeleton ``received``, as close to it as can be.

    Only a last s needs help, which would pass for a plural.
    """
    return received if skeleton_of_word(received) == received else f"{received[:-1]}us"
