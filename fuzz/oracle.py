"""A second reader, built on the declaration: it shares no code with the reader.

Slow and plain. It parses with the ``construct`` table, builds the canonical record of the values it
saw, and takes the data if that gives the same bytes: the law "one value, one byte string" (§8) does
the work that the reader's rules do one by one.
"""

from __future__ import annotations

import zlib
from binascii import crc_hqx
from collections.abc import Sequence
from typing import Any

from fuzz import carriers
from semcodec._registry import SIZES
from semcodec.bitstream import Models, Record, layout
from semcodec.coding import bag, lexicon
from semcodec.errors import FormatError

SYMBOLS = " ntsrhldcmfgpbkv"
CODINGS = ("nibble", "lexicon", "bag", "utf8")
CHECKS = ("none", "crc8", "crc16", "crc32")
DEFAULT_SIZE = (1024, 1024)
CODE_OF = {DEFAULT_SIZE: 0} | {size: code for code, size in SIZES.items()}
IDS = ("set", "describer", "writer", "painter", "prompts")


def slow_crc8(data: bytes) -> int:
    """Return the CRC-8/AUTOSAR of ``data``, bit by bit."""
    state = 0xFF
    for byte in data:
        for bit in range(7, -1, -1):
            top = (state >> 7) ^ (byte >> bit & 1)
            state = (state << 1 & 0xFF) ^ (0x2F * top)
    return state ^ 0xFF


def slow_check(kind: int, core: bytes) -> bytes:
    """Return the check of ``core``."""
    values = (0, slow_crc8(core), crc_hqx(core, 0xFFFF), zlib.crc32(core))
    return values[kind].to_bytes((0, 1, 2, 4)[kind], "big")


def tidy(payload: bytes) -> str:
    """Return the symbols of a payload, as a canonical text."""
    symbols = (SYMBOLS[half] for byte in payload for half in divmod(byte, 16))
    return " ".join("".join(symbols).split())


def nibbles(text: str) -> bytes:
    """Return the payload of a text."""
    values = [SYMBOLS.index(char) for char in text] + [0] * (len(text) % 2)
    return bytes(16 * a + b for a, b in zip(values[::2], values[1::2], strict=True))


# --- values to bytes, by the declaration ---------------------------------------------------------


def rebuild(record: Record) -> bytes:
    """Return the canonical core or file of ``record``; other framings give the core."""
    kind = CHECKS.index(record.check)
    tree: dict[str, Any] = {
        "magic": None,
        "header": _header(record, kind),
        "size": size_tree(record.size),
        "models": {name: getattr(record.models, name) for name in IDS},
        "extensions": extensions_tree(record.extensions),
        "payload": _payload(record),
        "check": b"\0" * (0, 1, 2, 4)[kind],
    }
    built = layout.build(tree, record.framing == "file")
    start = 2 * (record.framing == "file")
    core = built[start : len(built) - len(tree["check"])]
    return built[:start] + core + slow_check(kind, core)


def _payload(record: Record) -> bytes:
    if record.coding == "nibble":
        return nibbles(record.text)
    if record.coding == "utf8":
        return record.text.encode()
    # Coded words are the library's own here: spec/readers has another reader of them.
    return lexicon.encode(record.words) if record.coding == "lexicon" else bag.encode(record.words)


def _header(record: Record, kind: int) -> dict[str, int]:
    return {
        "version": 0,
        "coding": CODINGS.index(record.coding),
        "check": kind,
        "has_extensions": int(record.extensions != ()),
        "has_size": int(record.size != DEFAULT_SIZE),
        "has_models": int(record.models != Models()),
    }


def size_tree(size: tuple[int, int]) -> dict[str, Any]:
    """Return the fields of a size, in the one form it has."""
    if (code := CODE_OF.get(size)) is not None:
        return {"peek": code, "code": code, "short": None, "long": None}
    form = "short" if max(size) <= 32768 else "long"
    bits = {"form": 2 + (form == "long"), "width": size[0] - 1, "height": size[1] - 1}
    return {"peek": bits["form"] << 6, "code": None, "short": None, "long": None, form: bits}


def extensions_tree(given: Sequence[tuple[int, bytes]]) -> dict[str, Any]:
    """Return the fields of an extension block."""
    entries = [{"type": t, "length": len(v), "value": v} for t, v in given]
    length = sum(len(layout.EXTENSION.build(entry)) for entry in entries)
    return {"length": length, "entries": entries}


