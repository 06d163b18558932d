"""Grade the scenery: give it the colors of a layer, and keep what is drawn in it.

A layer has the colors of a photograph without its details (``Guide.colors``). The scenery is made
of regions: the sky, what stands before it, and the ground; or a wall and a floor. In each of them,
the colors that vary slowly are replaced by those of the layer, and the details stay: clouds, waves,
blades of grass, boards. The averages are taken inside of each region, so that

- a detail near the horizon is not paler or darker than elsewhere (no halos), and
- the colors of the layer change at the drawn edges (no second horizon beside the drawn one).

All averages are computed on a small grid; only one multiplication and one addition are for all
pixels. So a picture takes at most a third longer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageEnhance

from semcodec_embedded.painting.noise import Floats
from semcodec_embedded.painting.palette import Color
from semcodec_embedded.painting.svg import HEIGHT

GRID_SIDE = 160  #: cells of the longer side of the grid
#: Radius (standard deviation) of the averages, as shares of the geometric mean of both sides:
#: details of the scenery up to this size stay, and the layer is averaged inside of a region.
DETAIL_RADIUS, LAYER_RADIUS = 0.07, 0.025
DETAIL_CHROMA = 0.45  #: share of the chroma of details that stays: their hue belongs to other light
#: Details are weaker in the dark and stronger in the light, as a power of the ratio of the
#: lightness of the layer and of the drawn scenery, between two limits.
GAIN_POWER, MIN_GAIN, MAX_GAIN = 0.6, 0.45, 1.15
#: Steps of 1/255 that the layer keeps from black and white, so that details can be seen on it.
HEADROOM = 14.0
#: The contrast of the edge between two regions, at the edge only: its share, and its limit in
#: steps of 1/255.
EDGE_SHARE, MAX_EDGE = 0.5, 22.0
BAND_ROWS = 256  #: rows computed at a time, to limit the memory for large pictures
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


class ColorField:
    """The colors of a layer, at every place of a scene.

    Attributes:
        grid: the colors in sRGB, 0 to 255, of shape (rows, columns, 3). It has the whole scene.
        width: the width of the scene, in units.
    """

    def __init__(self, colors: Image.Image, size: tuple[int, int], share: float) -> None:
        """Read ``colors`` for a scene of ``size`` pixels: the upper ``share`` of the picture."""
        top = (0, 0, colors.width, max(1.0, colors.height * share))
        cells = _grid_size(size)
        scene = colors.convert("RGB").resize(cells, Image.Resampling.BILINEAR, box=top)
        self.grid = _with_headroom(np.asarray(scene, np.float32))
        self.width = HEIGHT * size[0] / size[1]

    def mean(self, left: float, top: float, right: float, bottom: float) -> Color:
        """Return the mean color in a box, in units; of its nearest cell if it is outside."""
        rows, columns = self.grid.shape[:2]
        x, to_x = _cells(left / self.width, right / self.width, columns)
        y, to_y = _cells(top / HEIGHT, bottom / HEIGHT, rows)
        red, green, blue = self.grid[y:to_y, x:to_x].mean((0, 1)).tolist()
        return round(red), round(green), round(blue)

    def light(self) -> float:
        """Return the mean lightness, 0 to 255."""
        return float((self.grid @ _LUMA).mean())


@dataclass(slots=True)
class Regions:
    """The regions of a scenery, noted while it is painted.

    Attributes:
        edge_y: the y of the lower edge of the upper regions, in units: of the sky or the wall. The
            height of the picture if there is one region only.
        front: the opacity of what stands before the sky, of the size of the picture; or None.
    """

    edge_y: float = HEIGHT
    front: Image.Image | None = field(default=None)

    def masks(self, size: tuple[int, int]) -> list[Image.Image]:
        """Return the opacity of each region: images of mode L that add up to 255 everywhere."""
        edge = min(size[1], max(0, round(self.edge_y / HEIGHT * size[1])))
        above = Image.new("L", size, 0)
        above.paste(255, (0, 0, size[0], edge))
        below = Image.eval(above, lambda value: 255 - value)
        if self.front is None:
            return [above, below]
        front = Image.new("L", size, 0)
        front.paste(self.front.crop((0, 0, size[0], edge)), (0, 0))
        sky = Image.eval(self.front, lambda value: 255 - value)
        sky.paste(0, (0, edge, *size))
        return [sky, front, below]


def grade(picture: Image.Image, regions: Regions, colors: ColorField) -> Image.Image:
    """Return ``picture``, which shows scenery alone, in the ``colors`` of a layer."""
    picture = ImageEnhance.Color(picture).enhance(DETAIL_CHROMA)
    rows, columns = colors.grid.shape[:2]
    drawn = np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), np.float32)
    masks = [mask for mask in regions.masks(picture.size) if mask.getbbox()]
    averages = _Averages((rows, columns))
    everywhere = averages.of(drawn, np.ones((rows, columns), np.float32), DETAIL_RADIUS)
    total = np.zeros((picture.size[1], picture.size[0], 4), np.float32)
    for mask in masks:
        cells = np.asarray(mask.resize((columns, rows), Image.Resampling.BOX), np.float32)
        cells = cells / np.float32(255)
        change = _change(drawn, cells, everywhere, colors.grid, averages)
        _add(total, change, mask)
    return _apply(picture, total)


def _change(
    drawn: Floats, mask: Floats, everywhere: Floats, layer: Floats, averages: _Averages
) -> Floats:
    """Return what one region is multiplied by, and what is then added in red, green and blue."""
    base = averages.of(drawn, mask, DETAIL_RADIUS)
    wanted = averages.of(layer, mask, LAYER_RADIUS)
    ratio = (wanted @ _LUMA + 1) / (base @ _LUMA + 1)
    gain = np.clip(ratio**GAIN_POWER, MIN_GAIN, MAX_GAIN)[..., None]
    edge = ((base - everywhere) @ _LUMA * EDGE_SHARE)[..., None]
    edge = MAX_EDGE * np.tanh(edge / MAX_EDGE)
    return np.concatenate([gain, wanted + edge * gain - gain * base], -1)


class _Averages:
    """Averages with Gaussian weights on a grid, inside of a mask."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._mean_side = float(np.sqrt(shape[0] * shape[1]))

    def of(self, values: Floats, mask: Floats, radius: float) -> Floats:
        """Return the average around each cell of ``values``, an array of shape (rows, columns, 3).

        Cells far outside of the mask have the average of all that is inside of it.
        """
        down, across = (_weights(count, radius * self._mean_side) for count in self._shape)
        inside = mask[..., None] + 1e-6
        stacked = np.concatenate([values * inside, inside], -1)
        sums = np.einsum("yr,rxc->yxc", down, np.einsum("xs,rsc->rxc", across, stacked))
        mean = (values * inside).mean((0, 1)) / inside.mean()
        return np.asarray((sums[..., :3] + 1e-4 * mean) / (sums[..., 3:] + 1e-4), np.float32)


