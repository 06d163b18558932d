"""Combine placed sprites that belong together: cups on a table, an umbrella in a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from semcodec_embedded.painting.figures import HALF_SCALE, is_figure, is_half_figure
from semcodec_embedded.painting.scene import PlacedSprite, SceneDescription

# Lengths are in thousandths of the picture's height, or in shares of a person's height.
TABLE_LEFT, TABLE_RIGHT = 340.0, 700.0  #: left and right edge of an empty table
TABLE_BASELINE_Y, TABLE_HEIGHT = 915.0, 265.0
TABLE_OVERHANG = 90  #: how much wider the table is than the things on it
TABLE_EDGE = 14  #: distance below the upper edge of the table top at which things stand
UPRIGHT_FIGURES = ("-trousers", "-dress", "-uniformed", "-walking", "-running")
HAND_DISTANCE, HAND_HEIGHT = 0.2, 0.52  #: distances of the hand from the middle and from the feet
HATS = ("hat", "-cap", "helmet", "crown")  #: endings of the names of what is worn on a head
HAT_WIDTH, HAT_OVERLAP = 0.3, 0.1  #: its width, and how far it covers the head
UMBRELLA_WIDTH, UMBRELLA_HEIGHT = 0.95, 0.9


def hold_umbrella(sprites: Sequence[PlacedSprite]) -> list[PlacedSprite]:
    """Return ``sprites`` with the first umbrella in the hand of the first upright person."""
    person = next((sprite for sprite in sprites if sprite.name.endswith(UPRIGHT_FIGURES)), None)
    umbrella = next((sprite for sprite in sprites if sprite.name == "umbrella"), None)
    if person is None or umbrella is None:
        return list(sprites)
    side = -1 if person.flipped else 1
    held = replace(
        umbrella,
        x=person.x + side * HAND_DISTANCE * person.height,
        baseline_y=person.baseline_y + 1,  # drawn just after the person
        support="none",
        elevation=person.height * HAND_HEIGHT + 1,
        width=person.height * UMBRELLA_WIDTH,
        height=person.height * UMBRELLA_HEIGHT,
    )
    return [held if sprite is umbrella else sprite for sprite in sprites]


def put_on_head(hat: PlacedSprite, sprites: Sequence[PlacedSprite]) -> PlacedSprite:
    """Return a hat or helmet on the head of the first person; another sprite is unchanged."""
    person = next((item for item in sprites if is_figure(item.name)), None)
    if person is None or not hat.name.endswith(HATS):
        return hat
    scale = HALF_SCALE if is_half_figure(person.name) else 1.0
    width = person.height * HAT_WIDTH * scale
    return replace(
        hat,
        x=person.x,
        baseline_y=person.baseline_y + 1,  # drawn just after the person
        support="none",
        elevation=person.height * (1 - HAT_OVERLAP * scale) + 1,
        width=width,
        height=width * hat.height / hat.width,
    )


def add_table(sprites: Sequence[PlacedSprite], scene: SceneDescription) -> list[PlacedSprite]:
    """Return ``sprites`` with a table under those that do not stand on the floor of a room."""
    on_top = [sprite for sprite in sprites if sprite.support == "surface"]
    if not on_top and scene.ground not in ("table", "desk"):
        return list(sprites)
    left = min((sprite.box[0] for sprite in on_top), default=TABLE_LEFT)
    right = max((sprite.box[2] for sprite in on_top), default=TABLE_RIGHT)
    width = max(right - left + TABLE_OVERHANG, TABLE_RIGHT - TABLE_LEFT)
    color = scene.color_of("ground") if scene.ground in ("table", "desk") else ""
    table = PlacedSprite(
        name="side-table",
        x=(left + right) / 2,
        baseline_y=TABLE_BASELINE_Y,
        width=width,
        height=TABLE_HEIGHT,
        colors=(color,) if color else (),
        support="ground",
    )
    baseline_y = TABLE_BASELINE_Y + 1  # drawn just after the table
    elevation = baseline_y - (TABLE_BASELINE_Y - TABLE_HEIGHT + TABLE_EDGE)
    raised = [replace(sprite, baseline_y=baseline_y, elevation=elevation) for sprite in on_top]
    return [*(sprite for sprite in sprites if sprite not in on_top), table, *raised]
