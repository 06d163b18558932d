"""The readings of skeletons: the words that each may stand for, with the whole list in view.

``decompress`` restores a word with the received skeleton wherever one is known. But a slip may turn
a skeleton into that of another word, and an abbreviation often does: ``lt`` is the skeleton of
late, and also an abbreviation of lattice. Here the words on both sides decide between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.words.healing import MAX_PLACES, REACH, Place, compare, cost_at
from semcodec.words.history import empty_history
from semcodec.words.numbers.bonus import BONUS_WORDS
from semcodec.words.restoration import restore, search
from semcodec.words.skeleton_context import BIT, Candidate, find_features, rank_candidates
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.slips import Slip, classify_slip, is_name
from semcodec.words.tokenizer import tokenize
from semcodec.words.written_skeletons import Written, parse_skeletons

#: Bits by which a word with another skeleton must be better than one with the received skeleton.
#: bench/slips.py counts the words of lists without slips that are changed: one in a thousand.
MARGIN: Final = 10
#: Bits; a restored word that costs less, without the next words, is not in doubt.
MIN_DOUBTFUL: Final = 24
MAX_DIFFERENCE: Final = 20  #: bits; a reading that costs so much more than the first is not kept
#: Slips that leave a skeleton that does not match the word (spec §6.4).
MISMATCHES: Final = ("transposition", "insertion")


@dataclass(frozen=True, slots=True)
class Reading:
    """A word that a skeleton may stand for.

    Attributes:
        word: in small letters; a number with digits as it was given.
        skeleton: the received skeleton, in the letters ``ntsrhldcmfgpbkv``.
        slip: how the skeleton differs from that of the word: ``"transposition"`` (two neighbors are
            swapped), ``"insertion"`` (it has one letter too many), ``"deletion"`` (it lacks one) or
            ``"abbreviation"`` (it lacks several); empty if it does not differ.
        cost: in bits, compared with the first reading of the skeleton, rounded to a tenth; a
            reading that costs 1 more is half as likely. Below 0 for a word with another skeleton
            that is likelier than the first reading, but not by 10 bits.

    Example:
        >>> import semcodec
        >>> [semcodec.readings(text)[1][0].slip for text in ("ndn trdtln rch", "ndn trdtnl rch")]
        ['transposition', '']
    """

    word: str
    skeleton: str
    slip: Slip
    cost: float

    def __str__(self) -> str:
        """Return the word with its slip and its cost: ``light (abbreviation) +5.6``."""
        slip = f" ({self.slip})" if self.slip else ""
        cost = f" {self.cost:+}" if self.cost else ""
        return f"{self.word}{slip}{cost}"

    @property
    def is_received(self) -> bool:
        """Whether the skeleton matches the word: only then it may be shown as received (§6.4)."""
        return self.slip not in MISMATCHES


def readings(skeletons: str | Sequence[str]) -> list[list[Reading]]:
    """Return the words that each skeleton may stand for, the best first, at most 24.

    From the 257th skeleton on, there is only the first.

    The first one is the word for a painter. It is the word that ``decompress`` returns, unless a
    word with another skeleton is likelier by 10 bits, given the words on both sides.

    >>> lists = readings("ndn trdtln rch wndw lt shdw")
    >>> [found[0].word for found in lists]
    ['indian', 'traditional', 'arch', 'window', 'late', 'shadow']
    >>> "lattice" in [reading.word for reading in lists[4]]
    True

    Args:
        skeletons: as for ``decompress``.

    Raises:
        InputError: as for ``decompress``.
    """
    written = parse_skeletons(skeletons)
    return list(read(written, restore(written)))


def find_slip(skeleton: str, word: str) -> Slip | None:
    """Return the slip that makes ``skeleton`` one of ``word``, or None if more than one is needed.

    A number must match: with a slip it would be another number.

    Args:
        skeleton: in the symbols of ``nibble``.
        word: what a writer restored, which may have other characters, or be several words.
    """
    meant = "".join(map(skeleton_of_word, tokenize(word)))
    slip = classify_slip(skeleton, meant)
    return None if slip in MISMATCHES and word.lower() in BONUS_WORDS else slip


def received_words(skeletons: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return ``words``, with others in place of those that ``skeletons`` do not match.

    These may be shown as received (SC-REA-10). The others are words with the received skeleton, or
    made up if there is none.

    Args:
        skeletons: in the symbols of ``nibble``.
        words: readings of them.
    """
    slips = list(map(find_slip, skeletons, words))
    if not any(slip is None or slip in MISMATCHES for slip in slips):
        return list(words)
    exact = search(skeletons, empty_history())
    rows = zip(words, exact, slips, strict=True)
    return [other if slip is None or slip in MISMATCHES else word for word, other, slip in rows]


