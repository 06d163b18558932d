"""Limits on the size of a record: words, bytes, or micro-bits per pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any, Final

from semcodec._bisection import largest
from semcodec.bitstream import Record
from semcodec.choices import Rate, check_choice, values_of
from semcodec.errors import InputError
from semcodec.words import MAX_K, SelectionRequest, count_by_gain
from semcodec.words.selection.marginal_gain import PRICES

RATES: Final[tuple[Rate, ...]] = values_of(Rate)
LIMITS: Final = ("k", "max_bytes", "ubpp")
DEFAULT_K: Final = 12  #: words; about one sentence, or 15 bytes as ``lexicon``
MICRO: Final = 1_000_000
MAX_WORDS_PER_BYTE: Final = 2  #: frequent words can take less than a byte
MAX_PAYLOAD_BYTES: Final = 16 * MAX_K  #: enough for any selection of words
ROUND_UP: Final = Context(prec=3, rounding=ROUND_CEILING)  #: of rates in messages


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits of a record; all of them apply, and None means no limit.

    ``max_words`` and ``max_bits`` limit the selection of words, before the payload is known.
    ``accepts`` checks the finished record. A selection may exceed the limits (a backend may ignore
    them), so ``encode`` drops words until the record is accepted.

    Attributes:
        k: maximum number of words, 1..MAX_K.
        max_bytes: maximum size of the record including its framing, in bytes, 1 or more.
        ubpp: maximum size of the payload in micro-bits per pixel, above 0.
        rate: ``"auto"`` if the description decides how many words it needs, within the limits.

    Raises:
        InputError: a limit is out of range, or the rate is unknown.
    """

    k: int | None = None
    max_bytes: int | None = None
    ubpp: float | None = None
    rate: Rate | None = None

    def __post_init__(self) -> None:
        """Reject limits that are out of range."""
        if self.k is not None and not (type(self.k) is int and 1 <= self.k <= MAX_K):
            raise InputError(f"Invalid k: use an integer from 1 to {MAX_K}, in words.")
        if self.max_bytes is not None and not (type(self.max_bytes) is int and self.max_bytes > 0):
            raise InputError("Invalid max_bytes: use an integer above 0.")
        if self.ubpp is not None and not _is_positive(self.ubpp):
            raise InputError("Invalid ubpp: use a number above 0, in micro-bits per pixel.")
        if self.rate is not None:
            check_choice("rate", self.rate, RATES)

    @property
    def rules(self) -> list[str]:
        """``"auto"`` and the names of the limits that are set; ``"default"`` if nothing is."""
        limits = [name for name in LIMITS if getattr(self, name) is not None]
        return [self.rate, *limits] if self.rate else limits or ["default"]

    def max_words(self, size: tuple[int, int]) -> int:
        """Return the maximum number of words to select at first, 1..MAX_K.

        Args:
            size: width and height of the image in pixels.
        """
        if self.max_bytes is None and self.ubpp is None:
            default = DEFAULT_K if self.rate is None else MAX_K
            return default if self.k is None else self.k
        limit = MAX_K if self.k is None else self.k
        payload_bytes = self._max_payload_bytes(size)
        if self.max_bytes is not None:
            payload_bytes = min(payload_bytes, self.max_bytes)
        return max(1, min(limit, MAX_WORDS_PER_BYTE * payload_bytes))

    def max_bits(self, size: tuple[int, int], record_bytes: Callable[[int], int]) -> int | None:
        """Return the maximum size of the payload in bits, a multiple of 8; None for no limit.

        Args:
            size: width and height of the image in pixels.
            record_bytes: a function from the size of a payload to the size of its record, in bytes.
                It must be monotonic, because the limit is found by bisection.
        """
        if self.max_bytes is None and self.ubpp is None:
            return None
        payload_bytes = self._max_payload_bytes(size)
        if self.max_bytes is not None:
            limit = self.max_bytes
            payload_bytes = largest(payload_bytes, lambda count: record_bytes(count) <= limit)
        return max(1, 8 * payload_bytes)

    def narrow(self, request: SelectionRequest) -> SelectionRequest:
        """Return ``request`` with the number of words that the rate chooses, within its limit."""
        if self.rate is None:
            return request
        return replace(request, max_words=count_by_gain(request), is_auto=True)

    def notes(self, request: SelectionRequest) -> dict[str, Any]:
        """Return what a trace states about a selection: the rules, and their numbers."""
        notes = {"rate": self.rules, "max_words": request.max_words, "max_bits": request.max_bits}
        if self.rate is not None:
            notes["min_gain_per_bit"] = PRICES[request.channel.coding] / 100
        return notes

    def accepts(self, data: bytes, record: Record) -> bool:
        """Return whether a record is within the limits; ``data`` is the serialized record."""
        if self.max_bytes is not None and len(data) > self.max_bytes:
            return False
        return self.accepts_payload(record.payload_bits, record.size)

    def accepts_payload(self, payload_bits: int, size: tuple[int, int]) -> bool:
        """Return whether a payload is within ``ubpp`` for a picture of ``size``."""
        return self.ubpp is None or payload_bits * MICRO <= self.ubpp * size[0] * size[1]

    def _max_payload_bytes(self, size: tuple[int, int]) -> int:
        """Return the bytes of the largest payload within ``ubpp``, at most MAX_PAYLOAD_BYTES."""
        # By the predicate that also decides in the end: dividing would round floats differently.
        return largest(MAX_PAYLOAD_BYTES, lambda count: self.accepts_payload(8 * count, size))


def least_ubpp(payload_bits: int, size: tuple[int, int]) -> str:
    """Return the smallest ``ubpp`` of three digits that accepts a payload, as a decimal number."""
    least = ROUND_UP.divide(Decimal(payload_bits * MICRO), Decimal(size[0] * size[1]))
    while not RateLimits(ubpp=float(least)).accepts_payload(payload_bits, size):
        least = least.next_plus(ROUND_UP)
    return f"{least:f}"


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
