"""A drawing that has its place in the picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """One drawing in the picture, in units of a thousandth of the height.

    Attributes:
        name: of the drawing.
        x: of its middle.
        foot: of its lower edge.
        stands: what carries it, as in ``Nature``, or "islet", "jump" or "none".
        flip: whether it is mirrored.
        sunk: the share of it that is under water, if it stands there.
        lift: how far above its ``foot`` it is drawn, because it stands on a table there.
    """

    name: str
    x: float
    foot: float
    width: float
    height: float
    colors: tuple[str, ...]
    stands: str
    flip: bool = False
    sunk: float = 0.0
    lift: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        half = self.width / 2
        return self.x - half, self.foot - self.height, self.x + half, self.foot
