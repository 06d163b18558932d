"""Scenes without ground: a backdrop out of focus, shapes, the sea from below, space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

SOFT = 0.02  #: blur of what is out of focus, as a share of the height


def backdrop(picture: Image.Image, above: Color, below: Color, rng: np.random.Generator) -> None:
    """Paint ``above`` and ``below`` as a camera sees what is far behind: soft discs of light."""
    canvas = SvgCanvas(picture.size)
    canvas.rectangle(
        (0, 0),
        (canvas.width, HEIGHT),
        canvas.linear_gradient(
            darker(above, 0.16),
            above,
            lighter(above, 0.1),
            mix(above, below, 0.8),
            below,
            darker(below, 0.2),
        ),
    )
    for _ in range(46):
        x, y = rng.random() * canvas.width, rng.random() ** 0.8 * HEIGHT
        base = above if y < HEIGHT * 0.62 else below
        tone = (
            lighter(base, 0.12 + 0.3 * rng.random()) if rng.random() < 0.6 else darker(base, 0.25)
        )
        radius = 30 + 100 * rng.random()
        canvas.ellipse((x, y), (radius, radius), tone, opacity=0.28)
    canvas.ellipse(
        (canvas.width * 0.5, 420),
        (canvas.width * 0.55, 480),
        canvas.radial_gradient(lighter(above, 0.5)),
        opacity=0.5,
    )
    layer = canvas.image().convert("RGB")
    picture.paste(layer.filter(ImageFilter.GaussianBlur(picture.size[1] * SOFT)), (0, 0))


def leaves(canvas: SvgCanvas, level: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw leaves or blades of ``tone`` along the lower edge, up to ``level``."""
    for row in range(3):
        for _ in range(int(canvas.width / 26)):
            x, high = rng.random() * canvas.width, (HEIGHT - level) * (0.4 + 0.6 * rng.random())
            high *= 1.15 - 0.3 * row
            lean = (rng.random() - 0.5) * high * 0.8
            shade = (
                darker(tone, 0.32 - 0.14 * row) if rng.random() < 0.6 else lighter(tone, 0.1 * row)
            )
            canvas.polygon(
                [
                    (x - 9, HEIGHT),
                    (x + lean * 0.5 - 13, HEIGHT - high * 0.55),
                    (x + lean, HEIGHT - high),
                    (x + lean * 0.5 + 11, HEIGHT - high * 0.5),
                    (x + 9, HEIGHT),
                ],
                shade,
                opacity=0.92,
            )


def shapes(
    picture: Image.Image,
    above: Color,
    below: Color,
    accents: Sequence[str],
    place: str,
    rng: np.random.Generator,
) -> None:
    """Paint paper cut-outs in the ``accents``, mostly at ``place``, over a quiet ground."""
    canvas = SvgCanvas(picture.size)
    canvas.rectangle(
        (0, 0),
        (canvas.width, HEIGHT),
        canvas.linear_gradient(lighter(above, 0.16), above, mix(above, below, 0.5)),
    )
    for depth in range(4):
        level = HEIGHT * (0.5 + 0.14 * depth)
        tone = mix(above, below, 0.4 + 0.2 * depth)
        wave = [
            (canvas.width * index / 4, level + 130 * (rng.random() - 0.5)) for index in range(-1, 7)
        ]
        canvas.fill_below([(x, y + 9) for x, y in wave], (24, 24, 40), opacity=0.14)
        canvas.fill_below(wave, canvas.linear_gradient(lighter(tone, 0.12), darker(tone, 0.1)))
    middle = {"left": 0.28, "right": 0.72}.get(place, 0.5) * canvas.width
    for index in range(13 if accents else 0):
        tone = NAMED[accents[index % len(accents)]]
        x = middle + rng.normal() * canvas.width * 0.19
        y = HEIGHT * 0.44 + rng.normal() * HEIGHT * 0.17
        _cutout(canvas, (x, y), 50 + 90 * rng.random(), tone, rng)
    picture.paste(canvas.image().convert("RGB"), (0, 0))


def _cutout(
    canvas: SvgCanvas,
    center: tuple[float, float],
    radius: float,
    tone: Color,
    rng: np.random.Generator,
) -> None:
    """Draw one round of paper with its shadow, a lighter rim and a dome of light."""
    x, y = center
    across, down = radius * (0.8 + 0.5 * rng.random()), radius * (0.7 + 0.4 * rng.random())
    canvas.ellipse(
        (x + radius * 0.07, y + radius * 0.12),
        (across * 1.03, down * 1.03),
        (20, 20, 36),
        opacity=0.22,
    )
    canvas.ellipse(
        center,
        (across, down),
        canvas.linear_gradient(lighter(tone, 0.2), tone, darker(tone, 0.2)),
    )
    canvas.ellipse(
        (x, y - down * 0.08), (across * 0.62, down * 0.56), lighter(tone, 0.16), opacity=0.55
    )
    canvas.ellipse(
        (x - across * 0.1, y - down * 0.2),
        (across * 0.3, down * 0.22),
        lighter(tone, 0.5),
        opacity=0.45,
    )


