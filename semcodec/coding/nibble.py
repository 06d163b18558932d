"""The coding ``nibble``: sixteen symbols of four bits, the high half of a byte first (spec §6.1).

A symbol's value is treated as a hex digit, so fast C functions do the work: ``hexlify`` and
``unhexlify`` convert between digits and bytes, ``translate`` between digits and symbols. An odd
number of symbols is padded with one space, which is unambiguous because no text ends in a space.
"""

from __future__ import annotations

from binascii import hexlify, unhexlify
from typing import Final

SYMBOLS: Final = " ntsrhldcmfgpbkv"  #: by value; the space is 0, v is 15
PAD_DIGIT: Final = b"0"  #: the digit of the space

_DIGITS: Final = b"0123456789abcdef"
DIGIT_TO_SYMBOL: Final = bytes.maketrans(_DIGITS, SYMBOLS.encode("ascii"))
#: Bytes that are not symbols become "x", which ``unhexlify`` rejects.
SYMBOL_TO_DIGIT: Final = bytes(
    _DIGITS[SYMBOLS.index(chr(value))] if chr(value) in SYMBOLS else ord("x")
    for value in range(256)
)


def invalid_characters(text: str) -> list[str]:
    """Return the distinct characters of ``text`` that are not symbols, in order of appearance."""
    return [char for char in dict.fromkeys(text) if char not in SYMBOLS]


def is_canonical_spacing(text: str) -> bool:
    """Return whether ``text`` has no leading, trailing or double space."""
    return "  " not in f" {text} " or not text


def encode(text: str) -> bytes:
    """Return the payload of ``text``, which must be symbols in canonical spacing."""
    digits = text.encode("ascii").translate(SYMBOL_TO_DIGIT)
    return unhexlify(digits + PAD_DIGIT if len(text) & 1 else digits)


def decode(payload: bytes) -> str:
    """Return the text of ``payload`` without the padding.

    All bytes can be decoded; the caller checks the spacing with ``is_canonical_spacing``.
    """
    text = hexlify(payload).translate(DIGIT_TO_SYMBOL).decode("ascii")
    return text[:-1] if text.endswith(" ") else text
