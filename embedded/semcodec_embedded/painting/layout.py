"""Which drawing takes which box of a record's layout.

A box belongs to a word, and a drawing to a subject: "person skateboard" are two words and one
drawing, "seven people baseball" is one word and two subjects (a batter, and six who watch). Nothing
guarantees that boxes agree with the words or with each other, so every layout is accepted: a box
that no drawing can take is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from semcodec.backends.guides import Box, WordBoxes
from semcodec_embedded.painting.fitting import (
    GEAR,
    HEAD,
    PERSON,
    WHOLE,
    Target,
    has_gear_part,
    parts_of,
)
from semcodec_embedded.painting.geometry import area, distance, iou, share_inside
from semcodec_embedded.painting.rules.clothing import (
    ACCESSORIES,
    PORTRAITS,
    is_body_part,
    is_worn,
)
from semcodec_embedded.painting.rules.looks import with_looks
from semcodec_embedded.painting.rules.poses import activities, is_people, names_gear
from semcodec_embedded.painting.scene import Mention, SceneDescription, Subject
from semcodec_embedded.painting.sprites import find_sprites, sprite_library
from semcodec_embedded.painting.vocabulary import singular_candidates, split_prompt

#: Overlap (intersection over union) from which two boxes are of one thing.
SAME_BOX = 0.7
#: The share of a box inside another one from which a second box of an actor is a part of the first.
PART_OF_ACTOR = 0.8
#: The distance between an actor and the gear, in sides of the actor's box, up to which they are
#: one drawing: a frisbee may be far away.
MAX_REACH = 0.35
MAX_DRAWINGS = 16  #: of one subject, as many as a layout has boxes


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of one picture, in shares of the scene.

    Attributes:
        targets: the targets of each subject of the scene; () for a subject without boxes.
        surroundings: pairs of a key of ``words.toml``, such as "table" or "road", and its box.
        of_phrases: all boxes of each phrase, for edits.
    """

    targets: tuple[tuple[Target, ...], ...] = ()
    surroundings: tuple[tuple[str, Box], ...] = ()
    of_phrases: tuple[tuple[str, tuple[Box, ...]], ...] = ()

    def targets_of(self, subject: int) -> tuple[Target, ...]:
        """Return the targets of the subject with this index, or ()."""
        return self.targets[subject] if 0 <= subject < len(self.targets) else ()

    @property
    def boxes(self) -> Iterator[tuple[int, Box]]:
        """The boxes of the targets, each with the index of its subject."""
        for index, targets in enumerate(self.targets):
            for target in targets:
                yield index, target.box

    def surroundings_of(self, *keys: str) -> tuple[Box, ...]:
        """Return the boxes of parts of the surroundings with one of ``keys``."""
        return tuple(box for key, box in self.surroundings if key in keys)

    def boxes_of(self, phrase: str) -> tuple[Box, ...]:
        """Return the boxes of a phrase, or ()."""
        return dict(self.of_phrases).get(phrase, ())


NO_LAYOUT = Layout()


@dataclass
class _Claim:
    """A subject with the boxes that may be its own, by part; each list is used up."""

    subject: Subject
    boxes: dict[str, list[Box]] = field(default_factory=dict)
    gear: str = ""  #: the phrase that names its gear

    @property
    def main(self) -> list[Box]:
        """The boxes of the whole drawing, or of the person in it."""
        return self.boxes.setdefault(PERSON if PERSON in self.boxes else WHOLE, [])


