"""The old way in, kept while there are users: bare records and files through ``fuzz.mutator``.

    python fuzz/fuzz_unpack.py --runs 1000000 --seed 7

The driver of all targets is ``python -m fuzz``.
"""

from __future__ import annotations

import argparse
import random

from fuzz.mutator import a_core_input as an_input
from semcodec.bitstream import repack, unpack, validate
from semcodec.errors import SemcodecError

__all__ = ["an_input", "taken", "run"]


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
