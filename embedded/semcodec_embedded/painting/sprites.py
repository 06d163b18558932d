"""The drawings: which one a noun means, how large it is in nature, and its SVG.

Most are from Noto Emoji (``sprites/noto.json.gz``), the rest are our own (``sprites/drawn``).
A word reaches a drawing only through the index, so no word becomes a file name or markup.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from semcodec_embedded.painting.vocabulary import singulars

FOLDER = "semcodec_embedded.sprites"
RARE = 4  #: a keyword of more emoji than this says too little about each


SITTING = """
<path fill="{fur}" d="M92 112c22 4 30-12 24-28c10 18 2 40-22 38z"/>
<path fill="{fur}" d="M64 58c24 0 40 26 38 64H26c-2-38 14-64 38-64"/>
<path fill="{shade}" d="M50 88c2 14 2 26 0 34h-8c4-10 6-22 8-34m28 0c-2
14-2 26 0 34h8c-4-10-6-22-8-34"/>
<path fill="{shade}" d="M34 116h22c4 0 4 10-2 10H32c-6 0-4-10 2-10m38 0h22c6 0 8 10 2
10H74c-6 0-6-10-2-10"/>
<g transform="translate(19 0) scale(.7)">{head}</g>
"""  #: the body to which the emoji gives a head


@dataclass(frozen=True, slots=True)
class SpriteInfo:
    """What a drawing shows, as far as its place in a scene depends on it.

    Attributes:
        height: in metres.
        stands: on "ground", "water", "surface", in the "air" or on the "wall".
        home: the setting in which one expects it.
    """

    height: float
    stands: str
    home: str


#: The nature of an emoji that no family names, by its category.
KINDS = {
    "activity": SpriteInfo(0.5, "surface", "room"), "nature": SpriteInfo(0.8, "ground", "meadow"),
    "food": SpriteInfo(0.42, "surface", "table"), "object": SpriteInfo(0.42, "surface", "room"),
    "people": SpriteInfo(1.2, "ground", "studio"), "travel": SpriteInfo(3.0, "ground", "town"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Library:
    """All drawings: bodies of SVG on 128 x 128, their nature, and the nouns that call them.

    ``people`` are those with skin and hair.
    """

    bodies: dict[str, str]
    people: frozenset[str]
    infos: dict[str, SpriteInfo]
    index: dict[str, tuple[str, ...]]


@cache
def library() -> Library:
    """Return the library, read once."""
    folder = resources.files(FOLDER)
    emoji = json.loads(gzip.decompress(folder.joinpath("noto.json.gz").read_bytes()))
    bodies = {name: entry["body"] for name, entry in emoji.items()}
    drawn = tomllib.loads(folder.joinpath("drawn.toml").read_text("utf-8"))
    bodies |= {name: body.strip() for name, body in drawn["drawings"].items()}
    bodies |= {
        name: _sitting(bodies[head], *tones) for name, (head, *tones) in drawn["heads"].items()
    }
    infos = {name: KINDS[entry["kind"]] for name, entry in emoji.items()}
    families = tomllib.loads(folder.joinpath("nouns.toml").read_text("utf-8"))["family"]
    called: dict[str, list[str]] = {}
    for family in families:
        nature = SpriteInfo(family["height"], family["stands"], family["home"])
        for name, words in family["sprites"].items():
            infos[name] = nature
            for word in words.split(","):
                called.setdefault(word.strip(), []).append(name)
    others = _keywords(emoji) | {name.replace("-", " "): (name,) for name in emoji}
    index = {word: names for word, names in others.items()
             if not any(single in called for single in singulars(word))}  # fmt: skip
    index |= {word: tuple(names) for word, names in called.items()}
    known = {word: tuple(n for n in names if n in bodies) for word, names in index.items()}
    people = [name for name, entry in emoji.items() if entry["kind"] == "people"]
    return Library(
        bodies,
        frozenset([*people, *drawn["people"]]),
        infos,
        {word: names for word, names in known.items() if names},
    )


def find(phrase: str) -> tuple[str, ...]:
    """Return the drawings of a noun in the singular or plural, none if it is unknown."""
    index = library().index
    if phrase in index:
        return index[phrase]
    *first, last = phrase.split(" ")
    for word in singulars(last):
        if names := index.get(" ".join([*first, word])):
            return names
    return ()


def _sitting(head: str, fur: str, shade: str) -> str:
    """Return an animal that sits: a body in ``fur`` and ``shade`` below its ``head``."""
    return SITTING.format(head=head, fur=fur, shade=shade)


def _keywords(emoji: dict[str, dict[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    """Return the keywords that few enough emoji share, and the last word of each name."""
    uses = Counter(tag for entry in emoji.values() for tag in entry["tags"])
    index: dict[str, tuple[str, ...]] = {}
    for word, name in _calls(emoji):
        if uses[word] <= RARE:
            index.setdefault(word, (name,))
    return index


def _calls(emoji: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, str]]:
    """Yield words and the names they may call, better matches first."""
    for name in emoji:
        yield name.rsplit("-", 1)[-1], name
    for name, entry in emoji.items():
        for tag in entry["tags"]:
            yield tag, name
