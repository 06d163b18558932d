"""Any record, field by field, by hand (spec §5 to §7, in the order of §9.1).

The check is compared before anything that depends on the bytes it covers, so that a damaged record
is called damaged, and not by the name of whatever the damage looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from semcodec._registry import RULES
from semcodec.bitstream import checksums, extensions, framing, models, sizes
from semcodec.bitstream.parser import Bits, Parser
from semcodec.bitstream.record import CODINGS, Limits, Record, keep_payload
from semcodec.coding import bag, lexicon, nibble

#: The first byte, by bits (spec §5.1).
HEAD: Final[Bits] = (
    ("head.escape", 1), ("head.coding", 2), ("head.check", 2),
    ("head.has_extensions", 1), ("head.has_size", 1), ("head.has_models", 1),
)  # fmt: skip


def read(cursor: Parser, wanted: str, limits: Limits) -> Record:
    """Return the one record under ``cursor``, in the framing ``wanted`` or, for "auto", any.

    Raises:
        FormatError: a rule is broken, and the cursor is strict or cannot go on.
        UnsupportedError: likewise, by a version, coding, size code, extension or limit.
    """
    frame = framing.detect_framing(cursor.data) if wanted == "auto" else wanted
    return read_core(opened(cursor, frame, limits), frame, limits)


def opened(cursor: Parser, frame: str, limits: Limits) -> Parser:
    """Return a cursor at the first byte of the core in the framing ``frame``.

    Raises:
        FormatError, UnsupportedError: as for ``framing.unwrap``; also SC-LIM-1 for a text form.
    """
    if frame in framing.TEXT_FRAMINGS:  # before it is decoded
        _rule_length(cursor, 0, limits.max_bytes)
    return framing.unwrap(cursor, frame, limits.max_chunks)


def read_all(cursor: Parser, limits: Limits) -> Iterator[Record]:
    """Go over the records of a sequence; raises what ``read`` does, and SC-SEQ-1, SC-SEQ-2."""
    for _, item in framing.iter_items(cursor, limits.max_records):
        yield read_core(item, "sequence", limits)


def read_core(cursor: Parser, frame: str, limits: Limits) -> Record:
    """Return the record of the core under ``cursor``; raises what ``read`` does."""
    start = cursor.at
    first = cursor.byte()
    cursor.mark_bits(start, HEAD)
    if first & 0b1000_0000:
        cursor.stop("SC-HDR-1", start * 8, f"{first:02x}", "00 to 7f")
    _rule_length(cursor, start, limits.max_bytes)
    check = _read_check(cursor, frame, first >> 3 & 3, start)
    coding = CODINGS[first >> 5]
    size = sizes.read(cursor) if first & 0b010 else sizes.DEFAULT
    made_by = models.read(cursor) if first & 0b001 else models.DEFAULT
    more = extensions.read(cursor, limits.max_extensions) if first & 0b100 else ()
    at = cursor.at
    payload = cursor.take(cursor.end - at)
    text = _read_text(cursor, coding, payload, 8 * at, limits.max_words)
    cursor.mark("payload", at, payload)
    _mark_check(cursor, check)
    record = Record(text, coding, size, made_by, more, frame, check, 1)
    # A surveying cursor went on over what may be broken, and then these bytes are not canonical.
    return keep_payload(record, payload) if cursor.findings is None else record


def _rule_length(cursor: Parser, start: int, most: int) -> None:
    if (length := cursor.end - start) > most:
        cursor.stop("SC-LIM-1", (start + most) * 8, f"{length} bytes", f"at most {most}")


def _read_check(cursor: Parser, frame: str, kind: int, start: int) -> str:
    """Compare the check of the core that starts at byte ``start``, and leave it out of the rest."""
    if frame in framing.CHECK_REQUIRED and kind == 0:
        cursor.broken("SC-FRM-3", start * 8 + 3, "KK = 0", "KK from 1 to 3")
    if frame == "png" and kind != 0:
        cursor.broken("SC-PNG-6", start * 8 + 3, f"KK = {kind}", "KK = 0")
    end = cursor.end - checksums.LENGTHS[kind]
    if end < cursor.at:
        found = f"{cursor.end - cursor.at} more bytes"
        cursor.stop(
            "SC-CHK-1", cursor.end * 8, found, f"a check of {checksums.LENGTHS[kind]} bytes"
        )
    given, right = cursor.data[end : cursor.end], checksums.write(kind, cursor.data[start:end])
    if given != right:
        cursor.broken("SC-CHK-2", end * 8, given.hex(" "), right.hex(" "))
    cursor.end = end
    return checksums.NAMES[kind]


def _mark_check(cursor: Parser, check: str) -> None:
    """Note where the check stands, which was compared before the fields and is the last of them."""
    at = cursor.at
    cursor.at = at + checksums.LENGTHS[checksums.NAMES.index(check)]
    cursor.mark("check", at, cursor.data[at : cursor.at])


def _read_text(cursor: Parser, coding: str, payload: bytes, start: int, most_words: int) -> str:
    if coding == "nibble":
        text = nibble.decode(payload)
        _rule_spaces(cursor, text, start)
    elif coding == "utf8":
        text = _read_utf8(cursor, payload, start)
    else:
        text = _read_words(cursor, coding, payload, start)
    if (count := len(text.split())) > most_words:
        cursor.stop("SC-LIM-2", start, f"{count} words", f"at most {most_words}")
    return text


def _read_words(cursor: Parser, coding: str, payload: bytes, start: int) -> str:
    words, rule = (bag if coding == "bag" else lexicon).decode(payload)
    if rule is not None:
        say = cursor.stop if RULES[rule].outcome == "malformed" else cursor.broken
        say(rule, start, f"a payload of {len(payload)} bytes", "the one payload of some words")
    return " ".join(words)


def _rule_spaces(cursor: Parser, text: str, start: int) -> None:
    if nibble.is_canonical_spacing(text):
        return
    if text.startswith(" "):
        cursor.broken("SC-NIB-1", start, "a space", "a letter")
    if (at := text.find("  ")) >= 0:
        cursor.broken("SC-NIB-2", start + 4 * (at + 1), "a second space", "a letter")
    if text.endswith(" ") and len(text) > 1:
        cursor.broken("SC-NIB-3", start + 4 * (len(text) - 1), "a space", "a letter")


def _read_utf8(cursor: Parser, payload: bytes, start: int) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        found = payload[error.start : error.end].hex(" ")
        cursor.stop("SC-UTF-1", start + 8 * error.start, found, "UTF-8")