def painted_words(skeletons: Sequence[str]) -> list[str]:
    """Return the first readings of skeletons in the symbols of ``nibble``.

    They are found faster than all readings: most words cost too little to be in doubt.
    """
    written = parse_skeletons(list(skeletons))
    return [
        word
        if place is None or not _is_in_doubt(place, word)
        else _read(place, word, exact)[0].word
        for word, place, exact in _places(written, restore(written))
    ]


def read(written: Written, words: Sequence[str]) -> Iterator[list[Reading]]:
    """Yield the readings of each skeleton; ``words`` were restored from them."""
    for at, (word, place, exact) in enumerate(_places(written, words)):
        skeleton = written.skeletons[at]
        if at in written.numbers:
            yield [Reading(written.numbers[at], skeleton, "", 0.0)]
        elif place is None:
            yield [_reading(skeleton, word, 0)]
        else:
            yield _read(place, word, exact)


def _places(
    written: Written, words: Sequence[str]
) -> Iterator[tuple[str, Place | None, list[Candidate]]]:
    """Yield for each word its place, and the words with the same skeleton.

    The place is None for a number, a name, and after the limit on places.
    """
    corrected = [skeleton_of_word(word) for word in words]
    ranked, features = rank_candidates(corrected), find_features(corrected)
    history = empty_history()
    for at, (skeleton, word) in enumerate(zip(written.skeletons, words, strict=True)):
        if at in written.numbers or at >= MAX_PLACES or is_name(skeleton):
            yield word, None, []
        else:
            following = words[at + 1 : at + 1 + REACH]
            exact = ranked[at] if skeleton == corrected[at] else []
            yield word, Place(written, at, features[at], history, following), exact
        history = history.extended(word)


def _is_in_doubt(place: Place, word: str) -> bool:
    """Return whether another word may be likelier than a restored one by the margin.

    That would be another number for a number.
    """
    return word not in BONUS_WORDS and cost_at(place, word) >= MIN_DOUBTFUL * BIT


def _read(place: Place, restored: str, exact: list[Candidate]) -> list[Reading]:
    """Return the readings, the first one first, the others by cost.

    The first one is ``restored``, unless a word with another skeleton is better by the margin.
    Among words with the same skeleton, ``decompress`` has decided: it compares whole lists.
    """
    scored = compare(place, [restored, *(candidate.word for candidate in exact)])
    costs = {word: cost for cost, word in scored}
    others = (row.word for row in scored if skeleton_of_word(row.word) != place.skeleton)
    best = next(others, restored)
    is_better = costs[best] + MARGIN * BIT < costs[restored] and _is_in_doubt(place, restored)
    first = best if is_better else restored
    limit = costs[first] + MAX_DIFFERENCE * BIT
    words = [first, *(word for cost, word in scored if word != first and cost <= limit)]
    return [_reading(place.skeleton, word, costs[word] - costs[first]) for word in words]


def _reading(skeleton: str, word: str, cost: int) -> Reading:
    slip = classify_slip(skeleton, skeleton_of_word(word)) or ""
    return Reading(word, skeleton, slip, round(cost / BIT, 1))
