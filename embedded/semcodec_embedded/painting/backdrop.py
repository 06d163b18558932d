"""Paint a stage: everything that is not a subject."""

from __future__ import annotations

import numpy as np
from PIL import Image

from semcodec_embedded.painting import background, ground, rooms, sky, studio_backdrops
from semcodec_embedded.painting.environment import Stage
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.scene import Plan
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

NIGHT = (22, 30, 66)
CALM = (214, 202, 184)  #: a backdrop of which nothing is said
SAME, SAME_WHITE = 0.56, 0.34  #: how much darker a backdrop is whose colour the subject has too
BACKDROPS = {"black": (52, 52, 62), "white": (238, 236, 230), "gray": (150, 156, 164)}


def paint(picture: Image.Image, plan: Plan, stage: Stage, rng: np.random.Generator) -> None:
    """Paint the surroundings over all of ``picture``."""
    if stage.kind == "outdoors":
        _outdoors(picture, plan, stage, rng)
    elif stage.kind in ("room", "table"):
        _indoors(picture, plan, stage, rng)
    elif stage.kind == "sky":
        shades = sky.colors(stage.light, plan.color("sky"), plan.color("background"))
        sky.paint(picture, shades, stage.light, plan.sky | {"cloudy"}, 1.0, rng)
    elif stage.kind in ("space", "underwater"):
        said = plan.color("background", "ground")
        (studio_backdrops.space if stage.kind == "space" else studio_backdrops.underwater)(
            picture, said, rng
        )
    elif stage.kind == "shapes":
        _shapes(picture, plan, rng)
    else:
        _studio(picture, plan, rng)


def haze(plan: Plan, stage: Stage) -> Color:
    """Return the colour that far things take on."""
    if stage.kind != "outdoors":
        return CALM
    return sky.colors(stage.light, plan.color("sky"), _behind(plan, stage))[2]


def _behind(plan: Plan, stage: Stage) -> str:
    """Return the colour of the background, where it is the sky that it colours."""
    told = plan.color("background")
    return "" if stage.far and stage.far[-1] in ("trees", "city", "stands") else told


def _outdoors(picture: Image.Image, plan: Plan, stage: Stage, rng: np.random.Generator) -> None:
    shades = sky.colors(stage.light, plan.color("sky"), _behind(plan, stage))
    sky.paint(picture, shades, stage.light, plan.sky, stage.horizon, rng)
    canvas = SvgCanvas(picture.size)
    for what in stage.far:
        tint = "beige" if stage.ground == "desert" else ""
        tint = (
            tint
            or plan.color("trees" if what == "grove" else what)
            or (plan.color("background") if what == stage.far[-1] else "")
        )
        background.paint(canvas, what, stage.horizon, tint, shades[2], rng)
    tone = ground.color(stage.ground, plan.color("ground", "below"), stage.light)
    ground.paint(canvas, stage.ground, stage.horizon, tone, rng)
    if not plan.subjects and stage.ground in ("grass", "dirt", "garden", "rock", "savanna"):
        ground.stream(canvas, stage.horizon, rng)
    layer = canvas.image()
    if stage.light in ("night", "sunset"):
        layer = lit(layer, stage.light)
    picture.paste(layer, (0, 0), layer)
    if plan.walled and not stage.far:
        _standing_wall(picture, plan, stage, rng)


def _standing_wall(
    picture: Image.Image, plan: Plan, stage: Stage, rng: np.random.Generator
) -> None:
    canvas = SvgCanvas(picture.size)
    natural = {"brick": (180, 104, 84), "wood": (168, 120, 80)}.get(
        plan.materials[0], (170, 166, 158)
    )
    told = plan.color("wall")
    wall = mix(natural, NAMED[told], 0.6) if told else natural
    canvas.rectangle((0, 0), (canvas.width, HEIGHT * stage.horizon + 2), darker(wall, 0.2))
    rooms.material(canvas, HEIGHT * stage.horizon, wall, plan.materials, rng)
    canvas.composite_onto(picture)


def _indoors(picture: Image.Image, plan: Plan, stage: Stage, rng: np.random.Generator) -> None:
    key = stage.room if stage.kind == "room" else stage.ground
    wall = rooms.shade(rooms.WALLS[key], plan.color("wall", "background", "sky"))
    floor = rooms.shade(rooms.FLOORS[key], plan.color("ground", "below"))
    if "brick" in plan.materials and not plan.color("wall", "background"):
        wall = (184, 108, 86)
    canvas = SvgCanvas(picture.size)
    if stage.kind == "room":
        cabinets = next((one.colors for one in plan.subjects if "cabinet" in one.noun), ())
        rooms.room(
            canvas, stage.room, stage.horizon, wall, floor, plan.materials, cabinets[:1], rng
        )
    else:
        rooms.table(canvas, stage.horizon, wall, floor, plan.materials, rng)
    canvas.composite_onto(picture)


def _studio(picture: Image.Image, plan: Plan, rng: np.random.Generator) -> None:
    """Paint a backdrop; a wall of some material stands sharp instead."""
    told = plan.color("background", "wall", "sky")
    above = mix(CALM, BACKDROPS.get(told, NAMED.get(told, CALM)), 0.85) if told else CALM
    if told and any(told in one.colors for one in plan.subjects):
        above = (
            lighter(above, 0.3)
            if told == "black"
            else darker(above, SAME_WHITE if told == "white" else SAME)
        )
    low = plan.color("below", "ground")
    below = NAMED[low] if low else darker(above, 0.22)
    studio_backdrops.backdrop(picture, above, below, rng)
    canvas = SvgCanvas(picture.size)
    if plan.materials:
        natural = {"brick": (180, 104, 84), "wood": (168, 120, 80)}.get(plan.materials[0], above)
        wall = mix(natural, NAMED[told], 0.6) if told else natural
        canvas.rectangle((0, 0), (canvas.width, HEIGHT), wall)
        rooms.material(canvas, HEIGHT, wall, plan.materials, rng)
    elif low in ("green", "teal"):
        studio_backdrops.leaves(canvas, HEIGHT * 0.8, mix(below, (110, 170, 80), 0.3), rng)
    canvas.composite_onto(picture)


def _shapes(picture: Image.Image, plan: Plan, rng: np.random.Generator) -> None:
    told, low = plan.color("background", "wall"), plan.color("below", "ground")
    above = lighter(NAMED[told], 0.15) if told else CALM
    below = NAMED[low] if low else darker(above, 0.18)
    place = plan.shapes_at
    studio_backdrops.shapes(picture, above, below, plan.accents, place, rng)


def lit(layer: Image.Image, light: str) -> Image.Image:
    """Return ``layer`` as moonlight or a low sun shows it; what is clear stays clear."""
    tone, share = {"night": (NIGHT, 0.46), "sunset": ((226, 110, 84), 0.28)}.get(
        light, (NIGHT, 0.0)
    )
    alpha = layer.getchannel("A")
    mixed = Image.blend(layer.convert("RGB"), Image.new("RGB", layer.size, tone), share)
    mixed.putalpha(alpha)
    return mixed
