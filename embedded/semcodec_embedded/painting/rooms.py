"""Rooms and table tops: a wall with what belongs on it, a floor or a table in perspective."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting import interiors
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

WALLS: dict[str, Color] = {
    "kitchen": (238, 226, 204),
    "bathroom": (204, 226, 230),
    "bedroom": (216, 208, 228),
    "room": (232, 214, 188),
    "table": (226, 214, 200),
    "desk": (208, 216, 222),
}
FLOORS: dict[str, Color] = {
    "kitchen": (206, 178, 146),
    "bathroom": (186, 200, 206),
    "bedroom": (200, 168, 134),
    "room": (196, 156, 118),
    "table": (192, 142, 96),
    "desk": (186, 138, 96),
}
SAID = 0.78  #: how much of a colour word goes into a wall or a floor


def shade(natural: Color, said: str) -> Color:
    """Return a wall or floor of the colour ``said``; black and dark ones stay readable."""
    return mix(natural, NAMED[said], SAID) if said else natural


def room(
    canvas: SvgCanvas,
    what: str,
    horizon: float,
    wall: Color,
    floor: Color,
    materials: tuple[str, ...],
    cabinets: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Draw the room ``what`` with its floor from ``horizon`` down."""
    foot = HEIGHT * horizon
    _wall(canvas, foot, wall, materials, rng)
    if what == "bathroom":
        interiors.tiles(canvas, foot, wall)
    _floor(canvas, foot, floor, tiled=what in ("bathroom", "kitchen"))
    if what == "kitchen":
        interiors.kitchen(canvas, foot, wall, floor, cabinets, rng)
        return
    others = {"bathroom": interiors.bathroom, "bedroom": interiors.bedroom}
    others.get(what, interiors.living)(canvas, foot, wall, floor, rng)


def table(
    canvas: SvgCanvas,
    horizon: float,
    wall: Color,
    top: Color,
    materials: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Draw a table top seen by who sits at it, before a wall out of focus."""
    edge = HEIGHT * horizon
    _wall(canvas, edge, wall, materials, rng)
    for _ in range(9):
        glow = lighter(wall, 0.35) if rng.random() < 0.6 else mix(wall, NAMED["orange"], 0.25)
        radius = 40 + 70 * rng.random()
        canvas.ellipse(
            (rng.random() * canvas.width, rng.random() * edge), (radius, radius), glow, opacity=0.28
        )
    canvas.rectangle(
        (0, edge - 26),
        (canvas.width, 30),
        canvas.linear_gradient(mix(wall, (30, 26, 40), 0.0), darker(wall, 0.28)),
        opacity=0.5,
    )
    canvas.rectangle(
        (0, edge),
        (canvas.width, HEIGHT - edge),
        canvas.linear_gradient(lighter(top, 0.32), top, darker(top, 0.2)),
    )
    for plank in range(-7, 8):
        _seam(canvas, edge, (plank * 0.1, plank * 0.19), darker(top, 0.32), 2.4, 0.42)
    for _ in range(80):
        near = rng.random()
        canvas.lens(
            (rng.random() * canvas.width, edge + near * (HEIGHT - edge)),
            (60 + 150 * near, 0.8 + 2 * near),
            darker(top, 0.26) if rng.random() < 0.6 else lighter(top, 0.3),
            opacity=0.3,
        )
    canvas.rectangle((0, edge), (canvas.width, 5), lighter(top, 0.5), opacity=0.7)


def _wall(
    canvas: SvgCanvas,
    foot: float,
    wall: Color,
    materials: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    canvas.rectangle(
        (0, 0),
        (canvas.width, foot + 4),
        canvas.linear_gradient(darker(wall, 0.1), lighter(wall, 0.1), wall),
    )
    material(canvas, foot, wall, materials, rng)


def material(
    canvas: SvgCanvas,
    foot: float,
    wall: Color,
    materials: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Draw bricks, boards or stones on a wall that ends at ``foot``."""
    if "brick" in materials or "stone" in materials:
        high, wide = (36.0, 92.0) if "brick" in materials else (74.0, 150.0)
        for row in range(int(foot / high) + 1):
            for column in range(-1, int(canvas.width / wide) + 1):
                tone = mix(darker(wall, 0.14 * rng.random()), (255, 230, 200), 0.12 * rng.random())
                canvas.rectangle(
                    (column * wide + row % 2 * wide / 2 + 3, row * high + 3),
                    (wide - 5, min(high - 5, foot - row * high - 3)),
                    tone,
                    opacity=0.95,
                    radius=4 if high < 40 else 14,
                )
    elif "wood" in materials:
        for column in range(int(canvas.width / 88) + 1):
            tone = darker(wall, 0.2 * rng.random())
            canvas.rectangle(
                (column * 88, 0),
                (84, foot),
                canvas.linear_gradient(lighter(tone, 0.08), tone, across=True),
            )
            for _ in range(7):
                x, y = column * 88 + 10 + 64 * rng.random(), rng.random() * foot
                canvas.line(
                    [(x, y), (x + 3, y + 120 * rng.random())], darker(tone, 0.3), 1.6, opacity=0.4
                )


def _seam(
    canvas: SvgCanvas,
    edge: float,
    shifts: tuple[float, float],
    tone: Color,
    thick: float,
    opacity: float,
) -> None:
    """Draw a seam that runs from ``edge`` to the viewer, ``shifts`` of the width off the middle."""
    middle = canvas.width / 2
    far, near = (middle + shift * canvas.width for shift in shifts)
    canvas.line([(far, edge), (near, HEIGHT)], tone, thick, opacity=opacity)


def _floor(canvas: SvgCanvas, foot: float, floor: Color, tiled: bool) -> None:
    """Draw boards or tiles that run towards the viewer."""
    canvas.rectangle(
        (0, foot),
        (canvas.width, HEIGHT - foot),
        canvas.linear_gradient(lighter(floor, 0.1), floor, darker(floor, 0.12)),
    )
    for index in range(-12, 13):
        _seam(canvas, foot, (index * 0.085, index * 0.15), darker(floor, 0.35), 2.2, 0.4)
    for level in (0.1, 0.24, 0.43, 0.68) if tiled else ():
        y = foot + (HEIGHT - foot) * level
        canvas.line([(0, y), (canvas.width, y)], darker(floor, 0.35), 2.2, opacity=0.4)
    canvas.rectangle((0, foot - 22), (canvas.width, 24), (250, 247, 240), opacity=0.9)
    canvas.rectangle((0, foot), (canvas.width, 14), darker(floor, 0.5), opacity=0.3)
