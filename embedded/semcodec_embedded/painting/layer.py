"""What every function that draws scenery gets: where it draws, in which colors, and randomness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semcodec_embedded.painting.palette import Color
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of outdoor scenery: the ground, or something that closes the view.

    Attributes:
        canvas: on which it is drawn.
        horizon_y: where the ground begins and what closes the view ends, in units from the top.
        color: its color close by.
        haze: the color that distance mixes in.
        rng: the generator of this picture. Each drawing function calls it in a fixed order, or
            everything drawn later would move.
    """

    canvas: SvgCanvas
    horizon_y: float
    color: Color
    haze: Color
    rng: np.random.Generator

    def random_x(self) -> float:
        """Return a random x within the picture."""
        return self.rng.random() * self.canvas.width

    def ground_y(self, nearness: float) -> float:
        """Return the y of the ground at ``nearness``: 0 at the horizon, 1 at the lower edge."""
        return self.horizon_y + nearness * (HEIGHT - self.horizon_y)
