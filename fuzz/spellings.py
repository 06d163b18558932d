"""Records written loosely: every field in any of its spellings, also the forbidden ones.

The library's writer cannot make these. Each function takes the random numbers and now and then
writes what a rule forbids: an integer with a zero byte more, a size in the long form, types that
do not ascend, a space too many. So every rule is met often, with a check that matches.
"""

from __future__ import annotations

import random

from semcodec._registry import EXTENSIONS, SIZES

ONE_IN = 12  #: how often a field is spelled wrong

_LETTERS = "ntsrhldcmfgpbkv"
_SYMBOLS = " " + _LETTERS
_TEXTS = ("seer 2", "Öl", "a", "x" * 255, "palette and brush", "\U0001f3a8", "e\u0301")
_WRONG_TEXTS = (b"", b"\xff", b"\xc0\x80", b"a\0", b"\x7f", b"\xc2\x85", b"\xed\xa0\x80")


def slips(rng: random.Random) -> bool:
    """Say whether to write this field wrong."""
    return rng.randrange(ONE_IN) == 0


def a_number(rng: random.Random) -> int:
    """Return a random integer in the range of LEB128, mostly a small one."""
    return rng.choice((rng.randint(0, 3), rng.randint(1, 300), rng.getrandbits(28), 2**28 - 1))


def leb(rng: random.Random, value: int) -> bytes:
    """Return ``value`` as LEB128, or with a surplus zero byte, or with one byte too many."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    if slips(rng):
        out[-1] |= 128
        out += b"\x80" * rng.choice((0, 0, 0, 4 - len(out), 1)) + rng.choice((b"\0", b"\1"))
    return bytes(out)


def size(rng: random.Random) -> bytes:
    """Return a size field in any form, whether or not a shorter one would do."""
    width, height = a_size(rng)
    match rng.randint(0, 3):
        case 0:
            return bytes([rng.choice((0, 69, 101, 127, rng.randint(1, len(SIZES))))])
        case 1 if max(width, height) > 2**15 or slips(rng):
            bits = 0b11 << 62 | width - 1 << 31 | height - 1
            return bits.to_bytes(8, "big")
        case _ if max(width, height) <= 2**15:
            return (0b10 << 30 | width - 1 << 15 | height - 1).to_bytes(4, "big")
    return bytes([rng.randint(1, len(SIZES))])


def a_size(rng: random.Random) -> tuple[int, int]:
    """Return two sides; now and then 1024 x 1024, one of the registry, or one too long."""
    if slips(rng):
        return rng.choice(((1024, 1024), *SIZES.values(), (2**31, 1)))
    most = rng.choice((2**15, 2**15, 2**31 - 1))
    return rng.randint(1, most), rng.randint(1, most)


def models(rng: random.Random) -> bytes:
    """Return a models field: a row, or four ids, now and then all 0."""
    if rng.randrange(2):
        return leb(rng, a_number(rng))
    ids = [0] * 4 if slips(rng) else [a_number(rng) for _ in range(4)]
    return b"\0" + b"".join(leb(rng, number) for number in ids)


def extension_block(rng: random.Random) -> bytes:
    """Return an extension block, its types ascending most of the time."""
    rows = rng.sample(EXTENSIONS, rng.randint(0, 4))
    entries = [(row.type, a_value(rng, row.value_kind)) for row in rows]
    if rng.randrange(3) == 0:
        entries.append((rng.choice((20, 300, 2**28 - 2)), rng.randbytes(rng.randint(0, 4))))
    if slips(rng):
        entries.append((rng.choice((0, 1, 7, 2)), b""))
    if not slips(rng):
        entries.sort()
    block = b"".join(leb(rng, kind) + leb(rng, len(v)) + v for kind, v in entries)
    return leb(rng, max(0, len(block) + (rng.randint(-2, 2) if slips(rng) else 0))) + block


def a_value(rng: random.Random, kind: str) -> bytes:
    """Return a value of a registered extension, right most of the time."""
    match kind:
        case "count":
            return b"" if slips(rng) else leb(rng, a_number(rng) + (not slips(rng)))
        case "order":
            return rng.choice((b"", b"\0", b"\2", b"\1\1")) if slips(rng) else b"\1"
        case "seed":
            value = rng.choice((0, 1, 255, 256, 2**32 - 1, rng.getrandbits(32)))
            spare = rng.randint(0, 2) if slips(rng) else 0
            return b"\0" * spare + value.to_bytes(max(1, -(-value.bit_length() // 8)), "big")
    if slips(rng):
        return rng.choice((*_WRONG_TEXTS, b"x" * 256, b"x" * 4096, b"x" * 4097))
    return rng.choice(_TEXTS).encode()


def payload(rng: random.Random, coding: int) -> bytes:
    """Return the payload of a coding: words, now and then with a space too many."""
    words = ["".join(rng.choices(_LETTERS, k=rng.randint(1, 6))) for _ in range(rng.randint(0, 9))]
    text = " ".join(words)
    if slips(rng):
        at = rng.choice((0, len(text), rng.randint(0, len(text))))
        text = text[:at] + " " + text[at:]
    if coding:
        return _utf8(rng, text)
    digits = "".join(f"{_SYMBOLS.index(char):x}" for char in text)
    return bytes.fromhex(digits + "0" * (len(digits) % 2))


def _utf8(rng: random.Random, text: str) -> bytes:
    more = rng.choice(_WRONG_TEXTS) if slips(rng) else rng.choice(_TEXTS).encode()
    return text.encode() + more


def core(rng: random.Random, check: int) -> bytes:
    """Return a core up to its check, which is the business of whoever frames it."""
    coding = rng.choice((1, 2)) if slips(rng) else rng.choice((0, 0, 3))
    head = coding << 5 | check << 3 | slips(rng) << 7
    fields = b""
    for bit, field in ((2, size), (1, models), (4, extension_block)):
        if rng.randrange(3) == 0:
            head |= bit
            fields += field(rng)
    return bytes([head]) + fields + payload(rng, coding)
