"""Render a drawing of the sprite library, cropped to its content, in any size and colors."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from semcodec_embedded.painting.recolor import recolor
from semcodec_embedded.painting.scene import Looks
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import SVG_HEADER, rasterize

NO_LOOKS = Looks()
DRAWING_SIZE = 128  #: units; drawings are square
MIN_ALPHA = 24  #: fainter pixels belong to a soft shadow, which is not part of the content


@lru_cache(maxsize=1024)  # more than there are drawings; each call rasterizes one
def bounding_box(name: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the content of a drawing, in its units."""
    side = DRAWING_SIZE
    alpha = rasterize(
        f'{SVG_HEADER}viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f"{sprite_library().bodies[name]}</svg>"
    ).getchannel("A")
    visible = alpha.point(lambda value: 255 * (value > MIN_ALPHA))
    left, top, right, bottom = visible.getbbox() or (0, 0, side, side)
    return float(left), float(top), float(right - left), float(bottom - top)


def aspect(name: str) -> float:
    """Return the aspect ratio of the content of a drawing, width / height."""
    _, _, width, height = bounding_box(name)
    return width / height


def render(
    name: str, size: tuple[int, int], colors: tuple[str, ...], looks: Looks = NO_LOOKS
) -> Image.Image:
    """Return the drawing ``name`` in RGBA.

    Its content fills ``size``, in pixels. ``colors`` are names in the palette; with () the drawing
    keeps its own colors. ``looks`` matter for people only.
    """
    body, is_person = sprite_library().bodies[name], name in sprite_library().people
    if colors or is_person:
        body = recolor(body, colors, looks if is_person else None)
    left, top, width, height = bounding_box(name)
    return rasterize(
        f'{SVG_HEADER}viewBox="{left} {top} {width} {height}" '
        f'width="{max(1, size[0])}" height="{max(1, size[1])}">{body}</svg>'
    )
