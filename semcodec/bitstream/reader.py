"""Any record, field by field, by hand (spec §2 to §9).

The check is compared before anything that depends on the bytes it covers, so that a damaged record
is called damaged, and not by the name of whatever the damage looks like.
"""

from __future__ import annotations

from semcodec.bitstream import alphabet, checks, extensions, framing, models, sizes
from semcodec.bitstream.cursor import Cursor
from semcodec.bitstream.record import CODINGS, Limits, Record


def read(cursor: Cursor, framing_wanted: str, limits: Limits) -> Record:
    """Return the record under ``cursor``.

    Raises:
        FormatError: a rule is broken, and the cursor is strict or cannot go on.
        UnsupportedError: likewise, by a version, coding, size code, extension or limit.
    """
    if cursor.end > limits.max_bytes:
        cursor.stop("SC-LIM-1", limits.max_bytes * 8)
    frame = framing.read(cursor, framing_wanted)
    start = cursor.at
    first = cursor.byte() if cursor.end > start else cursor.stop("SC-HDR-3", start * 8)
    if first & 0b1000_0000:
        cursor.stop("SC-HDR-1", start * 8)
    check = _read_check(cursor, frame, first >> 3 & 3, start)
    coding = CODINGS[first >> 5]
    if coding in ("lexicon", "bag"):
        cursor.broken("SC-HDR-2", start * 8 + 1)
    size = sizes.read(cursor) if first & 0b010 else sizes.DEFAULT
    made_by = models.read(cursor) if first & 0b001 else models.DEFAULT
    more = extensions.read(cursor, limits.max_extensions) if first & 0b100 else ()
    text = _read_text(cursor, coding, limits.max_words)
    return Record(text, coding, size, made_by, more, frame, check, 1)


def _read_check(cursor: Cursor, frame: str, kind: int, start: int) -> str:
    """Compare the check of the core that starts at byte ``start``, and leave it out of the rest."""
    if frame == "file" and kind == 0:
        cursor.broken("SC-FRM-3", start * 8 + 3)
    end = cursor.end - checks.LENGTHS[kind]
    if end < cursor.at:
        cursor.stop("SC-CHK-1", cursor.end * 8)
    if checks.write(kind, cursor.data[start:end]) != cursor.data[end:]:
        cursor.broken("SC-CHK-2", end * 8)
    cursor.end = end
    return checks.NAMES[kind]


def _read_text(cursor: Cursor, coding: str, most_words: int) -> str:
    start = cursor.at * 8
    payload = cursor.take(cursor.end - cursor.at)
    if coding == "nibble":
        text = alphabet.to_symbols(payload)
        _rule_spaces(cursor, text, start)
    elif coding == "utf8":
        text = _read_utf8(cursor, payload, start)
    else:
        text = ""  # only a survey gets here
    if len(text.split()) > most_words:
        cursor.stop("SC-LIM-2", start)
    return text


def _rule_spaces(cursor: Cursor, text: str, start: int) -> None:
    if alphabet.well_spaced(text):
        return
    if text.startswith(" "):
        cursor.broken("SC-NIB-1", start)
    if (at := text.find("  ")) >= 0:
        cursor.broken("SC-NIB-2", start + 4 * (at + 1))
    if text.endswith(" "):
        cursor.broken("SC-NIB-3", start + 4 * (len(text) - 1))


def _read_utf8(cursor: Cursor, payload: bytes, start: int) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        cursor.stop("SC-UTF-1", start + 8 * error.start)
