"""Read the words of a prompt: what is there, how many, how large, which colour, and where.

Function words are gone, so order is all there is: numbers, sizes and colours belong to the next
noun, places to the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from semcodec_embedded.painting.rules import color_inference
from semcodec_embedded.painting.rules.clothing import dressed
from semcodec_embedded.painting.rules.color_inference import ABOVE
from semcodec_embedded.painting.rules.poses import act, is_people
from semcodec_embedded.painting.scene import Plan, Subject
from semcodec_embedded.painting.sprites import find
from semcodec_embedded.painting.vocabulary import (
    LONGEST,
    Role,
    roles,
    singulars,
    words_of,
)

MAX_WORDS = 64  #: words after these are not read
MAX_SUBJECTS = 7  #: a picture with more kinds of things is a muddle
SEVERAL = 3  #: a plural without a number
UNCOUNTED = frozenset(("people", "flowers", "crowd", "group", "team", "audience"))
ONE = frozenset((
    "glasses", "sunglasses", "jeans", "scissors", "vegetables", "noodles", "fries", "stairs",
    "shoes", "headphones", "skis", "stones", "drums", "pants", "bricks", "gloves", "socks",
    "bananas", "grapes", "books", "eggs", "fireworks", "heels", "fruits",
))  # fmt: skip
"""Plurals that one drawing shows."""


def read(prompt: str) -> Plan:
    """Return what ``prompt`` asks for; any string at all asks for something."""
    reader = _Reader()
    words = words_of(prompt)[:MAX_WORDS]
    for phrase, role in _entries(words):
        reader.take(phrase, role)
    return act(dressed(reader.plan()))


def _entries(words: list[str]) -> Iterator[tuple[str, Role | None]]:
    """Yield the longest known phrases in order; a noun has no role, an unknown word is skipped."""
    at = 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            role = _role(phrase)
            if role or find(phrase):
                if not role or role.kind != "ignored":
                    yield phrase, role
                break
        at += length


def _role(phrase: str) -> Role | None:
    """Return the role of ``phrase`` or of its singular."""
    known = roles()
    options = [phrase, *([] if find(phrase) else singulars(phrase))]
    return next((known[option] for option in options if option in known), None)


class _Reader:
    """Holds what was said and not yet used."""

    def __init__(self) -> None:
        self._subjects: list[Subject] = []
        self._words: dict[str, list[str]] = {}
        self._colours: dict[str, str] = {}
        self._count, self._size = 0, ""
        self._pending: list[str] = []
        self._said: list[str] = []
        self._guessed: set[str] = set()
        self._dark = False
        self._shapes_at = ""
        self._fruit = False  #: "orange" is a fruit unless a noun follows

    def take(self, phrase: str, role: Role | None) -> None:
        """Use one entry."""
        if role is None:
            self._noun(phrase)
        else:
            self._TAKERS.get(role.kind, _Reader._other)(self, phrase, role)

    def plan(self) -> Plan:
        """Return everything, once the words are over."""
        said = self._words
        last = self._pending[-1] if self._pending else ""
        if self._pending == ["black", "white"] or color_inference.colourless(self._said, last):
            said.setdefault("moods", []).append("gray")
            self._pending = []
        if self._fruit and self._pending == ["orange"] and not self._subjects:
            self._pending = []
            self._noun("tangerine")
        if self._pending and set(self._colours) & {"background", "sky", "wall"}:
            self._colours.setdefault("below", self._pending[0])
            self._colours.setdefault("ground", self._pending.pop(0))
        first = {kind: words[0] for kind, words in said.items() if words}
        return Plan(
            tuple(self._subjects[:MAX_SUBJECTS]),
            first.get("settings", ""),
            first.get("grounds", ""),
            tuple(dict.fromkeys(said.get("far", ()))),
            frozenset(said.get("skies", ())),
            frozenset(said.get("moods", ())),
            tuple(dict.fromkeys(said.get("materials", ()))),
            first.get("activities", ""),
            tuple(self._colours.items()),
            tuple(said.get("shapes", self._pending)),
            self._shapes_at,
            "wall" in said.get("backdrops", ()) and "materials" in said,
        )

    def _noun(self, phrase: str) -> None:
        """Add objects; what was named before only becomes more."""
        names = find(phrase)
        for at, one in enumerate(self._subjects):
            if one.sprites == names and not is_people(one):
                self._subjects[at] = replace(one, colors=one.colors or tuple(self._pending))
                self._clear()
                return
        plural = bool(singulars(phrase)) and phrase.rsplit(" ", 1)[-1] not in ONE
        several = SEVERAL if plural or phrase in UNCOUNTED else 1
        if phrase == "crowd":
            several = 12
        if phrase == "people" and self._subjects and self._subjects[-1].noun == "crowd":
            return
        self._subjects.append(
            Subject(phrase, find(phrase), min(16, self._count or several), self._size,
                    tuple(self._pending))
        )  # fmt: skip
        self._clear()

    def _number(self, phrase: str, role: Role) -> None:
        self._count = int(role.value)

    def _sized(self, phrase: str, role: Role) -> None:
        self._size = role.value

    def _colour(self, phrase: str, role: Role) -> None:
        self._fruit = phrase == "orange"
        self._said.append(role.value)
        if role.value not in self._pending:
            self._pending.append(role.value)

    def _place(self, phrase: str, role: Role) -> None:
        """Tell the last objects where they are; without objects it is where the shapes are."""
        if self._fruit and self._pending[-1:] == ["orange"]:
            self._pending.pop()
            self._noun("tangerine")
        if not self._subjects:  # something nameless is there: its colours
            self._shapes_at = self._shapes_at or role.value
            if self._pending:
                self._words.setdefault("shapes", []).extend(self._pending)
                self._words.setdefault("settings", []).append("shapes")
                self._clear()
        if self._subjects and role.value not in self._subjects[-1].places:
            last = self._subjects[-1]
            self._subjects[-1] = replace(last, places=(*last.places, role.value))

    def _backdrop(self, phrase: str, role: Role) -> None:
        self._surround(role.value, role)

    def _ground(self, phrase: str, role: Role) -> None:
        """Note the ground; of a table with a size, it is one that stands there."""
        self._surround("ground", role)

    def _setting(self, phrase: str, role: Role) -> None:
        if role.value == "shapes":
            self._words.setdefault("shapes", []).extend(self._pending)
            self._words.setdefault("settings", []).append("shapes")
            self._pending = []
        else:
            self._surround(role.value, role)

    def _mood(self, phrase: str, role: Role) -> None:
        if role.value == "gray":
            self._pending = [name for name in self._pending if name not in ("black", "white")]
        self._dark = role.value == "dark"
        self._words.setdefault(role.kind, []).append(role.value)

    def _activity(self, phrase: str, role: Role) -> None:
        self._words.setdefault(role.kind, []).append(role.value)

    def _surround(self, part: str, role: Role) -> None:
        """Give the pending colour to a part of the surroundings; the first colour said stays."""
        if self._dark and not self._pending and part in ("wall", "background"):
            self._pending = ["black"]
        if self._pending:
            if self._colours.get(part) in (None, "") or part in self._guessed:
                self._colours[part] = self._pending[0]
            self._guessed.discard(part)
        elif part in ABOVE or part in ("below", "ground"):
            key = role.value if part == "ground" else part
            if part not in self._colours:
                self._colours[part] = color_inference.color(key, self._said, self._colours)
                self._guessed.add(part)
        self._words.setdefault(role.kind, []).append(role.value)
        self._clear()

    def _other(self, phrase: str, role: Role) -> None:
        self._words.setdefault(role.kind, []).append(role.value)

    def _clear(self) -> None:
        self._count, self._size, self._pending = 0, "", []
        self._dark = self._fruit = False

    _TAKERS: ClassVar[dict[str, Callable[[_Reader, str, Role], None]]] = {
        "numbers": _number, "sizes": _sized, "colour": _colour, "places": _place,
        "backdrops": _backdrop, "grounds": _ground, "settings": _setting, "moods": _mood,
        "far": _backdrop, "activities": _activity,
    }  # fmt: skip
