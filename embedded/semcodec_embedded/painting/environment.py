"""Decide what the scene is built of: which setting, where the ground begins, which light."""

from __future__ import annotations

from dataclasses import dataclass

from semcodec_embedded.painting.scene import Plan, Subject
from semcodec_embedded.painting.sprites import SpriteInfo, library

ROOMS = frozenset(("kitchen", "bathroom", "bedroom", "room"))
#: What carries things at the waterside that do not float, by their home.
DRY = {"street": "sand", "room": "sand", "railway": "tracks", "beach": "sand"}
OPEN = frozenset(("street", "town", "railway", "sea", "lake", "field"))
BUILT = frozenset(("floor", "table", "desk"))
#: The ground and what closes the view where a home stands for a setting.
HOMES = {
    "meadow": ("grass", ("hills", "trees")), "garden": ("grass", ("trees",)),
    "leaves": ("grass", ("trees",)), "savanna": ("savanna", ("hills",)),
    "field": ("grass", ("hills",)), "lake": ("water", ("trees",)), "sea": ("water", ()),
    "beach": ("sand", ("sea",)),
    "cliff": ("rock", ("sea",)), "street": ("road", ("city",)), "town": ("grass", ("hills",)),
    "railway": ("tracks", ("hills",)), "forest": ("grass", ("trees",)), "court": ("court", ()),
}  # fmt: skip
FAR_OF_GROUND = {
    "road": ("city",), "tracks": ("trees",), "grass": ("hills",), "savanna": ("hills",),
    "garden": ("trees",), "snow": ("mountains",), "rock": ("mountains",), "court": ("stands",),
    "dirt": ("hills",), "sand": ("sea",), "desert": ("hills",), "water": ("coast",),
}  # fmt: skip
HORIZONS = {"water": 0.5, "road": 0.56, "court": 0.42, "snow": 0.5, "sand": 0.56, "tracks": 0.58}


@dataclass(frozen=True, slots=True)
class Stage:
    """The surroundings, decided.

    Attributes:
        kind: "outdoors", "room", "table", "studio", "sky", "underwater", "space" or "shapes".
        room: which room, for "room".
        ground: a key of the table "grounds", or "" where there is none.
        far: what closes the view, back to front.
        horizon: where the ground begins, 0..1 from the top.
        light: "day", "gray", "sunset" or "night".
    """

    kind: str
    room: str = ""
    ground: str = ""
    far: tuple[str, ...] = ()
    horizon: float = 0.55
    light: str = "day"


def build(plan: Plan) -> Stage:
    """Return the stage on which ``plan`` is played; what is unsaid follows from the subjects."""
    light = _light(plan)
    kind = _kind(plan)
    if kind == "room":
        room = plan.setting if plan.setting in ROOMS else _home(plan)
        return Stage(kind, room if room in ROOMS else "room", "floor", (), 0.66, light)
    if kind == "table":
        return Stage(kind, "", plan.ground or "table", (), 0.46, light)
    if kind == "studio":
        return Stage(kind, "", "", (), 0.7, light)
    if kind != "outdoors":
        return Stage(kind, "", "", (), 0.8, light)
    return _outdoors(plan, light)


def _outdoors(plan: Plan, light: str) -> Stage:
    """Return ground, far things and horizon under the open sky."""
    home_ground, home_far = HOMES.get(_home(plan), ("grass", ("hills",)))
    ground, far = plan.ground, plan.far
    if plan.setting in ("town", "street"):
        ground, far = ground or "road", far or ("city",)
    if plan.setting == "forest":
        ground, far = ground or "grass", ("trees", *far)
    if not ground:
        ground = "grass" if plan.far else home_ground
    if not far:
        same = ground == home_ground or (_home(plan) == "cliff" and ground != "water")
        far = home_far if same else FAR_OF_GROUND.get(ground, ())
    if ground == "water" and _home(plan) in DRY:
        ground, far = DRY[_home(plan)], far or ("sea",)
    if plan.walled and ground in ("road", "dirt", "grass"):
        far = ()
    if "coast" in far and ground != "water":
        ground = "sand" if ground == "grass" else ground
    order = ("mountains", "hills", "coast", "sea", "city", "stands", "trees")
    ordered = tuple(sorted(dict.fromkeys(far), key=order.index))
    if {"mountains", "trees"} <= set(far):
        ordered = tuple("grove" if what == "trees" else what for what in ordered)
    return Stage("outdoors", "", ground, ordered, HORIZONS.get(ground, 0.54), light)


