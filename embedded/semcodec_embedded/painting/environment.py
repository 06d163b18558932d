"""Choose the environment of a scene: its kind, ground, background, horizon and light.

The words have precedence; anything they leave open follows from the habitat of the subjects. The
tables are in ``environments.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from semcodec_embedded.painting.rules.close_ups import ANIMAL_FACES
from semcodec_embedded.painting.scene import SceneDescription, Subject
from semcodec_embedded.painting.sprites import SpriteInfo, sprite_library
from semcodec_embedded.painting.svg import HEIGHT

PERSON_HEIGHT_M = 1.75  #: height of adults in nouns.toml, by which they are recognized
ROOMS = frozenset(("kitchen", "bathroom", "bedroom", "room"))
TABLES = frozenset(("table", "desk"))
INDOOR_GROUNDS = TABLES | {"floor"}
OUTDOOR_SETTINGS = frozenset(("town", "village", "street", "forest"))
#: Habitats of subjects that are rarely photographed in front of a plain backdrop.
TRAFFIC_HABITATS = frozenset(("street", "railway", "sea", "lake", "town"))
OUTDOOR_HABITATS = frozenset(("street", "town", "railway", "sea", "lake", "field"))
OUTDOOR_SPORTS = frozenset(("tennis", "baseball", "skiing", "surfing", "skateboarding"))
DEFAULT_HABITAT = {"ground": "grass", "background": ["hills"]}
#: Back to front: each may hide the ones before it.
BACKGROUND_ORDER = ("mountains", "hills", "coast", "sea", "city", "stands", "trees")


@dataclass(frozen=True, slots=True)
class Environment:
    """The chosen environment.

    Attributes:
        kind: "outdoors", "room", "table", "studio", "sky", "underwater", "space" or "shapes".
        room: one of ``ROOMS`` if the kind is "room", else "".
        ground: a key of the table "grounds", or "" if there is none.
        background: kinds of background, back to front; "grove" is a low row of trees.
        horizon: the upper edge of the ground, 0..1 from the top.
        light: "day", "gray", "sunset" or "night".
        has_floor: whether a studio has a floor below the horizon, because something stands there.
        tree_scale: scale of the trees in the background.
    """

    kind: str
    room: str = ""
    ground: str = ""
    background: tuple[str, ...] = ()
    horizon: float = 0.55
    light: str = "day"
    has_floor: bool = False
    tree_scale: float = 1.0

    @property
    def horizon_y(self) -> float:
        """The y of the upper edge of the ground, in units."""
        return self.horizon * HEIGHT

    @property
    def ground_depth(self) -> float:
        """The distance from the horizon to the lower edge of the picture, in units."""
        return (1 - self.horizon) * HEIGHT


def is_bare(scene: SceneDescription, environment: Environment) -> bool:
    """Return whether a picture of ``scene`` would show nothing but a plain backdrop."""
    if scene.subjects:
        return False
    if environment.kind == "shapes":
        return not scene.accent_colors
    return environment.kind in ("studio", "table") and not scene.materials


def choose_environment(scene: SceneDescription) -> Environment:
    """Return the environment of ``scene``."""
    kind = _choose_kind(scene)
    light = "day" if kind == "space" else _choose_light(scene)  # in space, the sun shines
    if kind == "outdoors":
        return _outdoors(scene, light)
    room = ground = ""
    if kind == "room":
        named = scene.setting if scene.setting in ROOMS else _habitat(scene)
        room, ground = named if named in ROOMS else "room", "floor"
    elif kind == "table":
        ground = scene.ground or "table"
    return Environment(kind, room, ground, (), _tables()["horizons"][kind], light)


def _outdoors(scene: SceneDescription, light: str) -> Environment:
    habitat = _habitat(scene)
    ground = _choose_ground(scene, habitat)
    background = _choose_background(scene, ground, habitat)
    if ground == "water" and habitat in _tables()["shore_grounds"]:
        ground, background = _tables()["shore_grounds"][habitat], background or ("sea",)
    if scene.has_wall and ground in ("road", "dirt", "grass"):
        background = ()  # the wall hides it
    if "coast" in background and ground == "grass":
        ground = "sand"
    horizon = _tables()["ground_horizons"].get(ground, _tables()["horizons"]["outdoors"])
    return Environment("outdoors", "", ground, _back_to_front(background), horizon, light)


def _choose_ground(scene: SceneDescription, habitat: str) -> str:
    """Return the ground that the words, the setting or the habitat determine, in this order."""
    named = scene.ground or _tables()["setting_grounds"].get(scene.setting, "")
    if scene.setting == "forest" and not scene.ground and _floats(scene):
        return "water"  # a waterfall or a boat in a forest
    if named or scene.background:
        return str(named or "grass")
    return str(_habitat_entry(habitat)["ground"])


def _choose_background(scene: SceneDescription, ground: str, habitat: str) -> tuple[str, ...]:
    """Return the background that the words, the setting, the habitat or the ground determine."""
    if scene.setting == "forest":
        return ("trees", *scene.background)
    if scene.background or scene.setting in ("town", "street"):
        return scene.background or ("city",)
    if scene.setting == "village":
        return ("hills",)
    entry = _habitat_entry(habitat)
    if ground == entry["ground"] or (habitat == "cliff" and ground != "water"):
        return tuple(entry["background"])
    return tuple(_tables()["ground_backgrounds"].get(ground, ()))


def _back_to_front(background: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``background`` in the order in which it is drawn."""
    ordered = tuple(sorted(dict.fromkeys(background), key=BACKGROUND_ORDER.index))
    if {"mountains", "trees"} <= set(background):  # a wood of full height would hide the mountains
        return tuple("grove" if kind == "trees" else kind for kind in ordered)
    return ordered


