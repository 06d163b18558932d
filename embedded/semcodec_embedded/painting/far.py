"""What closes the view: mountains, hills, trees, a shore; a town is in ``town``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semcodec_embedded.painting import town
from semcodec_embedded.painting.ink import HEIGHT, Sheet
from semcodec_embedded.painting.noise import ridge
from semcodec_embedded.painting.palette import NAMED, Colour, darker, lighter, mix

Painter = Callable[[Sheet, float, Colour, Colour, np.random.Generator], None]

#: The colour of each in daylight.
NATURAL: dict[str, Colour] = {
    "mountains": (108, 126, 158), "hills": (124, 172, 104), "trees": (74, 130, 72),
    "grove": (70, 124, 78),
    "coast": (132, 158, 140), "city": (196, 176, 158), "stands": (92, 108, 138),
    "sea": (70, 144, 190),
}  # fmt: skip


def paint(
    sheet: Sheet, what: str, horizon: float, tint: str, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw ``what`` to stand on the ``horizon`` (0..1), in the colour ``tint`` if it has one."""
    colour = mix(NATURAL[what], NAMED[tint], 0.75) if tint else NATURAL[what]
    PAINTERS[what](sheet, HEIGHT * horizon, colour, haze, rng)


def _mountains(
    sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw three ranges; the farther, the higher and the paler. The farthest wear snow."""
    for depth in range(3):
        tone = mix(colour, haze, 0.5 - 0.2 * depth)
        tone = mix(tone, (92, 130, 96), 0.22 * depth)
        tall = foot * (0.6 - 0.19 * depth)
        count = 3 + depth
        for index in rng.permutation(count):
            middle = (index + 0.2 + 0.6 * rng.random()) * sheet.width / count
            high = tall * (0.62 + 0.38 * rng.random())
            _peak(sheet, middle, foot + 6, high, high * (1.1 + 0.5 * rng.random()), tone,
                  depth < 2, rng)  # fmt: skip


def _peak(
    sheet: Sheet, middle: float, foot: float, high: float, wide: float, tone: Colour,
    snow: bool, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Draw one mountain with a bright and a shaded flank and a cap of snow."""
    top = (middle, foot - high)
    left = _flank(top, (middle - wide, foot), rng)
    right = _flank(top, (middle + wide * 0.9, foot), rng)
    sheet.polygon(
        [*reversed(left), *right],
        sheet.fade((lighter(tone, 0.12), tone, mix(tone, (170, 190, 180), 0.3))),
    )
    ledge = [(middle + shift * wide, foot - high * level) for level, shift in
             ((0.72, 0.05), (0.5, -0.05), (0.3, 0.12), (0.0, 0.04))]  # fmt: skip
    sheet.polygon([top, *right[1:], *reversed(ledge)], darker(tone, 0.24), 0.75)
    if snow:
        _cap(sheet, left, right, top, high, wide)


def _flank(
    top: tuple[float, float], foot: tuple[float, float], rng: np.random.Generator
) -> list[tuple[float, float]]:
    points = [top]
    for share in (0.16, 0.33, 0.5, 0.68, 0.85):
        x = top[0] + (foot[0] - top[0]) * (share + (rng.random() - 0.5) * 0.09)
        points.append((x, top[1] + (foot[1] - top[1]) * share))
    return [*points, foot]


def _cap(
    sheet: Sheet, left: list[tuple[float, float]], right: list[tuple[float, float]],
    top: tuple[float, float], high: float, wide: float,
) -> None:  # fmt: skip
    edge = [
        (left[2][0], left[2][1]),
        (top[0] - wide * 0.15, top[1] + high * 0.27),
        (top[0] - wide * 0.07, top[1] + high * 0.38),
        (top[0] + wide * 0.02, top[1] + high * 0.26),
        (top[0] + wide * 0.12, top[1] + high * 0.4),
        (right[2][0], right[2][1]),
    ]
    sheet.polygon([top, left[1], *edge, right[1]], (250, 252, 255), 0.95)
    sheet.polygon(
        [top, right[1], *reversed(edge[3:]), (top[0] + wide * 0.05, top[1] + high * 0.14)],
        (196, 210, 232),
        0.9,
    )


def _hills(
    sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw rolling hills with a few trees on the near ones."""
    for depth in range(3):
        tone = mix(colour, haze, 0.48 - 0.18 * depth)
        heights = ridge(rng, 9, 0.35)
        tall = foot * (0.26 - 0.07 * depth)
        line = [(sheet.width * (index - 0.5) / 7, foot - tall * (0.25 + 0.75 * height))
                for index, height in enumerate(heights)]  # fmt: skip
        sheet.land(line, sheet.fade((lighter(tone, 0.1), tone, darker(tone, 0.06))))
        for _ in range(5 * depth):
            index = int(rng.integers(1, 8))
            x, y = line[index]
            bush(
                sheet,
                (x + 40 * (rng.random() - 0.5), y + 10),
                16 + 6 * depth,
                darker(tone, 0.28),
                rng,
            )


def _trees(
    sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw a wood in three rows; the nearest is the darkest and its trees have trunks."""
    _wood(sheet, foot, 1.0, colour, haze, rng)


def _grove(
    sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw a low wood, over which mountains can be seen."""
    _wood(sheet, foot, 0.42, colour, haze, rng)


def _wood(
    sheet: Sheet, foot: float, scale: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    for depth in range(3):
        tone = mix(colour, haze, 0.42 - 0.2 * depth)
        radius = foot * (0.10 + 0.02 * depth) * scale
        tall = foot * (0.5 - 0.14 * depth) * scale
        step = radius * 1.15
        sheet.box((0, foot - tall * 0.55), sheet.width, tall * 0.55 + 8, darker(tone, 0.2))
        for index in range(int(sheet.width / step) + 2):
            x = (index + 0.5 * (rng.random() - 0.5)) * step
            y = foot - tall * (0.62 + 0.38 * rng.random())
            shade = mix(
                tone, (190, 190, 80) if rng.random() < 0.5 else (30, 90, 90), 0.16 * rng.random()
            )
            _tree(sheet, x, y, foot, radius * (0.8 + 0.4 * rng.random()), shade, depth, rng)


def _tree(
    sheet: Sheet, x: float, y: float, foot: float, radius: float, tone: Colour, depth: int,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    if depth == 2:
        sheet.box((x - radius * 0.09, y), radius * 0.18, foot - y + 6, (98, 74, 60))
    if rng.random() < 0.3:
        for tier in range(3):
            low = y + radius * (0.9 * tier + 0.4)
            half = radius * (0.45 + 0.22 * tier)
            sheet.polygon(
                [(x, low - radius * 1.5), (x - half, low), (x + half, low)],
                darker(tone, 0.12 - 0.04 * tier),
            )
        return
    bush(sheet, (x, y + radius * 0.4), radius, tone, rng)


def bush(
    sheet: Sheet, foot: tuple[float, float], radius: float, tone: Colour, rng: np.random.Generator
) -> None:
    """Draw a round crown of leaves with light from the upper left."""
    x, y = foot
    for shade, size, shift in ((darker(tone, 0.18), 1.0, 0.0), (tone, 0.86, -0.1),
                               (lighter(tone, 0.14), 0.5, -0.32)):  # fmt: skip
        for _ in range(4 if size > 0.6 else 3):
            dx, dy = (rng.random(2) - 0.5) * radius * 0.7
            sheet.ellipse(
                (x + dx + shift * radius * 0.7, y + dy * 0.7 - radius * 0.3 + shift * radius),
                radius * size * 0.78,
                radius * size * 0.7,
                shade,
            )


def _coast(
    sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator
) -> None:
    """Draw a low shore far off."""
    for depth in range(2):
        tone = mix(colour, haze, 0.62 - 0.25 * depth)
        heights = ridge(rng, 13, 0.5)
        tall = foot * (0.13 - 0.05 * depth)
        sheet.land([(sheet.width * index / 11, foot + 4 - tall * height)
                    for index, height in enumerate(heights)], tone)  # fmt: skip


def _sea(sheet: Sheet, foot: float, colour: Colour, haze: Colour, rng: np.random.Generator) -> None:
    """Draw a strip of sea behind a beach, with surf along its edge."""
    high = foot * 0.26
    sheet.box(
        (0, foot - high),
        sheet.width,
        high + 6,
        sheet.fade((mix(colour, haze, 0.35), colour, lighter(colour, 0.25))),
    )
    for _ in range(46):
        share = rng.random()
        y = foot - high * (1 - share)
        sheet.stroke((rng.random() * sheet.width, y), 30 + 110 * share, 1 + 2.4 * share,
                     lighter(colour, 0.6), 0.5)  # fmt: skip
    edge = [(sheet.width * index / 8, foot - 8 + 14 * rng.random()) for index in range(-1, 10)]
    sheet.land([(x, y - 10) for x, y in edge], (252, 254, 252), 0.85)


PAINTERS: dict[str, Painter] = {
    "mountains": _mountains, "hills": _hills, "trees": _trees, "grove": _grove, "coast": _coast,
    "sea": _sea,
    "city": town.street_front, "stands": town.stands,
}  # fmt: skip
