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
from itertools import zip_longest
from math import sqrt

import numpy as np
from PIL import Image, ImageEnhance

from semcodec_embedded.colors import NAMES, color_histogram, to_lab
from semcodec_embedded.painting.noise import Floats
from semcodec_embedded.painting.palette import Color
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.svg import HEIGHT

GRID_SIDE = 60  #: cells of the mean side of the grid, which is small for the sake of speed
MAX_GRID_SIDE = 240  #: cells of the longer side, in a panorama
#: Radius (standard deviation) of the averages, as shares of the geometric mean of both sides:
#: details of the scenery up to this size stay, and the layer is averaged inside of a region.
DETAIL_RADIUS, LAYER_RADIUS = 0.1, 0.05
FILL_RADIUS = 0.12  #: of the averages that replace the colors of objects
#: Radius of the averages across a sky: what changes faster there is a spot of something else.
SKY_RADIUS = 0.25
#: A sky by day that is darker than this, in steps of 1/255, and not blue has the colors of what is
#: not sky, such as a forest: it becomes lighter by this share of the difference, and keeps this
#: share of its chroma if it is darker by ``DARK_SKY``.
MIN_SKY_LIGHTNESS, DARK_SKY, SKY_LIGHTENING, SKY_CHROMA = 150.0, 40.0, 0.55, 0.5
BLUE_EXCESS = 24.0  #: of blue over red and green, from which a dark sky is one
FAINT = 0.01  #: a weight that matters only where all others are near zero
DETAIL_CHROMA = 0.7  #: share of the chroma of details that stays: their hue belongs to other light
#: Share of the layer in the lightness and in the color: the rest is drawn, so that a meadow stays
#: greener than the road in it.
LIGHTNESS_SHARE, CHROMA_SHARE = 0.88, 0.75
#: Details are weaker in the dark and stronger in the light, as a power of the ratio of the
#: lightness of the layer and of the drawn scenery, between two limits.
GAIN_POWER, MIN_GAIN, MAX_GAIN = 0.6, 0.6, 1.15
#: Steps of 1/255 that the layer keeps from black and white, so that details can be seen on it.
HEADROOM = 14.0
#: The contrast of the edge between two regions, at the edge only: its share, and its limit in
#: steps of 1/255.
EDGE_SHARE, MAX_EDGE = 0.5, 22.0
#: Shares of the way from the colors of the layer to the drawn ones that are tried.
MOVES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MAX_LIGHTNESS_MOVE = 48.0  #: steps of 1/255
#: Greatest difference in chroma from the mean of a region, in steps of 1/255: more is the color of
#: an object, and a spot in the scenery.
MAX_SPOT = 40.0
MIN_NAMED_SHARE = 0.4  #: of a region, from which its color has the name that the words state
AROUND = 0.2  #: width of the surroundings of a sprite, as a share of its width
BAND_ROWS = 256  #: rows computed at a time, to limit the memory for large pictures
#: Weights of red, green and blue in the lightness (luma of Rec. 601).
LUMA = (0.299, 0.587, 0.114)


def luma(colors: Floats) -> Floats:
    """Return the lightness of sRGB colors with the channels last, as they are: 0 to 255."""
    red, green, blue = (colors[..., at] * np.float32(weight) for at, weight in enumerate(LUMA))
    return np.asarray(red + green + blue, np.float32)


