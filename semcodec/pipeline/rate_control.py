"""How much a record may say: words, bytes, or micro-bits per pixel."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from semcodec.bitstream import Record
from semcodec.errors import InputError
from semcodec.words import MAX_K

DEFAULT_K: Final = 12  #: words: a sentence's worth, about 25 bytes
MICRO: Final = 1_000_000
WORDS_PER_BYTE: Final = 2  #: helper words of a sentence can take less than a byte
MAX_BYTES: Final = 16 * MAX_K  #: of payload; no words need more


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits of a record; the first one reached ends it.

    Attributes:
        k: words, 1..MAX_K.
        max_bytes: of the whole record with its framing.
        ubpp: micro-bits of payload per pixel.
    """

    k: int | None = None
    max_bytes: int | None = None
    ubpp: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits under which nothing can be said."""
        if self.k is not None and not (type(self.k) is int and 1 <= self.k <= MAX_K):
            raise InputError(f"K is a number of words from 1 to {MAX_K}.")
        if self.max_bytes is not None and not (type(self.max_bytes) is int and self.max_bytes > 0):
            raise InputError("A limit on bytes is an integer over 0.")
        if self.ubpp is not None and not _is_positive(self.ubpp):
            raise InputError("A limit on µbpp is a number over 0.")

    def most_words(self, size: tuple[int, int]) -> int:
        """Return how many words to start from: a word takes half a byte at least."""
        most = MAX_K if self.k is None else self.k
        if self.max_bytes is None and self.ubpp is None:
            return DEFAULT_K if self.k is None else most
        room: float = MAX_K if self.max_bytes is None else WORDS_PER_BYTE * self.max_bytes
        if self.ubpp is not None:
            room = min(room, WORDS_PER_BYTE * self.ubpp * size[0] * size[1] / (8 * MICRO))
        return max(1, min(most, int(room)))

    def most_bits(self, size: tuple[int, int], length: Callable[[int], int]) -> int | None:
        """Return the bits of payload there is room for, in whole bytes; None if nothing limits it.

        Args:
            size: of the image.
            length: the bytes of a record with a payload of so many bytes.
        """
        if self.max_bytes is None and self.ubpp is None:
            return None
        room = MAX_BYTES
        if self.ubpp is not None:
            room = int(min(room, self.ubpp * size[0] * size[1] / (8 * MICRO)))
        if self.max_bytes is not None:
            room = bisect_right(range(1, room + 1), self.max_bytes, key=length)
        return max(1, 8 * room)

    def allows(self, data: bytes, record: Record) -> bool:
        """Whether a record keeps the limits."""
        width, height = record.size
        if self.max_bytes is not None and len(data) > self.max_bytes:
            return False
        return self.ubpp is None or record.payload_bits * MICRO <= self.ubpp * width * height


def _is_positive(limit: object) -> bool:
    return isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0
