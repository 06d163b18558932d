"""What belongs to the walls of a room: cupboards, tiles, windows, curtains, pictures."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas


def tiles(canvas: SvgCanvas, foot: float, wall: Color) -> None:
    """Draw tiles on the lower part of a wall."""
    side = 74.0
    for row in range(int(foot * 0.62 / side) + 1):
        for column in range(int(canvas.width / side) + 1):
            tone = lighter(wall, 0.34 + 0.06 * ((row * 7 + column * 3) % 4))
            canvas.rectangle(
                (column * side + 2, foot - (row + 1) * side + 2),
                (side - 4, side - 4),
                tone,
                radius=3,
            )


def window(
    canvas: SvgCanvas, corner: tuple[float, float], wide: float, high: float, frame: Color
) -> None:
    """Draw a window with a view of sky and a hill."""
    x, y = corner
    canvas.rectangle((x - 16, y - 16), (wide + 32, high + 32), darker(frame, 0.12), radius=6)
    canvas.rectangle((x - 10, y - 10), (wide + 20, high + 20), frame, radius=4)
    canvas.rectangle(corner, (wide, high), canvas.linear_gradient((136, 198, 240), (226, 242, 248)))
    canvas.ellipse(
        (x + wide * 0.68, y + high * 0.26), (wide * 0.16, high * 0.06), (255, 255, 255), opacity=0.9
    )
    canvas.ellipse(
        (x + wide * 0.58, y + high * 0.29), (wide * 0.14, high * 0.05), (255, 255, 255), opacity=0.9
    )
    canvas.polygon(
        [
            (x, y + high),
            (x, y + high * 0.72),
            (x + wide * 0.35, y + high * 0.66),
            (x + wide * 0.7, y + high * 0.76),
            (x + wide, y + high * 0.68),
            (x + wide, y + high),
        ],
        (138, 190, 116),
    )
    canvas.rectangle((x + wide / 2 - 6, y), (12, high), frame)
    canvas.rectangle((x, y + high * 0.48), (wide, 11), frame)
    canvas.polygon(
        [(x, y), (x + wide * 0.32, y), (x, y + high * 0.5)], (255, 255, 255), opacity=0.22
    )
    canvas.rectangle((x - 26, y + high + 12), (wide + 52, 16), lighter(frame, 0.1), radius=4)


def _curtains(canvas: SvgCanvas, x: float, y: float, wide: float, high: float, tone: Color) -> None:
    canvas.line([(x - 70, y - 34), (x + wide + 70, y - 34)], (120, 92, 74), 9)
    for left in (x - 66, x + wide - 14):
        for fold in range(4):
            shade_ = lighter(tone, 0.16) if fold % 2 else darker(tone, 0.08)
            canvas.rectangle(
                (left + fold * 20, y - 34),
                (22, high + 90),
                canvas.linear_gradient(shade_, darker(shade_, 0.15)),
                radius=6,
            )


def kitchen(
    canvas: SvgCanvas,
    foot: float,
    wall: Color,
    floor: Color,
    cabinets: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Draw cabinets above and below a counter, and a window over it."""
    fronts = ((236, 240, 238), (150, 186, 178), (222, 178, 120))
    wood = mix(fronts[int(rng.integers(3))], wall, 0.2)
    if cabinets:
        wood = mix(NAMED[cabinets[0]], wood, 0.15)
    level = foot - 190
    tiles(canvas, foot, mix(wall, (255, 255, 255), 0.3))
    step = 148.0
    for index in range(int(canvas.width / step) + 1):
        x = index * step
        _cupboard(canvas, x, level + 24, step, foot - level - 34, wood)
        gap = 0.36 * canvas.width < x + step / 2 < 0.64 * canvas.width
        if not gap:
            _cupboard(canvas, x, 0, step, 200, wood)
    window(canvas, (canvas.width / 2 - 110, 60), 220, 210, (250, 248, 242))
    canvas.rectangle(
        (0, level),
        (canvas.width, 30),
        canvas.linear_gradient(lighter(floor, 0.35), darker(floor, 0.1)),
    )
    canvas.rectangle((0, level + 30), (canvas.width, 12), (20, 20, 30), opacity=0.2)


def _cupboard(canvas: SvgCanvas, x: float, y: float, wide: float, high: float, wood: Color) -> None:
    canvas.rectangle((x, y), (wide, high), darker(wood, 0.3))
    canvas.rectangle(
        (x + 2, y + 2),
        (wide - 4, high - 4),
        canvas.linear_gradient(lighter(wood, 0.2), wood),
        radius=4,
    )
    canvas.rectangle(
        (x + 16, y + 18), (wide - 32, high - 36), darker(wood, 0.12), opacity=0.6, radius=4
    )
    canvas.rectangle((x + 20, y + 22), (wide - 40, high - 44), wood, radius=4)
    canvas.rectangle((x + wide - 34, y + high / 2 - 18), (7, 36), (126, 110, 96), radius=3)


