"""The data model of the painter: subjects, the scene, and placed sprites."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

#: Parts of the surroundings that are nothing but a color.
SHAPELESS_PARTS = frozenset(("background", "below"))
#: Moods that are visible by themselves.
WEATHER = frozenset(("foggy", "rain", "snowing"))


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a person, as far as the words state them; "" for what they leave open.

    Attributes:
        age: "child", "adult" or "old".
        sex: "female" or "male".
        cut: the cut of the hair: one of ``figures.CUTS``.
        garment: "trousers" or "dress".
        hair: a key of ``recolor.HAIR_TONES``.
        skin: a key of ``recolor.SKIN_TONES``.
        lower_color: the color of the trousers, a name in the palette.
        gear_color: the color of what an activity needs, such as a skateboard.
    """

    age: str = ""
    sex: str = ""
    cut: str = ""
    garment: str = ""
    hair: str = ""
    skin: str = ""
    lower_color: str = ""
    gear_color: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One object, or several of the same kind.

    Attributes:
        noun: the words for the object; "" if an activity adds it.
        sprites: names of drawings of the object.
        count: number of objects, 1..16.
        size: "huge", "large", "medium", "small", or "" if the words give none.
        colors: names in the palette, in the order of the words.
        positions: keys of the table "positions", in the order of the words.
        looks: the looks of people.
        words: all phrases of the prompt that its drawing shows, such as the gear of an activity.
        is_counted: whether a number word states the count.
    """

    noun: str
    sprites: tuple[str, ...]
    count: int = 1
    size: str = ""
    colors: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    looks: Looks = Looks()
    words: tuple[str, ...] = field(default=(), compare=False)
    is_counted: bool = field(default=False, compare=False)

    def showing(self, *others: Subject) -> Subject:
        """Return this subject with the phrases of ``others``, which are not drawn themselves."""
        words = dict.fromkeys(word for subject in (self, *others) for word in subject.words)
        return replace(self, words=tuple(words))


@dataclass(frozen=True, slots=True)
class Mention:
    """One phrase of the prompt that names a thing, with its attributes.

    Attributes:
        phrase: the words as they are in the prompt, in lower case.
        table: the table of ``words.toml`` with the phrase; "" for a noun with a drawing.
        key: its key in this table.
        size: the size word before it, or "".
        colors: pairs of a color word before it and the name of the color in the palette.
        positions: keys of the table "positions" after it.
    """

    phrase: str
    table: str = ""
    key: str = ""
    size: str = ""
    colors: tuple[tuple[str, str], ...] = ()
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneDescription:
    """The content of a prompt. Keys and tables are those of ``words.toml``.

    Attributes:
        subjects: the objects, in the order of the words.
        setting: a key of the table "settings", or "".
        ground: a key of the table "grounds", or "".
        verge: the key of a second ground, which is beside the first one if that is a street; or "".
        background: keys of the table "backgrounds".
        sky: keys of the table "skies".
        moods: keys of the table "moods".
        materials: keys of the table "materials".
        activity: a key of the table "activities", or "".
        part_colors: pairs of a part of the surroundings and its color. The parts are "ground",
            "verge" and the keys of the tables "parts" and "backgrounds"; the color is "" for a part
            that is mentioned without a color.
        accent_colors: colors that do not belong to an object or a part.
        shapes_position: the position of shapes in these colors, or "".
        has_wall: whether there is a wall made of one of the ``materials``.
        word_count: number of words of the prompt, with those that are not there.
        unknown_words: the words that the vocabulary does not contain, in the order of the words.
        sign_texts: texts of signs that sound like a negation, such as "no entry".
        mentions: everything that the words name, in their order.
    """

    subjects: tuple[Subject, ...] = ()
    setting: str = ""
    ground: str = ""
    verge: str = ""
    background: tuple[str, ...] = ()
    sky: frozenset[str] = frozenset()
    moods: frozenset[str] = frozenset()
    materials: tuple[str, ...] = ()
    activity: str = ""
    part_colors: tuple[tuple[str, str], ...] = ()
    accent_colors: tuple[str, ...] = ()
    shapes_position: str = ""
    has_wall: bool = False
    word_count: int = 0
    unknown_words: tuple[str, ...] = ()
    sign_texts: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = field(default=(), compare=False)

    @property
    def known_count(self) -> int:
        """The number of words that the vocabulary contains, stop words included."""
        return self.word_count - len(self.unknown_words)

    @property
    def is_paintable(self) -> bool:
        """Whether the words name anything that has a shape.

        Numbers, sizes, positions, and the color of a background alone do not.
        """
        is_place = bool(self.ground or self.background or self.sky)
        is_place = is_place or self.setting not in ("", "shapes")
        is_part = bool(self.mentioned_parts - SHAPELESS_PARTS or self.materials)
        is_weather = bool(self.moods & WEATHER)
        return bool(self.subjects or is_place or is_part or is_weather or self.accent_colors)

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
    """A drawing with its position and size, in thousandths of the picture's height.

    Attributes:
        name: the name of the drawing.
        x: the x of its middle.
        baseline_y: the y of its lower edge.
        width: the width of its content.
        height: the height of its content.
        colors: names in the palette; with () the drawing keeps its own colors.
        support: "ground", "surface", "water", "air" or "wall" as in ``SpriteInfo``, "islet" (an
            islet of its own), "jump" (above its shadow) or "none".
        flipped: whether the drawing is mirrored.
        submerged: the share of its height below the waterline, if it is in water.
        elevation: the distance above ``baseline_y`` at which it is drawn, if it is on a table or in
            a hand. ``baseline_y`` then belongs to the supporting sprite, so that both are drawn
            together in the order from far to near.
        looks: the looks of a person.
        subject: the index of its subject in the scene; -1 if it belongs to none.
        number: identifies it in the plan of a picture, whatever is changed.
        target: the box of the record's layout that it fills, in units, which edits respect; None if
            it has none.
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
    looks: Looks = Looks()
    subject: int = field(default=-1, compare=False)
    number: int = field(default=-1, compare=False)
    target: tuple[float, float, float, float] | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether its place is that of a box."""
        return self.target is not None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom; ignores the elevation, since overlap is on the ground."""
        half = self.width / 2
        return self.x - half, self.baseline_y - self.height, self.x + half, self.baseline_y
