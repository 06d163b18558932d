"""Count the damaged records that are read as other records, for each coding and check (spec §5.6).

    python bench/damage.py                 # print the table
    python bench/damage.py --update        # also write it into the specification
    python bench/damage.py --records 10    # a short run: fewer records than the specification's

For records of 6 to 24 common words: each single bit flipped; the last byte cut off; and random
data, that is, eight random bytes after a right first byte, and a random check. "Read" means that a
decoder accepts the data as another record. The result depends only on the tables and on the seed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from specification import write_block

import semcodec
from semcodec._registry import CHECK_BYTES
from semcodec.bitstream.header import CODINGS
from semcodec.choices import Check, Coding
from semcodec.errors import FormatError, UnsupportedError

CHECKS: Final[tuple[Check, ...]] = ("none", "crc8", "crc16", "crc32")
DAMAGES: Final = ("one bit flipped", "last byte cut off", "random data")
RECORDS: Final = 300
RANDOM_BYTES: Final = 8
RANDOM_FOR_EACH: Final = 10  #: random data for each record
WORDS: Final = """
the of on in with and two red white large small man woman sitting standing table chair street blue
sky tree dog cat people wooden background left right green black sunset bear window light holding
wearing shirt river boat mountain snow grass bird yellow flowers garden house door train bridge
horse field cloudy beach sand wave child playing ball kitchen plate fruit glass bottle night city
car bicycle old stone wall church tower market smiling young hat umbrella rain road sign mirror
book lamp
""".split()


def texts(seed: int, count: int) -> Iterator[str]:
    """Yield ``count`` texts of different words."""
    rng = random.Random(seed)
    for _ in range(count):
        yield " ".join(rng.sample(WORDS, rng.randint(6, 24)))


def pack(text: str, coding: Coding, check: Check) -> bytes:
    """Return the bare record of ``text``; of its skeletons if the coding is nibble."""
    packed = semcodec.skeleton(text) if coding == "nibble" else text
    return semcodec.pack(packed, coding=coding, check=check)


def shares(coding: Coding, check: Check, count: int, seed: int = 1) -> tuple[float, float, float]:
    """Return for each of ``DAMAGES`` the share of damaged records that are read."""
    records = [pack(text, coding, check) for text in texts(seed, count)]
    rng = random.Random(seed)
    first = CODINGS.index(coding) << 5 | CHECKS.index(check) << 3
    length = RANDOM_BYTES + CHECK_BYTES[CHECKS.index(check)]
    flipped = [is_read(data) for record in records for data in _flips(record)]
    cut = [is_read(record[:-1]) for record in records]
    noise = [
        is_read(bytes([first]) + rng.randbytes(length)) for _ in range(RANDOM_FOR_EACH * count)
    ]
    return _share(flipped), _share(cut), _share(noise)


def _flips(record: bytes) -> Iterator[bytes]:
    for index in range(len(record)):
        for bit in range(8):
            flipped = record[index] ^ 1 << bit
            yield record[:index] + bytes([flipped]) + record[index + 1 :]


def is_read(data: bytes) -> bool:
    """Return whether a decoder accepts ``data``; it is never an undamaged record."""
    try:
        semcodec.unpack(data)
    except (FormatError, UnsupportedError):
        return False
    return True


def _share(outcomes: list[bool]) -> float:
    return sum(outcomes) / len(outcomes)


def table(count: int = RECORDS) -> str:
    """Return the table in the specification."""
    cells = {
        (coding, check): shares(coding, check, count) for coding in CODINGS for check in CHECKS
    }
    lines = [("damage", "coding", *CHECKS), ("---", "---", *["---:"] * len(CHECKS))]
    for index, damage in enumerate(DAMAGES):
        for coding in CODINGS:
            row = (f"{100 * cells[coding, check][index]:.1f} %" for check in CHECKS)
            lines.append((damage, f"`{coding}`", *row))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Print the table; with ``--update``, write the specification."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--update", action="store_true", help="write the specification")
    choice.add_argument("--records", type=int, default=RECORDS, help="default: %(default)s")
    options = parser.parse_args()
    measured = table(options.records)
    print(measured)
    if options.update:
        write_block("damage", measured)


if __name__ == "__main__":
    main()
