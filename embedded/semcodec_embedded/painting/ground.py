"""The ground under the open sky, from the horizon to the lower edge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semcodec_embedded.painting import roads
from semcodec_embedded.painting.background import bush
from semcodec_embedded.painting.noise import ground_positions
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

Painter = Callable[[SvgCanvas, float, Color, np.random.Generator], None]

NATURAL: dict[str, Color] = {
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
TINTED = 0.62  #: how much of a colour word goes into the natural colour


def color(ground: str, said: str, light: str) -> Color:
    """Return the colour of the ground; ``said`` is its word, if it has one."""
    natural = NATURAL[ground]
    if ground == "water" and light in ("sunset", "night", "gray"):
        natural = {"sunset": (150, 110, 140), "night": (30, 56, 104), "gray": (110, 142, 160)}[
            light
        ]
    if not said or (ground, said) in (("snow", "white"), ("grass", "green"), ("water", "blue")):
        return natural
    return mix(natural, NAMED[said], TINTED)


def paint(
    canvas: SvgCanvas, ground: str, horizon: float, tone: Color, rng: np.random.Generator
) -> None:
    """Draw the ``ground`` in ``tone`` below the ``horizon``, 0..1 from the top."""
    PAINTERS.get(ground, _dirt)(canvas, HEIGHT * horizon, tone, rng)


def _base(canvas: SvgCanvas, top: float, tone: Color, pale: float = 0.28) -> None:
    """Fill the ground: pale far off, deeper near."""
    canvas.rectangle(
        (0, top),
        (canvas.width, HEIGHT - top + 2),
        canvas.linear_gradient(lighter(tone, pale), tone, darker(tone, 0.14)),
    )


def _grass(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw a meadow in soft waves, with tufts and, near, some flowers."""
    _base(canvas, top, tone)
    for band in range(5):
        level = top + (HEIGHT - top) * (0.06 + 0.2 * band)
        wave = [
            (canvas.width * index / 6, level + 34 * (rng.random() - 0.5) * (0.5 + band / 3))
            for index in range(-1, 9)
        ]
        shade = lighter(tone, 0.16) if band % 2 else darker(tone, 0.12)
        canvas.fill_below(wave, shade, opacity=0.3)
    for near in ground_positions(rng, 190):
        tuft(
            canvas,
            (rng.random() * canvas.width, top + near * (HEIGHT - top)),
            4 + 22 * near,
            tone,
            rng,
        )
    petals = ((255, 255, 255), (255, 224, 110), (250, 170, 180))
    for near in ground_positions(rng, 26):
        x, y = rng.random() * canvas.width, top + (0.15 + 0.85 * near) * (HEIGHT - top)
        canvas.ellipse(
            (x, y), (1.5 + 4.5 * near, 1.3 + 3.8 * near), petals[int(rng.integers(3))], opacity=0.9
        )


def tuft(
    canvas: SvgCanvas, foot: tuple[float, float], high: float, tone: Color, rng: np.random.Generator
) -> None:
    """Draw three blades of grass."""
    shade = darker(tone, 0.3) if rng.random() < 0.6 else lighter(tone, 0.22)
    x, y = foot
    for lean in (-0.35, 0.05, 0.4):
        canvas.polygon(
            [
                (x + lean * high * 0.5 - high * 0.07, y),
                (x + lean * high * 1.3, y - high),
                (x + lean * high * 0.5 + high * 0.07, y),
            ],
            shade,
            opacity=0.55,
        )


