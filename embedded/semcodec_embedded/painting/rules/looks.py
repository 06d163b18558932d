"""Give people the looks that the words state: age, sex, hair and skin, and nothing else.

What the words leave open stays neutral: a neutral figure with hair and skin in shades of yellow.
Drawings of an activity exist for a person, a woman and a man; the one that the words state is used.
"""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.figures import is_figure, restyle, sex_of_figure
from semcodec_embedded.painting.scene import Looks, SceneDescription, Subject
from semcodec_embedded.painting.sprites import find_sprites, sprite_library

PREFIX_OF_SEX = {"": "person-", "female": "woman-", "male": "man-"}
PLAIN_SUFFIXES = ("-walking", "-running")
PREFIXES = tuple(PREFIX_OF_SEX.values())


def merge_looks(looks: Looks, trait: str) -> Looks:
    """Return ``looks`` with a key of the tables of traits, such as "hair=red cut=long"."""
    attributes = dict(part.split("=") for part in trait.split())
    return replace(looks, **attributes)


def apply_looks(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with the drawings of its people in their looks."""
    return replace(scene, subjects=tuple(map(with_looks, scene.subjects)))


def wears_plain_clothes(name: str) -> bool:
    """Return whether the drawing shows a person whose clothes may have any color."""
    return is_figure(name) or name.endswith(PLAIN_SUFFIXES)


def is_ambiguous(subject: Subject) -> bool:
    """Return whether a person without a stated sex has only drawings of women and of men."""
    is_sexed = all(name.startswith(PREFIXES[1:]) for name in subject.sprites)
    return is_sexed and not subject.looks.sex


def relative_height(name: str, first: str) -> float:
    """Return the height of a figure relative to that of the first one of its group."""
    infos = sprite_library().infos
    return infos[name].height_m / infos[first].height_m if is_figure(name) else 1.0


def with_looks(subject: Subject) -> Subject:
    """Return ``subject`` with the drawings of its people in their looks."""
    if not subject.sprites or subject.sprites[0] not in sprite_library().people:
        return subject
    looks = subject.looks
    # The noun may state the sex even if an activity has changed the drawing.
    names = find_sprites(subject.noun) or subject.sprites
    sex = looks.sex or _sex_of(names)
    sprites = tuple(dict.fromkeys(_restyled(name, sex, looks) for name in subject.sprites))
    is_old = looks.age == "old" or any("-old-" in name for name in sprites)
    hair = looks.hair or ("gray" if is_old else "")
    return replace(subject, sprites=sprites, looks=replace(looks, hair=hair, sex=sex))


def _sex_of(names: tuple[str, ...]) -> str:
    """Return the sex that the drawings of a noun have in common, or ""."""
    for sex in ("female", "male"):
        if all(name.startswith(PREFIX_OF_SEX[sex]) for name in names):
            return sex
    return sex_of_figure(names[0])


def _restyled(name: str, sex: str, looks: Looks) -> str:
    """Return the drawing ``name``, or its variant in the ``looks`` and of the ``sex``."""
    if is_figure(name):
        return restyle(name, looks)
    for prefix in PREFIXES:
        variant = PREFIX_OF_SEX[sex] + name.removeprefix(prefix)
        if name.startswith(prefix) and variant in sprite_library().bodies:
            return variant
    return name
