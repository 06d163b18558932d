"""The sky: a gradient for the hour, clouds, stars, a sun."""

from __future__ import annotations

import numpy as np
from PIL import Image

from semcodec_embedded.painting.noise import fractal
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas, blur

#: From the zenith to the horizon, for every light.
HOURS: dict[str, tuple[Color, Color, Color]] = {
    "day": ((70, 150, 222), (136, 196, 238), (222, 239, 246)),
    "gray": ((150, 166, 182), (192, 203, 212), (228, 232, 233)),
    "sunset": ((72, 70, 134), (232, 112, 106), (254, 208, 132)),
    "night": ((12, 18, 48), (28, 40, 86), (66, 84, 130)),
}
STARS = 150


def colors(light: str, said: str, background: str) -> tuple[Color, Color, Color]:
    """Return zenith, middle and horizon; ``said`` is the colour of the sky, if it has one."""
    hours = HOURS[light]
    if said in ("", "gray", "white") and not background:
        return tuple(lighter(hour, 0.45) for hour in hours) if said == "white" else hours  # type: ignore[return-value]  # three in, three out
    if said == "blue" and light in ("day", "night"):
        return hours
    wish = NAMED[said or background]
    if not said:
        return (
            darker(mix(hours[0], wish, 0.85), 0.1),
            mix(hours[1], wish, 0.7),
            mix(hours[2], wish, 0.4),
        )
    return darker(mix(hours[0], wish, 0.6), 0.1), mix(hours[1], wish, 0.6), mix(hours[2], wish, 0.3)


def paint(
    picture: Image.Image,
    shades: tuple[Color, Color, Color],
    light: str,
    flags: frozenset[str],
    horizon: float,
    rng: np.random.Generator,
) -> None:
    """Paint the sky over all of ``picture``; it is brightest at the ``horizon``, 0..1."""
    canvas = SvgCanvas(picture.size)
    canvas.rectangle((0, 0), (canvas.width, HEIGHT * horizon), canvas.linear_gradient(*shades))
    canvas.rectangle((0, HEIGHT * horizon - 1), (canvas.width, HEIGHT), shades[2])
    _lights(canvas, light, flags, horizon, rng)
    canvas.composite_onto(picture)
    cover = 0.62 if "cloudy" in flags else 0.45 if light == "gray" else 0.0
    if cover:
        _veil(picture, cover, light, rng)
    if light != "gray" or "cloudy" in flags:
        _clouds(picture, shades, light, "cloudy" in flags, horizon, rng)


def _lights(
    canvas: SvgCanvas, light: str, flags: frozenset[str], horizon: float, rng: np.random.Generator
) -> None:
    """Draw sun, moon and stars."""
    side = canvas.width * float(rng.choice((0.16, 0.8)))
    if light == "night":
        for x, y, much in zip(*rng.random((3, STARS)), strict=True):
            canvas.ellipse(
                (x * canvas.width, y * horizon * HEIGHT),
                (0.8 + 1.8 * much**3, 0.8 + 1.8 * much**3),
                (255, 250, 225),
                opacity=0.35 + 0.6 * much,
            )
        canvas.ellipse(
            (side, 150), (190, 190), canvas.radial_gradient((170, 190, 240)), opacity=0.5
        )
        canvas.ellipse((side, 150), (44, 44), (250, 244, 220))
        canvas.ellipse((side + 12, 142), (9, 9), (228, 220, 192), opacity=0.8)
        canvas.ellipse((side - 14, 164), (6, 6), (228, 220, 192), opacity=0.8)
    elif light == "sunset":
        low = HEIGHT * horizon * 0.82
        canvas.ellipse(
            (side, low), (460, 400), canvas.radial_gradient((255, 224, 150)), opacity=0.9
        )
        canvas.ellipse((side, low), (62, 62), (255, 240, 196))
    elif light == "day":
        canvas.ellipse(
            (side, 120), (320, 320), canvas.radial_gradient((255, 250, 222)), opacity=0.8
        )
        if "sunny" in flags:
            canvas.ellipse((side, 120), (52, 52), (255, 236, 150))


def _veil(picture: Image.Image, cover: float, light: str, rng: np.random.Generator) -> None:
    """Draw thin clouds out of noise, stretched sideways."""
    field = fractal(picture.size, rng, (3, 9), 5)
    alpha = np.clip((field - (1 - cover)) * 2.2, 0, 0.75 if light == "gray" else 0.5)
    tone = (214, 219, 224) if light == "gray" else (255, 255, 255)
    if light in ("night", "sunset"):
        tone = HOURS[light][1]
    mask = Image.fromarray((alpha * 255).astype(np.uint8))
    picture.paste(tone, (0, 0), mask)


def _clouds(
    picture: Image.Image,
    shades: tuple[Color, Color, Color],
    light: str,
    many: bool,
    horizon: float,
    rng: np.random.Generator,
) -> None:
    """Draw clouds as heaps of round puffs on a flat foot."""
    canvas = SvgCanvas(picture.size)
    top = {"day": (255, 255, 255), "gray": (240, 242, 244)}.get(light, lighter(shades[1], 0.3))
    for _ in range(int(rng.integers(5, 8)) if many else int(rng.integers(2, 4))):
        x, y = rng.random() * canvas.width, HEIGHT * horizon * (0.2 + 0.52 * rng.random())
        wide = (120 + 150 * rng.random()) * (1.25 - y / (HEIGHT * horizon) * 0.8)
        _cloud(canvas, x, y, wide, top, mix(top, shades[1], 0.3), rng)
    layer = blur(canvas.image(), picture.size[1] / 420)
    picture.paste(layer, (0, 0), layer)


def _cloud(
    canvas: SvgCanvas,
    x: float,
    y: float,
    wide: float,
    top: Color,
    foot: Color,
    rng: np.random.Generator,
) -> None:
    puffs = [
        (place, (1 - place * place) * (0.5 + 0.5 * rng.random()) * wide * 0.36)
        for place in np.linspace(-0.85, 0.85, 7)
    ]
    canvas.rectangle(
        (x - wide, y - wide * 0.1), (wide * 2, wide * 0.2), foot, opacity=0.9, radius=wide * 0.1
    )
    for shade, shift in ((foot, 0.0), (top, -0.07)):
        for place, radius in puffs:
            radius = max(radius, wide * 0.1)
            canvas.ellipse(
                (x + place * wide, y - radius * 0.55 + shift * wide),
                (radius * 1.15, radius * (0.9 if shade == foot else 0.88)),
                shade,
                opacity=0.95,
            )
