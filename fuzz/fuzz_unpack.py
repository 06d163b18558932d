"""Throw bytes at the reader: random ones, and records with a few bytes changed.

    python fuzz/fuzz_unpack.py --runs 1000000 --seed 7

Whatever comes in, only SemcodecError comes out; what is taken packs to the same bytes again; and
the validator agrees with the reader. Half of the changed records get their check repaired, or
almost none would come past it.
"""

from __future__ import annotations

import argparse
import random

from semcodec.bitstream import Models, checks, pack, repack, unpack, validate
from semcodec.errors import SemcodecError

SYMBOLS = "ntsrhldcmfgpbkv"
SIZES = ((1024, 1024), (512, 512), (4032, 3024), (1000, 777), (1, 32768), (2**31 - 1, 1))
MODELS = (Models(), Models(2), Models(99), Models(0, 1, 2, 300, 4), Models(painter=2**28 - 1))
EXTENSIONS = ((2, b"seer"), (8, "prömpt".encode()), (10, b"\x0c"), (12, b""), (300, b"\0\1"))


def a_record(rng: random.Random) -> bytes:
    """Return a valid record of any kind."""
    words = ["".join(rng.choices(SYMBOLS, k=rng.randint(1, 5))) for _ in range(rng.randint(0, 9))]
    framing = rng.choice(("bare", "file"))
    return pack(
        words,
        coding=rng.choice(("nibble", "utf8")),
        size=rng.choice(SIZES),
        models=rng.choice(MODELS),
        framing=framing,
        check=rng.choice(("none", "crc8", "crc16", "crc32")[framing == "file" :]),
        extensions=rng.sample(EXTENSIONS, rng.randint(0, 3)),
    )


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
                out[at:at] = rng.choice((b"\0", b"\x80", b"\xff", rng.randbytes(2)))
            case _:
                del out[at : at + rng.randint(1, 3)]
    return bytes(out)


def repaired(data: bytes) -> bytes:
    """Return ``data`` with the check its first byte asks for."""
    start = 2 if data[:1] == b"\xb5" else 0
    kind = data[start] >> 3 & 3 if len(data) > start else 0
    end = len(data) - checks.LENGTHS[kind]
    return data if end <= start else data[:end] + checks.write(kind, data[start:end])


def an_input(rng: random.Random) -> bytes:
    """Return bytes that may or may not be a record."""
    match rng.randint(0, 3):
        case 0:
            return rng.randbytes(rng.randint(0, 24))
        case 1:
            return changed(rng, a_record(rng))
        case _:
            return repaired(changed(rng, a_record(rng)))


def taken(data: bytes) -> bool:
    """Say whether the reader takes ``data``, which must then be its record's one spelling."""
    try:
        record = unpack(data)
    except SemcodecError:
        return False
    assert repack(record) == data, data.hex()
    return True


def run(runs: int, seed: int, validate_every: int = 10) -> int:
    """Try ``runs`` inputs and return how many were records."""
    rng, count = random.Random(seed), 0
    for number in range(runs):
        data = an_input(rng)
        ok = taken(data)
        count += ok
        if number % validate_every == 0:
            assert validate(data).ok == ok, data.hex()
    return count


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = run(options.runs, options.seed)
    print(f"{options.runs} inputs, {count} of them records, nothing unexpected")


if __name__ == "__main__":
    main()
