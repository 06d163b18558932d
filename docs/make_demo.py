"""Make demo.jpg, the picture of the README, from a run of ``semcodec demo``.

    python docs/make_demo.py

The table that the demo prints is stored in the file as its comment, so that tests/cli/test_demo.py
can compare it with that of a new run.
"""

from __future__ import annotations

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
SIDE: Final = 320  #: pixels of a photograph, and of a picture
MARGIN: Final = 20  #: pixels, as are all sizes
MIDDLE_WIDTH: Final = 220  #: of the column between photograph and picture
TITLE_HEIGHT: Final = 90
WIDTH: Final = MARGIN + SIDE + MIDDLE_WIDTH + SIDE + MARGIN
BLACK, GRAY, LINE_COLOR = "black", "#777777", "#dddddd"


def compose(directory: Path, printed: str) -> Image.Image:
    """Return the image of a run of the demo, from its output directory and what it printed."""
    names = sorted(path.stem for path in directory.glob("*.semc"))
    page = Image.new("RGB", (WIDTH, TITLE_HEIGHT + len(names) * (SIDE + 2 * MARGIN)), "white")
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, 16), "Images that travel as words", BLACK, _font(26))
    subtitle = "Left: the photograph. Middle: all that travels. Right: painted from it."
    draw.text((MARGIN, 54), subtitle, GRAY, _font(14))
    for row, name in enumerate(names):
        top = TITLE_HEIGHT + row * (SIDE + 2 * MARGIN)
        draw.line((MARGIN, top, WIDTH - MARGIN, top), LINE_COLOR)
        _paste(page, directory / f"{name}-original.jpg", (MARGIN, top + MARGIN))
        _paste(page, directory / f"{name}-picture.png", (WIDTH - MARGIN - SIDE, top + MARGIN))
        # The ratio is in front of "x /", in the row of this photograph.
        ratio = printed.split(f"\n{name} ")[1].split("x /")[0].split()[-1]
        _write(draw, (directory / f"{name}.semc").read_bytes(), ratio, top + MARGIN)
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


def _paste(page: Image.Image, file: Path, corner: tuple[int, int]) -> None:
    with Image.open(file) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    page.paste(small, corner)


def _write(draw: ImageDraw.ImageDraw, data: bytes, ratio: str, top: int) -> None:
    """Write the size, the bytes and the words of a record into the middle column."""
    words = textwrap.wrap(" ".join(semcodec.unpack(data).words), 22)
    hex_bytes = textwrap.wrap(data.hex(" "), 8 * 3)
    lines = [(f"{len(data)} bytes", 28, BLACK), ("", 14, BLACK)]
    lines += [(line, 14, GRAY) for line in hex_bytes] + [("", 14, BLACK)]
    lines += [(line, 17, BLACK) for line in words] + [("", 14, BLACK)]
    lines += [(f"{int(ratio):,} times smaller than", 13, GRAY), ("JPEG at quality 1", 13, GRAY)]
    x, y = WIDTH // 2, top + (SIDE - sum(size + 6 for _, size, _ in lines)) // 2
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
