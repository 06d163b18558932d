"""Close-ups: people shown as busts and animals as faces when the subject fills the picture.

A whole figure of that size would be cut off at the feet. A bust is a sprite of head and shoulders.
"""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.rules import rule_tables
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import Subject

#: Sprites of whole figures that a bust can replace. Others, like a skier, have a pose to keep.
STANDING_FIGURES = (
    "person-standing",
    "man-standing",
    "woman-standing",
    "boy-standing",
    "girl-standing",
)
WALKING_SUFFIXES = ("-walking", "-running")  #: of the names of further such sprites
#: Name of the sprite of a whole animal: that of its face.
ANIMAL_FACES: dict[str, str] = rule_tables()["close_ups"]


def as_close_up(subject: Subject, behind_table: bool) -> Subject:
    """Return ``subject`` with the sprite of a close-up if its size or place calls for one.

    A person who fills the picture or sits ``behind_table`` becomes a bust, and an animal that fills
    the picture becomes a face. Any other subject is returned unchanged.
    """
    sprite = subject.sprites[0]
    fills_picture = subject.size == "huge" and subject.count == 1
    is_whole_figure = sprite in STANDING_FIGURES or sprite.endswith(WALKING_SUFFIXES)
    if (fills_picture or behind_table) and is_people(subject) and is_whole_figure:
        is_female = "woman" in sprite or "girl" in sprite
        return replace(subject, sprites=("bust-woman" if is_female else "bust",))
    if fills_picture and sprite in ANIMAL_FACES:
        return replace(subject, sprites=(ANIMAL_FACES[sprite],))
    return subject


def is_bust(sprite: str) -> bool:
    """Return whether the sprite of this name is a bust."""
    return sprite.startswith("bust")


def is_close_up(sprite: str) -> bool:
    """Return whether the sprite of this name is a bust or the face of an animal."""
    return is_bust(sprite) or sprite in ANIMAL_FACES.values()
