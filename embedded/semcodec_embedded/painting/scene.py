"""What a prompt asks for, as values: subjects and their surroundings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """Some equal objects.

    Attributes:
        noun: the words that named them; "" for what an activity brings.
        sprites: names of drawings that may show one.
        count: how many, 1..16.
        size: "huge", "large", "small", "medium", or "" when unsaid.
        colours: names of the palette.
        places: words of place, in order.
    """

    noun: str
    sprites: tuple[str, ...]
    count: int = 1
    size: str = ""
    colors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A prompt, understood.

    Attributes:
        subjects: in the order of the prompt.
        setting: a key of the table "settings", or "".
        ground: a key of the table "grounds", or "".
        far: keys of the table "far": what closes the view.
        sky: keys of the table "skies".
        moods: keys of the table "moods".
        materials: keys of the table "materials".
        activity: a key of the table "activities", or "".
        colours: the colours of "ground", "sky", "wall", "background", "below" and far things.
        accents: colours of nothing in particular.
        shapes_at: the word of place for these.
        walled: whether a wall of some material closes the view.
    """

    subjects: tuple[Subject, ...] = ()
    setting: str = ""
    ground: str = ""
    far: tuple[str, ...] = ()
    sky: frozenset[str] = frozenset()
    moods: frozenset[str] = frozenset()
    materials: tuple[str, ...] = ()
    activity: str = ""
    colors: tuple[tuple[str, str], ...] = ()
    accents: tuple[str, ...] = ()
    shapes_at: str = ""
    walled: bool = False

    def color(self, *parts: str) -> str:
        """Return the first colour that was said of one of ``parts``, or ""."""
        said = dict(self.colors)
        return next((said[part] for part in parts if said.get(part)), "")
