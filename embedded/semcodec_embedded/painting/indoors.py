"""Rooms and table tops: a wall with what belongs on it, a floor or a table in perspective."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting import furnishing
from semcodec_embedded.painting.ink import HEIGHT, Sheet
from semcodec_embedded.painting.palette import NAMED, Colour, darker, lighter, mix

WALLS: dict[str, Colour] = {
    "kitchen": (238, 226, 204), "bathroom": (204, 226, 230), "bedroom": (216, 208, 228),
    "room": (232, 214, 188), "table": (226, 214, 200), "desk": (208, 216, 222),
}  # fmt: skip
FLOORS: dict[str, Colour] = {
    "kitchen": (206, 178, 146), "bathroom": (186, 200, 206), "bedroom": (200, 168, 134),
    "room": (196, 156, 118), "table": (192, 142, 96), "desk": (186, 138, 96),
}  # fmt: skip
SAID = 0.78  #: how much of a colour word goes into a wall or a floor


def shade(natural: Colour, said: str) -> Colour:
    """Return a wall or floor of the colour ``said``; black and dark ones stay readable."""
    return mix(natural, NAMED[said], SAID) if said else natural


def room(
    sheet: Sheet, what: str, horizon: float, wall: Colour, floor: Colour,
    materials: tuple[str, ...], cabinets: tuple[str, ...], rng: np.random.Generator,
) -> None:  # fmt: skip
    """Draw the room ``what`` with its floor from ``horizon`` down."""
    foot = HEIGHT * horizon
    _wall(sheet, foot, wall, materials, rng)
    if what == "bathroom":
        furnishing.tiles(sheet, foot, wall)
    _floor(sheet, foot, floor, tiled=what in ("bathroom", "kitchen"))
    if what == "kitchen":
        furnishing.kitchen(sheet, foot, wall, floor, cabinets, rng)
        return
    others = {"bathroom": furnishing.bathroom, "bedroom": furnishing.bedroom}
    others.get(what, furnishing.living)(sheet, foot, wall, floor, rng)


def table(
    sheet: Sheet, horizon: float, wall: Colour, top: Colour, materials: tuple[str, ...],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Draw a table top seen by who sits at it, before a wall out of focus."""
    edge = HEIGHT * horizon
    _wall(sheet, edge, wall, materials, rng)
    for _ in range(9):
        glow = lighter(wall, 0.35) if rng.random() < 0.6 else mix(wall, NAMED["orange"], 0.25)
        radius = 40 + 70 * rng.random()
        sheet.ellipse((rng.random() * sheet.width, rng.random() * edge), radius, radius, glow, 0.28)
    sheet.box(
        (0, edge - 26),
        sheet.width,
        30,
        sheet.fade((mix(wall, (30, 26, 40), 0.0), darker(wall, 0.28))),
        0.5,
    )
    sheet.box(
        (0, edge),
        sheet.width,
        HEIGHT - edge,
        sheet.fade((lighter(top, 0.32), top, darker(top, 0.2))),
    )
    for plank in range(-7, 8):
        _seam(sheet, edge, (plank * 0.1, plank * 0.19), darker(top, 0.32), 2.4, 0.42)
    for _ in range(80):
        near = rng.random()
        sheet.stroke(
            (rng.random() * sheet.width, edge + near * (HEIGHT - edge)),
            60 + 150 * near,
            0.8 + 2 * near,
            darker(top, 0.26) if rng.random() < 0.6 else lighter(top, 0.3),
            0.3,
        )
    sheet.box((0, edge), sheet.width, 5, lighter(top, 0.5), 0.7)


def _wall(
    sheet: Sheet, foot: float, wall: Colour, materials: tuple[str, ...], rng: np.random.Generator
) -> None:
    sheet.box(
        (0, 0), sheet.width, foot + 4, sheet.fade((darker(wall, 0.1), lighter(wall, 0.1), wall))
    )
    material(sheet, foot, wall, materials, rng)


def material(
    sheet: Sheet, foot: float, wall: Colour, materials: tuple[str, ...], rng: np.random.Generator
) -> None:
    """Draw bricks, boards or stones on a wall that ends at ``foot``."""
    if "brick" in materials or "stone" in materials:
        high, wide = (36.0, 92.0) if "brick" in materials else (74.0, 150.0)
        for row in range(int(foot / high) + 1):
            for column in range(-1, int(sheet.width / wide) + 1):
                tone = mix(darker(wall, 0.14 * rng.random()), (255, 230, 200), 0.12 * rng.random())
                sheet.box(
                    (column * wide + row % 2 * wide / 2 + 3, row * high + 3),
                    wide - 5,
                    min(high - 5, foot - row * high - 3),
                    tone,
                    0.95,
                    4 if high < 40 else 14,
                )
    elif "wood" in materials:
        for column in range(int(sheet.width / 88) + 1):
            tone = darker(wall, 0.2 * rng.random())
            sheet.box(
                (column * 88, 0), 84, foot, sheet.fade((lighter(tone, 0.08), tone), across=True)
            )
            for _ in range(7):
                x, y = column * 88 + 10 + 64 * rng.random(), rng.random() * foot
                sheet.line([(x, y), (x + 3, y + 120 * rng.random())], darker(tone, 0.3), 1.6, 0.4)


def _seam(
    sheet: Sheet, edge: float, shifts: tuple[float, float], tone: Colour, thick: float,
    opacity: float,
) -> None:  # fmt: skip
    """Draw a seam that runs from ``edge`` to the viewer, ``shifts`` of the width off the middle."""
    middle = sheet.width / 2
    far, near = (middle + shift * sheet.width for shift in shifts)
    sheet.line([(far, edge), (near, HEIGHT)], tone, thick, opacity)


def _floor(sheet: Sheet, foot: float, floor: Colour, tiled: bool) -> None:
    """Draw boards or tiles that run towards the viewer."""
    sheet.box(
        (0, foot),
        sheet.width,
        HEIGHT - foot,
        sheet.fade((lighter(floor, 0.1), floor, darker(floor, 0.12))),
    )
    for index in range(-12, 13):
        _seam(sheet, foot, (index * 0.085, index * 0.15), darker(floor, 0.35), 2.2, 0.4)
    for level in (0.1, 0.24, 0.43, 0.68) if tiled else ():
        y = foot + (HEIGHT - foot) * level
        sheet.line([(0, y), (sheet.width, y)], darker(floor, 0.35), 2.2, 0.4)
    sheet.box((0, foot - 22), sheet.width, 24, (250, 247, 240), 0.9)
    sheet.box((0, foot), sheet.width, 14, darker(floor, 0.5), 0.3)
