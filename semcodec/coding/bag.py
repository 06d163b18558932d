"""The coding ``bag``: a set of words, in no order and so for fewer bits (spec §K.7).

Nothing says how many words there are. At each fork of the tree of words the bits say on which sides
there are any; how likely that is depends on the words found so far and on how many bytes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from typing import Final

from semcodec.coding import escapes
from semcodec.coding.model import WordSum, bit_probability
from semcodec.coding.range_coder import HALF, WINDOW_BYTES, Coder, RangeDecoder, RangeEncoder
from semcodec.coding.tables import (
    DECISIONS,
    FREQUENT_BITS,
    FREQUENT_WORDS,
    MAX_RARE_BITS,
    SIZE_BUCKETS,
    Vector,
    load_lexicon,
)

MAX_WORDS: Final = 256  #: of one record

_LEFT: Final = 33_026  #: the chance, in 65536ths, that there is a rare word on the left
_RIGHT: Final = 1_032  #: that there is one on the right too


class _TooMany(Exception):  # never leaves this module
    """There are more words, or spelled characters, than a record may have."""

    def __init__(self, rule: str) -> None:
        self.rule = rule


def encode(words: Iterable[str]) -> bytes:
    """Return the payload of ``words``, which must be spellable, different and not too many."""
    numbers, others = _split(words)
    count = len(numbers) + len(others)
    if not count:
        return b""
    least = max(0, _guess(count) - 1)  # few sets take less than half of that
    tries = ((kind, _with_density(kind, numbers, others)) for kind in range(least, SIZE_BUCKETS))
    return next(data for kind, data in tries if size_bucket(len(data)) == kind)  # 11 if no other


def payload_bits(words: Iterable[str]) -> int:
    """Return about what ``words`` cost: with the density that is guessed from their number."""
    numbers, others = _split(words)
    count = len(numbers) + len(others)
    return _coded(_guess(count), numbers, others).bits if count else 0


def _guess(count: int) -> int:
    return size_bucket((19 * count + 15) // 16)


def _coded(kind: int, numbers: Sequence[int], others: Sequence[str]) -> RangeEncoder:
    coder = RangeEncoder()
    _Walk(coder, kind).everything(numbers, others)
    return coder


def _with_density(kind: int, numbers: Sequence[int], others: Sequence[str]) -> bytes:
    return _shortest(_coded(kind, numbers, others)).ljust(_min_bytes(kind), b"\0")


def decode(payload: bytes) -> tuple[list[str], str | None]:
    """Return the words of ``payload``, and the rule it breaks if ``encode`` gives another one.

    After SC-BAG-2 and SC-LEX-3 no words are returned: there are too many.
    """
    if not payload:
        return [], None
    try:
        words = _Walk(RangeDecoder(payload), size_bucket(len(payload))).everything([], [])
    except _TooMany as error:
        return [], error.rule
    right = len(set(words)) == len(words) and encode(words) == payload
    return words, None if right else "SC-BAG-1"


def canonical_order(words: Iterable[str]) -> list[str]:
    """Return ``words`` as a reader of the set gives them: listed words by number, then the rest."""
    numbers, others = _split(words)
    return [load_lexicon().words[number] for number in numbers] + others


def escaped_words(words: Iterable[str]) -> list[str]:
    """Return those of ``words`` that a bag spells: capital forms too."""
    return _split(words)[1]


def size_bucket(count: int) -> int:
    """Return which row stands for so many bytes, at least 1: two rows for each doubling."""
    octave = count.bit_length() - 1
    half = count >> (octave - 1) & 1 if octave else 0
    return min(SIZE_BUCKETS - 1, 2 * octave + half)


def _min_bytes(kind: int) -> int:
    octave, half = divmod(kind, 2)
    return (2 + half << octave) // 2


def _split(words: Iterable[str]) -> tuple[list[int], list[str]]:
    known = load_lexicon().numbers
    numbers = sorted(known[word] for word in words if word in known)
    return numbers, sorted(word for word in words if word not in known)


def _shortest(coder: RangeEncoder) -> bytes:
    """Return the shortest bytes that lie in the interval when zeros follow."""
    units = [1 << 8 * (WINDOW_BYTES - count) for count in range(WINDOW_BYTES + 1)]
    values = [-(-coder.low // unit) * unit for unit in units]
    end = coder.low + coder.width
    count, value = next((count, value) for count, value in enumerate(values) if value < end)
    return coder.finish(value, count).rstrip(b"\0")


class _Walk:
    """One way through all forks, to code the words that are wanted, or to read them."""

    def __init__(self, coder: Coder, kind: int) -> None:
        self.coder, self.tables = coder, load_lexicon()
        self.density, self.sum = self.tables.densities[kind], WordSum(self.tables)
        self.context: Vector = self.density
        self.words: list[str] = []

    def everything(self, numbers: Sequence[int], others: Sequence[str]) -> list[str]:
        """Code the words of these numbers and these others, or read them."""
        listed, spelled_ones = self._fork(0, numbers, others)
        if listed:
            self._listed(numbers)
        if spelled_ones:
            self._spelled(others)
        return self.words

    def _fork(self, row: int, left: Sequence[object], right: Sequence[object]) -> tuple[int, int]:
        """Decide on which sides there are words: on one at least."""
        return self._sides(self._chance(row), self._chance(DECISIONS + row), left, right)

    def _chance(self, row: int) -> int:
        return bit_probability(
            self.tables.set_biases[row], self.tables.set_decisions[row], self.context
        )

    def _sides(
        self, first: int, second: int, left: Sequence[object], right: Sequence[object]
    ) -> tuple[int, int]:
        some = self.coder.code_bit(first, len(left) > 0)
        return some, self.coder.code_bit(second, len(right) > 0) if some else 1

    def _listed(self, wanted: Sequence[int]) -> None:
        near = [number for number in wanted if number < FREQUENT_WORDS]
        far = wanted[len(near) :]
        common, other = self._fork(1, near, far)
        if common:
            self._common(1, FREQUENT_BITS, near)
        if other:
            self._other(FREQUENT_BITS, far)

    def _common(self, node: int, bits: int, wanted: Sequence[int]) -> None:
        """Go through the words under ``node``, whose numbers have ``payload_bits`` bits left."""
        if not bits:
            self._take(node - FREQUENT_WORDS)
            return
        near, far = _halves(wanted, bits)
        left, right = self._fork(node + 3, near, far)
        if left:
            self._common(2 * node, bits - 1, near)
        if right:
            self._common(2 * node + 1, bits - 1, far)

    def _other(self, bits: int, wanted: Sequence[int]) -> None:
        """Go through the words from number ``2**bits`` on."""
        if bits == MAX_RARE_BITS:
            self._alike(1, bits, wanted)
            return
        near = [number for number in wanted if number >> bits == 1]
        far = wanted[len(near) :]
        left, right = self._fork(bits - FREQUENT_BITS + 2, near, far)
        if left:
            self._alike(1, bits, near)
        if right:
            self._other(bits + 1, far)

    def _alike(self, node: int, bits: int, wanted: Sequence[int]) -> None:
        """Go through words among which no side is more likely."""
        if not bits:
            self._take(node)
            return
        near, far = _halves(wanted, bits)
        left, right = self._sides(_LEFT, _RIGHT, near, far)
        if left:
            self._alike(2 * node, bits - 1, near)
        if right:
            self._alike(2 * node + 1, bits - 1, far)

    def _spelled(self, wanted: Sequence[str]) -> None:
        first, more = len(self.words), 1
        while more:
            word = escapes.code_letters(self.coder, self.tables, wanted[0] if wanted else "")
            if not escapes.within_letter_limit([*self.words[first:], word]):
                raise _TooMany("SC-LEX-3")
            self._add(word)
            wanted = wanted[1:]
            more = self.coder.code_bit(HALF, len(wanted) > 0)

    def _take(self, number: int) -> None:
        self._add(self.tables.words[number])
        self.sum.append(number)
        self.context = list(map(add, self.density, self.sum.weighted()))

    def _add(self, word: str) -> None:
        if len(self.words) == MAX_WORDS:
            raise _TooMany("SC-BAG-2")
        self.words.append(word)


def _halves(wanted: Sequence[int], bits: int) -> tuple[list[int], list[int]]:
    """Part ascending numbers by the highest of their last ``payload_bits`` bits."""
    near = [number for number in wanted if not number >> (bits - 1) & 1]
    return near, list(wanted[len(near) :])
