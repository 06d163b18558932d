"""Parts of the body of an animal are not drawn beside it; ``clothing`` does so for people."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.rules.clothing import BODY, PORTRAITS, noun_of
from semcodec_embedded.painting.scene import SceneDescription
from semcodec_embedded.painting.sprites import sprite_library


def attach_body_parts(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with parts of bodies shown by the first animal; unchanged without one."""
    animals = sprite_library().animals
    animal = next((item for item in scene.subjects if {*item.sprites[:1]} & animals), None)
    if animal is None:
        return scene
    parts = [item for item in scene.subjects if noun_of(item) in BODY | PORTRAITS]
    whole = animal.showing(*parts)
    others = [item for item in scene.subjects if item not in parts]
    return replace(scene, subjects=tuple(whole if item is animal else item for item in others))
