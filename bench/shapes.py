"""Measure what the size of a record costs in bytes, and how much of a photograph it cuts away.

    python bench/shapes.py
    python bench/shapes.py PHOTO_DIR [--sheet SHEET.png]

Without a folder, the pictures are the declared distribution of ``GROUPS``. Their shares within a
group are assumptions, so each group has a row of its own, and no conclusion rests on one group.
The second table leaves out one pair of codes (landscape and portrait) at a time: it shows the share
of pictures that use the pair, and what it saves in bytes and in the part cut away. Candidates that
have no code are added instead. A pair has a code if it saves 0.03 bytes or 0.03 %.

With a folder, the offline backend encodes each photograph twice: for 1024 x 1024, and in its own
aspect. There is a row for each, and ``--sheet`` writes a picture with the photographs beside the
pictures painted in their own aspect.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from PIL import Image, ImageDraw, ImageOps

import semcodec
from semcodec import imaging
from semcodec.bitstream.header import SIZE_CODES
from semcodec.imaging import fitting

Size = tuple[int, int]

FIRST_NEW_CODE: Final = 21  #: codes before it are not about the aspect of photographs
SQUARE: Final = (1024, 1024)
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".jxl")
CELL, MARGIN, LABEL, PAIRS = 256, 8, 32, 4  # of the sheet, in pixels, and pairs a line
HEADINGS: Final = (
    f"{'photograph':<14} {'its size':>12} {'record':>12} {'code':>5} {'cut':>7} {'cut':>7} "
    f"{'bytes':>7} {'bytes':>7}  words\n"
    f"{'':<46} {'square':>7} {'own':>7} {'square':>7} {'own':>7}"
)
SQUARE_NAME, OLD_NAME = "1024x1024", f"codes 0-{FIRST_NEW_CODE - 1}"
FREE_ASPECTS: Final = [(round(1000 * 2 ** (step / 50)), 1000) for step in range(51)]  # 1:1 to 2:1

#: Aspects of landscape pictures with their shares in percent, and the share of portraits.
GROUPS: Final[dict[str, tuple[dict[Size, float], float]]] = {
    "cameras": ({(3, 2): 70, (4, 3): 24, (16, 9): 3, (1, 1): 3}, 0.3),
    "phones": ({(4, 3): 72, (16, 9): 14, (1, 1): 6, (2, 1): 4, (3, 1): 2, (4, 1): 2}, 0.5),
    "screens": (
        {(16, 9): 60, (16, 10): 20, (4, 3): 5, (3, 2): 5, (64, 27): 3, (43, 18): 3, (32, 9): 4},
        0.0,
    ),
    "phone screens": ({(39, 18): 50, (20, 9): 20, (21, 9): 5, (2, 1): 10, (16, 9): 15}, 0.95),
    "prints": ({(6, 4): 40, (7, 5): 20, (10, 8): 15, (14, 11): 5, (141, 100): 20}, 0.5),
    "social media": ({(1, 1): 40, (5, 4): 30, (16, 9): 20, (191, 100): 10}, 0.7),
    "cinema": ({(16, 9): 40, (185, 100): 20, (2, 1): 15, (235, 100): 5, (239, 100): 20}, 0.0),
    "OpenAI": ({(1024, 1024): 40, (1536, 1024): 60}, 0.5),
    "SDXL": (
        {(1024, 1024): 40, (1152, 896): 15, (1216, 832): 15, (1344, 768): 15, (1536, 640): 15},
        0.5,
    ),
    "FLUX": (
        dict.fromkeys(
            ((1024, 1024), (1104, 944), (1184, 880), (1248, 832), (1328, 800), (1392, 752),
             (1456, 720), (1504, 688), (1568, 672)), 100 / 9,
        ),
        0.5,
    ),
    "cut by hand": (dict.fromkeys(FREE_ASPECTS, 100 / len(FREE_ASPECTS)), 0.4),
}  # fmt: skip
#: Sizes that were considered and have no code.
CANDIDATES: Final = ((1056, 992), (1440, 768), (1728, 576), (1920, 544))


@dataclass(frozen=True, slots=True)
class Cost:
    """The mean cost of the sizes of some pictures: bytes of the field, and share cut away."""

    size_bytes: float
    cut: float

    def __str__(self) -> str:
        """Return the two columns of a table."""
        return f"{self.cut:8.2%} {self.size_bytes:7.2f}"


def pictures(group: str) -> Iterator[tuple[Size, float]]:
    """Yield the aspects of a group, landscape and portrait, with their shares (sum 1)."""
    aspects, portraits = GROUPS[group]
    for (width, height), percent in aspects.items():
        yield (width, height), percent / 100 * (1 - portraits)
        yield (height, width), percent / 100 * portraits


def all_pictures() -> list[tuple[Size, float]]:
    """Return the pictures of all groups, each group with the same weight."""
    return [(size, share / len(GROUPS)) for group in GROUPS for size, share in pictures(group)]


def choose(picture: Size, coded: Sequence[Size]) -> tuple[Size, int]:
    """Return the size of a picture if only ``coded`` have a code, and the bytes of its field."""
    size = fitting.choose_size(picture, coded)
    return size, 0 if size == SQUARE else 1 if size in coded else 4


def measure(shares: Iterable[tuple[Size, float]], coded: Sequence[Size]) -> Cost:
    """Return the mean cost of pictures if only ``coded`` have a code."""
    size_bytes = cut = 0.0
    for picture, share in shares:
        size, field = choose(picture, coded)
        size_bytes += share * field
        cut += share * float(fitting.cut_share(picture, size))
    return Cost(size_bytes, cut)


def print_groups() -> None:
    """Print what a square, the first codes and all codes cost in each group."""
    old = [size for size in fitting.CODED_SIZES if SIZE_CODES.index(size) < FIRST_NEW_CODE]
    print(f"{'':<14} {SQUARE_NAME:>9} {OLD_NAME:>16} {'all codes':>16}")
    print(f"{'group':<14} {'cut':>9} {'cut':>8} {'bytes':>7} {'cut':>8} {'bytes':>7}")
    rows = {**{group: [*pictures(group)] for group in GROUPS}, "all": all_pictures()}
    for name, shares in rows.items():
        square = sum(share * float(fitting.cut_share(size, SQUARE)) for size, share in shares)
        before, after = measure(shares, old), measure(shares, fitting.CODED_SIZES)
        print(f"{name:<14} {square:9.1%} {before} {after}")


def print_pairs() -> None:
    """Print what each pair of codes saves, and what a pair of each candidate would save."""
    shares, coded = all_pictures(), fitting.CODED_SIZES
    print("\nPairs of codes, with what is saved by each (negative: it cuts more, for fewer bytes)")
    print(f"{'landscape':<14} {'aspect':>9} {'used':>8} {'bytes':>7} {'cut':>8}")
    for size in sorted((size for size in coded if size[0] > size[1]), key=aspect):
        _print_pair(size, shares, coded, {*coded} - {size, size[::-1]})
    print("without a code")
    for size in sorted(CANDIDATES, key=aspect):
        _print_pair(size, shares, (*coded, size, size[::-1]), coded)


def _print_pair(
    size: Size, shares: list[tuple[Size, float]], coded: Iterable[Size], without: Iterable[Size]
) -> None:
    with_pair, without_pair = measure(shares, [*coded]), measure(shares, [*without])
    pair = (size, size[::-1])
    used = sum(share for picture, share in shares if choose(picture, [*coded])[0] in pair)
    size_bytes = without_pair.size_bytes - with_pair.size_bytes
    cut = without_pair.cut - with_pair.cut
    name = f"{size[0]} x {size[1]}"
    print(f"{name:<14} {aspect(size):9.3f} {used:8.1%} {size_bytes:7.3f} {cut:8.2%}")


@dataclass(frozen=True, slots=True)
class Row:
    """A photograph, encoded for 1024 x 1024 and in its own aspect."""

    path: Path
    photograph: Image.Image
    square: semcodec.Encoded
    own: semcodec.Encoded

    def __str__(self) -> str:
        """Return the row of the table."""
        size = self.own.record.size
        code = SIZE_CODES.index(size) if size in SIZE_CODES else "-"
        cuts = (fitting.cut_share(self.photograph.size, each) for each in (SQUARE, size))
        sizes = f"{_name(self.photograph.size):>12} {_name(size):>12} {code:>5}"
        shares = " ".join(f"{float(cut):7.1%}" for cut in cuts)
        lengths = f"{len(self.square.data):7} {len(self.own.data):7}"
        return f"{self.path.stem:<14} {sizes} {shares} {lengths}  {self.own.record.text}"


def encode_folder(folder: Path) -> Iterator[Row]:
    """Yield a row for each photograph in ``folder``, in the order of their paths."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            data = path.read_bytes()
            square = semcodec.encode(data, size=SQUARE)
            yield Row(path, imaging.load(data).image, square, semcodec.encode(data))


