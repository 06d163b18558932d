"""Apply the final layers to the whole picture: weather, mood and paper grain."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from semcodec_embedded.painting.grading import ColorField
from semcodec_embedded.painting.noise import fractal
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

GRAIN = 5.0  #: difference between the lightest and the darkest grain, in steps of 1/255
BLOTCH_STRENGTH = 1.6  #: strength of the coarse grain, relative to the fine grain
GRAIN_TILE = 128  #: pixels; the fine grain repeats at this distance
VIGNETTE = 0.2  #: share by which the corners are darkened
FOG_COLOR = (226, 230, 233)
FOG_WHITE = 0.25  #: share of this color in the fog over a color layer
DARK_BRIGHTNESS = 0.6
BRIGHT_COLOR, BRIGHT_SHARE = (255, 252, 244), 0.14
#: Share of the contrast of a color layer in a picture in black and white, which has all shades
#: otherwise.
LAYER_CONTRAST = 0.3
DROPS = 200  #: number of raindrops or snowflakes
BAND_ROWS = 256  #: rows computed at a time, to limit the memory for large pictures


def post_process(
    picture: Image.Image,
    moods: Set[str],
    light: str,
    rng: np.random.Generator,
    colors: ColorField | None = None,
) -> Image.Image:
    """Return ``picture`` with weather, mood and paper grain.

    ``moods`` are keys of the table "moods". A layer of ``colors`` has the light of the photograph
    already, so that the picture becomes neither darker nor brighter.
    """
    if "foggy" in moods:
        fog = _fog(colors, picture.size) if colors else Image.new("RGB", picture.size, FOG_COLOR)
        picture = _apply_fog(picture, fog, rng)
    if moods & {"rain", "snowing"}:
        _draw_precipitation(picture, "rain" in moods, rng)
    if light != "night" and not colors:  # a night is already dark, and must stay dark
        picture = _apply_brightness(picture, moods)
    picture = _apply_paper(picture, rng, 0.0 if colors else VIGNETTE)
    if "gray" in moods:
        gray = ImageOps.grayscale(picture)
        full = ImageOps.autocontrast(gray, cutoff=0.5)
        picture = Image.blend(full, gray, LAYER_CONTRAST if colors else 0.0).convert("RGB")
    return picture


def _fog(colors: ColorField, size: tuple[int, int]) -> Image.Image:
    """Return fog in the colors of a layer, which is pale by itself where fog is."""
    layer = colors.image(size)
    return Image.blend(layer, Image.new("RGB", size, FOG_COLOR), FOG_WHITE)


def _apply_brightness(picture: Image.Image, moods: Set[str]) -> Image.Image:
    if "dark" in moods:
        return ImageEnhance.Brightness(picture).enhance(DARK_BRIGHTNESS)
    if "bright" in moods:
        bright = Image.new("RGB", picture.size, BRIGHT_COLOR)
        return Image.blend(picture, bright, BRIGHT_SHARE)
    return picture


def _apply_fog(picture: Image.Image, fog: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return ``picture`` with fog, densest halfway down, where distant things are."""
    rows = np.linspace(0, 1, picture.size[1], dtype=np.float32)[:, None]
    # 0.19 at the upper edge, 0.62 halfway down, and 0.15 at the lower edge, near the subjects.
    density = 0.62 - 0.45 * np.abs(rows - 0.48) * 2
    mask = np.clip(density + 0.22 * (fractal(picture.size, rng, (2, 5), 4) - 0.5), 0, 1)
    return Image.composite(fog, picture, Image.fromarray((mask * 255).astype(np.uint8)))


def _draw_precipitation(picture: Image.Image, is_rain: bool, rng: np.random.Generator) -> None:
    """Draw streaks of rain, or flakes of snow."""
    canvas = SvgCanvas(picture.size)
    for x, y, size in rng.random((DROPS, 3)):
        start = (x * canvas.width, y * HEIGHT)
        if is_rain:
            streak = [start, (start[0] - 9, start[1] + 30 + 30 * size)]
            canvas.line(streak, (232, 240, 250), 1.6, opacity=0.5)
        else:
            canvas.ellipse(start, (2 + 6 * size, 2 + 6 * size), (255, 255, 255), opacity=0.85)
    canvas.composite_onto(picture)


def _apply_paper(picture: Image.Image, rng: np.random.Generator, darkness: float) -> Image.Image:
    """Return ``picture`` with paper grain, and corners that are darker by ``darkness``.

    It is computed in bands of rows in float32, because a float64 array of a picture of 1536 x 1536
    takes 57 MB. All random numbers are drawn first, so the bands do not affect the result.
    """
    width, height = picture.size
    tile = rng.random((GRAIN_TILE, GRAIN_TILE), np.float32) - 0.5
    blotches = fractal(picture.size, rng, (56, 56), 2) - 0.5
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    result = np.empty((height, width, 3), np.uint8)
    source = np.asarray(picture)
    for top in range(0, height, BAND_ROWS):
        rows = source[top : top + BAND_ROWS].astype(np.float32)
        count = rows.shape[0]
        distance = np.clip((across + down[top : top + count] - 0.55) / 1.45, 0, 1)
        vignette = 1 - darkness * distance**1.5
        grain = np.tile(tile, (2, width // GRAIN_TILE + 1))[:count, :width] * GRAIN
        grain = grain + blotches[top : top + count] * GRAIN * BLOTCH_STRENGTH
        rows *= vignette[..., None]
        rows += grain[..., None]
        result[top : top + count] = np.clip(rows, 0, 255).astype(np.uint8)
    return Image.fromarray(result)
