"""The sprite library: the drawings for each noun, their natural sizes, and their SVG.

Most drawings are from Noto Emoji (``sprites/noto.json.gz``), the others are our own
(``sprites/drawn.toml``), and figures of people are composed of parts (``sprites/figures.toml``).
Drawings are only found through the index, so a word never becomes part of a file name or of markup.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from semcodec_embedded.painting.figures import compose_figures
from semcodec_embedded.painting.vocabulary import singular_candidates

SPRITES_PACKAGE = "semcodec_embedded.sprites"
PEOPLE_PREFIXES = ("person-", "man-", "woman-")  #: of the names of emoji of people
#: Emoji of the category of people that show no whole person.
BODY_PARTS = frozenset(
    """
    backhand-index-pointing-down backhand-index-pointing-left backhand-index-pointing-right
    backhand-index-pointing-up biting-lip ear ear-with-hearing-aid eye eyes flexed-biceps foot
    footprints handshake index-pointing-at-the-viewer index-pointing-up leg mechanical-arm
    mechanical-leg mouth nail-polish nose palms-up-together selfie sign-of-the-horns speaking-head
    vulcan-salute
    """.split()
)
MAX_KEYWORD_USES = 4  #: a keyword of more emoji is too general

#: A sitting body for animals of which the emoji shows only the head.
SITTING_BODY = """
<path fill="{fur}" d="M92 112c22 4 30-12 24-28c10 18 2 40-22 38z"/>
<path fill="{fur}" d="M64 58c24 0 40 26 38 64H26c-2-38 14-64 38-64"/>
<path fill="{shade}" d="M50 88c2 14 2 26 0 34h-8c4-10 6-22 8-34m28 0c-2
14-2 26 0 34h8c-4-10-6-22-8-34"/>
<path fill="{shade}" d="M34 116h22c4 0 4 10-2 10H32c-6 0-4-10 2-10m38 0h22c6 0 8 10 2
10H74c-6 0-6-10-2-10"/>
<g transform="translate(19 0) scale(.7)">{head}</g>
"""


@dataclass(frozen=True, slots=True)
class SpriteInfo:
    """Properties of the object in a drawing that determine its place in a scene.

    Attributes:
        height_m: its natural height in meters.
        support: what it stands on or hangs in: "ground", "water", "surface", "air" or "wall".
        habitat: the environment in which it is usually found.
    """

    height_m: float
    support: str
    habitat: str


#: Defaults by category, for emoji that are not in nouns.toml.
CATEGORY_INFOS = {
    "activity": SpriteInfo(0.5, "surface", "room"),
    "nature": SpriteInfo(0.8, "ground", "meadow"),
    "food": SpriteInfo(0.42, "surface", "table"),
    "object": SpriteInfo(0.42, "surface", "room"),
    "people": SpriteInfo(1.2, "ground", "studio"),
    "travel": SpriteInfo(3.0, "ground", "town"),
}


#: Defaults for figures of people.
ADULT_INFO, CHILD_INFO = (SpriteInfo(height, "ground", "meadow") for height in (1.75, 1.2))


@dataclass(frozen=True, slots=True)
class SpriteLibrary:
    """All drawings.

    Attributes:
        bodies: the SVG elements of each drawing, on a square of 128 x 128 units.
        people: names of the drawings with skin and hair.
        infos: the ``SpriteInfo`` of each drawing.
        by_noun: names of the drawings for each noun in the singular.
        animals: names of the drawings of animals.
    """

    bodies: dict[str, str]
    people: frozenset[str]
    infos: dict[str, SpriteInfo]
    by_noun: dict[str, tuple[str, ...]]
    animals: frozenset[str]


@cache
def sprite_library() -> SpriteLibrary:
    """Return the library; it is loaded only once."""
    folder = resources.files(SPRITES_PACKAGE)
    emoji = json.loads(gzip.decompress(folder.joinpath("noto.json.gz").read_bytes()))
    drawn = tomllib.loads(folder.joinpath("drawn.toml").read_text("utf-8"))
    families = tomllib.loads(folder.joinpath("nouns.toml").read_text("utf-8"))["family"]
    bodies = _bodies(emoji, drawn)
    figures = compose_figures(
        tomllib.loads(folder.joinpath("figures.toml").read_text("utf-8")), bodies
    )
    bodies |= figures
    infos = {name: CATEGORY_INFOS[entry["kind"]] for name, entry in emoji.items()}
    infos |= {name: CHILD_INFO if "-child-" in name else ADULT_INFO for name in figures}
    for family in families:
        info = SpriteInfo(family["height_m"], family["support"], family["habitat"])
        infos |= dict.fromkeys(family["sprites"], info)
    infos |= {
        name: infos[_neutral_variant(name)] for name in bodies if _neutral_variant(name) in infos
    }
    people = {name for name, entry in emoji.items() if entry["kind"] == "people"} - BODY_PARTS
    by_noun = _index(emoji, families, bodies)
    everyone = frozenset([*people, *drawn["people"], *figures])
    animals = (set(family["sprites"]) for family in families if family.get("animals"))
    return SpriteLibrary(bodies, everyone, infos, by_noun, frozenset().union(*animals))


def _neutral_variant(name: str) -> str:
    """Return the name of the drawing of a person in the pose of a drawing of a woman or a man."""
    for prefix in ("woman-", "man-"):
        if name.startswith(prefix):
            return "person-" + name.removeprefix(prefix)
    return ""


def find_sprites(phrase: str) -> tuple[str, ...]:
    """Return the names of the drawings for a singular or plural noun; () if it is unknown."""
    by_noun = sprite_library().by_noun
    if phrase in by_noun:
        return by_noun[phrase]
    *first, last = phrase.split(" ")
    for word in singular_candidates(last):
        if names := by_noun.get(" ".join([*first, word])):
            return names
    return ()


def _bodies(emoji: dict[str, dict[str, Any]], drawn: dict[str, Any]) -> dict[str, str]:
    bodies: dict[str, str] = {name: entry["body"] for name, entry in emoji.items()}
    bodies |= {name: body.strip() for name, body in drawn["drawings"].items()}
    for name, (head, fur, shade) in drawn["heads"].items():
        bodies[name] = SITTING_BODY.format(head=bodies[head], fur=fur, shade=shade)
    return bodies


def _index(
    emoji: dict[str, dict[str, Any]], families: list[dict[str, Any]], bodies: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the names of the drawings for each noun.

    Nouns in nouns.toml have precedence over keywords of emoji, even if the keyword is a plural.
    """
    listed: dict[str, list[str]] = {}
    for family in families:
        for name, words in family["sprites"].items():
            for word in words.split(","):
                listed.setdefault(word.strip(), []).append(name)
    # "woman running" is a woman who runs, and not a noun.
    names = [name for name in emoji if not name.startswith(PEOPLE_PREFIXES)]
    keywords = _keyword_index(emoji) | {name.replace("-", " "): (name,) for name in names}
    index = {
        word: names
        for word, names in keywords.items()
        if not any(singular in listed for singular in singular_candidates(word))
    }
    index |= {word: tuple(names) for word, names in listed.items()}
    existing = {
        word: tuple(name for name in names if name in bodies) for word, names in index.items()
    }
    return {word: names for word, names in existing.items() if names}


def _keyword_index(emoji: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return the drawing for each word of ``_keywords`` that is not too general."""
    uses = Counter(tag for entry in emoji.values() for tag in entry["tags"])
    index: dict[str, tuple[str, ...]] = {}
    for word, name in _keywords(emoji):
        if uses[word] <= MAX_KEYWORD_USES:
            index.setdefault(word, (name,))
    return index


def _keywords(emoji: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a word and an emoji that it may mean, better matches first.

    The words are the last part of each name, then the keywords.
    """
    for name in emoji:
        yield name.rsplit("-", 1)[-1], name
    for name, entry in emoji.items():
        for tag in entry["tags"]:
            yield tag, name
