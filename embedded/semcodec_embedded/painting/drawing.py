"""Render a drawing of the sprite library: cropped to what it shows, at any size, in any colors."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from semcodec_embedded.painting.recolor import recolor
from semcodec_embedded.painting.sprites import sprite_library
from semcodec_embedded.painting.svg import SVG_HEADER, rasterize

DRAWING_SIZE = 128  #: units of a drawing, which is square
MIN_ALPHA = 24  #: pixels with less are the soft shadow around a drawing, and no part of it


@lru_cache(maxsize=1024)  # more than there are drawings, and each needs a rasterization
def bounding_box(name: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what the drawing ``name`` shows, in its units."""
    side = DRAWING_SIZE
    alpha = rasterize(
        f'{SVG_HEADER}viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f"{sprite_library().bodies[name]}</svg>"
    ).getchannel("A")
    visible = alpha.point(lambda value: 255 * (value > MIN_ALPHA))
    left, top, right, bottom = visible.getbbox() or (0, 0, side, side)
    return float(left), float(top), float(right - left), float(bottom - top)


def aspect(name: str) -> float:
    """Return the width of a drawing for a height of 1."""
    _, _, width, height = bounding_box(name)
    return width / height


def render(name: str, size: tuple[int, int], colors: tuple[str, ...]) -> Image.Image:
    """Return the drawing ``name`` in RGBA.

    What it shows fills ``size``, in pixels. ``colors`` are names of the palette; () leaves its own.
    """
    body = sprite_library().bodies[name]
    if colors:
        body = recolor(body, colors, name in sprite_library().people)
    left, top, width, height = bounding_box(name)
    return rasterize(
        f'{SVG_HEADER}viewBox="{left} {top} {width} {height}" '
        f'width="{max(1, size[0])}" height="{max(1, size[1])}">{body}</svg>'
    )
