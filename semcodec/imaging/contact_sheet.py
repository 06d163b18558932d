"""A contact sheet: pictures of one size in rows, each with a title and a text below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec.imaging.lettering import ELLIPSIS, draw_text, text_length

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Size = tuple[int, int]  #: width and height in pixels

# --- Pixels
PICTURE_AREA: Final = 360 * 270  #: of a picture
MAX_PICTURE: Final = (1000, 480)  #: width and height; a panorama or a tall picture has less area
MIN_CELL_WIDTH: Final = 260  #: leaves room for a few words per line
MAX_SHEET_WIDTH: Final = 2000
MARGIN: Final = 28  #: around the sheet, and between cells
CAPTION_GAP: Final = 10  #: between a picture and its title
TEXT_GAP: Final = 5  #: above the text
FRAME: Final = 4  #: around a picture with a mark
TITLE_SIZE, NOTE_SIZE, TEXT_SIZE = 22, 15, 17  #: of letters
LINE_SPACING: Final = 1.3  #: in letter sizes

MAX_LINES: Final = 12  #: of the text in a cell; the last one ends with an ellipsis
BLACK, GRAY, PALE, WHITE = "#111111", "#6b6b6b", "#e8e8e8", "#ffffff"


class Cell(NamedTuple):
    """One picture of a contact sheet.

    Attributes:
        image: an RGB image, shown in the size of all pictures; None for an empty rectangle.
        title: a few words in large letters.
        note: a few words in small gray letters below the title.
        text: any text, wrapped to the width of the picture.
        mark: a few words in ``color`` below the note, with a frame of that color; "" for none.
        color: as Pillow names it.
    """

    image: Image | None
    title: str
    note: str = ""
    text: str = ""
    mark: str = ""
    color: str = BLACK


class Line(NamedTuple):
    """A line of letters.

    Attributes:
        text: not empty.
        size: of the letters in pixels.
        color: as Pillow names it.
        gap: pixels above the line.
    """

    text: str
    size: int
    color: str
    gap: int = 0

    @property
    def height(self) -> int:
        """Height in pixels, without the gap."""
        return round(LINE_SPACING * self.size)


def picture_size(size: Size) -> Size:
    """Return the size in which a picture of ``size`` is shown.

    Example:
        >>> picture_size((1248, 832)), picture_size((4096, 256)), picture_size((256, 4096))
        ((381, 254), (1000, 62), (30, 480))
    """
    width, height = size
    shown = isqrt(PICTURE_AREA * width // height)
    shown = max(1, min(shown, MAX_PICTURE[0], MAX_PICTURE[1] * width // height))
    return shown, max(1, shown * height // width)


def draw_contact_sheet(cells: Sequence[Cell], size: Size) -> Image:
    """Return an RGB image of all cells, in rows of equal length.

    Args:
        cells: at least one.
        size: width and height of the pictures; only their ratio is used.

    Raises:
        InputError: Pillow was built without fonts.
    """
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions
    from PIL import ImageDraw

    picture = picture_size(size)
    width = max(MIN_CELL_WIDTH, picture[0])
    columns = _count_columns(len(cells), width)
    captions = [_caption(cell, width) for cell in cells]
    rows = [slice(start, start + columns) for start in range(0, len(cells), columns)]
    heights = [picture[1] + max(map(_height, captions[row])) for row in rows]
    sheet_size = (
        MARGIN + columns * (width + MARGIN),
        MARGIN + sum(heights) + MARGIN * len(rows),
    )
    sheet = pil.new("RGB", sheet_size, WHITE)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, (cell, caption) in enumerate(zip(cells[row], captions[row], strict=True)):
            left = MARGIN + column * (width + MARGIN)
            _draw_picture(sheet, draw, cell, (left, top), picture)
            _draw_lines(draw, caption, left, top + picture[1] + CAPTION_GAP)
        top += height + MARGIN
    return sheet


def _count_columns(cells: int, width: int) -> int:
    """Return the number of columns for cells of ``width`` that makes rows of equal length."""
    fitting = max(1, (MAX_SHEET_WIDTH - MARGIN) // (width + MARGIN))
    rows = -(-cells // fitting)
    return -(-cells // rows)


def _draw_picture(
    sheet: Image, draw: ImageDraw, cell: Cell, start: tuple[int, int], size: Size
) -> None:
    left, top = start
    if cell.image is None:
        draw.rectangle((left, top, left + size[0] - 1, top + size[1] - 1), PALE)
    else:
        sheet.paste(cell.image.resize(size), start)
    if cell.mark:
        frame = (left - FRAME, top - FRAME, left + size[0] + FRAME - 1, top + size[1] + FRAME - 1)
        draw.rectangle(frame, outline=cell.color, width=FRAME)


# --- text ----------------------------------------------------------------------------------------


def _caption(cell: Cell, width: int) -> list[Line]:
    """Return the lines below a picture."""
    lines = [Line(text, TITLE_SIZE, BLACK) for text in _wrap(cell.title, TITLE_SIZE, width)]
    lines += [Line(text, NOTE_SIZE, GRAY) for text in _wrap(cell.note, NOTE_SIZE, width)]
    lines += [Line(text, TEXT_SIZE, cell.color) for text in _wrap(cell.mark, TEXT_SIZE, width)]
    text = _wrap(cell.text, TEXT_SIZE, width)
    gaps = [TEXT_GAP] + [0] * len(text)
    return lines + [Line(t, TEXT_SIZE, BLACK, g) for t, g in zip(text, gaps, strict=False)]


def _wrap(text: str, size: int, width: int) -> list[str]:
    """Return ``text`` as at most ``MAX_LINES`` lines of at most ``width`` pixels."""
    lines: list[str] = []
    for word in _break_words(text.split(), size, width):
        if lines and text_length(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        elif len(lines) < MAX_LINES:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1].rpartition(' ')[0] or lines[-1][:-1]} {ELLIPSIS}"
            break
    return lines


def _break_words(words: Iterable[str], size: int, width: int) -> Iterable[str]:
    """Yield ``words``, with those that are wider than ``width`` broken into parts."""
    for word in words:
        part = ""
        for char in word:
            if part and text_length(part + char, size) > width:
                yield part
                part = ""
            part += char
        yield part


def _height(caption: Iterable[Line]) -> int:
    return CAPTION_GAP + sum(line.gap + line.height for line in caption)


def _draw_lines(draw: ImageDraw, lines: Iterable[Line], left: int, top: int) -> None:
    for line in lines:
        draw_text(draw, (left, top + line.gap + line.size), line.text, line.size, line.color)
        top += line.gap + line.height
