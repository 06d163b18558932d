"""Draw the furnishings of rooms: cupboards, tiles, windows, curtains, pictures.

Positions and sizes are in thousandths of the picture's height; a door would have a height of 600.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, Point, Size, SvgCanvas

WHITE: Color = (255, 255, 255)
SHADOW: Color = (20, 20, 30)
TILE = 74.0
CUPBOARD_WIDTH = 148.0
CUPBOARD_FRONTS = ((236, 240, 238), (150, 186, 178), (222, 178, 120))
COUNTER_HEIGHT = 190
WINDOW_FRAME: Color = (250, 248, 244)


@dataclass(frozen=True, slots=True)
class Fixture:
    """A thing that is part of the backdrop of a room.

    Attributes:
        noun: its name, in the singular.
        box: left, top, right and bottom, in units.
    """

    noun: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Interior:
    """The state of drawing a room or a table scene.

    Attributes:
        canvas: the canvas to draw on.
        kind: a key of ``rooms.WALL_COLORS``.
        floor_y: the y of the upper edge of the floor or the table, in units.
        wall: the color of the wall.
        floor: the color of the floor or the table top.
        materials: keys of the table "materials".
        cabinet_color: a color word, or "".
        rng: the random generator of the picture.
        fixtures: what was drawn, in the order of the calls.
    """

    canvas: SvgCanvas
    kind: str
    floor_y: float
    wall: Color
    floor: Color
    materials: tuple[str, ...]
    cabinet_color: str
    rng: np.random.Generator
    fixtures: list[Fixture] = field(default_factory=list)

    def note(self, noun: str, corner: Point, size: Size) -> None:
        """Note that a thing was drawn, so that the account of the picture contains it."""
        (left, top), (width, height) = corner, size
        self.fixtures.append(Fixture(noun, (left, top, left + width, top + height)))


def draw_tiles(interior: Interior, wall: Color) -> None:
    """Draw tiles on the lower part of a wall, in slightly different shades."""
    canvas, floor_y = interior.canvas, interior.floor_y
    for row in range(int(floor_y * 0.62 / TILE) + 1):
        for column in range(int(canvas.width / TILE) + 1):
            # A fixed pattern of four shades looks irregular enough without random numbers.
            color = lighter(wall, 0.34 + 0.06 * ((row * 7 + column * 3) % 4))
            corner = (column * TILE + 2, floor_y - (row + 1) * TILE + 2)
            canvas.rectangle(corner, (TILE - 4, TILE - 4), color, radius=3)


def draw_window(canvas: SvgCanvas, corner: Point, size: Size, frame: Color) -> None:
    """Draw a window with a view of clouds and a hill."""
    (x, y), (width, height) = corner, size
    canvas.rectangle((x - 16, y - 16), (width + 32, height + 32), darker(frame, 0.12), radius=6)
    canvas.rectangle((x - 10, y - 10), (width + 20, height + 20), frame, radius=4)
    canvas.rectangle(corner, size, canvas.linear_gradient((136, 198, 240), (226, 242, 248)))
    for cloud_x, cloud_y, rx, ry in ((0.68, 0.26, 0.16, 0.06), (0.58, 0.29, 0.14, 0.05)):
        center = (x + width * cloud_x, y + height * cloud_y)
        canvas.ellipse(center, (width * rx, height * ry), WHITE, opacity=0.9)
    hill = ((0.0, 0.72), (0.35, 0.66), (0.7, 0.76), (1.0, 0.68))
    slope = [(x + width * right, y + height * down) for right, down in hill]
    canvas.polygon([(x, y + height), *slope, (x + width, y + height)], (138, 190, 116))
    canvas.rectangle((x + width / 2 - 6, y), (12, height), frame)
    canvas.rectangle((x, y + height * 0.48), (width, 11), frame)
    reflection = [(x, y), (x + width * 0.32, y), (x, y + height * 0.5)]
    canvas.polygon(reflection, WHITE, opacity=0.22)
    sill = (x - 26, y + height + 12)
    canvas.rectangle(sill, (width + 52, 16), lighter(frame, 0.1), radius=4)


def _draw_curtains(canvas: SvgCanvas, corner: Point, size: Size, color: Color) -> None:
    """Draw curtains on both sides of the window at ``corner``."""
    (x, y), (width, height) = corner, size
    canvas.line([(x - 70, y - 34), (x + width + 70, y - 34)], (120, 92, 74), 9)
    for left in (x - 66, x + width - 14):
        for fold in range(4):
            shade = lighter(color, 0.16) if fold % 2 else darker(color, 0.08)
            gradient = canvas.linear_gradient(shade, darker(shade, 0.15))
            canvas.rectangle((left + fold * 20, y - 34), (22, height + 90), gradient, radius=6)


def draw_kitchen(interior: Interior) -> None:
    """Draw cupboards above and below a counter, and a window above it."""
    canvas, rng, floor_y = interior.canvas, interior.rng, interior.floor_y
    color = mix(CUPBOARD_FRONTS[int(rng.integers(3))], interior.wall, 0.2)
    if interior.cabinet_color:
        color = mix(NAMED[interior.cabinet_color], color, 0.15)
    counter_y = floor_y - COUNTER_HEIGHT
    draw_tiles(interior, mix(interior.wall, WHITE, 0.3))
    width = CUPBOARD_WIDTH
    for index in range(int(canvas.width / width) + 1):
        x = index * width
        corner, size = (x, counter_y + 24), (width, floor_y - counter_y - 34)
        _draw_cupboard(canvas, corner, size, color)
        interior.note("cupboard", corner, size)
        is_window = 0.36 * canvas.width < x + width / 2 < 0.64 * canvas.width
        if not is_window:
            _draw_cupboard(canvas, (x, 0), (width, 200), color)
            interior.note("cupboard", (x, 0), (width, 200))
    draw_window(canvas, (canvas.width / 2 - 110, 60), (220, 210), (250, 248, 242))
    interior.note("window", (canvas.width / 2 - 110, 60), (220, 210))
    floor = interior.floor
    counter = canvas.linear_gradient(lighter(floor, 0.35), darker(floor, 0.1))
    canvas.rectangle((0, counter_y), (canvas.width, 30), counter)
    canvas.rectangle((0, counter_y + 30), (canvas.width, 12), SHADOW, opacity=0.2)


def _draw_cupboard(canvas: SvgCanvas, corner: Point, size: Size, color: Color) -> None:
    (x, y), (width, height) = corner, size
    canvas.rectangle(corner, size, darker(color, 0.3))
    front = canvas.linear_gradient(lighter(color, 0.2), color)
    canvas.rectangle((x + 2, y + 2), (width - 4, height - 4), front, radius=4)
    groove, panel = (width - 32, height - 36), (width - 40, height - 44)
    canvas.rectangle((x + 16, y + 18), groove, darker(color, 0.12), opacity=0.6, radius=4)
    canvas.rectangle((x + 20, y + 22), panel, color, radius=4)
    handle = (x + width - 34, y + height / 2 - 18)
    canvas.rectangle(handle, (7, 36), (126, 110, 96), radius=3)


def draw_bathroom(interior: Interior) -> None:
    """Draw a mirror with a shelf on one side, a towel on the other, and a mat."""
    canvas, teal = interior.canvas, NAMED["teal"]
    x = canvas.width * (0.3 if interior.rng.random() < 0.5 else 0.7)
    canvas.rectangle((x - 118, 66), (236, 250), (188, 150, 112), radius=18)
    glass = canvas.linear_gradient((216, 236, 242), (176, 208, 222))
    canvas.rectangle((x - 104, 80), (208, 222), glass, radius=12)
    reflection = [(x - 70, 290), (x - 10, 90), (x + 30, 90), (x - 30, 290)]
    canvas.polygon(reflection, WHITE, opacity=0.35)
    canvas.rectangle((x - 130, 336), (260, 14), (240, 240, 236), radius=4)
    interior.note("mirror", (x - 118, 66), (236, 250))
    towel_x = canvas.width - x
    canvas.line([(towel_x - 90, 300), (towel_x + 90, 300)], (150, 158, 164), 9)
    towel = canvas.linear_gradient(lighter(teal, 0.35), teal)
    canvas.rectangle((towel_x - 62, 298), (124, 190), towel, radius=8)
    interior.note("towel", (towel_x - 62, 298), (124, 190))
    canvas.rectangle((towel_x - 62, 440), (124, 18), (250, 250, 246), opacity=0.8)
    mat = (canvas.width / 2, interior.floor_y + 210)
    canvas.ellipse(mat, (270, 62), lighter(teal, 0.5), opacity=0.8)
    interior.note("mat", (mat[0] - 270, mat[1] - 62), (540, 124))


def draw_bedroom(interior: Interior) -> None:
    """Draw a window with curtains, a picture and a rug."""
    canvas, rng, purple = interior.canvas, interior.rng, NAMED["purple"]
    x = canvas.width * (0.16 if rng.random() < 0.5 else 0.62)
    corner, size = (x, 110), (220, 280)
    _draw_curtains(canvas, corner, size, purple)
    draw_window(canvas, corner, size, WINDOW_FRAME)
    _draw_curtains(canvas, corner, size, mix(purple, interior.wall, 0.45))
    _note_window(interior, corner, size)
    _draw_picture(canvas, (canvas.width - x - 110, 150), rng)
    interior.note("picture", (canvas.width - x - 110, 150), (172, 122))
    _draw_rug(interior, lighter(purple, 0.5))


def draw_living_room(interior: Interior) -> None:
    """Draw a window with curtains, a picture and a rug, arranged as in a living room."""
    canvas, rng = interior.canvas, interior.rng
    x = canvas.width * (0.12 if rng.random() < 0.5 else 0.6)
    named = (NAMED["teal"], NAMED["red"], NAMED["green"])
    color = mix(named[int(rng.integers(3))], interior.wall, 0.4)
    corner, size = (x, 100), (250, 290)
    draw_window(canvas, corner, size, (250, 247, 240))
    _draw_curtains(canvas, corner, size, color)
    _note_window(interior, corner, size)
    _draw_picture(canvas, (canvas.width - x - 140, 130), rng)
    interior.note("picture", (canvas.width - x - 140, 130), (172, 122))
    _draw_rug(interior, color)


def _note_window(interior: Interior, corner: Point, size: Size) -> None:
    """Note a window with its curtains."""
    interior.note("window", corner, size)
    for left in (corner[0] - 66, corner[0] + size[0] - 14):
        interior.note("curtain", (left, corner[1] - 34), (82, size[1] + 90))


def _draw_picture(canvas: SvgCanvas, corner: Point, rng: np.random.Generator) -> None:
    """Draw a framed landscape at sunset."""
    x, y = corner
    canvas.rectangle((x - 14, y - 8), (200, 150), SHADOW, opacity=0.15, radius=4)
    canvas.rectangle((x - 14, y - 14), (200, 150), (150, 106, 70), radius=4)
    canvas.rectangle((x, y), (172, 122), (248, 240, 220))
    evening = canvas.linear_gradient((244, 180, 140), (250, 226, 180))
    canvas.rectangle((x + 12, y + 12), (148, 98), evening)
    canvas.ellipse((x + 110, y + 50), (15, 15), (250, 240, 210))
    for depth in range(2):
        top = y + 62 + 18 * depth
        mountains = [
            (x + 12, y + 110),
            (x + 12, top + 12 * rng.random()),
            (x + 60, top - 10 * rng.random()),
            (x + 110, top + 12),
            (x + 160, top - 4),
            (x + 160, y + 110),
        ]
        canvas.polygon(mountains, mix((90, 130, 140), (60, 110, 90), depth))


def _draw_rug(interior: Interior, color: Color) -> None:
    canvas, floor_y = interior.canvas, interior.floor_y
    depth = HEIGHT - floor_y
    rings = ((1.0, darker(color, 0.16)), (0.9, lighter(color, 0.25)), (0.72, color))
    for share, ring in rings:
        center = (canvas.width / 2, floor_y + depth * 0.62)
        radii = (canvas.width * 0.38 * share, depth * 0.3 * share)
        canvas.ellipse(center, radii, ring, opacity=0.85)
    corner = canvas.width * 0.12, floor_y + depth * 0.32
    interior.note("rug", corner, (canvas.width * 0.76, depth * 0.6))
