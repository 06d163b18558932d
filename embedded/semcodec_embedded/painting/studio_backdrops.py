"""Paint backdrops without ground: blurred, paper shapes, underwater, space.

Positions and sizes are in thousandths of the picture's height; the numbers are design choices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, Point, SvgCanvas

BLUR_SHARE = 0.02  #: radius of the blur, as a share of the height
FLOOR_SHADE = 0.32  #: how much darker the floor is
SEA, NIGHT_SKY, SAND = (36, 132, 180), (18, 16, 46), (226, 204, 150)
WHITE: Color = (255, 255, 255)
NEBULAS = ((140, 80, 190), (60, 110, 200), (220, 100, 150))
WEEDS = ("green", "teal", "pink", "orange", "purple")


def paint_blurred(
    picture: Image.Image,
    colors: tuple[Color, Color],
    rng: np.random.Generator,
    floor_y: float = HEIGHT,
) -> None:
    """Paint a blurred backdrop, as a camera shows things far behind the subject.

    ``colors`` are the upper and the lower color. There are no outlines, only soft discs of light,
    and a floor below ``floor_y`` for what stands far away.
    """
    upper, lower = colors
    canvas = SvgCanvas(picture.size)
    gradient = canvas.linear_gradient(
        darker(upper, 0.16),
        upper,
        lighter(upper, 0.1),
        mix(upper, lower, 0.8),
        lower,
        darker(lower, 0.2),
    )
    canvas.rectangle((0, 0), (canvas.width, HEIGHT), gradient)
    if floor_y < HEIGHT:
        floor = canvas.linear_gradient(
            darker(lower, FLOOR_SHADE), darker(lower, FLOOR_SHADE / 2), darker(lower, FLOOR_SHADE)
        )
        canvas.rectangle((0, floor_y), (canvas.width, HEIGHT - floor_y), floor)
    for _ in range(46):
        x, y = rng.random() * canvas.width, rng.random() ** 0.8 * HEIGHT
        base = upper if y < HEIGHT * 0.62 else lower  # where the gradient changes color
        is_light = rng.random() < 0.6
        color = lighter(base, 0.12 + 0.3 * rng.random()) if is_light else darker(base, 0.25)
        radius = 30 + 100 * rng.random()
        canvas.ellipse((x, y), (radius, radius), color, opacity=0.28)
    glow = canvas.radial_gradient(lighter(upper, 0.5))
    canvas.ellipse((canvas.width * 0.5, 420), (canvas.width * 0.55, 480), glow, opacity=0.5)
    layer = canvas.image().convert("RGB")
    picture.paste(layer.filter(ImageFilter.GaussianBlur(picture.size[1] * BLUR_SHARE)), (0, 0))


def draw_leaves(canvas: SvgCanvas, top_y: float, color: Color, rng: np.random.Generator) -> None:
    """Draw blades of ``color`` along the lower edge, up to ``top_y``, in three rows."""
    for row in range(3):
        for _ in range(int(canvas.width / 26)):
            x, height = rng.random() * canvas.width, (HEIGHT - top_y) * (0.4 + 0.6 * rng.random())
            height *= 1.15 - 0.3 * row
            lean = (rng.random() - 0.5) * height * 0.8
            is_dark = rng.random() < 0.6
            shade = darker(color, 0.32 - 0.14 * row) if is_dark else lighter(color, 0.1 * row)
            blade = [
                (x - 9, HEIGHT),
                (x + lean * 0.5 - 13, HEIGHT - height * 0.55),
                (x + lean, HEIGHT - height),
                (x + lean * 0.5 + 11, HEIGHT - height * 0.5),
                (x + 9, HEIGHT),
            ]
            canvas.polygon(blade, shade, opacity=0.92)


def paint_shapes(
    picture: Image.Image,
    colors: tuple[Color, Color],
    accents: Sequence[str],
    position: str,
    rng: np.random.Generator,
) -> Image.Image:
    """Paint paper cut-outs in the color words ``accents`` over waves of the two ``colors``.

    The cut-outs are near ``position``: "left", "right", or the middle for any other word. Return
    their opacity, an image of the mode L.
    """
    upper, lower = colors
    canvas = SvgCanvas(picture.size)
    gradient = canvas.linear_gradient(lighter(upper, 0.16), upper, mix(upper, lower, 0.5))
    canvas.rectangle((0, 0), (canvas.width, HEIGHT), gradient)
    for depth in range(4):
        y = HEIGHT * (0.5 + 0.14 * depth)
        color = mix(upper, lower, 0.4 + 0.2 * depth)
        wave = [
            (canvas.width * index / 4, y + 130 * (rng.random() - 0.5)) for index in range(-1, 7)
        ]
        canvas.fill_below([(x, y + 9) for x, y in wave], (24, 24, 40), opacity=0.14)
        gradient = canvas.linear_gradient(lighter(color, 0.12), darker(color, 0.1))
        canvas.fill_below(wave, gradient)
    first = canvas.count
    middle = {"left": 0.28, "right": 0.72}.get(position, 0.5) * canvas.width
    for index in range(13 if accents else 0):
        x = middle + rng.normal() * canvas.width * 0.19
        y = HEIGHT * 0.44 + rng.normal() * HEIGHT * 0.17
        color = NAMED[accents[index % len(accents)]]
        _draw_cutout(canvas, (x, y), 50 + 90 * rng.random(), color, rng)
    picture.paste(canvas.image().convert("RGB"), (0, 0))
    return canvas.image(first).getchannel("A")


def _draw_cutout(
    canvas: SvgCanvas, center: Point, radius: float, color: Color, rng: np.random.Generator
) -> None:
    """Draw a round piece of paper with a shadow, a lighter middle and a highlight."""
    x, y = center
    rx, ry = radius * (0.8 + 0.5 * rng.random()), radius * (0.7 + 0.4 * rng.random())
    shadow = (x + radius * 0.07, y + radius * 0.12)
    canvas.ellipse(shadow, (rx * 1.03, ry * 1.03), (20, 20, 36), opacity=0.22)
    gradient = canvas.linear_gradient(lighter(color, 0.2), color, darker(color, 0.2))
    canvas.ellipse(center, (rx, ry), gradient)
    inner, highlight = (x, y - ry * 0.08), (x - rx * 0.1, y - ry * 0.2)
    canvas.ellipse(inner, (rx * 0.62, ry * 0.56), lighter(color, 0.16), opacity=0.55)
    canvas.ellipse(highlight, (rx * 0.3, ry * 0.22), lighter(color, 0.5), opacity=0.45)


def paint_underwater(picture: Image.Image, color_word: str, rng: np.random.Generator) -> None:
    """Paint an underwater scene: rays of light, sand, weeds and bubbles."""
    sea = mix(SEA, NAMED[color_word], 0.5) if color_word else SEA
    canvas = SvgCanvas(picture.size)
    gradient = canvas.linear_gradient(lighter(sea, 0.5), sea, darker(sea, 0.5))
    canvas.rectangle((0, 0), (canvas.width, HEIGHT), gradient)
    for _ in range(7):
        x, width = rng.random() * canvas.width, 40 + 90 * rng.random()
        ray = [(x, -10), (x + width, -10), (x + width * 2.2 - 240, 900), (x - 320, 900)]
        canvas.polygon(ray, WHITE, opacity=0.09)
    for depth in range(2):
        sand = mix(SAND, sea, 0.5 - 0.3 * depth)
        bottom = [
            (canvas.width * index / 5, 850 + 70 * depth + 50 * (rng.random() - 0.5))
            for index in range(-1, 8)
        ]
        canvas.fill_below(bottom, canvas.linear_gradient(lighter(sand, 0.1), darker(sand, 0.2)))
    for _ in range(16):
        _draw_weed(canvas, (rng.random() * canvas.width, 880 + 110 * rng.random()), rng)
    for _ in range(30):
        radius = 3 + 12 * rng.random()
        _draw_bubble(canvas, (rng.random() * canvas.width, rng.random() * 900), radius)
    picture.paste(canvas.image().convert("RGB"), (0, 0))


def _draw_bubble(canvas: SvgCanvas, center: Point, radius: float) -> None:
    canvas.ellipse(center, (radius, radius), WHITE, opacity=0.22)
    highlight = (center[0] - radius * 0.3, center[1] - radius * 0.3)
    canvas.ellipse(highlight, (radius * 0.25, radius * 0.25), WHITE, opacity=0.7)


def _draw_weed(canvas: SvgCanvas, root: Point, rng: np.random.Generator) -> None:
    """Draw three waving blades."""
    x, y = root
    color = NAMED[str(rng.choice(WEEDS))]
    for blade in range(3):
        height = 60 + 150 * rng.random()
        points = [
            (x + blade * 12 + 14 * np.sin(step * 1.3 + blade), y - height * step / 6)
            for step in range(7)
        ]
        canvas.line(points, darker(color, 0.2 * rng.random()), 9 - 2 * blade, opacity=0.85)


def paint_space(picture: Image.Image, color_word: str, rng: np.random.Generator) -> None:
    """Paint space: stars, nebulas, a planet, and the Earth along the lower edge."""
    night = mix(NIGHT_SKY, NAMED[color_word], 0.35) if color_word else NIGHT_SKY
    canvas = SvgCanvas(picture.size)
    gradient = canvas.linear_gradient(night, mix(night, (70, 40, 110), 0.5), darker(night, 0.4))
    canvas.rectangle((0, 0), (canvas.width, HEIGHT), gradient)
    for _ in range(6):
        glow = canvas.radial_gradient(NEBULAS[int(rng.integers(3))])
        center = (rng.random() * canvas.width, rng.random() * HEIGHT)
        canvas.ellipse(center, (330, 220), glow, opacity=0.35)
    for x, y, brightness in rng.random((230, 3)):
        radius, opacity = 0.8 + 2.6 * brightness**4, 0.4 + 0.6 * brightness
        center = (x * canvas.width, y * HEIGHT)
        canvas.ellipse(center, (radius, radius), (255, 250, 235), opacity=opacity)
    planet = (canvas.width * (0.18 if rng.random() < 0.5 else 0.84), 210)
    canvas.ellipse(planet, (190, 190), canvas.radial_gradient((250, 190, 140)), opacity=0.4)
    surface = canvas.linear_gradient((250, 196, 140), (206, 110, 96), (110, 56, 96))
    canvas.ellipse(planet, (96, 96), surface)
    earth = canvas.linear_gradient((120, 190, 240), (46, 96, 170), (30, 50, 110))
    canvas.ellipse((canvas.width / 2, 1330), (canvas.width * 0.95, 420), earth)
    picture.paste(canvas.image().convert("RGB"), (0, 0))
