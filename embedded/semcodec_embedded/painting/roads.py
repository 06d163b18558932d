"""Draw grounds with lines: a street, rails, a playing field."""

from __future__ import annotations

from semcodec_embedded.painting.layer import Layer
from semcodec_embedded.painting.noise import ground_positions
from semcodec_embedded.painting.palette import Color, darker, lighter, mix
from semcodec_embedded.painting.svg import HEIGHT, Point

TIE_COLOR: Color = (112, 82, 62)
RAIL_COLOR: Color = (86, 90, 98)
RAIL_LIGHT: Color = (206, 210, 216)
COURT_LINE: Color = (252, 252, 246)
ROAD_LINE: Color = (246, 242, 226)
SLAB, DASH = 90, 210  #: units from joint to joint on the sidewalk, from line to line on the road


def draw_road(layer: Layer) -> None:
    """Draw a street across the picture, with a sidewalk, a curb and a dashed white line."""
    canvas, top, color = layer.canvas, layer.horizon_y, layer.color
    sidewalk = mix(color, (206, 200, 192), 0.72)
    far = canvas.linear_gradient(lighter(sidewalk, 0.2), sidewalk)
    canvas.rectangle((0, top), (canvas.width, HEIGHT - top), far)
    curb_y = layer.ground_y(0.13)
    asphalt = canvas.linear_gradient(lighter(color, 0.14), color, darker(color, 0.22))
    canvas.rectangle((0, curb_y), (canvas.width, HEIGHT - curb_y), asphalt)
    canvas.rectangle((0, curb_y - 5), (canvas.width, 9), lighter(sidewalk, 0.4))
    for x in range(-SLAB, int(canvas.width) + 2 * SLAB, SLAB):
        joint = [(x, top), (x - 22, curb_y - 6)]
        canvas.line(joint, darker(sidewalk, 0.25), 1.6, opacity=0.5)
    y = layer.ground_y(0.6)
    for x in range(-DASH, int(canvas.width) + 2 * DASH, DASH):
        dash = [(x, y), (x + 120, y), (x + 112, y + 17), (x - 10, y + 17)]
        canvas.polygon(dash, ROAD_LINE, opacity=0.85)
    for nearness in ground_positions(layer.rng, 90):
        center = (layer.random_x(), curb_y + nearness * (HEIGHT - curb_y))
        size = (20 + 60 * nearness, 1 + 2 * nearness)
        canvas.lens(center, size, darker(color, 0.3), opacity=0.2)


def draw_rails(layer: Layer) -> None:
    """Draw two tracks on gravel across the picture; the nearer one is larger."""
    canvas, rng = layer.canvas, layer.rng
    for nearness, gauge in ((0.3, 8.0), (0.74, 13.0)):
        y, depth = layer.ground_y(nearness), gauge * 9
        canvas.rectangle((0, y - depth * 0.62), (canvas.width, depth * 1.42), layer.color)
        for _ in range(160):
            center = (layer.random_x(), y + depth * (1.4 * rng.random() - 0.6))
            stone = (gauge * 0.4, gauge * 0.28)
            canvas.ellipse(center, stone, darker(layer.color, 0.3), opacity=0.45)
        for index in range(-1, int(canvas.width / (gauge * 6)) + 2):
            canvas.polygon(_tie((index * gauge * 6, y), depth, gauge), TIE_COLOR)
        for offset in (-0.26, 0.36):
            rail = (0, y + depth * offset)
            canvas.rectangle(rail, (canvas.width, gauge * 0.8), RAIL_COLOR)
            canvas.rectangle(rail, (canvas.width, gauge * 0.3), RAIL_LIGHT)


def _tie(center: Point, depth: float, gauge: float) -> list[Point]:
    """Return the outline of a tie, which is narrower at its far end."""
    x, y = center
    far, near = y - depth * 0.42, y + depth * 0.6
    return [(x, far), (x + gauge * 2, far), (x + gauge * 1.4, near), (x - gauge, near)]


def draw_court(layer: Layer) -> None:
    """Draw a playing field with mown stripes and white lines in perspective."""
    canvas, top, color = layer.canvas, layer.horizon_y, layer.color
    depth, width, middle = HEIGHT - top, canvas.width, canvas.width / 2
    surface = canvas.linear_gradient(lighter(color, 0.1), color, darker(color, 0.14))
    canvas.rectangle((0, top), (width, depth + 2), surface)
    far, near = width * 0.09, width * 0.17  # widths of a stripe at the horizon and the lower edge
    for index in range(-8, 9, 2):
        stripe = [
            (middle + index * far, top),
            (middle + (index + 1) * far, top),
            (middle + (index + 1) * near, HEIGHT),
            (middle + index * near, HEIGHT),
        ]
        canvas.polygon(stripe, lighter(color, 0.12), opacity=0.5)
    for nearness, thickness in ((0.14, 4.0), (0.46, 6.0)):
        y, half = top + depth * nearness, width * (0.32 + 0.2 * nearness)
        canvas.line([(middle - half, y), (middle + half, y)], COURT_LINE, thickness, opacity=0.9)
    for side in (-1, 1):
        far_end = (middle + side * width * 0.34, top + depth * 0.14)
        near_end = (middle + side * width * 0.62, HEIGHT + 20)
        canvas.line([far_end, near_end], COURT_LINE, 7, opacity=0.9)