class ColorField:
    """The colors of a layer, at every place of a scene.

    Attributes:
        grid: the colors in sRGB, 0 to 255, of shape (rows, columns, 3). It has the whole scene.
        width: the width of the scene, in units.
        is_gray: whether the picture will be without colors.
    """

    def __init__(
        self, colors: Image.Image, size: tuple[int, int], share: float, *, is_gray: bool = False
    ) -> None:
        """Read ``colors`` for a scene of ``size`` pixels: the upper ``share`` of the picture."""
        self.is_gray = is_gray
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

    def around(self, sprite: PlacedSprite) -> Color:
        """Return the mean color around ``sprite``."""
        left, top, right, bottom = sprite.box
        lift, margin = sprite.elevation, AROUND * sprite.width
        return self.mean(left - margin, top - lift, right + margin, bottom - lift)

    def at(self, sprite: PlacedSprite) -> Color:
        """Return the color where ``sprite`` touches the ground."""
        left, _, right, bottom = sprite.box
        return self.mean(left, bottom - sprite.elevation, right, bottom - sprite.elevation)

    def image(self, size: tuple[int, int]) -> Image.Image:
        """Return the colors as an image of ``size``."""
        cells = Image.fromarray((self.grid + 0.5).astype(np.uint8))
        return cells.resize(size, Image.Resampling.BICUBIC)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the surroundings with the color that the words give it; both "" for none."""

    name: str = ""
    color: str = ""


@dataclass(slots=True)
class Regions:
    """The regions of a scenery, noted while it is painted.

    Attributes:
        edge_y: the y of the lower edge of the upper regions, in units: of the sky or the wall. The
            height of the picture if there is one region only.
        front: the opacity of what stands before the sky, of the size of the picture; or None.
        parts: what the words name in each region: the sky or wall, what stands before it (if
            ``front`` is not None), and the ground.
        kept: the opacity of what keeps its colors, as ``front``; or None.
        has_day_sky: whether the first region is a sky by day.
    """

    edge_y: float = HEIGHT
    front: Image.Image | None = field(default=None)
    parts: list[Part] = field(default_factory=list)
    kept: Image.Image | None = None
    has_day_sky: bool = False

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


@dataclass(frozen=True, slots=True)
class Grading:
    """How a scenery is graded.

    Attributes:
        colors: the colors of the layer.
        covered: the share of each cell of the grid, 0 to 1, that drawings will cover: there, the
            layer has the colors of objects and not those of the scenery.
        recolored: the parts whose color was changed: it holds whatever the layer has.
    """

    colors: ColorField
    covered: Floats
    recolored: frozenset[str] = frozenset()


def grade(
    picture: Image.Image, regions: Regions, grading: Grading
) -> tuple[Image.Image, frozenset[str]]:
    """Return ``picture``, which shows scenery alone, in the colors of a layer.

    Returns:
        The picture, and the names of the parts that do not show the color that the words give
        them: the layer contradicts it.
    """
    original = picture
    picture = ImageEnhance.Color(picture).enhance(0.0 if grading.colors.is_gray else DETAIL_CHROMA)
    layer, free = grading.colors.grid, 1 - grading.covered
    rows, columns = layer.shape[:2]
    scenery = np.ones((rows, columns), np.float32)
    if regions.kept:
        kept = regions.kept.resize((columns, rows), Image.Resampling.BOX)
        scenery -= np.asarray(kept, np.float32) / np.float32(255)
    drawn = np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), np.float32)
    averages = _Averages((rows, columns))
    everywhere = averages.of(drawn, scenery)
    total = np.zeros((picture.size[1], picture.size[0], 4), np.float32)
    overruled = set()
    regions_and_parts = zip_longest(regions.masks(picture.size), regions.parts, fillvalue=Part())
    for at, (mask, part) in enumerate(regions_and_parts):
        if not isinstance(mask, Image.Image) or not mask.getbbox():
            continue
        cells = np.asarray(mask.resize((columns, rows), Image.Resampling.BOX), np.float32)
        cells = cells / np.float32(255)
        cells = cells * scenery
        base = averages.of(drawn, cells)
        is_sky = regions.front is not None and at == 0
        colors = averages.filled(layer, cells, cells * free, SKY_RADIUS if is_sky else LAYER_RADIUS)
        if is_sky and regions.has_day_sky:
            colors = _as_day_sky(colors)
        graded = _blend(base, colors, cells)
        named = _in_color(graded, base, cells, part, part.name in grading.recolored)
        if named is None:
            overruled.add(part.name)
        _add(total, _change(base, graded if named is None else named, everywhere), mask)
    graded_picture = _apply(picture, total)
    if regions.kept:
        graded_picture.paste(original, (0, 0), regions.kept)
    return graded_picture, frozenset(overruled)


def _blend(base: Floats, layer: Floats, mask: Floats) -> Floats:
    """Return the colors of the layer with a share of the drawn ones, without vivid spots."""
    lightness, chroma = _split(layer)
    middle = _mean(chroma, mask)
    offset = chroma - middle
    distance = np.sqrt((offset**2).sum(-1, keepdims=True)) + 1e-6
    offset *= MAX_SPOT * np.tanh(distance / MAX_SPOT) / distance
    drawn_lightness, drawn_chroma = _split(base)
    lightness = lightness + (1 - LIGHTNESS_SHARE) * (drawn_lightness - lightness)
    return lightness + CHROMA_SHARE * (middle + offset) + (1 - CHROMA_SHARE) * drawn_chroma


def _as_day_sky(layer: Floats) -> Floats:
    """Return the colors of a layer, lighter and paler where no sky by day has them."""
    lightness, chroma = _split(layer)
    excess = layer[..., 2:] - layer[..., :2].max(-1, keepdims=True)  # of blue
    # A step from blue to gray would be an edge in the sky.
    other = np.clip(1 - excess / BLUE_EXCESS, 0, 1)
    lack = other * np.clip(MIN_SKY_LIGHTNESS - lightness, 0, None)
    paler = 1 - (1 - SKY_CHROMA) * np.minimum(1.0, lack / DARK_SKY)
    return np.asarray(lightness + SKY_LIGHTENING * lack + paler * chroma, np.float32)


def _split(values: Floats) -> tuple[Floats, Floats]:
    """Return the lightness of sRGB values, in a last axis of 1, and what their color adds to it."""
    lightness = luma(values)[..., None]
    return lightness, values - lightness


def _in_color(
    graded: Floats, base: Floats, mask: Floats, part: Part, is_recolored: bool
) -> Floats | None:
    """Return ``graded`` in the color that the words give ``part``; None if that is impossible.

    The colors are moved towards the drawn ones, no farther than it takes to have the name (drawn
    colors are softer than their names, so that all of the way may be needed). The lightness stays
    near that of the layer, unless the color of the part was changed.
    """
    if not part.color:
        return graded
    lightness, _ = _split(_mean(base, mask) - _mean(graded, mask))
    chroma = _split(base)[1] - _split(graded)[1]
    is_near = bool(np.abs(lightness).max() <= MAX_LIGHTNESS_MOVE)
    if not is_recolored:
        lightness = np.clip(lightness, -MAX_LIGHTNESS_MOVE, MAX_LIGHTNESS_MOVE)
    for share in MOVES:
        move = np.float32(share) * (lightness + chroma)
        moved = np.asarray(graded + move, np.float32)
        if _shows(moved, mask, part.color):
            return moved
    return moved if is_recolored or is_near else None


def _shows(values: Floats, mask: Floats, word: str) -> bool:
    """Return whether enough of a region has the color ``word``."""
    lab = to_lab(np.clip(values, 0, 255) / np.float32(255))
    return float(color_histogram(lab, mask > 0.5)[NAMES.index(word)]) >= MIN_NAMED_SHARE


def _change(base: Floats, wanted: Floats, everywhere: Floats) -> Floats:
    """Return what one region is multiplied by, and what is then added in red, green and blue."""
    ratio = (luma(wanted) + 1) / (luma(base) + 1)
    gain = np.clip(ratio, 1e-3, None)[..., None] ** GAIN_POWER
    gain = np.clip(gain, MIN_GAIN, MAX_GAIN)
    edge = (luma(base - everywhere) * EDGE_SHARE)[..., None]
    edge = MAX_EDGE * np.tanh(edge / MAX_EDGE)
    return np.concatenate([gain, wanted + edge * gain - gain * base], -1)


class _Averages:
    """Averages with Gaussian weights on a grid, inside of a mask."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._mean_side = float(np.sqrt(shape[0] * shape[1]))

    def of(self, values: Floats, mask: Floats) -> Floats:
        """Return the average around each cell of ``values``, an array of shape (rows, columns, 3).

        Cells far outside of the mask have the average of all that is inside of it.
        """
        return self._of(values, mask, DETAIL_RADIUS, _mean(values, mask))

    def filled(self, layer: Floats, mask: Floats, free: Floats, across: float) -> Floats:
        """Return the averages of a layer in ``mask``; what is not ``free`` has those around it.

        ``across`` is the radius of the averages from left to right.
        """
        around = self._of(layer, free, FILL_RADIUS, _mean(layer, mask), max(across, FILL_RADIUS))
        return self._of(layer, free, LAYER_RADIUS, around, across)

    def _of(
        self, values: Floats, mask: Floats, radius: float, default: Floats, wide: float = 0.0
    ) -> Floats:
        """Return the average around each cell, and ``default`` far outside of the mask.

        ``wide`` is the radius from left to right; 0.0 for ``radius``.
        """
        radii = radius, wide or radius
        down, across = (
            _weights(count, share * self._mean_side)
            for count, share in zip(self._shape, radii, strict=True)
        )
        stacked = np.concatenate([values * mask[..., None], mask[..., None]], -1)
        _rows, _columns = self._shape
        # Without BLAS, whose threads cost more than they gain for matrices as small as these.
        sums = np.einsum("xs,rsc->rxc", across, stacked)
        sums = np.einsum("yr,rxc->yxc", down, sums)
        return np.asarray((sums[..., :3] + FAINT * default) / (sums[..., 3:] + FAINT), np.float32)


def _mean(values: Floats, mask: Floats) -> Floats:
    """Return the mean of ``values`` in ``mask``."""
    total = (mask[..., None] * values).sum((0, 1)) + FAINT * values.mean((0, 1))
    return np.asarray(total / (mask.sum() + FAINT), np.float32)


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
    scale = min(1.0, GRID_SIDE / sqrt(size[0] * size[1]), MAX_GRID_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _with_headroom(colors: Floats) -> Floats:
    """Return ``colors`` that are lighter than black and darker than white."""
    light = luma(colors)
    shift = np.clip(light, HEADROOM, 255 - HEADROOM) - light
    return np.asarray(np.clip(colors + shift[..., None], 0, 255), np.float32)


def _cells(first: float, last: float, count: int) -> tuple[int, int]:
    """Return the first cell of a range, 0 to 1, and the cell after its last one."""
    start = min(count - 1, max(0, int(first * count)))
    return start, min(count, max(start + 1, round(last * count)))
