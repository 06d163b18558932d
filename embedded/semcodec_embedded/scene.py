"""Say what surrounds the objects, from colour, texture and height alone.

No network of ours knows sky or grass, but a smooth blue top and a green bottom leave little doubt,
and the places that the objects make likely remove most of the rest.
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

THUMBNAIL_SIDE = 96  #: pixels along the longer side in which texture still shows
TOP_END, BOTTOM_START = 0.35, 0.68  #: where the upper region ends and the lower one begins
MAX_SMOOTH_TEXTURE = (
    4.0  #: mean step of lightness between neighbours, below which a region is a surface
)
MAX_DARK_LIGHTNESS, MIN_BRIGHT_LIGHTNESS = (
    24.0,
    72.0,
)  #: mean lightness of a dark and of a bright picture
MAX_FOGGY_SPREAD = 13.0  #: spread of lightness below which a scene is foggy
LEAF_HUE, LEAF_CHROMA, LEAF_DARK = 118.0, 22.0, 42.0  #: hue, chroma and lightness of leaves
MIN_TREE_SHARE, MIN_OUTDOOR_TREE_SHARE = (
    0.25,
    0.2,
)  #: the share of leaves that makes the top of a picture trees
MAX_MONOCHROME_CHROMA = 5.0  #: mean chroma of a black and white photograph
INDOORS = frozenset(("kitchen", "bathroom", "bedroom", "room", "indoors", "desk", "table"))
OUTDOORS = frozenset(
    ("street", "railway", "water", "snow", "mountains", "grassland", "outside"),
)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture around the objects.

    Attributes:
        share: of the chroma-weighted votes, by colour name.
        light: mean lightness, 0..100.
        texture: mean step of lightness between neighbours.
        leaves: share of the pixels that are as green as plants; pale olive ones are stone.
    """

    share: dict[str, float]
    light: float
    texture: float
    leaves: float

    def of(self, *names: str) -> float:
        """Return the share of these colours together."""
        return sum(self.share[name] for name in names)

    @property
    def color(self) -> str:
        """The colour with most votes."""
        return max(self.share, key=lambda name: self.share[name])


@dataclass(frozen=True, slots=True)
class Scene:
    """What surrounds the objects, in words; empty where nothing fits."""

    top: str
    bottom: str
    mood: tuple[str, ...]


def describe_surroundings(
    image: Image.Image, boxes: Iterable[Box], places: Collection[str]
) -> Scene:
    """Return the surroundings of the objects in ``boxes``."""
    view = colors.to_lab_thumbnail(image, THUMBNAIL_SIDE)
    free = _background_mask(view.shape[0], view.shape[1], boxes)
    rows = view.shape[0]
    upper, lower = max(1, round(rows * TOP_END)), min(rows - 1, round(rows * BOTTOM_START))
    above = measure_region(view[:upper], free[:upper])
    below = measure_region(view[lower:], free[lower:])
    indoors = _is_indoors(places)
    top = _wall_phrase(above) if indoors else _sky_phrase(above, below, places)
    bottom = _floor_phrase(below, places) if indoors else _ground_phrase(below, top, places)
    return Scene(top, bottom, tuple(_light_words(view, places)))


def measure_region(view: Floats, mask: NDArray[np.bool_]) -> Region:
    """Return colour, light and texture of the pixels of ``view`` in ``mask``."""
    if not mask.any():
        mask = np.ones_like(mask)
    share = dict(zip(NAMES, map(float, colors.color_histogram(view, mask)), strict=True))
    light = view[..., 0]
    steps = [np.abs(np.diff(light, axis=axis)).mean() for axis in (0, 1) if light.shape[axis] > 1]
    texture = float(np.mean(steps)) if steps else 0.0
    return Region(share, float(light[mask].mean()), texture, float(_leaf_mask(view)[mask].mean()))


def _leaf_mask(view: Floats) -> NDArray[np.bool_]:
    """Return the green pixels that are fresh, strong or dark enough to be of plants."""
    green = colors.name_indices(view) == NAMES.index("green")
    shade = view[..., 0] < LEAF_DARK
    return np.asarray(
        green & ((colors.hue(view) > LEAF_HUE) | (colors.chroma(view) > LEAF_CHROMA) | shade)
    )


