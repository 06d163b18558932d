"""The words that the painter knows, and what each of them does.

Two tables in TOML are the whole vocabulary: ``words.toml`` here and ``sprites/nouns.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from semcodec_embedded.painting.palette import ALIASES, NAMED

LONGEST = 3  #: words in the longest phrase that is one entry
IRREGULAR = {
    "men": "man", "women": "woman", "mice": "mouse", "geese": "goose", "knives": "knife",
    "wolves": "wolf", "calves": "calf", "loaves": "loaf", "shelves": "shelf", "teeth": "tooth",
    "feet": "foot", "oxen": "ox", "bookshelves": "bookshelf", "leaves": "leaf", "kids": "kid",
    "buses": "bus", "children": "child", "policemen": "policeman", "firemen": "fireman",
    "cacti": "cactus", "halves": "half", "wives": "wife", "elves": "elf", "lives": "life",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """What a word does: ``kind`` is a table of ``words.toml`` or "colour", ``value`` its key."""

    kind: str
    value: str


@cache
def roles() -> dict[str, Role]:
    """Return the words that are not objects; where a word has two roles the later table wins."""
    found = {word: Role("colour", word) for word in NAMED}
    found |= {word: Role("colour", name) for word, name in ALIASES.items()}
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    for kind, table in tomllib.loads(text).items():
        for value, words in table.items():
            found |= {word.strip(): Role(kind, value) for word in words.split(",")}
    return found


def singulars(word: str) -> list[str]:
    """Return what ``word`` may be the plural of, the likeliest first; nothing if it is singular."""
    if word in IRREGULAR:
        return [IRREGULAR[word]]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us")):
        return []
    guesses = [word[:-1]]
    if word.endswith("es"):
        guesses.append(word[:-2])
    if word.endswith("ies"):
        guesses.insert(0, word[:-3] + "y")
    return guesses


def words_of(prompt: str) -> list[str]:
    """Return the words of ``prompt`` in lower case, without punctuation."""
    prompt = prompt.replace("'s ", " ")
    plain = "".join(char if char.isalnum() or char in "-'" else " " for char in prompt.lower())
    return [word.strip("-'") for word in plain.split() if word.strip("-'")]
