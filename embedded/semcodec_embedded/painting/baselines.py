"""Decide what supports a sprite in its environment, and where its lower edge is.

The lower edge of a sprite on the ground represents its distance: a depth of 0 is at the horizon, 1
at the lower edge of the picture. Heights are in thousandths of the picture's height.
"""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.figures import can_be_cut, is_half_figure
from semcodec_embedded.painting.rules.close_ups import is_close_up
from semcodec_embedded.painting.scene import Subject
from semcodec_embedded.painting.sizing import Composition
from semcodec_embedded.painting.sprites import SpriteInfo, sprite_library
from semcodec_embedded.painting.svg import HEIGHT

MAX_BASELINE_Y = HEIGHT * 0.985  #: sprites do not stand on the very edge of the picture
LARGE_METERS = 4.5  #: minimum height of houses, trees and ships, which stand behind people and cars
FLYING_METERS = 3  #: indoors, flying things up to this height lie on the ground
FLOATING_KINDS = ("sky", "underwater", "space")  #: environments in which everything floats
#: Activities in which a skateboarder is in the air.
JUMPING_ACTIVITIES = frozenset(("skateboarding", "flying"))
#: The middle of flying and hanging sprites, as a share of the height: with the position word "top",
#: by default, with "bottom", and by default without ground.
HANGING_TOP, HANGING_MIDDLE, HANGING_BOTTOM, FLOATING_MIDDLE = 0.24, 0.36, 0.72, 0.48
MAX_DEPTH, MIN_DEPTH_OF_NATURAL_SIZE = 0.93, 0.5
#: Large things stay far away, on land and on an islet.
MAX_DEPTH_OF_LARGE = {"ground": 0.34, "islet": 0.2}
TOP_DEPTH, BOTTOM_DEPTH = 0.14, 0.96  #: for the position words "top" and "bottom"
STUDIO_BASELINE_Y, STUDIO_BOTTOM_Y = HEIGHT * 0.88, HEIGHT * 0.97  #: without and with "bottom"
JUMP_HEIGHT = 0.14 * HEIGHT


def find_baseline(
    subject: Subject,
    info: SpriteInfo,
    height: float,
    composition: Composition,
    rng: np.random.Generator,
) -> tuple[float, str]:
    """Return the y of the lower edge of a sprite of ``subject``, and its support."""
    environment, sprite = composition.environment, subject.sprites[0]
    if environment.kind == "table" and is_half_figure(sprite):
        return environment.horizon_y + 6, "none"  # a person who sits behind the table
    if is_close_up(sprite) or (info.habitat == "studio" and subject.size == "huge"):
        return HEIGHT + 4, "none"  # cut off by the lower edge of the picture
    support = find_support(info, subject, composition)
    if support in ("air", "wall"):
        return _hanging_baseline(subject, support, height, environment, rng), support
    return _standing_baseline(subject, info, height, support, composition), support


def find_support(info: SpriteInfo, subject: Subject, composition: Composition) -> str:
    """Return the support of a sprite: the natural one, if the environment has it."""
    environment, lead = composition.environment, sprite_library().infos[subject.sprites[0]]
    support = info.support
    if environment.kind in FLOATING_KINDS and support != "wall":
        return "air"
    if composition.activity in JUMPING_ACTIVITIES and subject.sprites[0] == "skateboarder":
        return "jump"
    is_indoors = environment.kind in ("table", "room", "studio")
    if support == "air" and is_indoors and lead.height_m <= FLYING_METERS:
        return "ground"
    if support == "water" and environment.ground != "water":
        return "ground"
    is_fish = support == "air" and info.habitat == "underwater"
    if is_fish and environment.kind == "outdoors":
        return "water" if environment.ground == "water" else "ground"
    if support in ("ground", "surface") and environment.ground == "water":
        is_dry = lead.height_m >= LARGE_METERS or can_be_cut(subject.sprites[0])  # no person wades
        return "islet" if is_dry else "water"
    if support == "wall" and environment.kind == "outdoors":
        return "ground"
    return support


def _hanging_baseline(
    subject: Subject,
    support: str,
    height: float,
    environment: Environment,
    rng: np.random.Generator,
) -> float:
    """Return the lower edge of a flying or hanging sprite."""
    if environment.kind == "table" and support == "wall":
        above_table = environment.horizon_y
        return min(above_table - 20, above_table * 0.5 + height / 2)
    if "top" in subject.positions:
        middle = HANGING_TOP
    elif "bottom" in subject.positions:
        middle = HANGING_BOTTOM
    else:
        has_ground = environment.kind not in (*FLOATING_KINDS, "studio")
        middle = HANGING_MIDDLE if has_ground else FLOATING_MIDDLE
    is_flock = subject.count > 1 and support == "air"
    shift = (rng.random() - 0.5) * 110 if is_flock else 0.0
    return float(max(height + 12, middle * HEIGHT + height / 2 + shift))


def _standing_baseline(
    subject: Subject, info: SpriteInfo, height: float, support: str, composition: Composition
) -> float:
    """Return the lower edge of a standing sprite: the taller it is drawn, the nearer it is."""
    environment, positions = composition.environment, subject.positions
    depth = min(MAX_DEPTH, 0.1 + 0.95 * height / HEIGHT)
    is_large = info.height_m >= LARGE_METERS
    if not composition.has_sizes and not is_large:
        depth = max(depth, MIN_DEPTH_OF_NATURAL_SIZE)
    if is_large:
        depth = min(depth, MAX_DEPTH_OF_LARGE.get(support, depth))
    if "top" in positions:
        depth = min(depth, TOP_DEPTH)
    if "bottom" in positions:
        depth = BOTTOM_DEPTH
    baseline_y = environment.horizon_y + environment.ground_depth * depth
    if environment.kind == "studio":
        baseline_y = STUDIO_BOTTOM_Y if "bottom" in positions else STUDIO_BASELINE_Y
    if support == "jump":
        baseline_y -= JUMP_HEIGHT
    return min(MAX_BASELINE_Y, max(baseline_y, height + 24))


def scatter(
    baseline_y: float, height: float, environment: Environment, rng: np.random.Generator
) -> tuple[float, float]:
    """Return a random baseline near ``baseline_y``, and ``height`` adjusted to the distance."""
    depth = environment.ground_depth
    shift = (rng.random() - 0.5) * 0.42 * depth
    nearest = environment.horizon_y + 0.08 * depth
    moved = min(MAX_BASELINE_Y, max(nearest, baseline_y + shift))
    return moved, height * (1 + (moved - baseline_y) / HEIGHT)
