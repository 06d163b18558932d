"""Tell which words about the surroundings a picture shows: settings, grounds, skies, weather."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from semcodec_embedded.painting.backdrop import OPAQUE_BACKGROUNDS, VERGE_DEPTH
from semcodec_embedded.painting.environment import ROOMS
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.scene import Mention
from semcodec_embedded.painting.svg import HEIGHT
from semcodec_embedded.painting.visibility import Mask, Raster

#: A part of the surroundings is the same everywhere, so that this share of it shows all of it.
MIN_PART = 0.12
#: The parts that a color word colors, by kind of environment: of each row, only the first part with
#: a color (see ``backdrop``).
COLORED_PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "outdoors": (("sky",), ("background",), ("ground", "below"), ("wall",), ("verge",)),
    "room": (("wall", "background", "sky"), ("ground", "below")),
    "table": (("wall", "background", "sky"), ("ground", "below")),
    "studio": (("background", "wall", "sky"), ("below", "ground")),
    "sky": (("sky", "background"),),
    "underwater": (("background", "ground"),),
    "space": (("background", "ground"),),
    "shapes": (("background", "wall"), ("below", "ground")),
}
#: Backgrounds that show water, and grounds.
WATER_VIEWS = frozenset(("sea",))
#: Grounds that another ground shows as well: rails are in the grass, and a playing field is of it.
SHOWN_BY = {
    "grass": ("tracks", "court", "garden"),
    "sand": ("desert",),
    "desert": ("sand",),
    "table": ("desk",),
    "desk": ("table",),
}
ANY_GROUND = frozenset(("ground", "land", "terrain"))  #: words that any ground shows
MOUNTAIN_TOP = 0.45  #: where backgrounds begin, as a share of the height of the horizon


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the surroundings in the picture.

    Attributes:
        visible: 0.0 to 1.0; 1.0 if enough of it can be seen to recognize it.
        x, y: its center, as shares of the width and the height of the scene.
        colors: names in the palette of the colors that the words give it.
    """

    visible: float = 1.0
    x: float = 0.5
    y: float = 0.5
    colors: tuple[str, ...] = ()


def view_part(mention: Mention, plan: Plan, raster: Raster, covered: Mask) -> PartView | None:
    """Return what the picture shows of ``mention``; None if it shows nothing of it.

    ``covered`` is what sprites cover.
    """
    find = _FINDERS.get(mention.table)
    span = find(mention.key, plan) if find and not plan.is_card else None
    if mention.phrase in ANY_GROUND and plan.environment.ground:
        span = plan.environment.horizon, 1.0
    if span is None:
        return None
    top, bottom = span
    area = covered[raster.rows(top * HEIGHT, bottom * HEIGHT)]
    free = 1.0 - float(area.mean()) if area.size else 0.0
    colors = _part_colors(mention, plan)
    return PartView(min(1.0, free / MIN_PART), 0.5, (top + bottom) / 2, colors)


#: The upper and the lower edge of a part, as shares of the height.
Span = tuple[float, float]


def _find_ground(key: str, plan: Plan) -> Span | None:
    environment = plan.environment
    below, all_rows = (environment.horizon, 1.0), (0.0, 1.0)
    if key == "water" and environment.kind == "underwater":
        return all_rows
    if environment.kind == "shapes" or not environment.ground:
        return None
    if environment.ground == "road" and plan.scene.verge == key:
        return environment.horizon, environment.horizon + VERGE_DEPTH * (1 - environment.horizon)
    if environment.ground in SHOWN_BY.get(key, ()):
        return below
    if environment.ground == key or (environment.kind == "room" and key == "floor"):
        return below
    if key == "water" and WATER_VIEWS & {*environment.background}:
        return environment.horizon * 0.7, environment.horizon
    return None