def _choose_kind(scene: SceneDescription) -> str:
    """Return the kind of environment: the result of the first decision that is not "".

    The order of ``_DECISIONS`` is the precedence of the words: a setting comes before a ground, a
    ground before a wall, a wall before a background, and the habitat of the subjects comes last.
    """
    return next(kind for decide in _DECISIONS if (kind := decide(scene)))


def _by_missing_content(scene: SceneDescription) -> str:
    """Return a plain backdrop, for a card with the words, if there is nothing to paint."""
    return "" if scene.is_paintable else "studio"


def _by_special_setting(scene: SceneDescription) -> str:
    is_special = scene.setting in ("space", "underwater") or _is_abstract(scene)
    return scene.setting if is_special else ""


def _is_abstract(scene: SceneDescription) -> bool:
    """Return whether the words name shapes or a texture, and no place or object."""
    has_place = bool(scene.ground or scene.background or scene.sky or scene.materials)
    return scene.setting == "shapes" and not scene.subjects and not has_place


def _by_room(scene: SceneDescription) -> str:
    if scene.setting not in ROOMS:
        return ""
    return "table" if scene.ground in TABLES and _is_tableware(scene) else "room"


def _by_outdoor_words(scene: SceneDescription) -> str:
    is_outdoor_ground = bool(scene.ground) and scene.ground not in INDOOR_GROUNDS
    is_outdoors = is_outdoor_ground or scene.background or scene.setting in OUTDOOR_SETTINGS
    return "outdoors" if is_outdoors else ""


def _by_table_or_floor(scene: SceneDescription) -> str:
    if scene.ground in TABLES:
        return "table" if scene.subjects else "room"  # an empty table top would be a blank picture
    return "room" if scene.ground == "floor" else ""


def _by_wall(scene: SceneDescription) -> str:
    if "wall" not in scene.mentioned_parts:
        return ""
    if _is_tableware(scene) or scene.activity == "party":
        return "table"
    if not scene.subjects and not scene.materials:
        return "room"  # the furniture and the floor make the wall a wall
    return "room" if _habitat(scene) in ROOMS else "studio"


def _by_space_travel(scene: SceneDescription) -> str:
    if scene.activity != "space" and _habitat(scene) != "space":
        return ""
    return "studio" if "background" in scene.mentioned_parts else "space"


