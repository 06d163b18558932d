"""How long pack and unpack take beside cbor2 for the same fields, in one run, interleaved.

    python bench/pack.py [--calls 5000]

Each number is the least of many repeats, so a busy machine shifts both sides alike.
"""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable

import cbor2

from semcodec.bitstream import pack, unpack

TEXT = "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st"  # 50 symbols, 25 bytes
CALLS, REPEATS = 5_000, 40


def race(*runners: Callable[[], object], calls: int) -> list[float]:
    """Return the least microseconds a call for each runner, taking turns."""
    best = [float("inf")] * len(runners)
    for _ in range(REPEATS):
        for place, runner in enumerate(runners):
            seconds = timeit.timeit(runner, number=calls)
            best[place] = min(best[place], seconds / calls * 1e6)
    return best


def main(calls: int) -> None:
    """Print both ratios."""
    fields = {
        "text": TEXT,
        "size": (1024, 1024),
        "models": "default",
        "coding": "nibble",
        "version": 1,
    }
    packed, dumped = pack(TEXT), cbor2.dumps(fields)
    print(f"bytes: semcodec {len(packed)}, cbor2 {len(dumped)}")
    for name, ours, theirs in (
        ("pack / dumps", lambda: pack(TEXT), lambda: cbor2.dumps(fields)),
        ("unpack / loads", lambda: unpack(packed), lambda: cbor2.loads(dumped)),
    ):
        mine, other = race(ours, theirs, calls=calls)
        print(f"{name}: {mine:.3f} us / {other:.3f} us = {mine / other:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=CALLS, help=f"in each repeat ({CALLS})")
    main(parser.parse_args().calls)
