"""Apply activities to people: a surfing person is one drawing that includes the board."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from semcodec_embedded.painting.figures import can_be_cut, sex_of_figure
from semcodec_embedded.painting.rules import rule_tables, split_words
from semcodec_embedded.painting.scene import Looks, SceneDescription, Subject
from semcodec_embedded.painting.sprites import find_sprites, sprite_library

MAX_ACTING_SUBJECTS = 2  #: "man, woman" both take part; further people are the audience


@dataclass(frozen=True, slots=True)
class Activity:
    """The appearance of an activity: an entry of ``activities`` in ``rules.toml``.

    Attributes:
        actors: drawings of people in this activity.
        gear: nouns of things that these drawings include.
        ground: the ground if the words do not name one.
        max_actors: the maximum number of actors; others watch. 0 for no limit.
        extra_sprite: a drawing that is added, or "".
        animals: whether animals may be the actors.
    """

    actors: tuple[str, ...]
    gear: frozenset[str] = frozenset()
    ground: str = ""
    max_actors: int = 0
    extra_sprite: str = ""
    animals: bool = False


PEOPLE = frozenset(split_words(rule_tables()["people"]))
MOUNTS: dict[str, str] = rule_tables()["mounts"]
TWO_WHEELED = frozenset(("person-biking", "motorcyclist"))  #: drawings of riders; also of bikers
POSE_WORDS = frozenset(split_words(rule_tables()["poses"]["words"]))
BOATS = ("boat", "canoe", "kayak", "rowboat")
MAX_ROWERS = 2  #: more people do not row, but are on the shore
IMPLIED_ACTIVITIES: dict[str, str] = rule_tables()["implied_activities"]


@cache
def activities() -> dict[str, Activity]:
    """Return the activities with drawings, by their key in the table "activities"."""
    return {key: _load_activity(entry) for key, entry in rule_tables()["activities"].items()}


def _load_activity(entry: dict[str, Any]) -> Activity:
    fields = dict(entry)
    actors = split_words(fields.pop("actors"))
    gear = fields.pop("gear", "")
    return Activity(actors, frozenset(split_words(gear)) if gear else frozenset(), **fields)


def is_people(subject: Subject) -> bool:
    """Return whether ``subject`` is one or more people."""
    last = subject.noun.rsplit(" ", 1)[-1]
    if subject.sprites and can_be_cut(subject.sprites[0]):  # a figure of a person
        return True
    return last in PEOPLE or last.rstrip("s") in PEOPLE


def apply_activity(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with its people drawn in the pose of its activity."""
    scene = _merge_poses(scene)
    if not scene.activity and any(is_people(subject) for subject in scene.subjects):
        scene = replace(scene, activity=_infer_activity(scene))
    if scene.activity == "party":
        return _add_party(scene)
    if scene.activity == "riding" or (not scene.activity and _has_snowmobile(scene)):
        return _seat_riders(scene)
    activity = activities().get(scene.activity)
    return _cast_actors(scene, activity) if activity else scene


