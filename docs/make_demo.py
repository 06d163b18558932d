"""Make demo.jpg, the picture of the README, from a run of ``semcodec demo``.

    python docs/make_demo.py

The numbers under the title are those that the demo prints; they are stored in the file too, as its
comment, so that tests/cli/test_demo.py can compare them.
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
QUALITY: Final = 85
SIDE: Final = 320  #: pixels of a photograph, and of a picture
MARGIN: Final = 20
MIDDLE: Final = 220  #: width of the column between them
TITLE: Final = 90  #: height of the title
WIDTH: Final = MARGIN + SIDE + MIDDLE + SIDE + MARGIN
INK, GRAY, LINE = "black", "#777777", "#dddddd"


def compose(folder: Path, printed: str) -> Image.Image:
    """Return the page of a demo's output folder and the table that it printed."""
    names = sorted(path.stem for path in folder.glob("*.semc"))
    page = Image.new("RGB", (WIDTH, TITLE + len(names) * (SIDE + 2 * MARGIN)), "white")
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, 16), "Images that travel as words", INK, _font(26))
    subtitle = "Left: the photograph. Middle: all that travels. Right: painted from it."
    draw.text((MARGIN, 54), subtitle, GRAY, _font(14))
    for number, name in enumerate(names):
        top = TITLE + number * (SIDE + 2 * MARGIN)
        draw.line((MARGIN, top, WIDTH - MARGIN, top), LINE)
        _paste(page, folder / f"{name}-original.jpg", (MARGIN, top + MARGIN))
        _paste(page, folder / f"{name}-picture.png", (WIDTH - MARGIN - SIDE, top + MARGIN))
        ratios = printed.split(f"\n{name} ")[1].split("x /")[0].split()[-1]
        _write(draw, (folder / f"{name}.semc").read_bytes(), ratios, top + MARGIN)
    return page


def table(printed: str) -> str:
    """Return the table without the lines around it."""
    return printed.partition("\n\n")[0]


def main() -> None:
    """Run the demo and write the picture."""
    with tempfile.TemporaryDirectory() as out:
        demo = [sys.executable, "-m", "semcodec", "demo", "--out", out]
        printed = subprocess.run(demo, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        page = compose(Path(out), printed)
    page.save(OUT, quality=QUALITY, comment=table(printed).encode())


def _paste(page: Image.Image, file: Path, corner: tuple[int, int]) -> None:
    with Image.open(file) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    page.paste(small, corner)


def _write(draw: ImageDraw.ImageDraw, data: bytes, ratio: str, top: int) -> None:
    """Write what travels into the middle column."""
    words = textwrap.wrap(" ".join(semcodec.unpack(data).words), 22)
    code = textwrap.wrap(data.hex(" "), 8 * 3)
    lines = [(f"{len(data)} bytes", 28, INK), ("", 14, INK)]
    lines += [(line, 14, GRAY) for line in code] + [("", 14, INK)]
    lines += [(line, 17, INK) for line in words] + [("", 14, INK)]
    lines += [(f"{int(ratio):,} times smaller than", 13, GRAY), ("JPEG at quality 1", 13, GRAY)]
    x, y = WIDTH // 2, top + (SIDE - sum(size + 6 for _, size, _ in lines)) // 2
    for text, size, color in lines:
        draw.text((x, y), text, color, _font(size), anchor="ma")
        y += size + 6


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that Pillow has in itself, so that all machines draw alike."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise SystemExit("This Pillow has no FreeType: install a wheel of it.")
    return font


if __name__ == "__main__":
    main()
