"""The sources of the vectors with a list of findings, written by hand from the specification.

Every other vector breaks one rule and no other, so none of them can show in which order rules are
judged, or that a rule is not judged. These can: each has all findings of a validator (§9.2) in the
order of §9.1, as ``"SC-CHK-2@40 SC-SIZ-2@24"``, rules with their offsets in bits. Some have one
finding only: there, another rule would be named if the order were a different one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vector_sources import (
    ALL,
    AT_CHUNK,
    IDAT,
    IEND,
    IHDR,
    SIGNATURE,
    VectorSource,
    _bytes,
    check,
    chunk,
    coded_item,
    file,
    png,
    record,
)


def several(
    slug: str, clause: str, comment: str, data: bytes | str, findings: str, **options: Any
) -> None:
    """Add data with all its findings, in the order that ``clause`` states."""
    pairs = [finding.split("@") for finding in findings.split()]
    listed = [(rule, int(offset)) for rule, offset in pairs]
    options |= {"clause": clause, "findings": listed}
    (rule, offset), *_ = listed
    ALL.append(VectorSource(rule, "several", slug, comment, _bytes(data), "", offset, options))


# fmt: off

# --- integers (§2.3), size (§5.2), models (§5.3) -----------------------------------------------

several("size-1024-long", "5.2", "1024 x 1024 in eight bytes", "02 c0 00 01 ff 80 00 03 ff 11",
        "SC-SIZ-2@8 SC-SIZ-4@8")
several("size-512-long", "5.2", "512 x 512 in eight bytes", "02 c0 00 00 ff 80 00 01 ff 11",
        "SC-SIZ-3@8 SC-SIZ-4@8")
several("size-both-sides", "5.2", "width and height of 2^31", "02 ff ff ff ff ff ff ff ff 11",
        "SC-SIZ-5@10 SC-SIZ-5@41")
several("size-cut", "9.1", "seven bytes of 1024 x 1024 in eight: a truncated field is not judged",
        "02 c0 00 01 ff 80 00 03", "SC-HDR-3@64")
several("size-unknown-code", "9.2", "after an unassigned code the payload is judged", "02 7f 01",
        "SC-SIZ-1@8 SC-NIB-1@16")
several("size-models-payload", "9.1", "size code 0, four ids of 0 and a space at the start",
        "03 00 00 00 00 00 00 01", "SC-SIZ-2@8 SC-MOD-1@16 SC-NIB-1@56")
several("models-long-id", "5.3", "SC-MOD-1 is judged after the integers of the field",
        "01 00 00 80 00 00 00 11", "SC-LEB-2@24 SC-MOD-1@8")
several("models-long-row", "5.3", "row 0 in two bytes and four ids of 0",
        "01 80 00 00 00 00 00 11", "SC-LEB-2@8 SC-MOD-1@8")
several("models-cut", "5.3", "an id in two bytes, and no third id", "01 00 81 00 02",
        "SC-LEB-2@16 SC-HDR-3@40")
several("models-zero-cut", "9.1", "three ids of 0 and no fourth: SC-MOD-1 is not judged",
        "01 00 00 00 00", "SC-HDR-3@40")
several("models-endless", "5.3", "an id in two bytes, then one without an end",
        "01 00 81 00 80 80 80 80 01", "SC-LEB-2@16 SC-LEB-1@32")

# --- extensions (§5.4) -------------------------------------------------------------------------

several("entry-zero-cut", "5.4", "type 0 without a length: the type is not judged", "04 01 00",
        "SC-EXT-3@24")
several("entry-odd-cut", "5.4", "an odd type whose value runs past the block: not judged",
        "04 03 7f 96 0c 01 01 12 01 00", "SC-EXT-3@40")
several("entry-twice-cut", "5.4", "type 26 twice, the second without a length: not judged",
        "04 03 1a 00 1a", "SC-EXT-3@40")
several("entry-long-length", "5.4", "the length of an odd type in two bytes, then a long value",
        "0e b1 c7 7f ff 08 01 80 00 61 94 00 01 61 ed a0 80 1c",
        "SC-LEB-2@56 SC-EXT-6@48 SC-LEB-2@80 SC-EXT-3@112")
several("entry-before", "5.4", "types 30, 26, 28: 28 is compared with 26",
        "04 06 1e 00 1a 00 1c 00",
        "SC-EXT-4@32")
several("entry-before-broken", "5.4", "types 26, 0, 2: 2 is compared with 0, which broke a rule",
        "04 07 1a 00 00 00 02 01 61 11", "SC-EXT-4@32 SC-EXT-5@32")
several("entry-zero-twice", "5.4", "type 0 twice", "04 04 00 00 00 00 11",
        "SC-EXT-5@16 SC-EXT-4@32 SC-EXT-5@32")
several("entry-zero-late", "5.4", "types 26 and 0", "04 04 1a 00 00 00 11",
        "SC-EXT-4@32 SC-EXT-5@32")
several("entry-odd-late", "5.4", "types 26 and 11", "04 04 1a 00 0b 00 11",
        "SC-EXT-4@32 SC-EXT-6@32")
several("entry-value-late", "5.4", "a seed of no bytes after type 26", "04 04 1a 00 0e 00 11",
        "SC-EXT-4@32 SC-EXT-10@32")
several("entry-order-of-bag", "5.4", "an order that is not defined, and in a bag", "44 03 0c 01 02",
        "SC-EXT-9@16 SC-EXT-12@16")
several("entry-twice-valid", "5.4", "a name twice, the second not valid",
        "04 05 02 01 61 02 00 11", "SC-EXT-4@40 SC-EXT-7@40")
several("entry-long-type", "5.4", "type 26 twice, the second in two bytes",
        "04 05 1a 00 9a 00 00 11",
        "SC-LEB-2@32 SC-EXT-4@32")
several("entry-long-zero", "5.4", "type 0 in two bytes", "04 03 80 00 00 11",
        "SC-LEB-2@16 SC-EXT-5@16")
several("entry-long-twice", "5.4", "type and length in two bytes each", "04 04 9a 00 80 00 11",
        "SC-LEB-2@16 SC-LEB-2@32")
several("entry-values", "5.4", "two names and a seed, all empty", "04 06 02 00 04 00 0e 00 11",
        "SC-EXT-7@16 SC-EXT-7@32 SC-EXT-10@48")
several("entry-endless", "5.4", "an odd type, and then a type without an end",
        "04 06 0b 00 80 80 80 80 01", "SC-EXT-6@16 SC-LEB-1@32")
several("block-long-empty", "5.4", "an empty block whose length takes two bytes", "04 80 00 11",
        "SC-LEB-2@8 SC-EXT-2@8")
several("block-long-over", "5.4", "a block past the end whose length takes two bytes",
        "04 85 00 1a 00", "SC-LEB-2@8 SC-EXT-1@8")
several("block-empty", "5.4", "after an empty block the payload is judged", "04 00 01",
        "SC-EXT-2@8 SC-NIB-1@16")
several("block-cut", "9.2", "after a value past the block the payload is not judged",
        "04 02 1a 01 01", "SC-EXT-3@32")
several("entries-limit", "9.2", "after the limit of entries the payload is not judged",
        "04 04 1a 00 1c 00 01", "SC-LIM-3@32", limits={"max_extensions": 1})
several("entries-limit-cut", "5.4", "of an entry too many nothing is read", "04 03 1a 00 9c",
        "SC-LIM-3@32", limits={"max_extensions": 1})
several("entries-limit-late", "5.4", "an odd type, and an entry too many that is not ascending",
        "04 04 0b 00 02 00", "SC-EXT-6@16 SC-LIM-3@32", limits={"max_extensions": 1})

# --- payload (§6) ------------------------------------------------------------------------------

several("spaces-only", "6.1", "five spaces", "00 00 00 00", "SC-NIB-1@8 SC-NIB-2@12 SC-NIB-3@24")
several("spaces-first", "6.1", "two spaces at the start", "00 00 11", "SC-NIB-1@8 SC-NIB-2@12")
several("spaces-last", "6.1", "two spaces at the end, and a 0 that pads", "00 10 00",
        "SC-NIB-2@16 SC-NIB-3@16")
several("spaces-everywhere", "6.1", "of SC-NIB-2 the first place is listed", "00 01 00 10 01 00",
        "SC-NIB-1@8 SC-NIB-2@20 SC-NIB-3@40")
several("words-limit", "9.1", "a space at the start, and three words where two are allowed",
        "00 01 01 01", "SC-NIB-1@8 SC-LIM-2@8", limits={"max_words": 2})
several("words-not-empty", "9.1", "spaces without a word do not count: three words, three allowed",
        "00 01 00 10 10", "SC-NIB-1@8 SC-NIB-2@20", limits={"max_words": 3})
several("words-not-counted", "9.2", "after invalid UTF-8 the words are not counted",
        "60 61 20 62 ff", "SC-UTF-1@32", limits={"max_words": 1})

for _row in json.loads(Path(__file__).with_name("coding_vectors.json").read_text("utf-8")):
    # Payloads with one word or more that are not canonical.
    if (_row["rule"], _row["kind"], _row["slug"]) in (
        ("SC-LEX-1", "breaks", "one-byte-more"),
        ("SC-BAG-1", "breaks", "one-byte-more"),
    ):
        _name, _bits = _row["coding"], {"lexicon": 1, "bag": 2}[_row["coding"]] << 5
        several(f"{_name}-limit", "9.1",
        f"a {_name} payload that is not canonical, and the limit of words",
                bytes([_bits]) + bytes.fromhex(_row["payload"]), f"{_row['rule']}@8 SC-LIM-2@8",
                limits={"max_words": 0})
        _wrong = check(bytes([_bits | 8]) + bytes.fromhex(_row["payload"]))
        several(f"{_name}-check", "9.1",
        f"a {_name} payload that is not canonical, and a wrong check",
                _wrong[:-1] + bytes([_wrong[-1] ^ 1]),
                f"SC-CHK-2@{8 * len(_wrong) - 8} {_row['rule']}@8")

# --- the core as a whole, and the check (§9.1) -------------------------------------------------

several("worked-case", "9.1", "the worked case of the clause", "b5 1a 0a 00 01 00",
        "SC-CHK-2@40 SC-SIZ-2@24 SC-NIB-1@32")
several("version-limit", "9.1", "V before the limit of bytes", "80 11 11 11", "SC-HDR-1@0",
        limits={"max_bytes": 3})
several("version-check", "9.1", "a later version: neither KK nor a check is judged", "b5 1a 80 01",
        "SC-HDR-1@16")
several("limit-check", "9.1", "the limit of bytes before the check", "08 11 11 11", "SC-LIM-1@24",
        limits={"max_bytes": 3})
several("limit-no-check", "9.1", "the limit of bytes before KK", "b5 1a 00 11 11", "SC-LIM-1@32",
        limits={"max_bytes": 2})
several("no-check-fields", "9.1", "KK = 0 in a file, and fields that break rules",
        "b5 1a 02 00 01", "SC-FRM-3@19 SC-SIZ-2@24 SC-NIB-1@32")
several("check-cut-field", "9.1", "a wrong check, at the place where a size is truncated",
        "0a 81 f3 00", "SC-CHK-2@24 SC-HDR-3@24")
several("check-block", "9.1", "a wrong check, and a block that extends into it", "0c 03 1a 00 00",
        "SC-CHK-2@32 SC-EXT-1@8")
several("no-check-room", "9.2", "without room for the check nothing else is judged", "1a 00 01",
        "SC-CHK-1@24")

# --- framings (§7) -----------------------------------------------------------------------------

several(
    "no-bytes-file", "9.1", "no bytes, read with framing file", "", "SC-FRM-1@0", framing="file"
)
several("no-bytes-url", "9.1", "no bytes, read with framing url", "", "SC-FRM-1@0", framing="url")
several("no-bytes-qr", "9.1", "no bytes, read with framing qr", "", "SC-FRM-1@0", framing="qr")
several("no-bytes-png", "9.1", "no bytes, read with framing png", "", "SC-FRM-1@0", framing="png")
several("url-as-bare", "7.1", "the start of a text form, read with framing bare", b"semc:",
        "SC-CHK-2@24 SC-SIZ-1@8", framing="bare")
several("qr-as-bare", "7.1", "the start of a text form, read with framing bare", b"SEMQ:",
        "SC-CHK-2@24 SC-SIZ-1@8", framing="bare")
several("url-limit-start", "7.4", "the limit of bytes before the start of a text form",
        b"Semc:COo", "SC-LIM-1@32", framing="url", limits={"max_bytes": 4})
several("url-limit-empty", "7.4", "the limit of bytes before the empty core", b"semc:",
        "SC-LIM-1@32",
        limits={"max_bytes": 4})
several("url-limit-character", "7.4", "the limit of bytes before a wrong character", b"semc:CB+D",
        "SC-LIM-1@64", limits={"max_bytes": 8})
several("url-limit-version", "7.4", "the limit of bytes of a text form before V", b"semc:gBE",
        "SC-LIM-1@56", limits={"max_bytes": 7})
several("url-characters", "7.4", "of wrong characters the first one", b"semc:A+/A", "SC-TXT-2@48")
several("url-character-length", "7.4", "a wrong character before the length", b"semc:CB+FD",
        "SC-TXT-2@56")
several("url-bits-no-check", "7.4", "a bit that belongs to no byte, and a core without a check",
        b"semc:AB", "SC-TXT-4@48 SC-FRM-3@3")
several("url-bits-check", "7.4", "a bit that belongs to no byte, and a wrong check", b"semc:CAB",
        "SC-TXT-4@56 SC-CHK-2@8")
several("url-bits-version", "7.4", "a bit that belongs to no byte, and a later version", b"semc:gB",
        "SC-TXT-4@48 SC-HDR-1@0")
several("qr-character-length", "7.4", "a wrong character before the length", b"SEMQ:0a00",
        "SC-TXT-2@48")
several("qr-length-group", "7.4", "the length before the groups", b"SEMQ::::0", "SC-TXT-3@72")
several("qr-groups", "7.4", "of groups that do not fit the first one", b"SEMQ:000:::ZZZ",
        "SC-TXT-5@64")

_FIRST, _SECOND = record("00 01"), record("00 11")
_WRONG = [part[:-1] + bytes([part[-1] ^ 1]) for part in (_FIRST, _SECOND)]  # wrong CRCs
several("png-cut-after-two", "7.5", "two chunks with wrong CRCs, and no IEND: the walk comes first",
        SIGNATURE + IHDR + _WRONG[0] + _WRONG[1], f"SC-PNG-2@{AT_CHUNK + 224}")
several("png-cut-in-third", "7.5", "two chunks and a truncated third one",
        SIGNATURE + IHDR + _FIRST + _FIRST + _FIRST[:-1], f"SC-PNG-2@{AT_CHUNK + 224}")
several("png-two-wrong", "7.5", "two chunks with wrong CRCs: the core of the first is judged",
        png(*_WRONG),
        f"SC-PNG-4@{AT_CHUNK + 112} SC-PNG-5@{AT_CHUNK + 80} SC-NIB-1@{AT_CHUNK + 72}")
several("png-second-wrong", "7.5", "the CRC of the second chunk is not compared",
        png(_SECOND, _WRONG[0]), f"SC-PNG-4@{AT_CHUNK + 112}")
several("png-three", "7.5", "three chunks: each after the first is a finding",
        png(_SECOND, _SECOND, _SECOND),
        f"SC-PNG-4@{AT_CHUNK + 112} SC-PNG-4@{AT_CHUNK + 224}")
several("png-wrong-empty", "7.5", "a chunk without data and with a wrong CRC",
        png(chunk(b"seMC", b"", 0)), f"SC-PNG-5@{AT_CHUNK + 64} SC-FRM-1@{AT_CHUNK + 64}")
several("png-two-empty", "7.5", "two chunks, the first without data", png(record(""), _SECOND),
        f"SC-PNG-4@{AT_CHUNK + 96} SC-FRM-1@{AT_CHUNK + 64}")
several("png-wrong-version", "7.5", "a wrong CRC, and a later version with KK > 0",
        png(chunk(b"seMC", b"\x88", 0)), f"SC-PNG-5@{AT_CHUNK + 72} SC-HDR-1@{AT_CHUNK + 64}")
several("png-wrong-check", "7.5", "a check inside the chunk is compared", png(record("08 11 00")),
        f"SC-PNG-6@{AT_CHUNK + 67} SC-CHK-2@{AT_CHUNK + 80}")
several("png-no-check-room", "7.5", "KK > 0 without room for a check", png(record("08")),
        f"SC-PNG-6@{AT_CHUNK + 67} SC-CHK-1@{AT_CHUNK + 72}")
several("png-check-payload", "7.5", "a check inside the chunk, and a payload that breaks a rule",
        png(record(check("08 01"))), f"SC-PNG-6@{AT_CHUNK + 67} SC-NIB-1@{AT_CHUNK + 72}")
several("png-limit-two", "7.5", "the limit of chunks before SC-PNG-4", png(_FIRST, _FIRST),
        f"SC-LIM-4@{AT_CHUNK + 224}", limits={"max_chunks": 3})
several("png-limit-none", "7.5", "the limit of chunks before SC-PNG-3", png(),
        f"SC-LIM-4@{8 * len(SIGNATURE + IHDR + IDAT)}", limits={"max_chunks": 2})
several("png-limit-end", "7.5", "as many chunks as allowed, and no IEND: no chunk is too many",
        SIGNATURE + chunk(b"IDAT", b""), "SC-PNG-2@160", limits={"max_chunks": 1})
several("png-limit-data", "7.5", "a chunk after as many as allowed, whose data is truncated",
        SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IDAT", b"1234")[:-1], "SC-PNG-2@160",
        limits={"max_chunks": 1})
several("png-limit-bytes", "7.5", "the limit of bytes is that of the core, after the chunk's CRC",
        png(_WRONG[1]), f"SC-PNG-5@{AT_CHUNK + 80} SC-LIM-1@{AT_CHUNK + 72}",
        limits={"max_bytes": 1})
several("png-field-cut", "9.2", "a wrong CRC, and a value past its block: offsets in the file",
        png(chunk(b"seMC", bytes.fromhex("06 2a 02 1a 01"), 0)),
        f"SC-PNG-5@{AT_CHUNK + 104} SC-SIZ-1@{AT_CHUNK + 72} SC-EXT-3@{AT_CHUNK + 104}")
several("png-none-cut", "7.5", "no chunk, and no IEND: the walk comes before SC-PNG-3",
        SIGNATURE + IHDR + IDAT + IEND[:-1], f"SC-PNG-2@{8 * len(SIGNATURE + IHDR + IDAT)}")

# --- sequences (§7.3) --------------------------------------------------------------------------

SEQUENCE = {"framing": "sequence"}
several("item-long-empty", "7.3", "an empty item whose length takes two bytes", "80 00",
        "SC-LEB-2@0 SC-SEQ-1@0", **SEQUENCE)
several("item-long-cut", "7.3", "a length of 5 in two bytes, and one byte", "85 00 00",
        "SC-LEB-2@0 SC-SEQ-2@24", **SEQUENCE)
several("item-empty-limit", "7.3", "empty items count for the limit of records", "00 00 01 00",
        "SC-SEQ-1@0 SC-SEQ-1@8 SC-LIM-5@16", limits={"max_records": 2}, **SEQUENCE)
several("item-then-cut", "7.3", "item by item: a payload before a truncated item", "02 00 01 05 00",
        "SC-NIB-1@16 SC-SEQ-2@40", **SEQUENCE)
several("item-malformed", "7.3", "after a malformed item the next one is judged",
        "02 01 80 02 00 01",
        "SC-HDR-3@24 SC-NIB-1@40", **SEQUENCE)
several("item-offsets", "9.2", "an id without an end, and invalid UTF-8: offsets in the sequence",
        "06 01 80 80 80 80 01 03 60 41 ff", "SC-LEB-1@16 SC-UTF-1@80", **SEQUENCE)
several("item-version", "7.3", "after an item of a later version the next one is judged",
        "01 80 02 00 01", "SC-HDR-1@8 SC-NIB-1@32", **SEQUENCE)
several("item-limit-bytes", "7.3", "after an item with too many bytes the next one is judged",
        "03 00 11 11 02 00 01", "SC-LIM-1@24 SC-NIB-1@48", limits={"max_bytes": 2},
        **SEQUENCE)
several("item-limit-entries", "7.3", "after an item with too many entries the next one is judged",
        "04 04 02 1a 00 02 00 01", "SC-LIM-3@24 SC-NIB-1@56", limits={"max_extensions": 0},
        **SEQUENCE)
several("item-limit-words", "7.3", "after an item with too many words the next one is judged",
        "03 00 10 10 02 00 01", "SC-LIM-2@16 SC-NIB-1@48", limits={"max_words": 1},
        **SEQUENCE)
several("item-check", "7.3", "an item without room for its check, and a wrong check",
        "01 08 02 00 11 03 08 11 00", "SC-CHK-1@16 SC-CHK-2@64", **SEQUENCE)
several("item-limit", "7.3", "of an item too many not even the length is read", "01 00 80 80 80 80",
        "SC-LIM-5@16", limits={"max_records": 1}, **SEQUENCE)
several("item-endless", "7.3", "a sequence ends after a length without an end",
        "80 80 80 80 02 00 01", "SC-LEB-1@0", **SEQUENCE)
several("item-findings", "7.3", "two items with two findings each", "04 02 00 00 01 03 0a 00 01",
        "SC-SIZ-2@16 SC-NIB-1@24 SC-NIB-2@28 SC-CHK-2@64 SC-SIZ-2@56", **SEQUENCE)

# --- the words of a sequence that is read as a whole (§9.3) ------------------------------------

BROKEN, WORDS = coded_item("lexicon", "one-byte-more"), coded_item("lexicon", "two")
AFTER = 8 * len(BROKEN)
several("words-rejected", "9.3", "a rejected item of lexicon counts 512 words, 511 allowed",
        BROKEN + WORDS,
        "SC-LEX-1@16 SC-LIM-6@0", limits={"max_sequence_words": 511}, **SEQUENCE)
several("words-rejected-at", "9.3", "a rejected item of lexicon counts 512 words, 512 allowed",
        BROKEN + b"\1\x20",
        "SC-LEX-1@16", limits={"max_sequence_words": 512}, **SEQUENCE)
several("words-rejected-then", "9.3", "512 words of a rejected item and two words, 513 allowed",
        BROKEN + WORDS + b"\0",
        f"SC-LEX-1@16 SC-LIM-6@{AFTER}", limits={"max_sequence_words": 513}, **SEQUENCE)
several("words-rejected-bag", "9.3", "a rejected item of bag counts 512 words, 511 allowed",
        b"\2\x40\1",
        "SC-BAG-1@16 SC-LIM-6@0", limits={"max_sequence_words": 511}, **SEQUENCE)
several("words-rejected-size", "9.3",
        "an item with another finding counts 512 words, although its words are known",
        b"\2\x22\0" + WORDS, "SC-SIZ-2@16 SC-LIM-6@0",
        limits={"max_sequence_words": 511}, **SEQUENCE)
several("words-rejected-check", "9.3", "an item without room for its check counts 512 words",
        b"\1\x28" + WORDS,
        "SC-CHK-1@16 SC-LIM-6@0", limits={"max_sequence_words": 511}, **SEQUENCE)
several("words-rejected-others", "9.3",
        "rejected items of nibble, utf8 and a later version count no words",
        "02 00 01 02 60 ff 02 a0 11 02 11 11", "SC-NIB-1@16 SC-UTF-1@40 SC-HDR-1@56 SC-CHK-1@96",
        limits={"max_sequence_words": 0}, **SEQUENCE)
several("words-limit-of-one", "9.3", "an item over the limit of its own words counts 512 words",
        WORDS + WORDS,
        "SC-LIM-2@16 SC-LIM-6@0", limits={"max_words": 1, "max_sequence_words": 511}, **SEQUENCE)
several("words-size-and-bag", "9.3", "a bag with another finding counts 512 words",
        b"\2\x42\0" + WORDS, "SC-SIZ-2@16 SC-LIM-6@0",
        limits={"max_sequence_words": 511}, **SEQUENCE)
several("words-long-length", "9.3",
        "an item whose length takes two bytes counts its own words: two, and two allowed",
        bytes([WORDS[0] | 0x80, 0]) + WORDS[1:], "SC-LEB-2@0",
        limits={"max_sequence_words": 2}, **SEQUENCE)
several("words-long-length-over", "9.3",
        "an item whose length takes two bytes counts its own words: two, and one allowed",
        bytes([WORDS[0] | 0x80, 0]) + WORDS[1:], "SC-LEB-2@0 SC-LIM-6@0",
        limits={"max_sequence_words": 1}, **SEQUENCE)
several("words-empty-item", "9.3", "an empty item counts no words", b"\0" + WORDS,
        "SC-SEQ-1@0 SC-LIM-6@8", limits={"max_sequence_words": 1}, **SEQUENCE)

# --- profiles (§11) ----------------------------------------------------------------------------

several("profile-broken-item", "11", "a profile is judged only if all items are valid",
        "02 00 11 01 08", "SC-CHK-1@40", profile="file", **SEQUENCE)
several("profile-invalid", "11", "a profile is judged only if the record is valid",
        "06 00 03 0e 01 07 01", "SC-SIZ-2@8 SC-NIB-1@48", profile="tiny")
several("profile-unsupported", "11", "a profile is judged only within the limits",
        "04 03 0e 01 07 10 10", "SC-LIM-2@40", profile="tiny", limits={"max_words": 1})
several("profile-critical", "11", "an unknown odd type, and the profile that forbids extensions",
        "04 02 0b 00 11", "SC-EXT-6@16", profile="tiny")
several("profile-tiny", "11", "all rules of tiny, in the order of the table",
        file("17 81 f3 83 08 00 00 00 07 00 03 0e 01 07 11"),
        "SC-PRO-1@16 SC-PRO-2@19 SC-PRO-3@22 SC-PRO-4@23 SC-PRO-5@21", profile="tiny")
several("profile-archive", "11", "all rules of archive, in the order of the table", "08 11 43",
        "SC-PRO-7@0 SC-PRO-8@3 SC-PRO-9@5 SC-PRO-10@5", profile="archive")
several("profile-items", "11", "the rules of a profile, item by item",
        "06 04 03 0e 01 07 11 06 02 81 f3 83 08 11",
        "SC-PRO-5@13 SC-PRO-3@70", profile="tiny", **SEQUENCE)
several("profile-items-file", "11", "every item breaks the framing of the profile",
        "02 00 11 01 00",
        "SC-PRO-6@8 SC-PRO-6@32", profile="file", **SEQUENCE)
