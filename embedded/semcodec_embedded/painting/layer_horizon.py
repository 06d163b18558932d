"""Find the horizon of a photograph, and how high its trees are, in its color layer.

The horizon is where the colors of whole rows change most. A layer has few details, so that it is
found to about a tenth of the height; the usual horizon of the environment counts as evidence, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PIL import Image

from semcodec_embedded.colors import to_lab
from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.geometry import Box
from semcodec_embedded.painting.grading import luma
from semcodec_embedded.painting.noise import Floats

ROWS, COLUMNS = 60, 3  #: cells in which the colors are compared
COMPARED_ROWS = 9  #: above and below a row
USUAL_DEVIATION = 0.15  #: of horizons from the usual one, as a share of the height
#: Greatest distance from the usual horizon. Indoors, furniture needs room above the floor.
MAX_MOVE = {"outdoors": 0.18, "room": 0.06, "table": 0.08}
#: Scale of trees that hide the sky; and the share of the sky, from the top, that is compared.
HIDING_TREES, COMPARED_SKY = 2.1, 0.6
#: Lightness of the darkest pale sky, in steps of 1/255, and by how much a sky that is blue may have
#: less blue than red or green.
MIN_PALE, MAX_LESS_BLUE = 140.0, 4.0
MIN_CHANGE = 8.0  #: of color, in units of CIELAB; a weaker one is not a horizon


def find_horizon(environment: Environment, colors: Image.Image, share: float) -> Environment:
    """Return ``environment`` with the horizon that ``colors`` have.

    ``share`` is the share of the height of ``colors`` that the scene has, from the top.
    """
    limit = MAX_MOVE.get(environment.kind, 0.0)
    if not limit:
        return environment
    changes = _changes(colors, share)
    heights = np.arange(ROWS) / ROWS
    moves = heights - environment.horizon
    usual = np.exp(-0.5 * (moves / USUAL_DEVIATION) ** 2)
    allowed = (np.abs(moves) <= limit) & (changes >= MIN_CHANGE)
    if not allowed.any():
        return environment
    best = int(np.argmax(changes * usual * allowed))
    return replace(environment, horizon=float(heights[best]))


def raise_trees(
    environment: Environment, colors: Image.Image, share: float, boxes: Iterable[Box]
) -> Environment:
    """Return ``environment`` with trees up to the top if ``colors`` have no sky above them.

    The colors in ``boxes`` are those of objects.
    """
    if environment.background[-1:] != ("trees",) or environment.light != "day":
        return environment
    above = (0, 0, colors.width, max(1.0, colors.height * share * environment.horizon))
    size = ROWS, ROWS
    cells = colors.convert("RGB").resize(size, Image.Resampling.BOX, box=above)
    mask = Image.new("L", size, 255)
    for left, top, right, bottom in boxes:
        shares = left, top / environment.horizon, right, bottom / environment.horizon
        x, y, to_x, to_y = (min(ROWS, round(edge * ROWS)) for edge in shares)
        mask.paste(0, (x, y, to_x, to_y))
    free = np.asarray(mask)[: round(COMPARED_SKY * ROWS)] > 0
    if not free.any():
        return environment
    mean = np.asarray(cells, np.float32)[: len(free)][free].mean(0)
    is_blue = mean[2] >= mean[:2].max() - MAX_LESS_BLUE
    if is_blue or luma(mean) >= MIN_PALE:
        return environment
    return replace(environment, tree_scale=HIDING_TREES)


def _changes(colors: Image.Image, share: float) -> Floats:
    """Return the difference between the colors below and above each row."""
    scene = (0, 0, colors.width, max(1.0, colors.height * share))
    cells = colors.convert("RGB").resize((COLUMNS, ROWS), Image.Resampling.BOX, box=scene)
    lab = to_lab(np.asarray(cells, np.float32) / np.float32(255))
    changes = np.zeros(ROWS, np.float32)
    for row in range(1, ROWS):
        above = lab[max(0, row - COMPARED_ROWS) : row].mean(0)
        below = lab[row : row + COMPARED_ROWS].mean(0)
        changes[row] = np.sqrt(((above - below) ** 2).sum(-1).mean())
    return changes
