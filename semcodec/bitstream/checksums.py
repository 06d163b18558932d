"""The check at the end of a record: none, CRC-8, CRC-16 or CRC-32, big endian (spec §5.6).

It covers the core from its first byte to the end of the payload, but not the magic of a file.
"""

from __future__ import annotations

import binascii
import zlib
from typing import Final

from semcodec import _registry

NAMES: Final = _registry.CHECKS  #: by check id, the two bits KK of the first byte
LENGTHS: Final = _registry.CHECK_BYTES  #: bytes, by check id

_CRC8_POLYNOMIAL: Final = 0x2F  #: CRC-8/AUTOSAR; initial value and final xor are 0xFF


def _crc8_of_byte(value: int) -> int:
    for _ in range(8):
        value = value << 1 ^ (_CRC8_POLYNOMIAL if value & 0x80 else 0)
    return value & 0xFF


_CRC8_TABLE: Final = bytes(_crc8_of_byte(value) for value in range(256))


def crc8(data: bytes) -> int:
    """Return the CRC-8/AUTOSAR of ``data``: 0xDF for ``b"123456789"``."""
    state = 0xFF
    for byte in data:
        state = _CRC8_TABLE[state ^ byte]
    return state ^ 0xFF


def compute(check_id: int, core: bytes) -> bytes:
    """Return the check of ``core`` in 0, 1, 2 or 4 bytes. Writing and verifying both call this."""
    if check_id == 0:
        return b""
    if check_id == 1:
        value = crc8(core)
    elif check_id == 2:
        value = binascii.crc_hqx(core, 0xFFFF)  # CRC-16/IBM-3740
    else:
        value = zlib.crc32(core)
    return value.to_bytes(LENGTHS[check_id], "big")