def apply_layout(
    scene: SceneDescription, words: Sequence[WordBoxes], share: float = 1.0
) -> tuple[SceneDescription, Layout]:
    """Return ``scene`` with as many drawings as there are boxes, and the layout of its subjects.

    ``share`` is the share of the picture's height that the scene has; the rest is a caption.
    """
    found = _find_mentions(scene, words, share)
    if not found:
        return scene, Layout()
    scene = _with_accessories(scene, found)
    claims = [_claim(index, scene, found) for index in range(len(scene.subjects))]
    claims = _resolve(claims)
    pairs = [pair for claim in claims for pair in _targets(claim, scene)]
    surroundings = [
        (mention.key, box)
        for mention, boxes in found
        for box in boxes
        if mention.table in ("grounds", "parts", "skies", "backgrounds")
    ]
    layout = Layout(
        tuple(targets for _, targets in pairs),
        tuple(surroundings),
        tuple((mention.phrase, boxes) for mention, boxes in found),
    )
    return replace(scene, subjects=tuple(subject for subject, _ in pairs)), layout


_Found = Sequence[tuple[Mention, tuple[Box, ...]]]


def _find_mentions(scene: SceneDescription, words: Sequence[WordBoxes], share: float) -> _Found:
    """Return the phrases of the prompt that the words name, each with its boxes.

    Of equal words, the first belongs to the first phrase, and so on.
    """
    found: list[tuple[int, Mention, tuple[Box, ...]]] = []
    mentions, waiting = list(scene.mentions), sorted(words, key=lambda item: item.index)
    for ends in (True, False):  # of "bowl soup" the first word names it, too
        for word in list(waiting):
            boxes = tuple(_in_scene(word.boxes, share))
            mention = _pop_mention(mentions, word.word, ends) if boxes else None
            if mention:
                waiting.remove(word)
                found.append((word.index, mention, boxes))
    return [(mention, boxes) for _, mention, boxes in sorted(found, key=lambda item: item[0])]


def _pop_mention(mentions: list[Mention], word: str, ends: bool) -> Mention | None:
    """Remove and return the first phrase that has ``word``, in singular or plural, or ends so."""
    wanted = _stems(split_prompt(word)[-1:])
    for at, mention in enumerate(mentions):
        phrase = split_prompt(mention.phrase)
        if wanted & _stems(phrase[-1:] if ends else phrase):
            return mentions.pop(at)
    return None


def _stems(words: Sequence[str]) -> set[str]:
    return {stem for word in words for stem in (word, *singular_candidates(word))}


def _in_scene(boxes: Iterable[Box], share: float) -> Iterator[Box]:
    """Yield the boxes in shares of the scene above a caption, as far as they are in it."""
    for left, top, right, bottom in boxes:
        if top < share and left < right and top < bottom:
            yield left, top / share, right, min(1.0, bottom / share)


def _with_accessories(scene: SceneDescription, found: _Found) -> SceneDescription:
    """Return ``scene`` with hats, ties and the like that have a box and no drawing."""
    shown = {word for subject in scene.subjects for word in subject.words}
    missing = [
        Subject(mention.phrase, find_sprites(mention.phrase), words=(mention.phrase,),
                colors=tuple(name for _, name in mention.colors))
        for mention, _ in found
        if mention.phrase not in shown and _is_among(mention.phrase, ACCESSORIES)
        and find_sprites(mention.phrase)
    ]  # fmt: skip
    return replace(scene, subjects=(*scene.subjects, *missing)) if missing else scene


def _is_among(phrase: str, nouns: frozenset[str]) -> bool:
    return bool(_stems(split_prompt(phrase)[-1:]) & nouns)


# --- which boxes a subject may take


def _claim(index: int, scene: SceneDescription, found: _Found) -> _Claim:
    subject, boxes, gear = scene.subjects[index], dict[str, list[Box]](), ""
    tables = {mention.phrase: mention.table for mention, _ in found}
    owners_of = {phrase: _owners(phrase, table, scene) for phrase, table in tables.items()}
    for phrase in [phrase for phrase, owners in owners_of.items() if index in owners]:
        entries = [item for mention, item in found if mention.phrase == phrase]
        at = owners_of[phrase].index(index)
        part = _part_of(phrase, subject)
        if part is None:
            continue
        gear = phrase if part == GEAR else gear
        new = boxes.setdefault(part, [])
        for box in entries[min(at, len(entries) - 1)]:
            if all(iou(box, other) < SAME_BOX for other in new):
                new.append(box)
    if WHOLE in boxes or PERSON in boxes:
        boxes.pop(HEAD, None)
    return _Claim(subject, boxes, gear)


