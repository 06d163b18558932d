"""The argument of all functions that draw scenery: canvas, horizon, colors and generator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semcodec_embedded.painting.palette import Color
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of outdoor scenery: the ground, or one kind of background.

    Attributes:
        canvas: the canvas to draw on.
        horizon_y: the y of the horizon: the upper edge of the ground and the lower edge of a
            background, in units.
        color: the color of the layer without haze.
        haze: the color that is mixed in with the distance.
        rng: the random generator of the picture. Every function must call it in a fixed order;
            otherwise everything drawn later would change.
        lights: at night, a canvas for what shines: the night does not darken it. None by day.
        scale: scale of the trees of a wood.
    """

    canvas: SvgCanvas
    horizon_y: float
    color: Color
    haze: Color
    rng: np.random.Generator
    lights: SvgCanvas | None = None
    scale: float = 1.0

    def random_x(self) -> float:
        """Return the x of a random position in the picture."""
        return self.rng.random() * self.canvas.width

    def ground_y(self, nearness: float) -> float:
        """Return the y of the ground at ``nearness``: 0 at the horizon, 1 at the lower edge."""
        return self.horizon_y + nearness * (HEIGHT - self.horizon_y)
