"""Slips: known skeletons from which a received skeleton differs in one place (spec, annex B.4).

A model that shortens words swaps two letters (``trdtln`` for traditional), adds or leaves out one,
or leaves out several (``lt`` for lattice). ``classify_slip`` returns how a skeleton differs from
that of a word, and ``find_corrections`` finds the known skeletons that it may stand for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import Final, Literal, NamedTuple

from semcodec.coding import nibble
from semcodec.words.skeletons import is_abbreviation, skeleton_of_word
from semcodec.words.vocabulary import vocabulary

#: How a skeleton differs from that of a word; empty if it does not.
Slip = Literal["", "transposition", "insertion", "deletion", "abbreviation"]

#: Costs in bits. Of ten planted slips of each kind, bench/slips.py counts how many come back.
TRANSPOSITION_COST: Final = 8
INSERTION_COST: Final = 8
PLURAL_COST: Final = 3  #: of an s at the end: models keep that of plurals, the rule does not
DELETION_COST: Final = 6
FIRST_COST: Final = 6  #: added if the first symbol is left out, which models seldom do
ABBREVIATION_COST: Final = 6
MISSING_COST: Final = 1  #: added for each symbol that an abbreviation lacks
INNER_COST: Final = 3  #: added if they are not all at its end
#: Symbols below which two swapped ones or one too many prove nothing: any two letters are one
#: slip away from hundreds of words.
MIN_SLIP: Final = 3
MIN_ABBREVIATION: Final = 2  #: symbols; one symbol may stand for any word that begins with it
MAX_MISSING: Final = 5  #: symbols that an abbreviation lacks
#: Symbols; the longest known skeleton has 13, so a longer one is not a slip of any.
MAX_SLIP: Final = 14

_SYMBOLS: Final = nibble.SYMBOLS.strip()


class Correction(NamedTuple):
    """A known skeleton that another one may stand for.

    Attributes:
        bits: the cost of the slip, 1 or more.
        skeleton: one that words in the tables have.
        slip: how the received skeleton differs from it.
    """

    bits: int
    skeleton: str
    slip: Slip


class _Index(NamedTuple):
    """The known skeletons that begin with one symbol, also as a text: each follows a space."""

    skeletons: frozenset[str]
    text: str


def classify_slip(received: str, meant: str) -> Slip | None:
    """Return how the skeleton ``received`` differs from ``meant``, the skeleton of a word.

    None if it differs in more than one place.
    """
    if received == meant:
        return ""
    if received and is_abbreviation(received, meant):
        return "deletion" if len(received) + 1 == len(meant) else "abbreviation"
    if len(received) < MIN_SLIP:
        return None
    if len(received) == len(meant) + 1 and is_abbreviation(meant, received):
        return "insertion"
    return "transposition" if _is_transposition(received, meant) else None


def matches(received: str, meant: str) -> bool:
    """Return whether a skeleton matches a word with the skeleton ``meant`` (spec §6.4)."""
    return received == meant or (bool(received) and is_abbreviation(received, meant))


@lru_cache(maxsize=4_096)
def find_corrections(skeleton: str) -> tuple[Correction, ...]:
    """Return the other known skeletons that ``skeleton`` may stand for, the cheapest first."""
    if not MIN_ABBREVIATION <= len(skeleton) <= MAX_SLIP:
        return ()
    found = {*_one_slip(skeleton), *_abbreviated(skeleton)}
    return tuple(sorted(found))


@lru_cache(maxsize=4_096)
def is_name(skeleton: str) -> bool:
    """Return whether only names of people have this skeleton.

    These are known, but never restored; and their skeletons are not slips of those of other words.
    """
    return not vocabulary().candidates(skeleton) and is_known(skeleton)


def is_known(skeleton: str) -> bool:
    """Return whether a word in the tables has this skeleton."""
    words = vocabulary().words
    index = bisect_left(words, skeleton, key=skeleton_of_word)
    return index < len(words) and skeleton_of_word(words[index]) == skeleton


def _one_slip(skeleton: str) -> Iterator[Correction]:
    if len(skeleton) >= MIN_SLIP:
        for other in _known(_transposed(skeleton)) - {skeleton}:
            yield Correction(TRANSPOSITION_COST, other, "transposition")
        for other in _known(_shortened(skeleton)):
            is_plural = skeleton == f"{other}s"
            yield Correction(PLURAL_COST if is_plural else INSERTION_COST, other, "insertion")
    for other in _known(_lengthened(skeleton)):
        is_slip = len(skeleton) >= MIN_SLIP
        bits = DELETION_COST if is_slip else _abbreviation_cost(skeleton, other)
        yield Correction(bits, other, "deletion")
    for symbol in _SYMBOLS:
        # Of two equal symbols at the beginning, the second may be the one that is left out.
        if symbol != skeleton[0] and is_known(symbol + skeleton):
            yield Correction(DELETION_COST + FIRST_COST, symbol + skeleton, "deletion")


def _known(skeletons: set[str]) -> set[str]:
    return {skeleton for skeleton in skeletons if skeleton in _index_of(skeleton[0]).skeletons}


def _abbreviated(skeleton: str) -> Iterator[Correction]:
    """Yield the skeletons with the same first symbol that lack several symbols less."""
    # After each symbol, the pattern skips symbols that are not the next one: it never goes back, so
    # that a search takes time in proportion to the letters of the index.
    steps = "".join(f"[^ {symbol}]*{symbol}" for symbol in skeleton[1:])
    pattern = f"(?<= ){skeleton[0]}{steps}[^ ]*"
    for match in re.finditer(pattern, _index_of(skeleton[0]).text):
        if 1 < len(match[0]) - len(skeleton) <= MAX_MISSING:
            yield Correction(_abbreviation_cost(skeleton, match[0]), match[0], "abbreviation")


def _abbreviation_cost(skeleton: str, meant: str) -> int:
    inner = 0 if meant.startswith(skeleton) else INNER_COST
    return ABBREVIATION_COST + MISSING_COST * (len(meant) - len(skeleton)) + inner


def _transposed(skeleton: str) -> set[str]:
    return {
        skeleton[:at] + skeleton[at + 1] + skeleton[at] + skeleton[at + 2 :]
        for at in range(len(skeleton) - 1)
    }


def _shortened(skeleton: str) -> set[str]:
    return {skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton))}


def _lengthened(skeleton: str) -> set[str]:
    """Return ``skeleton`` with another symbol anywhere but at its beginning."""
    return {
        skeleton[:at] + symbol + skeleton[at:]
        for at in range(1, len(skeleton) + 1)
        for symbol in _SYMBOLS
    }


def _is_transposition(received: str, meant: str) -> bool:
    if len(received) != len(meant):
        return False
    wrong = [at for at, (a, b) in enumerate(zip(received, meant, strict=True)) if a != b]
    first, last = wrong[0], wrong[-1]
    is_pair = len(wrong) == 2 and last == first + 1
    return is_pair and received[first : last + 1] == meant[last] + meant[first]


@cache
def _index_of(first: str) -> _Index:
    """Return the known skeletons that begin with a symbol; a few milliseconds for each symbol."""
    words = vocabulary().words
    begin, end = (
        bisect_left(words, symbol, key=skeleton_of_word) for symbol in (first, first + "~")
    )
    ordered = [key for key, _ in groupby(map(skeleton_of_word, words[begin:end]))]
    return _Index(frozenset(ordered), " " + " ".join(ordered))
