"""Paint the backdrop: everything except the subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from PIL import Image

from semcodec_embedded.painting import background, ground, interiors, rooms, sky, studio_backdrops
from semcodec_embedded.painting.environment import Environment
from semcodec_embedded.painting.grading import Part, Regions
from semcodec_embedded.painting.layer import Layer
from semcodec_embedded.painting.palette import NAMED, Color, darker, lighter, mix
from semcodec_embedded.painting.scene import SceneDescription
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

NEUTRAL_BACKDROP = (214, 202, 184)  #: if the words give no color
#: Softer than in the palette, so that a black or white subject stands out from the backdrop.
BACKDROP_COLORS = {"black": (52, 52, 62), "white": (238, 236, 230), "gray": (150, 156, 164)}
#: How much the backdrop is darkened or lightened if a subject has the same color.
SUBJECT_COLOR_SHADE, WHITE_SUBJECT_SHADE, BLACK_SUBJECT_TINT = 0.56, 0.34, 0.3
MATERIAL_COLORS = {"brick": (180, 104, 84), "wood": (168, 120, 80), "metal": (158, 164, 172)}
STONE_COLOR = (170, 166, 158)
MATERIAL_TINT_WEIGHT = 0.6  #: weight of a color word in the color of a material
#: Backgrounds that hide the lower sky: the color of the background applies to them, not to the sky.
OPAQUE_BACKGROUNDS = ("trees", "city", "stands")
VERGE_DEPTH = 0.25  #: share of the ground that is not street, if something else is beside it
STREAM_GROUNDS = ("grass", "dirt", "garden", "rock", "savanna")


def paint_backdrop(
    picture: Image.Image,
    scene: SceneDescription,
    environment: Environment,
    rng: np.random.Generator,
) -> Backdrop:
    """Paint the backdrop of ``scene`` over all of ``picture``; return what it consists of."""
    painter = _BackdropPainter(picture, scene, environment, rng, Backdrop())
    painter.paint()
    return painter.backdrop


def haze_color(scene: SceneDescription, environment: Environment) -> Color:
    """Return the color of haze before distant objects: outdoors, the color of the horizon."""
    if environment.kind != "outdoors":
        return NEUTRAL_BACKDROP
    return _sky_colors(scene, environment)[2]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What a painted backdrop consists of.

    Attributes:
        fixtures: what furnishes a room.
        regions: its regions, each of which has its own colors.
    """

    fixtures: list[interiors.Fixture] = field(default_factory=list)
    regions: Regions = field(default_factory=Regions)


