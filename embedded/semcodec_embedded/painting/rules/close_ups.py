"""Show what fills the picture as a half figure or a face, since its feet would be cut off."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.rules import rule_tables
from semcodec_embedded.painting.rules.poses import is_people
from semcodec_embedded.painting.scene import Subject

#: Figures from head to foot that a half figure can replace; others, as a skier, keep their pose.
WHOLE_FIGURES = (
    "person-standing",
    "man-standing",
    "woman-standing",
    "boy-standing",
    "girl-standing",
)
MOVING_FIGURES = ("-walking", "-running")
CLOSE_UPS: dict[str, str] = rule_tables()["close_ups"]  #: drawing of an animal: of its face


def as_close_up(subject: Subject, behind_table: bool) -> Subject:
    """Return ``subject`` drawn from near if it fills the picture or sits ``behind_table``."""
    sprite = subject.sprites[0]
    fills_picture = subject.size == "huge" and subject.count == 1
    is_whole = sprite in WHOLE_FIGURES or sprite.endswith(MOVING_FIGURES)
    if (fills_picture or behind_table) and is_people(subject) and is_whole:
        is_female = "woman" in sprite or "girl" in sprite
        return replace(subject, sprites=("bust-woman" if is_female else "bust",))
    if fills_picture and sprite in CLOSE_UPS:
        return replace(subject, sprites=(CLOSE_UPS[sprite],))
    return subject


def is_bust(sprite: str) -> bool:
    """Return whether a drawing shows head and shoulders."""
    return sprite.startswith("bust")


def is_close_up(sprite: str) -> bool:
    """Return whether a drawing shows head and shoulders, or the face of an animal."""
    return is_bust(sprite) or sprite in CLOSE_UPS.values()
