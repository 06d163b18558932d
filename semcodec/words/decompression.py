"""From skeletons back to words: the tables give the candidates, the words before them pick.

A beam search. ``ct`` alone is a cat; after ``nt`` and ``cld`` it may be a coat. Integers only and
ties broken by spelling, so that every machine reads the same words. Whatever comes back has the
skeleton that came in: a skeleton that no known word has is made pronounceable instead of guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from semcodec.bitstream import alphabet
from semcodec.errors import InputError
from semcodec.words.skeletons import of_word
from semcodec.words.vocabulary import UNKNOWN, Vocabulary, vocabulary

BEAM: Final = 12  #: readings kept after each word; more change nothing we could measure
MOST_CANDIDATES: Final = 20  #: words tried for one skeleton, the most common first
CONTEXT: Final = (7, 3, 2)  #: weight of the word before, of the one before that, and so on
SCALE: Final = 10  #: weight of a word's own cost
REPEATED: Final = 320  #: cost of saying a word twice: descriptions of a dozen words do not
MOST_WORDS: Final = 4_096  #: as many as a record may hold


class _Reading(NamedTuple):
    """The words so far, what they cost, and their numbers; 0 < cost, lower is better."""

    cost: int
    words: tuple[str, ...]
    recent: tuple[int, ...]


def decompress(skeletons: str | Sequence[str]) -> list[str]:
    """Return a word for each of ``skeletons``: ``skeleton(" ".join(words))`` gives them again.

    >>> decompress("ndn trdtnl rch vndv")
    ['indian', 'traditional', 'arch', 'window']

    Raises:
        InputError: something in it is no skeleton.
    """
    tables = vocabulary()
    readings = [_Reading(0, (), ())]
    for received in _checked(skeletons):
        options = _options(received, tables)
        longer = [_read_on(reading, *option, tables) for reading in readings for option in options]
        readings = sorted(longer)[:BEAM]
    return list(readings[0].words)


def _checked(skeletons: object) -> list[str]:
    if isinstance(skeletons, str):
        skeletons = skeletons.split(" ") if skeletons else []
    if not isinstance(skeletons, list | tuple):
        raise InputError("Give skeletons as a string, or as a list of strings.")
    if len(skeletons) > MOST_WORDS:
        raise InputError(f"These are over {MOST_WORDS} skeletons: give fewer.")
    for received in skeletons:
        if not isinstance(received, str) or not received or alphabet.strangers(received + "n"):
            raise InputError(
                f"{str(received)[:40]!r} is no skeleton: it is letters of"
                f"{alphabet.SYMBOLS}, with single spaces between skeletons."
            )
    return list(skeletons)


def _options(received: str, tables: Vocabulary) -> list[tuple[str, int, int | None]]:
    """Return the words that ``received`` can be, each with its cost and number."""
    found = tables.candidates(received)[:MOST_CANDIDATES]
    if not found:
        return [(pronounceable(received), UNKNOWN, None)]
    return [(tables.words[at], tables.costs[at], at) for at in found]


def _read_on(
    reading: _Reading, word: str, cost: int, number: int | None, tables: Vocabulary
) -> _Reading:
    """Return ``reading`` with one word more."""
    words = (*reading.words, word)
    if number is None:
        return _Reading(reading.cost + SCALE * cost, words, reading.recent)
    total = SCALE * cost + REPEATED * (word in reading.words[-len(CONTEXT) :])
    for weight, before in zip(CONTEXT, reading.recent, strict=False):
        total -= weight * tables.gain(before, number)
    recent = (number, *reading.recent)[: len(CONTEXT)]
    return _Reading(reading.cost + total, words, recent)


def pronounceable(received: str) -> str:
    """Return a made-up word with the skeleton ``received``, as close to it as can be.

    Only a last s needs help, which would pass for a plural.
    """
    return received if of_word(received) == received else f"{received[:-1]}us"
