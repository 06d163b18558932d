"""Bytes that may or may not be a record, made so that most of them come past the check.

Random bytes end at the first byte, and a changed record at its check. So half of what is changed
here has its carrier and its check put right again: the CRC of the core, the CRC of PNG chunks, the
characters of the text forms.
"""

from __future__ import annotations

import random
import zlib

from fuzz import carriers, spellings
from fuzz.decisions import Decisions
from fuzz.values import packed
from semcodec.bitstream import checksums

FRAMINGS = ("bare", "file", "url", "qr", "png")
MUST_CHECK = ("file", "url", "qr")
_SNIPPETS = (b"\0", b"\x80", b"\xff", b"\x81\0", b"\xb5\x1a", b"semc:", b"SEMC:", b"seMC", b"IEND")


def a_record(rng: random.Random) -> bytes:
    """Return a valid record of any kind that reads as one."""
    framing, data = packed(Decisions(rng.randbytes(rng.randint(0, 120))))
    return data if framing != "sequence" else b"\0"


def a_loose_record(rng: random.Random) -> bytes:
    """Return a record in which every field may be spelled wrong, with a check that matches."""
    framing = rng.choice(FRAMINGS)
    asked = rng.choice((1, 2, 3) if framing in MUST_CHECK else (0, 0, 1, 2, 3))
    check = 0 if (framing == "png") != spellings.slips(rng) else asked
    core = spellings.core(rng, check)
    core += checksums.compute(check, core)
    return (
        carried_wrong(rng, framing, core)
        if spellings.slips(rng)
        else carriers.framed(framing, core)
    )


def carried_wrong(rng: random.Random, framing: str, core: bytes) -> bytes:
    """Return ``core`` in a carrier that a lax reader might take: only the carrier is wrong."""
    data = carriers.framed(framing, core)
    match framing:
        case "file":
            return data[:1] + rng.randbytes(1) + core
        case "url":
            wrong = (
                data[:-1] + rng.choice(carriers.BASE64).encode(),
                data + b"=" * (-(len(data) - 5) % 4),
                data.translate(bytes.maketrans(b"-_", b"+/")),
                data + b"A",
                data + b"\n",
            )
            return rng.choice(wrong)
        case "qr":
            return rng.choice(
                (data[:5] + data[5:].lower(), data[:5] + b"\n" + data[5:], data + b"0")
            )
        case "png":
            chunk = carriers.chunk(b"seMC", core)
            picture = carriers.picture(*[chunk] * rng.choice((0, 1, 1, 2)))
            at = rng.randrange(
                2, 8
            )  # of the signature; with two chunks, the second is wrong enough
            return picture if picture.count(chunk) != 1 else picture[:at] + b"?" + picture[at + 1 :]
    return data


def changed(rng: random.Random, data: bytes) -> bytes:
    """Return ``data`` with one to three places changed, added or cut."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(out))
        match rng.randint(0, 3):
            case 0:
                out[at : at + 1] = rng.randbytes(1)
            case 1:
                out[at : at + 1] = bytes(byte ^ 1 << rng.randint(0, 7) for byte in out[at : at + 1])
            case 2:
                out[at:at] = rng.choice((*_SNIPPETS, rng.randbytes(2)))
            case _:
                del out[at : at + rng.randint(1, 3)]
    return bytes(out)


def changed_inside(rng: random.Random, data: bytes) -> bytes:
    """Return ``data`` with its core changed and carried as before."""
    core = carriers.core_of(data)
    if not core:
        return changed(rng, data)
    return carriers.framed(carriers.framing_of(data), with_check(changed(rng, core)))


def with_check(core: bytes) -> bytes:
    """Return ``core`` with the check that its first byte asks for in place of its last bytes."""
    kind = core[0] >> 3 & 3 if core else 0
    end = len(core) - checksums.LENGTHS[kind]
    return core if end <= 0 else core[:end] + checksums.compute(kind, core[:end])


def repaired(data: bytes) -> bytes:
    """Return ``data`` with every check right: of the core and, in PNG, of the chunks."""
    framing, core = carriers.framing_of(data), carriers.core_of(data)
    if framing == "png":
        return _with_chunk_crcs(data)
    return carriers.framed(framing, with_check(core)) if core else data


def _with_chunk_crcs(png: bytes) -> bytes:
    out = bytearray(png)
    for at, kind, body in carriers.chunks(png):
        out[at + 8 + len(body) : at + 12 + len(body)] = zlib.crc32(kind + body).to_bytes(4, "big")
    return bytes(out)


def an_input(rng: random.Random) -> bytes:
    """Return bytes that may or may not be a record."""
    match rng.randint(0, 7):
        case 0:
            return rng.choice((b"", b"\0", *carriers.PREFIXES.values())) + rng.randbytes(
                rng.randint(0, 24)
            )
        case 1:
            return changed(rng, a_record(rng))
        case 2:
            return repaired(changed(rng, a_record(rng)))
        case 3 | 4:
            return changed_inside(rng, a_record(rng))
        case _:
            return a_loose_record(rng)


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Return a neighbour of ``data``: changed outside or inside, repaired or not."""
    match rng.randint(0, 2):
        case 0:
            return changed(rng, data)
        case 1:
            return repaired(changed(rng, data))
        case _:
            return changed_inside(rng, data)
