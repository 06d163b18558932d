"""Combine placed sprites that belong together: cups on a table, an umbrella in a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from semcodec_embedded.painting.figures import HALF_SCALE, is_figure, is_half_figure
from semcodec_embedded.painting.geometry import Box, bears
from semcodec_embedded.painting.scene import PlacedSprite, SceneDescription
from semcodec_embedded.painting.svg import HEIGHT

# Lengths are in thousandths of the picture's height, or in shares of a person's height.
TABLE_LEFT, TABLE_RIGHT = 340.0, 700.0  #: left and right edge of an empty table
TABLE_BASELINE_Y, TABLE_HEIGHT = 915.0, 265.0
TABLE_OVERHANG = 90  #: how much wider the table is than the things on it
MIN_TABLE_HEIGHT = 60.0  #: of a table that has a box
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
    if person is None or umbrella is None or umbrella.is_fixed:
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


def add_table(
    sprites: Sequence[PlacedSprite],
    scene: SceneDescription,
    boxes: Sequence[Box] = (),
    width: float = HEIGHT,
) -> list[PlacedSprite]:
    """Return ``sprites`` with a table under those that do not stand on the floor of a room.

    ``boxes`` are those of the word "table", in shares of a scene of ``width`` units. Without one,
    the table is under the lowest sprite that has a box itself.
    """
    on_top = [
        sprite
        for sprite in sprites
        if sprite.support == "surface" and not _has_bearer(sprite, sprites)
    ]
    if not on_top and scene.ground not in ("table", "desk"):
        return list(sprites)
    color = scene.color_of("ground") if scene.ground in ("table", "desk") else ""
    left, top, right, bottom = _table_box(on_top, boxes, width)
    table = PlacedSprite(
        name="side-table",
        x=(left + right) / 2,
        baseline_y=bottom,
        width=right - left,
        height=bottom - top,
        colors=(color,) if color else (),
        support="ground",
        target=(left, top, right, bottom) if boxes else None,
    )
    baseline_y = bottom + 1  # drawn just after the table
    raised = [_on_table(sprite, table, baseline_y) for sprite in on_top]
    return [*(sprite for sprite in sprites if sprite not in on_top), table, *raised]


def _has_bearer(sprite: PlacedSprite, sprites: Sequence[PlacedSprite]) -> bool:
    """Return whether ``sprite`` is on another one, as their boxes are: a book on a bed."""
    box = sprite.target
    return box is not None and any(
        other.target is not None and other is not sprite and bears(other.target, box)
        for other in sprites
    )


def _on_table(sprite: PlacedSprite, table: PlacedSprite, baseline_y: float) -> PlacedSprite:
    """Return ``sprite`` on ``table``; in its own box if it has one."""
    y = sprite.baseline_y if sprite.is_fixed else table.box[1] + TABLE_EDGE
    return replace(sprite, baseline_y=baseline_y, elevation=baseline_y - y)


def _table_box(on_top: Sequence[PlacedSprite], boxes: Sequence[Box], width: float) -> Box:
    """Return left, top, right and bottom of the table, in units."""
    for left, top, right, bottom in boxes[:1]:
        lower = max(bottom * HEIGHT, top * HEIGHT + MIN_TABLE_HEIGHT)
        return left * width, top * HEIGHT, right * width, lower
    fixed = [sprite for sprite in on_top if sprite.is_fixed]
    left = min((sprite.box[0] for sprite in fixed or on_top), default=TABLE_LEFT)
    right = max((sprite.box[2] for sprite in fixed or on_top), default=TABLE_RIGHT)
    span = max(right - left + TABLE_OVERHANG, TABLE_RIGHT - TABLE_LEFT)
    left, right = (left + right - span) / 2, (left + right + span) / 2
    top = max(
        (sprite.baseline_y - TABLE_EDGE for sprite in fixed),
        default=TABLE_BASELINE_Y - TABLE_HEIGHT,
    )
    return left, top, right, top + TABLE_HEIGHT
