"""Composite sprites into the scene with light, haze, shadows and reflections."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.grading import ColorField
from semcodec_embedded.painting.lighting import layer_light
from semcodec_embedded.painting.palette import WHITE, Color, lighter, mix
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.sky import LIGHT_TINTS
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas, blur

REFLECTION_HEIGHT, REFLECTION_OPACITY = 0.42, 0.3  #: relative to the sprite
NIGHT_STRENGTH = 0.55  #: of moonlight on a sprite, which would be lost in the dark otherwise
MIN_TINT = 0.01  #: less is not visible
ISLET_TINT, FOAM_WHITE = 0.5, 0.6  #: share of the colors around an islet, and of white in foam
SHADOW: Color = (28, 26, 44)
ISLET_SAND, ISLET_GRASS = (206, 190, 150), (122, 168, 96)
MAX_JUMP_SHADOW_Y = 985.0  #: keeps the shadow of a jump inside the picture
#: Offset, length relative to the sprite, thickness and opacity of the ripples at a waterline.
RIPPLES = ((0, 1.06, 3.2, 0.75), (7, 1.3, 2.4, 0.5), (16, 0.9, 2.4, 0.4))


Tint = tuple[Color, float]  #: a color and its share, 0 to 1


def light_tint(light: str) -> Tint:
    """Return the tint of sprites in ``light``; moonlight is weaker on them than elsewhere."""
    color, share = LIGHT_TINTS.get(light, (SHADOW, 0.0))
    return color, share * (NIGHT_STRENGTH if light == "night" else 1.0)


def draw_shadows(
    picture: Image.Image, sprites: Sequence[PlacedSprite], colors: ColorField | None = None
) -> None:
    """Draw soft shadows under standing and jumping sprites, and the islets."""
    # All shadows are drawn before all sprites, because a shadow on a sprite looks like a stain.
    canvas = SvgCanvas(picture.size)
    shadow = canvas.radial_gradient(SHADOW)
    for sprite in sprites:
        x, y, width = sprite.x, sprite.baseline_y, sprite.width
        if sprite.support == "islet":
            around = colors.around(sprite) if colors else SHADOW
            sand, grass = (
                mix(color, around, ISLET_TINT if colors else 0.0)
                for color in (ISLET_SAND, ISLET_GRASS)
            )
            canvas.ellipse((x, y + 4), (width * 0.78, 40), sand)
            canvas.ellipse((x, y - 6), (width * 0.72, 34), grass)
        if sprite.support in ("ground", "surface") and not sprite.elevation:
            rx, ry = width * 0.62, max(6.0, width * 0.13)
            canvas.ellipse((x, y - ry * 0.16), (rx, ry), shadow, opacity=0.62)
            contact = (rx * 0.62, ry * 0.42)  # darker where the sprite touches the ground
            canvas.ellipse((x, y - ry * 0.1), contact, shadow, opacity=0.7)
        elif sprite.support == "jump":
            ground_y = y if sprite.elevation else min(MAX_JUMP_SHADOW_Y, y + sprite.height * 0.3)
            canvas.ellipse((x, ground_y), (width * 0.4, 22), shadow, opacity=0.6)
    canvas.composite_onto(picture)


def draw_sprite(
    picture: Image.Image,
    sprite: PlacedSprite,
    tints: Sequence[Tint],
    colors: ColorField | None = None,
) -> None:
    """Draw ``sprite`` in ``tints``: those of the light, and of the haze before it.

    With the ``colors`` of a layer, these are the light.
    """
    scale = picture.size[1] / HEIGHT
    size = max(1, round(sprite.width * scale)), max(1, round(sprite.height * scale))
    image = render(sprite.name, size, sprite.colors, sprite.looks)
    if sprite.flipped:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if colors:
        image = layer_light(image, sprite, colors, picture).apply(image)
    for color, share in tints:
        image = _apply_tint(image, color, share)
    left = round((sprite.x - sprite.width / 2) * scale)
    top = round((sprite.baseline_y - sprite.elevation - sprite.height) * scale)
    if sprite.support == "water":
        _draw_floating(picture, image, (left, top), sprite.submerged)
    else:
        picture.paste(image, (left, top), image)


def _apply_tint(image: Image.Image, color: Color, share: float) -> Image.Image:
    if share <= MIN_TINT:
        return image
    tinted = Image.blend(image.convert("RGB"), Image.new("RGB", image.size, color), share)
    tinted.putalpha(image.getchannel("A"))
    return tinted


def _draw_floating(
    picture: Image.Image, image: Image.Image, corner: tuple[int, int], submerged: float
) -> None:
    """Draw ``image`` down to its waterline, and its reflection below."""
    (left, top), (width, height) = corner, image.size
    waterline = max(1, round(height * (1 - submerged)))
    above = image.crop((0, 0, width, waterline))
    reflection = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    reflection = reflection.resize((width, max(1, round(waterline * REFLECTION_HEIGHT))))
    reflection = blur(reflection, max(0.5, height / 120))
    alpha = reflection.getchannel("A").point(lambda value: value * REFLECTION_OPACITY)
    picture.paste(reflection, (left, top + waterline - max(1, height // 60)), alpha)
    picture.paste(above, (left, top), above)


def draw_waterline(
    canvas: SvgCanvas, sprite: PlacedSprite, colors: ColorField | None = None
) -> None:
    """Draw the ripples at the waterline of ``sprite``."""
    foam = lighter(colors.around(sprite), FOAM_WHITE) if colors else WHITE
    waterline_y = sprite.baseline_y - sprite.height * sprite.submerged
    for offset, length, thickness, opacity in RIPPLES:
        center = (sprite.x, waterline_y + offset * sprite.height / 300)
        size = (sprite.width * length, thickness)
        canvas.lens(center, size, foam, opacity=opacity)
