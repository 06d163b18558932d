"""From skeletons back to words: the tables give the candidates, the words before them pick.

A beam search. ``ct`` alone is a cat; after ``nt`` and ``cld`` it may be a coat. Integers only and
ties broken by spelling, so that every machine reads the same words. Whatever comes back has the
skeleton that came in: a skeleton that no known word has is made pronounceable instead of guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from semcodec.bitstream import alphabet, ordered
from semcodec.bitstream.context import Order
from semcodec.bitstream.lexicon import lexicon
from semcodec.bitstream.ordered import SPELLED
from semcodec.errors import InputError
from semcodec.words.skeletons import of_word
from semcodec.words.vocabulary import UNKNOWN, Vocabulary, vocabulary

BEAM: Final = 4  #: readings kept after each word; eight read hardly a word more right
MOST_CANDIDATES: Final = 8  #: words tried for one skeleton, the most common first
CONTEXT: Final = (7, 3, 2)  #: weight of the word before, of the one before that, and so on
SCALE: Final = 10  #: weight of a word's own cost
CODED: Final = 5  #: weight of what the coding ``lexicon`` takes for it: of a bit the same weight
REPEATED: Final = 640  #: cost of saying a word twice: descriptions of a dozen words do not
_SKELETON: Final = re.compile(f"[{alphabet.SYMBOLS.strip()}]+").fullmatch
MOST_WORDS: Final = 4_096  #: as many as a record may hold


class _Reading(NamedTuple):
    """The words so far: what they cost (lower is better), and what stands before the next one."""

    cost: int
    words: tuple[str, ...]
    recent: tuple[int, ...]
    order: Order


class _Option(NamedTuple):
    """A word that a skeleton can be, with its cost and its number, which is -1 if it is unknown."""

    word: str
    cost: int
    number: int


def decompress(skeletons: str | Sequence[str]) -> list[str]:
    """Return a word for each of ``skeletons``: ``skeleton(" ".join(words))`` gives them again.

    >>> decompress("ndn trdtnl rch vndv")
    ['indian', 'traditional', 'arch', 'window']

    Raises:
        InputError: something in it is no skeleton.
    """
    tables = vocabulary()
    readings = [_Reading(0, (), (tables.start,), Order(lexicon()))]
    for received in _checked(skeletons):
        readings = _read_on(readings, _options(received, tables), tables)
    return list(readings[0].words)


def _checked(skeletons: object) -> list[str]:
    if isinstance(skeletons, str):
        skeletons = skeletons.split(" ") if skeletons else []
    if not isinstance(skeletons, list | tuple):
        raise InputError("Give skeletons as a string, or as a list of strings.")
    if len(skeletons) > MOST_WORDS:
        raise InputError(f"These are over {MOST_WORDS} skeletons: give fewer.")
    for received in skeletons:
        if not isinstance(received, str) or not received or not _SKELETON(received):
            raise InputError(
                f"{str(received)[:40]!r} is no skeleton: it is letters of"
                f"{alphabet.SYMBOLS}, with single spaces between skeletons."
            )
    return list(skeletons)


def _options(received: str, tables: Vocabulary) -> list[_Option]:
    """Return the words that ``received`` can be."""
    found = tables.candidates(received)[:MOST_CANDIDATES]
    if not found:
        return [_Option(pronounceable(received), UNKNOWN, -1)]
    return [_Option(tables.words[at], tables.costs[at], at) for at in found]


def _read_on(
    readings: list[_Reading], options: list[_Option], tables: Vocabulary
) -> list[_Reading]:
    """Return the best readings that are one word longer."""
    longer = [
        (reading.cost + cost, rank, option)
        for rank, reading in enumerate(readings)
        for option, cost in zip(options, _costs(options, reading, tables), strict=True)
    ]
    return [_longer(readings[rank], option, cost) for cost, rank, option in sorted(longer)[:BEAM]]


def _costs(options: list[_Option], reading: _Reading, tables: Vocabulary) -> list[int]:
    """Return what each of ``options`` costs after ``reading``."""
    if len(options) == 1:  # there is no choice, and the long way is long
        return [_cost(options[0], reading, tables)]
    context = reading.order.row()
    return [
        _cost(option, reading, tables) + CODED * ordered.cost(context, option.word)
        for option in options
    ]


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
    order = reading.order.then(lexicon().numbers.get(option.word, SPELLED))
    return _Reading(cost, (*reading.words, option.word), recent, order)


def pronounceable(received: str) -> str:
    """Return a made-up word with the skeleton ``received``, as close to it as can be.

    Only a last s needs help, which would pass for a plural.
    """
    return received if of_word(received) == received else f"{received[:-1]}us"
