"""Describe the surroundings of the objects by color, texture and position alone.

The networks do not recognize sky or grass, but a smooth blue top and a green bottom leave little
doubt, and the places suggested by the objects resolve most other cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec_embedded import colors
from semcodec_embedded.colors import NAMES, Floats
from semcodec_embedded.detector import Box

# Lightness is in CIELAB units, 0 (black) to 100 (white). Texture is the mean difference in
# lightness of neighboring pixels of the thumbnail. Shares are of the chroma-weighted votes.
THUMBNAIL_SIDE = 96  #: pixels of the longer side; enough for texture to be visible
TOP_END, BOTTOM_START = 0.35, 0.68  #: shares of the height, from the top
#: Share of the lowest part outside of all objects; the color of less than that changes with noise.
MIN_GROUND_SHARE = 0.2
MAX_SMOOTH_TEXTURE = 4.0  #: for sky, water and walls
MAX_DARK_LIGHTNESS, MIN_BRIGHT_LIGHTNESS = 24.0, 72.0  #: mean lightness of the picture
MAX_DARK_WALL_LIGHTNESS = 12.0
MAX_NIGHT_LIGHTNESS = 16.0
MIN_BLUE_SKY_LIGHTNESS = 35.0
MIN_PALE_SKY_LIGHTNESS = 45.0
MIN_WHITE_LIGHTNESS = 80.0  #: a cloudy sky that is darker is gray
MIN_SNOW_LIGHTNESS = 55.0
MIN_SAND_LIGHTNESS = 60.0
MAX_FOGGY_SPREAD = 13.0  #: standard deviation of the lightness of the picture
LEAF_HUE, LEAF_CHROMA = 118.0, 22.0  #: green pixels above either value are plants
LEAF_DARK = 42.0  #: lightness below which green pixels are plants in the shade
MIN_TREE_SHARE = 0.25  #: share of leaves above which the top of a picture is trees
MIN_OUTDOOR_TREE_SHARE = 0.2  #: the same if the place is outdoors
MAX_MONOCHROME_CHROMA = 5.0  #: mean chroma of a black-and-white photograph
MAIN_SHARE = 0.4  #: share of a color above which it determines what a region is
HALF = 0.5  #: the same for very common colors
INDOORS = frozenset(("kitchen", "bathroom", "bedroom", "room", "indoors", "desk", "table"))
OUTDOORS = frozenset(
    ("street", "railway", "water", "snow", "mountains", "grassland", "outside"),
)


@dataclass(frozen=True, slots=True)
class Region:
    """Measurements of a part of the picture.

    Attributes:
        shares: shares of the chroma-weighted votes, by color name.
        light: mean lightness, 0..100.
        texture: mean difference of lightness between neighboring pixels.
        leaves: share of the pixels that are as green as plants; pale olive pixels do not count.
    """

    shares: dict[str, float]
    light: float
    texture: float
    leaves: float

    def share(self, *names: str) -> float:
        """Return the total share of the named colors."""
        return sum(self.shares[name] for name in names)

    @property
    def color(self) -> str:
        """The color with the largest share."""
        return max(self.shares, key=self.shares.__getitem__)

    @property
    def is_smooth(self) -> bool:
        """Whether the region may be sky, water or a wall."""
        return self.texture < MAX_SMOOTH_TEXTURE


@dataclass(frozen=True, slots=True)
class Scene:
    """Phrases for the surroundings of the objects; empty if no rule matches.

    Attributes:
        top: the sky or whatever hides it; indoors, the wall.
        bottom: the ground; indoors, the floor.
        light: words such as ``"foggy"`` and ``"dark"``.
    """

    top: str
    bottom: str
    light: tuple[str, ...]


def describe_surroundings(
    image: Image.Image, boxes: Iterable[Box], places: Collection[str]
) -> Scene:
    """Return phrases for the surroundings of the objects.

    Args:
        image: an RGB image.
        boxes: the boxes of the objects; pixels inside them are ignored.
        places: likely places, such as ``"kitchen"``, the most likely first.
    """
    view = colors.to_lab_thumbnail(image, THUMBNAIL_SIDE)
    rows, columns = view.shape[:2]
    background = _background_mask(rows, columns, boxes)
    top_end, bottom_start = max(1, round(rows * TOP_END)), min(rows - 1, round(rows * BOTTOM_START))
    above = measure_region(view[:top_end], background[:top_end])
    below = measure_region(view[bottom_start:], background[bottom_start:])
    if _is_indoors(places):
        top, bottom = _wall_phrase(above), _floor_phrase(below, places)
    else:
        top = _sky_phrase(above, below, places)
        bottom = _ground_phrase(below, top, places)
    if bottom.endswith(" below") and background[bottom_start:].mean() < MIN_GROUND_SHARE:
        bottom = ""
    return Scene(top, bottom, tuple(_light_words(view, places)))


def measure_region(view: Floats, mask: NDArray[np.bool_]) -> Region:
    """Return measurements of color, light and texture.

    Args:
        view: pixels in CIELAB, of shape (rows, columns, 3).
        mask: the pixels that count, of shape (rows, columns); if none is set, all count. Texture is
            always measured everywhere, because at the edges of a mask neighbors would be missing.
    """
    if not mask.any():
        mask = np.ones_like(mask)
    shares = dict(zip(NAMES, map(float, colors.color_histogram(view, mask)), strict=True))
    light = view[..., 0]
    steps = [np.abs(np.diff(light, axis=axis)).mean() for axis in (0, 1) if light.shape[axis] > 1]
    texture = float(np.mean(steps)) if steps else 0.0
    return Region(shares, float(light[mask].mean()), texture, float(_leaf_mask(view)[mask].mean()))


def _leaf_mask(view: Floats) -> NDArray[np.bool_]:
    """Return a mask of the green pixels that are fresh, vivid or dark enough to be plants."""
    green = colors.name_indices(view) == NAMES.index("green")
    fresh = colors.hue(view) > LEAF_HUE
    vivid = colors.chroma(view) > LEAF_CHROMA
    dark = view[..., 0] < LEAF_DARK
    return np.asarray(green & (fresh | vivid | dark))


def _background_mask(rows: int, columns: int, boxes: Iterable[Box]) -> NDArray[np.bool_]:
    """Return a mask of the pixels outside all boxes."""
    mask = np.ones((rows, columns), bool)
    for box in boxes:
        left, right = int(box.left * columns), int(np.ceil(box.right * columns))
        mask[int(box.top * rows) : int(np.ceil(box.bottom * rows)), left:right] = False
    return mask


def _is_indoors(places: Collection[str]) -> bool:
    """Return whether the most likely place is indoors; some places may be either."""
    return next((place in INDOORS for place in places if place in INDOORS | OUTDOORS), False)


def _is_outdoors(places: Collection[str]) -> bool:
    return not OUTDOORS.isdisjoint(places)


def _wall_phrase(above: Region) -> str:
    return f"{above.color} wall" if above.light > MAX_DARK_WALL_LIGHTNESS else "dark wall"


def _floor_phrase(below: Region, places: Collection[str]) -> str:
    surface = next((place for place in places if place in ("table", "desk")), "floor")
    return f"{below.color} {surface}"


def _sky_phrase(above: Region, below: Region, places: Collection[str]) -> str:
    """Return a phrase for the sky or whatever hides it; the first rule that matches applies."""
    outdoors = _is_outdoors(places)
    blue, pale = above.share("blue", "teal"), above.share("white", "gray")
    green = above.share("green")
    if green > MAIN_SHARE and above.leaves > MIN_TREE_SHARE:
        return "green trees" if outdoors or not above.is_smooth else "green background"
    may_be_clouds = above.texture < 2 * MAX_SMOOTH_TEXTURE
    if blue > MAIN_SHARE and above.light > MIN_BLUE_SKY_LIGHTNESS and may_be_clouds:
        return "blue cloudy sky" if pale > 0.12 else "blue sky"
    sunset = above.share("orange", "pink", "red", "yellow", "purple")
    if sunset > HALF and above.is_smooth and outdoors:
        return f"{above.color} sunset sky"
    if above.light < MAX_NIGHT_LIGHTNESS:
        is_street = "street" in places and above.is_smooth
        return "dark night sky" if is_street else "black background"
    is_pale = pale + blue > HALF and above.light > max(MIN_PALE_SKY_LIGHTNESS, below.light)
    if is_pale and above.is_smooth and outdoors:
        return "blue cloudy sky" if blue > 0.25 else f"{_pale_color(above)} cloudy sky"
    if green > 0.2 and above.leaves > MIN_OUTDOOR_TREE_SHARE and outdoors and not above.is_smooth:
        return "green trees"
    return f"{above.color} background"


def _pale_color(above: Region) -> str:
    return "white" if above.light > MIN_WHITE_LIGHTNESS else "gray"


def _ground_phrase(below: Region, top: str, places: Collection[str]) -> str:
    """Return a phrase for the ground, by the first rule that matches.

    ``top`` is the phrase for the sky.
    """
    has_sky = "sky" in top
    outdoors = has_sky or _is_outdoors(places)
    green, blue = below.share("green"), below.share("blue", "teal")
    if "snow" in places and below.light > MIN_SNOW_LIGHTNESS:
        return "white snow"
    if "street" in places and green < HALF:
        return f"{below.color} road"
    if "railway" in places:
        return f"{below.color} tracks"
    if green > MAIN_SHARE and outdoors:
        is_likely_water = next(iter(places), "") == "water"
        is_water = is_likely_water or ("water" in places and below.is_smooth)
        return "green water" if is_water else "green grass"
    is_blue_water = blue > MAIN_SHARE and ("water" in places or has_sky)
    is_shore = below.share("beige", "brown", "orange") >= HALF
    if is_blue_water or ("water" in places and not is_shore):
        return f"{below.color} water"
    if not outdoors:
        return "" if below.color in top else f"{below.color} below"
    is_sand = below.share("beige", "white") > HALF and below.light > MIN_SAND_LIGHTNESS
    if is_sand and "water" in places:
        return "beige sand"
    return f"{below.color} ground"


def _light_words(view: Floats, places: Collection[str]) -> Iterable[str]:
    """Yield words for the light in the whole picture."""
    light = view[..., 0]
    mean, spread = float(light.mean()), float(light.std())
    is_colorless = float(colors.chroma(view).mean()) < MAX_MONOCHROME_CHROMA
    if is_colorless and spread > MAX_FOGGY_SPREAD:
        yield "monochrome"
    if spread < MAX_FOGGY_SPREAD and mean > MAX_DARK_LIGHTNESS and _is_outdoors(places):
        yield "foggy"
    if mean < MAX_DARK_LIGHTNESS:
        yield "dark"
    elif mean > MIN_BRIGHT_LIGHTNESS:
        yield "bright"
