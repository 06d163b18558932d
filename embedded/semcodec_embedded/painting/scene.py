"""What a prompt describes, as values, and the sprites that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One object, or several of the same kind.

    Attributes:
        noun: the words that name it; "" for what an activity adds.
        sprites: names of the drawings that may show it.
        count: how many, 1..16.
        size: "huge", "large", "medium", "small", or "" if the words give none.
        colors: names of the palette, in the order of the words.
        positions: keys of the table "positions", in the order of the words.
    """

    noun: str
    sprites: tuple[str, ...]
    count: int = 1
    size: str = ""
    colors: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneDescription:
    """The content of a prompt. Keys and tables are those of ``words.toml``.

    Attributes:
        subjects: in the order of the words.
        setting: a key of the table "settings", or "".
        ground: a key of the table "grounds", or "".
        background: keys of the table "backgrounds": what closes the view behind the ground.
        sky: keys of the table "skies".
        moods: keys of the table "moods".
        materials: keys of the table "materials".
        activity: a key of the table "activities", or "".
        part_colors: pairs of a part of the surroundings and its color. The parts are "ground", the
            keys of the table "parts" and those of "backgrounds"; a part that is only mentioned has
            the color "".
        accent_colors: colors that belong to no object and no part.
        shapes_position: the position of shapes in these colors, or "".
        has_wall: whether a wall of one of the ``materials`` closes the view.
    """

    subjects: tuple[Subject, ...] = ()
    setting: str = ""
    ground: str = ""
    background: tuple[str, ...] = ()
    sky: frozenset[str] = frozenset()
    moods: frozenset[str] = frozenset()
    materials: tuple[str, ...] = ()
    activity: str = ""
    part_colors: tuple[tuple[str, str], ...] = ()
    accent_colors: tuple[str, ...] = ()
    shapes_position: str = ""
    has_wall: bool = False

    @property
    def mentioned_parts(self) -> frozenset[str]:
        """The parts of the surroundings that the words mention, with or without a color."""
        return frozenset(part for part, _ in self.part_colors)

    def color_of(self, *parts: str) -> str:
        """Return the color of the first of ``parts`` that has one, or ""."""
        colors = dict(self.part_colors)
        return next((colors[part] for part in parts if colors.get(part)), "")


@dataclass(frozen=True, slots=True)
class PlacedSprite:
    """A drawing with its place in the picture, in thousandths of the picture's height.

    Attributes:
        name: of the drawing.
        x: of its middle.
        baseline_y: of its lower edge.
        width: of what it shows.
        height: of what it shows.
        colors: names of the palette; () leaves its own.
        support: what carries it: "ground", "surface", "water", "air" or "wall" as in
            ``SpriteInfo``, "islet" (of its own, in water), "jump" (above its shadow) or "none".
        flipped: whether it is mirrored.
        submerged: the share of its height that is below the waterline, if it is in water.
        elevation: how far above ``baseline_y`` it is drawn, because something raises it there. Its
            ``baseline_y`` stays that of what raises it, which keeps the order from far to near.
    """

    name: str
    x: float
    baseline_y: float
    width: float
    height: float
    colors: tuple[str, ...]
    support: str
    flipped: bool = False
    submerged: float = 0.0
    elevation: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, without the elevation: overlap is that on the ground."""
        half = self.width / 2
        return self.x - half, self.baseline_y - self.height, self.x + half, self.baseline_y