def _weights(count: int, radius: float) -> Floats:
    """Return the Gaussian weights between ``count`` cells: rows that add up to 1."""
    steps = np.arange(count, dtype=np.float32)
    weights = np.exp(-0.5 * ((steps[:, None] - steps[None, :]) / max(radius, 0.5)) ** 2)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def _add(total: Floats, change: Floats, mask: Image.Image) -> None:
    """Add ``change`` of the grid to ``total``, an array of the picture's size, inside ``mask``."""
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    rows, columns = change.shape[:2]
    scale_x, scale_y = columns / mask.width, rows / mask.height
    box = (left * scale_x, top * scale_y, right * scale_x, bottom * scale_y)
    opacity = np.asarray(mask.crop((left, top, right, bottom)), np.float32) / np.float32(255)
    for channel in range(change.shape[2]):
        plane = Image.fromarray(np.ascontiguousarray(change[..., channel]))
        large = plane.resize((right - left, bottom - top), Image.Resampling.BILINEAR, box=box)
        total[top:bottom, left:right, channel] += np.asarray(large) * opacity


def _apply(picture: Image.Image, change: Floats) -> Image.Image:
    source = np.asarray(picture)
    result = np.empty_like(source)
    for top in range(0, source.shape[0], BAND_ROWS):
        rows = slice(top, top + BAND_ROWS)
        graded = source[rows] * change[rows, :, :1] + change[rows, :, 1:]
        result[rows] = np.clip(graded + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(result)


def _grid_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, GRID_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _with_headroom(colors: Floats) -> Floats:
    """Return ``colors`` that are lighter than black and darker than white."""
    luma = colors @ _LUMA
    shift = np.clip(luma, HEADROOM, 255 - HEADROOM) - luma
    return np.asarray(np.clip(colors + shift[..., None], 0, 255), np.float32)


def _cells(first: float, last: float, count: int) -> tuple[int, int]:
    """Return the first cell of a range, 0 to 1, and the cell after its last one."""
    start = min(count - 1, max(0, int(first * count)))
    return start, min(count, max(start + 1, round(last * count)))