def _background_mask(rows: int, columns: int, boxes: Iterable[Box]) -> NDArray[np.bool_]:
    """Return the pixels outside every box."""
    free = np.ones((rows, columns), bool)
    for box in boxes:
        left, right = int(box.left * columns), int(np.ceil(box.right * columns))
        free[int(box.top * rows) : int(np.ceil(box.bottom * rows)), left:right] = False
    return free


def _is_indoors(places: Collection[str]) -> bool:
    """Tell whether the likeliest place that decides it is a room."""
    return next((place in INDOORS for place in places if place in INDOORS | OUTDOORS), False)


def _wall_phrase(above: Region) -> str:
    return f"{above.color} wall" if above.light > MAX_DARK_LIGHTNESS / 2 else "dark wall"


def _floor_phrase(below: Region, places: Collection[str]) -> str:
    surface = next((place for place in places if place in ("table", "desk")), "floor")
    return f"{below.color} {surface}"


def _sky_phrase(above: Region, below: Region, places: Collection[str]) -> str:
    """Return the sky, or what hides it."""
    outside = any(place in OUTDOORS for place in places)
    blue, pale = above.of("blue", "teal"), above.of("white", "gray")
    smooth = above.texture < MAX_SMOOTH_TEXTURE
    if above.of("green") > 0.4 and above.leaves > MIN_TREE_SHARE:
        return "green trees" if outside or not smooth else "green background"
    if blue > 0.4 and above.light > 35 and above.texture < 2 * MAX_SMOOTH_TEXTURE:
        return "blue cloudy sky" if pale > 0.12 else "blue sky"
    if above.of("orange", "pink", "red", "yellow", "purple") > 0.5 and smooth and outside:
        return f"{above.color} sunset sky"
    if above.light < 16:
        return "dark night sky" if "street" in places and smooth else "black background"
    if pale + blue > 0.5 and smooth and above.light > max(45, below.light) and outside:
        return "blue cloudy sky" if blue > 0.25 else f"{_pale_color(above)} cloudy sky"
    if above.of("green") > 0.2 and above.leaves > MIN_OUTDOOR_TREE_SHARE and outside and not smooth:
        return "green trees"
    return f"{above.color} background"


def _pale_color(above: Region) -> str:
    return "white" if above.light > 80 else "gray"


def _ground_phrase(below: Region, top: str, places: Collection[str]) -> str:
    """Return the ground."""
    sky = "sky" in top
    outside = sky or any(place in OUTDOORS for place in places)
    watery = below.of("blue", "teal")
    if "snow" in places and below.light > 55:
        return "white snow"
    if "street" in places and below.of("green") < 0.5:
        return f"{below.color} road"
    if "railway" in places:
        return f"{below.color} tracks"
    if below.of("green") > 0.4 and outside:
        afloat = next(iter(places), "") == "water" or (
            "water" in places and below.texture < MAX_SMOOTH_TEXTURE
        )
        return "green water" if afloat else "green grass"
    if watery > 0.4 and ("water" in places or sky):
        return f"{below.color} water"
    if "water" in places and below.of("beige", "brown", "orange") < 0.5:
        return f"{below.color} water"
    if not outside:
        return "" if below.color in top else f"{below.color} below"
    if below.of("beige", "white") > 0.5 and below.light > 60:
        return "beige sand" if "water" in places else f"{below.color} ground"
    return f"{below.color} ground"


def _light_words(view: Floats, places: Collection[str]) -> Iterable[str]:
    """Yield words for the light."""
    light = view[..., 0]
    mean, spread = float(light.mean()), float(light.std())
    if float(colors.chroma(view).mean()) < MAX_MONOCHROME_CHROMA and spread > MAX_FOGGY_SPREAD:
        yield "monochrome"
    if (
        spread < MAX_FOGGY_SPREAD
        and mean > MAX_DARK_LIGHTNESS
        and any(place in OUTDOORS for place in places)
    ):
        yield "foggy"
    if mean < MAX_DARK_LIGHTNESS:
        yield "dark"
    elif mean > MIN_BRIGHT_LIGHTNESS:
        yield "bright"