@dataclass(frozen=True, slots=True)
class _BackdropPainter:
    """Paints one backdrop; it has a method for each kind of environment."""

    picture: Image.Image
    scene: SceneDescription
    environment: Environment
    rng: np.random.Generator
    backdrop: Backdrop

    def paint(self) -> None:
        """Paint the backdrop for the kind of the environment."""
        self._PAINTERS[self.environment.kind](self)

    def _paint_outdoors(self) -> None:
        scene, environment, picture = self.scene, self.environment, self.picture
        colors = _sky_colors(scene, environment)
        outdoor_sky = sky.Sky(colors, environment.light, scene.sky, environment.horizon)
        sky.paint_sky(picture, outdoor_sky, self.rng)
        canvas = SvgCanvas(picture.size)
        lights = SvgCanvas(picture.size) if environment.light == "night" else None
        for kind in environment.background:
            color = background.background_color(kind, _background_tint(kind, scene, environment))
            scale = environment.tree_scale
            layer = Layer(canvas, environment.horizon_y, color, colors[2], self.rng, lights, scale)
            background.draw_background(kind, layer)
        color_word = scene.color_of("ground", "below")
        color = ground.ground_color(environment.ground, color_word, environment.light)
        layer = Layer(canvas, environment.horizon_y, color, colors[2], self.rng)
        if environment.ground == "road" and scene.verge:
            verge = ground.ground_color(scene.verge, scene.color_of("verge"), environment.light)
            ground.draw_ground(scene.verge, replace(layer, color=verge))
            layer = replace(layer, horizon_y=layer.ground_y(VERGE_DEPTH))
        ground.draw_ground(environment.ground, layer)
        if not scene.subjects and environment.ground in STREAM_GROUNDS:
            ground.draw_stream(layer)  # the picture would be empty otherwise
        image = sky.apply_light(canvas.image(), environment.light)
        picture.paste(image, (0, 0), image)
        self.backdrop.regions.edge_y = environment.horizon_y
        self.backdrop.regions.front = image.getchannel("A")
        self.backdrop.regions.has_day_sky = environment.light in ("day", "gray")
        self.backdrop.regions.parts = [
            _sky_part(scene, environment),
            _nearest_part(scene, environment),
            _colored_part(scene, "ground", "below"),
        ]
        if lights:
            lights.composite_onto(picture)
        if scene.has_wall and not environment.background:
            self._paint_outdoor_wall()
            self.backdrop.regions.front = None
            self.backdrop.regions.parts = [
                _colored_part(scene, "wall"),
                _colored_part(scene, "ground", "below"),
            ]

    def _paint_outdoor_wall(self) -> None:
        """Paint a wall over the sky, down to the ground."""
        canvas = SvgCanvas(self.picture.size)
        wall = _material_color(self.scene, STONE_COLOR, self.scene.color_of("wall"))
        size = (canvas.width, self.environment.horizon_y + 2)
        canvas.rectangle((0, 0), size, darker(wall, 0.2))
        rooms.draw_material(
            canvas, self.environment.horizon_y, wall, self.scene.materials, self.rng
        )
        canvas.composite_onto(self.picture)

    def _paint_interior(self) -> None:
        kind = self.environment.room or self.environment.ground
        wall_color = self.scene.color_of("wall", "background", "sky")
        wall = rooms.tint(rooms.WALL_COLORS[kind], wall_color)
        if "brick" in self.scene.materials and not self.scene.color_of("wall", "background"):
            wall = rooms.BRICK_WALL
        cabinets = next((item.colors for item in self.scene.subjects if "cabinet" in item.noun), ())
        interior = interiors.Interior(
            canvas=SvgCanvas(self.picture.size),
            kind=kind,
            floor_y=self.environment.horizon_y,
            wall=wall,
            floor=rooms.tint(rooms.FLOOR_COLORS[kind], self.scene.color_of("ground", "below")),
            materials=self.scene.materials,
            cabinet_color=cabinets[0] if cabinets else "",
            rng=self.rng,
            fixtures=self.backdrop.fixtures,
        )
        self.backdrop.regions.edge_y = self.environment.horizon_y
        self.backdrop.regions.parts = [
            _colored_part(self.scene, "wall", "background", "sky"),
            _colored_part(self.scene, "ground", "below"),
        ]
        if self.environment.kind == "room":
            rooms.draw_room(interior)
        else:
            rooms.draw_table_scene(interior)
        interior.canvas.composite_onto(self.picture)

    def _paint_sky(self) -> None:
        scene, light = self.scene, self.environment.light
        colors = sky.sky_colors(light, scene.color_of("sky"), scene.color_of("background"))
        # Without clouds or the sun, it would not be recognizable as a sky.
        flags = scene.sky if "cloudless" in scene.sky else scene.sky | {"cloudy"}
        sky.paint_sky(self.picture, sky.Sky(colors, light, flags, horizon=1.0), self.rng)
        self.backdrop.regions.parts = [_colored_part(scene, "sky", "background")]

    def _paint_studio(self) -> None:
        """Paint a blurred backdrop or, if a material is named, a sharp wall."""
        color = self.scene.color_of("background", "wall", "sky")
        upper = _studio_color(self.scene, color)
        lower_color = self.scene.color_of("below", "ground")
        lower = NAMED[lower_color] if lower_color else darker(upper, 0.22)
        floor_y = self.environment.horizon_y if self.environment.has_floor else HEIGHT
        studio_backdrops.paint_blurred(self.picture, (upper, lower), self.rng, floor_y)
        self.backdrop.regions.parts = [_colored_part(self.scene, "background", "wall", "sky")]
        canvas = SvgCanvas(self.picture.size)
        if self.scene.materials:
            wall = _material_color(self.scene, upper, color)
            canvas.rectangle((0, 0), (canvas.width, floor_y), wall)
            rooms.draw_material(canvas, floor_y, wall, self.scene.materials, self.rng)
        elif lower_color in ("green", "teal"):
            leaf = mix(lower, (110, 170, 80), 0.3)
            studio_backdrops.draw_leaves(canvas, HEIGHT * 0.8, leaf, self.rng)
        canvas.composite_onto(self.picture)

    def _paint_underwater(self) -> None:
        self.backdrop.regions.parts = [_colored_part(self.scene, "background", "ground")]
        studio_backdrops.paint_underwater(
            self.picture, self.scene.color_of("background", "ground"), self.rng
        )

    def _paint_space(self) -> None:
        self.backdrop.regions.parts = [_colored_part(self.scene, "background", "ground")]
        studio_backdrops.paint_space(
            self.picture, self.scene.color_of("background", "ground"), self.rng
        )

    def _paint_shapes(self) -> None:
        self.backdrop.regions.parts = [_colored_part(self.scene, "background", "wall")]
        upper_color = self.scene.color_of("background", "wall")
        lower_color = self.scene.color_of("below", "ground")
        upper = lighter(NAMED[upper_color], 0.15) if upper_color else NEUTRAL_BACKDROP
        lower = NAMED[lower_color] if lower_color else darker(upper, 0.18)
        self.backdrop.regions.kept = studio_backdrops.paint_shapes(
            self.picture,
            (upper, lower),
            self.scene.accent_colors,
            self.scene.shapes_position,
            self.rng,
        )

    _PAINTERS: ClassVar[dict[str, Callable[[_BackdropPainter], None]]] = {
        "outdoors": _paint_outdoors,
        "room": _paint_interior,
        "table": _paint_interior,
        "sky": _paint_sky,
        "studio": _paint_studio,
        "underwater": _paint_underwater,
        "space": _paint_space,
        "shapes": _paint_shapes,
    }