def underwater(picture: Image.Image, said: str, rng: np.random.Generator) -> None:
    """Paint the sea from below: rays of light, bubbles, sand, weeds and corals."""
    tone = mix((36, 132, 180), NAMED[said], 0.5) if said else (36, 132, 180)
    canvas = SvgCanvas(picture.size)
    canvas.rectangle(
        (0, 0),
        (canvas.width, HEIGHT),
        canvas.linear_gradient(lighter(tone, 0.5), tone, darker(tone, 0.5)),
    )
    for _ in range(7):
        x, wide = rng.random() * canvas.width, 40 + 90 * rng.random()
        canvas.polygon(
            [(x, -10), (x + wide, -10), (x + wide * 2.2 - 240, 900), (x - 320, 900)],
            (255, 255, 255),
            opacity=0.09,
        )
    for depth in range(2):
        sand = mix((226, 204, 150), tone, 0.5 - 0.3 * depth)
        canvas.fill_below(
            [
                (canvas.width * index / 5, 850 + 70 * depth + 50 * (rng.random() - 0.5))
                for index in range(-1, 8)
            ],
            canvas.linear_gradient(lighter(sand, 0.1), darker(sand, 0.2)),
        )
    for _ in range(16):
        _weed(canvas, rng.random() * canvas.width, 880 + 110 * rng.random(), rng)
    for _ in range(30):
        size = 3 + 12 * rng.random()
        spot = (rng.random() * canvas.width, rng.random() * 900)
        canvas.ellipse(spot, (size, size), (255, 255, 255), opacity=0.22)
        canvas.ellipse(
            (spot[0] - size * 0.3, spot[1] - size * 0.3),
            (size * 0.25, size * 0.25),
            (255, 255, 255),
            opacity=0.7,
        )
    picture.paste(canvas.image().convert("RGB"), (0, 0))


def _weed(canvas: SvgCanvas, x: float, y: float, rng: np.random.Generator) -> None:
    tone = NAMED[str(rng.choice(("green", "teal", "pink", "orange", "purple")))]
    for blade in range(3):
        high = 60 + 150 * rng.random()
        points = [
            (x + blade * 12 + 14 * np.sin(step * 1.3 + blade), y - high * step / 6)
            for step in range(7)
        ]
        canvas.line(points, darker(tone, 0.2 * rng.random()), 9 - 2 * blade, opacity=0.85)


def space(picture: Image.Image, said: str, rng: np.random.Generator) -> None:
    """Paint stars, a nebula and a planet."""
    night = mix((18, 16, 46), NAMED[said], 0.35) if said else (18, 16, 46)
    canvas = SvgCanvas(picture.size)
    canvas.rectangle(
        (0, 0),
        (canvas.width, HEIGHT),
        canvas.linear_gradient(night, mix(night, (70, 40, 110), 0.5), darker(night, 0.4)),
    )
    for _ in range(6):
        tone = ((140, 80, 190), (60, 110, 200), (220, 100, 150))[int(rng.integers(3))]
        canvas.ellipse(
            (rng.random() * canvas.width, rng.random() * HEIGHT),
            (330, 220),
            canvas.radial_gradient(tone),
            opacity=0.35,
        )
    for x, y, much in rng.random((230, 3)):
        canvas.ellipse(
            (x * canvas.width, y * HEIGHT),
            (0.8 + 2.6 * much**4, 0.8 + 2.6 * much**4),
            (255, 250, 235),
            opacity=0.4 + 0.6 * much,
        )
    side = canvas.width * (0.18 if rng.random() < 0.5 else 0.84)
    canvas.ellipse((side, 210), (190, 190), canvas.radial_gradient((250, 190, 140)), opacity=0.4)
    canvas.ellipse(
        (side, 210),
        (96, 96),
        canvas.linear_gradient((250, 196, 140), (206, 110, 96), (110, 56, 96)),
    )
    canvas.ellipse(
        (canvas.width / 2, 1330),
        (canvas.width * 0.95, 420),
        canvas.linear_gradient((120, 190, 240), (46, 96, 170), (30, 50, 110)),
    )
    picture.paste(canvas.image().convert("RGB"), (0, 0))
