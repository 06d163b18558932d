"""Bare core or file: two magic bytes in front and a check at the end (spec §9).

The magic needs no option to be seen: a bare record of version 1 starts with a bit 0, and B5 with
a bit 1. B5 cannot start UTF-8 text and 1A ends a text file on some systems, so neither byte lets
the file pass for text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from semcodec.bitstream.cursor import Cursor

MAGIC: Final = b"\xb5\x1a"
DEFAULT_CHECKS: Final = {"bare": "none", "file": "crc8"}  #: the framings, with their checks


def write(framing: str, core: bytes) -> bytes:
    """Return ``core`` in its framing."""
    return MAGIC + core if framing == "file" else core


def read(cursor: Cursor, framing: str) -> str:
    """Step over the magic and return the framing; ``framing`` may be ``"auto"``.

    Raises:
        FormatError: SC-FRM-1, SC-FRM-2.
    """
    if not cursor.data:
        cursor.stop("SC-FRM-1", 0)
    if framing == "bare" or (framing == "auto" and cursor.data[0] != MAGIC[0]):
        return "bare"
    if not cursor.data.startswith(MAGIC):
        cursor.stop("SC-FRM-2", 0)
    cursor.at = len(MAGIC)
    return "file"
