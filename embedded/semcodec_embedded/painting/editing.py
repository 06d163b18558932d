"""Change one thing in a plan, and keep everything else as it is.

A change is refused if it cannot be carried out or changes nothing, rather than carried out in part:
then the caller knows that another change is needed. What a change costs elsewhere is not judged
here (a larger dog may hide a cat); the caller compares the accounts of both pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from semcodec.words.changes import Change, ChangeAction
from semcodec.words.matching import count_limits
from semcodec_embedded.painting import free_places, surroundings_editing
from semcodec_embedded.painting.account import entry_of, find_phrase, has_body, sprites_of
from semcodec_embedded.painting.baselines import (
    BOTTOM_DEPTH,
    HANGING_BOTTOM,
    HANGING_TOP,
    MAX_BASELINE_Y,
    STUDIO_BOTTOM_Y,
    TOP_DEPTH,
)
from semcodec_embedded.painting.carrying import carry_along
from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.free_places import FreePlaces, Sprites, nearer, places_of, scaled
from semcodec_embedded.painting.parser import MAX_COUNT, parse_prompt
from semcodec_embedded.painting.placement import add_subject, distance_key
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.recolor import applied_colors
from semcodec_embedded.painting.rules.clothing import is_body_part, is_worn
from semcodec_embedded.painting.rules.interactions import add_table, put_on_head
from semcodec_embedded.painting.rules.poses import is_gear
from semcodec_embedded.painting.scene import Mention, PlacedSprite, Subject
from semcodec_embedded.painting.sizing import (
    AREA_OF_SIZE,
    COLUMN_OF_POSITION,
    MAX_HEIGHT,
    MAX_WIDTH,
    MIN_HEIGHT,
    Composition,
)
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import HEIGHT
from semcodec_embedded.painting.vocabulary import roles

SHRINK_FACTOR = 0.75  #: of one change
#: Shares of the area that a size word means, of which the first that leaves the drawing visible is
#: used.
SIZE_SHARES = (1.0, 0.75, 0.55)
ROOM_FACTOR, MAX_ROOM_STEPS = 0.85, 3  #: of what hides a drawing, if no place is free for it
MAX_GROUP_WIDTH = 0.42  #: of a group that moves to one side, as a share of the width
MIN_SHOWN = 0.7  #: share of a drawing from which nothing must be done to show it
MAX_QUOTE = 30  #: characters of a change that a reason quotes
MAX_MOVED = 6  #: drawings of one noun that are moved one by one
IN_BOX = "the record has a box for it"  #: why a drawing stays where it is


class CannotChangeError(Exception):
    """The change cannot be carried out; the message is the reason, without a period."""


def change_plan(plan: Plan, change: Change, seed: int) -> Plan:
    """Return ``plan`` with ``change``; ``seed`` selects among equally good possibilities.

    Raises:
        CannotChangeError: the painter cannot carry it out, or it would change nothing.
    """
    request = _find(plan, change, seed)
    is_missing = not request.numbers and has_body(plan)
    if is_body_part(request.phrase) and (request.is_part or is_missing):
        raise CannotChangeError("a part of a body cannot be changed alone")
    changed = _ACTIONS[change.action](request)
    changed = replace(changed, sprites=carry_along(plan.sprites, changed.sprites))
    if _what_is_painted(changed) == _what_is_painted(plan):
        raise CannotChangeError("it is like this already")
    return changed


def _what_is_painted(plan: Plan) -> tuple[object, ...]:
    """Return everything in a plan that a change can change and that determines pixels."""
    return plan.sprites, plan.environment, plan.scene.part_colors, plan.scene.has_wall


def _quote(text: str) -> str:
    return repr(text[:MAX_QUOTE])


@dataclass(frozen=True, slots=True)
class _Request:
    """A change of one plan.

    Attributes:
        plan: the plan.
        phrase: the phrase of the prompt, or the noun of the change if the prompt does not have it.
        value: the value of the change.
        numbers: the numbers of the drawings of the phrase; () for a part of the surroundings.
        rng: the random generator of the change.
    """

    plan: Plan
    phrase: str
    value: str
    numbers: tuple[int, ...]
    rng: np.random.Generator

    @property
    def sprites(self) -> Sprites:
        """The drawings, of which there is at least one."""
        if not self.numbers:
            raise CannotChangeError(f"the picture has no drawing of {_quote(self.phrase)}")
        return tuple(sprite for sprite in self.plan.sprites if sprite.number in self.numbers)

    @property
    def free(self) -> Sprites:
        """The drawings that may be moved and resized, of which there is at least one."""
        free = tuple(sprite for sprite in self.sprites if not sprite.is_fixed)
        if not free:
            raise CannotChangeError(IN_BOX)
        return free

    @property
    def mention(self) -> Mention:
        """What the prompt states about the phrase."""
        mentions = (item for item in self.plan.scene.mentions if item.phrase == self.phrase)
        return next(mentions, Mention(self.phrase))

    @property
    def is_part(self) -> bool:
        """Whether the drawings are those of another noun, which show the phrase too."""
        subjects = self.plan.scene.subjects
        return bool(self.numbers) and all(
            sprite.subject >= 0 and subjects[sprite.subject].noun != self.phrase
            for sprite in self.sprites
        )

    def with_each(self, change: Callable[[PlacedSprite], PlacedSprite]) -> Plan:
        """Return the plan with each drawing of the phrase changed; all keep their order."""
        sprites = tuple(
            change(sprite) if sprite.number in self.numbers else sprite
            for sprite in self.plan.sprites
        )
        return replace(self.plan, sprites=sprites)

    def with_subjects(self, plan: Plan, change: Callable[[Subject], Subject]) -> Plan:
        """Return ``plan`` with the subjects of the drawings changed."""
        indexes = {sprite.subject for sprite in self.sprites}
        subjects = tuple(
            change(subject) if index in indexes else subject
            for index, subject in enumerate(plan.scene.subjects)
        )
        return replace(plan, scene=replace(plan.scene, subjects=subjects))


def _find(plan: Plan, change: Change, seed: int) -> _Request:
    phrase = find_phrase(plan, change.noun) or change.noun.lower()
    numbers = tuple(plan.sprites[at].number for at in sprites_of(plan, phrase))
    return _Request(plan, phrase, change.value.lower(), numbers, np.random.default_rng(seed))


# --- to show what is hidden


def _uncover(request: _Request) -> Plan:
    """Draw it after what hides it, and nearer if it stands on the ground."""
    plan = request.plan
    shares = dict(zip(_numbers(plan), FreePlaces(plan).shares(plan.sprites), strict=True))
    hidden = {item.number for item in request.sprites if shares[item.number] < MIN_SHOWN}
    if not hidden:
        raise CannotChangeError("nothing hides it")
    front = []
    for at, sprite in enumerate(plan.sprites):
        if sprite.number in hidden:
            stands = sprite.support in ("ground", "surface") and not sprite.elevation
            stands = stands and not sprite.is_fixed
            y = nearer(sprite, plan.sprites[at + 1 :]) if stands else sprite.baseline_y
            front.append(replace(sprite, baseline_y=y))
    rest = [sprite for sprite in plan.sprites if sprite.number not in hidden]
    return replace(plan, sprites=(*rest, *front))


def _separate(request: _Request) -> Plan:
    """Move it to where it can be seen and hides nothing."""
    return _show(request.plan, [sprite.number for sprite in request.free])


def _show(plan: Plan, numbers: Iterable[int]) -> Plan:
    """Move the sprites with ``numbers`` to free places, unless they are in boxes.

    If no place is free for them, what is before them becomes smaller.
    """
    fixed = {sprite.number for sprite in plan.sprites if sprite.is_fixed}
    wanted = [number for number in numbers if number not in fixed][:MAX_MOVED]
    if not wanted:
        return plan
    options = [_move_to_free_places(plan, wanted)]
    room = plan
    while len(options) <= MAX_ROOM_STEPS and not FreePlaces(options[-1]).is_enough(wanted):
        room = _make_room(room, wanted)
        options.append(_move_to_free_places(room, wanted))
    return max(options, key=lambda option: FreePlaces(option).total(wanted, plan))


def _move_to_free_places(plan: Plan, numbers: Iterable[int]) -> Plan:
    places, sprites = FreePlaces(plan), plan.sprites
    for number in numbers:
        old = next(sprite for sprite in sprites if sprite.number == number)
        others = [sprite for sprite in sprites if sprite.number != number]
        sprites = places.move(old, sprites, places_of(old, others, plan.width))
    return replace(plan, sprites=sprites)


def _make_room(plan: Plan, numbers: Iterable[int]) -> Plan:
    """Return the plan with everything smaller that is drawn after one of ``numbers``."""
    wanted = {*numbers}
    first = min(at for at, sprite in enumerate(plan.sprites) if sprite.number in wanted)
    sprites = tuple(
        scaled(sprite, ROOM_FACTOR)
        if at > first and sprite.number not in wanted and not sprite.is_fixed
        else sprite
        for at, sprite in enumerate(plan.sprites)
    )
    return replace(plan, sprites=sprites)


def _numbers(plan: Plan) -> list[int]:
    return [sprite.number for sprite in plan.sprites]


def _shrink(request: _Request) -> Plan:
    """Make it smaller, at the same place."""
    if min(sprite.height for sprite in request.free) * SHRINK_FACTOR < MIN_HEIGHT:
        raise CannotChangeError("it is as small as it can be")
    return request.with_each(
        lambda sprite: sprite if sprite.is_fixed else scaled(sprite, SHRINK_FACTOR)
    )


def _redraw(request: _Request) -> Plan:
    """Use another drawing of the noun, of the same height."""
    used = {sprite.name for sprite in request.sprites}
    indexes = {sprite.subject for sprite in request.sprites} - {-1}
    subjects = [request.plan.scene.subjects[index] for index in sorted(indexes)]
    names = dict.fromkeys(name for subject in subjects for name in subject.sprites)
    # A group that shows all drawings can still show one of them only.
    others = [name for name in names if name not in used or len(used) > 1]
    if not others:
        raise CannotChangeError(f"there is only one drawing of {_quote(request.phrase)}")
    name = others[int(request.rng.integers(len(others)))]
    return request.with_each(lambda sprite: _redrawn(sprite, name))


def _redrawn(sprite: PlacedSprite, name: str) -> PlacedSprite:
    """Return ``sprite`` with another drawing that is not wider than the old one by much."""
    height = min(sprite.height, 1.3 * sprite.width / aspect(name))
    return replace(sprite, name=name, width=height * aspect(name), height=height)


# --- to make it as the words state


def _recolor(request: _Request) -> Plan:
    color = _key("colors", request.value)
    if not color:
        raise CannotChangeError(f"{_quote(request.value)} is not a color of its palette")
    if not request.numbers:
        changed = surroundings_editing.recolor(request.plan, request.mention, color)
    elif is_gear(request.plan.scene, request.phrase):
        changed = request.with_each(
            lambda sprite: replace(sprite, looks=replace(sprite.looks, gear_color=color))
        )
    elif len(request.numbers) > 1 and len({item.colors for item in request.sprites}) > 1:
        changed = _recolor_one(request, color)
    else:
        # The words may state several colors of one object; then the others stay.
        is_stated = color in (name for _, name in request.mention.colors)
        change = _in_color if is_stated else _in_color_alone
        changed = request.with_each(lambda sprite: change(sprite, color))
    if color not in entry_of(changed, request.phrase).colors:
        raise CannotChangeError(f"the drawing cannot be {_quote(request.value)}")
    return changed


def _recolor_one(request: _Request, color: str) -> Plan:
    """Recolor one drawing of a group in several colors: the last of the most frequent color."""
    colors = [sprite.colors for sprite in request.sprites]
    sprite = max(reversed(request.sprites), key=lambda sprite: colors.count(sprite.colors))
    return replace(request, numbers=(sprite.number,)).with_each(
        lambda sprite: replace(sprite, colors=(color,))
    )


def _in_color(sprite: PlacedSprite, color: str) -> PlacedSprite:
    """Return ``sprite`` in ``color`` too if it has room for several colors, else in it alone."""
    library = sprite_library()
    looks = sprite.looks if sprite.name in library.people else None
    for colors in ((*sprite.colors, color), (color, *sprite.colors)):
        wanted = tuple(dict.fromkeys(colors))
        if {*wanted} <= {*applied_colors(library.bodies[sprite.name], wanted, looks)}:
            return replace(sprite, colors=wanted)
    return _in_color_alone(sprite, color)


def _in_color_alone(sprite: PlacedSprite, color: str) -> PlacedSprite:
    return replace(sprite, colors=(color,))


def _resize(request: _Request) -> Plan:
    size = _key("sizes", request.value)
    if not size:
        raise CannotChangeError(f"{_quote(request.value)} is not a size that it knows")
    if not request.numbers:
        return _add(request)
    if any(sprite.is_fixed for sprite in request.sprites):
        raise CannotChangeError(IN_BOX)
    mentions = tuple(
        replace(item, size=request.value) if item.phrase == request.phrase else item
        for item in request.plan.scene.mentions
    )
    plan = replace(request.plan, scene=replace(request.plan.scene, mentions=mentions))
    plan = request.with_subjects(plan, lambda subject: replace(subject, size=size))
    sized = (_at_size(replace(request, plan=plan), size, share) for share in SIZE_SHARES)
    changed = [option for option in sized if entry_of(option, request.phrase).size]
    if not changed:
        raise CannotChangeError(f"the picture has no room for a {_quote(request.value)} drawing")
    visible = (option for option in changed if FreePlaces(option).shows(request.numbers))
    return next(visible, None) or _show(changed[-1], request.numbers)


def _at_size(request: _Request, size: str, share: float) -> Plan:
    """Return the plan with the drawings at ``share`` of the area that the size word means."""
    width, count = request.plan.width, len(request.numbers)
    area = AREA_OF_SIZE[size] * share * (1 if size == "small" else 1.05 / count)

    def change(sprite: PlacedSprite) -> PlacedSprite:
        proportion = sprite.width / sprite.height
        height = (area * width * HEIGHT / proportion) ** 0.5
        height = min(height, MAX_HEIGHT * HEIGHT, MAX_WIDTH * width / count / proportion)
        if sprite.support == "none" and sprite.baseline_y < HEIGHT:  # sits behind a table
            height = min(height, sprite.baseline_y - free_places.MARGIN)
        return _stand(scaled(sprite, max(MIN_HEIGHT, height) / sprite.height), width)

    changed = request.with_each(change)
    return _move_to_free_places(changed, request.numbers) if count == 1 else changed


def _stand(sprite: PlacedSprite, width: float) -> PlacedSprite:
    """Return ``sprite`` inside the frame if it fits."""
    margin = min(sprite.width / 2, width / 2)
    x = min(width - margin, max(margin, sprite.x))
    if sprite.support == "none" or sprite.elevation:
        return replace(sprite, x=x)
    lowest = HEIGHT if sprite.support in ("wall", "air") else MAX_BASELINE_Y
    return replace(sprite, x=x, baseline_y=min(lowest, max(sprite.baseline_y, sprite.height + 24)))


def _move(request: _Request) -> Plan:
    place = _key("positions", request.value)
    if any(sprite.is_fixed for sprite in request.sprites):
        raise CannotChangeError(IN_BOX)
    if place in COLUMN_OF_POSITION:
        changed = _move_sideways(request, _column(request, place) * request.plan.width)
    elif place in ("top", "bottom"):
        changed = request.with_each(lambda sprite: _at_height(sprite, request.plan, place))
        changed = replace(changed, sprites=tuple(sorted(changed.sprites, key=distance_key)))
    else:
        raise CannotChangeError(f"{_quote(request.value)} is not a place that it knows")
    replaced = COLUMN_OF_POSITION if place in COLUMN_OF_POSITION else ("top", "bottom")

    def change(subject: Subject) -> Subject:
        kept = tuple(name for name in subject.positions if name not in replaced)
        return replace(subject, positions=(*kept, place))

    changed = request.with_subjects(changed, change)
    is_sideways = place in COLUMN_OF_POSITION
    return _step_forward(request, changed) if is_sideways else _step_aside(request, changed)


def _step_forward(request: _Request, changed: Plan) -> Plan:
    """Return ``changed`` with the drawings in front of what hides them at their new place."""
    try:
        return _uncover(replace(request, plan=changed))
    except CannotChangeError:  # nothing hides them
        return changed


def _step_aside(request: _Request, changed: Plan) -> Plan:
    """Return ``changed`` with the drawings beside what hides them, at the same height."""
    places, sprites = FreePlaces(changed), changed.sprites
    for number in request.numbers[:MAX_MOVED]:
        old = next(sprite for sprite in sprites if sprite.number == number)
        columns = np.linspace(0, changed.width, free_places.COLUMNS).tolist()
        options = [_stand(replace(old, x=x), changed.width) for x in columns]
        sprites = places.move(old, sprites, [old, *options])
    return replace(changed, sprites=sprites)


def _column(request: _Request, place: str) -> float:
    """Return where to move a drawing, as a share of the width.

    If it shows another word with a position, such as a person in the center with a board on the
    right, it is half way between both.
    """
    column = COLUMN_OF_POSITION[place]
    subjects = {sprite.subject for sprite in request.sprites} - {-1}
    owner = request.plan.scene.subjects[min(subjects)] if subjects else None
    if owner is None or owner.noun == request.phrase or len(request.numbers) > 1:
        return column
    others = [COLUMN_OF_POSITION[name] for name in owner.positions if name in COLUMN_OF_POSITION]
    return (column + others[0]) / 2 if others else column


def _move_sideways(request: _Request, column: float) -> Plan:
    """Move the drawings so that their middle is at ``column``, closer together if they must."""
    xs = [sprite.x for sprite in request.sprites]
    middle, spread = (min(xs) + max(xs)) / 2, max(xs) - min(xs)
    share = min(1.0, MAX_GROUP_WIDTH * request.plan.width / max(spread, 1.0))

    def change(sprite: PlacedSprite) -> PlacedSprite:
        x = column + (sprite.x - middle) * share
        return _stand(replace(sprite, x=x), request.plan.width)

    return request.with_each(change)


def _at_height(sprite: PlacedSprite, plan: Plan, place: str) -> PlacedSprite:
    """Return ``sprite`` in the upper or the lower part of the picture."""
    environment, is_top = plan.environment, place == "top"
    if sprite.support in ("air", "wall", "none") or sprite.elevation:
        middle = (HANGING_TOP if is_top else HANGING_BOTTOM) * HEIGHT
        return replace(sprite, baseline_y=max(sprite.height + 12, middle + sprite.height / 2))
    if environment.kind == "studio" and not is_top:
        return replace(sprite, baseline_y=STUDIO_BOTTOM_Y)
    depth = TOP_DEPTH if is_top else BOTTOM_DEPTH
    y = environment.horizon_y + environment.ground_depth * depth
    highest = HEIGHT * 0.45 + sprite.height / 2  # its middle is in the upper half
    y = min(y, highest) if is_top else max(y, HEIGHT * 0.55 + sprite.height / 2)
    return replace(sprite, baseline_y=min(MAX_BASELINE_Y, max(sprite.height + 24, y)))


# --- to change how many there are


def _count(request: _Request) -> Plan:
    limits = count_limits(request.value)
    if limits is None or not 1 <= limits[0] <= MAX_COUNT:
        raise CannotChangeError(f"it can draw 1 to {MAX_COUNT} of a kind")
    fewest, most = limits
    if request.phrase != _owner_noun(request) and is_worn(request.phrase):
        raise CannotChangeError("it is worn, and its number is that of the people")
    if not request.numbers:
        return _add(replace(request, value=str(fewest)))
    plan = _show(request.plan, request.numbers)
    seen = entry_of(plan, request.phrase).count
    if most is not None and len(request.numbers) > most:
        plan = _remove_hidden(plan, request.numbers, len(request.numbers) - most)
    plan = _add_copies(plan, request, max(0, fewest - seen))
    if not fewest <= entry_of(plan, request.phrase).count <= (most or MAX_COUNT):
        raise CannotChangeError(f"the picture has no room for {_quote(request.value)}")
    return request.with_subjects(plan, lambda subject: replace(subject, count=fewest))


def _owner_noun(request: _Request) -> str:
    """Return the noun of the subject whose drawing shows the phrase; "" if there is none."""
    subjects = {s.subject for s in request.plan.sprites if s.number in request.numbers} - {-1}
    return request.plan.scene.subjects[min(subjects)].noun if subjects else ""


def _remove_hidden(plan: Plan, numbers: Iterable[int], count: int) -> Plan:
    """Return the plan without ``count`` of the sprites, the least visible ones."""
    fixed = {sprite.number for sprite in plan.sprites if sprite.is_fixed}
    free = [number for number in numbers if number not in fixed]
    if len(free) < count:
        raise CannotChangeError("the record has a box for each of them")
    shares = dict(zip(_numbers(plan), FreePlaces(plan).shares(plan.sprites), strict=True))
    removed = {*sorted(free, key=lambda number: shares[number])[:count]}
    sprites = tuple(sprite for sprite in plan.sprites if sprite.number not in removed)
    return replace(plan, sprites=sprites)


def _add_copies(plan: Plan, request: _Request, count: int) -> Plan:
    """Return the plan with ``count`` more of the drawings, in free places."""
    for _ in range(count):
        model = next(sprite for sprite in plan.sprites if sprite.number in request.numbers)
        copy = replace(model, number=max(_numbers(plan)) + 1, target=None)
        # A copy at the same place hides the first one, so that a free place is worth the way.
        plan = replace(plan, sprites=free_places.insert(plan.sprites, copy))
        plan = _move_to_free_places(plan, [copy.number])
    return plan


def _add(request: _Request) -> Plan:
    """Add what is missing, or show what is hidden."""
    if request.numbers:
        return _show(request.plan, request.numbers)
    if changed := surroundings_editing.add(request.plan, request.mention):
        return changed
    subject = _parse_subject(request)
    plan, scene = request.plan, request.plan.scene
    index = len(scene.subjects)
    composition = Composition(
        plan.environment,
        scene.activity,
        plan.width,
        subject_count=index + 1,
        has_sizes=any(item.size for item in (*scene.subjects, subject)),
    )
    boxes = plan.layout.boxes_of(request.phrase)
    added = add_subject(plan.sprites, index, composition, subject, request.rng, boxes)
    first = max(_numbers(plan), default=-1) + 1
    added = [replace(sprite, number=first + at) for at, sprite in enumerate(added)]
    mentions = scene.mentions
    if request.phrase not in {item.phrase for item in mentions}:
        mentions = (*mentions, Mention(request.phrase))
    scene = replace(scene, subjects=(*scene.subjects, subject), mentions=mentions)
    sprites = plan.sprites
    worn = [put_on_head(sprite, plan.sprites) for sprite in added]
    for sprite in _on_table(plan, worn):
        sprites = free_places.insert(sprites, sprite)
    changed = replace(plan, scene=scene, sprites=sprites)
    return changed if worn != added else _show(changed, [sprite.number for sprite in added])


def _parse_subject(request: _Request) -> Subject:
    """Return the subject of the phrase with its attributes in the prompt."""
    mention = request.mention
    colors = [word for word, _ in mention.colors]
    words = [request.value, mention.size, *colors, request.phrase]
    subjects = parse_prompt(" ".join(filter(None, words))).subjects
    if subjects and subjects[0].sprites:
        return replace(subjects[0], words=(request.phrase,), positions=mention.positions)
    if mention.key not in surroundings_editing.TABLES:
        raise CannotChangeError(f"it has no drawing of {_quote(request.phrase)}")
    names = tuple(color for _, color in mention.colors)
    return Subject(
        request.phrase,
        ("side-table",),
        colors=names,
        words=(request.phrase,),
        positions=mention.positions,
    )


def _on_table(plan: Plan, added: list[PlacedSprite]) -> list[PlacedSprite]:
    """Return ``added`` on a table if it belongs on one: the one in the room, or a new one."""
    if plan.environment.kind != "room":
        return added
    table = next((sprite for sprite in plan.sprites if sprite.name == "side-table"), None)
    if table is None:
        number = max((sprite.number for sprite in added), default=0) + 1
        furnished = add_table(added, replace(plan.scene, ground=""))
        return [replace(item, number=number) if item.number < 0 else item for item in furnished]
    raised = next((item.elevation for item in plan.sprites if item.elevation), table.height - 14)
    return [
        replace(sprite, baseline_y=table.baseline_y + 1, elevation=raised, x=table.x)
        if sprite.support == "surface"
        else sprite
        for sprite in added
    ]


def _remove(request: _Request) -> Plan:
    removed = {sprite.number for sprite in request.sprites}
    kept = tuple(sprite for sprite in request.plan.sprites if sprite.number not in removed)
    return replace(request.plan, sprites=kept)


def _key(table: str, word: str) -> str:
    """Return the key of a word in a table of ``words.toml``, or ""."""
    role = roles().get(word)
    return role.key if role and role.table == table else ""


_ACTIONS: dict[ChangeAction, Callable[[_Request], Plan]] = {
    "add": _add,
    "count": _count,
    "recolor": _recolor,
    "resize": _resize,
    "move": _move,
    "uncover": _uncover,
    "separate": _separate,
    "shrink": _shrink,
    "redraw": _redraw,
    "remove": _remove,
}
