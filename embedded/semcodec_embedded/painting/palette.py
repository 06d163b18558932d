"""Colours as a painter mixes them: named, blended, and moved in the OKLab space.

In OKLab equal steps look equal, so a yellow and a blue can be given the same lightness.
"""

from __future__ import annotations

import math

Color = tuple[int, int, int]  #: sRGB, 0..255 each
Lch = tuple[float, float, float]  #: OKLab lightness 0..1, chroma 0..0.4, hue in radians

#: The colour words of the describer and of everyday captions, as a poster would print them.
NAMED: dict[str, Color] = {
    "black": (43, 43, 50), "white": (246, 245, 241), "gray": (142, 146, 152),
    "red": (214, 48, 44), "orange": (242, 133, 38), "yellow": (247, 202, 52),
    "green": (79, 150, 70), "teal": (42, 150, 152), "blue": (52, 120, 205),
    "purple": (128, 78, 172), "pink": (238, 138, 170), "brown": (138, 92, 58),
    "beige": (222, 202, 168),
}  # fmt: skip
ALIASES = {
    "grey": "gray", "silver": "gray", "gold": "yellow", "golden": "yellow", "tan": "beige",
    "cream": "beige", "ivory": "beige", "blond": "yellow", "blonde": "yellow", "navy": "blue",
    "azure": "blue", "turquoise": "teal", "cyan": "teal", "aqua": "teal", "violet": "purple",
    "lavender": "purple", "magenta": "pink", "rose": "pink", "crimson": "red", "scarlet": "red",
    "maroon": "red", "bronze": "brown", "khaki": "beige", "lime": "green", "olive": "green",
    "chestnut": "brown", "emerald": "green", "cerulean": "blue", "burgundy": "red",
    "charcoal": "black", "ebony": "black", "amber": "orange", "pinkish": "pink", "rusty": "brown",
    "indigo": "purple", "verdant": "green", "reddish": "red", "bluish": "blue", "greenish": "green",
    "yellowish": "yellow",
}  # fmt: skip


def mix(first: Color, second: Color, share: float) -> Color:
    """Return ``first`` with ``share`` (0..1) of ``second`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(color: Color, share: float) -> Color:
    """Return ``colour`` with ``share`` of white."""
    return mix(color, (255, 255, 255), share)


def darker(color: Color, share: float) -> Color:
    """Return ``colour`` with ``share`` of a bluish black, which looks cleaner than black."""
    return mix(color, (22, 24, 44), share)


def to_hex(color: Color) -> str:
    """Return ``colour`` as SVG spells it."""
    return "#{:02x}{:02x}{:02x}".format(*(min(255, max(0, value)) for value in color))


def from_hex(text: str) -> Color:
    """Return the colour that SVG spells ``text``: three or six digits after a hash."""
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:4])
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_lch(color: Color) -> Lch:
    """Return ``colour`` as lightness, chroma and hue."""
    red, green, blue = (_linear(value / 255) for value in color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def from_lch(lch: Lch) -> Color:
    """Return the nearest sRGB colour to ``lch``: what cannot be shown loses chroma, not hue."""
    light, chroma, hue = lch
    for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.35, 0.2, 0.0):
        values = _from_lab(light, chroma * share * math.cos(hue), chroma * share * math.sin(hue))
        if all(-0.002 <= value <= 1.002 for value in values):
            break
    red, green, blue = (round(255 * _encoded(value)) for value in values)
    return red, green, blue


def _from_lab(light: float, a: float, b: float) -> tuple[float, float, float]:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _linear(value: float) -> float:
    return ((value + 0.055) / 1.055) ** 2.4 if value > 0.04045 else value / 12.92


def _encoded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 1.055 * value ** (1 / 2.4) - 0.055 if value > 0.0031308 else value * 12.92
