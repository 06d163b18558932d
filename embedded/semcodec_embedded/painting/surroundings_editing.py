"""Change the surroundings in a plan: a color, or a part that the words name and that is missing."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.environment import BACKGROUND_ORDER
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.scene import Mention, SceneDescription

#: Nouns for which a table is drawn where there is none.
TABLES = ("table", "desk")


def recolor(plan: Plan, mention: Mention, color: str) -> Plan:
    """Return ``plan`` with the part that ``mention`` names in ``color``, a name in the palette."""
    part = "ground" if mention.table == "grounds" else mention.key
    if part == "ground" and plan.environment.ground == "road" and mention.key == plan.scene.verge:
        part = "verge"
    colors = dict(plan.scene.part_colors)
    if colors.get(part) == color:
        return plan
    scene = replace(plan.scene, part_colors=tuple({**colors, part: color}.items()))
    recolored, overruled = plan.recolored | {part}, plan.overruled - {part}
    return replace(plan, scene=scene, recolored=recolored, overruled=overruled)


def add(plan: Plan, mention: Mention) -> Plan | None:
    """Return ``plan`` with the part that ``mention`` names; None if it cannot have it."""
    if plan.environment.kind != "outdoors":
        return None
    if mention.table == "backgrounds" and mention.key not in plan.environment.background:
        return _with_background(plan, mention.key)
    if mention.table == "settings" and mention.key in ("town", "street"):
        return _with_background(plan, "city")
    if mention.table == "settings" and mention.key == "forest":
        return _with_background(plan, "trees")
    if (mention.table, mention.key) == ("parts", "wall") and not plan.scene.has_wall:
        scene: SceneDescription = replace(plan.scene, has_wall=True)
        return replace(plan, scene=scene, environment=replace(plan.environment, background=()))
    return None


def can_add(plan: Plan, mention: Mention) -> bool:
    """Return whether a part of the surroundings, or a table, can be added for ``mention``."""
    return mention.key in TABLES or add(plan, mention) is not None


def _with_background(plan: Plan, kind: str) -> Plan:
    """Return ``plan`` with one more background; a wood before mountains is a low row of trees."""
    kinds = {*plan.environment.background, kind}
    ordered = tuple(name for name in BACKGROUND_ORDER if name in kinds)
    low = tuple("grove" if name == "trees" else name for name in ordered)
    is_hidden = {"mountains", "trees"} <= kinds
    environment = replace(plan.environment, background=low if is_hidden else ordered)
    return replace(plan, environment=environment)
