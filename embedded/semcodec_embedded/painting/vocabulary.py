"""The words that the painter knows besides nouns, plurals, and the splitting of prompts.

The vocabulary consists of ``words.toml`` in this package, and of the nouns of the sprite library.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAX_PHRASE_WORDS = 3  #: words in the longest entry of the vocabulary
MIN_PLURAL_LENGTH = 4  #: letters; shorter words that end in -s, such as "bus", are singular
SMILEYS = frozenset(map(chr, range(0x1F600, 0x1F645)))  #: emoji of human faces
PLURALS_TABLE = "irregular_plurals"  #: the only table of ``words.toml`` that is not a role


@dataclass(frozen=True, slots=True)
class Role:
    """The meaning of a word: ``table`` is a table of ``words.toml``, ``key`` a key in it."""

    table: str
    key: str


@cache
def roles() -> dict[str, Role]:
    """Return the role of each word; the last table with the word has precedence."""
    return {
        word: Role(table, key)
        for table, entries in _tables().items()
        if table != PLURALS_TABLE
        for key, words in entries.items()
        for word in _split(words)
    }


@cache
def _irregular_singulars() -> dict[str, str]:
    entries = _tables()[PLURALS_TABLE]
    return {plural: singular for singular, words in entries.items() for plural in _split(words)}


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def singular_candidates(word: str) -> list[str]:
    """Return the possible singulars of ``word``, the most likely first; empty if not a plural.

    The candidates need not be words ("benche" for "benches"): the caller looks them up and uses the
    first that is known.
    """
    if word in _irregular_singulars():
        return [_irregular_singulars()[word]]
    if len(word) < MIN_PLURAL_LENGTH or not word.endswith("s") or word.endswith(("ss", "us")):
        return []
    candidates = [word[:-1]]
    if word.endswith("es"):
        candidates.append(word[:-2])
    if word.endswith("ies"):
        candidates.insert(0, word[:-3] + "y")
    return candidates


def split_prompt(prompt: str) -> list[str]:
    """Return the words of ``prompt`` in lower case, without punctuation.

    An emoji is replaced by the words of its name in Unicode, such as "bear face".
    """
    prompt = prompt.replace("'s ", " ").replace("-o'-", " o ")  # jack-o'-lantern
    if not prompt.isascii():
        prompt = "".join(map(_name_of_emoji, unicodedata.normalize("NFC", prompt)))
    plain = "".join(char if char.isalnum() or char in "-'" else " " for char in prompt.lower())
    return [word.strip("-'") for word in plain.split() if word.strip("-'")]


def _name_of_emoji(char: str) -> str:
    """Return the name of an emoji or another symbol; any other character is returned unchanged."""
    if unicodedata.category(char) != "So":
        return char
    name = unicodedata.name(char, "").lower()
    if char not in SMILEYS:
        name = name.removesuffix(" face")  # "bear face" is a bear and not a portrait
    return f" {name} "
