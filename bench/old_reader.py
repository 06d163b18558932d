"""Check that an older semcodec reads, keeps and accepts records with layers.

    python bench/old_reader.py OLD_PYTHON [--photos DIR] [--sample N]

OLD_PYTHON is the interpreter of another environment, in which the older version is installed. This
version encodes each photograph in every coding, with each choice of layers and in every framing.
The older one validates each file, unpacks it, and packs it again in all framings; nothing but the
bytes is exchanged. The counts are printed, and the status is 1 if a file is not valid there, or if
what it wrote is not what this version writes, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import semcodec

CODINGS: Final = ("lexicon", "bag", "utf8", "nibble")
FRAMINGS: Final = ("bare", "file", "sequence", "url", "qr")
LAYERS: Final = (
    "layout", "colors:1", "colors:12", "layout,colors:12", "layout,colors:24", "layout,colors:512",
)  # fmt: skip
PHOTO_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
SKETCH: Final = (24, b"\x40" + bytes(range(1, 120)))  #: of which only the grid has a meaning
LAYER_TYPES: Final = (20, 22, 24)
TIMEOUT: Final = 600  #: seconds for the older version


def make_records(path: Path) -> Iterator[semcodec.Record]:
    """Yield the records of a photograph: every coding with every choice of layers."""
    description = semcodec.encode(path).description
    for coding in CODINGS:
        for layers in LAYERS:
            encoded = semcodec.encode(
                path, coding=coding, layers=layers, describer=Fixed(description)
            )
            yield encoded.record
        yield encoded.record._replace(extensions=(*encoded.record.extensions, SKETCH))


class Fixed:
    """A describer that knows one description, so that a photograph is described once."""

    name = "fixed"

    def __init__(self, description: str) -> None:
        self._description = description

    def describe(self, image: object) -> str:
        """Return the description."""
        return self._description


def make_files(record: semcodec.Record) -> dict[str, bytes]:
    """Return the file of a record in each framing."""
    files = {framing: semcodec.repack(record, framing=framing) for framing in FRAMINGS}
    return {**files, "png": semcodec.embed_png(PNG, record)}


#: One gray pixel.
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a4944415478da6368000000820081dd436af40000000049454e44ae426082"
)


def read_and_write(data: bytes, framing: str) -> dict[str, Any]:
    """Return what this version makes of a file; in the older environment, that is the older one."""
    if framing == "sequence":  # the others are recognized
        report, [record] = (
            semcodec.validate(data, framing="sequence"),
            semcodec.unpack_sequence(data),
        )
    else:
        report, record = semcodec.validate(data), semcodec.unpack(data)
    written = {framing: semcodec.repack(record, framing=framing) for framing in FRAMINGS}
    return {
        "verdict": report.verdict,
        "layers": [[number, value.hex()] for number, value in record.extensions],
        "text": record.text,
        "written": {framing: file.hex() for framing, file in written.items()},
        "png": semcodec.embed_png(PNG, record).hex(),
    }


def compare(record: semcodec.Record, found: dict[str, Any]) -> dict[str, bool]:
    """Return what holds of the results of the older version."""
    files = make_files(record)
    layers = [[number, value.hex()] for number, value in record.extensions]
    return {
        "valid": found["verdict"] == "valid",
        "words kept": found["text"] == record.text,
        "layers kept": found["layers"] == layers,
        "written as here": all(
            bytes.fromhex(file) == files[framing] for framing, file in found["written"].items()
        )
        and bytes.fromhex(found["png"]) == files["png"],
    }


def run(python: str, paths: list[Path]) -> int:
    """Print the counts, and return the status."""
    records = [record for path in paths for record in make_records(path)]
    cases = [
        (record, name, file) for record in records for name, file in make_files(record).items()
    ]
    lines = "".join(f"{name} {file.hex()}\n" for _, name, file in cases)
    command = [python, __file__, "--child"]
    child = subprocess.run(
        command, input=lines, stdout=subprocess.PIPE, text=True, check=True, timeout=TIMEOUT
    )
    version, *answers = child.stdout.splitlines()
    counts: Counter[str] = Counter()
    for (record, framing, file), answer in zip(cases, answers, strict=True):
        for name, holds in compare(record, json.loads(answer)).items():
            counts[name] += holds
            if not holds:
                print(f"not {name}: {framing}, {file.hex()}", file=sys.stderr)
    kinds = Counter(number for record in records for number, _ in record.extensions)
    shown = ", ".join(f"{kinds[number]} of type {number}" for number in LAYER_TYPES)
    print(f"{len(records)} records of {len(paths)} photographs, with layers: {shown}")
    print(f"{len(cases)} files, read by {version}")
    for name, count in counts.items():
        print(f"{name}: {count}")
    return int(any(count < len(cases) for count in counts.values()))


def answer_lines() -> None:
    """Print what this version makes of the files on the lines of the standard input."""
    print(f"semcodec at {Path(semcodec.__file__).parents[1].name}")
    for line in sys.stdin:
        framing, digits = line.split()
        print(json.dumps(read_and_write(bytes.fromhex(digits), framing)))


def main() -> int:
    """Run the check."""
    if sys.argv[1:] == ["--child"]:
        answer_lines()
        return 0
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("python", metavar="OLD_PYTHON")
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth (default: 1)")
    options = parser.parse_args()
    if options.photos is None:
        import semcodec_embedded

        options.photos = Path(semcodec_embedded.__file__).with_name("photos")
    paths = [path for path in sorted(options.photos.rglob("*")) if path.suffix in PHOTO_SUFFIXES]
    return run(options.python, paths[:: options.sample])


if __name__ == "__main__":
    sys.exit(main())
