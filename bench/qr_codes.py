"""Print QR codes, photograph them in eight qualities, and count how many are read back.

    python bench/qr_codes.py [--codes 100] [--sheet SHEET.png]

The photographs are simulated: tests/carriers/photographs.py. The columns after "read" count the
codes that the reader finds in the picture as it is, and those that need another version of it, in
the order in which they are tried.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from pathlib import Path
from typing import Final

sys.path.append(str(Path(__file__).parents[1]))

from PIL import Image

import semcodec
from semcodec import imaging
from semcodec.carriers import qr
from tests.carriers.photographs import LADDER, Strength, photograph, random_words

SEED: Final = 1
VERSIONS: Final = ("as it is", "doubled", "sharpened", "smoothed", "both")
SHEET_SIDE: Final = 240  #: pixels of a photograph on the sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--codes", type=int, default=100, help="codes (default: %(default)s)")
    parser.add_argument("--sheet", help="picture with four photographs of each quality")
    args = parser.parse_args()
    print("| photograph | read | " + " | ".join(VERSIONS) + " | seconds |")
    print("|---|" + "---:|" * (len(VERSIONS) + 2))
    for name, strength in LADDER.items():
        start = time.perf_counter()
        found = [find_version(*sample(strength, SEED + index)) for index in range(args.codes)]
        seconds = (time.perf_counter() - start) / args.codes
        counts = [found.count(index) for index in range(len(VERSIONS))]
        row = [f"{sum(counts)} of {args.codes}", *map(str, counts), f"{seconds:.2f}"]
        print(f"| {name} | " + " | ".join(row) + " |", flush=True)
    if args.sheet:
        draw_sheet().save(args.sheet)


def sample(strength: Strength, seed: int) -> tuple[bytes, bytes]:
    """Return a record, and a photograph of its code."""
    rng = random.Random(seed)
    record = semcodec.pack(random_words(rng), coding="lexicon", framing="qr")
    return record, photograph(record, strength, rng)


def find_version(record: bytes, photo: bytes) -> int | None:
    """Return the index of the version of the picture in which the code is read, or None."""
    versions = qr.versions(imaging.load(photo).image)
    return next(
        (i for i, codes in enumerate(map(qr.read_codes, versions)) if codes == [record]), None
    )


def draw_sheet() -> Image.Image:
    """Return four photographs of each quality."""
    sheet = Image.new("L", (4 * SHEET_SIDE, len(LADDER) * SHEET_SIDE))
    for row, strength in enumerate(LADDER.values()):
        for column in range(4):
            with Image.open(io.BytesIO(sample(strength, SEED + column)[1])) as photo:
                small = photo.convert("L").resize((SHEET_SIDE, SHEET_SIDE))
            sheet.paste(small, (column * SHEET_SIDE, row * SHEET_SIDE))
    return sheet


if __name__ == "__main__":
    main()
