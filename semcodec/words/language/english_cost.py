"""What English words cost, with which notices compare those of other languages."""

from __future__ import annotations

from typing import Final

#: Bits of an English word in ``lexicon``, by examples/rate_curve.py for 12 words.
ENGLISH_WORD_BITS: Final = 10


def english_bytes(count: int) -> int:
    """Return the bytes of a payload of ``count`` English words, about.

    >>> english_bytes(12)
    15
    """
    return -(-count * ENGLISH_WORD_BITS // 8)
