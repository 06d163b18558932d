"""Make demo.jpg, the picture of the README, from a run of ``semcodec demo``.

    python docs/make_demo.py

The table that the demo prints is stored in the file as its comment, so that tests/cli/test_demo.py
can compare it with that of a new run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

import semcodec

OUT: Final = Path(__file__).with_name("demo.jpg")
QUALITY: Final = 85  #: of the JPEG file
SIDE: Final = 320  #: pixels of the longer side of a photograph, and of a picture
MARGIN: Final = 20  #: pixels, as are all sizes
MIDDLE_WIDTH: Final = 220  #: of the column between photograph and picture
TITLE_HEIGHT: Final = 90
MIN_ROW_HEIGHT: Final = 250  #: room for the text in the middle
WIDTH: Final = MARGIN + SIDE + MIDDLE_WIDTH + SIDE + MARGIN
BLACK, GRAY, LINE_COLOR = "black", "#777777", "#dddddd"


def compose(directory: Path, printed: str) -> Image.Image:
    """Return the image of a run of the demo, from its output directory and what it printed."""
    names = sorted(path.stem for path in directory.glob("*.semc"))
    rows = [
        [_small(directory / f"{name}{ending}") for ending in ("-original.jpg", "-picture.png")]
        for name in names
    ]
    heights = [max(MIN_ROW_HEIGHT, *(image.height for image in row)) for row in rows]
    height = TITLE_HEIGHT + sum(heights) + 2 * MARGIN * len(rows)
    page = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, 16), "Images that travel as words", BLACK, _font(26))
    subtitle = "Left: the photograph. Middle: all that is sent. Right: painted from it."
    draw.text((MARGIN, 54), subtitle, GRAY, _font(14))
    top = TITLE_HEIGHT
    for name, row, row_height in zip(names, rows, heights, strict=True):
        draw.line((MARGIN, top, WIDTH - MARGIN, top), LINE_COLOR)
        middle = top + MARGIN + row_height // 2
        for image, x in zip(row, (MARGIN, WIDTH - MARGIN - SIDE), strict=True):
            page.paste(image, (x + (SIDE - image.width) // 2, middle - image.height // 2))
        _write(draw, (directory / f"{name}.semc").read_bytes(), _ratio(printed, name), middle)
        top += row_height + 2 * MARGIN
    return page


def table(printed: str) -> str:
    """Return the table that the demo printed, without the lines below it."""
    return printed.partition("\n\n")[0]


def main() -> None:
    """Run the demo and write the picture."""
    with tempfile.TemporaryDirectory() as directory:
        demo = [sys.executable, "-m", "semcodec", "demo", "--out", directory]
        printed = subprocess.run(demo, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        page = compose(Path(directory), printed)
    page.save(OUT, quality=QUALITY, comment=table(printed).encode())


def _small(file: Path) -> Image.Image:
    with Image.open(file) as image:
        scale = SIDE / max(image.size)
        width, height = (round(side * scale) for side in image.size)
        return image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _ratio(printed: str, name: str) -> int:
    """Return how many times as large the photograph is as a JPEG of the lowest quality."""
    found = re.search(rf"^{name} .* (\d+)x / \d+x", printed, re.MULTILINE)
    if not found:
        raise SystemExit(f"The demo has not printed a row for {name}.")
    return int(found[1])


def _write(draw: ImageDraw.ImageDraw, data: bytes, ratio: int, middle: int) -> None:
    """Write the size, the bytes and the words of a record into the middle column."""
    words = textwrap.wrap(" ".join(semcodec.unpack(data).words), 22)
    hex_bytes = textwrap.wrap(data.hex(" "), 8 * 3)
    lines = [(f"{len(data)} bytes", 28, BLACK), ("", 14, BLACK)]
    lines += [(line, 14, GRAY) for line in hex_bytes] + [("", 14, BLACK)]
    lines += [(line, 17, BLACK) for line in words] + [("", 14, BLACK)]
    lines += [
        (f"{ratio:,} times smaller than the", 13, GRAY),
        ("photograph as JPEG, quality 1", 13, GRAY),
    ]
    x, y = WIDTH // 2, middle - sum(size + 6 for _, size, _ in lines) // 2
    for text, size, color in lines:
        draw.text((x, y), text, color, _font(size), anchor="ma")
        y += size + 6


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that is built into Pillow, so that all machines draw the same text."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise SystemExit("This Pillow was built without FreeType: install a wheel of it.")
    return font


if __name__ == "__main__":
    main()
