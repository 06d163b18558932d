"""Add the objects that make a setting recognizable: a village has houses."""

from __future__ import annotations

from dataclasses import replace

from semcodec_embedded.painting.scene import SceneDescription, Subject
from semcodec_embedded.painting.sprites import find_sprites

VILLAGE_HOUSES = 3  #: in a village of which the words name no house


def complete_setting(scene: SceneDescription) -> SceneDescription:
    """Return ``scene`` with the typical objects of its setting, unless the words name them."""
    if scene.setting != "village" or any("house" in subject.noun for subject in scene.subjects):
        return scene
    houses = Subject("houses", find_sprites("house"), VILLAGE_HOUSES)
    return replace(scene, subjects=(*scene.subjects, houses))