def _find_setting(key: str, plan: Plan) -> Span | None:
    environment, all_rows = plan.environment, (0.0, 1.0)
    if key in ROOMS:
        is_shown = environment.kind == "room" and key in ("room", environment.room)
        return all_rows if is_shown or (key == "room" and environment.kind == "table") else None
    if key in ("underwater", "space", "shapes"):
        return all_rows if environment.kind == key else None
    if environment.kind != "outdoors":
        return None
    needed = {"forest": {"trees", "grove"}, "town": {"city"}, "street": {"city"}}.get(key)
    return all_rows if needed is None or needed & {*environment.background} else None


def _find_part(key: str, plan: Plan) -> Span | None:
    environment, horizon = plan.environment, plan.environment.horizon
    if key == "below":
        return horizon, 1.0
    if key == "background":
        return 0.0, horizon
    is_outdoors = environment.kind == "outdoors"
    has_outdoor_wall = is_outdoors and plan.scene.has_wall and not environment.background
    if key == "sky":
        is_open = is_outdoors and not has_outdoor_wall
        return (0.0, horizon) if is_open or environment.kind == "sky" else None
    is_wall = environment.kind in ("room", "table", "studio") or has_outdoor_wall
    return (0.0, horizon) if is_wall else None


def _find_background(key: str, plan: Plan) -> Span | None:
    environment = plan.environment
    kinds = ("trees", "grove") if key == "trees" else (key,)
    is_shown = environment.kind == "outdoors" and not {*kinds}.isdisjoint(environment.background)
    return (environment.horizon * MOUNTAIN_TOP, environment.horizon) if is_shown else None


def _find_sky(key: str, plan: Plan) -> Span | None:
    environment = plan.environment
    if environment.kind == "space" and key == "night":
        return 0.0, 1.0  # stars
    if environment.kind not in ("outdoors", "sky"):
        return None
    is_lit = key not in ("night", "sunset") or environment.light == key
    has_sun = key != "sunny" or environment.light in ("day", "sunset")
    return (0.0, environment.horizon) if is_lit and has_sun else None


def _find_mood(key: str, plan: Plan) -> Span | None:
    is_dark = key in ("dark", "bright") and plan.environment.light == "night"
    return None if is_dark and key == "bright" else (0.0, 1.0)


def _find_material(key: str, plan: Plan) -> Span | None:
    environment, materials = plan.environment, plan.scene.materials
    is_wall = _find_part("wall", plan) is not None
    is_first = key in materials[:1] or key == "brick"  # one wall has one material
    return (0.0, environment.horizon) if is_wall and is_first else None


_FINDERS: dict[str, Callable[[str, Plan], Span | None]] = {
    "grounds": _find_ground,
    "settings": _find_setting,
    "parts": _find_part,
    "backgrounds": _find_background,
    "skies": _find_sky,
    "moods": _find_mood,
    "materials": _find_material,
}


def _part_colors(mention: Mention, plan: Plan) -> tuple[str, ...]:
    """Return the color that the backdrop gives to the part that ``mention`` names."""
    scene, environment = plan.scene, plan.environment
    part = "ground" if mention.table == "grounds" else mention.key
    if part == "ground" and environment.ground == "road" and mention.key == scene.verge:
        part = "verge"
    if part in plan.overruled:
        return ()
    if mention.table == "backgrounds":
        return tuple(filter(None, (scene.color_of(part),)))
    row = next((row for row in COLORED_PARTS[environment.kind] if part in row), ())
    colored = next((name for name in row if scene.color_of(name)), "")
    if colored != part or (part == "background" and not _shows_background_color(plan)):
        return ()
    return (scene.color_of(part),)


def _shows_background_color(plan: Plan) -> bool:
    """Return whether the color of the background is that of anything outdoors."""
    scene, background = plan.scene, plan.environment.background
    if plan.environment.kind != "outdoors":
        return True
    if background and not scene.color_of(background[-1]):
        return True
    hides_sky = bool(background) and background[-1] in OPAQUE_BACKGROUNDS
    return not hides_sky and not scene.color_of("sky")
