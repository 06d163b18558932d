"""Contact sheets of benches: in each row a photograph, and the pictures painted of its records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from semcodec._boxes import Box

SIDE: Final = 512  #: pixels of the longer side of the painted pictures
SHOWN_AREA: Final = 300 * 300  #: of a picture on a sheet
FIGURE_AREA: Final = 190 * 190  #: of a picture in the figure
FIGURE_QUALITY: Final = 78  #: of its JPEG file
MAX_FIGURE_BYTES: Final = 300_000
FIGURE_FILE: Final = Path(__file__).parents[1] / "docs/layers.jpg"
#: Whether boxes are sent, and bytes of colors: 0, 7, 19, 31 and 60 bytes for two or three boxes.
SENT: Final = ((False, 0), (True, 0), (True, 12), (True, 24), (True, 53))
TITLES: Final = (
    "words",
    "+ layout",
    "+ layout, colors 12",
    "+ layout, colors 24",
    "+ layout, colors 53",
)
#: The photographs of the figure: Kodak's, and those of semcodec-embedded (CC0 or public domain).
FIGURE: Final = (
    "kodim21.png", "kodim23.png", "kodim09.png", "kodim11.png", "coffee.jpg", "cat.jpg",
)  # fmt: skip
MARGIN, LINE = 8, 16  #: pixels


class Strip(NamedTuple):
    """The row of a photograph.

    Attributes:
        name: of its file.
        words: of its record.
        photograph: as the describer got it.
        pictures: in the aspect ratio of the photograph.
        titles: of the pictures.
    """

    name: str
    words: str
    photograph: Image.Image
    pictures: Sequence[Image.Image]
    titles: Sequence[str]


def draw(strips: Sequence[Strip], boxes: Sequence[Box] = (), area: int = SHOWN_AREA) -> Image.Image:
    """Return a sheet with a row for each strip; ``boxes`` are drawn into the photographs."""
    rows = [_draw_row(strip, boxes, area) for strip in strips]
    sheet = Image.new(
        "RGB", (max(row.width for row in rows), sum(row.height for row in rows)), "white"
    )
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def _draw_row(strip: Strip, boxes: Sequence[Box], area: int) -> Image.Image:
    scale = (area / (strip.photograph.width * strip.photograph.height)) ** 0.5
    size = round(strip.photograph.width * scale), round(strip.photograph.height * scale)
    pictures = [_with_boxes(strip.photograph.resize(size), boxes)]
    pictures += [picture.resize(size, Image.Resampling.LANCZOS) for picture in strip.pictures]
    width = MARGIN + len(pictures) * (size[0] + MARGIN)
    row = Image.new("RGB", (width, size[1] + 2 * LINE + 2 * MARGIN), "white")
    canvas, font = ImageDraw.Draw(row), ImageFont.load_default(LINE - 4)
    canvas.text((MARGIN, 2), f"{strip.name}: {strip.words}", "black", font)
    titles = ["photograph", *strip.titles]
    for at, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        left = MARGIN + at * (size[0] + MARGIN)
        row.paste(picture, (left, LINE + MARGIN // 2))
        canvas.text((left, LINE + MARGIN // 2 + size[1]), title, "#555555", font)
    return row


def _with_boxes(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    canvas = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        corners = left * picture.width, top * picture.height
        ends = right * picture.width - 1, bottom * picture.height - 1
        canvas.rectangle((*corners, *ends), outline="#ff2020", width=2)
    return picture


def write_figure(strips: Sequence[Strip]) -> None:
    """Write the figure of docs/layers.md."""
    draw(strips, area=FIGURE_AREA).save(FIGURE_FILE, quality=FIGURE_QUALITY, optimize=True)
    if FIGURE_FILE.stat().st_size > MAX_FIGURE_BYTES:
        raise SystemExit(
            f"{FIGURE_FILE} is larger than {MAX_FIGURE_BYTES} bytes: show fewer photographs"
        )
