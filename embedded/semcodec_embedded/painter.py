"""The painter: composes a picture from the words of a prompt.

Stages: parse the prompt, choose the environment, paint the backdrop, place the subjects, composite
their sprites, and post-process the picture.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import ClassVar

from PIL import Image

from semcodec.backends import add_note
from semcodec.backends.guides import Guide
from semcodec.backends.painted_scene import PaintedScene
from semcodec.errors import MissingFeatureError, RefusalError
from semcodec.words.changes import parse_change
from semcodec_embedded.painting import captions, compositing
from semcodec_embedded.painting.account import report_scene
from semcodec_embedded.painting.backdrop import haze_color, paint_backdrop
from semcodec_embedded.painting.editing import CannotChangeError, change_plan
from semcodec_embedded.painting.environment import Environment, choose_environment, is_bare
from semcodec_embedded.painting.free_places import show_hidden
from semcodec_embedded.painting.grading import ColorField, Grading, grade
from semcodec_embedded.painting.horizons import fit_horizon
from semcodec_embedded.painting.layer_horizon import find_horizon, raise_trees
from semcodec_embedded.painting.layout import apply_layout
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.placement import place_subjects
from semcodec_embedded.painting.plan import Plan, attach_plan, plan_of
from semcodec_embedded.painting.post_processing import post_process
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas
from semcodec_embedded.painting.visibility import covered_shares

#: Limits of the canvas, in pixels; other sizes are painted at the nearer limit, then resized. The
#: longer side may be over MAX_SIDE if the area is at most MAX_AREA: a panorama needs the pixels.
MAX_SIDE, MIN_SIDE, MAX_AREA = 1536, 96, 1024 * 1024
#: Greatest aspect ratio of the canvas; a more elongated picture is painted at 16:1, then stretched.
#: It is the greatest that ``encode`` chooses for a photograph.
MAX_ASPECT = 16.0
#: Opacity (0 to 1) of the haze at the horizon, and the depth at which it reaches zero. Depth is 0
#: at the horizon and 1 at the bottom edge.
MAX_HAZE, HAZE_DEPTH = 0.22, 0.6
LAYER_HAZE = 0.5  #: share of the haze with a color layer, whose light has an effect of its own
CAPTION_ROWS = 0.9  #: from there down, a color layer tints the paper of a caption
NAME = "embedded"  #: of the backend, in messages
NO_GUIDE = Guide()  #: no layers
MAX_SHOWN_CHANGE = 80  #: characters of a change that a message quotes


class EmbeddedPainter:
    """Composes a picture-book scene from drawings and procedural backdrops."""

    guides: ClassVar[frozenset[str]] = frozenset({"layout", "colors"})

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image.Image:
        """Return a picture of ``prompt`` in RGB.

        Args:
            prompt: any text. Words that the painter does not know are shown as letters if they
                are many, or if nothing else can be painted; a run of semcodec then has a notice.
            size: width and height in pixels, each at least 1.
            seed: any integer. The same arguments give the same pixels, whatever was painted before.
            guide: the layers of a record; None or an empty one changes nothing. Things are drawn
                in their boxes, whatever these are; a box of a word without a drawing is ignored.
                The scenery takes the colors of a color layer; the drawings keep their own, in its
                light.
        """
        plan = make_plan(prompt, size, seed, guide or Guide())
        if notice := captions.notice(plan.scene, plan.is_card):
            add_note("notices", notice)
        return _paint_plan(plan)

    def painted_scene(self, image: Image.Image) -> PaintedScene | None:
        """Return what was drawn in ``image``; None if this painter did not return the object.

        The noun of each object is a phrase of the prompt. A drawing counts if 40 % of it can be
        seen. The color of a background counts as that of all that is behind the objects.
        """
        plan = plan_of(image)
        return report_scene(plan) if plan else None

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        """Return ``image`` with ``change`` applied; the rest is the same to the pixel.

        Args:
            image: an image as ``paint`` or ``edit`` returned it, the same object; a copy does not
                have the plan that is changed.
            change: a sentence of ``semcodec.words.changes``.
            seed: 0 or more; the same arguments give the same pixels.

        Raises:
            RefusalError: the painter does not know the change, cannot carry it out, or it would
                change nothing.
            MissingFeatureError: this painter did not return the object ``image``.
        """
        plan = plan_of(image)
        if plan is None:
            raise MissingFeatureError(
                "The offline painter can change only images that it has returned itself, and not "
                "copies of them: pass the image as it was returned.",
                backend=NAME,
                stage="edit",
            )
        parsed = parse_change(change)
        if parsed is None:
            raise _refusal(change, "it knows only certain sentences")
        try:
            return _paint_plan(change_plan(plan, parsed, seed))
        except CannotChangeError as error:
            raise _refusal(change, str(error)) from error


def _refusal(change: str, reason: str) -> RefusalError:
    shown = change if len(change) <= MAX_SHOWN_CHANGE else change[:MAX_SHOWN_CHANGE] + "..."
    return RefusalError(
        f"The offline painter cannot make the change {shown!r} ({reason}): try another change.",
        backend=NAME,
        stage="edit",
    )


def make_plan(prompt: str, size: tuple[int, int], seed: int, guide: Guide = NO_GUIDE) -> Plan:
    """Return the plan of a picture of ``prompt``: where everything will be drawn."""
    scene = parse_prompt(prompt)
    environment = choose_environment(scene)
    is_card = is_bare(scene, environment)
    canvas = canvas_size(size)
    caption = "" if is_card else captions.caption_text(scene, prompt)
    scene_height = canvas[1] - (captions.caption_height(canvas[1]) if caption else 0)
    width, share = HEIGHT * canvas[0] / scene_height, scene_height / canvas[1]
    scene, layout = apply_layout(scene, guide.layout, share)
    if guide.colors:
        environment = find_horizon(environment, guide.colors, share)
    environment = fit_horizon(environment, scene, layout)
    if guide.colors and "sky" not in scene.mentioned_parts and not scene.sky:
        boxes = (box for _, box in layout.boxes)
        environment = raise_trees(environment, guide.colors, share, boxes)
    # One generator per stage, so that a change in one stage does not change the random numbers
    # of the others. Their names are part of the seed: renaming one changes every picture.
    rng = seeded_rng("placing", prompt, seed)
    sprites = place_subjects(scene, environment, width, rng, layout)
    numbered = tuple(replace(sprite, number=at) for at, sprite in enumerate(sprites))
    plan = Plan(
        prompt, size, seed, scene, environment, numbered, width, caption, share,
        is_card=is_card, guide=guide, layout=layout,
    )  # fmt: skip
    return show_hidden(plan)


def _paint_plan(plan: Plan) -> Image.Image:
    """Return the picture of ``plan``, to which a plan with the furnishings is attached."""
    canvas = canvas_size(plan.size)
    caption_height = captions.caption_height(canvas[1]) if plan.caption else 0
    picture = Image.new("RGB", (canvas[0], canvas[1] - caption_height))
    rng = seeded_rng("setting", plan.prompt, plan.seed)
    backdrop = paint_backdrop(picture, plan.scene, plan.environment, rng)
    colors, overruled = _color_field(plan, picture.size), frozenset[str]()
    if colors:
        picture, overruled = grade(picture, backdrop.regions, _grading(plan, colors))
    _draw_sprites(picture, plan, colors)
    if plan.is_card:
        captions.draw_card(picture, plan.prompt, captions.paper_color(colors))
    finish_rng = seeded_rng("finish", plan.prompt, plan.seed)
    picture = post_process(picture, plan.scene.moods, plan.environment.light, finish_rng, colors)
    if caption_height:
        paper = captions.paper_color(colors, HEIGHT * CAPTION_ROWS, HEIGHT)
        picture = captions.add_caption(picture, plan.caption, caption_height, paper)
    if canvas != plan.size:
        picture = picture.resize(plan.size, Image.Resampling.LANCZOS)
    fixtures = tuple(backdrop.fixtures)
    return attach_plan(picture, replace(plan, fixtures=fixtures, overruled=overruled))


def _color_field(plan: Plan, size: tuple[int, int]) -> ColorField | None:
    """Return the colors of the layer for a scene of ``size`` pixels; None without a layer."""
    layer = plan.guide.colors
    is_gray = "gray" in plan.scene.moods
    return ColorField(layer, size, plan.share, is_gray=is_gray) if layer else None


def _grading(plan: Plan, colors: ColorField) -> Grading:
    boxes = [target.box for targets in plan.layout.targets for target in targets]
    covered = covered_shares(plan.sprites, boxes, plan.width, colors.grid.shape[:2])
    return Grading(colors, covered, plan.recolored)


def canvas_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the canvas in pixels: ``size``, with its shape and scale limited.

    The canvas for the size of a canvas is this canvas: so sides are rounded down where rounding
    them up could exceed a limit.
    """
    wanted_width, wanted_height = float(max(1, size[0])), float(max(1, size[1]))
    width = max(wanted_width, wanted_height / MAX_ASPECT)
    height = max(wanted_height, wanted_width / MAX_ASPECT)
    longer = max(width, height)
    largest = max(MAX_SIDE / longer, sqrt(MAX_AREA / (width * height)))
    scale = max(MIN_SIDE / longer, min(1.0, largest))
    shorter = max(1, round(min(width, height) * scale))
    limit = min(MAX_ASPECT * shorter, max(MAX_SIDE, MAX_AREA // shorter))
    longer = int(min(round(longer * scale), limit))
    return (longer, shorter) if width > height else (shorter, longer)


def _draw_sprites(picture: Image.Image, plan: Plan, colors: ColorField | None) -> None:
    """Draw all shadows, then the sprites from far to near, then the waterlines over them."""
    compositing.draw_shadows(picture, plan.sprites, colors)
    haze = haze_color(plan.scene, plan.environment)
    waterlines = SvgCanvas(picture.size)
    for sprite in plan.sprites:
        opacity = _haze_opacity(sprite, plan.environment)
        if colors:
            tints = [(colors.at(sprite), opacity * LAYER_HAZE)]
        else:
            tints = [compositing.light_tint(plan.environment.light), (haze, opacity)]
        compositing.draw_sprite(picture, sprite, tints, colors)
        if sprite.support == "water":
            compositing.draw_waterline(waterlines, sprite, colors)
    waterlines.composite_onto(picture)


def _haze_opacity(sprite: PlacedSprite, environment: Environment) -> float:
    """Return the opacity of the haze in front of ``sprite``: highest at the horizon, 0 close by."""
    # The distance of a sprite follows from where it touches the ground; one in the air does not.
    if environment.kind != "outdoors" or sprite.support in ("air", "jump"):
        return 0.0
    depth = (sprite.baseline_y / HEIGHT - environment.horizon) / (1 - environment.horizon)
    return MAX_HAZE * min(1.0, max(0.0, HAZE_DEPTH - depth) / HAZE_DEPTH)
