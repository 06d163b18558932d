"""Place the subjects of a scene: choose the size and the position of each sprite.

Sprites are placed one after the other, and later sprites avoid earlier ones. Single objects come
before groups, and large objects before small ones, because a small object always fits into a gap
beside a large one, but not vice versa; groups fill the remaining space. The size of a sprite comes
from ``sizing``, its distance (the y of its lower edge) from ``baselines``, and its desired x from
position words. Then ``_avoid_overlap`` tries 31 shifts and uses the one with the lowest cost: the
hidden shares of areas plus the distance from the desired x, which has a higher weight if a position
word determines it. A single object that would still be hidden shrinks, and a sprite that would be
behind a taller one moves nearer. No sprite is ever dropped for lack of space, so their number is
the number in the words.

The result depends only on the scene, the environment, the width and the random generator: subjects
of equal size keep the order of the words (``sorted`` is stable), among equal costs the leftmost
shift is used (``min`` returns the first), and the generator is called in a fixed order. Otherwise
the same record could give different pictures; even one additional call of the generator would move
everything after it. ``test_placement_is_deterministic``, ``test_sprites_overlap_little``,
``test_large_objects_are_placed_first`` and ``test_number_of_sprites_follows_from_the_words`` in
``tests/painting/test_placement.py`` and ``test_same_arguments_paint_the_same_pixels`` check it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np

from semcodec_embedded.painting.baselines import (
    LARGE_METERS,
    MAX_BASELINE_Y,
    find_baseline,
    scatter,
)
from semcodec_embedded.painting.box_placement import (
    BOAT_SUBMERGED,
    WADER_SUBMERGED,
    fence_in_box,
    fill_with_crowd,
    is_crowd_box,
    place_in_box,
    raise_carried,
)
from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.fitting import WHOLE, Target
from semcodec_embedded.painting.geometry import Box
from semcodec_embedded.painting.layout import NO_LAYOUT, Layout
from semcodec_embedded.painting.rules.close_ups import as_close_up, is_close_up
from semcodec_embedded.painting.rules.interactions import add_table, hold_umbrella
from semcodec_embedded.painting.rules.looks import (
    is_ambiguous,
    relative_height,
    wears_plain_clothes,
)
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import PlacedSprite, SceneDescription, Subject
from semcodec_embedded.painting.sizing import (
    COLUMN_OF_POSITION,
    Composition,
    sprite_columns,
    sprite_height,
)
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT

MAX_SHRINKS, SHRINK_FACTOR = 2, 0.75  #: for a sprite that does not fit into a gap
MAX_OVERLAP = 0.3  #: the share of a sprite that may overlap others
MAX_SHIFT, SHIFTS = 0.45, 31  #: largest shift as a share of the width, and number of shifts
#: Cost of a shift by the whole width: of a sprite with a position word, of a group, of others.
NAMED_SHIFT_COST, GROUP_SHIFT_COST, FREE_SHIFT_COST = 1.5, 4.0, 0.8
MIN_GAP = 0.45  #: the share of the width above which a group is placed in a gap
GROUP_COUNT = 3  #: count from which a subject is a group, which is placed in a gap
SCATTER_COUNT = 4  #: count from which a group is scattered in depth
SIZE_ORDER = ("huge", "large", "", "medium", "small")  #: order of placement
#: Buildings in which a room or a table is, if the words name both.
BUILDINGS_WITH_ROOMS = frozenset(
    ("restaurant", "convenience-store", "hotel", "hospital", "school", "office-building", "house")
)
#: Nouns that are part of the backdrop of each room, and not drawn again; see ``interiors``.
ROOM_FIXTURES = {
    "kitchen": ("window", "cabinet", "cupboard"),
    "bathroom": ("mirror",),
    "bedroom": ("window", "curtain", "picture"),
    "room": ("window", "curtain", "picture"),
}
#: Nouns that are part of a bed.
BED_FIXTURES = ("pillow", "blanket", "bedding")
#: Drawings that are never mirrored, because they have text or no direction.
UNFLIPPED = ("sign", "clock", "keyboard", "laptop", "book", "-half", "store")
#: Colors of clothes that the words leave open, "" for those of the drawing. None is like skin.
WARDROBE = ("blue", "gray", "teal", "red", "black", "green", "orange", "purple", "pink")
TROUSER_COLORS = ("", "gray", "", "black", "brown")
GROUNDS = frozenset(("ground", "surface", "water"))  #: supports whose depth is a distance
FENCE_WIDTH, LARGE_FENCE_WIDTH = 150.0, 230.0  #: width of a panel


def place_subjects(
    scene: SceneDescription,
    environment: Environment,
    width: float,
    rng: np.random.Generator,
    layout: Layout = NO_LAYOUT,
) -> list[PlacedSprite]:
    """Return the sprites of all subjects, farthest first.

    ``width`` is the width of the picture in units. Sprites with a box in ``layout`` take it; the
    others are placed around them.
    """
    behind_table = environment.kind == "table"
    drawn = [
        (index, subject if layout.targets_of(index) else as_close_up(subject, behind_table))
        for index, subject in enumerate(scene.subjects)
        if subject.sprites
        and (layout.targets_of(index) or _should_draw(subject, scene, environment))
    ]
    has_sizes = any(subject.size for _, subject in drawn)
    composition = Composition(environment, scene.activity, width, len(drawn), has_sizes)
    placer = _Placer(composition, rng)
    ranked = sorted(enumerate(drawn), key=lambda pair: _placement_order(pair[1][1]))
    for _, (index, subject) in ranked:
        others = [box for at, box in layout.boxes if at != index]
        placer.place_in_boxes(subject, index, layout.targets_of(index), others)
    for rank, (index, subject) in ranked:
        placer.place(subject, index, rank=0 if has_sizes else rank)
    sprites = placer.placed
    if environment.kind == "room":
        table = layout.surroundings_of("table", "desk")
        sprites = add_table(sprites, scene, table[:1], width)
    sprites = sorted(hold_umbrella(sprites), key=distance_key)
    return raise_carried(sprites) if layout.targets else sprites


def distance_key(sprite: PlacedSprite) -> tuple[bool, float]:
    """Return a sort key from far to near: what hangs or flies is behind what stands."""
    return sprite.support not in ("wall", "air"), sprite.baseline_y


def add_subject(
    plan_sprites: Sequence[PlacedSprite],
    index: int,
    composition: Composition,
    subject: Subject,
    rng: np.random.Generator,
    boxes: Sequence[Box] = (),
) -> list[PlacedSprite]:
    """Return the sprites of one more subject in a picture with ``plan_sprites``.

    ``index`` is its index in the scene, and ``boxes`` are its boxes in the record.
    """
    placer = _Placer(composition, rng)
    placer.placed = list(plan_sprites)
    if boxes:
        targets = tuple(Target(((WHOLE, box),)) for box in boxes)
        placer.place_in_boxes(subject, index, targets)
    placer.place(as_close_up(subject, composition.environment.kind == "table"), index, rank=1)
    return placer.placed[len(plan_sprites) :]


def _should_draw(subject: Subject, scene: SceneDescription, environment: Environment) -> bool:
    """Return whether a subject needs its own sprite, and is not part of the backdrop."""
    noun = subject.noun.rstrip("s")
    is_indoors = environment.kind in ("table", "room")
    if is_indoors and subject.sprites[0] in BUILDINGS_WITH_ROOMS and not subject.size:
        return False  # the room is in this building
    if environment.room == "bedroom" and noun in BED_FIXTURES:
        return not any("bed" in other.sprites for other in scene.subjects)
    return bool(subject.size) or noun not in ROOM_FIXTURES.get(environment.room, ())


def _placement_order(subject: Subject) -> tuple[bool, int]:
    """Return the sort key of a subject: single objects before groups, large before small."""
    return subject.count >= GROUP_COUNT, SIZE_ORDER.index(subject.size)


class _Placer:
    """Places subjects in the order of the calls; sprites in ``placed`` never change."""

    def __init__(self, composition: Composition, rng: np.random.Generator) -> None:
        self.placed: list[PlacedSprite] = []
        self._composition = composition
        self._rng = rng
        # A generator of its own: the clothes do not change where anything is placed.
        clothes_rng = rng.spawn(1)[0]
        self._upper_colors = cycle(clothes_rng.permutation(WARDROBE).tolist())
        self._lower_colors = cycle(clothes_rng.permutation(TROUSER_COLORS).tolist())

    def place(self, subject: Subject, index: int, rank: int) -> None:
        """Place all sprites of ``subject``.

        ``index`` is its index in the scene; ``rank`` is 0 for the main subject.
        """
        placed = [sprite for sprite in self.placed if sprite.subject == index]
        if placed and len(placed) >= subject.count:
            return  # all are in boxes
        names = self._pick_sprites(subject)
        if names[0] == "fence" and not placed:
            panels = _fence(subject, self._composition)
            self.placed.extend(replace(panel, subject=index) for panel in panels)
            return
        width = self._composition.width
        height = sprite_height(
            subject, names[0], rank, self._available_width(subject, names[0]), self._composition
        )
        height = min(height, self._height_of_kind(subject, index))
        left, right = 0.0, width
        if subject.count >= GROUP_COUNT:
            left, right = _widest_gap(self.placed, width)
        columns = sprite_columns(subject, right - left, height * aspect(names[0]), self._rng)
        is_large = sprite_library().infos[names[0]].height_m >= LARGE_METERS
        # A shrunken house next to a person would look like a toy.
        shrinks = 0 if is_large and not self._composition.has_sizes else MAX_SHRINKS
        for number, (name, column) in [*enumerate(zip(names, columns, strict=True))][len(placed) :]:
            sprite = self._stand(subject, (names[0], name), left + column, height)
            sprite = self._finish(sprite, subject, index, number)
            sprite = self._as_far_as_small(sprite)
            sprite = replace(sprite, flipped=self._should_flip(name, sprite.x))
            obstacles = [other for other in self.placed if other.name != "fence"]
            if placed:  # those in boxes determine how near it is, and it may be far from them
                sprite = _avoid_overlap(sprite, obstacles, replace(subject, count=1), width, 0)
            else:
                sprite = _avoid_overlap(sprite, obstacles, subject, width, shrinks)
            self.placed.append(sprite)

    def _as_far_as_small(self, sprite: PlacedSprite) -> PlacedSprite:
        """Return a further object of a group as far behind those in boxes as it is smaller."""
        environment = self._composition.environment
        boxed = [
            other
            for other in self.placed
            if other.is_fixed
            and other.subject == sprite.subject
            and other.support in GROUNDS
            and other.baseline_y > environment.horizon_y
        ]
        if not boxed or sprite.support not in GROUNDS or environment.kind != "outdoors":
            return sprite
        nearest = max(boxed, key=lambda other: other.baseline_y)
        depth = (nearest.baseline_y - environment.horizon_y) * sprite.height / nearest.height
        return replace(sprite, baseline_y=min(MAX_BASELINE_Y, environment.horizon_y + depth))

    def _height_of_kind(self, subject: Subject, index: int) -> float:
        """Return the height of others of the group, or of other people, in boxes; or infinity."""
        people = sprite_library().people
        heights = [
            sprite.height
            for sprite in self.placed
            if sprite.is_fixed and not is_close_up(sprite.name)
            and (sprite.subject == index or (is_people(subject) and sprite.name in people))
        ]  # fmt: skip
        return float(np.median(heights)) if heights else float("inf")

    def place_in_boxes(
        self,
        subject: Subject,
        index: int,
        targets: Sequence[Target],
        others: Sequence[Box] = (),
    ) -> None:
        """Place the sprites of ``subject`` that have a box.

        ``index`` is its index in the scene, and ``others`` are the boxes of other subjects.
        """
        if not targets:
            return
        names = self._pick_sprites(subject)
        if names[0] == "fence":
            sprites = fence_in_box(targets[0].box, self._composition.width)
        elif is_crowd_box(subject, names[0], targets, self._composition.width):
            sprites = fill_with_crowd(names, targets[0].box, self._composition)
        else:
            sprites = [
                place_in_box(subject, names[at % len(names)], target, self._composition, others)
                for at, target in enumerate(targets)
            ]
        for number, sprite in enumerate(sprites):
            finished = self._finish(sprite, subject, index, number)
            if len(targets[0].parts) == 1:
                flipped = self._should_flip(sprite.name, sprite.x)
                finished = replace(finished, flipped=flipped)
            self.placed.append(finished)

    def _finish(
        self, sprite: PlacedSprite, subject: Subject, index: int, number: int
    ) -> PlacedSprite:
        """Return the sprite in the colors and looks of its subject."""
        colors = _colors_of(subject, number)
        return self._dress(replace(sprite, colors=colors, looks=subject.looks, subject=index))

    def _pick_sprites(self, subject: Subject) -> list[str]:
        """Return a drawing for each object, in turn from a random one of the first four."""
        kinds, count = len(subject.sprites), subject.count
        start = int(self._rng.integers(min(kinds, 4)))
        # A second drawing is only for variety in groups, unless the first would state a sex.
        if count == 1 and kinds <= 2 and not is_ambiguous(subject):
            return [subject.sprites[0]]
        return [subject.sprites[(start + index) % kinds] for index in range(count)]

    def _available_width(self, subject: Subject, sprite: str) -> float:
        """Return the width that a group may use: the width without sprites on the same support."""
        width = self._composition.width
        if subject.count < GROUP_COUNT:
            return width
        support = sprite_library().infos[sprite].support
        # Sprites with another support do not matter: sheep may graze below a kite.
        used = sum(other.width for other in self.placed if other.support == support)
        return max(0.55 * width, width - used)

    def _stand(
        self, subject: Subject, names: tuple[str, str], x: float, height: float
    ) -> PlacedSprite:
        """Return a sprite at ``x``; ``names`` are the first drawing of the group and its own.

        The first drawing determines the support, so that a group stands on one level.
        """
        first, name = names
        info = sprite_library().infos[first]
        height *= relative_height(name, first)
        if subject.count > 1:
            height *= 0.92 + 0.16 * self._rng.random()
        baseline_y, support = find_baseline(subject, info, height, self._composition, self._rng)
        is_scattered = subject.count >= SCATTER_COUNT and "row" not in subject.positions
        if is_scattered and support in ("ground", "water", "surface"):
            baseline_y, height = scatter(
                baseline_y, height, self._composition.environment, self._rng
            )
        return PlacedSprite(
            name=name,
            x=x,
            baseline_y=baseline_y,
            width=height * aspect(name),
            height=height,
            colors=(),
            support=support,
            submerged=BOAT_SUBMERGED if info.support == "water" else WADER_SUBMERGED,
        )

    def _dress(self, sprite: PlacedSprite) -> PlacedSprite:
        """Return a person in the next colors of the wardrobe, unless the words state a color."""
        if sprite.colors or not wears_plain_clothes(sprite.name):
            return sprite
        lower = sprite.looks.lower_color or next(self._lower_colors)
        looks = replace(sprite.looks, lower_color=lower)
        return replace(sprite, colors=(next(self._upper_colors),), looks=looks)

    def _should_flip(self, name: str, x: float) -> bool:
        """Return whether to mirror a sprite: most face left, so those on the left are mirrored."""
        if any(part in name for part in UNFLIPPED):
            return False
        width = self._composition.width
        return x < width * 0.4 or (x < width * 0.6 and self._rng.random() < 0.3)


def _fence(subject: Subject, composition: Composition) -> Iterator[PlacedSprite]:
    """Yield the panels of a fence across the whole picture."""
    environment = composition.environment
    width = LARGE_FENCE_WIDTH if subject.size in ("huge", "large") else FENCE_WIDTH
    depth = environment.horizon + 0.34 * (1 - environment.horizon) + width / 2400
    baseline_y, height = HEIGHT * min(0.95, depth), width / aspect("fence")
    for index in range(int(composition.width / width) + 1):
        x = (index + 0.5) * width
        yield PlacedSprite("fence", x, baseline_y, width, height, subject.colors, "ground")


def _widest_gap(placed: Sequence[PlacedSprite], width: float) -> tuple[float, float]:
    """Return the ends of the widest gap between sprites, or of the picture if it is narrow."""
    spans = sorted(
        (max(0.0, sprite.box[0]), sprite.box[2]) for sprite in placed if sprite.name != "fence"
    )
    widest, covered = (0.0, 0.0), 0.0
    for left, right in [*spans, (width, width)]:
        if left - covered > widest[1] - widest[0]:
            widest = (covered, left)
        covered = max(covered, right)
    return widest if widest[1] - widest[0] > MIN_GAP * width else (0.0, width)


def _colors_of(subject: Subject, index: int) -> tuple[str, ...]:
    """Return the colors of one object; several objects take turns with several colors."""
    if subject.count > 1 and len(subject.colors) > 1:
        return (subject.colors[index % len(subject.colors)],)
    return subject.colors


def _avoid_overlap(
    sprite: PlacedSprite,
    obstacles: Sequence[PlacedSprite],
    subject: Subject,
    width: float,
    shrinks: int,
) -> PlacedSprite:
    """Return ``sprite`` moved sideways to the position of the least overlap.

    A single sprite that still overlaps too much shrinks, at most ``shrinks`` times. A sprite behind
    a taller one on the same support moves nearer, in front of it.
    """
    # Stay inside the picture, but let a sprite of nearly its width still move a little.
    margin = min(sprite.width / 2, width * 0.46)
    options = [
        replace(sprite, x=min(width - margin, max(margin, sprite.x + shift * width)))
        for shift in np.linspace(-MAX_SHIFT, MAX_SHIFT, SHIFTS).tolist()
    ]
    shift_cost = _shift_cost(subject)
    best = min(
        options,
        key=lambda option: (
            _overlap_cost(option, obstacles) + abs(option.x - sprite.x) / width * shift_cost
        ),
    )
    if _overlap_cost(best, obstacles) > MAX_OVERLAP and subject.count == 1 and shrinks:
        return _avoid_overlap(_shrink(sprite), obstacles, subject, width, shrinks - 1)
    if shrinks and best.support in ("ground", "surface"):
        return _step_in_front(best, obstacles)
    return best


def _shift_cost(subject: Subject) -> float:
    if any(position in COLUMN_OF_POSITION for position in subject.positions):
        return NAMED_SHIFT_COST
    return GROUP_SHIFT_COST if subject.count > 1 else FREE_SHIFT_COST


def _step_in_front(sprite: PlacedSprite, obstacles: Sequence[PlacedSprite]) -> PlacedSprite:
    """Return ``sprite`` moved in front of every taller sprite that would hide much of it."""
    hiding = [
        other
        for other in obstacles
        if other.support == sprite.support
        and other.height > sprite.height
        and _overlap_area(sprite, other) > MAX_OVERLAP * sprite.width * sprite.height
    ]
    if not hiding:
        return sprite
    nearer = max(other.baseline_y for other in hiding) + 18 + 0.06 * sprite.height
    return replace(sprite, baseline_y=max(sprite.baseline_y, min(MAX_BASELINE_Y, nearer)))


def _shrink(sprite: PlacedSprite) -> PlacedSprite:
    """Return ``sprite`` at a smaller size with the same baseline."""
    return replace(sprite, width=sprite.width * SHRINK_FACTOR, height=sprite.height * SHRINK_FACTOR)


def _overlap_cost(sprite: PlacedSprite, others: Sequence[PlacedSprite]) -> float:
    """Return the sum of the overlaps, each as a share of the smaller of the two sprites."""
    return sum(
        _overlap_area(sprite, other) / min(sprite.width * sprite.height, other.width * other.height)
        for other in others
    )


def _overlap_area(first: PlacedSprite, second: PlacedSprite) -> float:
    left, top, right, bottom = first.box
    other_left, other_top, other_right, other_bottom = second.box
    width = min(right, other_right) - max(left, other_left)
    height = min(bottom, other_bottom) - max(top, other_top)
    return max(0.0, width) * max(0.0, height)