def _merge_poses(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with its first people in the pose of a word such as "yoga"."""
    pose = next((item for item in scene.subjects if item.noun in POSE_WORDS), None)
    # "man karate" is one subject already, which is the pose itself.
    others = [item for item in scene.subjects if item is not pose]
    people = next(filter(is_people, others), None)
    if pose is None or people is None or pose.sprites[0] not in sprite_library().people:
        return scene
    posed = replace(people, sprites=pose.sprites).showing(pose)
    return replace(scene, subjects=tuple(posed if item is people else item for item in others))


def _infer_activity(scene: SceneDescription) -> str:
    people = sum(subject.count for subject in scene.subjects if is_people(subject))
    nouns = [
        subject.noun
        for subject in scene.subjects
        if subject.noun in IMPLIED_ACTIVITIES
        and (subject.noun not in BOATS or people <= MAX_ROWERS >= subject.count)
    ]
    return IMPLIED_ACTIVITIES[nouns[0]] if nouns else ""


def _has_snowmobile(scene: SceneDescription) -> bool:
    """Return whether there is a snowmobile; its drawing includes a rider."""
    return any(subject.noun == "snowmobile" for subject in scene.subjects)


def _cast_actors(scene: SceneDescription, activity: Activity) -> SceneDescription:
    """Return ``scene`` with the people replaced by actors; without people, the gear."""
    gear = [item for item in scene.subjects if _is_among(item, activity.gear)]
    others = [subject for subject in scene.subjects if subject not in gear]
    people = [subject for subject in others if is_people(subject)]
    if not people:
        if not gear and others and activity.animals:
            return scene  # "dog running"
        actor = replace(gear[0], noun="", colors=()) if gear else Subject("", (), size="large")
        others, people = [actor, *others], [actor]
    acting = people[:MAX_ACTING_SUBJECTS]
    subjects = []
    color = next((item.colors[0] for item in gear if item.colors), "")
    for subject in others:
        is_acting = subject in acting
        actor = replace(subject, looks=replace(subject.looks, gear_color=color))
        subjects += _split_audience(actor.showing(*gear), activity) if is_acting else [subject]
    if activity.extra_sprite:
        subjects.append(Subject("", (activity.extra_sprite,), 1, "small"))
    return replace(scene, subjects=tuple(subjects), ground=scene.ground or activity.ground)


def is_gear(scene: SceneDescription, phrase: str) -> bool:
    """Return whether ``phrase`` is what the activity of ``scene`` needs, such as a racket."""
    activity = activities().get(scene.activity)
    return activity is not None and _is_among(Subject(phrase, ()), activity.gear)


def names_gear(phrase: str) -> bool:
    """Return whether ``phrase`` names a mount or the gear of any activity, and not a person."""
    if is_people(Subject(phrase, ())):
        return False
    nouns = frozenset().union(MOUNTS, *(activity.gear for activity in activities().values()))
    last = Subject(phrase.rsplit(" ", 1)[-1], ())
    return _is_among(Subject(phrase, ()), nouns) or _is_among(last, nouns)


def _is_among(subject: Subject, nouns: frozenset[str]) -> bool:
    return subject.noun in nouns or subject.noun.rstrip("s") in nouns


def _split_audience(people: Subject, activity: Activity) -> list[Subject]:
    """Return the actors among ``people``, and the others, if any, as a small audience."""
    actors = replace(people, sprites=activity.actors)
    all_act = people.sprites == activity.actors  # "skateboarders"
    if all_act or not activity.max_actors or people.count <= activity.max_actors:
        return [actors]
    return [
        replace(actors, count=activity.max_actors, size=people.size or "large", positions=()),
        replace(
            people,
            count=people.count - activity.max_actors,
            size="small",
            positions=("across",),
            noun="people",
        ),
    ]


def _seat_riders(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with the first mount and the first people replaced by one drawing."""
    riders = next((subject for subject in scene.subjects if is_people(subject)), None)
    mount = next((subject for subject in scene.subjects if _can_ride(riders, subject)), None)
    if mount is None:
        return scene
    mounted = replace(
        mount,
        sprites=(_rider_sprite(mount),),
        looks=_looks_of(riders) if riders else mount.looks,
        size=mount.size or (riders.size if riders else ""),
        count=max(mount.count, riders.count if riders else 1),
    ).showing(*([riders] if riders else []))
    subjects = [
        mounted if subject is mount else subject
        for subject in scene.subjects
        if subject is not riders
    ]
    return replace(scene, subjects=tuple(subjects))


def _can_ride(riders: Subject | None, mount: Subject) -> bool:
    """Return whether ``mount`` is one, and of the kind that the noun of ``riders`` implies."""
    sprite = _rider_sprite(mount)
    implies_wheels = riders is not None and riders.sprites[0] in TWO_WHEELED
    return bool(sprite) and (sprite in TWO_WHEELED or not implies_wheels)


def _looks_of(people: Subject) -> Looks:
    """Return the looks of ``people``, with the sex that their noun states."""
    sex = people.looks.sex or sex_of_figure(people.sprites[0])
    return replace(people.looks, sex=sex)


def _rider_sprite(subject: Subject) -> str:
    return MOUNTS.get(subject.noun) or MOUNTS.get(subject.noun.rstrip("s"), "")


def _add_party(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with a cake and balloons, unless it has them."""
    subjects = scene.subjects
    if not any("cake" in subject.noun for subject in subjects):
        subjects = (*subjects, Subject("cake", find_sprites("cake")))
    if not any("balloon" in subject.noun for subject in subjects):
        balloons = find_sprites("balloon")
        subjects = (*subjects, Subject("balloons", balloons, 3, "small", (), ("top",)))
    return replace(scene, subjects=subjects)