def _owners(phrase: str, table: str, scene: SceneDescription) -> list[int]:
    """Return the indexes of the subjects whose drawings show ``phrase``.

    "frisbee" is an activity, and the drawing of it has one in the hand; so is "astronaut", whose
    drawing has no noun if nothing else names a person.
    """
    subjects = scene.subjects
    owners = [at for at, subject in enumerate(subjects) if phrase in subject.words]
    if owners or table != "activities":
        return owners
    if names_gear(phrase):
        return [at for at, subject in enumerate(subjects) if has_gear_part(subject)][:1]
    if is_people(Subject(phrase, ())):
        actors = [item for item in enumerate(subjects) if not item[1].noun and item[1].sprites]
        return [at for at, actor in actors if actor.sprites[0] in sprite_library().people][:1]
    return []


def _part_of(phrase: str, subject: Subject) -> str | None:
    """Return which part of the drawing of ``subject`` the phrase names; None for a detail of it.

    A hand or a shirt is in the box of its person, so that its own box would make the person small.
    """
    if phrase != subject.noun and (is_body_part(phrase) or is_worn(phrase)):
        return HEAD if _is_among(phrase, PORTRAITS) else None
    if not has_gear_part(subject):
        return WHOLE
    return GEAR if names_gear(phrase) else PERSON


def _resolve(claims: list[_Claim]) -> list[_Claim]:
    """Give each box to one subject of its kind; a subject that keeps none is another name.

    "person, four people" may both have all five boxes, and "man, person" the same one.
    """
    kept: list[_Claim] = []
    for at, claim in enumerate(claims):
        main = claim.main
        rivals = [other for other in kept if _is_kind(other.subject, claim.subject)]
        free = [box for box in main if not _is_taken(box, rivals)]
        if main and not free and rivals:
            owner = next(other for other in rivals if _is_taken(main[0], [other]))
            owner.subject = owner.subject.showing(claim.subject)
            continue
        later = [other for other in claims[at + 1 :] if _is_kind(other.subject, claim.subject)]
        if len(free) > claim.subject.count and any(_is_taken(box, later) for box in free):
            free = _best(free, claim, later)
        claim.boxes[PERSON if PERSON in claim.boxes else WHOLE] = free
        kept.append(claim)
    return kept


def _is_kind(first: Subject, second: Subject) -> bool:
    """Return whether two nouns may name the same thing."""
    if not first.sprites or not second.sprites:
        return False
    animals = sprite_library().animals
    names = {first.sprites[0], second.sprites[0]}
    are_people = all(is_people(item) or has_gear_part(item) for item in (first, second))
    return len(names) == 1 or names <= animals or are_people


def _is_taken(box: Box, claims: Iterable[_Claim]) -> bool:
    return any(iou(box, other) >= SAME_BOX for claim in claims for other in claim.main)


def _best(boxes: list[Box], claim: _Claim, later: Sequence[_Claim]) -> list[Box]:
    """Return as many of ``boxes`` as there are objects: of no other word, with gear, large."""
    gear = claim.boxes.get(GEAR, [])

    def rank(box: Box) -> tuple[bool, float]:
        nearest = min((distance(box, item) for item in gear), default=0.0)
        return _is_taken(box, later), nearest - area(box)

    return sorted(boxes, key=rank)[: claim.subject.count]


# --- which drawings a subject has


def _targets(
    claim: _Claim, scene: SceneDescription
) -> Iterator[tuple[Subject, tuple[Target, ...]]]:
    """Yield the subject with its targets, and the people whom its activity has no place for."""
    subject, boxes = claim.subject, claim.boxes
    if not any(boxes.values()):
        yield subject, ()
    elif has_gear_part(subject):
        yield from _actors(claim, scene)
    else:
        part = WHOLE if boxes.get(WHOLE) else HEAD
        targets = tuple(Target(((part, box),)) for box in _in_order(boxes.get(part, [])))
        yield _counted(subject, len(targets)), targets


