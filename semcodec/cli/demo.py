"""``demo``: encode and decode three photographs offline, and write a page with the results."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import semcodec
from semcodec import imaging
from semcodec.cli import demo_page, files, options
from semcodec.cli.output import UsageError, format_table, print_result, print_status
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.errors import InputError

PAGE: Final = "index.html"
#: The names of the files for each photograph; ``{}`` is the name of the photograph.
OUTPUTS: Final = (
    "{}-original.jpg",
    "{}.semc",
    "{}-picture.png",
    "{}-encode.json",
    "{}-decode.json",
)
K: Final = 12
JPEG_QUALITIES: Final = (1, 75)  #: JPEG qualities for the comparison of sizes
MICRO: Final = 1_000_000
HEADINGS: Final = ("photo", "K", "payload", "file", "payload", "file", "smaller than JPEG", "words")
UNITS: Final = ("", "", "bytes", "bytes", "µbpp", "µbpp", "q1 / q75", "")


@dataclass(frozen=True, slots=True)
class DemoResult:
    """One photograph, encoded and decoded.

    Attributes:
        jpeg_sizes: bytes of the photograph as JPEG, for each of ``JPEG_QUALITIES``.
    """

    name: str
    encoded: semcodec.Encoded
    decoded: semcodec.Decoded
    jpeg_sizes: tuple[int, ...]

    @property
    def payload_bytes(self) -> int:
        """The bytes of the payload."""
        return self.encoded.record.payload_bits // 8

    @property
    def file_bytes(self) -> int:
        """The bytes of the record."""
        return len(self.encoded.data)

    @property
    def pixels(self) -> int:
        """The pixels of the photograph."""
        width, height = self.encoded.record.size
        return width * height

    @property
    def payload_rate(self) -> float:
        """The rate of the payload, in µbpp."""
        return 8 * self.payload_bytes * MICRO / self.pixels

    @property
    def file_rate(self) -> float:
        """The rate of the record, in µbpp."""
        return 8 * self.file_bytes * MICRO / self.pixels

    @property
    def size_ratios(self) -> tuple[int, ...]:
        """The size of each JPEG divided by the size of the record."""
        return tuple(size // self.file_bytes for size in self.jpeg_sizes)


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "demo",
        demo,
        summary="encode and decode three photographs offline",
        description="Encode and decode three photographs offline, and write a page that shows "
        "photographs and pictures side by side.",
        usage="[options]",
        examples=("semcodec demo", "semcodec demo --out page"),
    )
    parser.add_argument(
        "--out",
        default="semcodec-demo",
        metavar="DIR",
        help="directory for the page, the records and the pictures (default: %(default)s)",
    )
    options.add_force(parser)


def demo(args: argparse.Namespace) -> int:
    """Encode and decode the photographs, write all files and print a table of sizes."""
    directory = Path(args.out)
    photos = list(_photos())
    outputs = [PAGE, *(name.format(photo) for photo, _ in photos for name in OUTPUTS)]
    paths = [str(directory / name) for name in outputs]
    files.check_outputs("-", *paths, force=args.force, creates_folders=True)
    files.create_folder(directory)
    results = []
    for name, photo in photos:
        print_status(f"{name}: describing and painting ...")
        results.append(_roundtrip(name, photo))
        _save(directory, results[-1], args.force)
    page = demo_page.page(results).encode()
    files.write_bytes(str(directory / PAGE), page, force=args.force)
    print_result(table(results))
    print_result(f"\nOpen {directory / PAGE} to see photographs and pictures side by side.")
    return DONE


def table(results: list[DemoResult]) -> str:
    """Return the sizes and words of the results as an aligned table."""
    return format_table([HEADINGS, UNITS, *map(_row, results)], "<>>>>>><")


def _row(result: DemoResult) -> tuple[str, ...]:
    return (
        result.name,
        str(len(result.encoded.record.words)),
        str(result.payload_bytes),
        str(result.file_bytes),
        f"{result.payload_rate:.1f}",
        f"{result.file_rate:.1f}",
        " / ".join(f"{ratio}x" for ratio in result.size_ratios),
        " ".join(result.decoded.words),
    )


def _photos() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each photograph of the offline backend."""
    try:
        directory = resources.files("semcodec_embedded") / "photos"
    except ModuleNotFoundError as error:
        raise UsageError(
            "The demo needs the offline backend: pip install semcodec-embedded."
        ) from error
    for photo in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if photo.name.endswith(".jpg"):
            yield photo.name.removesuffix(".jpg"), photo.read_bytes()


def _roundtrip(name: str, photo: bytes) -> DemoResult:
    encoded = semcodec.encode(photo, k=K)
    decoded = semcodec.decode(encoded.data)
    if decoded.record != encoded.record:
        raise InputError(
            f"The decoded record of {name} differs from the encoded one: please report this."
        )
    jpeg_sizes = tuple(
        len(imaging.to_file(encoded.image, "JPEG", quality=quality)) for quality in JPEG_QUALITIES
    )
    return DemoResult(name, encoded, decoded, jpeg_sizes)


def _save(directory: Path, result: DemoResult, force: bool) -> None:
    contents = (
        imaging.to_file(result.encoded.image, "JPEG", quality=90),
        result.encoded.data,
        imaging.to_png(result.decoded.image),
        result.encoded.trace.to_json().encode(),
        result.decoded.trace.to_json().encode(),
    )
    for name, data in zip(OUTPUTS, contents, strict=True):
        files.write_bytes(str(directory / name.format(result.name)), data, force=force)
