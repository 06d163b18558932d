"""Paint a scene from words, straight down: read, set the stage, place, put together, finish."""

from __future__ import annotations

from PIL import Image

from semcodec_embedded.painting import backdrop, compositing, placement
from semcodec_embedded.painting.environment import Stage, build
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.parser import read
from semcodec_embedded.painting.placed import Placed
from semcodec_embedded.painting.post_processing import finish
from semcodec_embedded.painting.scene import Plan
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

LARGEST, SMALLEST = 1536, 96  #: pixels along the longer side that are painted; others are scaled
SLIMMEST = 3.0  #: a picture more than so many times as long as wide is painted wider, then squeezed
HAZIEST = 0.22  #: the most haze before a drawing that stands far off


class EmbeddedPainter:
    """Composes a picture-book scene from drawings and procedural backgrounds."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        """Return a scene of the words of ``prompt``; the same arguments, the same pixels."""
        canvas = _canvas(size)
        plan = read(prompt)
        stage = build(plan)
        picture = Image.new("RGB", canvas)
        backdrop.paint(picture, plan, stage, seeded_rng("setting", prompt, seed))
        width = HEIGHT * canvas[0] / canvas[1]
        placed = placement.place(plan, stage, width, seeded_rng("placing", prompt, seed))
        _put_all(picture, plan, stage, placed)
        picture = finish(picture, plan, stage.light, seeded_rng("finish", prompt, seed))
        return picture if canvas == size else picture.resize(size, Image.Resampling.LANCZOS)


def _canvas(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size that is painted, near in shape to ``size`` and neither tiny nor vast."""
    wide, high = float(max(1, size[0])), float(max(1, size[1]))
    width, height = max(wide, high / SLIMMEST), max(high, wide / SLIMMEST)
    longer = max(width, height)
    scale = min(LARGEST, max(SMALLEST, longer)) / longer
    return max(1, round(width * scale)), max(1, round(height * scale))


def _put_all(picture: Image.Image, plan: Plan, stage: Stage, placed: list[Placed]) -> None:
    """Draw the subjects with their shadows, the farthest first, then the ripples before them."""
    compositing.shadows(picture, placed)
    haze = backdrop.haze(plan, stage)
    ripples = SvgCanvas(picture.size)
    for it in placed:
        compositing.put(picture, it, stage.light, haze, _haziness(it, stage))
        if it.stands == "water":
            compositing.foam(ripples, it)
    ripples.composite_onto(picture)


def _haziness(it: Placed, stage: Stage) -> float:
    """Return how much haze lies before ``it``: none at the lower edge, most at the horizon."""
    if stage.kind != "outdoors" or it.stands in ("air", "jump"):
        return 0.0
    near = (it.foot / HEIGHT - stage.horizon) / (1 - stage.horizon)
    return HAZIEST * min(1.0, max(0.0, 0.6 - near) / 0.6)
