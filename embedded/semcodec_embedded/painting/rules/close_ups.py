"""Close-ups: people as half figures and animals as faces when the subject fills the picture.

A whole figure of that size would be cut off at the feet; a half figure is cut at the hips.
"""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.figures import (
    HALF,
    NEUTRAL_FIGURE,
    can_be_cut,
    is_half_figure,
    restyle,
)
from semcodec_embedded.painting.rules import rule_tables
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import Looks, Subject

WALKING_SUFFIXES = ("-walking", "-running")  #: of the names of people who have no pose to keep
#: Name of the sprite of a whole animal: that of its face.
ANIMAL_FACES: dict[str, str] = rule_tables()["close_ups"]


def as_close_up(subject: Subject, behind_table: bool) -> Subject:
    """Return ``subject`` with the sprite of a close-up if its size or place calls for one.

    A person who fills the picture or sits ``behind_table`` becomes a half figure, and an animal
    that fills the picture becomes a face. Any other subject is returned unchanged.
    """
    sprite = subject.sprites[0]
    fills_picture = subject.size == "huge" and subject.count == 1
    if (fills_picture or behind_table) and is_people(subject):
        return replace(subject, sprites=(_half_of(sprite, subject.looks),))
    if fills_picture and sprite in ANIMAL_FACES:
        return replace(subject, sprites=(ANIMAL_FACES[sprite],))
    return subject


def _half_of(sprite: str, looks: Looks) -> str:
    """Return the drawing of the upper half of a person; ``sprite`` if there is none."""
    if sprite.endswith(WALKING_SUFFIXES):
        sprite = restyle(NEUTRAL_FIGURE, looks)
    return sprite if is_half_figure(sprite) or not can_be_cut(sprite) else sprite + HALF


def is_close_up(sprite: str) -> bool:
    """Return whether the lower edge of the sprite is that of the picture: a half figure, a face."""
    return is_half_figure(sprite) or sprite in ANIMAL_FACES.values()
