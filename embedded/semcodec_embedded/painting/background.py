"""Draw the background behind the ground: mountains, hills, trees, a shore.

Houses and stands are in ``buildings``. A background ends at the horizon. Its height is a share of
the height of the sky, so it fits every horizon. The farther a row is, the hazier is its color.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from semcodec_embedded.painting import buildings
from semcodec_embedded.painting.layer import Layer
from semcodec_embedded.painting.noise import skyline
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import Point

#: The colors by day and without haze.
DEFAULT_COLORS: dict[str, Color] = {
    "mountains": (108, 126, 158),
    "hills": (124, 172, 104),
    "trees": (74, 130, 72),
    "grove": (70, 124, 78),
    "coast": (132, 158, 140),
    "city": (196, 176, 158),
    "stands": (92, 108, 138),
    "sea": (70, 144, 190),
}
TINT_WEIGHT = 0.75  #: weight of a color word in the color of a background
MOUNTAIN_GREEN, SNOW, SNOW_SHADE = (92, 130, 96), (250, 252, 255), (196, 210, 232)
TRUNK: Color = (98, 74, 60)
LEAF_YELLOW, LEAF_BLUE = (190, 190, 80), (30, 90, 90)  #: colors mixed into trees at random
GROVE_SCALE = 0.42  #: scale of a wood with mountains visible above it


def background_color(kind: str, color_word: str) -> Color:
    """Return the color of a kind of background; ``color_word`` may be ""."""
    natural = DEFAULT_COLORS[kind]
    return mix(natural, NAMED[color_word], TINT_WEIGHT) if color_word else natural


def draw_background(kind: str, layer: Layer) -> None:
    """Draw one kind of background, an entry of ``Environment.background``."""
    _DRAWERS[kind](layer)


@dataclass(frozen=True, slots=True)
class Peak:
    """A mountain: its summit, the y of its foot, its height, half its width, and its color."""

    summit: Point
    foot_y: float
    height: float
    half_width: float
    color: Color

    def at(self, right: float, down: float) -> Point:
        """Return a point right of and below the summit, in half widths and heights."""
        return self.summit[0] + right * self.half_width, self.summit[1] + down * self.height


def _draw_mountains(layer: Layer) -> None:
    """Draw three ranges; farther ones are higher and paler. The two farthest have snow."""
    rng, foot_y = layer.rng, layer.horizon_y
    for depth in range(3):
        color = mix(layer.color, layer.haze, 0.5 - 0.2 * depth)
        color = mix(color, MOUNTAIN_GREEN, 0.22 * depth)
        max_height = foot_y * (0.6 - 0.19 * depth)
        count = 3 + depth
        # One peak per column, in random order, so that later peaks cover flanks of earlier ones.
        for index in rng.permutation(count):
            x = (index + 0.2 + 0.6 * rng.random()) * layer.canvas.width / count
            height = max_height * (0.62 + 0.38 * rng.random())
            half_width = height * (1.1 + 0.5 * rng.random())
            summit = (x, foot_y + 6 - height)
            _draw_peak(layer, Peak(summit, foot_y + 6, height, half_width, color), depth < 2)


def _draw_peak(layer: Layer, peak: Peak, has_snow: bool) -> None:
    """Draw one mountain with a bright and a shaded flank and, with snow, a white cap."""
    canvas, color, (x, _) = layer.canvas, peak.color, peak.summit
    left = _flank(layer, peak.summit, (x - peak.half_width, peak.foot_y))
    right = _flank(layer, peak.summit, (x + peak.half_width * 0.9, peak.foot_y))
    foot_color = mix(color, (170, 190, 180), 0.3)
    # First the whole outline in the bright color, then the right side in the shaded color: light
    # comes from the upper left in all drawings, including the emoji.
    surface = canvas.linear_gradient(lighter(color, 0.12), color, foot_color)
    canvas.polygon([*reversed(left), *right], surface)
    ridge = [
        (x + shift * peak.half_width, peak.foot_y - peak.height * level)
        for level, shift in ((0.72, 0.05), (0.5, -0.05), (0.3, 0.12), (0.0, 0.04))
    ]
    shaded = [peak.summit, *right[1:], *reversed(ridge)]
    canvas.polygon(shaded, darker(color, 0.24), opacity=0.75)
    if has_snow:
        _draw_snow_cap(layer, peak, left, right)


def _flank(layer: Layer, summit: Point, foot: Point) -> list[Point]:
    """Return a rough slope from ``summit`` down to ``foot``."""
    points = [summit]
    for share in (0.16, 0.33, 0.5, 0.68, 0.85):
        roughness = (layer.rng.random() - 0.5) * 0.09
        x = summit[0] + (foot[0] - summit[0]) * (share + roughness)
        points.append((x, summit[1] + (foot[1] - summit[1]) * share))
    return [*points, foot]


def _draw_snow_cap(layer: Layer, peak: Peak, left: list[Point], right: list[Point]) -> None:
    """Draw snow down to a jagged edge between the second points of both flanks."""
    (x, y), half_width, height = peak.summit, peak.half_width, peak.height
    edge = [
        (left[2][0], left[2][1]),
        (x - half_width * 0.15, y + height * 0.27),
        (x - half_width * 0.07, y + height * 0.38),
        (x + half_width * 0.02, y + height * 0.26),
        (x + half_width * 0.12, y + height * 0.4),
        (right[2][0], right[2][1]),
    ]
    layer.canvas.polygon([peak.summit, left[1], *edge, right[1]], SNOW, opacity=0.95)
    ridge_end = (x + half_width * 0.05, y + height * 0.14)
    shaded = [peak.summit, right[1], *reversed(edge[3:]), ridge_end]
    layer.canvas.polygon(shaded, SNOW_SHADE, opacity=0.9)


def _draw_hills(layer: Layer) -> None:
    """Draw rolling hills with a few bushes on the near ones."""
    canvas, rng, foot_y = layer.canvas, layer.rng, layer.horizon_y
    for depth in range(3):
        color = mix(layer.color, layer.haze, 0.48 - 0.18 * depth)
        heights = skyline(rng, 9, 0.35)
        max_height = foot_y * (0.26 - 0.07 * depth)
        # Nine points, the first and the last of which are outside the picture.
        ridge = [
            (canvas.width * (index - 0.5) / 7, foot_y - max_height * (0.25 + 0.75 * height))
            for index, height in enumerate(heights)
        ]
        gradient = canvas.linear_gradient(lighter(color, 0.1), color, darker(color, 0.06))
        canvas.fill_below(ridge, gradient)
        for _ in range(5 * depth):
            x, y = ridge[int(rng.integers(1, 8))]
            position = (x + 40 * (rng.random() - 0.5), y + 10)
            draw_bush(layer, position, 16 + 6 * depth, darker(color, 0.28))


def _draw_trees(layer: Layer) -> None:
    """Draw a wood that is high enough to hide the lower sky."""
    _draw_wood(layer, layer.scale)


def _draw_grove(layer: Layer) -> None:
    """Draw a low wood, above which mountains are visible."""
    _draw_wood(layer, GROVE_SCALE)


def _draw_wood(layer: Layer, scale: float) -> None:
    """Draw three rows of trees; the nearest row is the darkest and has trunks."""
    canvas, rng, foot_y = layer.canvas, layer.rng, layer.horizon_y
    for depth in range(3):
        color = mix(layer.color, layer.haze, 0.42 - 0.2 * depth)
        radius = foot_y * (0.10 + 0.02 * depth) * scale
        max_height = foot_y * (0.5 - 0.14 * depth) * scale
        step = radius * 1.15  # crowns overlap
        # A dark band hides the gaps between the crowns.
        between = (canvas.width, max_height * 0.55 + 8)
        canvas.rectangle((0, foot_y - max_height * 0.55), between, darker(color, 0.2))
        for index in range(int(canvas.width / step) + 2):
            x = (index + 0.5 * (rng.random() - 0.5)) * step
            y = foot_y - max_height * (0.62 + 0.38 * rng.random())
            varied = LEAF_YELLOW if rng.random() < 0.5 else LEAF_BLUE
            shade = mix(color, varied, 0.16 * rng.random())
            crown_radius = radius * (0.8 + 0.4 * rng.random())
            if depth == 2:
                trunk = (crown_radius * 0.18, foot_y - y + 6)
                canvas.rectangle((x - crown_radius * 0.09, y), trunk, TRUNK)
            _draw_tree(layer, (x, y), crown_radius, shade)


def _draw_tree(layer: Layer, top: Point, radius: float, color: Color) -> None:
    """Draw the crown of a tree; 30% are conifers with three tiers."""
    x, y = top
    if layer.rng.random() >= 0.3:
        draw_bush(layer, (x, y + radius * 0.4), radius, color)
        return
    for tier in range(3):
        low = y + radius * (0.9 * tier + 0.4)
        half = radius * (0.45 + 0.22 * tier)
        outline = [(x, low - radius * 1.5), (x - half, low), (x + half, low)]
        layer.canvas.polygon(outline, darker(color, 0.12 - 0.04 * tier))


def draw_bush(layer: Layer, foot: Point, radius: float, color: Color) -> None:
    """Draw a round crown of leaves with light from the upper left."""
    x, y = foot
    shades = (
        (darker(color, 0.18), 1.0, 0.0),
        (color, 0.86, -0.1),
        (lighter(color, 0.14), 0.5, -0.32),
    )
    for shade, size, shift in shades:
        for _ in range(4 if size > 0.6 else 3):
            dx, dy = (layer.rng.random(2) - 0.5) * radius * 0.7
            center = (
                x + dx + shift * radius * 0.7,
                y + dy * 0.7 - radius * 0.3 + shift * radius,
            )
            radii = (radius * size * 0.78, radius * size * 0.7)
            layer.canvas.ellipse(center, radii, shade)


def _draw_coast(layer: Layer) -> None:
    """Draw a low distant shore in two rows."""
    foot_y = layer.horizon_y
    for depth in range(2):
        color = mix(layer.color, layer.haze, 0.62 - 0.25 * depth)
        heights = skyline(layer.rng, 13, 0.5)
        max_height = foot_y * (0.13 - 0.05 * depth)
        shore = [
            (layer.canvas.width * index / 11, foot_y + 4 - max_height * height)
            for index, height in enumerate(heights)
        ]
        layer.canvas.fill_below(shore, color)


def _draw_sea(layer: Layer) -> None:
    """Draw a strip of sea behind a beach, with surf along its edge."""
    canvas, rng, color, foot_y = layer.canvas, layer.rng, layer.color, layer.horizon_y
    height = foot_y * 0.26
    gradient = canvas.linear_gradient(mix(color, layer.haze, 0.35), color, lighter(color, 0.25))
    canvas.rectangle((0, foot_y - height), (canvas.width, height + 6), gradient)
    for _ in range(46):
        nearness = rng.random()
        y = foot_y - height * (1 - nearness)
        size = (30 + 110 * nearness, 1 + 2.4 * nearness)
        canvas.lens((layer.random_x(), y), size, lighter(color, 0.6), opacity=0.5)
    edge = [(canvas.width * index / 8, foot_y - 8 + 14 * rng.random()) for index in range(-1, 10)]
    canvas.fill_below([(x, y - 10) for x, y in edge], (252, 254, 252), opacity=0.85)


_DRAWERS: dict[str, Callable[[Layer], None]] = {
    "mountains": _draw_mountains,
    "hills": _draw_hills,
    "trees": _draw_trees,
    "grove": _draw_grove,
    "coast": _draw_coast,
    "sea": _draw_sea,
    "city": buildings.draw_street_front,
    "stands": buildings.draw_stands,
}
