"""Name colors by thirteen everyday words (black, white, gray, red, ... beige).

Most pixels of a photograph are gray or brown, so a plain count would call everything gray. Pixels
therefore vote with a weight that grows with their chroma. The color of an object is measured inside
the ellipse in the middle of its box, because the corners show the background.
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
THUMBNAIL_SIDE = 64  #: pixels of the longer side, enough to name a color
FULL_CHROMA = 50.0  #: CIELAB chroma from which a pixel has a full vote
MIN_VOTE = 0.35  #: the vote of a gray pixel; above 0, so that white and black are found too
BACKGROUND_PENALTY = 0.5  #: weight at which the votes outside the ellipse are subtracted
VESSEL_TOP = 0.7  #: share of the box height, from the top, that may show the contents
WARM_COLORS = ("red", "orange", "yellow")
WARM_MIN_SHARE = 0.15  #: share of votes above which a warm color is taken as the paint
MIN_CLOTHED_SHARE = 0.12  #: share of a person's box; with less, the color is not named
HEAD_FRACTION = 5  #: the head is the upper fifth of a person's box
FUR_COLORS = ("black", "white", "gray", "brown", "beige", "orange")  #: colors of animals

# Matrix of the sRGB standard (IEC 61966-2-1), linear RGB to XYZ.
_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
)
_WHITE = np.array([0.9505, 1.0, 1.089], np.float32)  # daylight, D65


def to_lab_thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> Floats:
    """Return a small copy of ``image`` in CIELAB.

    Args:
        image: an RGB image.
        side: pixels of the longer side of the copy.

    Returns:
        Array of shape (rows, columns, 3): lightness 0..100, and the opponent colors a and b.
    """
    scale = side / max(image.size)
    size = tuple(max(1, round(length * scale)) for length in image.size)
    small = image.resize((size[0], size[1]), Image.Resampling.BOX)
    return to_lab(np.asarray(small, np.float32) / np.float32(255))


def to_lab(rgb: Floats) -> Floats:
    """Convert sRGB values, 0..1 with the channels last, to CIELAB."""
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


def chroma(colors: Floats) -> Floats:
    """Return the chroma of CIELAB colors: 0 is gray, 100 is as vivid as a traffic light."""
    return np.hypot(colors[..., 1], colors[..., 2]).astype(np.float32)


def hue(colors: Floats) -> Floats:
    """Return the hue angle of CIELAB colors in degrees: red 30, yellow 100, green 140, blue 280."""
    return np.degrees(np.arctan2(colors[..., 2], colors[..., 1])).astype(np.float32) % 360


def name_indices(colors: Floats) -> NDArray[np.intp]:
    """Return the index in ``NAMES`` of the name of each CIELAB color.

    The first rule that matches applies. In the rules, lightness and chroma are 0..100, and hues are
    in degrees.
    """
    light, strong, angle = colors[..., 0], chroma(colors), hue(colors)
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


def color_histogram(colors: Floats, mask: NDArray[np.bool_] | None = None) -> Floats:
    """Return the share of each of ``NAMES`` in the chroma-weighted votes.

    Args:
        colors: the pixels, in CIELAB.
        mask: the pixels that vote; None for all.

    Returns:
        Shares that sum to 1, or to 0 if the mask is empty.
    """
    votes = MIN_VOTE + np.minimum(chroma(colors), FULL_CHROMA) / FULL_CHROMA
    if mask is not None:
        votes = votes * mask
    total = np.bincount(name_indices(colors).ravel(), votes.ravel(), len(NAMES))
    return (total / max(float(total.sum()), 1e-9)).astype(np.float32)


def skin_mask(colors: Floats) -> NDArray[np.bool_]:
    """Return a mask of the pixels that may be skin, light or dark, by their color."""
    light, strong, angle = colors[..., 0], chroma(colors), hue(colors)
    return (angle > 20) & (angle < 78) & (strong > 9) & (strong < 48) & (light > 15) & (light < 92)


def ellipse_mask(height: int, width: int) -> NDArray[np.bool_]:
    """Return a mask of the pixels of a box that probably show its object, not the background."""
    y = (np.arange(height)[:, None] + 0.5) / height * 2 - 1
    x = (np.arange(width)[None, :] + 0.5) / width * 2 - 1
    return np.asarray((x / 0.75) ** 2 + (y / 0.85) ** 2 <= 1)


def object_color(box: Image.Image, allowed: Collection[str] = NAMES) -> str:
    """Return the color of the object that fills ``box``, one of ``allowed``.

    A color that is also in the corners usually belongs to the background, so it is penalized.
    """
    colors = to_lab_thumbnail(box)
    inside = ellipse_mask(*colors.shape[:2])
    surplus = color_histogram(colors, inside) - BACKGROUND_PENALTY * color_histogram(
        colors, ~inside
    )
    return max(allowed, key=lambda name: float(surplus[NAMES.index(name)]))


def vessel_color(box: Image.Image) -> str:
    """Return the color of the cup or bowl that fills ``box``, from its lower part only."""
    lower = box.crop((0, int(box.height * VESSEL_TOP), box.width, box.height))
    colors = to_lab_thumbnail(lower)
    return NAMES[int(color_histogram(colors, ellipse_mask(*colors.shape[:2])).argmax())]


def vehicle_color(box: Image.Image) -> str:
    """Return the color of the vehicle that fills ``box``.

    Windows look blue, and the surroundings are green or gray, so a warm color must be the paint.
    """
    colors = to_lab_thumbnail(box)
    share = color_histogram(colors, ellipse_mask(*colors.shape[:2]))
    warm = max(WARM_COLORS, key=lambda name: float(share[NAMES.index(name)]))
    return warm if share[NAMES.index(warm)] > WARM_MIN_SHARE else object_color(box)


def clothing_color(box: Image.Image) -> str:
    """Return the color of the clothes of the person in ``box``; empty if too little is clothed."""
    colors = to_lab_thumbnail(box)
    height = colors.shape[0]
    body = ellipse_mask(*colors.shape[:2]) & ~skin_mask(colors)
    body[: height // HEAD_FRACTION] = False  # hair, and the background beside the head
    if body.mean() < MIN_CLOTHED_SHARE:
        return ""
    return NAMES[int(color_histogram(colors, body).argmax())]