def _kind(plan: Plan) -> str:
    """Return the kind of stage: what is said first, then what the subjects live in."""
    said = dict(plan.colors)
    open_air = plan.ground not in ("", *BUILT) or plan.far or plan.setting in (
        "town", "street", "forest")  # fmt: skip
    if plan.setting in ("space", "underwater") or (plan.setting == "shapes" and not plan.subjects):
        return plan.setting
    first = plan.subjects[0] if plan.subjects else None
    on_table = first is not None and _nature(first).stands == "surface"
    if plan.setting in ROOMS:
        return "table" if plan.ground in ("table", "desk") and on_table else "room"
    if open_air:
        return "outdoors"
    if plan.ground in ("table", "desk"):
        return "table"
    if "wall" in said and plan.ground != "floor" and (on_table or plan.activity == "party"):
        return "table"
    if plan.ground == "floor" or "wall" in said:
        return "room" if plan.ground == "floor" or _home(plan) in ROOMS else "studio"
    if plan.activity == "space" or _home(plan) == "space":
        return "space" if "background" not in said else "studio"
    if "background" in said or "below" in said:
        return "outdoors" if _moves_outside(plan) else "studio"
    return _from_home(plan, first)


def _from_home(plan: Plan, first: Subject | None) -> str:
    """Return the kind of stage that the first subject lives on."""
    if first is None:
        colours_only = plan.accents and not plan.sky and not plan.moods
        return "shapes" if colours_only or plan.setting == "shapes" else "outdoors"
    home = _home(plan)
    if home in ROOMS:
        return "table" if _nature(first).stands == "surface" else "room"
    if home == "sky" and not plan.ground:
        return "sky"
    if plan.sky or "sky" in dict(plan.colors):
        return "outdoors"
    return {"table": "table", "studio": "studio", "underwater": "underwater"}.get(home, "outdoors")


def _moves_outside(plan: Plan) -> bool:
    """Tell whether the words need real ground although only colours are said of it."""
    if plan.subjects and plan.subjects[0].size == "huge" and not plan.activity:
        return False
    return _home(plan) in ("street", "railway", "sea", "lake", "town") or plan.activity in (
        "tennis", "baseball", "skiing", "surfing", "skateboarding")  # fmt: skip


def _home(plan: Plan) -> str:
    """Return where the most telling subject lives; people live everywhere."""
    infos = [_nature(one) for one in plan.subjects if one.sprites]
    homes = [nature.home for nature in infos if nature.height != PERSON]
    if homes and homes[0] == "room":  # a pet beside a bus is in the street
        homes = [home for home in homes if home in OPEN] or homes
    return homes[0] if homes else infos[0].home if infos else "meadow"


PERSON = 1.75  #: the height that marks the family of people


def _nature(subject: Subject) -> SpriteInfo:
    if not subject.sprites:
        return SpriteInfo(PERSON, "ground", "meadow")
    return library().infos[subject.sprites[0]]


def _light(plan: Plan) -> str:
    """Return the light of the sky."""
    if "night" in plan.sky:
        return "night"
    if "sunset" in plan.sky:
        return "sunset"
    dull = plan.color("sky") in ("gray", "white", "black") or plan.moods & {"foggy", "rain"}
    return "gray" if dull else "day"
