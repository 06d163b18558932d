"""What closes the view: mountains, hills, trees, a shore; a town is in ``town``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semcodec_embedded.painting import buildings
from semcodec_embedded.painting.noise import skyline
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

Painter = Callable[[SvgCanvas, float, Color, Color, np.random.Generator], None]

#: The colour of each in daylight.
NATURAL: dict[str, Color] = {
    "mountains": (108, 126, 158),
    "hills": (124, 172, 104),
    "trees": (74, 130, 72),
    "grove": (70, 124, 78),
    "coast": (132, 158, 140),
    "city": (196, 176, 158),
    "stands": (92, 108, 138),
    "sea": (70, 144, 190),
}


def paint(
    canvas: SvgCanvas, what: str, horizon: float, tint: str, haze: Color, rng: np.random.Generator
) -> None:
    """Draw ``what`` to stand on the ``horizon`` (0..1), in the colour ``tint`` if it has one."""
    color = mix(NATURAL[what], NAMED[tint], 0.75) if tint else NATURAL[what]
    PAINTERS[what](canvas, HEIGHT * horizon, color, haze, rng)


def _mountains(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw three ranges; the farther, the higher and the paler. The farthest wear snow."""
    for depth in range(3):
        tone = mix(color, haze, 0.5 - 0.2 * depth)
        tone = mix(tone, (92, 130, 96), 0.22 * depth)
        tall = foot * (0.6 - 0.19 * depth)
        count = 3 + depth
        for index in rng.permutation(count):
            middle = (index + 0.2 + 0.6 * rng.random()) * canvas.width / count
            high = tall * (0.62 + 0.38 * rng.random())
            _peak(
                canvas,
                middle,
                foot + 6,
                high,
                high * (1.1 + 0.5 * rng.random()),
                tone,
                depth < 2,
                rng,
            )


def _peak(
    canvas: SvgCanvas,
    middle: float,
    foot: float,
    high: float,
    wide: float,
    tone: Color,
    snow: bool,
    rng: np.random.Generator,
) -> None:
    """Draw one mountain with a bright and a shaded flank and a cap of snow."""
    top = (middle, foot - high)
    left = _flank(top, (middle - wide, foot), rng)
    right = _flank(top, (middle + wide * 0.9, foot), rng)
    canvas.polygon(
        [*reversed(left), *right],
        canvas.linear_gradient(lighter(tone, 0.12), tone, mix(tone, (170, 190, 180), 0.3)),
    )
    ledge = [
        (middle + shift * wide, foot - high * level)
        for level, shift in ((0.72, 0.05), (0.5, -0.05), (0.3, 0.12), (0.0, 0.04))
    ]
    canvas.polygon([top, *right[1:], *reversed(ledge)], darker(tone, 0.24), opacity=0.75)
    if snow:
        _cap(canvas, left, right, top, high, wide)


def _flank(
    top: tuple[float, float], foot: tuple[float, float], rng: np.random.Generator
) -> list[tuple[float, float]]:
    points = [top]
    for share in (0.16, 0.33, 0.5, 0.68, 0.85):
        x = top[0] + (foot[0] - top[0]) * (share + (rng.random() - 0.5) * 0.09)
        points.append((x, top[1] + (foot[1] - top[1]) * share))
    return [*points, foot]


def _cap(
    canvas: SvgCanvas,
    left: list[tuple[float, float]],
    right: list[tuple[float, float]],
    top: tuple[float, float],
    high: float,
    wide: float,
) -> None:
    edge = [
        (left[2][0], left[2][1]),
        (top[0] - wide * 0.15, top[1] + high * 0.27),
        (top[0] - wide * 0.07, top[1] + high * 0.38),
        (top[0] + wide * 0.02, top[1] + high * 0.26),
        (top[0] + wide * 0.12, top[1] + high * 0.4),
        (right[2][0], right[2][1]),
    ]
    canvas.polygon([top, left[1], *edge, right[1]], (250, 252, 255), opacity=0.95)
    canvas.polygon(
        [top, right[1], *reversed(edge[3:]), (top[0] + wide * 0.05, top[1] + high * 0.14)],
        (196, 210, 232),
        opacity=0.9,
    )