def _sky_colors(scene: SceneDescription, environment: Environment) -> sky.SkyColors:
    behind = _color_behind(scene, environment)
    return sky.sky_colors(environment.light, scene.color_of("sky"), behind)


def _color_behind(scene: SceneDescription, environment: Environment) -> str:
    """Return the color of the background if the sky shows it, or ""."""
    hides_sky = environment.background and environment.background[-1] in OPAQUE_BACKGROUNDS
    return "" if hides_sky else scene.color_of("background")


def _colored_part(scene: SceneDescription, *names: str) -> Part:
    """Return the first part with one of ``names`` that has a color."""
    colors = dict(scene.part_colors)
    parts = (Part(name, colors[name]) for name in names if colors.get(name))
    return next(parts, Part())


def _sky_part(scene: SceneDescription, environment: Environment) -> Part:
    behind = ("background",) if _color_behind(scene, environment) else ()
    return _colored_part(scene, "sky", *behind)


def _nearest_part(scene: SceneDescription, environment: Environment) -> Part:
    """Return the part of the nearest background."""
    if not environment.background:
        return Part()
    kind = environment.background[-1]
    return _colored_part(scene, "trees" if kind == "grove" else kind, "background")


def _background_tint(kind: str, scene: SceneDescription, environment: Environment) -> str:
    """Return the color word for a kind of background, or ""."""
    if environment.ground == "desert":
        return "beige"
    own = scene.color_of("trees" if kind == "grove" else kind)
    is_nearest = kind == environment.background[-1]
    return own or (scene.color_of("background") if is_nearest else "")


def _material_color(scene: SceneDescription, default: Color, tint: str) -> Color:
    material = scene.materials[0] if scene.materials else ""
    natural = MATERIAL_COLORS.get(material, default)
    return mix(natural, NAMED[tint], MATERIAL_TINT_WEIGHT) if tint else natural


def _studio_color(scene: SceneDescription, color: str) -> Color:
    """Return the color of the backdrop, different enough from a subject with the same color."""
    if not color:
        return NEUTRAL_BACKDROP
    backdrop = mix(NEUTRAL_BACKDROP, BACKDROP_COLORS.get(color, NAMED[color]), 0.85)
    if not any(color in subject.colors for subject in scene.subjects):
        return backdrop
    if color == "black":
        return lighter(backdrop, BLACK_SUBJECT_TINT)
    return darker(backdrop, WHITE_SUBJECT_SHADE if color == "white" else SUBJECT_COLOR_SHADE)
