"""Apply clothing to people: with a man, a shirt is not an object, but gives him its color."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.rules import rule_tables, split_words
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import SceneDescription, Subject

_TABLE = rule_tables()["clothing"]
WORN = frozenset(split_words(_TABLE["worn"]))
BODY = frozenset(split_words(_TABLE["body"]))
LOWER = frozenset(split_words(_TABLE["lower"]))
GOWNS = frozenset(split_words(_TABLE["gowns"]))
ACCESSORIES = frozenset(split_words(_TABLE["accessories"]))
PORTRAITS = frozenset(split_words(_TABLE["portraits"]))


def apply_clothing(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with its clothing on the first people; unchanged without people."""
    people = next(
        (item for item in scene.subjects if is_people(item) and noun_of(item) not in PORTRAITS),
        None,
    )
    if people is None:
        return replace(scene, subjects=tuple(map(_fill_picture, scene.subjects)))
    clothing = [
        item for item in scene.subjects if noun_of(item) in WORN | LOWER | GOWNS | PORTRAITS
    ]
    drawn = [*clothing, *(item for item in scene.subjects if noun_of(item) in BODY)]
    others = [subject for subject in scene.subjects if subject not in drawn]
    dressed = people
    for item in clothing:
        dressed = _put_on(dressed, item)
    dressed = dressed.showing(*(item for item in drawn if noun_of(item) not in ACCESSORIES))
    subjects = tuple(dressed if subject is people else subject for subject in others)
    return replace(scene, subjects=subjects)


def is_clothing(noun: str) -> bool:
    """Return whether a noun in the singular or plural names what people wear, such as "suits"."""
    return noun in WORN or noun.removesuffix("s") in WORN


def is_worn(noun: str) -> bool:
    """Return whether a noun in the singular or plural names clothing of any kind."""
    return is_clothing(noun) or bool({noun, noun.removesuffix("s")} & (LOWER | GOWNS))


def _fill_picture(subject: Subject) -> Subject:
    """Return the subject of a portrait, such as "face", in the size of the picture."""
    is_portrait = noun_of(subject) in PORTRAITS and subject.count == 1
    return replace(subject, size=subject.size or "huge") if is_portrait else subject


def _put_on(people: Subject, item: Subject) -> Subject:
    """Return ``people`` wearing ``item``; they get its color unless they have one."""
    color = item.colors[0] if item.colors else ""
    if noun_of(item) in LOWER:
        return replace(people, looks=replace(people.looks, lower_color=color))
    colored = replace(people, colors=people.colors or item.colors)
    if noun_of(item) in GOWNS:
        return replace(colored, looks=replace(people.looks, garment="dress"))
    if noun_of(item) in PORTRAITS and people.count == 1:
        return replace(colored, size="huge")
    return colored


def is_body_part(noun: str) -> bool:
    """Return whether a noun in the singular or plural names a part of a body, such as "eyes"."""
    return noun in BODY | PORTRAITS or noun.removesuffix("s") in BODY | PORTRAITS


def noun_of(subject: Subject) -> str:
    """Return the noun of ``subject``, in the singular unless it is a name of clothing."""
    noun = subject.noun
    return noun if noun in WORN | LOWER | GOWNS else noun.removesuffix("s")
