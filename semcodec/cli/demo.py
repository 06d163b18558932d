"""The offline tour: three photographs become files of a few bytes, and pictures again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec.cli import demo_page, files
from semcodec.cli.output import UsageError, print_result, print_status
from semcodec.errors import InputError

K: Final = 12
QUALITIES: Final = (1, 75)  #: of the JPEG files to compare with
MICRO: Final = 1_000_000
HEADINGS: Final = ("photo", "K", "payload", "file", "payload", "file", "smaller than JPEG", "words")
UNITS: Final = ("", "", "bytes", "bytes", "µbpp", "µbpp", "q1 / q75", "")


@dataclass(frozen=True, slots=True)
class DemoResult:
    """One photograph there and back: the two results and the sizes of its JPEG files in bytes."""

    name: str
    encoded: semcodec.Encoded
    decoded: semcodec.Decoded
    jpegs: tuple[int, ...]

    @property
    def numbers(self) -> tuple[int, int, int, float, float]:
        """Words, payload bytes, file bytes, payload and file in µbpp."""
        record, size = self.encoded.record, len(self.encoded.data)
        per_pixel = MICRO / (record.size[0] * record.size[1])
        payload = record.payload_bits
        return len(record.words), payload // 8, size, payload * per_pixel, 8 * size * per_pixel

    @property
    def times_smaller(self) -> tuple[int, ...]:
        """How often the file fits into each JPEG."""
        return tuple(jpeg // len(self.encoded.data) for jpeg in self.jpegs)


def add(add: Any) -> None:
    """Declare ``demo``."""
    parser = add.add_parser("demo", help="see three photographs travel as words, offline")
    parser.add_argument("--out", default="semcodec-demo", metavar="DIR")
    parser.set_defaults(command=demo)


def demo(given: argparse.Namespace) -> int:
    """Take the tour, write all of it into a folder and print its numbers."""
    out = Path(given.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot make the folder {out}, name another: {error}.") from error
    tours = []
    for name, photo in _photos():
        print_status(f"{name}: describing and painting ...")
        tours.append(_roundtrip(name, photo))
        _save(out, tours[-1])
    files.write(str(out / "index.html"), demo_page.page(tours).encode())
    print_result(table(tours))
    print_result(f"\nOpen {out / 'index.html'} to see photographs and pictures side by side.")
    return 0


def table(tours: list[DemoResult]) -> str:
    """Return the numbers of the tours as aligned text."""
    rows = [HEADINGS, UNITS, *map(_row, tours)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in (0, len(row) - 1) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(tour: DemoResult) -> tuple[str, ...]:
    k, payload, file, payload_rate, file_rate = tour.numbers
    smaller = " / ".join(f"{times}x" for times in tour.times_smaller)
    counts = (str(k), str(payload), str(file), f"{payload_rate:.1f}", f"{file_rate:.1f}")
    return (tour.name, *counts, smaller, " ".join(tour.decoded.words))


def _photos() -> Iterator[tuple[str, bytes]]:
    try:
        folder = resources.files("semcodec_embedded") / "photos"
    except ModuleNotFoundError as error:
        message = "The demo needs the offline backend: pip install semcodec-embedded."
        raise UsageError(message) from error
    for photo in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if photo.name.endswith(".jpg"):
            yield photo.name.removesuffix(".jpg"), photo.read_bytes()


def _roundtrip(name: str, photo: bytes) -> DemoResult:
    encoded = semcodec.encode(photo, k=K)
    decoded = semcodec.decode(encoded.data)
    jpegs = tuple(len(imaging.to_file(encoded.image, "JPEG", quality=q)) for q in QUALITIES)
    if decoded.record != encoded.record:
        raise InputError(f"{name} did not survive its own file: please report this.")
    return DemoResult(name, encoded, decoded, jpegs)


def _save(out: Path, tour: DemoResult) -> None:
    contents = {
        f"{tour.name}-original.jpg": imaging.to_file(tour.encoded.image, "JPEG", quality=90),
        f"{tour.name}.semc": tour.encoded.data,
        f"{tour.name}-picture.png": imaging.to_png(tour.decoded.image),
        f"{tour.name}-encode.json": tour.encoded.trace.to_json().encode(),
        f"{tour.name}-decode.json": tour.decoded.trace.to_json().encode(),
    }
    for name, data in contents.items():
        files.write(str(out / name), data)
