"""Laws over all inputs: two readers agree, one value has one spelling, damage is seen."""

from __future__ import annotations

import importlib.util
import random
import zlib
from binascii import crc_hqx
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcodec.bitstream import Models, Record, declaration, pack, repack, sizes, unpack, validate
from semcodec.errors import FormatError, SemcodecError

SYMBOLS = " ntsrhldcmfgpbkv"
ROOT = Path(__file__).parents[2]


def load_fuzzer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_unpack", ROOT / "fuzz" / "fuzz_unpack.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzzer = load_fuzzer()

#: The same examples on every run, however slow the machine.
steady = settings(derandomize=True, deadline=None, database=None)

# --- the second reader: the declaration, and the law "one value, one byte string" -------------


def slow_crc8(data: bytes) -> int:
    state = 0xFF
    for byte in data:
        for bit in range(7, -1, -1):
            top = (state >> 7) ^ (byte >> bit & 1)
            state = (state << 1 & 0xFF) ^ (0x2F * top)
    return state ^ 0xFF


def slow_check(kind: int, core: bytes) -> bytes:
    values = (lambda b: 0, slow_crc8, lambda b: crc_hqx(b, 0xFFFF), zlib.crc32)
    return values[kind](core).to_bytes((0, 1, 2, 4)[kind], "big")


def tidy(payload: bytes) -> str:
    """Return the symbols of a payload, as a canonical text."""
    symbols = (SYMBOLS[half] for byte in payload for half in divmod(byte, 16))
    return " ".join("".join(symbols).split())


def nibbles(text: str) -> bytes:
    values = [SYMBOLS.index(char) for char in text] + [0] * (len(text) % 2)
    return bytes(16 * a + b for a, b in zip(values[::2], values[1::2], strict=True))


def size_tree(size: tuple[int, int]) -> dict[str, Any]:
    if size in sizes.CODES:
        code = sizes.CODES.index(size)
        return {"peek": code, "code": code, "short": None, "long": None}
    form = "short" if max(size) <= 32768 else "long"
    bits = {"form": 2 + (form == "long"), "width": size[0] - 1, "height": size[1] - 1}
    return {"peek": bits["form"] << 6, "code": None, "short": None, "long": None, form: bits}


def models_tree(models: Models) -> dict[str, Any]:
    names = ("describer", "writer", "painter", "prompts")
    return {"set": models.set} | {name: getattr(models, name) for name in names}


def extensions_tree(entries: Sequence[tuple[int, bytes]]) -> dict[str, Any]:
    lengths = [
        len(declaration.EXTENSION.build({"type": t, "length": len(v), "value": v}))
        for t, v in entries
    ]
    entries = [{"type": t, "length": len(v), "value": v} for t, v in entries]
    return {"length": sum(lengths), "entries": entries}


def rebuild(record: Record) -> bytes:
    """Return the canonical bytes of ``record``, by the declaration."""
    kind = ("none", "crc8", "crc16", "crc32").index(record.check)
    head = {
        "escape": 0,
        "coding": ("nibble", "lexicon", "bag", "utf8").index(record.coding),
        "check": kind,
        "has_extensions": int(record.extensions != ()),
        "has_size": int(record.size != (1024, 1024)),
        "has_models": int(record.models != Models()),
    }
    tree = {
        "magic": None,
        "head": head,
        "size": size_tree(record.size),
        "models": models_tree(record.models),
        "extensions": extensions_tree(record.extensions),
        "payload": nibbles(record.text) if record.coding == "nibble" else record.text.encode(),
        "check": b"\0" * (0, 1, 2, 4)[kind],
    }
    built = declaration.build(tree, record.framing == "file")
    start = 2 * (record.framing == "file")
    core = built[start : len(built) - len(tree["check"])]
    return built[:start] + core + slow_check(kind, core)


def known_value(kind: int, value: bytes) -> bool:
    if kind in (2, 4, 6, 8):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return False
        return 0 < len(value) < 256 and all(ord(c) > 31 and not 126 < ord(c) < 160 for c in text)
    if kind == 10:
        try:
            k = declaration.Leb28().parse(value)
        except Exception:
            return False
        return k > 0 and declaration.Leb28().build(k) == value
    return True


def oracle(data: bytes) -> Record | None:
    """Return the record of ``data``, or None if it is not exactly one."""
    is_file = data[:1] == b"\xb5"
    try:
        tree, places = declaration.parse(data, is_file)
    except FormatError:
        return None
    assert sum(place.bits for place in places) == 8 * len(data)
    head = tree.head
    if head.escape or head.coding in (1, 2) or (is_file and not head.check):
        return None
    size = (1024, 1024)
    if tree.size is not None:
        explicit = tree.size.short or tree.size.long
        if explicit is None and tree.size.code >= len(sizes.CODES):
            return None
        size = (
            (explicit.width + 1, explicit.height + 1) if explicit else sizes.CODES[tree.size.code]
        )
        if max(size) >= 2**31:
            return None
    names = ("set", "describer", "writer", "painter", "prompts")
    models = Models(*((tree.models or {}).get(name) or 0 for name in names))
    entries = tree.extensions.entries or [] if tree.extensions is not None else []
    entries = [(e.type, e.value) for e in entries]
    kinds = [kind for kind, _ in entries]
    if any(k % 2 or k == 0 for k in kinds) or kinds != sorted(set(kinds)):
        return None
    if not all(known_value(*entry) for entry in entries):
        return None
    try:
        text = tidy(tree.payload) if head.coding == 0 else tree.payload.decode()
    except UnicodeDecodeError:
        return None
    record = Record(
        text,
        "utf8" if head.coding else "nibble",
        size,
        models,
        tuple(entries),
        "file" if is_file else "bare",
        ("none", "crc8", "crc16", "crc32")[head.check],
        1,
    )
    return record if rebuild(record) == data else None


