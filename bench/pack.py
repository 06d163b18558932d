"""Measure pack and unpack in each coding, interleaved with cbor2 for the same fields.

    python bench/pack.py [--calls 5000]

Each time is the minimum of many repeats. The two sides take turns, so that a busy machine affects
both.
"""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable

import cbor2

from semcodec.bitstream import pack, unpack
from semcodec.choices import CodingChoice

SKELETONS = "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st"  # 50 symbols, 25 bytes
WORDS = "indian traditional arch window green leaves brick wall sunlight shadow"
TEXTS: dict[CodingChoice, str] = {
    "auto": SKELETONS,
    "nibble": SKELETONS,
    "lexicon": WORDS,
    "bag": WORDS,
    "utf8": WORDS,
}
SLOW_CODINGS = ("lexicon", "bag")  #: range coded: they take milliseconds, so fewer calls suffice
CALLS, REPEATS = 5_000, 40


def measure_interleaved(*functions: Callable[[], object], calls: int) -> list[float]:
    """Return the minimum microseconds per call of each function; the functions take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(REPEATS):
        for index, function in enumerate(functions):
            seconds = timeit.timeit(function, number=calls)
            best[index] = min(best[index], seconds / calls * 1e6)
    return best


def compare(coding: CodingChoice, calls: int) -> None:
    """Print a row of the table: sizes, times of both sides in microseconds, and their ratios."""
    text = TEXTS[coding]
    fields = {
        "text": text,
        "size": (1024, 1024),
        "models": "unspecified",
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
        own, other = measure_interleaved(*pair, calls=calls)
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
    parser.add_argument(
        "--calls", type=int, default=CALLS, help=f"calls per repeat (default: {CALLS})"
    )
    main(parser.parse_args().calls)
