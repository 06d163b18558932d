"""Draw rooms and table tops: a wall, and a floor or a table in perspective.

Furnishings are in ``interiors``. Positions and sizes are in thousandths of the picture's height;
vanishing lines are in shares of its width.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from semcodec_embedded.painting import interiors
from semcodec_embedded.painting.interiors import Interior
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

WALL_COLORS: dict[str, Color] = {
    "kitchen": (238, 226, 204),
    "bathroom": (204, 226, 230),
    "bedroom": (216, 208, 228),
    "room": (232, 214, 188),
    "table": (226, 214, 200),
    "desk": (208, 216, 222),
}
FLOOR_COLORS: dict[str, Color] = {
    "kitchen": (206, 178, 146),
    "bathroom": (186, 200, 206),
    "bedroom": (200, 168, 134),
    "room": (196, 156, 118),
    "table": (192, 142, 96),
    "desk": (186, 138, 96),
}
BRICK_WALL: Color = (184, 108, 86)
TINT_WEIGHT = 0.78  #: weight of a color word in the color of a wall or a floor
BRICK_SIZE, STONE_SIZE = (92.0, 36.0), (150.0, 74.0)  #: width and height
BRICK_RADIUS, STONE_RADIUS = 4, 14
BOARD_WIDTH, BOARD_GAP = 88, 4
METAL_ROWS, RIVETS = 3, 8  #: sheets of metal from top to bottom, and rivets on an edge of each


class SeamStyle(NamedTuple):
    """The style of the seams between boards or tiles."""

    color: Color
    width: float
    opacity: float


def tint(natural: Color, color_word: str) -> Color:
    """Return ``natural`` mixed with the color of a word; ``color_word`` may be ""."""
    return mix(natural, NAMED[color_word], TINT_WEIGHT) if color_word else natural


def draw_room(interior: Interior) -> None:
    """Draw a room: wall, floor and furnishings."""
    _draw_wall(interior)
    if interior.kind == "bathroom":
        interiors.draw_tiles(interior, interior.wall)
    _draw_floor(interior, is_tiled=interior.kind in ("bathroom", "kitchen"))
    furnish = {
        "kitchen": interiors.draw_kitchen,
        "bathroom": interiors.draw_bathroom,
        "bedroom": interiors.draw_bedroom,
    }
    furnish.get(interior.kind, interiors.draw_living_room)(interior)


def draw_table_scene(interior: Interior) -> None:
    """Draw a table top, seen from a chair, in front of a blurred wall."""
    canvas, rng, table_y, wall = interior.canvas, interior.rng, interior.floor_y, interior.wall
    _draw_wall(interior)
    for _ in range(9):
        is_light = rng.random() < 0.6
        disc = lighter(wall, 0.35) if is_light else mix(wall, NAMED["orange"], 0.25)
        radius = 40 + 70 * rng.random()
        center = (rng.random() * canvas.width, rng.random() * table_y)
        canvas.ellipse(center, (radius, radius), disc, opacity=0.28)
    shadow = canvas.linear_gradient(wall, darker(wall, 0.28))
    canvas.rectangle((0, table_y - 26), (canvas.width, 30), shadow, opacity=0.5)
    _draw_table_top(interior)
    canvas.rectangle((0, table_y), (canvas.width, 5), lighter(interior.floor, 0.5), opacity=0.7)


def _draw_table_top(interior: Interior) -> None:
    """Draw planks that run towards the viewer, with their grain."""
    canvas, rng, table_y, table = interior.canvas, interior.rng, interior.floor_y, interior.floor
    surface = canvas.linear_gradient(lighter(table, 0.32), table, darker(table, 0.2))
    canvas.rectangle((0, table_y), (canvas.width, HEIGHT - table_y), surface)
    style = SeamStyle(darker(table, 0.32), 2.4, 0.42)
    for plank in range(-7, 8):
        _draw_seam(interior, (plank * 0.1, plank * 0.19), style)
    for _ in range(80):
        nearness = rng.random()
        center = (rng.random() * canvas.width, table_y + nearness * (HEIGHT - table_y))
        size = (60 + 150 * nearness, 0.8 + 2 * nearness)
        color = darker(table, 0.26) if rng.random() < 0.6 else lighter(table, 0.3)
        canvas.lens(center, size, color, opacity=0.3)


def _draw_wall(interior: Interior) -> None:
    canvas, wall = interior.canvas, interior.wall
    gradient = canvas.linear_gradient(darker(wall, 0.1), lighter(wall, 0.1), wall)
    canvas.rectangle((0, 0), (canvas.width, interior.floor_y + 4), gradient)
    draw_material(canvas, interior.floor_y, wall, interior.materials, interior.rng)


def draw_material(
    canvas: SvgCanvas,
    bottom_y: float,
    wall: Color,
    materials: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Draw bricks, stones, boards or sheets of metal on a wall down to ``bottom_y``."""
    if "brick" in materials or "stone" in materials:
        _draw_masonry(canvas, bottom_y, wall, "brick" in materials, rng)
    elif "wood" in materials:
        _draw_boards(canvas, bottom_y, wall, rng)
    elif "metal" in materials:
        _draw_sheets(canvas, bottom_y, wall)