def fast(data: bytes) -> Record | None:
    try:
        return unpack(data)
    except SemcodecError:
        return None


# --- values -------------------------------------------------------------------------------

word = st.text("ntsrhldcmfgpbkv", min_size=1, max_size=8)
side = st.one_of(st.integers(1, 40_000), st.integers(1, 2**31 - 1))
model_id = st.one_of(st.integers(0, 300), st.integers(0, 2**28 - 1))
name_value = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60).map(
    str.encode
)
entries = st.dictionaries(st.integers(6, 2**27 - 1).map(lambda n: 2 * n), st.binary(max_size=9))
known = st.fixed_dictionaries(
    {}, optional={2: name_value, 4: name_value, 6: name_value, 8: name_value, 10: st.just(b"\x0c")}
)


@st.composite
def options(draw: st.DrawFn) -> dict[str, Any]:
    framing = draw(st.sampled_from(("bare", "file")))
    checks = ("none", "crc8", "crc16", "crc32")[framing == "file" :]
    return {
        "size": draw(st.one_of(st.sampled_from(sizes.CODES), st.tuples(side, side))),
        "models": draw(
            st.one_of(
                model_id.map(Models),
                st.tuples(model_id, model_id, model_id, model_id).map(lambda t: Models(0, *t)),
            )
        ),
        "framing": framing,
        "check": draw(st.sampled_from(checks)),
        "extensions": sorted((draw(entries) | draw(known)).items()),
    }


nibble_text = st.lists(word, max_size=12).map(" ".join)
utf8_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@steady
@given(nibble_text, options())
def test_what_is_packed_comes_back(text: str, given_options: dict[str, Any]) -> None:
    record = unpack(pack(text, **given_options))
    assert record.text == text
    assert record.extensions == tuple(given_options.pop("extensions"))
    assert {key: getattr(record, key) for key in given_options} == given_options


@steady
@given(utf8_text, options())
def test_any_unicode_text_comes_back(text: str, given_options: dict[str, Any]) -> None:
    record = unpack(pack(text, coding="utf8", **given_options))
    assert (record.text, record.coding) == (text, "utf8")
    assert repack(record) == rebuild(record)


@steady
@given(nibble_text, options())
def test_the_declaration_writes_the_same_bytes(text: str, given_options: dict[str, Any]) -> None:
    data = pack(text, **given_options)
    assert rebuild(unpack(data)) == data
    assert oracle(data) == unpack(data)


@settings(steady, max_examples=300)
@given(st.binary(max_size=40))
def test_two_readers_agree_on_any_bytes(data: bytes) -> None:
    assert fast(data) == oracle(data)


def test_two_readers_agree_on_near_records() -> None:
    rng = random.Random(2)
    for _ in range(4_000):
        data = fuzzer.an_input(rng)
        assert fast(data) == oracle(data), data.hex()


def test_two_readers_agree_on_every_short_default_payload() -> None:
    for value in range(0x10000):
        data = b"\0" + value.to_bytes(2, "big")
        text = tidy(data[1:])
        expected = text if b"\0" + nibbles(text) == data else None
        assert (fast(data) and fast(data).text) == expected


def test_only_our_errors_leave_and_what_is_taken_is_canonical() -> None:
    assert fuzzer.run(100_000, seed=1, validate_every=20) > 10_000


@pytest.mark.parametrize("rest", [b"", b"\x11", b"\x01\x01", b"\x01\x02\x0c\x00\x11"])
def test_every_first_byte(rest: bytes) -> None:
    for first in range(256):
        data = bytes([first]) + rest
        assert fast(data) == oracle(data)
        assert validate(data).ok == (fast(data) is not None)


def damaged(data: bytes) -> Iterator[bytes]:
    yield from (data[:end] for end in range(len(data)))
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


@pytest.mark.parametrize("check", ["crc8", "crc16", "crc32"])
@pytest.mark.parametrize(
    "text",
    ["", "n", "ct n grss", "ndn trdtnl rch vndv", "rd br snst lk mntn gld sk brd fl " * 2 + "t"],
)
def test_a_damaged_file_is_refused(text: str, check: str) -> None:
    for data in damaged(pack(text, framing="file", check=check)):
        with pytest.raises(SemcodecError):
            unpack(data)
        assert not validate(data).ok
