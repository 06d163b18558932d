"""Say how large a subject is drawn and which columns of the picture it takes."""

from __future__ import annotations

import numpy as np

from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.environment import PERSON, Stage
from semcodec_embedded.painting.scene import Subject
from semcodec_embedded.painting.sprites import SpriteInfo
from semcodec_embedded.painting.svg import HEIGHT

SHARES = {"huge": 0.5, "large": 0.21, "medium": 0.1, "small": 0.016}
"""The share of the picture that a size word means, as the describer uses it."""
COLUMNS = {"left": 0.23, "center": 0.5, "right": 0.77}
TALLEST, WIDEST = 0.86, 0.94  #: the most of the picture that one drawing may take
TOWERS = 10.0  #: metres from which a building is drawn tall even if it is slim
PLAIN_HEIGHT = 400.0  #: of a person in a picture whose words say no size
ON_A_TABLE = 190.0  #: the height of small things in a room
FLATTEN = 0.33  #: the power that turns metres into the heights of a picture book


def height_of(
    one: Subject, name: str, nature: SpriteInfo, rank: int, kinds: int, stage: Stage, width: float,
    sized: bool,
) -> float:  # fmt: skip
    """Return the height of one drawing."""
    if one.size or sized:
        share = SHARES[one.size or "medium"]
        height = (share * width * HEIGHT / aspect(name)) ** 0.5
    else:
        height = PLAIN_HEIGHT * (nature.height / PERSON) ** FLATTEN * min(1.0, width / HEIGHT)
        height *= 1.3 if nature.stands == "surface" and stage.kind in ("table", "studio") else 1
        height *= (1.3 if kinds == 1 else 1.05) if rank == 0 else 0.87
    if nature.height >= TOWERS and sized and one.size != "small":
        height = max(height, 640.0 if one.size else 540.0)
    if stage.kind == "room" and nature.stands == "surface" and one.size not in ("huge", "large"):
        height = min(height, ON_A_TABLE)
    if nature.height >= TOWERS and not sized and kinds > 1:
        height = min(height, 540.0)
    if one.count >= 8 and not one.size:
        height *= 0.62
    height = min(height, TALLEST * HEIGHT)
    if stage.kind == "table" and (name.startswith("bust") or nature.stands == "wall"):
        height = min(height, stage.horizon * HEIGHT * 0.93)
    tight = 1.4 if one.size in ("huge", "large") and kinds == 1 else 1.12
    if name.startswith("bust") and stage.kind != "table":
        height *= 1.2
    room = WIDEST * width if one.count == 1 else tight * width / min(one.count, 6)
    return float(max(24.0, min(height, room / aspect(name))))


def columns_of(one: Subject, width: float, wide: float, rng: np.random.Generator) -> list[float]:
    """Return the middle of each drawing."""
    said = [COLUMNS[place] * width for place in one.places if place in COLUMNS]
    if one.count == 1:
        return [said[0] if said else width / 2]
    if len(said) > 1:
        return [
            float(x)
            for x in np.interp(np.linspace(0, 1, one.count), np.linspace(0, 1, len(said)), said)
        ]
    middle = said[0] if said else width / 2
    spread = min(width - wide * 0.9, max(wide * 1.02, width / (one.count + 0.4)) * (one.count - 1))
    if said:
        spread = min(spread, width * 0.42)
    steps = np.linspace(-0.5, 0.5, one.count) * spread
    return [float(middle + step + (rng.random() - 0.5) * wide * 0.1) for step in steps]
