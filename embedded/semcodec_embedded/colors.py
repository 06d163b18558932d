"""Name colours with the dozen words people use (black white gray red ... teal).

A photograph is mostly gray and brown, so counting pixels would call everything gray. Votes are
weighted by chroma, and an object is asked only inside the ellipse in the middle of its box.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

NAMES = (
    "black", "white", "gray", "red", "orange", "yellow", "green", "teal", "blue", "purple",
    "pink", "brown", "beige",
)  # fmt: skip
NEUTRAL_COLORS = frozenset(("black", "white", "gray"))
THUMBNAIL_SIDE = 64  #: pixels along the longer side that are enough to name a colour
FULL_CHROMA = 50.0  #: a pixel of this chroma in CIELAB counts as much as one can
MIN_VOTE = 0.35  #: the vote of a pixel without any chroma
BACKGROUND_PENALTY = 0.5  #: how much a vote in the corners of a box counts against its object
VESSEL_TOP = 0.7  #: how far down a vessel shows only itself
WARM_COLORS = ("red", "orange", "yellow")
WARM_MIN_SHARE = 0.15  #: the share of votes from which a warm colour is the paint
FUR_COLORS = ("black", "white", "gray", "brown", "beige", "orange")  #: animals have no other colour

_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
)
_WHITE = np.array([0.9505, 1.0, 1.089], np.float32)  #: daylight, D65


def to_lab_thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> Floats:
    """Return a small copy of ``image`` in CIELAB, rows x columns x (lightness, a, b)."""
    scale = side / max(image.size)
    size = tuple(max(1, round(length * scale)) for length in image.size)
    small = image.resize((size[0], size[1]), Image.Resampling.BOX)
    return to_lab(np.asarray(small, np.float32) / np.float32(255))


def to_lab(rgb: Floats) -> Floats:
    """Return sRGB values of 0..1 in CIELAB, where equal steps look equal."""
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


def chroma(colours: Floats) -> Floats:
    """Return how far from gray each CIELAB colour is: 0 is gray, 100 is a traffic light."""
    return np.hypot(colours[..., 1], colours[..., 2]).astype(np.float32)


def hue(colours: Floats) -> Floats:
    """Return the hue angle in degrees: red 30, yellow 100, green 140, blue 280."""
    return np.degrees(np.arctan2(colours[..., 2], colours[..., 1])).astype(np.float32) % 360


def name_indices(colours: Floats) -> NDArray[np.intp]:
    """Return the index in ``NAMES`` of each CIELAB colour."""
    light, strong, angle = colours[..., 0], chroma(colours), hue(colours)
    gray = (strong < 9) | ((light < 22) & (strong < 18)) | ((light > 92) & (strong < 14))
    warm_dark = (light < 62) & (strong < 45)
    rules = [
        (gray & (light < 24), "black"),
        (gray & (light > 80), "white"),
        (gray, "gray"),
        ((angle < 50) & (light > 66) & (strong < 45), "pink"),
        ((angle < 20) & (light > 55), "pink"),
        ((angle > 12) & (angle < 52) & (strong < 32), "brown"),
        ((angle > 42) & (angle < 50) & (strong > 45) & (light > 46), "orange"),
        (angle < 50, "red"),
        ((angle < 78) & (strong > 45) & (light > 45), "orange"),
        ((angle < 108) & (angle > 78) & (strong > 45) & (light > 55), "yellow"),
        ((angle < 98) & (light > 66), "beige"),
        ((angle < 98) | ((angle < 104) & warm_dark), "brown"),
        ((angle < 108) & (strong > 35) & (light > 60), "yellow"),
        ((angle < 108) & (light > 72), "beige"),
        (angle < 172, "green"),
        (angle < 218, "teal"),
        (angle < 304, "blue"),
        ((angle < 335) & (light < 70), "purple"),
        ((angle < 350) & (light < 40), "purple"),
        ((angle > 345) & (light < 55), "red"),
    ]
    conditions = [condition for condition, _ in rules]
    return np.select(
        conditions, [NAMES.index(word) for _, word in rules], NAMES.index("pink")
    ).astype(np.intp)


def color_histogram(colours: Floats, mask: NDArray[np.bool_] | None = None) -> Floats:
    """Return the share of the chroma-weighted votes that each of ``NAMES`` gets; sums to 1 or 0."""
    votes = MIN_VOTE + np.minimum(chroma(colours), FULL_CHROMA) / FULL_CHROMA
    if mask is not None:
        votes = votes * mask
    total = np.bincount(name_indices(colours).ravel(), votes.ravel(), len(NAMES))
    return (total / max(float(total.sum()), 1e-9)).astype(np.float32)


def skin_mask(colours: Floats) -> NDArray[np.bool_]:
    """Return which pixels may be skin, light or dark."""
    light, strong, angle = colours[..., 0], chroma(colours), hue(colours)
    return (angle > 20) & (angle < 78) & (strong > 9) & (strong < 48) & (light > 15) & (light < 92)


def ellipse_mask(height: int, width: int) -> NDArray[np.bool_]:
    """Return the pixels of a box that belong to its object rather than to what is behind it."""
    y = (np.arange(height)[:, None] + 0.5) / height * 2 - 1
    x = (np.arange(width)[None, :] + 0.5) / width * 2 - 1
    return np.asarray((x / 0.75) ** 2 + (y / 0.85) ** 2 <= 1)


def object_color(box: Image.Image, allowed: Collection[str] = NAMES) -> str:
    """Return the colour among ``allowed`` that an object filling ``box`` has for a viewer.

    What is in the corners of the box is mostly behind the object, so it counts against a colour.
    """
    colours = to_lab_thumbnail(box)
    inside = ellipse_mask(*colours.shape[:2])
    surplus = color_histogram(colours, inside) - BACKGROUND_PENALTY * color_histogram(
        colours, ~inside
    )
    return max(allowed, key=lambda name: float(surplus[NAMES.index(name)]))


def vessel_color(box: Image.Image) -> str:
    """Return the colour of a cup or bowl that fills ``box``: above is what it holds."""
    lower = box.crop((0, int(box.height * VESSEL_TOP), box.width, box.height))
    colours = to_lab_thumbnail(lower)
    return NAMES[int(color_histogram(colours, ellipse_mask(*colours.shape[:2])).argmax())]


def vehicle_color(box: Image.Image) -> str:
    """Return the colour of a vehicle that fills ``box``.

    Its glass is blue and what stands behind it green or gray, so a warm colour is its paint.
    """
    colours = to_lab_thumbnail(box)
    share = color_histogram(colours, ellipse_mask(*colours.shape[:2]))
    warm = max(WARM_COLORS, key=lambda name: float(share[NAMES.index(name)]))
    return warm if share[NAMES.index(warm)] > WARM_MIN_SHARE else object_color(box)


def clothing_color(box: Image.Image) -> str:
    """Return the colour of what a person filling ``box`` wears; empty when mostly skin shows."""
    colours = to_lab_thumbnail(box)
    height = colours.shape[0]
    body = ellipse_mask(*colours.shape[:2]) & ~skin_mask(colours)
    body[: height // 5] = False  # hair and sky behind the head
    if body.mean() < 0.12:
        return ""
    return NAMES[int(color_histogram(colours, body).argmax())]
