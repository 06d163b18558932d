"""Measure which share of each sprite can be seen: inside the frame, and not behind later sprites.

The shapes of the drawings are compared on a small raster instead of their boxes, because most of
the box of a plant or a bicycle is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.fitting import EDGE
from semcodec_embedded.painting.geometry import Box
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.svg import HEIGHT

Mask = NDArray[np.bool_]

ROWS, MAX_COLUMNS = 160, 1024  #: of the raster; a sprite of the smallest size has 4 rows
SHAPE_SIZE = 64  #: pixels per side of the shape of a drawing
#: Width of the margin around sprites in which a layer still has their colors, as a share of the
#: mean side, and the factor that makes it wider.
MARGIN, MARGIN_GAIN = 0.05, 2.5
MIN_OPACITY = 96  #: of 255; a fainter pixel hides nothing


@lru_cache(maxsize=1024)  # more than there are drawings
def _shape(name: str) -> Image.Image:
    """Return the alpha channel of a drawing, stretched to a square."""
    return render(name, (SHAPE_SIZE, SHAPE_SIZE), ()).getchannel("A")


class Raster:
    """The shapes of sprites in a frame of ``width`` units."""

    def __init__(self, width: float) -> None:
        self._scale_y = ROWS / HEIGHT
        self.columns = min(MAX_COLUMNS, max(8, round(width * self._scale_y)))
        self._scale_x = self.columns / width

    def empty(self) -> Mask:
        """Return a mask of the frame in which nothing is set."""
        return np.zeros((ROWS, self.columns), np.bool_)

    def shape_of(self, sprite: PlacedSprite) -> tuple[Mask, tuple[slice, slice], int]:
        """Return the part of a sprite's shape in the frame, where it is, and its whole area."""
        shape = _shape(sprite.name)
        if sprite.flipped:
            shape = shape.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        columns = max(1, round(sprite.width * self._scale_x))
        rows = max(1, round(sprite.height * self._scale_y))
        left = round((sprite.x - sprite.width / 2) * self._scale_x)
        top = round((sprite.baseline_y - sprite.elevation - sprite.height) * self._scale_y)
        mask = np.asarray(shape.resize((columns, rows), Image.Resampling.BOX)) >= MIN_OPACITY
        if sprite.support == "water":  # what is below the waterline is not drawn
            mask = mask[: max(1, round(rows * (1 - sprite.submerged)))]
        area = int(mask.sum())
        y, x = max(0, top), max(0, left)
        inside = mask[y - top : max(0, ROWS - top), x - left : max(0, self.columns - left)]
        return inside, (slice(y, y + inside.shape[0]), slice(x, x + inside.shape[1])), area

    def rows(self, top: float, bottom: float) -> slice:
        """Return the rows between two heights in units."""
        return slice(max(0, round(top * self._scale_y)), max(0, round(bottom * self._scale_y)))

    def box(self, box: tuple[float, float, float, float]) -> tuple[slice, slice]:
        """Return the rows and columns of a box in units."""
        left, top, right, bottom = box
        across = slice(max(0, round(left * self._scale_x)), max(0, round(right * self._scale_x)))
        return self.rows(top, bottom), across


def visible_shares(sprites: Sequence[PlacedSprite], width: float) -> tuple[list[float], Mask]:
    """Return the visible share of each of ``sprites``, 0 to 1, and what all of them cover."""
    raster = Raster(width)
    covered = raster.empty()
    shares = []
    for sprite in reversed(sprites):
        mask, place, area = raster.shape_of(sprite)
        seen = int((mask & ~covered[place]).sum())
        shares.append(seen / area if area else 0.0)
        covered[place] |= mask
    return shares[::-1], covered


def _beyond_edges(box: Box) -> Box:
    """Return ``box`` with what the edges of the picture cut off, as far as half of it."""
    left, top, right, bottom = box
    across, down = (right - left) / 2, (bottom - top) / 2
    return (
        left - across * (left <= EDGE), top - down * (top <= EDGE),
        right + across * (right >= 1 - EDGE), bottom + down * (bottom >= 1 - EDGE),
    )  # fmt: skip


def covered_shares(
    sprites: Sequence[PlacedSprite],
    boxes: Iterable[Box],
    width: float,
    shape: tuple[int, int],
) -> NDArray[np.float32]:
    """Return which share of each cell of a grid of ``shape`` is of an object, 0 to 1.

    Objects are the sprites and, in ``boxes`` (shares of the scene), what they stand for. There is a
    margin around each of them, in which the share falls from 1 to 0.
    """
    raster = Raster(width)
    covered = raster.empty()
    for sprite in sprites:
        mask, place, _ = raster.shape_of(sprite)
        covered[place] |= mask
    image = Image.fromarray(covered.astype(np.uint8) * np.uint8(255))
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in map(_beyond_edges, boxes):
        corner = left * (image.width - 1), top * (image.height - 1)
        draw.ellipse((*corner, right * (image.width - 1), bottom * (image.height - 1)), 255)
    image = image.resize((shape[1], shape[0]), Image.Resampling.BOX)
    margin = MARGIN * (shape[0] * shape[1]) ** 0.5
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(margin)), np.float32)
    shares = np.clip(blurred * np.float32(MARGIN_GAIN / 255), 0, 1)
    return np.asarray(shares, np.float32)
