"""Draw buildings in the background: a row of houses, the stands of a stadium."""

from __future__ import annotations

from dataclasses import dataclass

from semcodec_embedded.painting.layer import Layer
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix

SKYLINE_STEP = 70  #: units between pale towers behind the houses
FLOOR_HEIGHT, WINDOW_PITCH, SHOP_HEIGHT = 72, 46, 90  #: units; the shop is at street level
HOUSE_COLORS = ((206, 132, 104), (226, 196, 150), (158, 176, 178), (214, 170, 126), (178, 144, 132))
AWNING_COLORS = ("red", "teal", "green", "orange")
#: Share of the windows that are lit, even by day, so that the street looks inhabited.
LIT_SHARE, LIT_SHARE_AT_NIGHT = 0.16, 0.42
LIT_WINDOW: Color = (250, 224, 150)
SKIN_COLORS = ((240, 190, 130), (176, 120, 84), (250, 206, 130))
SHIRT_COLORS = ("red", "blue", "white", "yellow", "teal", "gray")


@dataclass(frozen=True, slots=True)
class House:
    """A house front: its left edge, the street below it, its size and its color."""

    x: float
    baseline_y: float
    width: float
    height: float
    color: Color

    @property
    def top(self) -> float:
        """The y of the upper edge."""
        return self.baseline_y - self.height


def draw_street_front(layer: Layer) -> None:
    """Draw a pale skyline, and a row of house fronts in front of it."""
    canvas, rng, baseline_y = layer.canvas, layer.rng, layer.horizon_y
    for index in range(int(canvas.width / SKYLINE_STEP) + 1):
        height = baseline_y * (0.35 + 0.5 * rng.random() ** 1.5)
        corner = (index * SKYLINE_STEP - 20 * rng.random(), baseline_y - height)
        canvas.rectangle(corner, (SKYLINE_STEP - 6, height), mix(layer.color, layer.haze, 0.68))
    x = -60 * rng.random()
    while x < canvas.width:
        width = 120 + 90 * rng.random()
        height = baseline_y * (0.4 + 0.32 * rng.random())
        color = mix(layer.color, HOUSE_COLORS[int(rng.integers(len(HOUSE_COLORS)))], 0.5)
        _draw_house(layer, House(x, baseline_y, width, height, color))
        x += width + 3
    canvas.rectangle((0, baseline_y - 8), (canvas.width, 24), (186, 180, 172))


def _draw_house(layer: Layer, house: House) -> None:
    """Draw a house front: a wall with a cornice, rows of windows, and a shop."""
    canvas, color = layer.canvas, house.color
    wall = canvas.linear_gradient(lighter(color, 0.12), color)
    canvas.rectangle((house.x, house.top), (house.width, house.height), wall)
    canvas.rectangle((house.x - 4, house.top - 8), (house.width + 8, 14), darker(color, 0.28))
    glass = mix(darker(color, 0.62), (96, 130, 160), 0.5)
    _draw_windows(layer, house, glass)
    _draw_shop(layer, house, glass)


def _draw_windows(layer: Layer, house: House, glass: Color) -> None:
    canvas, rng = layer.canvas, layer.rng
    columns = max(2, int(house.width / WINDOW_PITCH))
    rows = max(2, int(house.height / FLOOR_HEIGHT))
    column_width, row_height = house.width / columns, (house.height - SHOP_HEIGHT) / rows
    width, height = column_width * 0.52, row_height * 0.62
    lit_share = LIT_SHARE_AT_NIGHT if layer.lights else LIT_SHARE
    for row in range(rows):
        for column in range(columns):
            x = house.x + (column + 0.24) * column_width
            y = house.top + 22 + row * row_height
            is_lit = rng.random() < lit_share
            frame = (width + 6, height + 6)
            canvas.rectangle((x - 3, y - 3), frame, lighter(house.color, 0.42))
            canvas.rectangle((x, y), (width, height), LIT_WINDOW if is_lit else glass)
            if is_lit and layer.lights:
                layer.lights.rectangle((x, y), (width, height), LIT_WINDOW, opacity=0.85)


def _draw_shop(layer: Layer, house: House, glass: Color) -> None:
    """Draw a shop window under a striped awning."""
    canvas, x, street_y = layer.canvas, house.x, house.baseline_y
    awning = NAMED[AWNING_COLORS[int(layer.rng.integers(4))]]
    window = (house.width - 20, 60)
    canvas.rectangle((x + 10, street_y - 62), window, darker(glass, 0.2))
    if layer.lights:
        layer.lights.rectangle((x + 10, street_y - 48), (window[0], 42), LIT_WINDOW, opacity=0.7)
    step = (house.width - 12) / 6
    for stripe in range(6):
        left, right = stripe * step, (stripe + 1) * step
        outline = [
            (x + 6 + left, street_y - 74),
            (x + 6 + right, street_y - 74),
            (x + 4 + right, street_y - 50),
            (x + 4 + left, street_y - 50),
        ]
        is_colored = stripe % 2
        color = mix(awning, house.color, 0.3) if is_colored else (246, 240, 228)
        canvas.polygon(outline, color)


def draw_stands(layer: Layer) -> None:
    """Draw rows of spectators, larger towards the front, behind a wall with colored boards."""
    canvas, rng, color, bottom = layer.canvas, layer.rng, layer.color, layer.horizon_y
    top = bottom * 0.3
    gradient = canvas.linear_gradient(darker(color, 0.35), darker(color, 0.05))
    canvas.rectangle((0, top), (canvas.width, bottom - top), gradient)
    shirts = [mix(NAMED[name], color, 0.35) for name in SHIRT_COLORS]
    # Every second row is shifted by half a seat. Rows in front cover the shirts behind them.
    for row in range(9):
        y = top + (bottom - top - 50) * (row + 0.7) / 9
        size = 9 + row * 0.9
        for index in range(int(canvas.width / (size * 2.6)) + 2):
            x = (index + 0.5 * (row % 2) + 0.2 * rng.random()) * size * 2.6
            if rng.random() < 0.86:  # the other seats are empty
                shirt, skin = shirts[int(rng.integers(6))], SKIN_COLORS[int(rng.integers(3))]
                canvas.ellipse((x, y + size * 1.3), (size, size * 0.95), shirt, opacity=0.85)
                canvas.ellipse((x, y), (size * 0.55, size * 0.6), skin, opacity=0.85)
    canvas.rectangle((0, bottom - 56), (canvas.width, 62), darker(color, 0.45))
    for index in range(int(canvas.width / 240) + 1):
        board = (index * 240 + 14, bottom - 46)
        canvas.rectangle(board, (212, 34), lighter(color, 0.55), opacity=0.35, radius=6)
