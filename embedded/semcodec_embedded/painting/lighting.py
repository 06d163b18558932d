"""Light the drawings of a picture with a color layer: as dark and as warm as their surroundings.

Every drawing gets one factor or one summand for all of its pixels, so that no layer, however
detailed, makes blotches on it. Faces and food keep their hue, and so does what has a color word.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from PIL import Image

from semcodec_embedded.painting.grading import ColorField, luma
from semcodec_embedded.painting.palette import Color, lightness
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT

#: How much the lightness of a drawing follows the layer, as a power of the ratio, with limits.
POWER, MIN_GAIN, MAX_GAIN = 0.45, 0.5, 1.25
#: The same for a drawing with a color word: "white" must not become gray.
NAMED_POWER, MIN_NAMED_GAIN, MAX_NAMED_GAIN = 0.35, 0.65, 1.1
#: Share of the layer in the hue: of things whose color the words leave open, and of all others.
OPEN_HUE, KEPT_HUE = 0.35, 0.1
#: Habitats of food and of faces, which have their own colors.
OWN_COLORS = frozenset(("table", "studio"))
#: Least difference between a drawing and what is behind it, in steps of 1/255, and the lightness
#: below which a drawing that lacks it becomes lighter and not darker.
MIN_CONTRAST, MIN_DARK = 30.0, 40.0
GRAY_CONTRAST = 1.6  #: of drawings in black and white: they have lost their colors
MEAN_SIDE = 16  #: pixels of a small copy of which the mean is computed


@dataclass(frozen=True, slots=True)
class Light:
    """What each pixel of a drawing is multiplied by, and what is then added to its channels."""

    gain: float
    red: float
    green: float
    blue: float

    def stretched(self, contrast: float, middle: float) -> Light:
        """Return this light with more ``contrast`` around the lightness ``middle``."""
        summands = (self.red, self.green, self.blue)
        shifted = (contrast * value + (1 - contrast) * middle for value in summands)
        return Light(contrast * self.gain, *shifted)

    def apply(self, image: Image.Image) -> Image.Image:
        """Return the RGBA ``image`` in this light."""
        table: list[int] = []
        for summand in (self.red, self.green, self.blue):
            table += [min(255, max(0, round(value * self.gain + summand))) for value in range(256)]
        return image.point([*table, *range(256)])


def layer_light(
    image: Image.Image, sprite: PlacedSprite, colors: ColorField, picture: Image.Image
) -> Light:
    """Return the light on a drawing of ``sprite``; ``picture`` has all that is behind it."""
    own, spread = _mean(image)
    behind, _ = _mean(picture.crop(_pixels(sprite, picture)).convert("RGBA"))
    wanted = colors.around(sprite)
    hue = KEPT_HUE if sprite.colors or _keeps_hue(sprite) else OPEN_HUE
    power, least, most = POWER, MIN_GAIN, MAX_GAIN
    if sprite.colors:
        power, least, most = NAMED_POWER, MIN_NAMED_GAIN, MAX_NAMED_GAIN
    old = lightness(own) + 1
    gain = min(most, max(least, ((lightness(wanted) + 1) / old) ** power))
    new = _apart(old * gain, own, behind, spread * gain)
    gain = min(1.0, new / old)
    summand = max(0.0, new - old)
    shift = [
        hue * ((w - lightness(wanted)) - gain * (o - lightness(own)))
        for w, o in zip(wanted, own, strict=True)
    ]
    light = Light(gain, *(summand + value for value in shift))
    return light.stretched(GRAY_CONTRAST, new) if colors.is_gray else light


def _apart(light: float, own: Color, behind: Color, spread: float) -> float:
    """Return ``light``, moved away from the lightness of what is behind if both are too similar.

    A drawing with a large ``spread`` of its lightness can be seen before anything.
    """
    base = lightness(behind)
    hues = [(o - lightness(own)) - (b - base) for o, b in zip(own, behind, strict=True)]
    distance = hypot(*hues, spread)
    if hypot(distance, light - base) >= MIN_CONTRAST:
        return light
    needed = sqrt(MIN_CONTRAST**2 - distance**2)
    is_darker = lightness(own) < base and base - needed >= MIN_DARK
    return base - needed if is_darker or base + needed > 250 else base + needed


def _keeps_hue(sprite: PlacedSprite) -> bool:
    library = sprite_library()
    if sprite.name in library.people | library.animals:
        return True
    info = library.infos.get(sprite.name)
    return info is not None and info.habitat in OWN_COLORS


def _pixels(sprite: PlacedSprite, picture: Image.Image) -> tuple[int, int, int, int]:
    """Return the box of ``sprite`` in pixels, inside of ``picture``."""
    scale = picture.size[1] / HEIGHT
    left, top, right, bottom = sprite.box
    x, y = (max(0, round(value * scale)) for value in (left, top - sprite.elevation))
    x, y = min(x, picture.size[0] - 1), min(y, picture.size[1] - 1)
    to_x, to_y = round(right * scale), round((bottom - sprite.elevation) * scale)
    return x, y, min(picture.size[0], max(x + 1, to_x)), min(picture.size[1], max(y + 1, to_y))


def _mean(image: Image.Image) -> tuple[Color, float]:
    """Return the mean color and the spread of the lightness of what can be seen in an RGBA image.

    The spread is the standard deviation; the color is black if nothing can be seen.
    """
    small = image.convert("RGBa").resize((MEAN_SIDE, MEAN_SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32).reshape(-1, 4)
    alpha = pixels[:, 3]
    total = max(float(alpha.sum()), 1.0)
    red, green, blue = (255 * pixels[:, :3].sum(0) / total).tolist()
    mean = round(red), round(green), round(blue)
    light = 255 * luma(pixels) / np.maximum(alpha, 1)
    spread = sqrt(float((alpha * (light - lightness(mean)) ** 2).sum()) / total)
    return mean, spread