def _draw_masonry(
    canvas: SvgCanvas, bottom_y: float, wall: Color, is_brick: bool, rng: np.random.Generator
) -> None:
    """Draw bricks or stones, with every second row shifted by half a brick."""
    width, height = BRICK_SIZE if is_brick else STONE_SIZE
    radius = BRICK_RADIUS if is_brick else STONE_RADIUS
    for row in range(int(bottom_y / height) + 1):
        for column in range(-1, int(canvas.width / width) + 1):
            shade = darker(wall, 0.14 * rng.random())
            color = mix(shade, (255, 230, 200), 0.12 * rng.random())
            # A gap of 5 units in the color of the wall remains visible as mortar.
            corner = (column * width + row % 2 * width / 2 + 3, row * height + 3)
            size = (width - 5, min(height - 5, bottom_y - row * height - 3))
            canvas.rectangle(corner, size, color, opacity=0.95, radius=radius)


def _draw_boards(canvas: SvgCanvas, bottom_y: float, wall: Color, rng: np.random.Generator) -> None:
    """Draw upright boards with their grain."""
    for column in range(int(canvas.width / BOARD_WIDTH) + 1):
        left = column * BOARD_WIDTH
        color = darker(wall, 0.2 * rng.random())
        gradient = canvas.linear_gradient(lighter(color, 0.08), color, across=True)
        canvas.rectangle((left, 0), (BOARD_WIDTH - BOARD_GAP, bottom_y), gradient)
        for _ in range(7):
            x, y = left + 10 + 64 * rng.random(), rng.random() * bottom_y
            grain = [(x, y), (x + 3, y + 120 * rng.random())]
            canvas.line(grain, darker(color, 0.3), 1.6, opacity=0.4)


def _draw_sheets(canvas: SvgCanvas, bottom_y: float, wall: Color) -> None:
    """Draw sheets of metal with a seam and rivets around each."""
    gradient = canvas.linear_gradient(lighter(wall, 0.2), wall, darker(wall, 0.15))
    side = bottom_y / METAL_ROWS
    for column, row in product(range(int(canvas.width / side) + 1), range(METAL_ROWS)):
        left, top = column * side, row * side
        canvas.rectangle((left, top), (side, side), darker(wall, 0.4))
        canvas.rectangle((left + 3, top + 3), (side - 5, side - 5), gradient)
        for index in range(RIVETS):
            offset = (index + 0.5) / RIVETS * side
            canvas.ellipse((left + offset, top + 22), (5, 5), darker(wall, 0.35))
            canvas.ellipse((left + 22, top + offset), (5, 5), darker(wall, 0.35))


def _draw_seam(interior: Interior, offsets: tuple[float, float], style: SeamStyle) -> None:
    """Draw a seam towards the viewer.

    ``offsets`` are the distances of its far and near end from the middle, as shares of the width.
    The near one is larger, so that all seams meet in a vanishing point.
    """
    canvas, middle = interior.canvas, interior.canvas.width / 2
    far, near = (middle + offset * canvas.width for offset in offsets)
    ends = [(far, interior.floor_y), (near, HEIGHT)]
    canvas.line(ends, style.color, style.width, opacity=style.opacity)


def _draw_floor(interior: Interior, is_tiled: bool) -> None:
    """Draw boards that run towards the viewer, or tiles, and a skirting board."""
    canvas, floor_y, floor = interior.canvas, interior.floor_y, interior.floor
    depth = HEIGHT - floor_y
    surface = canvas.linear_gradient(lighter(floor, 0.1), floor, darker(floor, 0.12))
    canvas.rectangle((0, floor_y), (canvas.width, depth), surface)
    style = SeamStyle(darker(floor, 0.35), 2.2, 0.4)
    for index in range(-12, 13):
        _draw_seam(interior, (index * 0.085, index * 0.15), style)
    for nearness in (0.1, 0.24, 0.43, 0.68) if is_tiled else ():
        y = floor_y + depth * nearness
        canvas.line([(0, y), (canvas.width, y)], style.color, style.width, opacity=style.opacity)
    canvas.rectangle((0, floor_y - 22), (canvas.width, 24), (250, 247, 240), opacity=0.9)
    canvas.rectangle((0, floor_y), (canvas.width, 14), darker(floor, 0.5), opacity=0.3)
