"""A drawing as pixels: cropped to what is drawn, at any height, in any colours."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from semcodec_embedded.painting.recolor import recolor
from semcodec_embedded.painting.sprites import library
from semcodec_embedded.painting.svg import SVG_HEADER, rasterize

VIEW = 128  #: units across the square on which every drawing is drawn


@lru_cache(maxsize=1024)
def bounding_box(name: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what ``name`` shows, in units of the drawing."""
    svg = (
        f'{SVG_HEADER}viewBox="0 0 128 128" width="128" height="128">{library().bodies[name]}</svg>'
    )
    alpha = rasterize(svg).getchannel("A").point(lambda value: 255 * (value > 24))
    left, top, right, bottom = alpha.getbbox() or (0, 0, VIEW, VIEW)
    return float(left), float(top), float(right - left), float(bottom - top)


def aspect(name: str) -> float:
    """Return the width of a drawing for a height of 1."""
    _, _, width, height = bounding_box(name)
    return width / height


def render(name: str, size: tuple[int, int], colors: tuple[str, ...]) -> Image.Image:
    """Return the drawing ``name`` in RGBA, filling ``size``, in ``colours`` of the palette."""
    body = library().bodies[name]
    if colors:
        body = recolor(body, colors, name in library().people)
    left, top, width, height = bounding_box(name)
    return rasterize(
        f'{SVG_HEADER}viewBox="{left} {top} {width} {height}" '
        f'width="{max(1, size[0])}" height="{max(1, size[1])}">{body}</svg>'
    )