# --- bytes to values -----------------------------------------------------------------------------


def oracle(data: bytes, framing: str = "auto") -> Record | None:
    """Return the record of ``data``, or None if it is not exactly one."""
    frame = carriers.framing_of(data) if framing == "auto" else framing
    if frame in ("bare", "file", "sequence"):
        return _of_core(data, frame)
    core = _carried(data, frame)
    return _of_core(core, frame) if core else None


def _carried(data: bytes, frame: str) -> bytes | None:
    """Return the core of a text form or a PNG file, if it is the one that it must be."""
    if carriers.framing_of(data) != frame:
        return None
    if frame == "png":
        return _in_picture(data)
    core = carriers.core_of(data)
    return core if core and carriers.framed(frame, core) == data else None


def _in_picture(png: bytes) -> bytes | None:
    """Return the core of the one chunk seMC of a PNG file that is whole."""
    if not png.startswith(carriers.SIGNATURE):
        return None
    found = list(carriers.chunks(png))
    cores = [(at, core) for at, kind, core in found if kind == b"seMC"]
    if not found or found[-1][1] != b"IEND" or len(cores) != 1:
        return None
    at, core = cores[0]
    written = carriers.chunk(b"seMC", core)
    return core if png[at : at + len(written)] == written else None


def _of_core(data: bytes, frame: str) -> Record | None:
    try:
        tree, places = layout.parse(data, frame == "file")
    except FormatError:
        return None
    assert sum(place.bits for place in places) == 8 * len(data)
    kind, coding = tree.header.check, CODINGS[tree.header.coding]
    if tree.header.version:
        return None
    if (frame == "png" and kind) or (frame in ("file", "url", "qr") and not kind):
        return None
    size, entries, text = _size(tree), _entries(tree), _text(tree.payload, coding)
    if size is None or entries is None or text is None:
        return None
    models = Models(*((tree.models or {}).get(name) or 0 for name in IDS))
    record = Record(text, coding, size, models, entries, frame, CHECKS[kind], 1)
    return record if rebuild(record) == data else None


def _size(tree: Any) -> tuple[int, int] | None:
    if tree.size is None:
        return DEFAULT_SIZE
    explicit = tree.size.short or tree.size.long
    if explicit is None:
        return {code: size for size, code in CODE_OF.items()}.get(tree.size.code)
    size = (explicit.width + 1, explicit.height + 1)
    return size if max(size) < 2**31 else None


def _entries(tree: Any) -> tuple[tuple[int, bytes], ...] | None:
    listed = tree.extensions.entries or [] if tree.extensions is not None else []
    entries = tuple((entry.type, entry.value) for entry in listed)
    kinds = [kind for kind, _ in entries]
    if kinds != sorted(set(kinds)) or any(kind % 2 or kind == 0 for kind in kinds):
        return None
    return entries if all(known_value(*entry) for entry in entries) else None


def _text(payload: bytes, coding: str) -> str | None:
    if coding in ("lexicon", "bag"):
        words, rule = (lexicon if coding == "lexicon" else bag).decode(payload)
        return None if rule else " ".join(words)
    try:
        return tidy(payload) if coding == "nibble" else payload.decode()
    except UnicodeDecodeError:
        return None


def known_value(kind: int, value: bytes) -> bool:
    """Say whether a registered extension may have this value; of others, any."""
    if kind in (2, 4, 6, 8, 16):
        return 0 < len(value) < 256 and _is_plain(value)
    if kind == 10:
        return _is_count(value)
    if kind == 12:
        return value == b"\1"
    if kind == 14:
        return 1 <= len(value) <= 4 and (len(value) == 1 or value[0] != 0)
    return kind != 18 or (0 < len(value) <= 4096 and _is_plain(value))


def _is_plain(value: bytes) -> bool:
    try:
        return all(ord(char) > 31 and not 126 < ord(char) < 160 for char in value.decode())
    except UnicodeDecodeError:
        return False


def _is_count(value: bytes) -> bool:
    try:
        count = layout.Leb128().parse(value)
    except Exception:  # whatever construct calls it, these bytes are no integer
        return False
    return count > 0 and bool(layout.Leb128().build(count) == value)
