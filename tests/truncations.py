"""Truncation step by step, as §9.5 states it: slow, and without the code of the library for it."""

from __future__ import annotations

from collections.abc import Iterator

from semcodec.bitstream import repack, unpack
from tests.layouts import bits

SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def truncate(data: bytes, max_bytes: int) -> bytes | None:
    """Return the first record of the series that fits, or None."""
    return next((record for record in series(data) if len(record) <= max_bytes), None)


def series(data: bytes) -> Iterator[bytes]:
    """Yield ``data``, and the record after one step, after two, and so on."""
    record = unpack(data)
    text, entries = record.text, dict(record.extensions)
    while True:
        shown = record._replace(text=text, extensions=tuple(sorted(entries.items())))
        yield repack(shown)
        after = _step(text, dict(entries), record.coding)
        if after is None:
            return
        text, entries = after


def _step(text: str, entries: dict[int, bytes], coding: str) -> tuple[str, dict[int, bytes]] | None:
    if over := [kind for kind in entries if kind > 24]:
        del entries[max(over)]
        return text, entries
    for kind in (18, 16, 8, 6, 4, 2, 24, 22, 20, 14, 12, 10):
        if kind in entries:
            value = entries.pop(kind)
            if kind == 22 and len(value) > 1:
                entries[kind] = value[:-1]
            if kind == 20 and len(groups := _groups(value)) > 1:
                entries[kind] = bits("".join(groups[:-1]))
            return text, entries
    if text.strip(SPACES) != text:
        return text.strip(SPACES), entries
    words = len("".join(" " if char in SPACES else char for char in text).split(" "))
    if coding == "bag" or words < 2:
        return None
    while text[-1] not in SPACES:
        text = text[:-1]
    return text.rstrip(SPACES), entries


def _groups(value: bytes) -> list[str]:
    """Return the binary digits of each group of a layout."""
    digits, groups = "".join(f"{byte:08b}" for byte in value), []
    while len(digits) >= 29:
        end = 9 + 20 * (int(digits[6:9], 2) + 1)
        groups.append(digits[:end])
        digits = digits[end:]
    return groups
