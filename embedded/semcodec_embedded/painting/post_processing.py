"""The last layer over the whole picture: weather, light, and the grain of paper."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from semcodec_embedded.painting.noise import fractal
from semcodec_embedded.painting.scene import Plan
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

GRAIN = 5.0  #: steps of 255 between the lightest and the darkest grain of the paper
EDGE = 0.2  #: how much darker the corners are
FOG = (226, 230, 233)


def finish(picture: Image.Image, plan: Plan, light: str, rng: np.random.Generator) -> Image.Image:
    """Return ``picture`` in the weather and the mood that ``plan`` asks for."""
    if "foggy" in plan.moods:
        picture = _fog(picture, rng)
    if plan.moods & {"rain", "snowing"}:
        _weather(picture, "rain" in plan.moods, rng)
    if "dark" in plan.moods and light != "night":
        picture = ImageEnhance.Brightness(picture).enhance(0.6)
    elif "bright" in plan.moods and light != "night" and "dark" not in plan.moods:
        picture = Image.blend(picture, Image.new("RGB", picture.size, (255, 252, 244)), 0.14)
    picture = _paper(picture, rng)
    if "gray" in plan.moods:
        picture = ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=0.5).convert("RGB")
    return picture


def _fog(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return ``picture`` behind mist, thickest in the middle of its height."""
    rows = np.linspace(0, 1, picture.size[1], dtype=np.float32)[:, None]
    thick = 0.62 - 0.45 * np.abs(rows - 0.48) * 2
    mask = np.clip(thick + 0.22 * (fractal(picture.size, rng, (2, 5), 4) - 0.5), 0, 1)
    fog = Image.new("RGB", picture.size, FOG)
    return Image.composite(fog, picture, Image.fromarray((mask * 255).astype(np.uint8)))


def _weather(picture: Image.Image, rain: bool, rng: np.random.Generator) -> None:
    canvas = SvgCanvas(picture.size)
    for x, y, much in rng.random((200, 3)):
        spot = (x * canvas.width, y * HEIGHT)
        if rain:
            canvas.line(
                [spot, (spot[0] - 9, spot[1] + 30 + 30 * much)], (232, 240, 250), 1.6, opacity=0.5
            )
        else:
            canvas.ellipse(spot, (2 + 6 * much, 2 + 6 * much), (255, 255, 255), opacity=0.85)
    canvas.composite_onto(picture)


def _paper(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return ``picture`` with darker corners and the grain of paper, band by band."""
    width, height = picture.size
    tile = rng.random((128, 128), np.float32) - 0.5
    blots = fractal(picture.size, rng, (56, 56), 2) - 0.5
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    out = np.empty((height, width, 3), np.uint8)
    source = np.asarray(picture)
    for top in range(0, height, 256):
        rows = source[top : top + 256].astype(np.float32)
        deep = rows.shape[0]
        down = np.linspace(-1, 1, height, dtype=np.float32)[top : top + deep, None] ** 2
        corner = 1 - EDGE * np.clip((across + down - 0.55) / 1.45, 0, 1) ** 1.5
        grain = np.tile(tile, (2, width // 128 + 1))[:deep, :width] * GRAIN
        grain = grain + blots[top : top + deep] * GRAIN * 1.6
        rows *= corner[..., None]
        rows += grain[..., None]
        out[top : top + deep] = np.clip(rows, 0, 255).astype(np.uint8)
    return Image.fromarray(out)
