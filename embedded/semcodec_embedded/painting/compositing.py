"""Set drawings into the scene: light on them, a shadow under them, their image in water."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from semcodec_embedded.painting.backdrop import lit
from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.palette import Color
from semcodec_embedded.painting.placed import Placed
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas, blur

MIRRORED = 0.42  #: the height of the image in the water for a height of 1


def shadows(picture: Image.Image, placed: Sequence[Placed]) -> None:
    """Draw a soft shadow under everything that stands on something."""
    canvas = SvgCanvas(picture.size)
    dark = canvas.radial_gradient((28, 26, 44))
    for it in placed:
        if it.stands == "islet":
            canvas.ellipse((it.x, it.foot + 4), (it.width * 0.78, 40), (206, 190, 150))
            canvas.ellipse((it.x, it.foot - 6), (it.width * 0.72, 34), (122, 168, 96))
        if it.stands in ("ground", "surface") and not it.lift:
            wide, high = it.width * 0.62, max(6.0, it.width * 0.13)
            canvas.ellipse((it.x, it.foot - high * 0.16), (wide, high), dark, opacity=0.62)
            canvas.ellipse(
                (it.x, it.foot - high * 0.1), (wide * 0.62, high * 0.42), dark, opacity=0.7
            )
        elif it.stands == "jump":
            canvas.ellipse(
                (it.x, min(985.0, it.foot + it.height * 0.3)),
                (it.width * 0.4, 22),
                dark,
                opacity=0.6,
            )
    canvas.composite_onto(picture)


def put(picture: Image.Image, it: Placed, light: str, haze: Color, far: float) -> None:
    """Draw ``it``; ``far`` is how much of the ``haze`` lies before it, 0..1."""
    scale = picture.size[1] / HEIGHT
    size = max(1, round(it.width * scale)), max(1, round(it.height * scale))
    drawing = render(it.name, size, it.colors)
    if it.flip:
        drawing = drawing.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if light in ("night", "sunset"):
        drawing = lit(drawing, light)
    if far > 0.01:
        alpha = drawing.getchannel("A")
        drawing = Image.blend(drawing.convert("RGB"), Image.new("RGB", size, haze), far)
        drawing.putalpha(alpha)
    left, top = round((it.x - it.width / 2) * scale), round((it.foot - it.lift - it.height) * scale)
    if it.stands == "water":
        _float(picture, drawing, left, top, it.sunk)
    else:
        picture.paste(drawing, (left, top), drawing)


def _float(picture: Image.Image, drawing: Image.Image, left: int, top: int, sunk: float) -> None:
    """Draw a boat down to its waterline, and its image below."""
    width, height = drawing.size
    line = max(1, round(height * (1 - sunk)))
    above = drawing.crop((0, 0, width, line))
    image = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    image = image.resize((width, max(1, round(line * MIRRORED))))
    image = blur(image, max(0.5, height / 120))
    faded = image.getchannel("A").point(lambda value: value * 0.3)
    picture.paste(image, (left, top + line - max(1, height // 60)), faded)
    picture.paste(above, (left, top), above)


def foam(canvas: SvgCanvas, it: Placed) -> None:
    """Draw the ripples at the waterline of ``it``."""
    line = it.foot - it.height * it.sunk
    for shift, share, thick, opacity in (
        (0, 1.06, 3.2, 0.75),
        (7, 1.3, 2.4, 0.5),
        (16, 0.9, 2.4, 0.4),
    ):
        canvas.lens(
            (it.x, line + shift * it.height / 300),
            (it.width * share, thick),
            (255, 255, 255),
            opacity=opacity,
        )
