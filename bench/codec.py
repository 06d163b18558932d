"""How long encode and decode take, how much memory, and how small beside other codecs, in one run.

    python bench/codec.py PHOTO... [--k 12] [--sheet sheet.png]

The other codecs are those of Pillow at their worst quality, on the same 1024 x 1024 pixels.
``--sheet`` saves every photograph beside its picture, with the words that travelled.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

import semcodec
from semcodec.imaging import to_file

OTHERS = (
    ("JPEG", "JPEG", {"quality": 1}),
    ("WebP", "WEBP", {"quality": 0}),
    ("AVIF", "AVIF", {"quality": 0}),
)
SIDE = 384  #: pixels of a picture on the sheet
LINE = 44  #: pixels for the words under it
IN_KIB = 1 if sys.platform != "darwin" else 1024  #: macOS counts the peak in bytes


class Trip(NamedTuple):
    """One photograph there and back."""

    name: str
    encoded: semcodec.Encoded
    decoded: semcodec.Decoded
    seconds: tuple[float, float]


def travel(path: Path, k: int) -> Trip:
    """Encode and decode one photograph."""
    photo = path.read_bytes()
    started = time.perf_counter()
    encoded = semcodec.encode(photo, k=k)
    between = time.perf_counter()
    decoded = semcodec.decode(encoded.data)
    ended = time.perf_counter()
    return Trip(path.name, encoded, decoded, (between - started, ended - between))


def rivals(trips: list[Trip]) -> None:
    """Print how much larger and how fast other codecs are on the same pixels."""
    ours = sum(len(trip.encoded.data) for trip in trips)
    print(f"semcodec  {ours / len(trips):10,.1f} bytes a photograph")
    for name, kind, options in OTHERS:
        started = time.perf_counter()
        size = sum(len(to_file(trip.encoded.image, kind, **options)) for trip in trips)
        seconds = (time.perf_counter() - started) / len(trips)
        print(
            f"{name:<8}  {size / len(trips):10,.1f} bytes, {size / ours:7,.0f} times ours", end=""
        )
        print(f", encoded in {seconds:.2f} s")


def sheet(trips: list[Trip]) -> Image.Image:
    """Return photographs and pictures side by side, three pairs a row."""
    rows = -(-len(trips) // 3)
    page = Image.new("RGB", (3 * (2 * SIDE + 12), rows * (SIDE + LINE)), "white")
    draw = ImageDraw.Draw(page)
    for number, trip in enumerate(trips):
        x, y = number % 3 * (2 * SIDE + 12), number // 3 * (SIDE + LINE)
        page.paste(trip.encoded.image.resize((SIDE, SIDE)), (x, y))
        page.paste(trip.decoded.image.resize((SIDE, SIDE)), (x + SIDE, y))
        draw.text((x + 4, y + SIDE + 3), f"{trip.name}: {len(trip.encoded.data)} bytes", "black")
        draw.text((x + 4, y + SIDE + 18), " ".join(trip.decoded.words), "black")
    return page


def main() -> None:
    """Read the options, travel, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--k", type=int, default=12)
    parser.add_argument("--sheet", type=Path)
    given = parser.parse_args()
    first = travel(given.photos[0], given.k)  # loads networks, sprites and tables
    trips = [travel(path, given.k) for path in given.photos]
    for trip in trips:
        print(f"{trip.name:<20} {len(trip.encoded.data):>3} bytes  {' '.join(trip.decoded.words)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / IN_KIB
    for name, index in (("encode", 0), ("decode", 1)):
        times = [trip.seconds[index] for trip in trips]
        print(f"\n{name}: first {first.seconds[index]:.2f} s, then median", end=" ")
        print(f"{statistics.median(times):.2f} s, worst {max(times):.2f} s", end="")
    print(f"\npeak memory {peak:.0f} MB\n")
    rivals(trips)
    if given.sheet:
        sheet(trips).save(given.sheet)


if __name__ == "__main__":
    main()
