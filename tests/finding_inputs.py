"""Random data with several findings, with the limits and the profile to judge it with.

Two kinds: records that are put together from fields of which many break a rule, in any framing; and
vectors with a few bytes changed. Random bytes would break a rule early and reach no other one.
"""

from __future__ import annotations

import base64
import dataclasses
import random
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from fuzz import corpus
from semcodec import Limits
from tests.annex_c import append_check, replace_check
from tests.png_files import END, HEADER, PIXELS, SIGNATURE, build_chunk

BASE45: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FRAMINGS: Final = ("auto", "bare", "file", "sequence", "url", "qr", "png")
PROFILES: Final = ("tiny", "file", "archive")
#: Sizes of each form: assigned, 1024 x 1024, 512 x 512, and with sides at and over the limits.
SIZES: Final = [bytes.fromhex(size) for size in (
    "0d 00 2a 45 7f 81f38308 81ff83ff 80ff81ff bfff8000 c00001ff800003ff c00000ff800001ff "
    "c0004000000000 ffffffffffffffff ffffffff7ffffffe c000000080000000 c0003fff80000000"
).split()]  # fmt: skip
#: Integers: short ones most often, some in more bytes than needed, some that never end.
INTEGERS: Final = [bytes.fromhex(integer) for integer in (
    "00 00 00 01 02 07 07 8000 8100 808000 ffffff7f 80808080 8080808001 ff"
).split()]  # fmt: skip
VALUES: Final = (b"", b"\x01", b"\0", b"a", b"\xff", b"\0\x07", b"\x81\0", b"\x1b", b"\x01\x02\x03")
TYPES: Final = (0, 1, 2, 2, 4, 6, 8, 10, 11, 12, 14, 16, 18, 20, 20, 22, 24, 26, 28, 30)
UTF8: Final = (b"", b"a", b"a b", b"\xff", b"\xed\xa0\x80", b" \xc3\xb6", b"a\xe3\x80\x80b c")


class Input(NamedTuple):
    """Data, the framing to read it in, and options: limits and a profile, as in the vectors."""

    framing: str
    data: bytes
    options: dict[str, Any]


def inputs(seed: int, count: int) -> Iterator[Input]:
    """Yield ``count`` inputs that ``seed`` determines."""
    rng = random.Random(seed)
    for _ in range(count):
        framing, data = (_framed if rng.random() < 0.7 else _changed_vector)(rng)
        if rng.random() < 0.1:
            framing = rng.choice(FRAMINGS)
        yield Input(framing, data, _options(rng))


def _options(rng: random.Random) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(Limits)]
    options: dict[str, Any] = {}
    if rng.random() < 0.3:
        options["limits"] = {rng.choice(names): rng.randrange(12)}
    if rng.random() < 0.5:
        options["profile"] = rng.choice(PROFILES)
    return options


# --- a core, field by field


def _core(rng: random.Random) -> bytes:
    first = rng.choice((0, 0, 0, 3, 3, 1, 2)) << 5 | rng.choice((0, 0, 1, 1, 2, 3)) << 3
    first |= rng.randrange(8) | (rng.random() < 0.03) << 7
    fields = [rng.choice(SIZES)] if first & 2 else []
    fields += [_models(rng)] if first & 1 else []
    fields += [_block(rng)] if first & 4 else []
    core = bytes([first]) + b"".join(fields) + _payload(rng, first >> 5 & 3)
    core = append_check(core) if rng.random() < 0.7 else core + rng.randbytes(rng.randrange(3))
    return core if rng.random() < 0.8 else core[: rng.randrange(len(core) + 1)]


