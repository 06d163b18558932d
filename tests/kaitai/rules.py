"""The rules that the Kaitai declaration leaves to its caller, on the values it read.

Written from the specification, without a line of the library but for coded words (Annex K), which
a reader in JavaScript (spec/readers) checks.
"""

from __future__ import annotations

import re
from typing import Any

from fuzz.oracle import slow_check
from semcodec.coding import bag, lexicon

CHECKS = ("none", "crc8", "crc16", "crc32")
TEXTS = (2, 4, 6, 8, 16, 18)  #: extension types whose value is UTF-8 without control characters
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
MAGIC = b"\xb5\x1a"
REQUESTED_K = 10
LIMITS = {"max_bytes": 65_536, "max_words": 4_096, "max_extensions": 64}

Values = dict[str, Any]
Size = tuple[int, int]


def size_of(name: str) -> Size:
    """Return the size that a name such as s640x480 says."""
    width, height = name.removeprefix("s").split("x")
    return int(width), int(height)


def record_of(values: Values, registry: set[Size]) -> Values | None:
    """Return the record that was read, or None if it breaks one of the caller's rules."""
    covered, check = bytes.fromhex(values["covered"]), bytes.fromhex(values["check_value"])
    if slow_check(CHECKS.index(values["check"]), covered) != check:
        return None  # SC-CHK-2
    if isinstance(values["size"], list) and tuple(values["size"]) in registry:
        return None  # SC-SIZ-3
    if not all(is_text(bytes.fromhex(v)) for kind, v, _ in values["extensions"] if kind in TEXTS):
        return None  # SC-EXT-7, SC-EXT-11
    if values["utf8"] is not None and not is_utf8(bytes.fromhex(values["utf8"])):
        return None  # SC-UTF-1
    if values["coded"] is not None and words_of(values) is None:
        return None  # SC-LEX, SC-BAG
    return plain(values)


def words_of(values: Values) -> list[str] | None:
    """Return the words of a coded payload, or None if it breaks a rule (the library's reading)."""
    read = {"lexicon": lexicon.decode, "bag": bag.decode}[values["coding"]]
    words, rule = read(bytes.fromhex(values["coded"]))
    return None if rule else words


def is_utf8(data: bytes) -> bool:
    """Say whether ``data`` is UTF-8."""
    try:
        return data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def is_text(data: bytes) -> bool:
    """Say whether ``data`` is UTF-8 without control characters."""
    return is_utf8(data) and not CONTROLS.search(data.decode("utf-8"))


def plain(values: Values) -> Values:
    """Return what the fields of a record mean."""
    size = values["size"]
    symbols = "".join(values["symbols"] or ()).replace("space", " ")
    text = symbols.removesuffix(" ")
    if values["utf8"] is not None:
        text = bytes.fromhex(values["utf8"]).decode("utf-8")
    if values["coded"] is not None:
        text = " ".join(words_of(values) or [])
    asked = [k for kind, _, k in values["extensions"] if kind == REQUESTED_K]
    return {
        "text": text,
        "coding": values["coding"],
        "size": size_of(size) if isinstance(size, str) else tuple(size or (1024, 1024)),
        "models": [*(values["models"] or ()), 0, 0, 0, 0, 0][:5],
        "extensions": [[kind, value] for kind, value, _ in values["extensions"]],
        "framing": values["framing"],
        "check": values["check"],
        "k": asked[0] if asked else len(text.split()),
    }


def within(record: Values | None, data: bytes, limits: dict[str, int]) -> Values | None:
    """Return ``record`` if a reader with these limits takes it (SC-LIM-1 to 3)."""
    limits = LIMITS | limits
    fits = record is not None and (
        len(data.removeprefix(MAGIC)) <= limits["max_bytes"]
        and len(record["text"].split()) <= limits["max_words"]
        and len(record["extensions"]) <= limits["max_extensions"]
    )
    return record if fits else None
