"""The default record, by the shortest road: one zero byte, then symbols.

Nearly every record is bare, 1024 x 1024, nibble-coded, without a check. Both functions give up with
None on anything else and on any fault; then the reader or the writer says what is wrong. The
tests hold them equal to that long way and to the declaration.
"""

from __future__ import annotations

import binascii
from typing import Final

from semcodec.bitstream import models, sizes
from semcodec.bitstream.record import Record
from semcodec.coding.nibble import DIGIT_TO_SYMBOL, PAD_DIGIT, SYMBOL_TO_DIGIT

#: n symbols are at most (n + 1) / 2 words, so neither road can break a default limit below this.
MAX_SYMBOLS: Final = 8_000
MAX_BYTES: Final = 1 + MAX_SYMBOLS // 2

_HEAD: Final = b"00"  #: the first byte of a default record, in hex
_hexlify, _unhexlify, _new = binascii.hexlify, binascii.unhexlify, tuple.__new__
_SIZE, _MODELS = sizes.DEFAULT, models.DEFAULT


def pack(text: str) -> bytes | None:
    """Return the default record of ``text``, or None."""
    if "  " in text or text[:1] == " " or text[-1:] == " " or len(text) > MAX_SYMBOLS:
        return None
    try:
        digits = _HEAD + text.encode("ascii").translate(SYMBOL_TO_DIGIT)
        return _unhexlify(digits + PAD_DIGIT if len(digits) & 1 else digits)
    except ValueError:
        return None


def unpack(data: bytes) -> Record | None:
    """Return the record of ``data``, which starts with a zero byte, or None.

    The zero byte reads as two spaces. If these are the last two spaces in a row, then the text
    after them starts with no space, holds no two in a row, and ends with the padding at most.
    """
    text = _hexlify(data).translate(DIGIT_TO_SYMBOL).decode("ascii")
    if text.rfind("  ") or len(data) > MAX_BYTES:
        return None
    text = text[2:-1] if text[-1] == " " else text[2:]
    return _new(Record, (text, "nibble", _SIZE, _MODELS, (), "bare", "none", 1))
