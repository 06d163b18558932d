"""The painter: composes a picture from the words of a prompt.

Stages: parse the prompt, choose the environment, paint the backdrop, place the subjects, composite
their sprites, and post-process the picture.
"""

from __future__ import annotations

from math import sqrt

from PIL import Image

from semcodec.backends import add_note
from semcodec_embedded.painting import captions, compositing
from semcodec_embedded.painting.backdrop import haze_color, paint_backdrop
from semcodec_embedded.painting.environment import Environment, choose_environment, is_bare
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.placement import place_subjects
from semcodec_embedded.painting.post_processing import post_process
from semcodec_embedded.painting.scene import PlacedSprite, SceneDescription
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

#: Limits of the canvas, in pixels; other sizes are painted at the nearer limit, then resized. The
#: longer side may be over MAX_SIDE if the area is at most MAX_AREA: a panorama needs the pixels.
MAX_SIDE, MIN_SIDE, MAX_AREA = 1536, 96, 1024 * 1024
#: Greatest aspect ratio of the canvas; a more elongated picture is painted at 16:1, then stretched.
#: It is the greatest that ``encode`` chooses for a photograph.
MAX_ASPECT = 16.0
#: Opacity (0 to 1) of the haze at the horizon, and the depth at which it reaches zero. Depth is 0
#: at the horizon and 1 at the bottom edge.
MAX_HAZE, HAZE_DEPTH = 0.22, 0.6


class EmbeddedPainter:
    """Composes a picture-book scene from drawings and procedural backdrops."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        """Return a picture of ``prompt`` in RGB.

        Args:
            prompt: any text. Words that the painter does not know are shown as letters if they
                are many, or if nothing else can be painted; a run of semcodec then has a notice.
            size: width and height in pixels, each at least 1.
            seed: any integer. The same arguments give the same pixels, whatever was painted before.
        """
        canvas = canvas_size(size)
        scene = parse_prompt(prompt)
        environment = choose_environment(scene)
        is_card = is_bare(scene, environment)
        if notice := captions.notice(scene, is_card):
            add_note("notices", notice)
        caption = "" if is_card else captions.caption_text(scene, prompt)
        caption_height = captions.caption_height(canvas[1]) if caption else 0
        scene_size = canvas[0], canvas[1] - caption_height
        picture = _paint_scene(prompt, scene, environment, scene_size, seed)
        if caption_height:
            picture = captions.add_caption(picture, caption, caption_height)
        if canvas == size:
            return picture
        return picture.resize(size, Image.Resampling.LANCZOS)


def _paint_scene(
    prompt: str, scene: SceneDescription, environment: Environment, size: tuple[int, int], seed: int
) -> Image.Image:
    """Return a picture of ``scene``, or a card with the words if there is nothing to paint."""
    picture = Image.new("RGB", size)
    # One generator per stage, so that a change in one stage does not change the random numbers
    # of the others. Their names are part of the seed: renaming one changes every picture.
    paint_backdrop(picture, scene, environment, seeded_rng("setting", prompt, seed))
    width = HEIGHT * size[0] / size[1]
    placing_rng = seeded_rng("placing", prompt, seed)
    sprites = place_subjects(scene, environment, width, placing_rng)
    _draw_sprites(picture, scene, environment, sprites)
    if is_bare(scene, environment):
        captions.draw_card(picture, prompt)
    finish_rng = seeded_rng("finish", prompt, seed)
    return post_process(picture, scene.moods, environment.light, finish_rng)


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


def _draw_sprites(
    picture: Image.Image,
    scene: SceneDescription,
    environment: Environment,
    sprites: list[PlacedSprite],
) -> None:
    """Draw all shadows, then the sprites from far to near, then the waterlines over them."""
    compositing.draw_shadows(picture, sprites)
    light, haze = environment.light, haze_color(scene, environment)
    waterlines = SvgCanvas(picture.size)
    for sprite in sprites:
        opacity = _haze_opacity(sprite, environment)
        compositing.draw_sprite(picture, sprite, light, (haze, opacity))
        if sprite.support == "water":
            compositing.draw_waterline(waterlines, sprite)
    waterlines.composite_onto(picture)


def _haze_opacity(sprite: PlacedSprite, environment: Environment) -> float:
    """Return the opacity of the haze in front of ``sprite``: highest at the horizon, 0 close by."""
    # The distance of a sprite follows from where it touches the ground; one in the air does not.
    if environment.kind != "outdoors" or sprite.support in ("air", "jump"):
        return 0.0
    depth = (sprite.baseline_y / HEIGHT - environment.horizon) / (1 - environment.horizon)
    return MAX_HAZE * min(1.0, max(0.0, HAZE_DEPTH - depth) / HAZE_DEPTH)