def bathroom(
    canvas: SvgCanvas, foot: float, wall: Color, floor: Color, rng: np.random.Generator
) -> None:
    """Draw a mirror with a shelf, a towel and a mat."""
    x = canvas.width * (0.3 if rng.random() < 0.5 else 0.7)
    canvas.rectangle((x - 118, 66), (236, 250), (188, 150, 112), radius=18)
    canvas.rectangle(
        (x - 104, 80),
        (208, 222),
        canvas.linear_gradient((216, 236, 242), (176, 208, 222)),
        radius=12,
    )
    canvas.polygon(
        [(x - 70, 290), (x - 10, 90), (x + 30, 90), (x - 30, 290)], (255, 255, 255), opacity=0.35
    )
    canvas.rectangle((x - 130, 336), (260, 14), (240, 240, 236), radius=4)
    towel = canvas.width - x
    canvas.line([(towel - 90, 300), (towel + 90, 300)], (150, 158, 164), 9)
    canvas.rectangle(
        (towel - 62, 298),
        (124, 190),
        canvas.linear_gradient(lighter(NAMED["teal"], 0.35), NAMED["teal"]),
        radius=8,
    )
    canvas.rectangle((towel - 62, 440), (124, 18), (250, 250, 246), opacity=0.8)
    canvas.ellipse(
        (canvas.width / 2, foot + 210), (270, 62), lighter(NAMED["teal"], 0.5), opacity=0.8
    )


def bedroom(
    canvas: SvgCanvas, foot: float, wall: Color, floor: Color, rng: np.random.Generator
) -> None:
    """Draw a window with curtains, a picture, a rug."""
    x = canvas.width * (0.16 if rng.random() < 0.5 else 0.62)
    _curtains(canvas, x, 110, 220, 280, NAMED["purple"])
    window(canvas, (x, 110), 220, 280, (250, 248, 244))
    _curtains(canvas, x, 110, 220, 280, mix(NAMED["purple"], wall, 0.45))
    _picture(canvas, canvas.width - x - 110, 150, rng)
    _rug(canvas, foot, lighter(NAMED["purple"], 0.5))


def living(
    canvas: SvgCanvas, foot: float, wall: Color, floor: Color, rng: np.random.Generator
) -> None:
    """Draw a window with curtains, pictures, a rug."""
    x = canvas.width * (0.12 if rng.random() < 0.5 else 0.6)
    drapes = mix((NAMED["teal"], NAMED["red"], NAMED["green"])[int(rng.integers(3))], wall, 0.4)
    window(canvas, (x, 100), 250, 290, (250, 247, 240))
    _curtains(canvas, x, 100, 250, 290, drapes)
    _picture(canvas, canvas.width - x - 140, 130, rng)
    _rug(canvas, foot, drapes)


def _picture(canvas: SvgCanvas, x: float, y: float, rng: np.random.Generator) -> None:
    """Draw a framed landscape."""
    canvas.rectangle((x - 14, y - 8), (200, 150), (20, 20, 30), opacity=0.15, radius=4)
    canvas.rectangle((x - 14, y - 14), (200, 150), (150, 106, 70), radius=4)
    canvas.rectangle((x, y), (172, 122), (248, 240, 220))
    canvas.rectangle(
        (x + 12, y + 12), (148, 98), canvas.linear_gradient((244, 180, 140), (250, 226, 180))
    )
    canvas.ellipse((x + 110, y + 50), (15, 15), (250, 240, 210))
    for depth in range(2):
        top = y + 62 + 18 * depth
        canvas.polygon(
            [
                (x + 12, y + 110),
                (x + 12, top + 12 * rng.random()),
                (x + 60, top - 10 * rng.random()),
                (x + 110, top + 12),
                (x + 160, top - 4),
                (x + 160, y + 110),
            ],
            mix((90, 130, 140), (60, 110, 90), depth),
        )


def _rug(canvas: SvgCanvas, foot: float, tone: Color) -> None:
    for share, color in ((1.0, darker(tone, 0.16)), (0.9, lighter(tone, 0.25)), (0.72, tone)):
        canvas.ellipse(
            (canvas.width / 2, foot + (HEIGHT - foot) * 0.62),
            (canvas.width * 0.38 * share, (HEIGHT - foot) * 0.3 * share),
            color,
            opacity=0.85,
        )
