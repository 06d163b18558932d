"""What people have built to close the view: a street of houses, the stands of a stadium."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import SvgCanvas


def street_front(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw a pale skyline and a row of house fronts before it."""
    for index in range(int(canvas.width / 70) + 1):
        high = foot * (0.35 + 0.5 * rng.random() ** 1.5)
        canvas.rectangle(
            (index * 70 - 20 * rng.random(), foot - high), (64, high), mix(color, haze, 0.68)
        )
    x = -60 * rng.random()
    while x < canvas.width:
        wide = 120 + 90 * rng.random()
        _house(canvas, x, foot, wide, foot * (0.4 + 0.32 * rng.random()), _front(color, rng), rng)
        x += wide + 3
    canvas.rectangle((0, foot - 8), (canvas.width, 24), (186, 180, 172))


def _front(color: Color, rng: np.random.Generator) -> Color:
    """Return a colour for a house in the key of the street."""
    warm = ((206, 132, 104), (226, 196, 150), (158, 176, 178), (214, 170, 126), (178, 144, 132))
    return mix(color, warm[int(rng.integers(len(warm)))], 0.5)


def _house(
    canvas: SvgCanvas,
    x: float,
    foot: float,
    wide: float,
    high: float,
    tone: Color,
    rng: np.random.Generator,
) -> None:
    """Draw a house front: windows in rows, a cornice, a shop at the bottom."""
    top = foot - high
    canvas.rectangle((x, top), (wide, high), canvas.linear_gradient(lighter(tone, 0.12), tone))
    canvas.rectangle((x - 4, top - 8), (wide + 8, 14), darker(tone, 0.28))
    columns, rows = max(2, int(wide / 46)), max(2, int(high / 72))
    cell, level = wide / columns, (high - 90) / rows
    glass = mix(darker(tone, 0.62), (96, 130, 160), 0.5)
    for row in range(rows):
        for column in range(columns):
            corner = (x + (column + 0.24) * cell, top + 22 + row * level)
            lit = rng.random() < 0.16
            canvas.rectangle(
                (corner[0] - 3, corner[1] - 3),
                (cell * 0.52 + 6, level * 0.62 + 6),
                lighter(tone, 0.42),
            )
            canvas.rectangle(corner, (cell * 0.52, level * 0.62), (250, 224, 150) if lit else glass)
    awning = (NAMED["red"], NAMED["teal"], NAMED["green"], NAMED["orange"])[int(rng.integers(4))]
    canvas.rectangle((x + 10, foot - 62), (wide - 20, 60), darker(glass, 0.2))
    for stripe in range(6):
        step = (wide - 12) / 6
        canvas.polygon(
            [
                (x + 6 + stripe * step, foot - 74),
                (x + 6 + (stripe + 1) * step, foot - 74),
                (x + 4 + (stripe + 1) * step, foot - 50),
                (x + 4 + stripe * step, foot - 50),
            ],
            mix(awning, tone, 0.3) if stripe % 2 else (246, 240, 228),
        )


def stands(
    canvas: SvgCanvas, foot: float, color: Color, haze: Color, rng: np.random.Generator
) -> None:
    """Draw rows of spectators behind a wall with coloured boards."""
    top = foot * 0.3
    canvas.rectangle(
        (0, top),
        (canvas.width, foot - top),
        canvas.linear_gradient(darker(color, 0.35), darker(color, 0.05)),
    )
    skins = ((240, 190, 130), (176, 120, 84), (250, 206, 130))
    clothes = [
        mix(NAMED[name], color, 0.35) for name in ("red", "blue", "white", "yellow", "teal", "gray")
    ]
    for row in range(9):
        y = top + (foot - top - 50) * (row + 0.7) / 9
        size = 9 + row * 0.9
        for index in range(int(canvas.width / (size * 2.6)) + 2):
            x = (index + 0.5 * (row % 2) + 0.2 * rng.random()) * size * 2.6
            if rng.random() < 0.86:
                canvas.ellipse(
                    (x, y + size * 1.3),
                    (size, size * 0.95),
                    clothes[int(rng.integers(6))],
                    opacity=0.85,
                )
                canvas.ellipse(
                    (x, y), (size * 0.55, size * 0.6), skins[int(rng.integers(3))], opacity=0.85
                )
    canvas.rectangle((0, foot - 56), (canvas.width, 62), darker(color, 0.45))
    for index in range(int(canvas.width / 240) + 1):
        canvas.rectangle(
            (index * 240 + 14, foot - 46), (212, 34), lighter(color, 0.55), opacity=0.35, radius=6
        )
