"""Paint the sky: a gradient for the light, clouds, stars, sun and moon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from semcodec_embedded.painting.noise import fractal
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, Point, SvgCanvas, blur

SkyColors = tuple[Color, Color, Color]  #: at the zenith, halfway down, and at the horizon

SKY_COLORS: dict[str, SkyColors] = {
    "day": ((70, 150, 222), (136, 196, 238), (222, 239, 246)),
    "gray": ((150, 166, 182), (192, 203, 212), (228, 232, 233)),
    "sunset": ((72, 70, 134), (232, 112, 106), (254, 208, 132)),
    "night": ((12, 18, 48), (28, 40, 86), (66, 84, 130)),
}
#: The color of the light on everything below the sky, and its share; daylight changes no colors.
LIGHT_TINTS: dict[str, tuple[Color, float]] = {
    "night": ((22, 30, 66), 0.46),
    "sunset": ((226, 110, 84), 0.28),
}
#: Weights of a color word at the zenith, halfway down, and at the horizon, which stays the palest.
#: A word for the background has a higher weight, because only the sky shows its color.
SKY_WORD_WEIGHTS, BACKGROUND_WORD_WEIGHTS = (0.6, 0.6, 0.3), (0.85, 0.7, 0.4)
ZENITH_SHADE = 0.1
STARS = 150  #: number of stars
CLOUD_COVER, GRAY_COVER = 0.62, 0.45  #: the share of the sky with thin clouds


@dataclass(frozen=True, slots=True)
class Sky:
    """A sky to paint.

    Attributes:
        colors: the colors of its gradient.
        light: "day", "gray", "sunset" or "night".
        flags: keys of the table "skies", of which those about clouds and the sun are used here.
        horizon: its lower edge, 0..1 from the top of the picture.
    """

    colors: SkyColors
    light: str
    flags: frozenset[str]
    horizon: float


def sky_colors(light: str, sky_word: str, background_word: str) -> SkyColors:
    """Return the colors of the sky in ``light``; the color words may be ""."""
    natural = SKY_COLORS[light]
    if sky_word == "white" and not background_word:
        zenith, middle, horizon = (lighter(color, 0.45) for color in natural)
        return zenith, middle, horizon
    if sky_word in ("", "gray") and not background_word:
        return natural  # a gray sky has the light "gray", unless it is night or sunset
    if sky_word == "blue" and light in ("day", "night"):
        return natural
    wanted = NAMED[sky_word or background_word]
    weights = SKY_WORD_WEIGHTS if sky_word else BACKGROUND_WORD_WEIGHTS
    zenith, middle, horizon = (
        mix(color, wanted, weight) for color, weight in zip(natural, weights, strict=True)
    )
    return darker(zenith, ZENITH_SHADE), middle, horizon


def paint_sky(picture: Image.Image, sky: Sky, rng: np.random.Generator) -> None:
    """Paint ``sky`` over the whole picture; below the horizon, use the color of the horizon."""
    canvas = SvgCanvas(picture.size)
    gradient = canvas.linear_gradient(*sky.colors)
    canvas.rectangle((0, 0), (canvas.width, HEIGHT * sky.horizon), gradient)
    canvas.rectangle((0, HEIGHT * sky.horizon - 1), (canvas.width, HEIGHT), sky.colors[2])
    _draw_lights(canvas, sky, rng)
    canvas.composite_onto(picture)
    is_cloudy = "cloudy" in sky.flags
    if is_cloudy or sky.light == "gray":
        _paint_thin_clouds(picture, CLOUD_COVER if is_cloudy else GRAY_COVER, sky.light, rng)
    if is_cloudy or (sky.light != "gray" and "cloudless" not in sky.flags):
        _paint_clouds(picture, sky, rng)


def apply_light(layer: Image.Image, light: str, strength: float = 1.0) -> Image.Image:
    """Return an RGBA ``layer`` tinted by moonlight or sunset, with its alpha unchanged.

    ``strength``, 0 to 1, is lower for what should stand out from its surroundings.
    """
    if light not in LIGHT_TINTS:
        return layer
    tint, share = LIGHT_TINTS[light]
    lit = Image.blend(layer.convert("RGB"), Image.new("RGB", layer.size, tint), share * strength)
    lit.putalpha(layer.getchannel("A"))
    return lit


def _draw_lights(canvas: SvgCanvas, sky: Sky, rng: np.random.Generator) -> None:
    """Draw the moon and stars, or the sun, on a random side of the sky."""
    x = canvas.width * float(rng.choice((0.16, 0.8)))
    if sky.light == "night":
        for star_x, star_y, brightness in zip(*rng.random((3, STARS)), strict=True):
            center = (star_x * canvas.width, star_y * sky.horizon * HEIGHT)
            radius = 0.8 + 1.8 * brightness**3  # many faint stars, few bright ones
            opacity = 0.35 + 0.6 * brightness
            canvas.ellipse(center, (radius, radius), (255, 250, 225), opacity=opacity)
        _draw_moon(canvas, x)
    elif sky.light == "sunset":
        y = HEIGHT * sky.horizon * 0.82
        glow = canvas.radial_gradient((255, 224, 150))
        canvas.ellipse((x, y), (460, 400), glow, opacity=0.9)
        canvas.ellipse((x, y), (62, 62), (255, 240, 196))
    elif sky.light == "day":
        glow = canvas.radial_gradient((255, 250, 222))
        canvas.ellipse((x, 120), (320, 320), glow, opacity=0.8)
        if sky.flags & {"sunny", "cloudless"}:
            canvas.ellipse((x, 120), (52, 52), (255, 236, 150))


def _draw_moon(canvas: SvgCanvas, x: float) -> None:
    crater = (228, 220, 192)
    canvas.ellipse((x, 150), (190, 190), canvas.radial_gradient((170, 190, 240)), opacity=0.5)
    canvas.ellipse((x, 150), (44, 44), (250, 244, 220))
    canvas.ellipse((x + 12, 142), (9, 9), crater, opacity=0.8)
    canvas.ellipse((x - 14, 164), (6, 6), crater, opacity=0.8)


def _paint_thin_clouds(
    picture: Image.Image, cover: float, light: str, rng: np.random.Generator
) -> None:
    """Paint thin clouds from noise with cells that are three times as wide as high."""
    noise = fractal(picture.size, rng, (3, 9), 5)
    alpha = np.clip((noise - (1 - cover)) * 2.2, 0, 0.75 if light == "gray" else 0.5)
    color: Color = (214, 219, 224) if light == "gray" else (255, 255, 255)
    if light in ("night", "sunset"):
        color = SKY_COLORS[light][1]
    picture.paste(color, (0, 0), Image.fromarray((alpha * 255).astype(np.uint8)))


def _paint_clouds(picture: Image.Image, sky: Sky, rng: np.random.Generator) -> None:
    """Paint cumulus clouds, smaller towards the horizon."""
    canvas = SvgCanvas(picture.size)
    upper: Color = {"day": (255, 255, 255), "gray": (240, 242, 244)}.get(
        sky.light, lighter(sky.colors[1], 0.3)
    )
    colors = (upper, mix(upper, sky.colors[1], 0.3))
    count = rng.integers(5, 8) if "cloudy" in sky.flags else rng.integers(2, 4)
    sky_height = HEIGHT * sky.horizon
    for _ in range(int(count)):
        x, y = rng.random() * canvas.width, sky_height * (0.2 + 0.52 * rng.random())
        # Clouds near the horizon are farther away and thus smaller.
        width = (120 + 150 * rng.random()) * (1.25 - y / sky_height * 0.8)
        _draw_cloud(canvas, (x, y), width, colors, rng)
    layer = blur(canvas.image(), picture.size[1] / 420)
    picture.paste(layer, (0, 0), layer)


def _draw_cloud(
    canvas: SvgCanvas,
    center: Point,
    width: float,
    colors: tuple[Color, Color],
    rng: np.random.Generator,
) -> None:
    """Draw a cloud: round puffs on a flat base.

    The puffs are drawn twice, first in the lower color and then slightly higher in the upper color,
    so that the lower color remains visible as a shaded rim.
    """
    (x, y), (upper, lower) = center, colors
    puffs = [
        # The envelope is a parabola, highest in the middle.
        (offset, (1 - offset * offset) * (0.5 + 0.5 * rng.random()) * width * 0.36)
        for offset in np.linspace(-0.85, 0.85, 7)
    ]
    base = (width * 2, width * 0.2)
    canvas.rectangle((x - width, y - width * 0.1), base, lower, opacity=0.9, radius=width * 0.1)
    for color, lift in ((lower, 0.0), (upper, -0.07)):
        flatness = 0.9 if color == lower else 0.88
        for offset, puff in puffs:
            radius = max(puff, width * 0.1)
            puff_center = (x + offset * width, y - radius * 0.55 + lift * width)
            canvas.ellipse(puff_center, (radius * 1.15, radius * flatness), color, opacity=0.95)