def _garden(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw a meadow full of flowers."""
    _grass(canvas, top, tone, rng)
    for near in ground_positions(rng, 120):
        x, y = rng.random() * canvas.width, top + near * (HEIGHT - top)
        petal = NAMED[str(rng.choice(("red", "pink", "yellow", "white", "purple")))]
        for turn in range(5):
            angle = turn * 1.257
            canvas.ellipse(
                (x + np.cos(angle) * 8 * near, y + np.sin(angle) * 7 * near),
                (1 + 5.5 * near, 1 + 5 * near),
                petal,
            )
        canvas.ellipse((x, y), (1 + 3 * near, 1 + 3 * near), (255, 214, 90))


def _sand(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw sand with ripples and pebbles."""
    _base(canvas, top, tone, 0.35)
    for near in ground_positions(rng, 80):
        place = (rng.random() * canvas.width, top + near * (HEIGHT - top))
        canvas.lens(place, (40 + 190 * near, 1 + 5 * near), darker(tone, 0.2), opacity=0.22)
    for near in ground_positions(rng, 90):
        size = 0.8 + 3 * near * rng.random()
        canvas.ellipse(
            (rng.random() * canvas.width, top + near * (HEIGHT - top)),
            (size * 1.4, size),
            darker(tone, 0.35),
            opacity=0.35,
        )


def _snow(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw a slope of snow with blue hollows and a few ski tracks."""
    canvas.rectangle(
        (0, top),
        (canvas.width, HEIGHT - top + 2),
        canvas.linear_gradient(mix(tone, (205, 220, 240), 0.6), tone, (250, 252, 255)),
    )
    for band in range(4):
        level = top + (HEIGHT - top) * (0.1 + 0.22 * band)
        lean = 60 * (rng.random() - 0.5)
        wave = [
            (canvas.width * index / 5, level + lean * (index / 5 - 0.5) + 50 * (rng.random() - 0.5))
            for index in range(-1, 8)
        ]
        canvas.fill_below(
            wave,
            canvas.linear_gradient(lighter(tone, 0.7), mix(tone, (190, 208, 236), 0.5)),
            opacity=0.6,
        )
    for near in ground_positions(rng, 50):
        canvas.ellipse(
            (rng.random() * canvas.width, top + near * (HEIGHT - top)),
            (1 + 2 * near, 1 + 2 * near),
            (255, 255, 255),
            opacity=0.95,
        )


def _water(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw water: pale far off, with waves that grow as they come near."""
    canvas.rectangle(
        (0, top),
        (canvas.width, HEIGHT - top + 2),
        canvas.linear_gradient(lighter(tone, 0.42), tone, darker(tone, 0.3)),
    )
    for near in ground_positions(rng, 210):
        y = top + near * (HEIGHT - top)
        light = rng.random() < 0.55
        shade = lighter(tone, 0.5) if light else darker(tone, 0.3)
        canvas.lens(
            (rng.random() * canvas.width, y),
            (18 + 190 * near * (0.5 + rng.random()), 0.8 + 6 * near),
            shade,
            opacity=0.36 if light else 0.26,
        )


def _tracks(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw rails in the grass."""
    _grass(canvas, top, (126, 170, 92), rng)
    roads.rails(canvas, top, tone, rng)


def _rock(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw stony ground with boulders."""
    _base(canvas, top, tone)
    for near in ground_positions(rng, 60):
        x, y = rng.random() * canvas.width, top + near * (HEIGHT - top)
        size = 8 + 46 * near * (0.4 + rng.random())
        points = [
            (x + size * np.cos(turn) * (0.8 + 0.3 * rng.random()), y + size * 0.5 * np.sin(turn))
            for turn in np.linspace(0, 6.28, 8)[:-1]
        ]
        canvas.polygon(points, darker(tone, 0.18))
        canvas.polygon(
            [(px - size * 0.1, py - size * 0.12) for px, py in points], lighter(tone, 0.16)
        )


def _dirt(canvas: SvgCanvas, top: float, tone: Color, rng: np.random.Generator) -> None:
    """Draw bare earth with pebbles and some tufts of grass."""
    _base(canvas, top, tone)
    for near in ground_positions(rng, 70):
        place = (rng.random() * canvas.width, top + near * (HEIGHT - top))
        canvas.lens(place, (40 + 200 * near, 2 + 7 * near), darker(tone, 0.2), opacity=0.25)
    for near in ground_positions(rng, 120):
        size = 1 + 6 * near * rng.random()
        canvas.ellipse(
            (rng.random() * canvas.width, top + near * (HEIGHT - top)),
            (size * 1.4, size),
            mix(darker(tone, 0.3), (150, 150, 150), 0.3),
            opacity=0.5,
        )
    for near in ground_positions(rng, 40):
        tuft(
            canvas,
            (rng.random() * canvas.width, top + near * (HEIGHT - top)),
            5 + 22 * near,
            mix(tone, (110, 160, 80), 0.7),
            rng,
        )


def stream(canvas: SvgCanvas, horizon: float, rng: np.random.Generator) -> None:
    """Draw a winding stream with stones and bushes on its banks, where nothing else is."""
    top, side = HEIGHT * horizon, 1 if rng.random() < 0.5 else -1
    rows = [(share, top + (HEIGHT - top) * share**1.5) for share in np.linspace(0, 1.02, 15)]
    bends = [
        canvas.width * (0.5 + side * 0.15 * np.sin(3.4 * share + 0.6) * (0.5 + share))
        for share, _ in rows
    ]
    for extra, tone in ((16.0, (206, 196, 170)), (0.0, (108, 172, 206))):
        wide = [
            (6 + 190 * share**1.6 + extra * (0.2 + share)) * (1 + 0.1 * (i % 3))
            for i, (share, _) in enumerate(rows)
        ]
        left = [(x - w, y) for x, w, (_, y) in zip(bends, wide, rows, strict=True)]
        right = [(x + w, y) for x, w, (_, y) in zip(bends, wide, rows, strict=True)]
        canvas.polygon(
            [*left, *reversed(right)],
            canvas.linear_gradient(lighter(tone, 0.4), tone, darker(tone, 0.12)),
        )
    ys = [y for _, y in rows]
    _banks(canvas, ys, bends, rng)
    for share in (0.1, 0.2, 0.32, 0.5, 0.72):
        for edge in (0.04, 0.96):
            x = canvas.width * (edge + 0.16 * (rng.random() - 0.5))
            y = top + (HEIGHT - top) * share
            bush(
                canvas,
                (x, y),
                26 + 110 * share,
                mix((84, 140, 74), (120, 160, 84), rng.random()),
                rng,
            )


def _banks(
    canvas: SvgCanvas, ys: list[float], bends: list[float], rng: np.random.Generator
) -> None:
    """Draw ripples on the stream and stones along it, far ones first."""
    for index in range(26):
        share = (index + rng.random()) / 26
        y = ys[0] + (ys[-1] - ys[0]) * share**1.5
        x, half = float(np.interp(y, ys, bends)), 6 + 190 * share**1.6
        ripple = (x + (rng.random() - 0.5) * half, y)
        canvas.lens(ripple, (14 + 110 * share, 1 + 4 * share), (255, 255, 255), opacity=0.6)
        if rng.random() < 0.5:
            side, size = 1 if rng.random() < 0.5 else -1, 4 + 26 * share
            bank = x + (half + 12 + 50 * share * rng.random()) * side
            canvas.ellipse((bank, y), (size, size * 0.62), (146, 142, 136))
            canvas.ellipse(
                (bank - size * 0.15, y - size * 0.15), (size * 0.7, size * 0.36), (176, 172, 164)
            )


PAINTERS: dict[str, Painter] = {
    "grass": _grass,
    "savanna": _grass,
    "desert": _sand,
    "garden": _garden,
    "sand": _sand,
    "snow": _snow,
    "water": _water,
    "road": roads.road,
    "tracks": _tracks,
    "court": roads.court,
    "rock": _rock,
    "dirt": _dirt,
}
