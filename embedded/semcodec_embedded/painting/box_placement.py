"""Place a drawing in its box: its support, its distance, and what carries it.

Boxes come from a photograph, in which nothing floats; only the drawings are of other shapes. So a
box is obeyed wherever it is, and the rules here decide what makes the place plausible: a shadow on
the ground, water up to the waterline, a table or another drawing below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from semcodec_embedded.painting.baselines import FLOATING_KINDS, MAX_BASELINE_Y, find_support
from semcodec_embedded.painting.carrying import NEXT
from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.figures import can_be_cut
from semcodec_embedded.painting.fitting import (
    HEAD,
    WHOLE,
    Fit,
    Target,
    cut_variants,
    fit_drawing,
    in_units,
    touches_lower_edge,
)
from semcodec_embedded.painting.geometry import Box, area, bears, share_inside
from semcodec_embedded.painting.rules.close_ups import as_close_up, is_close_up
from semcodec_embedded.painting.rules.clothing import ACCESSORIES
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import PlacedSprite, Subject
from semcodec_embedded.painting.sizing import AREA_OF_SIZE, MIN_HEIGHT, Composition
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT

BOAT_SUBMERGED, WADER_SUBMERGED = 0.07, 0.26  #: the shares of a boat and of an animal under water
CROWD_COUNT = 3  #: from which several objects may have one box
#: How much wider than one drawing the box of several is; nouns such as "crowd" need no such box.
CROWD_BOX_SHAPE = 1.9
COLLECTIVE_NOUNS = frozenset(("crowd", "people", "group", "team", "audience", "family", "flowers"))
MAX_CROWD_ROWS, ROW_OFFSET = 4, 0.3  #: rows of a crowd, and how far a row shows above the next one
CROWD_OVERLAP = 0.8  #: the distance of neighbors in a row, in widths of a drawing
#: The share of a sprite inside another one from which it is before it, and of a sprite of the same
#: kind: two people that overlap stand one behind the other.
CARRIED_SHARE, CARRIED_SHARE_OF_KIND = 0.75, 0.92
JUMP_SHADOW = 0.12  #: the depth of the shadow of someone who jumps before a far horizon
NEAR_EDGE = 0.05  #: share of the height; boxes are not exact
MIN_CUT_HEIGHT = 0.28  #: of a box, as a share of the picture, for half figures and faces
MIN_HIDDEN = 0.5  #: share of the width of what hides the lower part of a thing
MAX_PANELS = 24  #: of a fence in a box
MIN_LYING_SHAPE = 0.9  #: width by height of the box of someone who lies or sits on furniture
HELD = frozenset(("umbrella", "parasol"))
FURNITURE = frozenset(("bed", "couch", "chair", "wood-bench", "side-table", "desk", "pool-table"))


def place_in_box(
    subject: Subject,
    name: str,
    target: Target,
    composition: Composition,
    others: Sequence[Box] = (),
) -> PlacedSprite:
    """Return a sprite of ``subject`` in the box of ``target``; ``name`` is its drawing.

    ``others`` are the boxes of other things, which may hide the lower part of it.
    """
    environment = composition.environment
    sits = environment.kind == "table" and is_people(subject)
    if sits:
        name = as_close_up(replace(subject, sprites=(name,)), behind_table=True).sprites[0]
        target = _behind_table(target, environment)
    wanted, is_cut = target.box, touches_lower_edge(target.box)
    edge = 0.0 if sits or is_cut else _hiding_edge(target, others)
    close_up = _close_up(subject, name, target)
    names = [close_up] if close_up and is_cut else _drawings(subject, name, target, is_cut)
    if (edge or _lies(subject, target, others, composition.width)) and can_be_cut(name):
        names = cut_variants(name) or names
        target = _down_to(target, edge) if edge else target
    support = find_support(sprite_library().infos[subject.sprites[0]], subject, composition)
    stands = support not in ("air", "wall")
    fit = fit_drawing(names, target, composition.width, stands, others)
    if names == [close_up]:
        fit = _moved_inside(fit, composition.width)
    sprite = _sprite(fit, support, in_units(wanted, composition.width))
    if sits:
        return replace(sprite, support="none")  # without a shadow on the table
    return _supported(sprite, subject, composition)


def _behind_table(target: Target, environment: Environment) -> Target:
    """Return the target of someone behind a table: it ends just below the edge of the table."""
    edge = environment.horizon + 6 / HEIGHT
    left, top, right, bottom = target.box
    if bottom > edge and touches_lower_edge(target.box) and top > edge - 0.15:
        return Target(((WHOLE, target.box),))  # before the table
    top = min(top, edge - MIN_HEIGHT / HEIGHT)
    return Target(((WHOLE, (left, top, right, edge)),))


def _hiding_edge(target: Target, others: Sequence[Box]) -> float:
    """Return the upper edge of what hides the lower part of a thing, such as a car; 0 if nothing.

    Its lower edge is lower, so that it is nearer, and it begins where the box of the thing ends.
    """
    left, top, right, bottom = target.box
    if target.parts[0][0] != WHOLE:
        return 0.0
    for other in others:
        across = min(right, other[2]) - max(left, other[0])
        is_below = top < other[1] <= bottom + NEAR_EDGE and other[3] > bottom + NEAR_EDGE
        is_larger = area(other) > area(target.box)  # a skateboard does not hide a person
        if (
            is_larger
            and is_below
            and other[1] > (top + bottom) / 2
            and across >= MIN_HIDDEN * (right - left)
        ):
            return max(bottom, other[1])
    return 0.0


def _lies(subject: Subject, target: Target, others: Sequence[Box], width: float) -> bool:
    """Return whether someone lies on a bed or sits on a couch: no drawing shows it whole."""
    left, top, right, bottom = target.box
    shape = (right - left) * width / ((bottom - top) * HEIGHT)
    is_whole = target.parts[0][0] == WHOLE and is_people(subject)
    return is_whole and shape > MIN_LYING_SHAPE and any(bears(box, target.box) for box in others)


def _down_to(target: Target, edge: float) -> Target:
    left, top, right, _ = target.box
    return Target(((WHOLE, (left, top, right, min(1.0, edge + NEAR_EDGE))),))


def _close_up(subject: Subject, name: str, target: Target) -> str:
    """Return the drawing of the face or the upper half of what fills the picture, or "".

    The words alone call for it if they state that it is huge; see ``close_ups``.
    """
    is_huge = subject.size == "huge" or area(target.box) >= AREA_OF_SIZE["huge"]
    if not is_huge or subject.count > 1 or target.parts[0][0] != WHOLE:
        return ""
    alone = replace(subject, sprites=(name,), size="huge")
    close_up = as_close_up(alone, behind_table=False).sprites[0]
    return close_up if is_close_up(close_up) else ""


def _moved_inside(fit: Fit, width: float) -> Fit:
    """Return a close-up moved sideways, so that no side of the picture cuts off the face."""
    left, top, right, bottom = fit.box
    shift = max(0.0, -left) - max(0.0, right - width) if right - left <= width else 0.0
    return replace(fit, box=(left + shift, top, right + shift, bottom))


def _drawings(subject: Subject, name: str, target: Target, is_cut: bool) -> list[str]:
    """Return the drawings that may fill a box, the preferred one first."""
    is_near = target.box[3] - target.box[1] >= MIN_CUT_HEIGHT
    cut = cut_variants(name) if is_cut and is_near else []
    if target.parts[0][0] == HEAD:
        return [*cut, name]
    others = [other for other in subject.sprites if other != name and not is_people(subject)]
    return [name, *cut, *others]


def _sprite(fit: Fit, support: str, target: Box) -> PlacedSprite:
    left, top, right, bottom = fit.box
    return PlacedSprite(
        name=fit.name,
        x=(left + right) / 2,
        baseline_y=bottom,
        width=right - left,
        height=bottom - top,
        colors=(),
        support=support,
        flipped=bool(fit.flipped),
        target=target,
    )


def _supported(sprite: PlacedSprite, subject: Subject, composition: Composition) -> PlacedSprite:
    """Return ``sprite`` with a support that its place has."""
    environment, support = composition.environment, sprite.support
    if subject.noun.rsplit(" ", 1)[-1] in ACCESSORIES | HELD or is_close_up(sprite.name):
        return replace(sprite, support="none")
    is_above = sprite.baseline_y < environment.horizon_y and environment.kind == "outdoors"
    if is_above and composition.activity and is_people(subject):
        support = "jump"
    if support == "jump":
        return _jumping(sprite, environment)
    if support in ("ground", "surface", "islet", "water") and is_above:
        return replace(sprite, support="air")
    if sprite.baseline_y > MAX_BASELINE_Y and support != "water":
        return replace(sprite, support="none")  # cut off by the lower edge
    if support == "water":
        is_boat = sprite_library().infos[sprite.name].support == "water"
        return replace(sprite, submerged=BOAT_SUBMERGED if is_boat else WADER_SUBMERGED)
    return sprite


def _jumping(sprite: PlacedSprite, environment: Environment) -> PlacedSprite:
    """Return someone in the air, with the shadow on the ground below."""
    ground_y = environment.horizon_y + JUMP_SHADOW * environment.ground_depth
    ground_y = min(MAX_BASELINE_Y, max(ground_y, sprite.baseline_y + 0.3 * sprite.height))
    elevation = max(1.0, ground_y - sprite.baseline_y)
    return replace(
        sprite, support="jump", baseline_y=sprite.baseline_y + elevation, elevation=elevation
    )


# --- several objects in one box


def is_crowd_box(subject: Subject, name: str, targets: Sequence[Target], width: float) -> bool:
    """Return whether the only box of several objects is that of all of them."""
    if len(targets) != 1 or subject.count < CROWD_COUNT or targets[0].parts[0][0] != WHOLE:
        return False
    left, top, right, bottom = targets[0].box
    shape = (right - left) * width / ((bottom - top) * HEIGHT)
    return subject.noun in COLLECTIVE_NOUNS or shape >= CROWD_BOX_SHAPE * aspect(name)


def fill_with_crowd(names: Sequence[str], box: Box, composition: Composition) -> list[PlacedSprite]:
    """Return a sprite for each of ``names``, in rows that fill ``box``, the farthest row first."""
    width, height = (box[2] - box[0]) * composition.width, (box[3] - box[1]) * HEIGHT
    shape = max(aspect(name) for name in names)
    rows = _row_count(len(names), width, height, shape)
    tall = max(MIN_HEIGHT, height / (1 + ROW_OFFSET * (rows - 1)))
    tall = min(tall, max(MIN_HEIGHT, width / shape))
    in_row = ceil(len(names) / rows)
    sprites = []
    for at, name in enumerate(names):
        row, column = divmod(at, in_row)
        count = min(in_row, len(names) - row * in_row)
        span = max(0.0, width - tall * shape)
        share = (column + 0.5 * (row % 2) / max(1, count)) / (count - 1) if count > 1 else 0.5
        x = box[0] * composition.width + tall * shape / 2 + span * min(1.0, share)
        bottom = box[3] * HEIGHT - ROW_OFFSET * tall * (rows - 1 - row)
        drawn = (x - tall * aspect(name) / 2, bottom - tall, x + tall * aspect(name) / 2, bottom)
        sprites.append(_sprite(Fit(name, drawn, None, 0.0), "ground", drawn))
    return [
        replace(sprite, support=_crowd_support(sprite, composition.environment))
        for sprite in sprites
    ]


def _row_count(count: int, width: float, height: float, shape: float) -> int:
    """Return the number of rows in which the drawings fill a box best."""

    def excess(rows: int) -> float:
        tall = height / (1 + ROW_OFFSET * (rows - 1))
        return abs(ceil(count / rows) * CROWD_OVERLAP * tall * shape - width)

    return min(range(1, min(MAX_CROWD_ROWS, count) + 1), key=excess)


def _crowd_support(sprite: PlacedSprite, environment: Environment) -> str:
    if environment.kind in FLOATING_KINDS:
        return "air"
    natural = sprite_library().infos[sprite.name].support
    return "none" if sprite.baseline_y > MAX_BASELINE_Y else natural


def fence_in_box(box: Box, width: float) -> list[PlacedSprite]:
    """Return the panels of a fence from the left to the right edge of ``box``.

    ``width`` is the width of the scene, in units.
    """
    left, top, right, bottom = in_units(box, width)
    panel = max((bottom - top) * aspect("fence"), (right - left) / MAX_PANELS)
    count = max(1, round((right - left) / panel))
    panel = (right - left) / count
    return [
        _sprite(
            Fit("fence", (x, bottom - panel / aspect("fence"), x + panel, bottom), None, 0.0),
            "ground",
            (left, top, right, bottom),
        )
        for x in (left + at * panel for at in range(count))
    ]


# --- what is before what


def raise_carried(sprites: Sequence[PlacedSprite]) -> list[PlacedSprite]:
    """Return ``sprites`` with each that another one would hide just after it.

    A detector saw it, so it is on the other one, or before it: a cup on a table, a cat on a bed, a
    tie on a person. It keeps its place, but belongs to the distance of what carries it.
    """
    result = list(sprites)
    for sprite in sorted(sprites, key=lambda item: -area(_drawn_box(item))):
        if not sprite.is_fixed:
            continue
        at = result.index(sprite)
        behind = [other for other in result[at + 1 :] if _carries(other, sprite)]
        if not behind:
            continue
        bearer = behind[-1]
        result.remove(sprite)
        bottom = sprite.baseline_y - sprite.elevation
        raised = replace(
            sprite,
            baseline_y=bearer.baseline_y + NEXT,
            elevation=bearer.baseline_y + NEXT - bottom,
            support="none" if sprite.support in ("water", "islet", "jump") else sprite.support,
        )
        result.insert(result.index(bearer) + 1, raised)
    return result


def _drawn_box(sprite: PlacedSprite) -> Box:
    left, top, right, bottom = sprite.box
    return left, top - sprite.elevation, right, bottom - sprite.elevation


def _carries(bearer: PlacedSprite, sprite: PlacedSprite) -> bool:
    """Return whether ``bearer``, which is drawn later, must not hide ``sprite``."""
    large, small = bearer.target or _drawn_box(bearer), sprite.target or _drawn_box(sprite)
    if area(large) <= area(small):
        return False
    inside = share_inside(small, large)
    if not bearer.is_fixed:
        return inside >= 0.5  # it has no place of its own
    if bearer.subject == sprite.subject or _are_people(bearer, sprite):
        return inside >= CARRIED_SHARE_OF_KIND
    is_on = bears(large, small)
    rests = sprite.support == "surface" or bearer.support == "water" or bearer.name in FURNITURE
    return inside >= CARRIED_SHARE or (is_on and rests)


def _are_people(first: PlacedSprite, second: PlacedSprite) -> bool:
    people = sprite_library().people
    return first.name in people and second.name in people
