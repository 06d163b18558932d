"""The plan of a painted picture, and how it stays with the picture.

A plan contains everything that determines the pixels. So an edit changes the plan and paints it
again, and what the edit does not touch stays the same to the pixel.

The plan is an attribute of the PIL image, in memory only. ``Image.info`` would be the obvious
place, but Pillow writes parts of it to files; an unknown attribute is never written, and copies and
pickles of the image do not have it (``test_plan_never_leaves_the_memory``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from semcodec.backends.guides import Guide
from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.interiors import Fixture
from semcodec_embedded.painting.layout import NO_LAYOUT, Layout
from semcodec_embedded.painting.scene import PlacedSprite, SceneDescription

_ATTRIBUTE = "_semcodec_plan"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that determines a picture.

    Attributes:
        prompt: the text from which it was painted.
        size: width and height of the picture in pixels.
        seed: the seed of the backdrop and of the paper.
        scene: the content of the prompt, with the changes of edits.
        environment: where the scene is.
        sprites: the drawings, farthest first.
        width: the width of the scene, in units.
        caption: the words in letters below the scene, or "".
        share: the share of the picture's height that the scene has; the rest is a caption.
        fixtures: the furnishings of the backdrop.
        is_card: whether the picture is a card with the words.
        layout: the boxes of the subjects.
        guide: the layers of the record from which it was painted.
        recolored: the parts of the surroundings whose color was changed.
        overruled: the parts of the surroundings whose color is that of the layer, which contradicts
            the words.
    """

    prompt: str
    size: tuple[int, int]
    seed: int
    scene: SceneDescription
    environment: Environment
    sprites: tuple[PlacedSprite, ...]
    width: float
    caption: str = ""
    share: float = 1.0
    fixtures: tuple[Fixture, ...] = ()
    is_card: bool = False
    layout: Layout = NO_LAYOUT
    guide: Guide = field(default=Guide(), compare=False)
    recolored: frozenset[str] = frozenset()
    overruled: frozenset[str] = field(default=frozenset(), compare=False)


def attach_plan(picture: Image.Image, plan: Plan) -> Image.Image:
    """Return ``picture`` with ``plan`` as an attribute."""
    setattr(picture, _ATTRIBUTE, plan)
    return picture


def plan_of(picture: object) -> Plan | None:
    """Return the plan of ``picture``, or None if this painter did not return the object."""
    plan = getattr(picture, _ATTRIBUTE, None)
    return plan if isinstance(plan, Plan) else None
