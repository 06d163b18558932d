"""The account of a picture: which words of the prompt it shows, how well, and where.

Each phrase of the prompt that names a thing has an entry, so that a reader can compare the account
with the words. The parser notes the phrases (``SceneDescription.mentions``), and each subject knows
for which phrases it was drawn (``Subject.words``): of "man skateboard", one drawing shows both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec_embedded.painting import surroundings_editing
from semcodec_embedded.painting.figures import HALF
from semcodec_embedded.painting.fitting import GEAR, PERSON, parts_of, place_of_part
from semcodec_embedded.painting.geometry import Box
from semcodec_embedded.painting.parser import has_drawing
from semcodec_embedded.painting.placement import BED_FIXTURES, BUILDINGS_WITH_ROOMS
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.recolor import applied_colors, has_gear
from semcodec_embedded.painting.rules.clothing import BODY, is_body_part
from semcodec_embedded.painting.rules.color_inference import ACHROMATIC
from semcodec_embedded.painting.rules.poses import MOUNTS, activities, is_gear, names_gear
from semcodec_embedded.painting.scene import Mention, PlacedSprite, Subject
from semcodec_embedded.painting.sizing import has_size, whole_height
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.surroundings import PartView, view_part
from semcodec_embedded.painting.svg import HEIGHT
from semcodec_embedded.painting.visibility import Raster, visible_shares
from semcodec_embedded.painting.vocabulary import singular_candidates, split_prompt

#: The share of a drawing from which it is counted: less is a detail that no viewer recognizes.
MIN_COUNTED = 0.4
#: Fixtures of rooms by other names.
FIXTURE_NAMES = {"cabinet": "cupboard", "drape": "curtain", "blind": "curtain", "carpet": "rug"}


def report_scene(plan: Plan) -> PaintedScene:
    """Return the account of the picture that ``plan`` describes."""
    account = _Account(plan)
    phrases = dict.fromkeys(mention.phrase for mention in plan.scene.mentions)
    objects = (account.entry(phrase) for phrase in phrases)
    return PaintedScene(tuple(item for item in objects if item is not None))


def entry_of(plan: Plan, phrase: str) -> PaintedObject:
    """Return the entry of ``phrase``; it has the count 0 if the picture does not show it."""
    return _Account(plan).entry(phrase) or PaintedObject(phrase, 0, 0.0)


def find_phrase(plan: Plan, noun: str) -> str:
    """Return the phrase of the prompt that ``noun`` means, or "".

    It is the same in singular or plural, or one of them contains the other: "fire hydrant" may be
    called hydrant, and "court" tennis court.
    """
    phrases = list(dict.fromkeys(mention.phrase for mention in plan.scene.mentions))
    wanted = _stems(noun)
    for phrase in phrases:
        if _stems(phrase) == wanted:
            return phrase
    return next((item for item in phrases if wanted and _overlap(_stems(item), wanted)), "")


def _stems(phrase: str) -> list[str]:
    return [_singular(word) for word in split_prompt(phrase)]


def _overlap(first: Sequence[str], second: Sequence[str]) -> bool:
    return {*first} <= {*second} or {*second} <= {*first}


def has_body(plan: Plan) -> bool:
    """Return whether a person or an animal is drawn: then parts of bodies are not drawn alone."""
    library = sprite_library()
    return any(sprite.name in library.people | library.animals for sprite in plan.sprites)


def sprites_of(plan: Plan, phrase: str) -> list[int]:
    """Return the indexes of the sprites that show ``phrase``, hidden or not."""
    scene, sprites = plan.scene, plan.sprites
    shown = {at for at, item in enumerate(scene.subjects) if phrase in item.words}
    if found := [at for at, sprite in enumerate(sprites) if sprite.subject in shown]:
        return found
    mention = next((item for item in scene.mentions if item.phrase == phrase), Mention(phrase))
    names: frozenset[str] = frozenset()
    if mention.table == "activities":
        activity = activities().get(mention.key)
        names = frozenset(activity.actors if activity else MOUNTS.values())
        names |= {name + HALF for name in names}  # someone who fills the picture is a half figure
    elif mention.key in ("table", "desk") and plan.environment.kind == "room":
        names = frozenset(("side-table",))
    elif plan.environment.room == "bedroom" and _singular(phrase) in BED_FIXTURES:
        names = frozenset(("bed",))
    elif _singular(phrase) in BODY:  # a person has hands
        names = sprite_library().people
    return [at for at, sprite in enumerate(sprites) if sprite.name in names]


class _Account:
    """Looks up phrases in one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        shares, self._covered = visible_shares(plan.sprites, plan.width)
        self._shares = dict(enumerate(shares))
        self._raster = Raster(plan.width)

    def entry(self, phrase: str) -> PaintedObject | None:
        """Return the entry of ``phrase``, or None for a word that names nothing, such as a verb."""
        mentions = [item for item in self._plan.scene.mentions if item.phrase == phrase]
        mentions = mentions or [Mention(phrase)]  # an edit may name what the prompt does not
        if drawn := sprites_of(self._plan, phrase):
            return self._of_drawings(phrase, mentions, drawn)
        if views := self._fixtures(phrase) or self._parts(phrase, mentions):
            return self._of_parts(phrase, mentions, views)
        if mentions[0].table == "activities" and mentions[0].key not in activities():
            return None  # a verb
        is_part = is_body_part(phrase) and has_body(self._plan)
        can_be_added = has_drawing(phrase) and not is_part
        can_be_added = can_be_added or surroundings_editing.can_add(self._plan, mentions[0])
        return PaintedObject(phrase, 0, 0.0, can_be_added=can_be_added)

    def _of_drawings(
        self, phrase: str, mentions: Sequence[Mention], drawn: Sequence[int]
    ) -> PaintedObject:
        seen = [at for at in drawn if self._shares[at] >= MIN_COUNTED]
        sprites = [self._plan.sprites[at] for at in drawn]
        boxes = [self._frame_box(self._plan.sprites[at]) for at in seen or drawn]
        if self._is_merged_gear(phrase, sprites[0]):  # a board is at the feet
            boxes = [(left, bottom, right, bottom) for left, _, right, bottom in boxes]
        return PaintedObject(
            phrase,
            count=len(seen),
            visible=max(self._shares[at] for at in drawn),
            colors=_words_for(mentions, self._applied(phrase, sprites)),
            size=self._size(mentions, sprites),
            x=_mean((left + right) / 2 for left, _, right, _ in boxes),
            y=_mean((top + bottom) / 2 for _, top, _, bottom in boxes) * self._plan.share,
            boxes=tuple(self._boxes(phrase, sprites)),
        )

    def _boxes(self, phrase: str, sprites: Sequence[PlacedSprite]) -> Iterator[Box]:
        """Yield the boxes of what shows ``phrase`` in ``sprites``, in shares of the picture."""
        for sprite in sprites:
            parts = parts_of(sprite.name)
            part = parts.get(GEAR if self._is_gear(phrase, sprite) else PERSON)
            left, top, right, bottom = self._frame_box(sprite, part)
            share = self._plan.share
            if left < right and top < bottom:
                yield left, top * share, right, bottom * share

    def _is_gear(self, phrase: str, sprite: PlacedSprite) -> bool:
        """Return whether ``phrase`` is the gear or the mount in a drawing of a person."""
        return GEAR in parts_of(sprite.name) and names_gear(phrase)

    def _frame_box(self, sprite: PlacedSprite, part: Box | None = None) -> Box:
        """Return the box of a sprite or a part of it, cut to the frame, in shares of the scene."""
        left, top, right, bottom = sprite.box
        box = (left, top - sprite.elevation, right, bottom - sprite.elevation)
        if part:
            left, upper, right, lower = part
            mirrored = (1 - right, upper, 1 - left, lower)
            box = place_of_part(box, mirrored if sprite.flipped else part)
        left, top, right, bottom = box
        left, right = (min(1.0, max(0.0, x / self._plan.width)) for x in (left, right))
        top, bottom = (min(1.0, max(0.0, y / HEIGHT)) for y in (top, bottom))
        return left, top, right, bottom

    def _is_merged_gear(self, phrase: str, sprite: PlacedSprite) -> bool:
        """Return whether ``phrase`` is gear that the drawing of a person includes."""
        scene = self._plan.scene
        return is_gear(scene, phrase) and scene.subjects[sprite.subject].noun != phrase

    def _applied(self, phrase: str, sprites: Sequence[PlacedSprite]) -> list[str]:
        """Return the names in the palette of the colors in which ``sprites`` show ``phrase``."""
        library = sprite_library()
        if self._is_merged_gear(phrase, sprites[0]):
            shown = (
                item.looks.gear_color for item in sprites if has_gear(library.bodies[item.name])
            )
            return self._in_mood(list(filter(None, shown)))
        applied: list[str] = []
        for name, colors, looks in dict.fromkeys((s.name, s.colors, s.looks) for s in sprites):
            person_looks = looks if name in library.people else None
            applied += applied_colors(library.bodies[name], colors, person_looks)
        return self._in_mood(applied)

    def _in_mood(self, colors: Sequence[str]) -> list[str]:
        """Return the ``colors`` that can be seen; a photograph in black and white has no others."""
        is_gray = "gray" in self._plan.scene.moods
        return [name for name in colors if not is_gray or name in ACHROMATIC]

    def _size(self, mentions: Sequence[Mention], sprites: Sequence[PlacedSprite]) -> str:
        """Return the size word of a phrase if the drawings have this size, or ""."""
        word = next((mention.size for mention in mentions if mention.size), "")
        subjects = self._plan.scene.subjects
        owner = subjects[sprites[0].subject] if sprites[0].subject >= 0 else Subject("", ())
        if not word or not owner.size or any(sprite.is_fixed for sprite in sprites):
            return word  # a "little girl" is little by her drawing; a box is more exact than a word
        boxes = [self._frame_box(sprite) for sprite in sprites]
        sides = [
            (right - left, (bottom - top) * whole_height(sprite.name))
            for (left, top, right, bottom), sprite in zip(boxes, sprites, strict=True)
        ]
        return word if has_size(owner.size, sides) else ""

    def _fixtures(self, phrase: str) -> list[PartView]:
        """Return what the furnishings of the room show of ``phrase``."""
        noun = _singular(phrase.rsplit(" ", 1)[-1])
        name = FIXTURE_NAMES.get(noun, noun)
        return [self._view(item.box) for item in self._plan.fixtures if item.noun == name]

    def _view(self, box: Box) -> PartView:
        covered = self._covered[self._raster.box(box)]
        visible = 1.0 - float(covered.mean()) if covered.size else 0.0
        x, y = (box[0] + box[2]) / 2 / self._plan.width, (box[1] + box[3]) / 2 / HEIGHT
        return PartView(visible, x, y)

    def _parts(self, phrase: str, mentions: Sequence[Mention]) -> list[PartView]:
        """Return what the surroundings show of ``phrase``."""
        for subject in self._plan.scene.subjects:
            is_building = bool({*subject.sprites[:1]} & BUILDINGS_WITH_ROOMS)
            if phrase in subject.words and is_building:
                return [PartView()]  # the room is in this building
        views = (
            view_part(mention, self._plan, self._raster, self._covered) for mention in mentions
        )
        return [view for view in views if view is not None]

    def _of_parts(
        self, phrase: str, mentions: Sequence[Mention], views: Sequence[PartView]
    ) -> PaintedObject:
        seen = [view for view in views if view.visible >= MIN_COUNTED]
        colors = self._in_mood([name for view in views for name in view.colors])
        return PaintedObject(
            phrase,
            count=len(seen),
            visible=max(view.visible for view in views),
            colors=_words_for(mentions, colors),
            size=next((mention.size for mention in mentions if mention.size), ""),
            x=_mean(view.x for view in seen or views),
            y=_mean(view.y for view in seen or views) * self._plan.share,
        )


def _words_for(mentions: Sequence[Mention], applied: Sequence[str]) -> tuple[str, ...]:
    """Return the color words of the prompt that were applied, then the names of all colors."""
    words = [word for item in mentions for word, name in item.colors if name in applied]
    return tuple(dict.fromkeys([*words, *applied]))


def _singular(noun: str) -> str:
    return next(iter(singular_candidates(noun)), noun)


def _mean(values: Iterator[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)