def _hills(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw rolling hills with a few trees on the near ones."""
    for depth in range(3):
        tone = mix(color, haze, 0.48 - 0.18 * depth)
        heights = skyline(rng, 9, 0.35)
        tall = foot * (0.26 - 0.07 * depth)
        line = [
            (canvas.width * (index - 0.5) / 7, foot - tall * (0.25 + 0.75 * height))
            for index, height in enumerate(heights)
        ]
        canvas.fill_below(
            line, canvas.linear_gradient(lighter(tone, 0.1), tone, darker(tone, 0.06))
        )
        for _ in range(5 * depth):
            index = int(rng.integers(1, 8))
            x, y = line[index]
            bush(
                canvas,
                (x + 40 * (rng.random() - 0.5), y + 10),
                16 + 6 * depth,
                darker(tone, 0.28),
                rng,
            )


def _trees(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw a wood in three rows; the nearest is the darkest and its trees have trunks."""
    _wood(canvas, foot, 1.0, color, haze, rng)


def _grove(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw a low wood, over which mountains can be seen."""
    _wood(canvas, foot, 0.42, color, haze, rng)


def _wood(
    canvas: SvgCanvas,
    foot: float,
    scale: float,
    color: Color,
    haze: Color,
    rng: np.random.Generator,
) -> None:
    for depth in range(3):
        tone = mix(color, haze, 0.42 - 0.2 * depth)
        radius = foot * (0.10 + 0.02 * depth) * scale
        tall = foot * (0.5 - 0.14 * depth) * scale
        step = radius * 1.15
        canvas.rectangle(
            (0, foot - tall * 0.55), (canvas.width, tall * 0.55 + 8), darker(tone, 0.2)
        )
        for index in range(int(canvas.width / step) + 2):
            x = (index + 0.5 * (rng.random() - 0.5)) * step
            y = foot - tall * (0.62 + 0.38 * rng.random())
            shade = mix(
                tone, (190, 190, 80) if rng.random() < 0.5 else (30, 90, 90), 0.16 * rng.random()
            )
            _tree(canvas, x, y, foot, radius * (0.8 + 0.4 * rng.random()), shade, depth, rng)


def _tree(
    canvas: SvgCanvas,
    x: float,
    y: float,
    foot: float,
    radius: float,
    tone: Color,
    depth: int,
    rng: np.random.Generator,
) -> None:
    if depth == 2:
        canvas.rectangle((x - radius * 0.09, y), (radius * 0.18, foot - y + 6), (98, 74, 60))
    if rng.random() < 0.3:
        for tier in range(3):
            low = y + radius * (0.9 * tier + 0.4)
            half = radius * (0.45 + 0.22 * tier)
            canvas.polygon(
                [(x, low - radius * 1.5), (x - half, low), (x + half, low)],
                darker(tone, 0.12 - 0.04 * tier),
            )
        return
    bush(canvas, (x, y + radius * 0.4), radius, tone, rng)


def bush(
    canvas: SvgCanvas,
    foot: tuple[float, float],
    radius: float,
    tone: Color,
    rng: np.random.Generator,
) -> None:
    """Draw a round crown of leaves with light from the upper left."""
    x, y = foot
    for shade, size, shift in (
        (darker(tone, 0.18), 1.0, 0.0),
        (tone, 0.86, -0.1),
        (lighter(tone, 0.14), 0.5, -0.32),
    ):
        for _ in range(4 if size > 0.6 else 3):
            dx, dy = (rng.random(2) - 0.5) * radius * 0.7
            canvas.ellipse(
                (x + dx + shift * radius * 0.7, y + dy * 0.7 - radius * 0.3 + shift * radius),
                (radius * size * 0.78, radius * size * 0.7),
                shade,
            )


def _coast(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw a low shore far off."""
    for depth in range(2):
        tone = mix(color, haze, 0.62 - 0.25 * depth)
        heights = skyline(rng, 13, 0.5)
        tall = foot * (0.13 - 0.05 * depth)
        canvas.fill_below(
            [
                (canvas.width * index / 11, foot + 4 - tall * height)
                for index, height in enumerate(heights)
            ],
            tone,
        )


def _sea(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw a strip of sea behind a beach, with surf along its edge."""
    high = foot * 0.26
    canvas.rectangle(
        (0, foot - high),
        (canvas.width, high + 6),
        canvas.linear_gradient(mix(color, haze, 0.35), color, lighter(color, 0.25)),
    )
    for _ in range(46):
        share = rng.random()
        y = foot - high * (1 - share)
        canvas.lens(
            (rng.random() * canvas.width, y),
            (30 + 110 * share, 1 + 2.4 * share),
            lighter(color, 0.6),
            opacity=0.5,
        )
    edge = [(canvas.width * index / 8, foot - 8 + 14 * rng.random()) for index in range(-1, 10)]
    canvas.fill_below([(x, y - 10) for x, y in edge], (252, 254, 252), opacity=0.85)


PAINTERS: dict[str, Painter] = {
    "mountains": _mountains,
    "hills": _hills,
    "trees": _trees,
    "grove": _grove,
    "coast": _coast,
    "sea": _sea,
    "city": buildings.street_front,
    "stands": buildings.stands,
}
