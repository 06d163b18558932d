"""The coding ``lexicon``: words in their order, each given those before it (spec §K.6).

The bytes end where the words do. A reader goes on while every byte string that starts with these
bytes would give it the same next word; a writer picks the shortest bytes that stop it in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from semcodec.coding import escapes
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.range_coder import (
    HALF,
    WINDOW_BYTES,
    Coder,
    CostEstimator,
    RangeDecoder,
    RangeEncoder,
)
from semcodec.coding.tables import FREQUENT_BITS, FREQUENT_WORDS, MAX_RARE_BITS, load_lexicon
from semcodec.errors import InputError

MAX_WORDS: Final = 512  #: of one record
MAX_END_CANDIDATES: Final = 8  #: values tried for each count of last bytes

ESCAPE: Final = 1 << 16  #: stands for the number of a word that is spelled


def encode(words: Sequence[str]) -> bytes:
    """Return the payload of ``words``, which must be spellable and at most ``MAX_WORDS``.

    Raises:
        InputError: no byte string ends after these words; nobody has seen such.
    """
    coder, order = _coded(words)
    end = _find_termination(coder.low, coder.width, order)
    if end is None:
        raise InputError("These words have no payload in this coding: take utf8.")
    return coder.finish(*end)


def payload_bits(words: Sequence[str]) -> int:
    """Return what ``words`` cost but for their end."""
    return _coded(words)[0].bits


def bit_cost_16ths(chances: BitProbabilities, word: str) -> int:
    """Return what ``word`` would cost in a context, in sixteenths of a bit."""
    meter = CostEstimator()
    _in_context(meter, chances, word)
    return meter.spent


def _coded(words: Sequence[str]) -> tuple[RangeEncoder, SequenceContext]:
    coder, order = RangeEncoder(), SequenceContext(load_lexicon())
    for word in words:
        _, number = _code_word(coder, order, word)
        order.append(number)
    return coder, order


def decode(payload: bytes) -> tuple[list[str], str | None]:
    """Return the words of ``payload``, and the rule it breaks if ``encode`` gives another one.

    After SC-LEX-3 there are more words than are returned.
    """
    coder, order = RangeDecoder(payload), SequenceContext(load_lexicon())
    words: list[str] = []
    by_letters: list[str] = []
    while True:
        low, width = coder.code - coder.offset, coder.width
        last = coder.code, coder.left
        if order.all.count == MAX_WORDS:
            break
        word, number = _code_word(coder, order)
        if not coder.is_determined:
            break
        words.append(word)
        order.append(number)
        if number == ESCAPE:
            by_letters.append(word)
            if not escapes.within_letter_limit(by_letters):
                return words, "SC-LEX-3"
    if any(map(_is_listed, by_letters)):
        return words, "SC-LEX-2"
    return words, None if last == _find_termination(low, width, order) else "SC-LEX-1"


def escaped_words(words: Iterable[str]) -> list[str]:
    """Return those of ``words`` that have to be spelled."""
    return [word for word in words if not _is_listed(word)]


def _is_listed(word: str) -> bool:
    numbers = load_lexicon().numbers
    return word in numbers or (word.istitle() and word.lower() in numbers)


def _find_termination(low: int, width: int, order: SequenceContext) -> tuple[int, int] | None:
    """Return what to put in the place of ``low``, and how many bytes of it, to stop a reader.

    All that starts with these bytes must lie in the interval, and not all of it in that of one
    more word: of the values inside the next word's interval all are passed over at once.
    """
    for count in range(WINDOW_BYTES + 1):
        unit = 1 << 8 * (WINDOW_BYTES - count)
        value = -(-low // unit) * unit
        for _ in range(MAX_END_CANDIDATES):
            if value + unit > low + width:
                break
            probe = RangeDecoder.at_offset(value - low, width, count)
            if order.all.count == MAX_WORDS or not _continues(probe, order):
                return value, count
            value += unit * ((probe.width - probe.offset) // probe.unit)
    return None


def _continues(probe: RangeDecoder, order: SequenceContext) -> bool:
    _code_word(probe, order)
    return probe.is_determined


def _code_word(coder: Coder, order: SequenceContext, word: str = "") -> tuple[str, int]:
    """Code ``word``, or read one; return it and the number by which it is remembered."""
    return _in_context(coder, BitProbabilities(order), word)


def _in_context(coder: Coder, chances: BitProbabilities, word: str) -> tuple[str, int]:
    tables = chances.tables
    number = tables.numbers.get(word)
    if not coder.code_bit(chances[0], number is None):
        number = _listed(coder, chances, number or 0)
        return tables.words[number], number
    number = tables.numbers.get(word.lower()) if word.istitle() else None
    if coder.code_bit(HALF, number is not None):
        number = _listed(coder, chances, number or 0)
        return tables.words[number].title(), number
    return escapes.code_letters(coder, tables, word), ESCAPE


def _listed(coder: Coder, chances: BitProbabilities, number: int) -> int:
    if coder.code_bit(chances[1], number >= FREQUENT_WORDS):
        return _other(coder, chances, number)
    node = 1
    for place in range(FREQUENT_BITS - 1, -1, -1):
        node = 2 * node + coder.code_bit(chances[node + 3], number >> place & 1)
    return node - FREQUENT_WORDS


def _other(coder: Coder, chances: BitProbabilities, number: int) -> int:
    bits = FREQUENT_BITS
    while bits < MAX_RARE_BITS:
        if not coder.code_bit(chances[bits - FREQUENT_BITS + 2], number >> bits > 1):
            break
        bits += 1
    read = 1
    for place in range(bits - 1, -1, -1):
        read = 2 * read + coder.code_bit(HALF, number >> place & 1)
    return read
