"""A drawing as pixels: cropped to what is drawn, at any height, in any colours."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from semcodec_embedded.painting.ink import HEAD, rasterise
from semcodec_embedded.painting.recolour import recoloured
from semcodec_embedded.painting.sprites import library

VIEW = 128  #: units across the square on which every drawing is drawn


@lru_cache(maxsize=1024)
def frame(name: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what ``name`` shows, in units of the drawing."""
    svg = f'{HEAD}viewBox="0 0 128 128" width="128" height="128">{library().bodies[name]}</svg>'
    alpha = rasterise(svg).getchannel("A").point(lambda value: 255 * (value > 24))
    left, top, right, bottom = alpha.getbbox() or (0, 0, VIEW, VIEW)
    return float(left), float(top), float(right - left), float(bottom - top)


def aspect(name: str) -> float:
    """Return the width of a drawing for a height of 1."""
    _, _, width, height = frame(name)
    return width / height


def render(name: str, size: tuple[int, int], colours: tuple[str, ...]) -> Image.Image:
    """Return the drawing ``name`` in RGBA, filling ``size``, in ``colours`` of the palette."""
    body = library().bodies[name]
    if colours:
        body = recoloured(body, colours, name in library().people)
    left, top, width, height = frame(name)
    return rasterise(
        f'{HEAD}viewBox="{left} {top} {width} {height}" '
        f'width="{max(1, size[0])}" height="{max(1, size[1])}">{body}</svg>'
    )
