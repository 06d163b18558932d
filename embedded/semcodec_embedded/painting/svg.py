"""Draw flat shapes as SVG and rasterize them.

Lengths are in thousandths of the picture's height, so that a drawing rule is the same for every
size in pixels: x runs from 0 to ``SvgCanvas.width``, y from 0 at the top to ``HEIGHT``.

Only numbers and colors computed here go into the SVG, never words of a prompt, so a prompt cannot
inject markup (``test_markup_in_a_prompt_is_ignored``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import pairwise

import resvg_py
from PIL import Image, ImageFilter

from semcodec_embedded.painting.palette import Color, to_hex

Point = tuple[float, float]  #: x and y
Size = tuple[float, float]  #: width and height, or the horizontal and vertical radius of an ellipse
Fill = Color | str  #: a color, or the reference that a gradient method of the canvas returned

HEIGHT = 1000.0  #: units from top to bottom, whatever the size in pixels
SVG_HEADER = '<svg xmlns="http://www.w3.org/2000/svg" preserveAspectRatio="none" '
#: Offset and opacity of each stop of a radial gradient: it falls off steeply in the center, like
#: light around a lamp.
_GLOW_STOPS = ((0, 1), (0.3, 0.6), (0.65, 0.18), (1, 0))
_OVERSHOOT = 10  #: units by which terrain extends below the bottom edge, so that no seam shows


class SvgCanvas:
    """Collects shapes, which are drawn in the order of the calls, later ones on top.

    A gradient spans the bounding box of each shape that it fills, not the picture.

    Attributes:
        size: width and height in pixels.
        width: in thousandths of the height; the height is ``HEIGHT``.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.width = HEIGHT * size[0] / size[1]
        self._elements: list[str] = []
        self._gradient_count = 0

    def linear_gradient(self, *colors: Color, across: bool = False) -> str:
        """Return a fill that runs through ``colors`` from top to bottom, or from left to right."""
        last = max(1, len(colors) - 1)
        stops = "".join(
            f'<stop offset="{index / last:.3f}" stop-color="{to_hex(color)}"/>'
            for index, color in enumerate(colors)
        )
        end = 'x2="1" y2="0"' if across else 'x2="0" y2="1"'
        return self._define("linearGradient", f' x1="0" y1="0" {end}', stops)

    def radial_gradient(self, color: Color) -> str:
        """Return a fill that is ``color`` in the center and transparent at the rim."""
        stops = "".join(
            f'<stop offset="{offset}" stop-color="{to_hex(color)}" stop-opacity="{opacity}"/>'
            for offset, opacity in _GLOW_STOPS
        )
        return self._define("radialGradient", "", stops)

    def _define(self, element: str, attributes: str, stops: str) -> str:
        """Add the definition of a gradient, and return a reference to it."""
        self._gradient_count += 1
        name = f"g{self._gradient_count}"
        self._elements.append(f'<{element} id="{name}"{attributes}>{stops}</{element}>')
        return f"url(#{name})"

    def rectangle(
        self, corner: Point, size: Size, fill: Fill, *, opacity: float = 1.0, radius: float = 0.0
    ) -> None:
        """Draw a rectangle whose upper left corner is ``corner``; ``radius`` rounds its corners."""
        self._elements.append(
            f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{max(0.0, size[0]):.1f}" '
            f'height="{max(0.0, size[1]):.1f}" rx="{radius:.1f}" {_attributes(fill, opacity)}/>'
        )

    def ellipse(self, center: Point, radii: Size, fill: Fill, *, opacity: float = 1.0) -> None:
        """Draw an ellipse; ``radii`` are its horizontal and vertical radius."""
        self._elements.append(
            f'<ellipse cx="{center[0]:.1f}" cy="{center[1]:.1f}" rx="{radii[0]:.1f}" '
            f'ry="{radii[1]:.1f}" {_attributes(fill, opacity)}/>'
        )

    def polygon(self, points: Iterable[Point], fill: Fill, *, opacity: float = 1.0) -> None:
        """Draw a closed polygon."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._elements.append(f'<polygon points="{text}" {_attributes(fill, opacity)}/>')

    def fill_below(self, skyline: Sequence[Point], fill: Fill, *, opacity: float = 1.0) -> None:
        """Fill everything below a smooth ``skyline`` whose points go from left to right."""
        first, last, bottom = skyline[0], skyline[-1], HEIGHT + _OVERSHOOT
        path = f"M{first[0]:.1f},{bottom:.1f}L{first[0]:.1f},{first[1]:.1f}"
        for (x, y), (to_x, to_y) in pairwise(skyline):
            half = (x + to_x) / 2  # control points half way: the curve is level at each given point
            path += f"C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
        path += f"L{last[0]:.1f},{bottom:.1f}Z"
        self._elements.append(f'<path d="{path}" {_attributes(fill, opacity)}/>')

    def line(
        self, points: Sequence[Point], color: Color, width: float, *, opacity: float = 1.0
    ) -> None:
        """Draw an open line with round ends."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._elements.append(
            f'<polyline points="{text}" fill="none" stroke="{to_hex(color)}" '
            f'stroke-width="{width:.2f}" stroke-linecap="round" stroke-linejoin="round" '
            f'opacity="{opacity:.3f}"/>'
        )

    def lens(self, center: Point, size: Size, fill: Fill, *, opacity: float = 1.0) -> None:
        """Draw a flat lens with its points at left and right: a wave, a ripple, a distant rut.

        ``size`` is its length, and its thickness in the middle.
        """
        (x, y), (length, thickness) = center, size
        # A quadratic curve rises half as high as its control point, so a control point is the whole
        # thickness away from the center line, and each edge half of it.
        left, right = x - length / 2, x + length / 2
        path = (
            f"M{left:.1f},{y:.1f}Q{x:.1f},{y - thickness:.1f} {right:.1f},{y:.1f}"
            f"Q{x:.1f},{y + thickness:.1f} {left:.1f},{y:.1f}Z"
        )
        self._elements.append(f'<path d="{path}" {_attributes(fill, opacity)}/>')

    @property
    def count(self) -> int:
        """The number of shapes and gradients, for ``image``."""
        return len(self._elements)

    def image(self, first: int = 0) -> Image.Image:
        """Return the canvas as an RGBA image, transparent where nothing was drawn.

        ``first`` is the number of shapes and gradients at the beginning to leave out.
        """
        width, height = self.size
        return rasterize(
            f'{SVG_HEADER}width="{width}" height="{height}" '
            f'viewBox="0 0 {self.width:.3f} {HEIGHT:.0f}">{"".join(self._elements[first:])}</svg>'
        )

    def composite_onto(self, picture: Image.Image) -> None:
        """Paste the canvas over ``picture``, which has the same size."""
        layer = self.image()
        picture.paste(layer, (0, 0), layer)


def blur(layer: Image.Image, radius: float) -> Image.Image:
    """Return the RGBA image ``layer`` with a Gaussian blur of ``radius`` pixels.

    The blur works on premultiplied alpha: otherwise transparent black would darken the edges.
    """
    return layer.convert("RGBa").filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")


def rasterize(svg: str) -> Image.Image:
    """Return an SVG document, which is never from user input, as an RGBA image."""
    data = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def _attributes(fill: Fill, opacity: float) -> str:
    """Return the SVG attributes for a fill and an opacity."""
    paint = fill if isinstance(fill, str) else to_hex(fill)
    return f'fill="{paint}"' + (f' opacity="{opacity:.3f}"' if opacity < 1 else "")
