"""The coding ``lexicon``: words in order, each coded given the ones before it (spec §K.6).

The number of words is not stored: a payload ends where its bytes no longer determine a word. See
the comment on ``_find_termination``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from semcodec.coding import escapes
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.range_coder import (
    HALF,
    PROBABILITY_BITS,
    Coder,
    CostEstimator,
    RangeDecoder,
    RangeEncoder,
    unit_in_last_place,
)
from semcodec.coding.tables import (
    CAPITAL_DECISION,
    FREQUENT_BITS,
    FREQUENT_WORDS,
    MAX_RARE_BITS,
    NODE_OFFSET,
    load_tables,
)

MAX_WORDS: Final = 512  #: words of one record in this coding

ESCAPE: Final = 1 << 16  #: pseudo word number that introduces a spelled-out word


def encode(words: Sequence[str]) -> bytes:
    """Return the payload of ``words``, which must be encodable and at most ``MAX_WORDS``."""
    encoder, context = _encode_words(words)
    return encoder.finish(*_find_termination(encoder.low, encoder.width, context))


def decode(payload: bytes) -> tuple[list[str], str | None]:
    """Return the words of ``payload``, and the id of the rule that it breaks or None.

    Decoding stops at the word that breaks SC-LEX-3 (too many escaped letters).
    """
    decoder, context = RangeDecoder(payload), SequenceContext(load_tables())
    words: list[str] = []
    escaped: list[str] = []
    letters = 0  # in all of these
    while True:
        # The state before the next word, which is the encoder's final state if that word is dropped
        low, width = decoder.window - decoder.offset, decoder.width
        end = decoder.window, decoder.bytes_left
        if context.count == MAX_WORDS:
            break
        word, number = _code_word(decoder, context)
        if not decoder.is_determined:
            break
        words.append(word)
        context.append(number)
        if number == ESCAPE:
            escaped.append(word)
            letters += len(word)
            if letters > escapes.MAX_ESCAPED_LETTERS:
                return words, "SC-LEX-3"
    if any(map(_in_vocabulary, escaped)):
        return words, "SC-LEX-2"
    is_canonical = "" not in words and end == _find_termination(low, width, context)
    return words, None if is_canonical else "SC-LEX-1"


def payload_bits(words: Sequence[str]) -> int:
    """Return the cost of ``words`` in bits, rounded up, without the end of the payload."""
    return _encode_words(words)[0].bits


def bit_cost_16ths(probabilities: BitProbabilities, word: str) -> int:
    """Return the cost of ``word`` at the position of ``probabilities``, in sixteenths of a bit."""
    estimator = CostEstimator()
    _code_word_given(estimator, probabilities, word)
    return estimator.cost_16ths


def escaped_words(words: Iterable[str]) -> list[str]:
    """Return the words that this coding has to escape."""
    return [word for word in words if not _in_vocabulary(word)]


def _in_vocabulary(word: str) -> bool:
    numbers = load_tables().numbers
    return word in numbers or _small_form(word) in numbers


def _small_form(word: str) -> str:
    """Return the word of which ``word`` may be the capital form; empty if it is of none."""
    return word[0].lower() + word[1:] if word[:1].isupper() else ""


def _capital_form(word: str) -> str:
    """Return ``word`` with a capital at its beginning; empty if it does not begin with a to z."""
    return word[0].upper() + word[1:] if word[0].islower() else ""


def _encode_words(words: Sequence[str]) -> tuple[RangeEncoder, SequenceContext]:
    encoder, context = RangeEncoder(), SequenceContext(load_tables())
    for word in words:
        _, number = _code_word(encoder, context, word)
        context.append(number)
    return encoder, context


# The end of a payload. Nothing in a payload states how many words it has: there is no count and no
# end symbol, which would cost 4 to 7 bits per record (spec/decisions/0004-words-whole.md). A
# payload ends where its bytes stop determining words. A decoder continues while every byte string
# that begins with the payload decodes to the same next word (RangeDecoder.is_determined). It drops
# the first word for which this does not hold, and stops.
#
# The last bytes that an encoder writes must therefore satisfy two conditions. (1) They determine
# all words: all numbers that begin with these bytes are in the interval of the words. (2) They do
# not determine another word: not all of these numbers are in the interval of one next word. Without
# (1) the last words are lost; without (2) a decoder returns a word that was not encoded. After
# MAX_WORDS words a decoder stops in any case, so (2) does not apply.
#
# With one byte, and then with two, the least value that satisfies (1) is taken if it satisfies (2).
# If neither does, three bytes end the payload, and these need no test. The words that start with an
# escape fill the lower part of the interval. The last of them is the letter a 63 times, because
# each of its decisions is 0; with the tables' probabilities its own interval is narrower than 1. So
# a range of whole numbers that contains the last one of that part is not in the interval of one
# word. The part, and what is above it, are at least 23 * 2**16 wide, since width is at least 2**32
# and no probability is below 23; so the range of 2**16 numbers around the last number of the part
# lies in the interval of the words. Every text therefore has a payload. Few texts need the third
# byte: one in 500 of those that the model would write.
#
# The order of this search is part of the format. The decoder repeats it for the words that it has
# decoded, and rejects every other end (SC-LEX-1): otherwise a text would have several payloads, and
# pack(unpack(data)) == data would not hold.
#
# Tests (tests/bitstream/test_coding.py): test_every_prefix_of_a_text_round_trips,
# test_every_state_has_an_end, test_escaped_word_of_63_a_is_improbable,
# test_payload_after_the_last_possible_word_is_the_shortest,
# test_any_bytes_are_canonical_or_rejected and
# test_cost_is_the_payload_size_without_its_termination (the end takes less than 32 bits). The
# vectors SC-LEX-1-obeys-lexicon-end-* have an end of each length.
def _find_termination(low: int, width: int, context: SequenceContext) -> tuple[int, int]:
    """Return the end of a payload after the words of ``context``.

    Returns:
        The value that replaces ``low``, and the number of its leading bytes to write, 0 to 3. Only
        a payload without words has no bytes.
    """
    if not context.count:
        return low, 0
    for count in (1, 2):
        ulp = unit_in_last_place(count)
        value = -(-low // ulp) * ulp  # the least multiple of ulp that is not below low
        if value + ulp <= low + width and not _continues(value - low, width, count, context):
            return value, count
    escapes_end = low + (width >> PROBABILITY_BITS) * context.probabilities().of(0)
    ulp = unit_in_last_place(3)
    return (escapes_end - 1) // ulp * ulp, 3


def _continues(offset: int, width: int, bytes_left: int, context: SequenceContext) -> bool:
    """Return whether a decoder in this state, with zeros to follow, reads one more word."""
    if context.count == MAX_WORDS:
        return False
    decoder = RangeDecoder.at_offset(offset, width, bytes_left)
    _code_word(decoder, context)
    return decoder.is_determined


# The functions below traverse a word's decisions, to encode, decode or measure (see range_coder).


def _code_word(coder: Coder, context: SequenceContext, word: str = "") -> tuple[str, int]:
    """Code the word after ``context``; return it, and its number for the context."""
    return _code_word_given(coder, context.probabilities(), word)


def _code_word_given(coder: Coder, probabilities: BitProbabilities, word: str) -> tuple[str, int]:
    """Code a word: flags for its kind, and then its number or its letters.

    A capital form ("Paris", "T-shirt") has the number of the word without the capital, also for the
    context. The returned word is empty if a decoder finds the capital form of a word without one.
    """
    tables = probabilities.tables
    number = tables.numbers.get(word)
    if not coder.code_bit(probabilities.of(0), number is None):
        number = _code_number(coder, probabilities, number or 0)
        return tables.words[number], number
    number = tables.numbers.get(_small_form(word))
    if coder.code_bit(probabilities.of(CAPITAL_DECISION), number is not None):
        number = _code_number(coder, probabilities, number or 0)
        return _capital_form(tables.words[number]), number
    return escapes.code_letters(coder, tables, word), ESCAPE


def _code_number(coder: Coder, probabilities: BitProbabilities, number: int) -> int:
    """Code the number of a word in the vocabulary; if it is frequent, as a path down the tree."""
    if coder.code_bit(probabilities.of(1), number >= FREQUENT_WORDS):
        return _code_rare_number(coder, probabilities, number)
    node = 1
    for shift in range(FREQUENT_BITS - 1, -1, -1):
        node = 2 * node + coder.code_bit(probabilities.of(node + NODE_OFFSET), number >> shift & 1)
    return node - FREQUENT_WORDS


def _code_rare_number(coder: Coder, probabilities: BitProbabilities, number: int) -> int:
    """Code a rare word's number: the count of its bits (14 or 15), then each bit at even odds."""
    bits = FREQUENT_BITS
    while bits < MAX_RARE_BITS:
        if not coder.code_bit(probabilities.of(bits - FREQUENT_BITS + 2), number >> bits > 1):
            break
        bits += 1
    coded = 1
    for shift in range(bits - 1, -1, -1):
        coded = 2 * coded + coder.code_bit(HALF, number >> shift & 1)
    return coded
