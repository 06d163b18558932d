"""Compute the height of sprites, and the columns in which the sprites of a group stand.

Lengths are in thousandths of the picture's height, except those in meters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.environment import PERSON_HEIGHT_M, Environment
from semcodec_embedded.painting.figures import HALF_SCALE, is_half_figure
from semcodec_embedded.painting.scene import Subject
from semcodec_embedded.painting.sprites import SpriteInfo, sprite_library
from semcodec_embedded.painting.svg import HEIGHT

#: The share of the picture's area that each size word of the describer means.
AREA_OF_SIZE = {"huge": 0.5, "large": 0.21, "medium": 0.1, "small": 0.016}
#: The x of the middle of a sprite for each position word, as a share of the picture's width.
COLUMN_OF_POSITION = {"left": 0.23, "center": 0.5, "right": 0.77}
MAX_HEIGHT, MAX_WIDTH = 0.86, 0.94  #: limits of one sprite, as shares of the picture
MIN_HEIGHT = 24.0  #: a smaller sprite is a speck
DEFAULT_PERSON_HEIGHT = 400.0  #: of a person if the words do not give sizes
#: Heights in meters are compressed by this exponent, as in a picture book: a house of 8 m is drawn
#: 1.7 times as tall as a person instead of 4.6 times, and a cat of 0.3 m half as tall instead of a
#: sixth.
PERSPECTIVE_EXPONENT = 0.33
TALL_METERS = 10.0  #: from this height a building must look tall, even if it is narrow
TALL_HEIGHT, TALL_HEIGHT_OF_SIZE = (
    540.0,
    640.0,
)  #: minimum height of tall buildings without and with a size word
#: In a picture narrower than high, sprites shrink by this power of its width: less than it does, so
#: that they are not lost in its height.
NARROW_EXPONENT = 0.55
ROOM_OBJECT_HEIGHT = 190.0  #: maximum height of small objects in a room with furniture
CROWD_COUNT, CROWD_SCALE = 8, 0.62  #: from this count objects are smaller, to show the ground
#: The total width of a group relative to the picture; above 1, because its sprites may overlap.
GROUP_WIDTH, LONE_GROUP_WIDTH = 1.12, 1.4
ROW_WIDTH = 1.05  #: the same for a row, whose sprites all stand side by side
PAIR = 2  #: two face each other; if they overlapped, they would have one head in a narrow picture
MAX_SHARING = 6  #: sprites side by side; further ones stand behind each other


#: A drawing has the size of a size word if it has this share of the area that the word means, or
#: if one of its sides has this share of the picture's: a lighthouse is tall and narrow.
MIN_AREA_SHARE, MIN_SIDE_SHARE = 0.45, {"huge": 0.75, "large": 0.5}
MAX_SMALL_AREA = 0.06  #: of the picture, for a drawing that is "small"


def whole_height(sprite: str) -> float:
    """Return the height of what a drawing shows a part of: a half figure is of a whole person."""
    return HALF_SCALE if is_half_figure(sprite) else 1.0


def has_size(size: str, sides: Sequence[tuple[float, float]]) -> bool:
    """Return whether drawings are of a ``size`` in ``AREA_OF_SIZE``.

    ``sides`` are their widths and heights, as shares of the picture's.
    """
    area = sum(width * height for width, height in sides)
    if size == "small":
        return area <= MAX_SMALL_AREA * len(sides)
    longest = max(max(side) for side in sides)
    is_long = longest >= MIN_SIDE_SHARE.get(size, 0.0)
    return is_long or area >= MIN_AREA_SHARE * AREA_OF_SIZE[size]


@dataclass(frozen=True, slots=True)
class Composition:
    """The properties of a picture that determine the sizes and positions of all subjects.

    Attributes:
        environment: the environment of the scene.
        activity: a key of the table "activities", or "".
        width: the width of the picture, in units.
        subject_count: the number of kinds of objects.
        has_sizes: whether any object has a size word. If so, sizes are areas, and objects without a
            size word are medium; otherwise sizes are derived from natural heights.
    """

    environment: Environment
    activity: str
    width: float
    subject_count: int
    has_sizes: bool


def sprite_height(
    subject: Subject, sprite: str, rank: int, available_width: float, composition: Composition
) -> float:
    """Return the height of each ``sprite`` of ``subject``.

    ``rank`` is 0 for the main subject. ``available_width`` is the width left by other groups.
    """
    info = sprite_library().infos[sprite]
    if composition.has_sizes:
        height = _height_of_size(subject, sprite, info, available_width)
    else:
        height = _natural_height(info, rank, available_width, composition)
    height = _limit_in_environment(height, subject, sprite, info, composition)
    max_width = _max_sprite_width(subject, available_width, composition)
    return float(max(MIN_HEIGHT, min(height, max_width / aspect(sprite))))


def _height_of_size(
    subject: Subject, sprite: str, info: SpriteInfo, available_width: float
) -> float:
    """Return the height at which the bounding box has the area for the size word."""
    area = AREA_OF_SIZE[subject.size or "medium"]
    height: float = (area * available_width * HEIGHT / aspect(sprite)) ** 0.5
    if info.height_m >= TALL_METERS and subject.size != "small":
        height = max(height, TALL_HEIGHT_OF_SIZE if subject.size else TALL_HEIGHT)
    return height


def _natural_height(
    info: SpriteInfo, rank: int, available_width: float, composition: Composition
) -> float:
    """Return the compressed natural height relative to a person; the main subject is larger."""
    relative_height: float = (info.height_m / PERSON_HEIGHT_M) ** PERSPECTIVE_EXPONENT
    height = DEFAULT_PERSON_HEIGHT * relative_height
    narrowing: float = min(1.0, available_width / HEIGHT) ** NARROW_EXPONENT
    height *= narrowing
    is_near = info.support == "surface" and composition.environment.kind in ("table", "studio")
    height *= 1.3 if is_near else 1  # a table or studio is seen from close by
    if rank == 0:  # the main subject is usually the largest in a photograph
        height *= 1.3 if composition.subject_count == 1 else 1.05
    else:
        height *= 0.87
    if info.height_m >= TALL_METERS and composition.subject_count > 1:
        return min(height, TALL_HEIGHT)  # leaves the others visible
    return height


def _limit_in_environment(
    height: float, subject: Subject, sprite: str, info: SpriteInfo, composition: Composition
) -> float:
    environment = composition.environment
    is_small_object = info.support == "surface" and subject.size not in ("huge", "large")
    if environment.kind == "room" and is_small_object:
        height = min(height, ROOM_OBJECT_HEIGHT)
    if subject.count >= CROWD_COUNT and not subject.size:
        height *= CROWD_SCALE
    height = min(height, MAX_HEIGHT * HEIGHT)
    if environment.kind == "table" and (is_half_figure(sprite) or info.support == "wall"):
        height = min(height, environment.horizon * HEIGHT * 0.93)  # stays above the table
    return height


def _max_sprite_width(subject: Subject, available_width: float, composition: Composition) -> float:
    if subject.count == 1:
        return MAX_WIDTH * available_width
    is_lone = subject.size in ("huge", "large") and composition.subject_count == 1
    if subject.count == PAIR:
        return available_width / PAIR
    if "row" in subject.positions:
        return ROW_WIDTH * available_width / subject.count
    group_width = LONE_GROUP_WIDTH if is_lone else GROUP_WIDTH
    return group_width * available_width / min(subject.count, MAX_SHARING)


def sprite_columns(
    subject: Subject, width: float, sprite_width: float, rng: np.random.Generator
) -> list[float]:
    """Return the x of the middle of each sprite of ``subject``, from 0 to ``width``.

    Two or more position words ("left right") spread a group from the first to the last; a single
    position word is the middle of the group.
    """
    count = subject.count
    named = [
        COLUMN_OF_POSITION[position] * width
        for position in subject.positions
        if position in COLUMN_OF_POSITION
    ]
    middle = named[0] if named else width / 2
    if count == 1:
        return [middle]
    if len(named) > 1:
        steps = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(named)), named)
        return [float(x) for x in steps]
    spacing = max(sprite_width * 1.02, width / (count + 0.4))
    spread = min(width - sprite_width * 0.9, spacing * (count - 1))
    if named:
        spread = min(spread, width * 0.42)  # the group stays on its side
    # Even steps, with a jitter of a tenth of a sprite so that the group does not look like a grid.
    steps = np.linspace(-0.5, 0.5, count) * spread
    return [float(middle + step + (rng.random() - 0.5) * sprite_width * 0.1) for step in steps]
