"""Find a place in which a drawing can be seen and hides no other one.

A place is scored by what it shows: the visible share of every sprite, whether sizes and positions
still agree with their words, and how little was changed. The best of some hundred places is used;
the result is the same for the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product

import numpy as np

from semcodec_embedded.painting.baselines import (
    HANGING_BOTTOM,
    HANGING_MIDDLE,
    HANGING_TOP,
    MAX_BASELINE_Y,
)
from semcodec_embedded.painting.placement import distance_key
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.scene import PlacedSprite, Subject
from semcodec_embedded.painting.sizing import MIN_HEIGHT, has_size, whole_height
from semcodec_embedded.painting.svg import HEIGHT
from semcodec_embedded.painting.visibility import Mask, Raster

#: A sprite of which this share can be seen is recognized; more brings no further score.
ENOUGH = 0.75
COLUMNS = 25  #: places from left to right
MIN_SEEN, MAX_SHOWN = 0.5, 4  #: drawings of which less can be seen are moved, and how many
SCALES = (1.0, 0.85, 0.7, 0.55)
CROWD, CROWD_COLUMNS = 8, 13  #: with so many sprites fewer places are tried, to limit the time
MARGIN = 12.0  #: from the upper edge of the picture, in units
STEP = 18.0  #: distance by which a sprite stands before another one, in units
#: Scores: of the sprite that is placed relative to others, of a broken size or position, of a move
#: by the whole width or height, and of a sprite that is smaller by all of its size.
SIZED = 6  #: times as much costs the size of what the words call large
OWN_WEIGHT, BROKEN_COST, MOVE_COST, SHRINK_COST = 3.0, 1.5, 0.4, 0.5
HIDDEN_COST = 1.5  #: of each sprite that could be seen before; a little less may hide a face
#: Where the middle of a sprite may be for each position word, as a share of the width or height.
ZONES = {"left": (0.0, 0.4), "center": (0.36, 0.64), "right": (0.6, 1.0)}
ROWS_OF_POSITION = {"top": (0.0, 0.45), "bottom": (0.55, 1.0)}

Sprites = tuple[PlacedSprite, ...]


def insert(sprites: Sequence[PlacedSprite], new: PlacedSprite) -> Sprites:
    """Return ``sprites`` with ``new`` after all that are farther; the others keep their order."""
    farther = [at for at, sprite in enumerate(sprites) if distance_key(sprite) <= distance_key(new)]
    at = farther[-1] + 1 if farther else 0
    return (*sprites[:at], new, *sprites[at:])


class FreePlaces:
    """Searches places in one plan; ``sprites`` below are those of the plan, or changed ones."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._raster = Raster(plan.width)
        self._shapes: dict[PlacedSprite, tuple[Mask, tuple[slice, slice], int]] = {}

    def shares(self, sprites: Sequence[PlacedSprite]) -> list[float]:
        """Return the visible share of each of ``sprites``, which are drawn in this order."""
        covered, shares = self._raster.empty(), []
        for sprite in reversed(sprites):
            shape = self._shapes.get(sprite)
            if shape is None:
                shape = self._shapes[sprite] = self._raster.shape_of(sprite)
            mask, place, area = shape
            hidden = covered[place]
            shares.append((int(mask.sum()) - int((mask & hidden).sum())) / area if area else 0.0)
            hidden |= mask
        return shares[::-1]

    def move(
        self, old: PlacedSprite, sprites: Sequence[PlacedSprite], options: Iterable[PlacedSprite]
    ) -> Sprites:
        """Return ``sprites`` with the best of ``options`` in the place of ``old``."""
        others = [sprite for sprite in sprites if sprite.number != old.number]
        best, result = -1.0, tuple(sprites)
        for option in options:
            changed = tuple(sprites) if option == old else insert(others, option)
            score = self._score(old, option, changed)
            if score > best:
                best, result = score, changed
        return result

    def shows(self, numbers: Sequence[int]) -> bool:
        """Return whether the sprites with ``numbers`` can be seen."""
        sprites = self._plan.sprites
        shares = zip(sprites, self.shares(sprites), strict=True)
        return all(share >= ENOUGH for sprite, share in shares if sprite.number in numbers)

    def is_enough(self, numbers: Sequence[int]) -> bool:
        """Return whether the sprites with ``numbers`` can be seen, and agree with their words.

        It is never enough for large ones: they may have become smaller than they need to be.
        """
        sprites = self._plan.sprites
        return all(
            share >= ENOUGH and self._keeps_words(sprite, sprites) and not self._is_large(sprite)
            for sprite, share in zip(sprites, self.shares(sprites), strict=True)
            if sprite.number in numbers
        )

    def total(self, numbers: Sequence[int], before: Plan) -> float:
        """Return the score of the plan as a whole, in which sprites with ``numbers`` were moved."""
        old = {sprite.number: sprite for sprite in before.sprites}
        sprites = self._plan.sprites
        score = 0.0
        for sprite, share in zip(sprites, self.shares(sprites), strict=True):
            weight = OWN_WEIGHT if sprite.number in numbers else 1.0
            score += weight * min(share, ENOUGH) / ENOUGH
            score -= self._change_cost(old[sprite.number], sprite)
            score -= BROKEN_COST * (not self._keeps_words(sprite, sprites))
        return score

    def _change_cost(self, old: PlacedSprite, new: PlacedSprite) -> float:
        moved = abs(new.x - old.x) / self._plan.width
        moved += abs(new.baseline_y - old.baseline_y) / HEIGHT
        shrunk = max(0.0, 1 - new.height / old.height)
        return MOVE_COST * moved + SHRINK_COST * shrunk * (SIZED if self._is_large(new) else 1)

    def _is_large(self, sprite: PlacedSprite) -> bool:
        """Return whether the words call a sprite large or huge."""
        subjects = self._plan.scene.subjects
        return sprite.subject >= 0 and subjects[sprite.subject].size in ("large", "huge")

    def _score(self, old: PlacedSprite, new: PlacedSprite, sprites: Sprites) -> float:
        shares = self.shares(sprites)
        seen = [min(share, ENOUGH) / ENOUGH for share in shares]
        at = next(at for at, sprite in enumerate(sprites) if sprite.number == new.number)
        cost = self._change_cost(old, new)
        cost += BROKEN_COST * (not self._keeps_words(new, sprites))
        cost += HIDDEN_COST * self._count_hidden(sprites, shares)
        return sum(seen) + (OWN_WEIGHT - 1) * seen[at] - cost

    def _count_hidden(self, sprites: Sequence[PlacedSprite], shares: Sequence[float]) -> int:
        """Return how many sprites can be seen in the plan, but no longer in ``sprites``."""
        return sum(
            share < ENOUGH and sprite.number in self._visible
            for sprite, share in zip(sprites, shares, strict=True)
        )

    @cached_property
    def _visible(self) -> frozenset[int]:
        """The numbers of the sprites that can be seen in the plan."""
        sprites = self._plan.sprites
        shares = zip(sprites, self.shares(sprites), strict=True)
        return frozenset(sprite.number for sprite, share in shares if share >= ENOUGH)

    def _keeps_words(self, sprite: PlacedSprite, sprites: Sprites) -> bool:
        """Return whether a sprite and its group have the size and the position of their words."""
        if sprite.subject < 0:
            return True
        subject = self._plan.scene.subjects[sprite.subject]
        group = [item for item in sprites if item.subject == sprite.subject]
        sides = [
            (item.width / self._plan.width, item.height * whole_height(item.name) / HEIGHT)
            for item in group
        ]
        if subject.size and not has_size(subject.size, sides):
            return False
        return len(group) > 1 or self._keeps_position(subject, sprite)

    def _keeps_position(self, subject: Subject, sprite: PlacedSprite) -> bool:
        x = sprite.x / self._plan.width
        y = (sprite.baseline_y - sprite.elevation - sprite.height / 2) / HEIGHT
        zones = [ZONES[name] for name in subject.positions if name in ZONES]
        rows = [ROWS_OF_POSITION[name] for name in subject.positions if name in ROWS_OF_POSITION]
        is_beside = not zones or any(low <= x <= high for low, high in zones)
        return is_beside and (not rows or any(low <= y <= high for low, high in rows))


