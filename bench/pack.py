"""Time of pack and unpack beside cbor2 for the same fields, in one run, interleaved.

    python bench/pack.py [--calls 5000]

Each number is the least of many repeats, so that a busy machine changes both sides alike.
"""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable

import cbor2

from semcodec.bitstream import pack, unpack

TEXT = "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st"  # 50 symbols, 25 bytes
CALLS, REPEATS = 5_000, 40


def interleaved_timing(*functions: Callable[[], object], calls: int) -> list[float]:
    """Return the least microseconds per call of each function; they take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(REPEATS):
        for index, function in enumerate(functions):
            seconds = timeit.timeit(function, number=calls)
            best[index] = min(best[index], seconds / calls * 1e6)
    return best


def main(calls: int) -> None:
    """Print the sizes, and both ratios of times."""
    fields = {
        "text": TEXT,
        "size": (1024, 1024),
        "models": "default",
        "coding": "nibble",
        "version": 1,
    }
    record, cbor = pack(TEXT), cbor2.dumps(fields)
    print(f"bytes: semcodec {len(record)}, cbor2 {len(cbor)}")
    for name, own, other in (
        ("pack / dumps", lambda: pack(TEXT), lambda: cbor2.dumps(fields)),
        ("unpack / loads", lambda: unpack(record), lambda: cbor2.loads(cbor)),
    ):
        own_time, other_time = interleaved_timing(own, other, calls=calls)
        print(f"{name}: {own_time:.3f} us / {other_time:.3f} us = {own_time / other_time:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=CALLS, help=f"per repeat (default: {CALLS})")
    main(parser.parse_args().calls)
