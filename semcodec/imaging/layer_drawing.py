"""Draw the layers of a record: its colors, and the boxes of its words over them.

The drawing shows what a record states, not what a painter makes of it. Words and sizes come from a
record and may be meant to harm: the drawing has at most ``MAX_SIDE`` pixels on a side, and labels
are short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec._boxes import Box, area
from semcodec.imaging.color_layer import render_colors
from semcodec.imaging.lettering import ELLIPSIS, draw_text, text_length
from semcodec.imaging.quiet_pillow import import_pillow

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Size = tuple[int, int]  #: width and height in pixels
Pixels = tuple[int, int, int, int]  #: left, top, right and bottom edge; right and bottom are beyond

# --- Pixels
AREA: Final = 720 * 720  #: of a drawing, if no side is too long or too short
MAX_SIDE: Final = 1600
MIN_SIDE: Final = 96  #: leaves room for a label
LINE: Final = 3  #: of a box
EDGE: Final = 1  #: dark, on both sides of a line, so that it can be seen on any color
INSET: Final = 6  #: of a box that is equal to one before
DASH, GAP = 10, 7  #: of a box that painters ignore
TEXT_SIZE: Final = 17  #: of letters
PADDING: Final = 5  #: left and right of the letters of a label
LABEL_HEIGHT: Final = 23
GRID: Final = 8  #: parts of each side of a drawing without colors

MAX_LABEL: Final = 24  #: characters
TINT: Final = 0.16  #: share of a box's color in its area
PAPER, GRID_LINE, GRAY = "#eef1f4", "#dbe1e7", "#8a939b"
BLACK, WHITE = "#111111", "#ffffff"
#: Colors of words: far apart, also for most people who see few colors; the first ones repeat.
PALETTE: Final = (
    "#e6550d", "#1f78d1", "#2ca02c", "#d62790", "#f2b701", "#7b4ab5", "#00a7b5", "#8c510a",
)  # fmt: skip


class BoxGroup(NamedTuple):
    """The boxes of one word.

    Attributes:
        label: the word.
        boxes: its boxes; all edges are from 0.0 to 1.0.
        is_used: whether painters use the boxes; if not, they are drawn gray and dashed.
    """

    label: str
    boxes: Sequence[Box]
    is_used: bool = True


class _Item(NamedTuple):
    label: str
    box: Pixels
    color: str
    is_used: bool


def drawing_size(size: Size) -> Size:
    """Return the size of the drawing for a picture of ``size``, in its aspect ratio.

    Example:
        >>> drawing_size((1248, 832)), drawing_size((4096, 256)), drawing_size((1, 2**31 - 1))
        ((881, 588), (1600, 100), (96, 1600))
    """
    width, height = size
    longer = min(MAX_SIDE, isqrt(AREA * max(size) // min(size)))
    shorter = max(MIN_SIDE, longer * min(size) // max(size))
    return (longer, shorter) if width >= height else (shorter, longer)


def draw_layers(size: Size, groups: Sequence[BoxGroup], colors: bytes | None) -> Image:
    """Return an RGB image of the boxes of words, over the colors or over a grid.

    Args:
        size: width and height of the picture, from 1; only their ratio is used.
        groups: the words with boxes; the largest boxes are drawn first.
        colors: the bytes of the colors, any; None for a grid.

    Raises:
        InputError: Pillow is missing, or was built without fonts.
    """
    import_pillow()
    from PIL import ImageDraw

    canvas = drawing_size(size)
    image = _draw_grid(canvas) if colors is None else render_colors(colors, canvas)
    items = _items(groups, canvas)
    for item in items:
        _tint(image, item)
    draw = ImageDraw.Draw(image)
    for item in items:
        _draw_box(draw, item)
    taken: list[Pixels] = []
    for item in reversed(items):  # a small box has fewer places for its label
        taken.append(_draw_label(draw, item, canvas, taken))
    return image


def _draw_grid(size: Size) -> Image:
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions
    from PIL import ImageDraw

    image = pil.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    width, height = size
    for part in range(1, GRID):
        draw.line((part * width // GRID, 0, part * width // GRID, height), GRID_LINE)
        draw.line((0, part * height // GRID, width, part * height // GRID), GRID_LINE)
    return image


# --- Boxes


def _items(groups: Sequence[BoxGroup], size: Size) -> list[_Item]:
    """Return all boxes in pixels, those that are not used first, and then the largest."""
    items = [
        _Item(group.label, _to_pixels(box, size), _color(group, number), group.is_used)
        for number, group in enumerate(groups)
        for box in group.boxes
    ]
    items.sort(key=lambda item: (item.is_used, -area(item.box)))  # gray boxes are below all
    before: Counter[Pixels] = Counter()
    for index, item in enumerate(items):
        items[index] = item._replace(box=_inset(item.box, INSET * before[item.box]))
        before[item.box] += 1
    return items


def _color(group: BoxGroup, number: int) -> str:
    return PALETTE[number % len(PALETTE)] if group.is_used else GRAY


def _to_pixels(box: Box, size: Size) -> Pixels:
    """Return a box of at least 1 pixel."""
    left, right = (round(edge * size[0]) for edge in box[::2])
    top, bottom = (round(edge * size[1]) for edge in box[1::2])
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _inset(box: Pixels, pixels: int) -> Pixels:
    """Return a smaller box, so that equal boxes do not hide each other."""
    left, top, right, bottom = box
    pixels = max(0, min(pixels, (min(right - left, bottom - top) - 4 * LINE) // 2))
    return left + pixels, top + pixels, right - pixels, bottom - pixels


def _tint(image: Image, item: _Item) -> None:
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    if item.is_used:
        part = image.crop(item.box)
        image.paste(pil.blend(part, pil.new("RGB", part.size, item.color), TINT), item.box)


def _draw_box(draw: ImageDraw, item: _Item) -> None:
    left, top, right, bottom = item.box
    outline = (left, top, right - 1, bottom - 1)
    if not item.is_used:
        for line in _dashes(item.box):
            draw.rectangle(line, item.color)
        return
    draw.rectangle(outline, outline=BLACK, width=LINE + 2 * EDGE)
    inner = (left + EDGE, top + EDGE, right - 1 - EDGE, bottom - 1 - EDGE)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        draw.rectangle(inner, outline=item.color, width=LINE)


def _dashes(box: Pixels) -> Iterator[Pixels]:
    """Yield the dashes along a box; right and bottom are the last pixels."""
    left, top, right, bottom = box
    for x in range(left, right, DASH + GAP):
        end = min(x + DASH, right) - 1
        yield x, top, end, min(top + LINE, bottom) - 1
        yield x, max(bottom - LINE, top), end, bottom - 1
    for y in range(top, bottom, DASH + GAP):
        end = min(y + DASH, bottom) - 1
        yield left, y, min(left + LINE, right) - 1, end
        yield max(right - LINE, left), y, right - 1, end


# --- Labels


def _draw_label(draw: ImageDraw, item: _Item, size: Size, taken: Sequence[Pixels]) -> Pixels:
    """Draw a label where it covers no other one, if there is such a place, and return its place."""
    text = _shorten(item.label, size[0] - 2 * PADDING)
    width = round(text_length(text, TEXT_SIZE)) + 2 * PADDING
    places = [_clip(start, width, size) for start in _starts(item.box, width, size)]
    place = next((place for place in places if not _covers(place, taken)), places[0])
    left, top, right, bottom = place
    draw.rectangle((left, top, right - 1, bottom - 1), item.color)
    letters = BLACK if _is_light(item.color) else WHITE
    draw_text(draw, (left + PADDING, bottom - 6), text, TEXT_SIZE, letters)
    return place


def _starts(box: Pixels, width: int, size: Size) -> Iterator[tuple[int, int]]:
    """Yield upper left corners of a label, the best first.

    Inside of the upper left corner of the box, at its other corners, outside of it, and then ever
    lower in the picture.
    """
    left, top, right, bottom = box
    insides = (top, bottom - LABEL_HEIGHT)
    if right - left >= width and bottom - top >= LABEL_HEIGHT:
        yield from ((x, y) for y in insides for x in (left, right - width))
    if top >= LABEL_HEIGHT:
        yield left, top - LABEL_HEIGHT
    yield left, bottom
    yield from ((x, y) for x in (right, left - width) for y in insides)
    for y in range(0, size[1], LABEL_HEIGHT):
        yield left, (top + y) % size[1]


def _clip(start: tuple[int, int], width: int, size: Size) -> Pixels:
    """Return the place of a label, moved into the picture."""
    left = max(0, min(start[0], size[0] - width))
    top = max(0, min(start[1], size[1] - LABEL_HEIGHT))
    return left, top, left + width, top + LABEL_HEIGHT


def _covers(place: Pixels, taken: Sequence[Pixels]) -> bool:
    left, top, right, bottom = place
    return any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in taken
    )


def _shorten(label: str, width: int) -> str:
    """Return a label of at most ``MAX_LABEL`` characters and ``width`` pixels."""
    text = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + ELLIPSIS
    while len(text) > 1 and text_length(text, TEXT_SIZE) > width:
        text = text[:-2] + ELLIPSIS
    return text


def _is_light(color: str) -> bool:
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return 299 * red + 587 * green + 114 * blue > 150_000
