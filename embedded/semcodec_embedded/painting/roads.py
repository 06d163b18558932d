"""Ground that people have made: a street, rails, a playing field."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting.noise import ground_positions
from semcodec_embedded.painting.palette import Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

SLEEPERS = (112, 82, 62)
LINES = (252, 252, 246)


def road(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw a street that runs across, with kerbs and a broken white line."""
    pavement = mix(tone, (206, 200, 192), 0.72)
    far = canvas.linear_gradient(lighter(pavement, 0.2), pavement)
    canvas.rectangle((0, top), (canvas.width, HEIGHT - top), far)
    kerb = top + (HEIGHT - top) * 0.13
    asphalt = canvas.linear_gradient(lighter(tone, 0.14), tone, darker(tone, 0.22))
    canvas.rectangle((0, kerb), (canvas.width, HEIGHT - kerb), asphalt)
    canvas.rectangle((0, kerb - 5), (canvas.width, 9), lighter(pavement, 0.4))
    for x in range(-90, int(canvas.width) + 180, 90):
        canvas.line([(x, top), (x - 22, kerb - 6)], darker(pavement, 0.25), 1.6, opacity=0.5)
    middle = top + (HEIGHT - top) * 0.6
    for x in range(-210, int(canvas.width) + 420, 210):
        ends = [(x, middle), (x + 120, middle), (x + 112, middle + 17), (x - 10, middle + 17)]
        canvas.polygon(ends, (246, 242, 226), opacity=0.85)
    for near in ground_positions(rng, 90):
        spot = (rng.random() * canvas.width, kerb + near * (HEIGHT - kerb))
        canvas.lens(spot, (20 + 60 * near, 1 + 2 * near), darker(tone, 0.3), opacity=0.2)


def rails(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw two lines of rails that run across on beds of gravel."""
    for level, thick in ((0.3, 8.0), (0.74, 13.0)):
        y, deep = top + (HEIGHT - top) * level, thick * 9
        canvas.rectangle((0, y - deep * 0.62), (canvas.width, deep * 1.42), tone)
        for _ in range(160):
            spot = (rng.random() * canvas.width, y + deep * (1.4 * rng.random() - 0.6))
            canvas.ellipse(spot, (thick * 0.4, thick * 0.28), darker(tone, 0.3), opacity=0.45)
        for index in range(-1, int(canvas.width / (thick * 6)) + 2):
            x = index * thick * 6
            canvas.polygon(_sleeper(x, y, deep, thick), SLEEPERS)
        for rail in (-0.26, 0.36):
            canvas.rectangle((0, y + deep * rail), (canvas.width, thick * 0.8), (86, 90, 98))
            canvas.rectangle((0, y + deep * rail), (canvas.width, thick * 0.3), (206, 210, 216))


def _sleeper(x: float, y: float, deep: float, thick: float) -> list[tuple[float, float]]:
    far, near = y - deep * 0.42, y + deep * 0.6
    return [(x, far), (x + thick * 2, far), (x + thick * 1.4, near), (x - thick, near)]


def court(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw a playing field with mown stripes and white lines in perspective."""
    deep, middle, width = HEIGHT - top, canvas.width / 2, canvas.width
    shade = canvas.linear_gradient(lighter(tone, 0.1), tone, darker(tone, 0.14))
    canvas.rectangle((0, top), (width, deep + 2), shade)
    far, near = width * 0.09, width * 0.17
    for index in range(-8, 9, 2):
        stripe = [
            (middle + index * far, top),
            (middle + (index + 1) * far, top),
            (middle + (index + 1) * near, HEIGHT),
            (middle + index * near, HEIGHT),
        ]
        canvas.polygon(stripe, lighter(tone, 0.12), opacity=0.5)
    for level, thick in ((0.14, 4.0), (0.46, 6.0)):
        y, half = top + deep * level, width * (0.32 + 0.2 * level)
        canvas.line([(middle - half, y), (middle + half, y)], LINES, thick, opacity=0.9)
    for side in (-1, 1):
        ends = [
            (middle + side * width * 0.34, top + deep * 0.14),
            (middle + side * width * 0.62, HEIGHT + 20),
        ]
        canvas.line(ends, LINES, 7, opacity=0.9)
