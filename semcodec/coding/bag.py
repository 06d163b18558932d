"""The coding ``bag``: words as a set, which takes fewer bits because it has no order (spec §K.7).

A payload describes the part of a tree that leads to the words (see ``set_tree``). This module
chooses the size bucket and the end, so that a set has only one payload.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from operator import lt

from semcodec.coding.range_coder import (
    MAX_WIDTH,
    WINDOW_BYTES,
    RangeDecoder,
    RangeEncoder,
    unit_in_last_place,
)
from semcodec.coding.set_tree import LimitExceededError, TreeCoder
from semcodec.coding.tables import SIZE_BUCKETS, load_tables


# The canonical form. A set can be listed in many orders, and an interval contains many numbers, so
# three choices are fixed, and each set has exactly one payload:
#
# - The order is that of the traversal: depth first, low numbers first, then escaped words in ASCII
#   order. The probabilities depend on it, since the words found so far predict the others.
# - The size bucket. The length of the payload is a feature, because it indicates roughly how many
#   words there are and costs no bits. But the encoder knows the length only after encoding with
#   some bucket. It tries buckets upwards from an estimate, and takes the first whose payload has a
#   length in that bucket. The estimate and the direction are part of the format.
# - The end. A decoder reads zeros after the payload, so zeros could be dropped or appended without
#   changing a decision. The shortest bytes in the interval are taken, without zeros at the end, and
#   then padded with zeros to the least length of the bucket: a shorter payload would be decoded
#   with the features of another bucket, to other words.
#
# If any of these were open, the same words would have a second payload. decode() therefore checks
# (SC-BAG-1) that the words are in order, that the bytes are the ones that end this interval, and
# that no lower bucket fits; for the last, it encodes the words in each lower bucket from the
# estimate on, which is rarely more than one, and ends early. The result is the same as if it
# encoded the words again and compared the bytes. Tests (tests/bitstream/test_coding.py):
# test_set_is_decoded_in_canonical_order, test_any_bytes_are_canonical_or_rejected,
# test_decoder_accepts_a_set_if_encoding_it_again_gives_the_payload,
# test_encoder_stops_when_no_payload_is_short_enough,
# test_size_buckets_grow_with_the_length, test_payload_of_a_set_has_no_trailing_zeros,
# test_repeated_word_in_a_set_is_rejected; vectors SC-BAG-1-breaks-*.
def encode(words: Iterable[str]) -> bytes:
    """Return the payload of ``words``, for which ``why_unencodable`` must return None."""
    numbers, escaped = _numbers_and_escaped(words)
    if not numbers and not escaped:
        return b""
    buckets = range(_first_bucket(len(numbers) + len(escaped)), SIZE_BUCKETS)
    payloads = (_encode_in_bucket(bucket, numbers, escaped) for bucket in buckets)
    # The last bucket has no upper limit, so its payload fits if no other one does
    return next(payload for payload in payloads if payload is not None)


def decode(payload: bytes) -> tuple[list[str], str | None]:
    """Return the words of ``payload`` in canonical order, and the id of the rule it breaks or None.

    The list is empty if the rule is SC-BAG-2 (too many words) or SC-LEX-3 (too many escaped
    letters), or if the payload has one byte.
    """
    if len(payload) < 2:  # no set has a payload of one byte
        return [], "SC-BAG-1" if payload else None
    decoder, bucket = RangeDecoder(payload), size_bucket(len(payload))
    coded = TreeCoder(decoder, bucket)
    try:
        coded.code_set([], [])
    except LimitExceededError as error:
        return [], error.rule
    is_canonical = (
        _is_in_order(coded.escaped)
        and _is_canonical_end(decoder, payload)
        and _is_lowest_bucket(bucket, coded.numbers, coded.escaped)
    )
    return coded.words, None if is_canonical else "SC-BAG-1"


def payload_bits(words: Iterable[str]) -> int:
    """Return the approximate cost of ``words`` in bits.

    The bucket is estimated, and the bits that end the payload are left out.
    """
    numbers, escaped = _numbers_and_escaped(words)
    count = len(numbers) + len(escaped)
    if not count:
        return 0
    encoder = RangeEncoder()
    TreeCoder(encoder, _estimate_bucket(count)).code_set(numbers, escaped)
    return encoder.bits


def canonical_order(words: Iterable[str]) -> list[str]:
    """Return ``words`` in the order in which they are decoded: by number, then the escaped ones."""
    numbers, escaped = _numbers_and_escaped(words)
    return [load_tables().words[number] for number in numbers] + escaped


def escaped_words(words: Iterable[str]) -> list[str]:
    """Return the words that this coding has to escape, which include capitalized words."""
    return _numbers_and_escaped(words)[1]


def size_bucket(length: int) -> int:
    """Return the bucket (0 to 9) of a payload of ``length`` bytes; none is shorter than 2.

    There are two buckets for each doubling of the length. From bucket 0 on, they are for 2, 3, 4-5,
    6-7, 8-11 and so on.
    """
    octave = length.bit_length() - 1
    half = length >> (octave - 1) & 1 if octave else 0
    return min(SIZE_BUCKETS - 1, max(0, 2 * octave + half - 2))


def _min_bytes(bucket: int) -> int:
    """Return the minimum length of a payload in ``bucket``."""
    octave, half = divmod(bucket + 2, 2)
    return (2 + half << octave) // 2


def _max_bytes(bucket: int) -> int:
    """Return the maximum length of a payload in ``bucket``."""
    return sys.maxsize if bucket == SIZE_BUCKETS - 1 else _min_bytes(bucket + 1) - 1


def _estimate_bucket(count: int) -> int:
    """Return the bucket for ``count`` words of average cost, which is 19/16 bytes each."""
    return size_bucket((19 * count + 15) // 16)


def _first_bucket(count: int) -> int:
    """Return the first bucket to try; few sets would fit a lower one."""
    return max(0, _estimate_bucket(count) - 1)


def _numbers_and_escaped(words: Iterable[str]) -> tuple[list[int], list[str]]:
    """Return the numbers of the words in the vocabulary, and the other words, both sorted."""
    known = load_tables().numbers
    numbers = sorted(known[word] for word in words if word in known)
    return numbers, sorted(word for word in words if word not in known)


def _encode_in_bucket(bucket: int, numbers: Sequence[int], escaped: Sequence[str]) -> bytes | None:
    """Return the payload of a set with the features of ``bucket``; None if it is too long."""
    encoder = _BoundedEncoder(_max_bytes(bucket))
    try:
        TreeCoder(encoder, bucket).code_set(numbers, escaped)
        shortest = _finish_shortest(encoder)
    except _TooLongError:
        return None
    payload = shortest.ljust(_min_bytes(bucket), b"\0")
    return payload if size_bucket(len(payload)) == bucket else None


def _finish_shortest(encoder: RangeEncoder) -> bytes:
    """Return the shortest bytes that, followed by zeros, are a number in the interval."""
    count, value = _shortest_end(encoder.low, encoder.width)
    return encoder.finish(value, count).rstrip(b"\0")


class _TooLongError(Exception):  # never leaves this module
    """All payloads of a set are longer than those of the bucket."""


class _BoundedEncoder(RangeEncoder):
    """An encoder that stops when no payload of at most ``max_bytes`` is in the interval.

    The interval only shrinks, so nothing that is coded later could change that.
    """

    __slots__ = ("_max_bytes",)

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes

    def _shift_byte(self) -> None:
        super()._shift_byte()
        if len(self.out) > self._max_bytes and not self._fits():
            raise _TooLongError

    def _fits(self) -> bool:
        """Return whether a number in the interval has only zeros after the first bytes."""
        excess = self.out[self._max_bytes :]
        unit = 1 << 8 * (len(excess) + WINDOW_BYTES)
        low = int.from_bytes(excess, "big") * MAX_WIDTH + self.low
        width = self.width << 8  # the caller shifts it later
        return -(-low // unit) * unit < low + width


def _shortest_end(low: int, width: int) -> tuple[int, int]:
    """Return how the shortest bytes end that, followed by zeros, are in the interval.

    Returns:
        The number of bytes to write, 0 to 5, and the value that replaces ``low``.
    """
    ends = ((count, unit_in_last_place(count)) for count in range(WINDOW_BYTES + 1))
    # The least multiple of each unit that is not below low. The last unit is 1, so one always fits
    values = ((count, -(-low // ulp) * ulp) for count, ulp in ends)
    return next((count, value) for count, value in values if value < low + width)


def _is_in_order(escaped: Sequence[str]) -> bool:
    """Return whether escaped words are in ASCII order, different, and not in the vocabulary."""
    known = load_tables().numbers
    is_ascending = all(map(lt, escaped, escaped[1:]))
    return is_ascending and not any(word in known for word in escaped)


def _is_canonical_end(decoder: RangeDecoder, payload: bytes) -> bool:
    """Return whether ``payload`` ends as an encoder ends it in the decoder's final interval."""
    shortest = payload.rstrip(b"\0")
    if shortest.ljust(_min_bytes(size_bucket(len(payload))), b"\0") != payload:
        return False
    shifted = len(payload) - decoder.bytes_left
    if len(shortest) > shifted + WINDOW_BYTES:  # bytes after the window are not needed
        return False
    return _shortest_end(decoder.window - decoder.offset, decoder.width)[1] == decoder.window


def _is_lowest_bucket(bucket: int, numbers: Sequence[int], escaped: Sequence[str]) -> bool:
    """Return whether an encoder that has these words tries ``bucket``."""
    first = _first_bucket(len(numbers) + len(escaped))
    lower = range(first, bucket)
    return first <= bucket and all(
        _encode_in_bucket(other, numbers, escaped) is None for other in lower
    )