def _models(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return rng.choice(INTEGERS)
    return b"\0" + b"".join(rng.choices(INTEGERS, [9] * 7 + [1] * 7, k=4))


def _block(rng: random.Random) -> bytes:
    types = rng.choices(TYPES, k=rng.randrange(5))
    entries = b"".join(
        _entry(rng, kind) for kind in (sorted(types) if rng.random() < 0.5 else types)
    )
    return _integer(rng, max(0, len(entries) + rng.choice((0, 0, 0, 0, -1, 1)))) + entries


def _entry(rng: random.Random, kind: int) -> bytes:
    value = _layout(rng) if kind == 20 and rng.random() < 0.8 else rng.choice(VALUES)
    return _integer(rng, kind) + _integer(rng, len(value) + (rng.random() < 0.05)) + value


def _layout(rng: random.Random) -> bytes:
    """Return groups of boxes; many break the rule of layouts in one of its parts."""
    bits = ""
    for word in sorted(rng.choices(range(9), k=rng.choice((1, 1, 2, 3)))):
        boxes = sorted(
            rng.choices((0x00020, 0x20BFF, 0x40C63, rng.getrandbits(20)), k=rng.choice((1, 1, 2)))
        )
        bits += f"{word:06b}{len(boxes) - 1:03b}" + "".join(f"{box:020b}" for box in boxes)
    bits += "0" * (-len(bits) % 8) if rng.random() < 0.8 else rng.choice(("1", "0" * 9, "0" * 29))
    value = int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")
    return value if rng.random() < 0.9 else value[:-1]


def _integer(rng: random.Random, value: int) -> bytes:
    """Return ``value``, below 128, in one byte, or seldom in two."""
    return bytes([value | 0x80, 0]) if rng.random() < 0.08 else bytes([value])


def _payload(rng: random.Random, coding: int) -> bytes:
    if coding == 3:
        return rng.choice(UTF8)
    if coding:
        return rng.randbytes(rng.randrange(4))
    digits = [rng.choice((0, 0, 1, 1, 2, 3)) for _ in range(2 * rng.randrange(5))]
    return bytes(16 * high + low for high, low in zip(digits[::2], digits[1::2], strict=True))


# --- framings


def _framed(rng: random.Random) -> tuple[str, bytes]:
    name = rng.choice(tuple(WRAPPERS))
    return name if rng.random() < 0.5 or name == "sequence" else "auto", WRAPPERS[name](rng)


def _file(rng: random.Random) -> bytes:
    return rng.choice((b"\xb5\x1a", b"\xb5\x1a", b"\xb5\x1b")) + _core(rng)


def _sequence(rng: random.Random) -> bytes:
    cores = [_core(rng) if rng.random() < 0.9 else b"" for _ in range(rng.randrange(4))]
    items = b"".join(_integer(rng, len(core)) + core for core in cores if len(core) < 128)
    return items if rng.random() < 0.8 else items[: rng.randrange(len(items) + 1)]


def _url(rng: random.Random) -> bytes:
    return _damaged(rng, b"semc:" + base64.urlsafe_b64encode(_core(rng)).rstrip(b"="))


def _qr(rng: random.Random) -> bytes:
    core, text = _core(rng), b"SEMQ:"
    for index in range(0, len(core), 2):
        pair = core[index : index + 2]
        value = int.from_bytes(pair, "big")
        digits = (value % 45, value // 45 % 45, value // 2025)[: len(pair) + 1]
        text += bytes(BASE45[digit] for digit in digits)
    return _damaged(rng, text)


def _damaged(rng: random.Random, text: bytes) -> bytes:
    """Return a text form as it is, or with a character that is changed, appended or removed."""
    choice, index = rng.randrange(6), rng.randrange(len(text))
    other = rng.choice((b"0", b":", b"Z", b"B", b"+", b"=", b"\n"))
    return (text + other, text[:-1], text[:index] + other + text[index + 1 :], *[text] * 3)[choice]


def _png(rng: random.Random) -> bytes:
    chunks = [HEADER, PIXELS]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        crc = None if rng.random() < 0.6 else rng.getrandbits(32)
        core = _core(rng) if rng.random() < 0.9 else b""
        chunks.append(build_chunk(rng.choice((b"seMC", b"seMC", b"seMc")), core, crc))
    rng.shuffle(chunks)
    data = SIGNATURE + b"".join(chunks) + rng.choice((END, END, END, b""))
    return data if rng.random() < 0.8 else data[: rng.randrange(len(data) + 1)]


WRAPPERS: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "bare": _core, "file": _file, "sequence": _sequence, "url": _url, "qr": _qr, "png": _png,
}  # fmt: skip


# --- vectors with a few bytes changed


def _changed_vector(rng: random.Random) -> tuple[str, bytes]:
    data, framing = rng.choice([row for row in corpus.vectors() if len(row[0]) <= 300])
    for _ in range(rng.randrange(4)):
        index = rng.randrange(len(data) + 1)
        byte = bytes([rng.choice((0, 1, 0x7F, 0x80, 0x81, 0xFF, rng.randrange(256)))])
        data = data[:index] + rng.choice((b"", byte, byte)) + data[index + rng.randrange(2) :]
    return framing, replace_check(data) if framing == "auto" and rng.random() < 0.3 else data
