"""Colors: the named palette, mixing in sRGB, and the OKLCh color space.

In OKLab, and so in OKLCh, equal steps look equally large: a yellow and a blue of equal lightness
look equally light. The matrices are by Björn Ottosson, https://bottosson.github.io/posts/oklab/.
"""

from __future__ import annotations

import math

Color = tuple[int, int, int]  #: sRGB, 0..255 each
Lch = tuple[float, float, float]  #: OKLCh: lightness 0..1, chroma 0..0.4, hue in radians

WHITE: Color = (255, 255, 255)
SHADE: Color = (22, 24, 44)  #: a bluish black; shadows look cleaner than with pure black

#: The colors of the table "colors" in words.toml, in strong but not pure tones.
NAMED: dict[str, Color] = {
    "black": (43, 43, 50),
    "white": (246, 245, 241),
    "gray": (142, 146, 152),
    "red": (214, 48, 44),
    "orange": (242, 133, 38),
    "yellow": (247, 202, 52),
    "green": (79, 150, 70),
    "teal": (42, 150, 152),
    "blue": (52, 120, 205),
    "purple": (128, 78, 172),
    "pink": (238, 138, 170),
    "brown": (138, 92, 58),
    "beige": (222, 202, 168),
}
#: The shares of chroma to try for a color that is outside sRGB.
CHROMA_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.35, 0.2, 0.0)
GAMUT_TOLERANCE = 0.002  #: in linear sRGB; about half a step of 1/255


def mix(first: Color, second: Color, share: float) -> Color:
    """Return ``first`` with ``share`` (0..1) of ``second`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(color: Color, share: float) -> Color:
    """Return ``color`` with ``share`` (0..1) of white."""
    return mix(color, WHITE, share)


def darker(color: Color, share: float) -> Color:
    """Return ``color`` with ``share`` (0..1) of ``SHADE``."""
    return mix(color, SHADE, share)


def lightness(color: Color) -> float:
    """Return the lightness of ``color``, 0 to 255: its luma, as of Rec. 601."""
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue


def to_hex(color: Color) -> str:
    """Return ``color`` as "#rrggbb"; values are clamped to 0..255."""
    return "#{:02x}{:02x}{:02x}".format(*(min(255, max(0, value)) for value in color))


def from_hex(text: str) -> Color:
    """Parse "#rrggbb" or "#rgb"."""
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:4])
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_lch(color: Color) -> Lch:
    """Return ``color`` in OKLCh."""
    red, green, blue = (_to_linear(value / 255) for value in color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def from_lch(lch: Lch) -> Color:
    """Return an sRGB color; a color outside sRGB loses chroma but keeps its hue."""
    lightness, chroma, hue = lch
    # Fixed steps instead of a search: at most nine conversions, and the last, gray, always fits.
    for share in CHROMA_SHARES:
        a, b = chroma * share * math.cos(hue), chroma * share * math.sin(hue)
        linear = _lab_to_linear(lightness, a, b)
        if all(-GAMUT_TOLERANCE <= value <= 1 + GAMUT_TOLERANCE for value in linear):
            break
    red, green, blue = (round(255 * _from_linear(value)) for value in linear)
    return red, green, blue


def _lab_to_linear(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """Return linear sRGB; values are outside 0..1 if the color is outside sRGB."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _to_linear(value: float) -> float:
    return ((value + 0.055) / 1.055) ** 2.4 if value > 0.04045 else value / 12.92


def _from_linear(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 1.055 * value ** (1 / 2.4) - 0.055 if value > 0.0031308 else value * 12.92
