"""Move the horizon, the edge of the floor or of the table to where the boxes of a layout need it.

What stands touches the ground at the lower edge of its box, so that the ground must reach as high.
The view is then from further above, as in the photograph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.fitting import Target
from semcodec_embedded.painting.geometry import bears
from semcodec_embedded.painting.layout import Layout
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import SceneDescription, Subject
from semcodec_embedded.painting.sprites import sprite_library

#: The highest place of the horizon by the kind of environment, as a share of the height; others
#: have none that can be seen.
HIGHEST = {"outdoors": 0.14, "room": 0.34, "table": 0.2}
LOWEST, LOWEST_BEHIND_PEOPLE = 0.8, 0.84
MAX_FLOATING, MIN_FLOOR = 0.8, 0.3  #: in a studio: lower edges that need a floor, and its edge
MARGIN = 0.025  #: between the horizon and what stands the farthest away
MAX_FLOOR_TOP = 0.85  #: a box of a ground ends at the lower edge of the picture
#: Words for the ground, whose upper edge is the horizon, and for what ends there.
GROUNDS_OF_TABLE = ("table", "desk")
JUMPERS = frozenset(("skateboarding", "snowboarding", "skiing", "flying"))
MIN_JUMP_HEIGHT = 0.2  #: of a box; a smaller skier with no snow below is far away


def fit_horizon(environment: Environment, scene: SceneDescription, layout: Layout) -> Environment:
    """Return ``environment`` with the horizon above the lower edge of all that stands."""
    if environment.kind == "studio":
        return _fit_floor(environment, scene, layout)
    highest = HIGHEST.get(environment.kind)
    if highest is None:
        return environment
    horizon = _named_horizon(environment, layout)
    if environment.kind == "table":
        people = [target.box[3] for subject, target in _boxed(scene, layout) if is_people(subject)]
        if people:  # they sit behind the table
            horizon = min(LOWEST_BEHIND_PEOPLE, max(horizon, *people))
    lowest_edges = [
        target.box[3] - MARGIN
        for subject, target in _boxed(scene, layout)
        if _stands(subject, environment)
        and not is_carried(target, subject, scene, layout)
        and not is_jump(target, scene, environment)
    ]
    horizon = min([horizon, *lowest_edges])
    if horizon == environment.horizon:
        return environment
    return replace(environment, horizon=max(highest, horizon))


def _fit_floor(environment: Environment, scene: SceneDescription, layout: Layout) -> Environment:
    """Return a studio with a floor if something stands so far up that it would float."""
    edges = [
        target.box[3] - MARGIN
        for subject, target in _boxed(scene, layout)
        if _stands(subject, environment) and target.box[3] < MAX_FLOATING
        and not is_carried(target, subject, scene, layout)
    ]  # fmt: skip
    if not edges:
        return environment
    return replace(environment, horizon=max(MIN_FLOOR, min(edges)), has_floor=True)


def is_jump(target: Target, scene: SceneDescription, environment: Environment) -> bool:
    """Return whether someone with a board is in the air: near, and above the ground."""
    _, top, _, bottom = target.box
    is_near = bottom - top >= MIN_JUMP_HEIGHT
    return scene.activity in JUMPERS and is_near and bottom < environment.horizon


def is_carried(target: Target, subject: Subject, scene: SceneDescription, layout: Layout) -> bool:
    """Return whether the lower edge of a box is in that of another thing, which is lower."""
    return any(
        other is not subject and bears(item.box, target.box)
        for other, item in _boxed(scene, layout)
    )


def _boxed(scene: SceneDescription, layout: Layout) -> Iterator[tuple[Subject, Target]]:
    for subject, targets in zip(scene.subjects, layout.targets, strict=False):
        for target in targets:
            yield subject, target


def _named_horizon(environment: Environment, layout: Layout) -> float:
    """Return where the boxes of words for the ground or the sky have the horizon."""
    is_table = environment.kind == "table"
    for key, (_, top, _, bottom) in layout.surroundings:
        is_ground = key in GROUNDS_OF_TABLE if is_table else key == environment.ground
        if is_ground and bottom > MAX_FLOOR_TOP:
            return min(LOWEST, max(HIGHEST[environment.kind], top))
        if key == "sky" and environment.kind == "outdoors" and not environment.background:
            return min(LOWEST, max(HIGHEST["outdoors"], bottom))
    return environment.horizon


def _stands(subject: Subject, environment: Environment) -> bool:
    if not subject.sprites:
        return False
    if environment.kind == "table" and is_people(subject):
        return False
    return sprite_library().infos[subject.sprites[0]].support in ("ground", "surface", "water")