def show_hidden(plan: Plan) -> Plan:
    """Return ``plan`` with each drawing that has no box moved, if those in boxes hide it."""
    sprites = plan.sprites
    if not any(sprite.is_fixed for sprite in sprites):
        return plan
    places = FreePlaces(plan)
    shares = zip(sprites, places.shares(sprites), strict=True)
    hidden = [
        sprite
        for sprite, share in shares
        if share < MIN_SEEN and not sprite.is_fixed and not sprite.elevation
    ]
    for old in hidden[:MAX_SHOWN]:
        others = [sprite for sprite in sprites if sprite.number != old.number]
        sprites = places.move(old, sprites, places_of(old, others, plan.width))
    return replace(plan, sprites=sprites)


def places_of(
    sprite: PlacedSprite, others: Sequence[PlacedSprite], width: float
) -> Iterable[PlacedSprite]:
    """Yield ``sprite`` in all places and sizes that may be better, itself first."""
    yield sprite
    is_crowd = len(others) >= CROWD
    columns = np.linspace(0.0, 1.0, CROWD_COLUMNS if is_crowd else COLUMNS).tolist()
    for scale, x in product(SCALES[::2] if is_crowd else SCALES, columns):
        smaller = scaled(sprite, scale)
        if smaller.height < MIN_HEIGHT:
            continue
        margin = min(smaller.width / 2, width / 2)
        column = margin + x * (width - 2 * margin)
        for baseline_y in {*_baselines(smaller, others)}:
            yield replace(smaller, x=column, baseline_y=baseline_y)


def scaled(sprite: PlacedSprite, scale: float) -> PlacedSprite:
    """Return ``sprite`` at another size, with the same lower edge, or middle if it hangs."""
    height = sprite.height * scale
    lift = (sprite.height - height) / 2 if sprite.support in ("wall", "air") else 0.0
    return replace(
        sprite, width=sprite.width * scale, height=height, baseline_y=sprite.baseline_y - lift
    )


def nearer(sprite: PlacedSprite, others: Sequence[PlacedSprite]) -> float:
    """Return the lower edge of ``sprite`` if it stands before all that overlap it."""
    left, top, right, bottom = sprite.box
    before = [
        other.baseline_y + STEP
        for other in others
        if other.box[0] < right and left < other.box[2] and other.box[1] < bottom
        and top < other.box[3]
    ]  # fmt: skip
    return max([sprite.baseline_y, min([MAX_BASELINE_Y, max(before, default=0.0)])])


def _baselines(sprite: PlacedSprite, others: Sequence[PlacedSprite]) -> Iterable[float]:
    """Yield lower edges at which the sprite may stand or hang."""
    in_frame = max(sprite.height + MARGIN, sprite.baseline_y)
    yield sprite.baseline_y if sprite.support == "none" or sprite.elevation else in_frame
    if sprite.support in ("ground", "surface", "water") and not sprite.elevation:
        yield nearer(sprite, others)
        yield max(sprite.height + STEP, sprite.baseline_y - 3 * STEP)
    elif sprite.support in ("wall", "air"):
        for middle in (HANGING_TOP, HANGING_MIDDLE, HANGING_BOTTOM):
            yield max(sprite.height + MARGIN, middle * HEIGHT + sprite.height / 2)
