"""Draw the ground outdoors, from the horizon to the lower edge.

Details are drawn from far to near, and their size is proportional to their nearness: 0 at the
horizon, 1 at the lower edge. Nothing else is in perspective. All other numbers are design choices,
in thousandths of the picture's height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from semcodec_embedded.painting import roads
from semcodec_embedded.painting.background import draw_bush
from semcodec_embedded.painting.layer import Layer
from semcodec_embedded.painting.noise import ground_positions
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, Point

WHITE: Color = (255, 255, 255)
DEFAULT_COLORS: dict[str, Color] = {
    "grass": (116, 176, 84),
    "garden": (112, 178, 90),
    "savanna": (214, 184, 104),
    "sand": (238, 214, 164),
    "desert": (236, 200, 138),
    "snow": (238, 244, 251),
    "water": (58, 134, 184),
    "road": (112, 116, 124),
    "tracks": (170, 156, 140),
    "court": (92, 160, 92),
    "rock": (156, 148, 142),
    "dirt": (190, 158, 118),
    "floor": (200, 176, 150),
    "table": (190, 140, 94),
    "desk": (190, 140, 94),
}
#: Colors of water by the light, because water reflects the sky.
WATER_COLORS: dict[str, Color] = {
    "sunset": (150, 110, 140),
    "night": (30, 56, 104),
    "gray": (110, 142, 160),
}
#: Color words that describe the default color of a ground.
NATURAL_COLOR_WORDS = {("snow", "white"), ("grass", "green"), ("water", "blue")}
TINT_WEIGHT = 0.62  #: weight of a color word in the color of the ground
GRASS_BESIDE_TRACKS: Color = (126, 170, 92)
MEADOW_PETALS = ((255, 255, 255), (255, 224, 110), (250, 170, 180))
GARDEN_PETALS = ("red", "pink", "yellow", "white", "purple")


def ground_color(ground: str, color_word: str, light: str) -> Color:
    """Return the color of the ground in ``light``; ``color_word`` may be ""."""
    natural = DEFAULT_COLORS[ground]
    if ground == "water":
        natural = WATER_COLORS.get(light, natural)
    if not color_word or (ground, color_word) in NATURAL_COLOR_WORDS:
        return natural
    return mix(natural, NAMED[color_word], TINT_WEIGHT)


def draw_ground(ground: str, layer: Layer) -> None:
    """Draw ``ground``, a key of the table "grounds", below the horizon."""
    _DRAWERS.get(ground, _draw_dirt)(layer)


def _fill(layer: Layer, far_tint: float = 0.28) -> None:
    """Fill the ground, pale in the distance and darker close by."""
    canvas, color, top = layer.canvas, layer.color, layer.horizon_y
    gradient = canvas.linear_gradient(lighter(color, far_tint), color, darker(color, 0.14))
    canvas.rectangle((0, top), (canvas.width, HEIGHT - top + 2), gradient)


def _draw_grass(layer: Layer) -> None:
    """Draw a meadow in soft waves, with tufts and some small flowers."""
    canvas, rng, color = layer.canvas, layer.rng, layer.color
    _fill(layer)
    for band in range(5):
        y = layer.ground_y(0.06 + 0.2 * band)
        wave = [
            (canvas.width * index / 6, y + 34 * (rng.random() - 0.5) * (0.5 + band / 3))
            for index in range(-1, 9)
        ]
        shade = lighter(color, 0.16) if band % 2 else darker(color, 0.12)
        canvas.fill_below(wave, shade, opacity=0.3)
    for nearness in ground_positions(rng, 190):
        _draw_tuft(layer, (layer.random_x(), layer.ground_y(nearness)), 4 + 22 * nearness, color)
    for nearness in ground_positions(rng, 26):
        center = (layer.random_x(), layer.ground_y(0.15 + 0.85 * nearness))
        radii = (1.5 + 4.5 * nearness, 1.3 + 3.8 * nearness)
        canvas.ellipse(center, radii, MEADOW_PETALS[int(rng.integers(3))], opacity=0.9)


def _draw_tuft(layer: Layer, foot: Point, height: float, color: Color) -> None:
    """Draw three blades of grass."""
    shade = darker(color, 0.3) if layer.rng.random() < 0.6 else lighter(color, 0.22)
    x, y = foot
    for lean in (-0.35, 0.05, 0.4):
        blade = [
            (x + lean * height * 0.5 - height * 0.07, y),
            (x + lean * height * 1.3, y - height),
            (x + lean * height * 0.5 + height * 0.07, y),
        ]
        layer.canvas.polygon(blade, shade, opacity=0.55)


def _draw_garden(layer: Layer) -> None:
    """Draw a meadow full of flowers with five petals."""
    canvas, rng = layer.canvas, layer.rng
    _draw_grass(layer)
    for nearness in ground_positions(rng, 120):
        x, y = layer.random_x(), layer.ground_y(nearness)
        color = NAMED[str(rng.choice(GARDEN_PETALS))]
        for petal in range(5):
            angle = petal * 1.257  # a fifth of a turn, in radians
            center = (x + np.cos(angle) * 8 * nearness, y + np.sin(angle) * 7 * nearness)
            canvas.ellipse(center, (1 + 5.5 * nearness, 1 + 5 * nearness), color)
        canvas.ellipse((x, y), (1 + 3 * nearness, 1 + 3 * nearness), (255, 214, 90))


def _draw_sand(layer: Layer) -> None:
    """Draw sand with ripples and pebbles."""
    canvas, rng, color = layer.canvas, layer.rng, layer.color
    _fill(layer, 0.35)
    for nearness in ground_positions(rng, 80):
        center = (layer.random_x(), layer.ground_y(nearness))
        size = (40 + 190 * nearness, 1 + 5 * nearness)
        canvas.lens(center, size, darker(color, 0.2), opacity=0.22)
    for nearness in ground_positions(rng, 90):
        radius = 0.8 + 3 * nearness * rng.random()
        center = (layer.random_x(), layer.ground_y(nearness))
        canvas.ellipse(center, (radius * 1.4, radius), darker(color, 0.35), opacity=0.35)


def _draw_snow(layer: Layer) -> None:
    """Draw a slope of snow with blue hollows and bright flakes."""
    canvas, rng, color, top = layer.canvas, layer.rng, layer.color, layer.horizon_y
    surface = canvas.linear_gradient(mix(color, (205, 220, 240), 0.6), color, (250, 252, 255))
    canvas.rectangle((0, top), (canvas.width, HEIGHT - top + 2), surface)
    for band in range(4):
        y = layer.ground_y(0.1 + 0.22 * band)
        slope = 60 * (rng.random() - 0.5)
        wave = [
            (canvas.width * index / 5, y + slope * (index / 5 - 0.5) + 50 * (rng.random() - 0.5))
            for index in range(-1, 8)
        ]
        hollow = canvas.linear_gradient(lighter(color, 0.7), mix(color, (190, 208, 236), 0.5))
        canvas.fill_below(wave, hollow, opacity=0.6)
    for nearness in ground_positions(rng, 50):
        center = (layer.random_x(), layer.ground_y(nearness))
        radius = 1 + 2 * nearness
        canvas.ellipse(center, (radius, radius), WHITE, opacity=0.95)


def _draw_water(layer: Layer) -> None:
    """Draw water, pale in the distance, with waves that are larger close by."""
    canvas, rng, color, top = layer.canvas, layer.rng, layer.color, layer.horizon_y
    surface = canvas.linear_gradient(lighter(color, 0.42), color, darker(color, 0.3))
    canvas.rectangle((0, top), (canvas.width, HEIGHT - top + 2), surface)
    for nearness in ground_positions(rng, 210):
        is_crest = rng.random() < 0.55
        shade = lighter(color, 0.5) if is_crest else darker(color, 0.3)
        center = (layer.random_x(), layer.ground_y(nearness))
        size = (18 + 190 * nearness * (0.5 + rng.random()), 0.8 + 6 * nearness)
        canvas.lens(center, size, shade, opacity=0.36 if is_crest else 0.26)


def _draw_tracks(layer: Layer) -> None:
    """Draw rails in the grass."""
    _draw_grass(replace(layer, color=GRASS_BESIDE_TRACKS))
    roads.draw_rails(layer)


def _draw_rock(layer: Layer) -> None:
    """Draw stony ground with boulders: a dark shape, and a lighter one shifted to the light."""
    canvas, rng, color = layer.canvas, layer.rng, layer.color
    _fill(layer)
    for nearness in ground_positions(rng, 60):
        x, y = layer.random_x(), layer.ground_y(nearness)
        size = 8 + 46 * nearness * (0.4 + rng.random())
        outline = [
            (x + size * np.cos(angle) * (0.8 + 0.3 * rng.random()), y + size * 0.5 * np.sin(angle))
            for angle in np.linspace(0, 6.28, 8)[:-1]
        ]
        canvas.polygon(outline, darker(color, 0.18))
        lit = [(px - size * 0.1, py - size * 0.12) for px, py in outline]
        canvas.polygon(lit, lighter(color, 0.16))


def _draw_dirt(layer: Layer) -> None:
    """Draw bare earth with pebbles and some tufts of grass."""
    canvas, rng, color = layer.canvas, layer.rng, layer.color
    _fill(layer)
    for nearness in ground_positions(rng, 70):
        center = (layer.random_x(), layer.ground_y(nearness))
        size = (40 + 200 * nearness, 2 + 7 * nearness)
        canvas.lens(center, size, darker(color, 0.2), opacity=0.25)
    pebble = mix(darker(color, 0.3), (150, 150, 150), 0.3)
    for nearness in ground_positions(rng, 120):
        radius = 1 + 6 * nearness * rng.random()
        center = (layer.random_x(), layer.ground_y(nearness))
        canvas.ellipse(center, (radius * 1.4, radius), pebble, opacity=0.5)
    grass = mix(color, (110, 160, 80), 0.7)
    for nearness in ground_positions(rng, 40):
        _draw_tuft(layer, (layer.random_x(), layer.ground_y(nearness)), 5 + 22 * nearness, grass)


def draw_stream(layer: Layer) -> None:
    """Draw a winding stream with stones and bushes, for a picture without subjects."""
    canvas, rng = layer.canvas, layer.rng
    side = 1 if rng.random() < 0.5 else -1
    # Its width and its bends increase towards the viewer. The rows are denser near the horizon,
    # where the same depth takes fewer units.
    rows = [(share, layer.ground_y(share**1.5)) for share in np.linspace(0, 1.02, 15)]
    middle = [
        canvas.width * (0.5 + side * 0.15 * np.sin(3.4 * share + 0.6) * (0.5 + share))
        for share, _ in rows
    ]
    for bank, color in ((16.0, (206, 196, 170)), (0.0, (108, 172, 206))):
        # The width varies from row to row, so that the banks are not smooth.
        half_widths = [
            (6 + 190 * share**1.6 + bank * (0.2 + share)) * (1 + 0.1 * (index % 3))
            for index, (share, _) in enumerate(rows)
        ]
        left = [(x - half, y) for x, half, (_, y) in zip(middle, half_widths, rows, strict=True)]
        right = [(x + half, y) for x, half, (_, y) in zip(middle, half_widths, rows, strict=True)]
        surface = canvas.linear_gradient(lighter(color, 0.4), color, darker(color, 0.12))
        canvas.polygon([*left, *reversed(right)], surface)
    _draw_banks(layer, [y for _, y in rows], middle)
    for share in (0.1, 0.2, 0.32, 0.5, 0.72):
        for edge in (0.04, 0.96):
            x = canvas.width * (edge + 0.16 * (rng.random() - 0.5))
            color = mix((84, 140, 74), (120, 160, 84), rng.random())
            draw_bush(layer, (x, layer.ground_y(share)), 26 + 110 * share, color)


def _draw_banks(layer: Layer, ys: list[float], middle: list[float]) -> None:
    """Draw ripples on the stream and stones along it, from far to near."""
    canvas, rng = layer.canvas, layer.rng
    for index in range(26):
        share = (index + rng.random()) / 26
        y = ys[0] + (ys[-1] - ys[0]) * share**1.5
        x, half = float(np.interp(y, ys, middle)), 6 + 190 * share**1.6
        ripple = (x + (rng.random() - 0.5) * half, y)
        canvas.lens(ripple, (14 + 110 * share, 1 + 4 * share), WHITE, opacity=0.6)
        if rng.random() < 0.5:
            side, size = 1 if rng.random() < 0.5 else -1, 4 + 26 * share
            bank = x + (half + 12 + 50 * share * rng.random()) * side
            canvas.ellipse((bank, y), (size, size * 0.62), (146, 142, 136))
            lit = (bank - size * 0.15, y - size * 0.15)
            canvas.ellipse(lit, (size * 0.7, size * 0.36), (176, 172, 164))


_DRAWERS: dict[str, Callable[[Layer], None]] = {
    "grass": _draw_grass,
    "savanna": _draw_grass,
    "desert": _draw_sand,
    "garden": _draw_garden,
    "sand": _draw_sand,
    "snow": _draw_snow,
    "water": _draw_water,
    "road": roads.draw_road,
    "tracks": _draw_tracks,
    "court": roads.draw_court,
    "rock": _draw_rock,
    "dirt": _draw_dirt,
}