def _in_order(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes from left to right, as words name colors ("red and yellow parrots")."""
    return sorted(boxes, key=lambda box: box[0] + box[2])[:MAX_DRAWINGS]


def _counted(subject: Subject, boxes: int) -> Subject:
    """Return ``subject`` with as many objects as boxes, or as a number word states if it is more.

    A plural or "crowd" without a number means several boxes, or one box for all.
    """
    if boxes == 1 or (subject.is_counted and subject.count > boxes):
        return subject
    return replace(subject, count=max(1, boxes))


def _actors(claim: _Claim, scene: SceneDescription) -> Iterator[tuple[Subject, tuple[Target, ...]]]:
    """Yield people with their gear as one drawing each, then the others on foot."""
    people = _without_parts(claim.boxes.get(PERSON, []))
    targets, thrown = _with_gear(people, claim.boxes.get(GEAR, []))
    gear = claim.gear
    is_thing = bool(gear) and not has_gear_part(Subject(gear, find_sprites(gear)))
    if not people and claim.subject.noun == gear:
        is_thing = False  # a mount without the box of its rider is drawn with the rider
    if thrown and not is_thing:
        targets += [Target(((GEAR, box),)) for box in thrown] if not people else []
        thrown = []
    activity = activities().get(scene.activity)
    places = max(0, (activity.max_actors if activity else 0) or MAX_DRAWINGS)
    is_mounted = claim.subject.noun == gear and bool(targets)
    places = 0 if is_mounted or thrown else max(0, places - len(targets))
    people.sort(key=area, reverse=True)
    targets += [Target(((PERSON, box),)) for box in people[:places]]
    targets.sort(key=lambda target: target.box[0] + target.box[2])
    if targets:
        yield _counted(claim.subject, len(targets)), tuple(targets)
    if on_foot := people[places:]:
        yield _on_foot(claim.subject, len(on_foot)), _wholes(on_foot)
    if thrown:
        yield Subject(gear, find_sprites(gear), len(thrown), words=(gear,)), _wholes(thrown)


def _with_gear(people: list[Box], gears: Sequence[Box]) -> tuple[list[Target], list[Box]]:
    """Remove from ``people`` those with gear; return them, and the gear that is far from all."""
    targets, far = [], []
    for gear in sorted(gears, key=area, reverse=True):
        nearest = min(people, key=lambda box: distance(box, gear), default=None)
        if nearest and distance(nearest, gear) <= MAX_REACH * (nearest[3] - nearest[1]):
            people.remove(nearest)
            targets.append(Target(((PERSON, nearest), (GEAR, gear))))
        else:
            far.append(gear)
    return targets, far


def _wholes(boxes: Sequence[Box]) -> tuple[Target, ...]:
    return tuple(Target(((WHOLE, box),)) for box in _in_order(boxes))


def _without_parts(boxes: Sequence[Box]) -> list[Box]:
    """Return ``boxes`` without those inside others: the legs of a skateboarder are not a person."""
    ordered = sorted(boxes, key=area, reverse=True)
    return [
        box
        for at, box in enumerate(ordered)
        if all(share_inside(box, larger) < PART_OF_ACTOR for larger in ordered[:at])
    ]


def _on_foot(actors: Subject, count: int) -> Subject:
    nouns = [word for word in (actors.noun, *actors.words) if is_people(Subject(word, ()))]
    sprites = next(filter(None, map(find_sprites, nouns)), find_sprites("person"))
    if GEAR in parts_of(sprites[0]):
        sprites = find_sprites("person")
    words = tuple(word for word in actors.words if not names_gear(word))
    return with_looks(replace(actors, sprites=sprites, count=count, size="", words=words))