def print_photographs(rows: list[Row]) -> None:
    """Print the mean of the rows, after each row has been printed."""
    coded = sum(row.own.record.size in SIZE_CODES for row in rows)
    print(f"\n{len(rows)} photographs, {coded} of them with a size code or 1024 x 1024")
    for name, all_encoded in (
        ("1024 x 1024", [row.square for row in rows]),
        ("own aspect", [row.own for row in rows]),
    ):
        cuts = [
            float(fitting.cut_share(row.photograph.size, encoded.record.size))
            for row, encoded in zip(rows, all_encoded, strict=True)
        ]
        size_bytes = mean(len(encoded.data) for encoded in all_encoded)
        cut = f"cut away: mean {mean(cuts):.2%}, at most {max(cuts):.2%}"
        print(f"{name:<11}  {cut};  mean {size_bytes:.2f} bytes")


def compose_sheet(rows: list[Row]) -> Image.Image:
    """Return the photographs beside the pictures painted from their records, four pairs a line."""
    width, height = 2 * CELL + MARGIN, CELL + LABEL
    lines = -(-len(rows) // PAIRS)
    sheet = Image.new("RGB", (PAIRS * width, lines * height), "white")
    for index, row in enumerate(rows):
        left, top = index % PAIRS * width, index // PAIRS * height
        painted = semcodec.decode(row.own.data).image
        for image, x in ((row.photograph, left), (painted, left + CELL)):
            small = ImageOps.contain(image, (CELL - 4, CELL - 4))
            sheet.paste(small, (x + (CELL - small.width) // 2, top + (CELL - small.height) // 2))
        words = f"{row.path.stem.lstrip('0')} {len(row.own.data)} bytes: {row.own.record.text}"
        lines_of_words = textwrap.wrap(words, 86)
        ImageDraw.Draw(sheet).text((left + 4, top + CELL), "\n".join(lines_of_words), "black")
    return sheet


def _name(size: Size) -> str:
    return f"{size[0]} x {size[1]}"


def aspect(size: Size) -> float:
    """Return width / height."""
    return size[0] / size[1]


def main() -> None:
    """Print the tables, and write the sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="PHOTO_DIR")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    if args.folder is None:
        print_groups()
        print_pairs()
        return
    print(HEADINGS)
    rows = []
    for row in encode_folder(args.folder):
        print(row, flush=True)
        rows.append(row)
    print_photographs(rows)
    if args.sheet:
        compose_sheet(rows).save(args.sheet)


if __name__ == "__main__":
    main()
