"""Measure time, memory and size of encode and decode, and compare other image codecs.

    python bench/codec.py PHOTO... [--k 12] [--sheet sheet.png]

The other codecs are those of ``semcodec bench``, at their floor and at usual settings, on the
photographs at their own size. ``--sheet`` saves a contact sheet: each photograph next to its
decoded picture, with the words.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageOps

import semcodec
from semcodec.imaging import load
from semcodec.measure import baselines
from semcodec.measure.results import Baseline

PAIRS_PER_ROW = 3
SIDE = 384  #: pixels of a picture on the sheet
CAPTION = 44  #: height of the caption, in pixels
GAP = 12  #: pixels between pairs
MAXRSS_PER_KIB = 1 if sys.platform != "darwin" else 1024  #: macOS reports bytes, not KiB


class RoundTrip(NamedTuple):
    """One photograph, encoded and decoded.

    Attributes:
        photograph: the photograph at its own size.
        seconds: the durations of encode and decode.
    """

    name: str
    photograph: Image.Image
    encoded: semcodec.Encoded
    decoded: semcodec.Decoded
    seconds: tuple[float, float]


def roundtrip(path: Path, k: int) -> RoundTrip:
    """Encode and decode one photograph."""
    photo = path.read_bytes()
    started = time.perf_counter()
    encoded = semcodec.encode(photo, k=k)
    encoded_at = time.perf_counter()
    decoded = semcodec.decode(encoded.data)
    decoded_at = time.perf_counter()
    seconds = (encoded_at - started, decoded_at - encoded_at)
    return RoundTrip(path.name, load(photo).image, encoded, decoded, seconds)


def compare_codecs(trips: list[RoundTrip]) -> None:
    """Print the mean sizes and times of other codecs for the photographs at their own size."""
    own_size = statistics.fmean(len(trip.encoded.data) for trip in trips)
    print(f"{'semcodec':<20} {own_size:10,.1f} bytes per photograph")
    found: dict[str, list[Baseline]] = {}
    for trip in trips:
        for baseline in baselines.measure(trip.photograph):
            name = f"{baseline['codec']} {baseline['setting']}"
            found.setdefault(name, []).append(baseline)
    for name, group in found.items():
        size = statistics.fmean(baseline["bytes"] for baseline in group)
        seconds = statistics.fmean(baseline["encode_seconds"] for baseline in group)
        print(f"{name:<20} {size:10,.1f} bytes, {size / own_size:8,.1f} times semcodec", end="")
        print(f", encoded in {seconds:.2f} s")
    for name, reason in baselines.skipped().items():
        print(f"{name:<20} not measured: {reason}")


def make_contact_sheet(trips: list[RoundTrip]) -> Image.Image:
    """Return photographs and decoded pictures side by side, three pairs per row."""
    rows = -(-len(trips) // PAIRS_PER_ROW)
    pair_width = 2 * SIDE + GAP
    sheet = Image.new("RGB", (PAIRS_PER_ROW * pair_width, rows * (SIDE + CAPTION)), "white")
    draw = ImageDraw.Draw(sheet)
    for index, trip in enumerate(trips):
        row, column = divmod(index, PAIRS_PER_ROW)
        x, y = column * pair_width, row * (SIDE + CAPTION)
        for offset, image in ((0, trip.photograph), (SIDE, trip.decoded.image)):
            sheet.paste(ImageOps.pad(image, (SIDE, SIDE), color="white"), (x + offset, y))
        draw.text((x + 4, y + SIDE + 3), f"{trip.name}: {len(trip.encoded.data)} bytes", "black")
        draw.text((x + 4, y + SIDE + 18), " ".join(trip.decoded.words), "black")
    return sheet


def main() -> None:
    """Measure the photographs in the arguments, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", metavar="PHOTO", nargs="+", type=Path, help="an image file")
    parser.add_argument("--k", type=int, default=12, help="maximum number of words (default: 12)")
    parser.add_argument("--sheet", type=Path, help="image file for a contact sheet (default: none)")
    args = parser.parse_args()
    first = roundtrip(
        args.photos[0], args.k
    )  # includes the loading of networks, sprites and tables
    trips = [roundtrip(path, args.k) for path in args.photos]
    for trip in trips:
        print(f"{trip.name:<20} {len(trip.encoded.data):>3} bytes  {' '.join(trip.decoded.words)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / MAXRSS_PER_KIB
    for index, name in enumerate(("encode", "decode")):
        seconds = [trip.seconds[index] for trip in trips]
        print(f"\n{name}: first {first.seconds[index]:.2f} s, then median", end=" ")
        print(f"{statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s", end="")
    print(f"\npeak memory {peak:.0f} MiB\n")
    compare_codecs(trips)
    if args.sheet:
        make_contact_sheet(trips).save(args.sheet)


if __name__ == "__main__":
    main()