def _by_backdrop(scene: SceneDescription) -> str:
    if not scene.mentioned_parts & {"background", "below"}:
        return ""
    if not scene.subjects and scene.accent_colors:
        return "shapes"
    return "outdoors" if _needs_ground(scene) else "studio"


def _by_close_up(scene: SceneDescription) -> str:
    """Return a blurred backdrop for the face of an animal that fills the picture."""
    subjects = scene.subjects
    is_lone = len(subjects) == 1 and not (scene.sky or scene.activity or scene.mentioned_parts)
    is_face = is_lone and subjects[0].size == "huge" and subjects[0].count == 1
    return "studio" if is_face and ANIMAL_FACES.keys() & {*subjects[0].sprites[:1]} else ""


def _by_habitat(scene: SceneDescription) -> str:
    """Return the kind of environment for the habitat of the subjects; never ""."""
    if not scene.subjects:
        if scene.materials and not scene.sky and not scene.moods:
            return "studio"  # a wall of this material
        only_colors = scene.accent_colors and not scene.sky and not scene.moods
        return "shapes" if only_colors or _is_abstract(scene) else "outdoors"
    habitat = _habitat(scene)
    if habitat in ROOMS:
        return "table" if _is_tableware(scene) else "room"
    if habitat == "sky" and not scene.ground:
        return "sky"
    if scene.sky or "sky" in scene.mentioned_parts:
        return "outdoors"
    return habitat if habitat in ("table", "studio", "underwater") else "outdoors"


_DECISIONS: tuple[Callable[[SceneDescription], str], ...] = (
    _by_missing_content,
    _by_special_setting,
    _by_room,
    _by_outdoor_words,
    _by_table_or_floor,
    _by_wall,
    _by_space_travel,
    _by_backdrop,
    _by_close_up,
    _by_habitat,
)


def _is_tableware(scene: SceneDescription) -> bool:
    """Return whether the first subject belongs on a table."""
    return bool(scene.subjects) and _info(scene.subjects[0]).support == "surface"


def _floats(scene: SceneDescription) -> bool:
    """Return whether the first subject belongs in water."""
    return bool(scene.subjects) and _info(scene.subjects[0]).support == "water"


def _needs_ground(scene: SceneDescription) -> bool:
    """Return whether the subjects need outdoor ground if the words only name a backdrop."""
    if scene.subjects and scene.subjects[0].size == "huge" and not scene.activity:
        return False
    return _habitat(scene) in TRAFFIC_HABITATS or scene.activity in OUTDOOR_SPORTS


def _habitat(scene: SceneDescription) -> str:
    """Return the habitat of the most specific subject; people count last, as they fit anywhere."""
    infos = [_info(subject) for subject in scene.subjects if subject.sprites]
    habitats = [info.habitat for info in infos if info.height_m != PERSON_HEIGHT_M]
    if habitats and habitats[0] == "room":  # a pet next to a bus is in the street
        habitats = [habitat for habitat in habitats if habitat in OUTDOOR_HABITATS] or habitats
    if habitats:
        return habitats[0]
    return infos[0].habitat if infos else "meadow"


def _info(subject: Subject) -> SpriteInfo:
    if not subject.sprites:
        return SpriteInfo(PERSON_HEIGHT_M, "ground", "meadow")
    return sprite_library().infos[subject.sprites[0]]


def _choose_light(scene: SceneDescription) -> str:
    for light in ("night", "sunset"):
        if light in scene.sky:
            return light
    is_dull = scene.color_of("sky") in ("gray", "white", "black")
    return "gray" if is_dull or scene.moods & {"foggy", "rain"} else "day"


def _habitat_entry(habitat: str) -> dict[str, Any]:
    entry: dict[str, Any] = _tables()["habitats"].get(habitat, DEFAULT_HABITAT)
    return entry


@cache
def _tables() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("environments.toml").read_text("utf-8")
    return tomllib.loads(text)
