"""A sheet on which flat shapes are drawn as SVG, in units of a thousandth of the height.

Only numbers and colours of ours go into the SVG; no word of a prompt ever does.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import pairwise

import resvg_py
from PIL import Image, ImageFilter

from semcodec_embedded.painting.palette import Colour, to_hex

Point = tuple[float, float]

HEIGHT = 1000.0  #: units from top to bottom, whatever the size in pixels
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'preserveAspectRatio="none" '
)


class Sheet:
    """Collects shapes, back to front."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.width = HEIGHT * size[0] / size[1]
        self._parts: list[str] = []
        self._gradients = 0

    def fade(self, colours: Sequence[Colour], across: bool = False) -> str:
        """Return a fill that goes through ``colours``, downwards or ``across``."""
        self._gradients += 1
        last = max(1, len(colours) - 1)
        stops = "".join(
            f'<stop offset="{index / last:.3f}" stop-color="{to_hex(colour)}"/>'
            for index, colour in enumerate(colours)
        )
        end = 'x2="1" y2="0"' if across else 'x2="0" y2="1"'
        name = f"g{self._gradients}"
        self._parts.append(
            f'<linearGradient id="{name}" x1="0" y1="0" {end}>{stops}</linearGradient>'
        )
        return f"url(#{name})"

    def glow(self, colour: Colour) -> str:
        """Return a fill that is ``colour`` in the middle and nothing at the rim."""
        self._gradients += 1
        name, paint = f"g{self._gradients}", to_hex(colour)
        stops = "".join(
            f'<stop offset="{offset}" stop-color="{paint}" stop-opacity="{opacity}"/>'
            for offset, opacity in ((0, 1), (0.3, 0.6), (0.65, 0.18), (1, 0))
        )
        self._parts.append(f'<radialGradient id="{name}">{stops}</radialGradient>')
        return f"url(#{name})"

    def box(
        self, corner: Point, width: float, height: float, fill: Colour | str,
        opacity: float = 1.0, round_: float = 0.0,
    ) -> None:  # fmt: skip
        """Draw a rectangle from its upper left corner."""
        self._parts.append(
            f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{max(0.0, width):.1f}" '
            f'height="{max(0.0, height):.1f}" rx="{round_:.1f}" {_paint(fill, opacity)}/>'
        )

    def ellipse(
        self, centre: Point, across: float, down: float, fill: Colour | str, opacity: float = 1.0
    ) -> None:
        """Draw an ellipse with the half axes ``across`` and ``down``."""
        self._parts.append(
            f'<ellipse cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" rx="{across:.1f}" '
            f'ry="{down:.1f}" {_paint(fill, opacity)}/>'
        )

    def polygon(self, points: Iterable[Point], fill: Colour | str, opacity: float = 1.0) -> None:
        """Draw straight from point to point."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polygon points="{text}" {_paint(fill, opacity)}/>')

    def land(self, skyline: Sequence[Point], fill: Colour | str, opacity: float = 1.0) -> None:
        """Fill everything below a smooth ``skyline`` that runs from left to right."""
        path = f"M{skyline[0][0]:.1f},{HEIGHT + 10:.1f}L{skyline[0][0]:.1f},{skyline[0][1]:.1f}"
        for (x, y), (to_x, to_y) in pairwise(skyline):
            half = (x + to_x) / 2
            path += f"C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
        path += f"L{skyline[-1][0]:.1f},{HEIGHT + 10:.1f}Z"
        self._parts.append(f'<path d="{path}" {_paint(fill, opacity)}/>')

    def line(
        self, points: Sequence[Point], colour: Colour, width: float, opacity: float = 1.0
    ) -> None:
        """Draw a line with round ends."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(
            f'<polyline points="{text}" fill="none" stroke="{to_hex(colour)}" '
            f'stroke-width="{width:.2f}" stroke-linecap="round" stroke-linejoin="round" '
            f'opacity="{opacity:.3f}"/>'
        )

    def stroke(
        self, centre: Point, length: float, thick: float, fill: Colour | str, opacity: float = 1.0
    ) -> None:
        """Draw a brush stroke: a lens, pointed left and right, as waves and grass seen far off."""
        x, y = centre
        path = (
            f"M{x - length / 2:.1f},{y:.1f}Q{x:.1f},{y - thick:.1f} {x + length / 2:.1f},{y:.1f}"
            f"Q{x:.1f},{y + thick:.1f} {x - length / 2:.1f},{y:.1f}Z"
        )
        self._parts.append(f'<path d="{path}" {_paint(fill, opacity)}/>')

    def image(self) -> Image.Image:
        """Return the sheet in RGBA; where nothing was drawn it is clear."""
        width, height = self.size
        text = (
            f'{HEAD}width="{width}" height="{height}" viewBox="0 0 {self.width:.3f} {HEIGHT:.0f}">'
            f"{''.join(self._parts)}</svg>"
        )
        return rasterise(text)

    def over(self, picture: Image.Image) -> None:
        """Lay the sheet over ``picture``."""
        picture.paste(sheet := self.image(), (0, 0), sheet)


def soft(layer: Image.Image, radius: float) -> Image.Image:
    """Return ``layer`` out of focus; what is clear does not darken its edges."""
    return layer.convert("RGBa").filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")


def rasterise(svg: str) -> Image.Image:
    """Return the pixels of a whole SVG document of ours."""
    data = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def _paint(fill: Colour | str, opacity: float) -> str:
    paint = fill if isinstance(fill, str) else to_hex(fill)
    return f'fill="{paint}"' + (f' opacity="{opacity:.3f}"' if opacity < 1 else "")
