"""Time of pack and unpack in each coding beside cbor2 for the same fields, interleaved.

    python bench/pack.py [--calls 5000]

Each number is the least of many repeats, so that a busy machine changes both sides alike.
"""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable

import cbor2

from semcodec.bitstream import pack, unpack

SKELETONS = "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st"  # 50 symbols, 25 bytes
WORDS = "indian traditional arch window green leaves brick wall sunlight shadow"
TEXTS = {"nibble": SKELETONS, "lexicon": WORDS, "bag": WORDS, "utf8": WORDS}
SLOW_CODINGS = ("lexicon", "bag")  #: range coded: milliseconds, so that fewer calls measure them
CALLS, REPEATS = 5_000, 40


def interleaved_timing(*functions: Callable[[], object], calls: int) -> list[float]:
    """Return the least microseconds per call of each function; they take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(REPEATS):
        for index, function in enumerate(functions):
            seconds = timeit.timeit(function, number=calls)
            best[index] = min(best[index], seconds / calls * 1e6)
    return best


def compare(coding: str, calls: int) -> None:
    """Print a row of the table: sizes, and microseconds and their ratio in both directions."""
    text = TEXTS[coding]
    fields = {
        "text": text,
        "size": (1024, 1024),
        "models": "default",
        "coding": coding,
        "version": 1,
    }
    record, cbor = pack(text, coding=coding), cbor2.dumps(fields)
    cells = [f"| {coding} | {len(record)} | {len(cbor)} |"]
    pairs: tuple[tuple[Callable[[], object], Callable[[], object]], ...] = (
        (lambda: pack(text, coding=coding), lambda: cbor2.dumps(fields)),
        (lambda: unpack(record), lambda: cbor2.loads(cbor)),
    )
    for pair in pairs:
        own, other = interleaved_timing(*pair, calls=calls)
        cells.append(f" {own:.2f} / {other:.2f} = {own / other:.2f} |")
    print("".join(cells), flush=True)


def main(calls: int) -> None:
    """Print the table."""
    print("| coding | bytes | cbor2 | pack / dumps, µs | unpack / loads, µs |")
    print("|---|--:|--:|--:|--:|")
    for coding in TEXTS:
        compare(coding, max(1, calls // 500) if coding in SLOW_CODINGS else calls)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=CALLS, help=f"per repeat (default: {CALLS})")
    main(parser.parse_args().calls)
